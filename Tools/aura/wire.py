"""Frames and messages of the wire, as `Formats/wire.md` has them.

A message's fields are a dict whose keys are the names that wire.md gives them.
"""

from collections import namedtuple
from struct import pack, unpack, unpack_from

from .forms import (
    F64, FLAG, I64, TIME, U8, U16, U32, U64, VALUE, Input, Kinds, List, Malformed, Number, Optional,
    Record, Text, need,
)  # fmt: skip
from .values import Type, read_values, write_values
from .xxh3 import hash32, hash64

HEADER = "<4sHBBII4sIQ"
HEADER_SIZE = 32
FIXED_SIZE = 32
RESPONSE, MORE = 1, 2
PAYLOAD_SIZE = 4_259_840

HELLO, HELLO_ACK, AUTH, AUTH_OK, PING, PONG, GOAWAY, ERROR, CREDIT, CANCEL = range(0x01, 0x0B)
PRODUCER_OPEN, PRODUCER_STATE, APPEND, APPEND_ACK, STABLE = range(0x10, 0x15)
QUERY, RESULT, PROGRESS = range(0x20, 0x23)
COUNT, COUNTS, METRIC, METRICS, SCORE, SCORE_INFO, SIGHTS, SIGHTS_INFO = range(0x24, 0x2C)
SUBSCRIBE, EVENTS, END, MISSING = range(0x30, 0x34)
STATUS, STATUS_INFO = 0x40, 0x41
ORDER, ORDER_DONE = 0x50, 0x51
REQUESTS = {
    PRODUCER_OPEN, APPEND, QUERY, COUNT, METRIC, SCORE, SIGHTS, SUBSCRIBE, STATUS, ORDER,
}  # fmt: skip
WITHOUT_FLAGS = REQUESTS | {HELLO, AUTH, PING, CREDIT, CANCEL}

Frame = namedtuple("Frame", "opcode flags request fields size")


class Parameter(Record):
    """A name, a type and one value of it."""

    def __init__(self):
        super().__init__(name=Text(), type=Type())

    def write(self, out, values):
        super().write(out, values)
        write_values(out, values["type"], [values["value"]])

    def read(self, source):
        values = super().read(source)
        return {**values, "value": read_values(source, values["type"], 1)[0]}


class Result(Record):
    """RESULT, whose columns have as many values as a field before them says."""

    ROWS, COLUMNS = 65_536, 16_384

    def __init__(self):
        super().__init__(watermark=U64, rows=U32)
        self.column = Record(name=Text(1_024), type=Type())
        self.end = Record(
            elapsed=U64, changes=List(Record(name=Text(), value=Optional(PEOPLE)), 64),
            missing=MISSING_LIST,
        )  # fmt: skip

    def write(self, out, values):
        super().write(out, values)
        U32.write(out, len(values["columns"]))
        for column in values["columns"]:
            self.column.write(out, column)
            write_values(out, column["type"], column["values"])
        self.end.write(out, values)

    def read(self, source):
        values = super().read(source)
        rows, columns = values["rows"], U32.read(source)
        need(rows <= self.ROWS, 9, 8, f"{rows} rows")
        need(columns <= self.COLUMNS, 1, 12, f"{columns} columns")
        values["columns"] = []
        for _ in range(columns):
            column = self.column.read(source)
            column["values"] = read_values(source, column["type"], rows)
            values["columns"].append(column)
        return {**values, **self.end.read(source)}


class Counts(Record):
    """COUNTS, whose rows have as many keys as a field before them says."""

    def __init__(self):
        super().__init__(watermark=U64, complete=FLAG, keys=Number("B", range(5)))
        self.row = Record(count=U64, first=I64, last=I64)

    def write(self, out, values):
        super().write(out, values)
        U32.write(out, len(values["rows"]))
        for row in values["rows"]:
            for key in row["keys"]:
                KEY.write(out, key)
            self.row.write(out, row)
        MISSING_LIST.write(out, values["missing"])

    def read(self, source):
        values = super().read(source)
        rows = range(U32.read(source))
        values["rows"] = [
            {"keys": [KEY.read(source) for _ in range(values["keys"])], **self.row.read(source)}
            for _ in rows
        ]
        values["missing"] = MISSING_LIST.read(source)
        return values


class Missing(Record):
    """MISSING, whose two ranges are in order; also an element of lists."""

    def read(self, source):
        start = source.place
        values = super().read(source)
        for low, high in (("first", "last"), ("earliest", "latest")):
            need(values[low] <= values[high], 9, start, "a range descends")
        return values


class Metrics(Record):
    """METRICS, whose window is in order."""

    def read(self, source):
        values = super().read(source)
        need(values["window start"] <= values["window end"], 9, 17, "a window descends")
        return values


class Hello(Record):
    """HELLO, whose two versions are in order."""

    def read(self, source):
        values = super().read(source)
        need(values["minimum version"] <= values["maximum version"], 9, 0, "versions reversed")
        return values


