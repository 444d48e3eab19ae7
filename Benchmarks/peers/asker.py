"""Asks one peer in a process of its own, warm, through the engine's API.

    asker.py duckdb|clickhouse STORE

Each line on standard input is a JSON object with `sql`, `threads`, `times` and `wants_rows`; each on
standard output is its answer: the `seconds` of each time, the `rows`, if wanted, with the `kinds` of
their values, and the `peak_mb` of this process so far; or an `error`.
"""
import json
import os
import sys
import time


class DuckDB:
    """A database file, read only; answers as Arrow, which costs least to hand over."""

    def __init__(self, path):
        import duckdb
        self.connection = duckdb.connect(path, read_only=True)
        self.connection.execute("SET TimeZone = 'UTC'")
        self.threads = 0

    def ask(self, sql, threads):
        if threads != self.threads:
            self.connection.execute(f"SET threads = {threads}")
            self.threads = threads
        return self.connection.sql(sql).to_arrow_table()

    @staticmethod
    def table(answer):
        return answer


class ClickHouse:
    """chdb: the ClickHouse engine in process, tables of an on-disk session."""

    def __init__(self, folder):
        from chdb import session
        self.session = session.Session(folder)

    def ask(self, sql, threads):
        return self.session.query(f"{sql} settings max_threads = {threads}", "ArrowStream")

    @staticmethod
    def table(answer):
        import pyarrow.ipc
        return pyarrow.ipc.open_stream(answer.bytes()).read_all()


def kind(arrow_type):
    """What answers.py must know of a column to read the same value from text."""
    import pyarrow.types as t
    is_whole = t.is_integer(arrow_type) or t.is_decimal(arrow_type) and arrow_type.scale == 0
    return ("whole" if is_whole else "float" if t.is_floating(arrow_type) or t.is_decimal(arrow_type)
            else "list" if t.is_list(arrow_type) else "time" if t.is_timestamp(arrow_type)
            else "date" if t.is_date(arrow_type) else "bool" if t.is_boolean(arrow_type) else "text")


def values(column, of_kind):
    """A column as JSON can carry it: times as microseconds, dates and UUIDs as text."""
    import pyarrow as pa
    if of_kind == "time":
        return column.cast(pa.timestamp("us", column.type.tz)).cast(pa.int64()).to_pylist()
    as_json = {"whole": int, "float": float, "date": str, "text": text}.get(of_kind, lambda x: x)
    return [None if x is None else as_json(x) for x in column.to_pylist()]


def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def peak_mb():
    with open("/proc/self/status") as f:
        return next(int(line.split()[1]) / 1024 for line in f if line.startswith("VmHWM"))


def answered(engine, request):
    seconds = []
    for _ in range(request["times"]):
        begin = time.perf_counter()
        answer = engine.ask(request["sql"], request["threads"])
        seconds.append(time.perf_counter() - begin)
    found = {"seconds": seconds, "peak_mb": peak_mb()}
    if request["wants_rows"]:
        table = engine.table(answer)
        kinds = [kind(t) for t in table.schema.types]
        columns = [values(c, k) for c, k in zip(table.columns, kinds)]
        found |= {"kinds": kinds, "rows": list(zip(*columns))}
    return found


def main():
    engine = {"duckdb": DuckDB, "clickhouse": ClickHouse}[sys.argv[1]](sys.argv[2])
    # What an engine prints must not come between the answers.
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        try:
            found = answered(engine, json.loads(line))
        except Exception as e:  # an engine that cannot answer is a result too
            found = {"error": f"{type(e).__name__}: {e}"[:500]}
        print(json.dumps(found), file=out, flush=True)


if __name__ == "__main__":
    main()
