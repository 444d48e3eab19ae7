"""A client that asks: counts, events as they come, the server's state.

What one connection cannot finish is asked again on another, as the class of the failure says.
"""

import random
import time
from contextlib import closing, suppress
from itertools import chain

from . import batch, wire
from .connection import RECONNECT, RETRY, STOP, Connection, Disconnected, ServerError


class Pause:
    """Waits that grow from 50 ms to 5 s, with a random part, until too much time went by."""

    def __init__(self, limit):
        self.limit = limit
        self.progress()

    def progress(self):
        """Something went well: begin anew."""
        self.wait = 0.05
        self.deadline = None

    def after(self, error):
        """Waits before the next attempt; raises the error where another would not help."""
        kind = getattr(error, "kind", RECONNECT)
        self.deadline = self.deadline or time.monotonic() + self.limit
        wait = max(getattr(error, "retry_after", 0), self.wait * random.uniform(0.5, 1))
        if kind not in (RETRY, RECONNECT) or time.monotonic() + wait > self.deadline:
            raise error
        time.sleep(wait)
        self.wait = min(2 * self.wait, 5)


class Client:
    """A server's address and key, and the connection to it while there is one."""

    def __init__(self, host="127.0.0.1", port=7171, key=None, retry_for=60, tls=None):
        self.address = (host, port)
        self.key = key
        self.tls = tls
        self.retry_for = retry_for
        self.connection = None

    def connect(self):
        """A new connection: one attempt."""
        return Connection(self.address, self.key, tls=self.tls)

    def close(self):
        """Ends the connection."""
        if self.connection:
            self.connection.close()
        self.connection = None

    def ping(self):
        """The seconds that an answer takes."""
        start = time.monotonic()
        self._ask(wire.PING, {"value": 7}, wire.PONG)
        return time.monotonic() - start

    def status(self):
        """The fields of STATUS_INFO."""
        return self._ask(wire.STATUS, {}, wire.STATUS_INFO)[0]

    def count(self, types=(), start=None, end=None, filters=(), groupings=(), within=None):
        """The watermark, whether the answer is complete, what is missing, and the rows of a count.

        Filters are pairs of a name and its values, groupings pairs as wire.GROUPING has them. A
        count that takes longer than `within` seconds is cancelled: then ServerError 602.
        """
        question = {
            "types": list(types),
            "start": start,
            "end": end,
            "filters": [{"attribute": name, "values": list(v)} for name, v in filters],
            "groupings": list(groupings),
        }
        answers = self._ask(wire.COUNT, question, wire.COUNTS, within)
        rows = list(chain.from_iterable(answer["rows"] for answer in answers))
        return {**answers[-1], "rows": rows}

    CREDIT = 1 << 20

    def query(self, text, parameters=(), settings=(), within=None):
        """The answer to a statement of Formats/query.md: RESULT's fields with the values of all frames.

        Parameters are triples of a name, a type of `values` and a value, settings pairs of a name and
        a text. What a statement changes is in "changes": pass it on. A wrong one is ServerError 601.
        """
        question = {
            "text": text,
            "settings": [{"name": name, "value": value} for name, value in settings],
            "parameters": [{"name": n, "type": t, "value": v} for n, t, v in parameters],
            "progress": False,
            "credit": self.CREDIT,
        }
        answers = self._ask(wire.QUERY, question, wire.RESULT, within)
        columns = [{**column, "values": []} for column in answers[0]["columns"]]
        for answer in answers:
            for column, part in zip(columns, answer["columns"]):
                column["values"] += part["values"]
        rows = sum(answer["rows"] for answer in answers)
        return {**answers[-1], "rows": rows, "columns": columns}

    PARTS = {"values": 1, "quantiles": 2, "users": 4}
    STATISTICS = ("count", "error_rate", "mean")

    def metric(
        self, types=(), dimension=None, start=None, end=None, by_type=False, bucket=None,
        parts=(), quantiles=(0.5, 0.95, 0.99), widened=False, within=None,
    ):  # fmt: skip
        """The fields of METRICS, with the rows of all its frames.

        The dimension is a pair of a name and a value, parts are names of PARTS; the window grows to
        whole buckets where it is `widened`.
        """
        question = {
            "types": list(types),
            "dimension": dimension and {"attribute": dimension[0], "value": dimension[1]},
            "start": start,
            "end": end,
            "by type": by_type,
            "bucket": bucket,
            "parts": sum(self.PARTS[part] for part in set(parts)),
            "quantiles": list(quantiles),
            "edges": int(widened),
        }
        answers = self._ask(wire.METRIC, question, wire.METRICS, within)
        rows = list(chain.from_iterable(answer["rows"] for answer in answers))
        return {**answers[-1], "rows": rows}

    def score(
        self, bucket, width, type=None, dimension=None, statistic="count", previous=None,
        within=None,
    ):  # fmt: skip
        """The fields of SCORE_INFO, and z and robust z, which are None where they are not defined.

        A bucket is compared with the same one of the weeks before, or with so many `previous` ones.
        """
        question = {
            "type": type,
            "dimension": dimension and {"attribute": dimension[0], "value": dimension[1]},
            "statistic": self.STATISTICS.index(statistic),
            "bucket": bucket,
            "width": width,
            "comparison": (0, None) if previous is None else (1, previous),
        }
        answer = self._ask(wire.SCORE, question, wire.SCORE_INFO, within)[0]
        usual, value = answer["baseline"], answer["value"]

        def deviations(middle, unit):
            is_defined = usual and value is not None and usual[unit] > 0
            return (value - usual[middle]) / usual[unit] if is_defined else None

        robust = deviations("median", "median deviation")
        robust = robust if robust is None else robust / 1.4826
        return {**answer, "z": deviations("mean", "deviation"), "robust z": robust}

    def sights(self, within=None):
        """The fields of SIGHTS_INFO, with the types and producers of all its frames."""
        answers = self._ask(wire.SIGHTS, {}, wire.SIGHTS_INFO, within)
        lists = {
            name: list(chain.from_iterable(answer[name] for answer in answers))
            for name in ("types", "producers")
        }
        return {**answers[-1], **lists}

    def _ask(self, opcode, fields, answer, within=None):
        """The fields of all frames that answer a request."""
        pause = Pause(self.retry_for)
        while True:
            try:
                self.connection = self.connection or self.connect()
                return self._answers(self.connection, opcode, fields, answer, within)
            except (ServerError, Disconnected) as error:
                if getattr(error, "kind", RECONNECT) != RETRY:
                    self.close()
                if getattr(error, "code", 0) == 602:
                    raise
                pause.after(error)

    @staticmethod
    def _answers(connection, opcode, fields, answer, within):
        request = connection.new_request()
        connection.send(opcode, fields, request)
        deadline = None if within is None else time.monotonic() + within
        found = []
        while True:
            left = None if deadline is None else max(0, deadline - time.monotonic())
            frame = connection.receive(left)
            if frame is None:
                connection.send(wire.CANCEL, {"request id": request})
                deadline = None
            elif frame.request == request and frame.flags & wire.RESPONSE:
                if frame.opcode == wire.ERROR:
                    raise ServerError.of(frame.fields)
                if frame.opcode != answer:
                    raise ServerError(108, STOP, f"answered with opcode {frame.opcode}")
                found.append(frame.fields)
                if opcode == wire.QUERY and frame.flags & wire.MORE:
                    connection.send(wire.CREDIT, {"bytes": frame.size}, request)
                if not frame.flags & wire.MORE:
                    return found

    def events(self, start=0, types=(), on_missing=lambda fields: None):
        """Pairs of sequence number and event, from a number on and then as they come, for ever.

        0 means: from what comes now on. Closing the generator cancels the subscription. Before the
        events that follow, `on_missing` gets the fields of MISSING for each part of the store that
        cannot be read.
        """
        return Subscription(self, start, list(types), on_missing).events()


