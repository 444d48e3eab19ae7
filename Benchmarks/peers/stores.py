"""The stores that are compared: how each is started, loaded and measured.

Each has `prepare()`, called once, and `measure(case, folder)`, called once a round with an empty
folder on the disk.  Both raise `PeerFailed`.  A measurement is the load generator's result line
plus `server_cpu_s` (during the load), `server_kernel_s` (the kernel's part of that) and
`settled_cpu_s` (until the server is idle again); Aura's have `chunk_cpu_s` as well, the part of the
latter that made and merged chunks.
"""
import json
import os
import platform
import socket
import subprocess
import sys

from machine import PeerFailed, Server, free_port

HERE = os.path.dirname(os.path.abspath(__file__))
BENCHMARKS = os.path.dirname(HERE)
REPOSITORY = os.path.dirname(BENCHMARKS)
sys.path.insert(0, os.path.join(REPOSITORY, "Tools"))
WARM_UP_S = 0.5
RESULT_KEYS = {"events", "seconds", "events_per_s", "ack_ms_p50", "ack_ms_p99", "ack_ms_max",
               "client_cpu_s", "encoded_bytes", "batches"}


def run(command, timeout):
    """Runs a command to its end and returns what it printed."""
    try:
        done = subprocess.run([str(x) for x in command], capture_output=True, text=True,
                              timeout=timeout, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired) as e:
        raise PeerFailed(str(e)) from e
    if done.returncode:
        words = " / ".join((done.stderr or done.stdout).splitlines()[-3:])[-300:]
        raise PeerFailed(f"{os.path.basename(command[0])} exited with {done.returncode}: {words}")
    return done.stdout


def load(command, seconds):
    """Runs a load generator and returns its result line."""
    lines = run(command, timeout=120 + 5 * seconds).splitlines()
    try:
        result = json.loads(lines[-1])
        missing = RESULT_KEYS - result.keys()
    except (IndexError, ValueError, AttributeError) as e:
        raise PeerFailed(f"{os.path.basename(command[0])} printed no JSON object") from e
    if missing:
        raise PeerFailed(f"{os.path.basename(command[0])} did not print {sorted(missing)}")
    return result


def compile_c(work, name):
    """Compiles peers/NAME.c and returns the program's path."""
    program = os.path.join(work, "bin", name)
    os.makedirs(os.path.dirname(program), exist_ok=True)
    run(["cc", "-O2", "-Wall", "-Wextra", "-o", program, os.path.join(HERE, name + ".c"),
         "-lxxhash"], 60)
    return program


def build(package, product):
    """Builds a product of a Swift package in release and returns the program's path."""
    options = ["-c", "release", "--package-path", package, "--product", product,
               "--static-swift-stdlib"]
    if platform.machine() == "x86_64":
        options += ["-Xcc", "-march=x86-64-v3"]
    print(f"building {product} …", flush=True)
    run(["swift", "build", *options], timeout=3600)
    folder = run(["swift", "build", *options, "--show-bin-path"], timeout=600).strip()
    return os.path.join(folder, product)


def encode(ndjson, events, batch, path):
    """Writes the first events of a file as Aura encodes them, in batches of that many."""
    program = os.environ.get("AURA_BATCHES") or build(BENCHMARKS, "aura-batches")
    with open(ndjson, "rb") as source, open(path, "wb") as target:
        done = subprocess.run([program, str(events), str(batch)], stdin=source,
                              stdout=target, stderr=subprocess.PIPE, text=True, timeout=600)
    if done.returncode:
        raise PeerFailed(f"aura-batches: {done.stderr.strip()[-300:]}")


def load_arguments(bench, case, seconds):
    arguments = ["--events", bench.events, "--batch", case.batch, "--seconds", seconds]
    return arguments + (["--rate", case.rate] if case.rate else [])


class Raw:
    """Appends each batch to one file and syncs it: no store that syncs once per batch is faster."""

    def __init__(self, bench, encoded=False):
        self.bench, self.encoded = bench, encoded

    def prepare(self):
        self.program = compile_c(self.bench.work, "raw_append")

    def measure(self, case, folder):
        source = (["--batches", self.bench.encoded(case.batch)] if self.encoded
                  else ["--ndjson", self.bench.ndjson])
        seconds = self.bench.seconds_of(case)
        return load([self.program, "--file", os.path.join(folder, "raw"), *source,
                     *load_arguments(self.bench, case, seconds)], seconds)


