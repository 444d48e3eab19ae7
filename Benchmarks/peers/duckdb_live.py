"""Asks DuckDB while events come in: see live.py.

    duckdb_live.py DATABASE PARQUET FIRST_US SQL SECONDS

Prints one JSON object, as aura_ask does, with the `events_per_s` that were committed.
"""
import json
import sys
import threading
import time

import duckdb

import gen
import live
from engines import IN_DUCKDB, TYPED


def committed(connection, events, stop, sent):
    """Commits batch after batch, each when it is due or as soon as the one before is through."""
    cursor, start, number = connection.cursor(), time.perf_counter(), 0
    while not stop.is_set():
        due = start + number * live.BATCH / live.RATE
        time.sleep(max(0, due - time.perf_counter()))
        batch = events.slice(number * live.BATCH % (gen.DIGEST_ROWS - live.BATCH), live.BATCH)
        cursor.register("batch", batch)
        cursor.execute("INSERT INTO events SELECT * FROM batch")
        cursor.unregister("batch")
        number += 1
        sent[0] += live.BATCH


def asked(connection, sql, seconds):
    """Seconds of each answer."""
    cursor, found, start = connection.cursor(), [], time.perf_counter()
    while time.perf_counter() < start + seconds:
        begin = time.perf_counter()
        cursor.sql(sql).to_arrow_table()
        found.append(time.perf_counter() - begin)
        time.sleep(max(0, live.EVERY_MS / 1e3 - found[-1]))
    return sorted(found)


def main():
    path, parquet, first, sql, seconds = sys.argv[1:]
    connection = duckdb.connect(path, config={"threads": 2})
    connection.execute("SET TimeZone = 'UTC'")
    times = f"SELECT * REPLACE ({first} + (row_number() OVER () - 1) * {live.STEP_US} AS ts) FROM '{parquet}'"
    events = connection.sql(
        IN_DUCKDB.format(TYPED, parquet).replace(f"'{parquet}'", f"({times} LIMIT {gen.DIGEST_ROWS})")
    ).to_arrow_table().combine_chunks()
    stop, sent = threading.Event(), [0]
    writer = threading.Thread(target=committed, args=(connection, events, stop, sent))
    writer.start()
    try:
        time.sleep(live.LEAD_S)
        before, begin = sent[0], time.perf_counter()
        found = asked(connection, sql, float(seconds))
        rate = (sent[0] - before) / (time.perf_counter() - begin)
    finally:
        stop.set()
        writer.join()
    print(json.dumps({
        "asked": len(found), "events_per_s": rate, "answer_ms_p50": found[len(found) // 2] * 1e3,
        "answer_ms_p99": found[int(len(found) * .99)] * 1e3, "answer_ms_max": found[-1] * 1e3}))


if __name__ == "__main__":
    main()
