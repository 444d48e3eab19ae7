"""What a store costs: import, processor time, bytes, memory, starts.  See README.md.

One size after another: the workload's first 1 M events, then all 10 M, then these ten times over, one
month behind the other, so that growth shows.
"""
import argparse
import json
import os
import signal
import subprocess
import sys
import time

import duckdb
import pyarrow.parquet as pq

import chunks
import columns
import gen
import machine
import report
from bench import Bench, begin
from machine import Server, free_port
from stores import BENCHMARKS, Aura, PeerFailed, build, chunk_cpu_s, run

BYTES_NEEDED = 12_000_000_000


def memory_mb(pid):
    """Resident memory of a process: now, and at most so far."""
    with open(f"/proc/{pid}/status") as f:
        found = dict(line.split(":", 1) for line in f if line.startswith(("VmRSS", "VmHWM")))
    return [int(found[k].split()[0]) / 1024 for k in ("VmRSS", "VmHWM")]


def size_of(folder):
    """Bytes of the files of a folder and below."""
    return sum(os.path.getsize(os.path.join(at, f)) for at, _, files in os.walk(folder) for f in files)


class Store:
    """An `aura serve` on a directory, started as often as need be."""

    def __init__(self, aura, folder):
        self.aura, self.folder = aura, folder
        self.data = os.path.join(folder, "store")
        self.port = free_port()

    def serve(self, *options):
        """A server, and the seconds from its start until it accepts connections."""
        start = time.monotonic()
        server = Server([self.aura, "serve", "--data-dir", self.data, "--no-auth", "--listen",
                         f"127.0.0.1:{self.port}", *options], self.port, os.path.join(self.folder, "log"))
        return server, lambda: time.monotonic() - start


def months(ndjson, count):
    """The lines of the workload, `count` times, each time 30 days later."""
    head = len(b'{"ts":')
    for month in range(count):
        later = month * gen.DAYS * gen.DAY_US
        with open(ndjson, "rb") as f:
            while lines := f.readlines(16 << 20):
                # Times have 16 digits.
                yield b"".join(b'{"ts":%d%b' % (int(x[head:head + 16]) + later, x[head + 16:])
                               for x in lines)


def ingest(store, source):
    """Imports a file, or what an iterator gives, to its end."""
    command = [store.aura, "ingest", source if isinstance(source, str) else "-", "--quiet",
               "--server", f"127.0.0.1:{store.port}"]
    if isinstance(source, str):
        run(command, 3600)
        return
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process, \
            machine.time_limit(process, 3600):
        for part in source:
            process.stdin.write(part)
        _, errors = process.communicate()
    if process.returncode:
        raise PeerFailed(f"aura ingest exited with {process.returncode}: {errors[-300:]}")


def imported(store, source, events):
    """D3, D4, D6, D7 and the first of D8, of one import, a compaction and a start behind it."""
    server, _ = store.serve()
    with server:
        begin = time.monotonic()
        ingest(store, source)
        seconds = time.monotonic() - begin
        visible = server.cpu_s()
        settled = server.settled_cpu_s()
        in_chunks = chunk_cpu_s(store.port)
        resident, peak = memory_mb(server.process.pid)
        begin = time.monotonic()
        run([store.aura, "store", "compact", "--server", f"127.0.0.1:{store.port}"], 3600)
        compaction = time.monotonic() - begin
        peak_of_compaction = memory_mb(server.process.pid)[1]
    rows, chunk_bytes, sizes = chunks.columns(store.data)
    server, elapsed = store.serve()
    with server:
        ready = elapsed()
    return {
        "events/s": events / seconds,
        "server CPU ns/event, until acknowledged": visible / events * 1e9,
        "server CPU ns/event, until visible": (settled - in_chunks) / events * 1e9,
        "server CPU ns/event, until idle": settled / events * 1e9,
        "resident MB, after": resident, "resident MB, peak": peak,
        "store compact s": compaction, "resident MB, peak with it": peak_of_compaction,
        "events in chunks": rows, "bytes/event in chunks": chunk_bytes / max(1, rows),
        "bytes/event, all but the log": (size_of(store.data)
                                         - size_of(os.path.join(store.data, "log"))) / events,
        "bytes of the log": size_of(os.path.join(store.data, "log")),
        "start s": ready,
    }, {name: size / max(1, rows) for name, size in sizes.most_common()}


