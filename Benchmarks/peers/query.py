"""Questions: Aura, DuckDB and ClickHouse, asked in turn within one run.

The thirteen questions but the one that wants a live server, and generated ones.  Every engine answers a
question before the next is asked; a ratio is taken within a round, then the median over the rounds.
"""
import argparse
import json
import os
import shutil
import signal
import statistics
import sys
from dataclasses import dataclass

import adhoc
import answers
import gen
import machine
import query_report
import questions
import report
from aura_query import Aura
from engines import ClickHouse, ClickHouseTuned, DuckDB, DuckDBJSON
from ingest import Bench, order, workload
from machine import PeerFailed
from questions import Question
from stores import BENCHMARKS, REPOSITORY, build

BYTES_NEEDED = 8_000_000_000
PEERS = {"duckdb": DuckDB, "duckdb_json": DuckDBJSON, "clickhouse": ClickHouse,
         "clickhouse_tuned": ClickHouseTuned}
REFERENCE = "duckdb"
COLD_ROUNDS = 3


@dataclass(frozen=True)
class Setup:
    """How an engine is asked."""
    engine: str
    threads: int
    rollups: bool = True   # Aura's index of time buckets


class Run:
    """What was measured of some questions."""

    def __init__(self, asked, setups):
        self.questions, self.setups = asked, setups
        self.seconds = {}      # question's name, setup: one figure a round
        self.failures = {}     # question's name, setup: why
        self.differences = {}  # question's name, setup: how its answer is not the reference's

    def fail(self, question, setup, reason):
        self.failures[question.name, setup] = reason
        print(f"FAILED {question.name}, {query_report.name(setup)}: {reason}", file=sys.stderr, flush=True)

    def check(self, question, setup, found, expected):
        try:
            rows = found["rows"]
            if setup.engine == "aura":
                rows = answers.from_aura(rows, expected["kinds"])
            how = answers.difference(question, rows, expected["rows"])
        except (TypeError, ValueError, SyntaxError) as e:
            how = f"cannot be read: {e}"
        if how:
            self.differences[question.name, setup] = how
            print(f"DIFFERS {question.name}, {query_report.name(setup)}: {how}\n  {question.texts['aura']}",
                  file=sys.stderr, flush=True)

    def has_failed(self):
        return bool(self.failures or self.differences)


def is_asked(question, setup):
    """JSON makes a difference where a property is named; not every question is there in every dialect."""
    if setup.engine == "duckdb_json":
        return "properties." in question.sql
    return not setup.engine.startswith("clickhouse") or bool(question.texts["clickhouse"])


def measured(engines, asked, setups, rounds, times):
    """Every question by every engine once a round; what fails once is not tried again."""
    run = Run(asked, setups)
    for r in range(rounds):
        for question in order(asked, r, rounds):
            found = {}
            for setup in order(setups, r, rounds):
                key = question.name, setup
                if key in run.failures or not is_asked(question, setup):
                    continue
                try:
                    found[setup] = engines[setup.engine].ask(question, setup, times)
                except PeerFailed as e:
                    run.fail(question, setup, str(e))
                    continue
                run.seconds.setdefault(key, []).append(statistics.median(found[setup]["seconds"]))
            if r == 0:
                compare(run, engines, question, found)
        print(f"round {r + 1}/{rounds}  " + query_report.short(run), file=sys.stderr, flush=True)
    return run


def compare(run, engines, question, found):
    """Every answer with the reference's; one that approximates, with what is exact."""
    expected = next((f for s, f in found.items() if s.engine == REFERENCE), None)
    if question.exact:
        exact = Question(question.name, question.what, question.exact)
        expected = engines[REFERENCE].ask(exact, Setup(REFERENCE, 2), 1, is_warm=False)
    for setup, f in found.items() if expected else ():
        run.check(question, setup, f, expected)


def evict(folder):
    """Takes the files of a folder out of the system's memory; whatever else runs keeps its own."""
    for at, _, files in os.walk(folder):
        for name in files:
            descriptor = os.open(os.path.join(at, name), os.O_RDONLY)
            try:
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            finally:
                os.close(descriptor)


def measured_cold(engines, folders, asked, setups):
    """A fresh process each time, which finds nothing of its store in memory, and its first question."""
    run = Run(asked, setups)
    os.sync()
    for r in range(COLD_ROUNDS):
        for question in asked:
            for setup in order([s for s in setups if is_asked(question, s)], r, COLD_ROUNDS):
                engines[setup.engine].close()
                evict(folders[setup.engine])
                try:
                    found = engines[setup.engine].ask(question, setup, 1, is_warm=False)
                except PeerFailed as e:
                    run.fail(question, setup, str(e))
                    continue
                engines[setup.engine].close()
                run.seconds.setdefault((question.name, setup), []).append(found["seconds"][0])
    return run


