"""Loads DuckDB, in process: one transaction per batch, each commit one fdatasync.

The batches are Arrow tables with the columns' types, so nothing is parsed while the clock runs.
"""
import argparse
import json
import time

import duckdb
import pyarrow.parquet as pq

DDL = """create table events(ts bigint, type varchar, user_id ubigint, patient_id bigint,
 provider_id bigint, session_id uuid, status varchar, duration_ms double, score double,
 ip varchar, properties varchar)"""


def options():
    ap = argparse.ArgumentParser()
    ap.add_argument("--parquet", required=True)
    ap.add_argument("--database", required=True)
    ap.add_argument("--events", type=int, default=1_000_000)
    ap.add_argument("--batch", type=int, default=1000)
    ap.add_argument("--seconds", type=float, default=2)
    ap.add_argument("--warm-up", type=float, default=0)
    return ap.parse_args()


def load(con, batches, seconds):
    """Inserts one batch after another; returns each one's seconds and the whole time."""
    latencies, start = [], time.perf_counter()
    while (t := time.perf_counter()) - start < seconds:
        con.register("batch", batches[len(latencies) % len(batches)])
        con.execute("insert into events select * from batch")
        latencies.append(time.perf_counter() - t)
    return latencies, time.perf_counter() - start


def main():
    a = options()
    table = pq.read_table(a.parquet).slice(0, a.events).combine_chunks()
    batches = [table.slice(i, a.batch) for i in range(0, a.events - a.batch + 1, a.batch)]
    con = duckdb.connect(a.database, config={"threads": 1})
    con.execute(DDL)
    warm = len(load(con, batches, a.warm_up)[0])
    cpu = time.process_time()
    latencies, elapsed = load(con, batches, a.seconds)
    cpu = time.process_time() - cpu
    events = len(latencies) * a.batch
    stored = con.execute("select count(*) from events").fetchone()[0]
    if stored != events + warm * a.batch:
        raise SystemExit(f"acknowledged {events + warm * a.batch} events, holds {stored}")
    latencies.sort()
    sent = sum(batches[i % len(batches)].nbytes for i in range(len(latencies)))
    print(json.dumps({
        "events": events, "batches": len(latencies), "seconds": round(elapsed, 4),
        "events_per_s": round(events / elapsed), "client_cpu_s": round(cpu, 3),
        "ack_ms_p50": round(latencies[len(latencies) // 2] * 1e3, 4),
        "ack_ms_p99": round(latencies[int(len(latencies) * .99)] * 1e3, 4),
        "ack_ms_max": round(latencies[-1] * 1e3, 4), "encoded_bytes": sent}))


if __name__ == "__main__":
    main()
