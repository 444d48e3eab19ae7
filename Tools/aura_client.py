#!/usr/bin/env python3
"""A client of Aura in Python's standard library alone, written from Formats/ and nothing else.

  aura_client.py append < events.ndjson     stores one event a line, once, whatever is interrupted
  aura_client.py tail --from 1 --limit 10   prints events as append takes them
  aura_client.py count --by type --by hour --where status='"failed"' --start 2026-03-01T00:00:00Z
  aura_client.py query 'SELECT type, count(*) AS n FROM events GROUP BY type'
  aura_client.py metric --by type --by hour --part users --part quantiles
  aura_client.py score --type visit --bucket 2026-03-01T10:00:00Z --width 3600
  aura_client.py sights
  aura_client.py status
  aura_client.py ping

An event is an object: {"time":"2026-03-02T10:00:00Z","type":"lab.result","id":"order 7",
"attributes":{"abnormal":false,"taken_at":{"timestamp":"2026-03-02T09:58:00Z"},
"order":{"uuid":"01234567-89ab-cdef-0123-456789abcdef"},"from":{"ip_prefix":"192.0.2.0/24"}}}.
Answers are JSON. The server is $AURA_URL or 127.0.0.1:7171, the key $AURA_TOKEN; auras://host:port
asks for TLS, and so does each of its flags; the exit codes are those of `aura exit-codes`. In
Python: from aura.client import Client; aura.producer.Producer.
"""

import argparse
import json
import os
import socket
import sys
from itertools import islice

from aura import values
from aura.client import Client
from aura.connection import TLS, Disconnected, ServerError
from aura.events import Event, json_of_value, text_of_time, time_of_text, value_of_json
from aura.producer import Producer

OK, FAILED, USAGE, CANNOT_CONNECT, NOT_AUTHORISED, TIMEOUT, PARTIAL = 0, 1, 2, 4, 5, 6, 7
WIDTHS = {"second": 10**6, "minute": 60 * 10**6, "hour": 3600 * 10**6, "day": 86400 * 10**6}


def append(client, options):
    """Stores the events of the standard input."""
    may_renumber = not options.resume
    producer = Producer(client, options.producer, options.window, may_renumber)
    first = producer.open() if options.resume else 1
    skipped = 0
    try:
        for number, events in enumerate(batches(sys.stdin, options.batch), 1):
            if number < first:
                skipped += 1
            else:
                producer.append(events)
    except ValueError:
        producer.close()
        raise
    producer.close()
    print_json({**producer.totals, "skipped": skipped})
    for warning in dict.fromkeys(producer.warnings):
        print(f"warning: {warning}", file=sys.stderr)
    return OK


def batches(lines, size):
    """Lists of so many events, one a line."""
    events = (event_of_line(n, line) for n, line in enumerate(lines, 1) if line.strip())
    return iter(lambda: list(islice(events, size)), [])


def event_of_line(number, line):
    try:
        return Event.from_json(line)
    except (ValueError, TypeError, AttributeError) as error:
        raise ValueError(f"line {number}: {error}") from None


def tail(client, options):
    """Prints events from a sequence number on, and then as they come."""
    events = client.events(options.start, options.type, warn_of_missing)
    for number, event in islice(events, options.limit):
        print(event.to_json(number), flush=True)
    return OK


def warn_of_missing(fields):
    print(
        "warning: {count} events of {chunk}, numbers {first} to {last}, cannot be read".format(
            **fields
        ),
        file=sys.stderr,
    )


def count(client, options):
    """Prints counts."""
    filters = {}
    for condition in options.where:
        name, _, text = condition.partition("=")
        filters.setdefault(name, []).append(value_of_text(text))
    groupings = [grouping(name) for name in options.by]
    questions = (options.type, *times(options), filters.items(), groupings, options.within)
    answer = client.count(*questions)
    for row in answer["rows"]:
        row["keys"] = [json_of_key(*key) for key in row["keys"]]
        row.update(first=text_of_time(row["first"]), last=text_of_time(row["last"]))
    for part in answer["missing"]:
        warn_of_missing(part)
    print_json({name: answer[name] for name in ("watermark", "complete", "rows")})
    return OK if answer["complete"] else PARTIAL


def value_of_text(text):
    """The value of a condition: JSON, or what is none as a text."""
    try:
        return value_of_json(json.loads(text))
    except json.JSONDecodeError:
        return text


