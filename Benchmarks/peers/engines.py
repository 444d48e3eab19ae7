"""The stores beside Aura that are asked, each in a process of its own: DuckDB and ClickHouse.

Like Aura's, each has `load(bench)`, which fills a fresh folder; `ask`, which returns the `seconds` of
each asking and the `rows`; and `memory_mb`.  They raise `PeerFailed`.
"""
import json
import os
import re
import subprocess
import sys
from contextlib import suppress
from importlib.metadata import version

import columns
from machine import PeerFailed, time_limit
from stores import HERE, run

ANSWER_S = 120
LOADING_S = 3600
PROPERTY = re.compile(r"\bproperties\.(\w+)")
TYPED = ", ".join(f"properties->>'{p}' AS \"properties.{p}\"" for p in columns.PROPERTIES)
IN_DUCKDB = """SELECT make_timestamp(ts) AS time, type, user_id::BIGINT AS user_id,
 patient_id, provider_id, session_id::UUID AS session_id, status, duration_ms, score, ip, {} FROM '{}'"""
IN_CLICKHOUSE = """ts Int64, type LowCardinality(String), user_id UInt64, patient_id Nullable(Int64),
 provider_id Nullable(Int32), session_id UUID, status LowCardinality(Nullable(String)),
 duration_ms Nullable(Float64), score Nullable(Float64), ip LowCardinality(String), """ + ", ".join(
    f"`properties.{p}` LowCardinality(String)" for p in columns.PROPERTIES)


class Peer:
    """An engine in a process of asker.py, which starts when it is first asked."""

    def __init__(self, folder):
        self.path, self.process = os.path.join(folder, "store"), None

    def declared(self):
        return f"{self.version()} {self.declaration}"

    def load(self, bench):
        # In a process of its own: an engine keeps memory, and ClickHouse the folder.
        run([sys.executable, os.path.abspath(__file__), type(self).__name__,
             os.path.dirname(self.path), bench.parquet], LOADING_S)

    def ask(self, question, setup, times, is_warm=True, wants_rows=True):
        found = self.answer({"sql": self.text(question), "threads": setup.threads,
                             "times": times + is_warm, "wants_rows": wants_rows})
        return found | {"seconds": found["seconds"][-times:]}

    def memory_mb(self, questions, setup):
        """The most that a fresh process holds which answers all of them, Python included."""
        self.close()
        try:
            return max(self.ask(q, setup, 1, is_warm=False, wants_rows=False)["peak_mb"] for q in questions)
        finally:
            self.close()

    def answer(self, request):
        if not self.process:
            command = [sys.executable, os.path.join(HERE, "asker.py"), self.dialect, self.path]
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        process, line = self.process, ""
        with time_limit(process, ANSWER_S * request["times"]) as is_late:
            # A process that has ended reads nothing.
            with suppress(BrokenPipeError):
                print(json.dumps(request), file=process.stdin, flush=True)
                line = process.stdout.readline()
        if not line:
            self.close()
            raise PeerFailed(f"{self.dialect}: no answer in time" if is_late.is_set()
                             else f"{self.dialect} ended with {process.returncode}")
        found = json.loads(line)
        if "error" in found:
            raise PeerFailed(f"{self.dialect}: {found['error']}")
        return found

    def close(self):
        if not self.process:
            return
        process, self.process = self.process, None
        with suppress(BrokenPipeError):
            process.stdin.close()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


class DuckDB(Peer):
    """A table of typed columns, the properties too; times without a zone, for it is slower with one."""
    dialect = "duckdb"
    declaration = IN_DUCKDB.format(TYPED, "")
    property = r'"properties.\1"'

    def version(self):
        return version("duckdb")

    def text(self, question):
        return PROPERTY.sub(self.property, question.texts["duckdb"].replace("TIMESTAMPTZ '", "TIMESTAMP '"))

    def fill(self, parquet, properties=TYPED):
        import duckdb
        with duckdb.connect(self.path, config={"threads": 2}) as connection:
            connection.execute("CREATE TABLE events AS " + IN_DUCKDB.format(properties, parquet))
            connection.execute("CHECKPOINT")


class DuckDBJSON(DuckDB):
    """The properties in one column of JSON."""
    declaration = IN_DUCKDB.format("properties::JSON AS properties", "")
    property = r"(properties->>'\1')"

    def fill(self, parquet):
        super().fill(parquet, "properties::JSON AS properties")


class ClickHouse(Peer):
    """A MergeTree by type and time, of one part."""
    dialect = "clickhouse"
    declaration = IN_CLICKHOUSE

    def version(self):
        return version("chdb-core")

    def text(self, question):
        return PROPERTY.sub(r"`properties.\1`", question.texts["clickhouse"])

    def fill(self, parquet):
        from chdb import session
        store = session.Session(self.path)
        extracted = ", ".join(f"JSONExtractString(properties, '{p}')" for p in columns.PROPERTIES)
        store.query(f"create table events ({self.declaration}) engine = MergeTree order by (type, ts)")
        store.query(f"insert into events select * except properties, {extracted} "
                    f"from file('{parquet}', Parquet) settings max_threads = 2, max_insert_threads = 2")
        store.query("optimize table events final")


class ClickHouseTuned(ClickHouse):
    """The same with a codec for each column."""
    declaration = columns.CLICKHOUSE


if __name__ == "__main__":
    name, folder, parquet = sys.argv[1:]
    globals()[name](folder).fill(parquet)