class Subscription:
    """Events from a sequence number on, over as many connections as it takes."""

    CREDIT = 1 << 20

    def __init__(self, client, start, types, on_missing):
        self.client = client
        self.on_missing = on_missing
        self.next = start
        self.types = types
        self.incarnation = None
        self.pause = Pause(client.retry_for)

    def events(self):
        """Pairs of sequence number and event."""
        while True:
            try:
                with closing(self.client.connect()) as connection:
                    if self.incarnation not in (None, connection.incarnation):
                        raise ServerError(603, STOP, "the store was restored: its numbers are new")
                    self.incarnation = connection.incarnation
                    yield from self._received(connection)
            except (ServerError, Disconnected) as error:
                self.pause.after(error)

    def _received(self, connection):
        request = connection.new_request()
        start = {"from": self.next, "types": self.types, "credit": self.CREDIT}
        connection.send(wire.SUBSCRIBE, start, request)
        try:
            while True:
                frame = connection.receive()
                if frame.request != request:
                    continue
                if frame.opcode == wire.ERROR:
                    raise ServerError.of(frame.fields)
                if frame.opcode == wire.END:
                    raise Disconnected("the server ends the subscription")
                if frame.opcode == wire.MISSING:
                    self.on_missing(frame.fields)
                    continue
                for number, event in numbered(frame.fields):
                    yield number, event
                    self.next = number + 1
                self.next = frame.fields["last"] + 1
                connection.send(wire.CREDIT, {"bytes": frame.size}, request)
                self.pause.progress()
        except GeneratorExit:
            with suppress(ServerError, Disconnected):
                connection.send(wire.CANCEL, {"request id": request})
                while connection.receive().opcode != wire.END:
                    pass
            raise


def numbered(fields):
    """Pairs of sequence number and event of an EVENTS."""
    if not fields["batch"]:
        return
    found = batch.decode(fields["batch"])
    ranges = fields["ranges"] or [(fields["first"], len(found))]
    numbers = chain.from_iterable(range(first, first + count) for first, count in ranges)
    yield from zip(numbers, found)