PEER, PEOPLE = Text(256), Text(4_096)
GROUPING = Kinds(None, I64, Text())
KEY = Kinds(Text(), I64, Optional(VALUE))
TYPES = List(Text(), 4_096)
DIMENSION = Optional(Record(attribute=Text(), value=VALUE))
QUANTILES = List(F64, 100)
METRIC_ROW = Record(
    type=Optional(Text()), bucket=Optional(I64), count=U64, errors=U64,
    values=Optional(Record(count=U64, sum=F64, deviation=F64, least=F64, greatest=F64)),
    quantiles=QUANTILES, users=Optional(Record(count=U64, exact=FLAG)),
)  # fmt: skip
COMPARISON = Kinds(None, U32)
BASELINE = Record(samples=U32, mean=F64, deviation=F64, median=F64, median_deviation=F64)
SIGHT = {"event": Optional(I64), "arrival": I64}
ORDERS = Kinds(None, TIME, Record(attribute=Text(), values=List(VALUE, 16)))
MISSING_EVENTS = Missing(chunk=PEER, count=U64, first=U64, last=U64, earliest=I64, latest=I64)
MISSING_LIST = List(MISSING_EVENTS, 1_024)
SCRUB = Record(
    rounds=U64, bytes_read=U64, bytes=U64, last_round=Optional(I64), findings=U64,
    last_finding=PEOPLE,
)  # fmt: skip

MESSAGES = {
    HELLO: Hello(minimum_version=U16, maximum_version=U16, features=U64, client_name=PEER),
    HELLO_ACK: Record(
        version=U16, auth_required=FLAG, features=U64, incarnation=U64, maximum_payload=U32,
        maximum_in_flight=U32, initial_credit=U64, server_time=I64, server_name=PEER,
        server_version=PEER,
    ),
    AUTH: Record(key=Text(1_024)),
    AUTH_OK: Record(scopes=U64, key_id=PEER),
    PING: Record(value=U64),
    PONG: Record(value=U64),
    GOAWAY: Record(reason=U16, text=PEOPLE),
    ERROR: Record(
        code=U16, **{"class": Number("B", range(5))}, retry_after=U32, expected_sequence=U64,
        condition=U32, place=U32, message=PEOPLE,
    ),
    CREDIT: Record(bytes=U64),
    CANCEL: Record(request_id=U32),
    PRODUCER_OPEN: Record(name=Text()),
    PRODUCER_STATE: Record(producer=U32, epoch=U32, next_sequence=U64),
    APPEND_ACK: Record(
        sequence=U64, first_sequence=U64, rows=U32, flags=U8, level=Number("B", range(3)),
        warnings=List(Record(code=U16, text=PEOPLE), 64),
    ),
    STABLE: Record(stable=U64, visible=U64),
    QUERY: Record(
        text=Text(1 << 20), settings=List(Record(name=Text(), value=PEOPLE), 64),
        parameters=List(Parameter(), 1_024), progress=FLAG, credit=U64,
    ),
    RESULT: Result(),
    PROGRESS: Record(done=U64, total=U64),
    COUNT: Record(
        types=TYPES, start=Optional(I64), end=Optional(I64),
        filters=List(Record(attribute=Text(), values=List(VALUE, 1_024)), 64),
        groupings=List(GROUPING, 4),
    ),
    COUNTS: Counts(),
    METRIC: Record(
        types=TYPES, dimension=DIMENSION, start=Optional(I64), end=Optional(I64), by_type=FLAG,
        bucket=Optional(I64), parts=Number("B", range(8)), quantiles=QUANTILES,
        edges=Number("B", range(2)),
    ),
    METRICS: Metrics(
        watermark=U64, gaps=U8, window_start=I64, window_end=I64, rows=List(METRIC_ROW),
        missing=MISSING_LIST,
    ),
    SCORE: Record(
        type=Optional(Text()), dimension=DIMENSION, statistic=Number("B", range(3)), bucket=I64,
        width=I64, comparison=COMPARISON,
    ),
    SCORE_INFO: Record(
        watermark=U64, value=Optional(F64), closed=FLAG, baseline=Optional(BASELINE),
    ),
    SIGHTS: Record(),
    SIGHTS_INFO: Record(
        watermark=U64, any=Optional(Record(**SIGHT)), types=List(Record(type=Text(), **SIGHT)),
        producers=List(Record(producer=U32, name=Optional(Text()), **SIGHT)),
    ),
    SUBSCRIBE: Record(**{"from": U64}, types=TYPES, credit=U64),
    END: Record(next=U64),
    MISSING: MISSING_EVENTS,
    STATUS: Record(),
    STATUS_INFO: Record(
        server_time=I64, uptime=U64, incarnation=U64, visible=U64, stable=U64, memory_bytes=U64,
        memory_limit=U64, connections=U32, maximum_connections=U32, writable=FLAG,
        counters=List(Record(name=PEER, value=U64), 1_024), missing=MISSING_LIST, scrub=SCRUB,
    ),
    ORDER: Record(dry_run=FLAG, order=ORDERS),
    ORDER_DONE: Record(
        tombstone=U64, sequence=U64, time=I64, events=U64, chunks_before=U32, chunks_after=U32,
        bytes_before=U64, bytes_after=U64, finished=FLAG,
        subject=List(Record(low=U64, high=U64), 16),
    ),
}  # fmt: skip


