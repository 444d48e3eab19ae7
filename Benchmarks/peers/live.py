"""Q13: counts by type of the last five minutes, while events come in.

The events are the first million of the workload, in the five minutes behind the last one of the store, sent
again from the first when used up.  They go into a copy of the loaded store, as fast as is asked for, or as
the store takes them.
"""
import json
import os
import shutil
import subprocess
import sys
import time
from datetime import timedelta

import gen
import machine
import questions
from machine import PeerFailed
from store import Store
from stores import HERE, compile_c, encode, run

SPAN_US = 300_000_000
STEP_US = SPAN_US // gen.DIGEST_ROWS
RATE = 500_000
BATCH = 4096
CONNECTIONS = 4
EVERY_MS = 20
# The load begins before the first question, and goes on behind the last.
LEAD_S = 1


def texts(parquet):
    """The question, by what the table calls it: of whole minutes, which cells have, and of any five minutes."""
    begin = questions.end_of(parquet)
    text = "SELECT type, count(*) FROM events WHERE time >= {} GROUP BY type"
    return {"whole minutes": text.format(questions.moment(begin)),
            "any time": text.format(questions.moment(begin + timedelta(seconds=17)))}


def measured(bench, engines, folders, seconds):
    """Figures by engine and question; a text where there are none."""
    found = {}
    for what, sql in texts(bench.parquet).items():
        for name, measure in {"aura": in_aura, "duckdb": in_duckdb}.items():
            print(f"Q13, {what}, {name}: {seconds:g} s", file=sys.stderr, flush=True)
            try:
                with machine.folder_for(bench.work, "live") as folder:
                    found[f"{name}, {what}"] = measure(bench, engines[name], folders[name], folder, sql, seconds)
            except PeerFailed as e:
                found[f"{name}, {what}"] = str(e)
                print(f"FAILED Q13, {what}, {name}: {e}", file=sys.stderr, flush=True)
    return found


def in_aura(bench, engine, kept, folder, sql, seconds):
    """A server, `aura_load` and `aura_ask`: times are of the answer as its client has it."""
    shutil.copytree(os.path.join(kept, "store"), os.path.join(folder, "store"))
    batches = os.path.join(folder, "batches")
    encode(retimed(bench, folder), gen.DIGEST_ROWS, BATCH, batches)
    loader, asker = compile_c(bench.work, "aura_load"), compile_c(bench.work, "aura_ask")
    store = Store(engine.program, folder)
    # As for the ingest benchmark: flushes may lag behind without a batch being refused.
    server, _ = store.serve("--memory-limit", "6GiB")
    with server:
        server.settled_cpu_s()
        load = [loader, "--port", store.port, "--batches", batches, "--events", gen.DIGEST_ROWS, "--batch", BATCH,
                "--connections", CONNECTIONS, "--in-flight", 8, "--rate", RATE, "--seconds", seconds + 2 * LEAD_S]
        with subprocess.Popen([str(x) for x in load], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True) as process, \
                machine.time_limit(process, 60 + 5 * seconds):
            time.sleep(LEAD_S)
            asked = run([asker, "--port", store.port, "--seconds", seconds, "--every", EVERY_MS, "--sql", sql],
                        60 + 5 * seconds)
            out, errors = process.communicate()
        if process.returncode:
            raise PeerFailed(f"aura_load ended with {process.returncode}: {errors.strip()[-300:]}")
        rate = json.loads(out.splitlines()[-1])["events_per_s"]
    return json.loads(asked) | {"events_per_s": rate}


def retimed(bench, folder):
    """The first million lines of the workload, evenly over the five minutes."""
    path, head = os.path.join(folder, "ndjson"), len(b'{"ts":')
    first = questions.us(questions.end_of(bench.parquet))
    with open(bench.ndjson, "rb") as source, open(path, "wb") as target:
        for row in range(gen.DIGEST_ROWS):
            line = source.readline()
            # Times have 16 digits.
            target.write(b'{"ts":%d%b' % (first + row * STEP_US, line[head + 16:]))
    return path


def in_duckdb(bench, engine, kept, folder, sql, seconds):
    """One process, a thread that commits batches and one that asks; its text knows no zone."""
    path = os.path.join(folder, "store")
    shutil.copy(os.path.join(kept, "store"), path)
    first = questions.us(questions.end_of(bench.parquet))
    text = engine.text(questions.Question("Q13", "", sql))
    return json.loads(run([sys.executable, os.path.join(HERE, "duckdb_live.py"), path, bench.parquet, first, text,
                           seconds], 120 + 5 * seconds).splitlines()[-1])
