"""Questions: Aura, DuckDB and ClickHouse, asked in turn within one run.

The thirteen questions, warm and cold, with the index and without, and generated ones; Q13 while events come.
Every engine answers a question before the next is asked; a ratio is taken within a round, then the median
over the rounds.
"""
import argparse
import os
import shutil
import sys
from dataclasses import dataclass, field

import adhoc
import gen
import live
import query_report
import questions
import report
from aura_query import Aura
from bench import Bench, begin
from engines import ClickHouse, ClickHouseTuned, DuckDB, DuckDBJSON
from query_run import REFERENCE, Run, Setup, measured, measured_cold, memory
from stores import BENCHMARKS, REPOSITORY, build

BYTES_NEEDED = 8_000_000_000
PEERS = {"duckdb": DuckDB, "duckdb_json": DuckDBJSON, "clickhouse": ClickHouse,
         "clickhouse_tuned": ClickHouseTuned}


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
    ap.add_argument("--cold", action=argparse.BooleanOptionalAction, default=True,
                    help="also fresh processes on files that are not in memory")
    ap.add_argument("--live", type=float, default=10, metavar="S",
                    help="seconds of Q13, counts while events come; 0: none")
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


@dataclass
class Findings:
    """What a run of the benchmark has found so far."""
    runs: dict = field(default_factory=dict)
    memory_mb: dict = field(default_factory=dict)
    live: dict = field(default_factory=dict)   # of Q13, by engine: figures, or why there are none

    def run(self, name, asked, setups):
        self.runs[name] = Run(name, asked, setups)
        return self.runs[name]

    def failed(self):
        names = [name for name, run in self.runs.items() if run.has_failed()]
        return names + ["Q13"] * any(isinstance(x, str) for x in self.live.values())


def measure(a, bench, engines, folders, found):
    """Fills `found.runs` by what they are called, `found.memory_mb` and `found.live`."""
    named, generated = asked_of(a, bench.parquet)
    aura = [Setup("aura", t, rollups) for t in a.threads for rollups in (True, False)]
    peers = [Setup(p, t) for t in a.threads for p in a.peers]
    at_most = [s for s in aura + peers if s.threads == max(a.threads)]
    as_usual = [s for s in at_most if s.rollups]
    if named:
        measured(found.run("questions", named, aura + peers), engines, a.rounds, a.times)
        found.memory_mb = memory(engines, named, as_usual)
        if a.cold:
            measured_cold(found.run("cold", named, at_most), engines, folders)
    if generated:
        measured(found.run("generated", generated, as_usual), engines, a.rounds, a.times)
    if a.live:
        for engine in engines.values():
            engine.close()
        found.live = live.measured(bench, engines, folders, a.live)


def main():
    a = options()
    work, about = begin(BYTES_NEEDED)
    about["clickhouse"] = "ClickHouse " + ClickHouse.version(None)
    bench = Bench(work, a.events)
    folders = {name: os.path.join(work, f"query-{gen.label(a.events)}", name) for name in ["aura"] + a.peers}
    engines = {p: PEERS[p](folders[p]) for p in a.peers}
    engines["aura"] = Aura(os.environ.get("AURA_BIN") or build(REPOSITORY, "aura"), folders["aura"])
    found = Findings()
    try:
        for name, engine in engines.items():
            loaded(engine, name, folders[name], bench)
        measure(a, bench, engines, folders, found)
    finally:
        for engine in engines.values():
            engine.close()
        if not a.keep:
            shutil.rmtree(os.path.dirname(folders["aura"]), ignore_errors=True)
            os.sync()
        # Also what an interrupted run has found.
        if a.json:
            query_report.write_json(a.json, about, a, found)
    text = query_report.markdown(about, a, found)
    print("\n" + text)
    if failed := found.failed():
        return f"answers failed or differ: {', '.join(failed)}"
    if a.record:
        report.record(os.path.join(BENCHMARKS, "README.md"), text, "last queries")
    return 0


if __name__ == "__main__":
    sys.exit(main())
