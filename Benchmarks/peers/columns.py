"""Bytes per event of each column of the workload, in the stores beside Aura.

The properties are columns of their own everywhere, as they are in Aura.  Run as a program, it prints
ClickHouse's as JSON: that engine lives in a process of its own.
"""
import collections
import json
import os
import subprocess
import sys

PROPERTIES = ("device", "browser", "region")
# As one would declare it who knows the data: sorted by type and time, time as differences.
CLICKHOUSE = """ts Int64 codec(Delta, ZSTD(1)), type LowCardinality(String), user_id UInt64 codec(ZSTD(1)),
 patient_id Nullable(Int64) codec(ZSTD(1)), provider_id Nullable(Int32) codec(ZSTD(1)),
 session_id UUID codec(ZSTD(1)), status LowCardinality(Nullable(String)),
 duration_ms Nullable(Float64) codec(ZSTD(1)), score Nullable(Float64) codec(ZSTD(1)),
 ip LowCardinality(String), """ + ", ".join(f"`properties.{p}` LowCardinality(String)" for p in PROPERTIES)


def clickhouse(parquet, folder):
    """In a MergeTree of ClickHouse, merged into one part, with threads for two cores."""
    command = [sys.executable, os.path.abspath(__file__), parquet, os.path.join(folder, "clickhouse")]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def in_clickhouse(parquet, folder):
    from chdb import session
    store = session.Session(folder)
    store.query(f"create table events ({CLICKHOUSE}) engine = MergeTree order by (type, ts)")
    extracted = ", ".join(f"JSONExtractString(properties, '{p}')" for p in PROPERTIES)
    store.query(f"insert into events select * except properties, {extracted} "
                f"from file('{parquet}', Parquet) settings max_threads = 2, max_insert_threads = 2")
    store.query("optimize table events final")
    found = store.query("select column, sum(column_data_compressed_bytes) / sum(rows) "
                        "from system.parts_columns where active and table = 'events' "
                        "group by column format JSONCompact")
    return dict(json.loads(found.bytes())["data"])


def in_duckdb(connection, table, block_bytes=262_144):
    """Of a DuckDB table, by where its segments begin: each reaches to the next of its block."""
    segments = connection.execute(
        f"select column_name, block_id, block_offset, additional_block_ids "
        f"from pragma_storage_info('{table}') where persistent").fetchall()
    rows = connection.execute(f"select count(*) from {table}").fetchone()[0]
    of_block = collections.defaultdict(list)
    sizes = collections.Counter()
    for name, block, offset, more in segments:
        of_block[block].append((offset, name))
        sizes[name] += len(more or []) * block_bytes
    for found in of_block.values():
        # A segment that ends its block is taken to fill it.
        found.sort()
        for (offset, name), (end, _) in zip(found, found[1:] + [(block_bytes, None)]):
            sizes[name] += end - offset
    return {name: size / rows for name, size in sizes.items()}


def in_parquet(metadata):
    """Of a Parquet file, by its metadata."""
    sizes = collections.Counter()
    for group in range(metadata.num_row_groups):
        for column in range(metadata.num_columns):
            found = metadata.row_group(group).column(column)
            sizes[found.path_in_schema] += found.total_compressed_size
    return {name: size / metadata.num_rows for name, size in sizes.items()}


if __name__ == "__main__":
    print(json.dumps(in_clickhouse(*sys.argv[1:])))