class Redis:
    """A stream with appendfsync=always; MULTI … EXEC makes a batch one write and one sync."""

    def __init__(self, bench):
        self.bench = bench

    def prepare(self):
        self.program = compile_c(self.bench.work, "redis_load")

    def measure(self, case, folder):
        port = free_port()
        command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", folder,
                   "--save", "", "--appendonly", "yes", "--appendfsync", "always",
                   "--auto-aof-rewrite-percentage", "0"]

        def once(seconds):
            return load([self.program, "--port", port, "--ndjson", self.bench.ndjson,
                         "--in-flight", case.in_flight,
                         *load_arguments(self.bench, case, seconds)], seconds)

        with Server(command, port, os.path.join(folder, "server.log")) as server:
            sent = once(WARM_UP_S)["events"]
            result = measured(server, lambda: once(self.bench.seconds_of(case)))
            stored = self._stored(port)
        if stored != sent + result["events"]:
            raise PeerFailed(f"acknowledged {sent + result['events']} events, holds {stored}")
        return result

    @staticmethod
    def _stored(port):
        with socket.create_connection(("127.0.0.1", port), 10) as s:
            s.sendall(b"XLEN events\r\n")
            return int(s.recv(64).strip().lstrip(b":"))


class DuckDB:
    """One database file, one transaction per batch, in its own process; one thread."""

    def __init__(self, bench):
        self.bench = bench

    def prepare(self):
        pass

    def measure(self, case, folder):
        seconds = self.bench.seconds_of(case)
        result = load([sys.executable, os.path.join(HERE, "duckdb_load.py"),
                       "--parquet", self.bench.parquet, "--database", os.path.join(folder, "db"),
                       "--warm-up", WARM_UP_S, *load_arguments(self.bench, case, seconds)], seconds)
        # the client is the store
        cpu = result.pop("client_cpu_s")
        return result | {"client_cpu_s": 0, "server_cpu_s": cpu, "settled_cpu_s": cpu}


class Aura:
    """`aura serve` over its binary protocol, loaded by aura_load."""

    def __init__(self, bench):
        self.bench = bench

    def prepare(self):
        self.aura = os.environ.get("AURA_BIN") or build(REPOSITORY, "aura")
        self.program = compile_c(self.bench.work, "aura_load")

    def measure(self, case, folder):
        port = free_port()
        data = os.path.join(folder, "store")
        os.makedirs(data)
        command = [self.aura, "serve", "--data-dir", data, "--listen", f"127.0.0.1:{port}",
                   "--memory-limit", "6GiB", "--no-auth"]

        def once(seconds):
            return load([self.program, "--port", port, "--batches", self.bench.encoded(case.batch),
                         "--connections", case.connections, "--in-flight", case.in_flight,
                         *load_arguments(self.bench, case, seconds)], seconds)

        with Server(command, port, os.path.join(folder, "server.log")) as server:
            once(WARM_UP_S)
            server.settled_cpu_s()
            before = chunk_cpu_s(port)
            result = measured(server, lambda: once(self.bench.seconds_of(case)))
            return result | {"chunk_cpu_s": round(chunk_cpu_s(port) - before, 3)}


def chunk_cpu_s(port):
    """Processor seconds that a server has spent on flushes and compactions."""
    import aura.client
    client = aura.client.Client(port=port)
    counters = {c["name"]: c["value"] for c in client.status()["counters"]}
    client.close()
    return (counters["flushes.cpu_us"] + counters["compactions.cpu_us"]) / 1e6


def measured(server, load_once):
    """The result of one load with the processor time the server spent on it."""
    before, kernel = server.settled_cpu_s(), server.kernel_s()
    result = load_once()
    result["server_cpu_s"] = round(server.cpu_s() - before, 3)
    result["server_kernel_s"] = round(server.kernel_s() - kernel, 3)
    result["settled_cpu_s"] = round(server.settled_cpu_s() - before, 3)
    return result