def loaded(engine, name, folder, bench):
    """Fills an engine's store, unless it has been kept and would be made of the same."""
    made_of = f"{gen.DIGEST} {bench.events} {engine.declared()}\n"
    mark = os.path.join(folder, "made-of")
    if os.path.exists(mark):
        with open(mark) as f:
            if f.read() == made_of:
                return
    print(f"loading {bench.events:,} events into {query_report.NAMES[name]} …", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    engine.load(bench)
    with open(mark, "w") as f:
        f.write(made_of)
    os.sync()


def memory(engines, asked, setups):
    """Megabytes of the process that answers every question once, by engine."""
    found = {}
    for setup in setups:
        those = [q for q in asked if is_asked(q, setup)]
        if those:
            try:
                found[setup.engine] = engines[setup.engine].memory_mb(those, setup)
            except PeerFailed as e:
                print(f"memory of {query_report.name(setup)}: {e}", file=sys.stderr, flush=True)
    return found


def options():
    ap = argparse.ArgumentParser(prog="Benchmarks/run query", description=__doc__,
                                 formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--rounds", type=int, default=5)
    ap.add_argument("--times", type=int, default=3, help="each is asked in a round, after once")
    ap.add_argument("--events", type=int, default=gen.EVENTS, choices=[gen.DIGEST_ROWS, gen.EVENTS])
    ap.add_argument("--threads", default="1,2", help="1, 2 or both")
    ap.add_argument("--peers", default=",".join(PEERS), help="which, of " + ", ".join(PEERS))
    ap.add_argument("--only", default="", help="some of the questions: Q1,Q9, or none")
    ap.add_argument("--adhoc", type=int, default=300, metavar="N", help="generated questions")
    ap.add_argument("--seed", type=int, default=1, help="of those")
    ap.add_argument("--cold", action="store_true", help="also fresh processes on files that are not in memory")
    ap.add_argument("--keep", action="store_true", help="keep the loaded stores for the next run")
    ap.add_argument("--json", metavar="FILE", help="write every measurement there")
    ap.add_argument("--record", action="store_true", help="put the tables into the README")
    a = ap.parse_args()
    a.threads, a.peers = [int(t) for t in a.threads.split(",")], a.peers.split(",")
    a.only = [q for q in a.only.split(",") if q]
    if not set(a.peers) <= set(PEERS) or REFERENCE not in a.peers:
        ap.error(f"--peers: {REFERENCE}, and any of " + ", ".join(PEERS))
    if a.rounds < 1 or a.times < 1 or not set(a.threads) <= {1, 2}:
        ap.error("--rounds and --times must be positive, --threads 1 or 2")
    return a


def asked_of(a, parquet):
    """The questions of a run: those with names, and those that are generated."""
    named = questions.thirteen(parquet)
    unknown = set(a.only) - {q.name for q in named} - {"none"}
    if unknown:
        raise SystemExit(f"--only: there is no {', '.join(sorted(unknown))}")
    return [q for q in named if not a.only or q.name in a.only], adhoc.generated(a.adhoc, a.seed, parquet)


def measure(a, engines, folders, named, generated):
    """All runs, by what they are called."""
    aura = [Setup("aura", t, rollups) for t in a.threads for rollups in (True, False)]
    peers = [Setup(p, t) for t in a.threads for p in a.peers]
    most = max(a.threads)
    at_most = [s for s in aura + peers if s.threads == most and s.rollups]
    runs, held = {}, {}
    if named:
        runs["questions"] = measured(engines, named, aura + peers, a.rounds, a.times)
        held = memory(engines, named, at_most)
        if a.cold:
            runs["cold"] = measured_cold(engines, folders, named, at_most)
    if generated:
        runs["adhoc"] = measured(engines, generated, at_most, a.rounds, a.times)
    return runs, held


def main():
    # Ended by a signal, the engines are stopped and the data is deleted all the same.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    a = options()
    work = os.path.abspath(os.environ.get("BENCH_WORK") or os.path.join(BENCHMARKS, ".work"))
    os.makedirs(work, exist_ok=True)
    machine.require_disk(work, BYTES_NEEDED)
    about = machine.describe(work, REPOSITORY)
    stem = workload(work, a.events)
    bench = Bench(work, stem + ".ndjson", stem + ".parquet", a.events, 0, 0)
    named, generated = asked_of(a, bench.parquet)
    folders = {name: os.path.join(work, f"query-{gen.label(a.events)}", name) for name in ["aura"] + a.peers}
    engines = {p: PEERS[p](folders[p]) for p in a.peers}
    engines["aura"] = Aura(os.environ.get("AURA_BIN") or build(REPOSITORY, "aura"), folders["aura"])
    about["clickhouse"] = "ClickHouse " + ClickHouse.version(None)
    for key, value in about.items():
        print(f"{key.replace('_', ' '):13} {value}", flush=True)
    try:
        for name, engine in engines.items():
            loaded(engine, name, folders[name], bench)
        runs, held = measure(a, engines, folders, named, generated)
    finally:
        for engine in engines.values():
            engine.close()
        if not a.keep:
            shutil.rmtree(os.path.dirname(folders["aura"]), ignore_errors=True)
            os.sync()
    text = query_report.markdown(about, a, runs, held)
    print("\n" + text)
    if a.json:
        query_report.write_json(a.json, about, a, runs, held)
    failed = [name for name, run in runs.items() if run.has_failed()]
    if failed:
        return f"answers failed or differ: {', '.join(failed)}"
    if a.record:
        report.record(os.path.join(BENCHMARKS, "README.md"), text, "last queries")
    return 0


if __name__ == "__main__":
    sys.exit(main())