# Frames


def encode(opcode, fields, request=0, flags=0, body_hash=None):
    """The bytes of a frame; an APPEND that is sent again may bring its batch's hash."""
    fixed = b""
    if opcode == APPEND:
        fixed = pack("<IIQ12x", fields["producer"], fields["epoch"], fields["sequence"])
        body = fields["batch"]
    elif opcode == EVENTS:
        ranges, batch = fields["ranges"], fields["batch"]
        fixed = pack("<QQII4x", fields["first"], fields["last"], len(batch), len(ranges))
        body = b"".join(pack("<QQ", *pair) for pair in ranges) + batch
    else:
        body = bytearray()
        MESSAGES[opcode].write(body, fields)
    if fixed:
        fixed += pack("<I", hash32(fixed))
    size = len(fixed) + len(body)
    head = pack("<4sHBBII4x", b"AUR1", 1, opcode, flags, request, size)
    body_hash = hash64(body) if body_hash is None else body_hash
    return b"".join((head, pack("<IQ", hash32(head), body_hash), fixed, body))


class Header(namedtuple("Header", "opcode flags request size hash")):
    """A frame's header, checked."""

    @classmethod
    def read(cls, data, most=PAYLOAD_SIZE):
        magic, version, opcode, flags, request, size, zero, check, body_hash = unpack(HEADER, data)
        need(magic == b"AUR1", 2, 0, "another magic")
        need(version == 1, 3, 4, f"version {version}")
        need(check == hash32(data[:20]), 4, 20, "another header hash")
        need(not any(zero), 5, 16, "reserved bytes are not zero")
        need(flags <= 3 and not (flags and opcode in WITHOUT_FLAGS), 5, 7, f"flags {flags}")
        need(size <= most, 6, 12, f"a payload of {size} bytes")
        return cls(opcode, flags, request, size, body_hash)

    def frame(self, payload):
        """The frame of this header and its payload."""
        known = self.opcode in MESSAGES or self.opcode in (APPEND, EVENTS)
        fixed = FIXED_SIZE if self.opcode in (APPEND, EVENTS) else 0
        need(len(payload) >= fixed, 1, 0, "less than the fixed part")
        need(self.hash == hash64(payload[fixed:]), 7, 24, "another payload hash")
        need(known, 8, 6, f"opcode {self.opcode}")
        need(self.request or self.opcode not in REQUESTS, 9, 8, "a request without an id")
        if fixed:
            need(unpack_from("<I", payload, 28)[0] == hash32(payload[:28]), 10, 28, "fixed part")
            fields = (_append if self.opcode == APPEND else _events)(payload)
        else:
            fields = MESSAGES[self.opcode].read(Input(payload))
        return Frame(self.opcode, self.flags, self.request, fields, self.size)


def decode(data, most=PAYLOAD_SIZE):
    """The frame that bytes hold, no more and no less."""
    need(len(data) >= HEADER_SIZE, 1, 0, "less than a header")
    header = Header.read(data[:HEADER_SIZE], most)
    need(len(data) == HEADER_SIZE + header.size, 1, 12, "another size")
    return header.frame(data[HEADER_SIZE:])


def _append(payload):
    producer, epoch, sequence, zero = unpack_from("<IIQ12s", payload)
    need(not any(zero), 5, 48, "reserved bytes are not zero")
    fields = {"producer": producer, "epoch": epoch, "sequence": sequence}
    return {**fields, "batch": bytes(payload[FIXED_SIZE:])}


def _events(payload):
    first, last, size, count, zero = unpack_from("<QQII4s", payload)
    need(not any(zero), 5, 56, "reserved bytes are not zero")
    need(FIXED_SIZE + 16 * count + size == len(payload), 1, 16, "batch and ranges")
    numbers = unpack_from(f"<{2 * count}Q", payload, FIXED_SIZE)
    ranges = list(zip(numbers[::2], numbers[1::2]))
    following = first
    for begin, length in ranges:
        need(length > 0 and following <= begin, 11, FIXED_SIZE, "ranges do not ascend")
        following = begin + length
        need(following <= 2**64, 11, FIXED_SIZE, "a range beyond 64 bits")
    batch = bytes(payload[FIXED_SIZE + 16 * count :])
    return {"first": first, "last": last, "ranges": ranges, "batch": batch}
