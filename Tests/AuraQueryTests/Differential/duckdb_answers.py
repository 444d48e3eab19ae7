"""Answers questions by DuckDB: reads tables and queries as JSON, writes the rows of each query."""
import datetime
import json
import sys

import duckdb

EPOCH = datetime.datetime(1970, 1, 1)
MICROSECOND = datetime.timedelta(microseconds=1)
# Whole numbers of up to 64 bits are one type in Aura.
NARROW = ["INTEGER", "SMALLINT", "TINYINT", "UINTEGER", "USMALLINT", "UTINYINT"]


def cell(value):
    """A value as JSON: `~` before a float, `=` before any other scalar; times as µs, dates as days."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "=true" if value else "=false"
    if isinstance(value, float):
        return "~" + repr(value)
    if isinstance(value, list):
        return [cell(item) for item in value]
    if isinstance(value, datetime.timedelta):
        value = value // MICROSECOND
    elif isinstance(value, datetime.datetime):
        if value.tzinfo is not None:
            value = value.astimezone(datetime.timezone.utc).replace(tzinfo=None)
        value = (value - EPOCH) // MICROSECOND
    elif isinstance(value, datetime.date):
        value = (value - EPOCH.date()).days
    return "=" + str(value)


def type_name(described):
    name = str(described)
    for narrow in NARROW:
        if name.removesuffix("[]") == narrow:
            return name.replace(narrow, "BIGINT")
    return name


def load(connection, table):
    def quoted(name):
        return '"' + name.replace('"', '""') + '"'

    columns = ", ".join(f"{quoted(name)} {kind}" for name, kind in table["columns"])
    connection.execute(f"create table {quoted(table['name'])} ({columns})")
    if table["values"][0]:
        values = ", ".join(f"unnest(?::varchar[])::{kind}" for _, kind in table["columns"])
        connection.execute(f"insert into {quoted(table['name'])} select {values}", table["values"])


def answer(connection, question):
    try:
        result = connection.execute(question)
        types = [type_name(column[1]) for column in result.description]
        return {"types": types, "rows": [[cell(value) for value in row] for row in result.fetchall()]}
    except (duckdb.Error, OverflowError, ValueError) as error:
        return {"error": str(error)}


def connected(request):
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("set timezone = 'UTC'")
    for table in request["tables"]:
        load(connection, table)
    connection.execute(f"set timezone = '{request['zone']}'")
    return connection


def main():
    request = json.load(sys.stdin)
    connection = connected(request)
    answers = []
    for question in request["questions"]:
        answers.append(answer(connection, question))
        # After a fault of its own DuckDB answers nothing more.
        if "INTERNAL Error" in answers[-1].get("error", ""):
            connection = connected(request)
    json.dump(answers, sys.stdout)


main()