def grouping(name):
    if name == "type":
        return 0, None
    return (1, WIDTHS[name]) if name in WIDTHS else (2, name)


def json_of_key(kind, value):
    if kind == 1:
        return text_of_time(value)
    return value if kind == 0 or value is None else json_of_value(value)


def query(client, options):
    """Prints the rows that a statement of SQL answers, one a line."""
    parameters = []
    for written in options.parameter:
        name, _, text = written.partition("=")
        parameters.append((name, (values.VARCHAR,), text))
    settings = [setting.partition("=")[::2] for setting in options.set]
    answer = client.query(options.statement, parameters, settings, options.within)
    names = [column["name"] for column in answer["columns"]]
    shown = [
        [json_of_result(column["type"], value) for value in column["values"]]
        for column in answer["columns"]
    ]
    for row in zip(*shown):
        print_json(dict(zip(names, row)))
    for part in answer["missing"]:
        warn_of_missing(part)
    return PARTIAL if answer["missing"] else OK


def json_of_result(codes, value):
    """A value of an answer as JSON: numbers as such, times and UUIDs as texts, intervals in parts."""
    if value is None:
        return None
    if codes[0] == values.LIST:
        return [json_of_result(codes[1:], item) for item in value]
    if codes[0] in (values.TIMESTAMP, values.TIMESTAMPTZ):
        text = text_of_time(value)
        return text if codes[0] == values.TIMESTAMPTZ else text.rstrip("Z")
    if codes[0] == values.DATE:
        return text_of_time(value * WIDTHS["day"]).partition("T")[0]
    if codes[0] == values.INTERVAL:
        return dict(zip(("months", "days", "microseconds"), value))
    return str(value) if codes[0] == values.UUID_TYPE else value


def metric(client, options):
    """Prints figures of the index, for a server that keeps one."""
    widths = [WIDTHS[name] for name in options.by if name != "type"]
    answer = client.metric(
        options.type, dimension(options.where), *times(options), "type" in options.by,
        widths[0] if widths else None, options.part, options.quantile or (0.5, 0.95, 0.99),
        options.widened, options.within,
    )  # fmt: skip
    for row in answer["rows"]:
        row["bucket"] = text_of_optional(row["bucket"])
    for name in ("window start", "window end"):
        answer[name] = text_of_time(answer[name])
    for part in answer.pop("missing"):
        warn_of_missing(part)
    print_json(answer)
    return PARTIAL if answer["gaps"] else OK


def score(client, options):
    """Prints how unusual a bucket is."""
    width = int(options.width * 10**6)
    bucket = time_of_text(options.bucket) // width * width
    asked = (options.type, dimension(options.where), options.of, options.previous)
    print_json(client.score(bucket, width, *asked, options.within))
    return OK


def sights(client, options):
    """Prints when events were last seen."""
    answer = client.sights(options.within)
    for sight in [answer["any"] or {}, *answer["types"], *answer["producers"]]:
        for name in sight.keys() & {"event", "arrival"}:
            sight[name] = text_of_optional(sight[name])
    print_json(answer)
    return OK


def times(options):
    return [text and time_of_text(text) for text in (options.start, options.end)]


def dimension(condition):
    """A pair of a name and a value; None without a condition."""
    if condition is None:
        return None
    name, _, text = condition.partition("=")
    return name, value_of_text(text)


def text_of_optional(time):
    return None if time is None else text_of_time(time)


def status(client, _):
    """Prints the server's state."""
    fields = client.status()
    fields["counters"] = {counter["name"]: counter["value"] for counter in fields["counters"]}
    print_json(fields)
    return OK


def ping(client, _):
    """Prints the milliseconds that an answer takes."""
    print_json({"milliseconds": round(1000 * client.ping(), 3)})
    return OK


def print_json(value):
    print(json.dumps(value, ensure_ascii=False))


