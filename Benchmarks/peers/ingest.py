"""Durable ingest: Aura and its peers, taken in turn within one run.

Every line of the table is measured once a round, in an order that changes from round to round, so
that drift of a shared machine falls on all alike.  Ratios are taken within a round, then the
median over the rounds.
"""
import argparse
import json
import os
import sys
from dataclasses import asdict, dataclass

import gen
import machine
import report
from bench import Bench, begin, order
from stores import BENCHMARKS, Aura, DuckDB, PeerFailed, Raw, Redis

PEERS = ["raw", "redis", "duckdb", "aura"]
WINDOWS = [1, 8, 64]
OPEN_LOOP_RATE = 300_000
BYTES_NEEDED = 8_000_000_000


@dataclass(frozen=True)
class Case:
    """One line of the table."""
    figure: str       # which target it serves: "D1", "D1 open" or "D2"
    peer: str
    batch: int = 1000
    connections: int = 1
    in_flight: int = 1
    rate: int = 0     # events/s offered, open loop; 0: as fast as acknowledged


def plan(peers):
    """The lines of the table, in its order."""
    cases = []
    if "raw" in peers:
        cases += [Case("D1", "raw"), Case("D1", "raw_binary")]
    for peer in ("redis", "aura"):
        if peer in peers:
            cases += [Case("D1", peer, in_flight=w) for w in WINDOWS]
    if "duckdb" in peers:
        cases.append(Case("D1", "duckdb"))
    if "raw" in peers:
        cases.append(Case("D1 open", "raw_binary", rate=OPEN_LOOP_RATE))
    if "aura" in peers:
        cases.append(Case("D1 open", "aura", in_flight=64, rate=OPEN_LOOP_RATE))
        cases.append(Case("D2", "aura", batch=4096, connections=8, in_flight=8))
    return cases


def prepare(stores, cases):
    """Prepares the stores the cases need; returns why one could not be, by peer."""
    failures = {}
    for peer, store in stores.items():
        if any(c.peer == peer for c in cases):
            try:
                store.prepare()
            except PeerFailed as e:
                failures[peer] = f"not ready: {e}"
    return failures


def measure(bench, stores, cases, rounds):
    """Measures every case once a round; a case that fails once is not tried again."""
    failed_peers = prepare(stores, cases)
    failures = {c: failed_peers[c.peer] for c in cases if c.peer in failed_peers}
    measurements = {c: [] for c in cases}
    for r in range(rounds):
        for case in order(cases, r, rounds):
            if case in failures:
                continue
            load = os.getloadavg()[0]
            try:
                with machine.folder_for(bench.work, case.peer) as folder:
                    result = stores[case.peer].measure(case, folder)
            except PeerFailed as e:
                failures[case] = f"round {r + 1}: {e}"
                print(f"FAILED {report.name(case)}: {failures[case]}", file=sys.stderr, flush=True)
                continue
            measurements[case].append(result | {"round": r + 1, "load_average": round(load, 2)})
            print(f"round {r + 1}/{rounds}  {report.name(case):42}"
                  f"{report.si(result['events_per_s']):>8}/s  p99 {result['ack_ms_p99']:8.2f} ms",
                  file=sys.stderr, flush=True)
    return measurements, failures


def options():
    ap = argparse.ArgumentParser(prog="Benchmarks/run ingest", description=__doc__,
                                 formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--rounds", type=int, default=5)
    ap.add_argument("--seconds", type=float, default=2, help="of load per line and round")
    ap.add_argument("--open-seconds", type=float, default=5, help="the same for the open loop")
    ap.add_argument("--events", type=int, default=1_000_000,
                    help="distinct events; they are sent again from the first when used up")
    ap.add_argument("--peers", default=",".join(PEERS), help="which, of " + ", ".join(PEERS))
    ap.add_argument("--json", metavar="FILE", help="write every measurement there")
    ap.add_argument("--record", action="store_true", help="put the table into the README")
    a = ap.parse_args()
    a.peers = a.peers.split(",")
    if not set(a.peers) <= set(PEERS):
        ap.error("--peers: " + ", ".join(PEERS))
    if a.rounds < 1 or a.seconds <= 0 or a.open_seconds <= 0:
        ap.error("--rounds, --seconds and --open-seconds must be positive")
    if not 10_000 <= a.events <= gen.EVENTS:
        ap.error(f"--events: from 10,000 to {gen.EVENTS:,}")
    return a


def main():
    a = options()
    work, about = begin(BYTES_NEEDED)
    bench = Bench(work, a.events, a.seconds, a.open_seconds)
    stores = {"aura": Aura(bench), "raw": Raw(bench), "raw_binary": Raw(bench, encoded=True),
              "redis": Redis(bench), "duckdb": DuckDB(bench)}
    cases = plan(a.peers)
    for batch in {c.batch for c in cases if c.peer in ("raw_binary", "aura")}:
        bench.encoded(batch)
    measurements, failures = measure(bench, stores, cases, a.rounds)
    text = report.markdown(about, a, measurements, failures)
    print("\n" + text)
    if a.json:
        with open(a.json, "w") as f:
            json.dump({"machine": about, "workload_sha256": gen.DIGEST,
                       "options": vars(a), "lines": [
                           asdict(c) | {"failure": failures.get(c), "rounds": m}
                           for c, m in measurements.items()]}, f, indent=1)
            f.write("\n")
    if failures:
        return f"{len(failures)} of {len(cases)} lines failed"
    if a.record:
        report.record(os.path.join(BENCHMARKS, "README.md"), text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
