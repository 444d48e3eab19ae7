"""A producer that sends safely: once each, in order, whatever ends in between.

The rules are those of wire.md, "Sending safely".
"""

from . import batch, wire
from .client import Pause
from .connection import FIX_REQUEST, RECONNECT, REOPEN_PRODUCER, RETRY, STOP, Disconnected
from .connection import ServerError
from .xxh3 import hash64


class Kept:
    """A batch that may have to be sent again."""

    def __init__(self, data, rows):
        self.data = data
        self.rows = rows
        self.hash = hash64(data)
        self.last = None  # the number of its last event, while it is acknowledged
        self.was_acknowledged = False


class Producer:
    """A named producer; one place in one process uses a name at a time.

    Without `may_renumber`, batches keep their numbers even if the store has lost old ones, as a
    copy restored from a backup has: then whoever has them must send from there on.
    """

    WINDOW = 64  # batches ahead of the last acknowledgement

    def __init__(self, client, name, window=WINDOW, may_renumber=True):
        self.client = client
        self.name = name
        self.window = max(1, min(window, self.WINDOW))
        self.may_renumber = may_renumber
        self.pause = Pause(client.retry_for)
        self.connection = None
        self.incarnation = None
        self.kept = {}  # number → Kept, ascending: what is not stable yet
        self.next = None  # the number of the next new batch
        self.cursor = None  # the number of the batch to send next
        self.sent = {}  # request → number: what waits for its answer
        self.back = None  # the error that sent the cursor back, until all answers are there
        self.totals = {"batches": 0, "events": 0, "duplicates": 0, "rewritten": 0}
        self.warnings = []

    def open(self):
        """Opens the producer; returns the number that its next batch will have."""
        self._until(lambda: True)
        return self.next

    def append(self, events):
        """Sends a batch of events, keeps it until it is stable, returns when the next may come.

        A batch that the server refuses raises ServerError, here or later: all before it are stored
        then, and nothing behind it.
        """
        events = list(events)
        kept = Kept(batch.encode(events), len(events))
        self.open()
        self.kept[self.next] = kept
        self.next += 1
        self.totals["batches"] += 1
        self.totals["events"] += kept.rows
        self._until(lambda: self._waiting() < self.window)

    def flush(self):
        """Waits until all is acknowledged: durable and visible."""
        self._until(lambda: not self._waiting() and self.back is None)

    def close(self):
        """Waits until all is stable, so that nothing has to be kept."""
        self._until(lambda: not self.kept and self.back is None)
        if self.connection:
            self.connection.close()

    def _waiting(self):
        return sum(kept.last is None for kept in self.kept.values())

    def _until(self, holds):
        """Sends what may be sent and takes answers, over as many connections as it takes."""
        while True:
            try:
                if self.connection is None:
                    self._connect()
                if self.back is not None and not self.sent:
                    self._go_on()
                if self.back is None:
                    self._send()
                if holds():
                    return
                if self.connection.is_closing and not self.sent:
                    raise Disconnected("the server is closing")
                self._take(self.connection.receive())
            except (ServerError, Disconnected) as error:
                self._disconnect()
                self.pause.after(error)

    # Opening

    def _connect(self):
        connection = self.client.connect()
        try:
            request = connection.new_request()
            connection.send(wire.PRODUCER_OPEN, {"name": self.name}, request)
            frame = connection.receive()
            while frame.request != request:
                frame = connection.receive()
            if frame.opcode == wire.ERROR:
                raise ServerError.of(frame.fields)
            self._resume(connection.incarnation, frame.fields["next sequence"])
        except BaseException:
            connection.close()
            raise
        self.connection = connection
        self.state = {name: frame.fields[name] for name in ("producer", "epoch")}

    def _resume(self, incarnation, following):
        """Sets what to send on a new connection."""
        is_restored = self.incarnation not in (None, incarnation)
        self.incarnation = incarnation
        if not self.kept:
            self.next = self.cursor = following
            return
        first = next(iter(self.kept))
        if following > self.next:
            raise self._shared()
        if is_restored or following < first:
            if not self.may_renumber:
                raise ServerError(501, STOP, f"the store has lost batches from {following} on")
            self.kept = dict(enumerate(self.kept.values(), following))
            self.next = following + len(self.kept)
        for number, kept in self.kept.items():
            if number >= following:
                kept.last = None
        # What is stored without an acknowledgement is sent too: the answer says where it is. And
        # the last in any case: only where a batch was acknowledged STABLE comes.
        unanswered = [number for number, kept in self.kept.items() if kept.last is None]
        self.cursor = min(unanswered, default=self.next - 1)
        self.kept[self.next - 1].last = None

    def _shared(self):
        return ServerError(503, STOP, f"another client uses the producer '{self.name}'")

    def _disconnect(self):
        if self.connection:
            self.connection.close()
        self.connection = self.back = None
        self.sent.clear()

    # Sending

    def _send(self):
        connection = self.connection
        most = min(self.window, connection.maximum_in_flight)
        while self.cursor < self.next and len(self.sent) < most and not connection.is_closing:
            kept = self.kept[self.cursor]
            size = wire.FIXED_SIZE + len(kept.data)
            if size > connection.most:
                raise ServerError(104, FIX_REQUEST, f"the server takes {connection.most} bytes")
            if size > connection.credit:
                return
            request = connection.new_request()
            fields = {**self.state, "sequence": self.cursor, "batch": kept.data}
            self.sent[request] = self.cursor
            self.cursor += 1
            connection.send(wire.APPEND, fields, request, body_hash=kept.hash)

    # Answers

    def _take(self, frame):
        number = self.sent.pop(frame.request, None)
        if number is not None and frame.opcode == wire.APPEND_ACK:
            self._acknowledged(number, frame.fields)
        elif number is not None and frame.opcode == wire.ERROR:
            self._failed(number, ServerError.of(frame.fields))
        for number, kept in list(self.kept.items()):
            if kept.last is None or kept.last > self.connection.stable:
                break
            del self.kept[number]

    def _acknowledged(self, number, fields):
        is_duplicate, is_forgotten, is_rewritten = (fields["flags"] >> n & 1 for n in range(3))
        kept = self.kept[number]
        if is_forgotten and not kept.was_acknowledged:
            raise self._shared()
        kept.was_acknowledged = True
        kept.last = 0 if is_forgotten else fields["first sequence"] + fields["rows"] - 1
        self.totals["duplicates"] += is_duplicate
        self.totals["rewritten"] += is_rewritten
        self.warnings += [warning["text"] for warning in fields["warnings"]]
        self.pause.progress()

    def _failed(self, number, error):
        if error.kind == REOPEN_PRODUCER:
            raise ServerError(error.code, RECONNECT, str(error))
        if error.kind == FIX_REQUEST:
            raise ServerError(error.code, FIX_REQUEST, f"batch {number}: {error}")
        if error.kind != RETRY:
            raise error
        number = error.expected or number
        if number not in self.kept:
            raise ServerError(error.code, STOP, f"batch {number} is missing and not kept: {error}")
        if self.back is None:
            self.back = error
            self.cursor = number
        self.cursor = min(self.cursor, number)

    def _go_on(self):
        """All answers are there after a failure: sends again from the batch that failed."""
        error, self.back = self.back, None
        self.pause.after(error)