def parsed():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--server", default=os.environ.get("AURA_URL") or "127.0.0.1:7171")
    parser.add_argument("--key", default=os.environ.get("AURA_TOKEN") or None)
    parser.add_argument("--retry-for", type=float, default=60, metavar="SECONDS")
    files = parser.add_argument_group("TLS")
    files.add_argument("--tls", action="store_true", help="or $AURA_TLS=true")
    for flag, variable, text in [
        ("--ca", "AURA_CA", "a PEM file of the authorities to trust; default: the system's"),
        ("--cert", "AURA_CERT", "a client certificate, a PEM file"),
        ("--cert-key", "AURA_KEY", "its private key; default: in the same file"),
        ("--server-name", "AURA_SERVER_NAME", "the name in the server's certificate"),
    ]:
        default = os.environ.get(variable) or None
        files.add_argument(flag, default=default, help=f"{text}; or ${variable}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(run):
        added = commands.add_parser(run.__name__, help=run.__doc__, description=run.__doc__)
        added.set_defaults(run=run)
        return added

    add = command(append).add_argument
    add("--producer", default=f"aura_client.py {socket.gethostname()}"[:128])
    add("--batch", type=int, default=1000, help="events a batch")
    add("--window", type=int, default=Producer.WINDOW, help="batches that wait for their answers")
    add(
        "--resume", action="store_true",
        help="goes on after an interrupted run: the same input, which is all the producer sends",
    )  # fmt: skip
    add = command(tail).add_argument
    add("--from", dest="start", type=int, default=0, help="a sequence number; 0: what comes now")
    add("--type", action="append", default=[])
    add("--limit", type=int, help="ends after so many events")
    add = command(count).add_argument
    add("--type", action="append", default=[])
    add("--start", help="the earliest time")
    add("--end", help="the time behind the last")
    add("--where", action="append", default=[], metavar="NAME=JSON", help="or a text")
    add("--by", action="append", default=[], help=f"type, {', '.join(WIDTHS)}, or an attribute")
    add("--within", type=float, metavar="SECONDS", help="cancels a count that takes longer")
    widths = ", ".join(WIDTHS)
    add = command(query).add_argument
    add("statement", help="SQL, see Formats/query.md")
    add("--parameter", action="append", default=[], metavar="NAME=TEXT", help="of $NAME")
    add("--set", action="append", default=[], metavar="NAME=VALUE", help="as SET does")
    add("--within", type=float, metavar="SECONDS", help="cancels what takes longer")
    add = command(metric).add_argument
    add("--type", action="append", default=[])
    add("--start", help="the earliest time")
    add("--end", help="the time behind the last")
    add("--where", metavar="NAME=JSON", help="a value of a dimension")
    add("--by", action="append", default=[], choices=["type", *WIDTHS], help=f"type, or {widths}")
    add("--part", action="append", default=[], choices=Client.PARTS)
    add("--quantile", action="append", type=float, help="of 0 to 1; default: 0.5, 0.95, 0.99")
    add("--widened", action="store_true", help="lets the window grow to whole buckets")
    add("--within", type=float, metavar="SECONDS", help="cancels what takes longer")
    add = command(score).add_argument
    add("--type")
    add("--where", metavar="NAME=JSON", help="a value of a dimension")
    add("--bucket", required=True, help="a time in the bucket")
    add("--width", type=float, default=3600, metavar="SECONDS")
    add("--of", default="count", choices=Client.STATISTICS)
    add("--previous", type=int, help="compares with so many buckets just before; default: weeks")
    add("--within", type=float, metavar="SECONDS", help="cancels what takes longer")
    add = command(sights).add_argument
    add("--within", type=float, metavar="SECONDS", help="cancels what takes longer")
    command(status)
    command(ping)
    return parser.parse_args()


def tls_of(options, is_asked):
    """How to speak TLS; None: not at all."""
    files = options.ca, options.cert, options.cert_key, options.server_name
    is_asked = is_asked or options.tls or any(files)
    is_on = os.environ.get("AURA_TLS", "").lower() in ("1", "true", "yes", "on")
    return TLS(*files) if is_asked or is_on else None


def main():
    options = parsed()
    scheme, _, address = options.server.rpartition("://")
    host, _, port = address.rstrip("/").rpartition(":")
    try:
        tls = tls_of(options, scheme == "auras")
        client = Client(host.strip("[]"), int(port), options.key, options.retry_for, tls)
        return options.run(client, options)
    except ServerError as error:
        print(f"error {error.code}: {error}" if error.code else f"error: {error}", file=sys.stderr)
        if error.code in (0, 206):  # whom the client does not trust, who wants TLS
            return CANNOT_CONNECT
        is_key = 201 <= error.code <= 205
        return NOT_AUTHORISED if is_key else TIMEOUT if error.code == 602 else FAILED
    except Disconnected as error:
        print(f"error: {error}", file=sys.stderr)
        return CANNOT_CONNECT
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


if __name__ == "__main__":
    sys.exit(main())
