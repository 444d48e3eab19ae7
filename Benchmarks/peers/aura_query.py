"""Asks `aura query`: a data directory that no server uses, a process for every asking."""
import json
import os
import subprocess
import threading
import time
from contextlib import contextmanager, suppress

from machine import PeerFailed, time_limit
from store import Store, ingest, memory_mb
from stores import run

UNITS = {"µs": 1e-6, "ms": 1e-3, "s": 1}


class Aura:
    """Several statements a process; its own clock says how long reading, binding and answering took."""
    dialect = "aura"

    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.data = os.path.join(folder, "store")

    def version(self):
        return run([self.program, "version"], 60).strip()

    def declared(self):
        """What a store that is kept must have been made with."""
        return self.version()

    def load(self, bench):
        store = Store(self.program, self.folder)
        server, _ = store.serve()
        with server:
            ingest(store, bench.ndjson)
            server.settled_cpu_s()
            run([self.program, "store", "compact", "--server", f"127.0.0.1:{store.port}"], 3600)

    def ask(self, question, setup, times, is_warm=True, timeout=120):
        """The question `times` times in one process, and once before if it is to be warm."""
        asked = times + is_warm
        seconds, answers, _ = self.run([question.texts["aura"]] * asked, setup, timeout)
        if len(seconds) != asked or len(answers) != asked:
            raise PeerFailed(f"aura query: {asked} statements, {len(answers)} answers, {len(seconds)} times")
        return {"seconds": seconds[-times:], "rows": answers[-1]}

    def memory_mb(self, questions, setup):
        """The most that a process holds which answers all of them."""
        return self.run([q.texts["aura"] for q in questions], setup, 600)[2]

    def run(self, statements, setup, timeout):
        """The seconds and the answer of each statement, and the memory of the process at most."""
        command = [self.program, "query", "--data-dir", self.data, "--timing", "-o", "json"]
        path = os.path.join(self.folder, "statements.sql")
        first = f"SET rollups = {'on' if setup.rollups else 'off'}"
        with open(path, "w") as f:
            f.writelines(f"{s};\n" for s in [first] + statements)
        command += ["--threads", str(setup.threads), "-f", path]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True) as process, \
                memory_of(process) as peak, time_limit(process, timeout) as is_late:
            out, errors = process.communicate()
        if is_late.is_set():
            raise PeerFailed(f"aura query: no answer in {timeout} s")
        if process.returncode:
            raise PeerFailed(f"aura query: {errors.strip()[-400:]}")
        # The first is that of SET, which has no answer.
        seconds = [in_seconds(line) for line in errors.splitlines() if line.strip()][1:]
        return seconds, documents(out), max(peak)

    def close(self):
        pass


@contextmanager
def memory_of(process):
    """Reads a process's memory until it ends: a list of megabytes, of which the last is the most."""
    found = [0]

    def watch():
        while process.poll() is None:
            # It may have ended since, and have no memory any more.
            with suppress(OSError, KeyError):
                found.append(memory_mb(process.pid)[1])
            time.sleep(.005)
    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        thread.join()


def in_seconds(text):
    """What `--timing` prints: `400 µs`, `12.3 ms`, `0.53 s`."""
    number, _, unit = text.strip().rpartition(" ")
    try:
        return float(number) * UNITS[unit]
    except (KeyError, ValueError) as e:
        raise PeerFailed(f"aura query: no time: {text[:200]!r}") from e


def documents(text):
    """JSON documents, one behind the other; rows as lists, for two columns may have one name."""
    decoder = json.JSONDecoder(object_pairs_hook=lambda pairs: [value for _, value in pairs])
    found, at = [], 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        document, at = decoder.raw_decode(text, at)
        found.append(document)
    return found