def killed(bench, aura, folder):
    """D8: how long a start takes after a kill in the middle of a load, and what it replays.

    Flushes lag behind such a load: the kill comes when the server refuses events for want of memory,
    which ends the load, and the log holds as much as it ever does.
    """
    store = Store(aura.aura, folder)
    server, _ = store.serve()
    with server:
        try:
            command = [aura.program, "--port", store.port, "--batches", bench.encoded(4096),
                       "--events", bench.events, "--batch", 4096, "--connections", 8,
                       "--in-flight", 8, "--seconds", 60]
            loader = subprocess.Popen([str(x) for x in command], stdout=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL)
            loader.wait(30)
            server.process.send_signal(signal.SIGKILL)
            server.process.wait()
        finally:
            loader.kill()
            loader.wait()
    in_chunks = chunks.columns(store.data)[0]
    server, elapsed = store.serve()
    with server:
        ready = elapsed()
        while True:
            status = json.loads(run([aura.aura, "status", "--server", f"127.0.0.1:{store.port}",
                                     "--json"], 60))
            # From a quarter of it on, events are flushed.
            if status["memory_bytes"] < status["memory_limit_bytes"] / 4:
                break
            time.sleep(.02)
        flushed = elapsed()
        peak = memory_mb(server.process.pid)[1]
    return ready, flushed, in_chunks, status["events"], peak


def replay(bench, aura):
    """D8 behind a kill, as figures."""
    with machine.folder_for(bench.work, "killed") as folder:
        ready, flushed, in_chunks, events, peak = killed(bench, aura, folder)
    replayed = events - in_chunks
    return {"events": events, "events replayed": replayed, "ready s": ready,
            "replayed and flushed s": flushed, "replayed and flushed events/s": replayed / flushed,
            "resident MB, peak": peak}


def metric_reads(store, program, reads):
    """Microseconds that a read of the index takes, in the process of the engine."""
    found = json.loads(run([program, store.data, reads], 3600))
    return {f"{what}, {part} µs": value for what, parts in found.items()
            for part, value in parts.items()}


def in_duckdb(ndjson, parquet, folder):
    """The same events in DuckDB: seconds of an import with two threads, bytes."""
    path = os.path.join(folder, "duckdb")
    begin = time.monotonic()
    connection = duckdb.connect(path, config={"threads": 2})
    connection.execute(f"create table events as select * from read_json('{ndjson}', "
                       "format = 'newline_delimited')")
    connection.execute("checkpoint")
    connection.close()
    seconds = time.monotonic() - begin
    rows = pq.read_metadata(parquet).num_rows
    return {"events/s": rows / seconds, "bytes/event": os.path.getsize(path) / rows,
            "Parquet (zstd) bytes/event": os.path.getsize(parquet) / rows}


def by_column(aura, parquet, folder):
    """Bytes per event by column: Aura's, and those of the same events elsewhere."""
    connection = duckdb.connect(os.path.join(folder, "duckdb"))
    extracted = ", ".join(f"properties->>'{p}' as \"properties.{p}\"" for p in columns.PROPERTIES)
    connection.execute(f"create table events as select * exclude (properties), {extracted} "
                       f"from '{parquet}'")
    connection.execute("checkpoint")
    stores = [{{"times": "ts"}.get(name, name): size for name, size in aura.items()},
              columns.clickhouse(parquet, folder), columns.in_duckdb(connection, "events"),
              columns.in_parquet(pq.read_metadata(parquet))]
    connection.close()
    names = sorted({name for store in stores for name in store},
                   key=lambda name: -max(store.get(name, 0) for store in stores))
    rows = [[name] + [f"{store[name]:.3f}" if name in store else "" for store in stores]
            for name in names]
    rows.append(["all"] + [f"{sum(store.values()):.3f}" for store in stores])
    print("\n" + report.table(["bytes/event by column", "Aura", "ClickHouse", "DuckDB", "Parquet"],
                              rows), flush=True)


def show(title, figures):
    print("\n" + report.table([title, "figure"], [[k, report.si(v)] for k, v in figures.items()]),
          flush=True)


def options():
    ap = argparse.ArgumentParser(prog="Benchmarks/run store", description=__doc__,
                                 formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--sizes", default="1,10", help="millions of events: 1, 10, 100 or several of them")
    a = ap.parse_args()
    a.sizes = [int(x) for x in a.sizes.split(",")]
    if not set(a.sizes) <= {1, 10, 100}:
        ap.error("--sizes: 1, 10, 100 or several of them")
    return a


def main():
    a = options()
    work, _ = begin(BYTES_NEEDED)
    for size in a.sizes:
        events = size * 1_000_000
        bench = Bench(work, min(events, gen.EVENTS))
        aura = Aura(bench)
        aura.prepare()
        program = build(BENCHMARKS, "aura-metrics")
        is_grown = events > gen.EVENTS
        with machine.folder_for(work, "store") as folder:
            store = Store(aura.aura, folder)
            source = months(bench.ndjson, events // gen.EVENTS) if is_grown else bench.ndjson
            figures, sizes = imported(store, source, events)
            reads = metric_reads(store, program, 2000)
        show(f"Aura, {size} M events", figures)
        show("reads of the index", reads)
        if is_grown:
            continue
        with machine.folder_for(work, "columns") as folder:
            by_column(sizes, bench.parquet, folder)
        with machine.folder_for(work, "duckdb") as folder:
            show(f"DuckDB, {size} M events", in_duckdb(bench.ndjson, bench.parquet, folder))
        show("a start after kill -9", replay(bench, aura))
    return 0


if __name__ == "__main__":
    sys.exit(main())
