#!/usr/bin/env python3
"""Answers questions.sql by DuckDB (PyPI: duckdb, pytz), which is what Aura's answers must equal.

Prints each question and its rows: values as VARCHAR, with tabs between, NULL as \\N.
"""
import pathlib

import duckdb

TABLES = {
    "t": """select 1 as a, 1 as b, 'one' as s, 1.5::double as d union all select 2, 2, 'two', 2.5
        union all select 3, 1, 'three', 0.25 union all select 4, null, 'four', null
        union all select 5, 2, 'five', -1 union all select 6, 3, null, 10""",
    "u": "select 1 as id, 'one' as name union all select 2, 'two' union all select 4, 'four'",
    "e": """select timestamp '2024-05-01 10:05:00' as ts union all select timestamp '2024-05-01 10:40:00'
        union all select timestamp '2024-05-01 11:00:00' union all select timestamp '2024-05-02 00:00:01'""",
}


def main():
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    for name, query in TABLES.items():
        query = query.replace("select 1 as a", "select 1::bigint as a")
        connection.execute(f"create table {name} as {query}")
    print("-- " + "\n-- ".join(f"{name}: {' '.join(query.split())}" for name, query in TABLES.items()))
    for question in pathlib.Path(__file__).with_name("questions.sql").read_text().splitlines():
        names = [f"c{i}" for i in range(len(connection.execute(question).description))]
        texts = ", ".join(f"{name}::varchar" for name in names)
        rows = connection.execute(f"select {texts} from ({question}) as q({', '.join(names)})").fetchall()
        print("> " + question)
        for row in rows:
            print("\t".join("\\N" if value is None else value for value in row))


main()
