"""The machine under the benchmark: what it is, its disks, and the servers started on it."""
import os
import platform
import shutil
import socket
import subprocess
import threading
import time
from contextlib import contextmanager
from importlib.metadata import version

TICKS_PER_S = os.sysconf("SC_CLK_TCK")
# Merging what a load has left takes a server as long as the load, and longer.
SETTLING_S = 300
IN_MEMORY = {"tmpfs", "ramfs", "rootfs", "devtmpfs"}


class PeerFailed(Exception):
    """A peer could not be measured; its ratios are refused."""


def output(*command):
    """What a command prints, or "" if it cannot be asked."""
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def disk(folder):
    """The file system, device and free bytes under a folder."""
    row = output("df", "--output=fstype,source,avail", "-B1", folder).splitlines()[-1].split()
    return {"type": row[0], "device": row[1], "free_bytes": int(row[2])}


def require_disk(folder, bytes_needed):
    """Ends the program unless the folder lies on a real disk with room: fdatasync must cost."""
    d = disk(folder)
    if d["type"] in IN_MEMORY:
        raise SystemExit(f"{folder} is on {d['type']}, which is memory: a sync costs nothing there "
                         "and durable ingest cannot be measured. Set BENCH_WORK to a real disk.")
    if d["free_bytes"] < bytes_needed:
        raise SystemExit(f"{folder} has {d['free_bytes'] / 1e9:.1f} GB free; "
                         f"{bytes_needed / 1e9:.0f} GB are needed. Set BENCH_WORK elsewhere.")


def _first_line(path, key):
    with open(path) as f:
        for line in f:
            if line.startswith(key):
                return line.split(":", 1)[1].strip()
    return ""


def describe(folder, repository):
    """What a reader must know of the machine to judge the figures."""
    d = disk(folder)
    changed = output("git", "-C", repository, "status", "--porcelain")
    return {
        "time": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
        "cpu": _first_line("/proc/cpuinfo", "model name") or platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(int(_first_line("/proc/meminfo", "MemTotal").split()[0]) / 1e6, 1),
        "kernel": platform.release(),
        "disk": f"{d['type']} on {d['device']}",
        "load_average": [round(x, 2) for x in os.getloadavg()],
        "redis": "Redis " + output("redis-server", "--version").partition("v=")[2].split(" ")[0],
        "duckdb": "DuckDB " + version("duckdb"),
        "commit": (output("git", "-C", repository, "rev-parse", "--short", "HEAD") or "unknown")
                  + (" with changes" if changed else ""),
    }


@contextmanager
def time_limit(process, seconds):
    """Ends a process that takes longer, so that whoever waits for what it says finds the end of that.

    Gives an event, which is set then.  An error ends the process, too.
    """
    is_late = threading.Event()

    def end():
        is_late.set()
        process.kill()
    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield is_late
    except BaseException:
        process.kill()
        raise
    finally:
        timer.cancel()


@contextmanager
def folder_for(work, name):
    """An empty folder, deleted afterwards; what is deleted is also synced, so that the next
    measurement does not pay for it."""
    path = os.path.join(work, "data-" + name)
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.sync()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """A server process that listens on `port` of 127.0.0.1 while the context lasts."""

    def __init__(self, command, port, log):
        self.command, self.port, self.log = command, port, log

    def __enter__(self):
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=subprocess.STDOUT)
        try:
            self._wait_for_port(60)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _wait_for_port(self, seconds):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise PeerFailed(f"{self.command[0]} exited with {self.process.returncode}: "
                                 + self._last_words())
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(.02)
        raise PeerFailed(f"{self.command[0]} does not listen on {self.port}: " + self._last_words())

    def _last_words(self):
        with open(self.log, errors="replace") as f:
            return " / ".join(f.read().splitlines()[-3:])[-300:]

    def cpu_s(self):
        """Processor seconds of the server so far, user and system, in steps of 10 ms."""
        return sum(self._ticks()) / TICKS_PER_S

    def kernel_s(self):
        """Those of them that the kernel took."""
        return self._ticks()[1] / TICKS_PER_S

    def _ticks(self):
        with open(f"/proc/{self.process.pid}/stat") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        return int(fields[11]), int(fields[12])

    def settled_cpu_s(self):
        """The same, once work in the background has ended."""
        deadline, last = time.monotonic() + SETTLING_S, self.cpu_s()
        while time.monotonic() < deadline:
            time.sleep(.3)
            current = self.cpu_s()
            if current - last < 1.5 / TICKS_PER_S:
                return current
            last = current
        raise PeerFailed(f"{self.command[0]} is still busy {SETTLING_S} s after its load")
