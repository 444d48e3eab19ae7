"""Frames and messages of the wire, as `Formats/wire.md` has them.

A message's fields are a dict whose keys are the names that wire.md gives them.
"""

from collections import namedtuple
from struct import calcsize, pack, unpack, unpack_from
from uuid import UUID

from .events import (
    BOOL, EARLIEST_TIME, FLOAT64, INT64, IP_PREFIX, LATEST_TIME, STRING, TIMESTAMP, UUID_TYPE,
    Timestamp, prefix_bits, prefix_of_bits, type_code,
)  # fmt: skip
from .xxh3 import hash32, hash64

HEADER = "<4sHBBII4sIQ"
HEADER_SIZE = 32
FIXED_SIZE = 32
RESPONSE, MORE = 1, 2
PAYLOAD_SIZE = 4_259_840

HELLO, HELLO_ACK, AUTH, AUTH_OK, PING, PONG, GOAWAY, ERROR, CREDIT, CANCEL = range(0x01, 0x0B)
PRODUCER_OPEN, PRODUCER_STATE, APPEND, APPEND_ACK, STABLE = range(0x10, 0x15)
COUNT, COUNTS = 0x24, 0x25
SUBSCRIBE, EVENTS, END, MISSING = range(0x30, 0x34)
STATUS, STATUS_INFO = 0x40, 0x41
ORDER, ORDER_DONE = 0x50, 0x51
REQUESTS = {PRODUCER_OPEN, APPEND, COUNT, SUBSCRIBE, STATUS}
WITHOUT_FLAGS = REQUESTS | {HELLO, AUTH, PING, CREDIT, CANCEL}

Frame = namedtuple("Frame", "opcode flags request fields size")


class Malformed(ValueError):
    """Bytes that break a condition of wire.md."""

    def __init__(self, condition, place, text):
        super().__init__(f"wire.md condition {condition}, byte {place}: {text}")
        self.condition = condition
        self.place = place


def _need(holds, condition, place, text):
    if not holds:
        raise Malformed(condition, place, text)


class Input:
    """A payload that is read field by field."""

    def __init__(self, data):
        self.data = data
        self.place = 0

    def take(self, size):
        start = self.place
        _need(size <= len(self.data) - start, 1, start, "a field leaves the payload")
        self.place += size
        return bytes(self.data[start : self.place])

    def rest(self):
        return self.take(len(self.data) - self.place)


# Types of fields: each writes a value to the end of a bytearray, and reads one.


class Number:
    """An integer, with the values that it can have."""

    def __init__(self, form, allowed=None):
        self.form = "<" + form
        self.allowed = allowed

    def write(self, out, value):
        out += pack(self.form, value)

    def read(self, source):
        start = source.place
        value = unpack(self.form, source.take(calcsize(self.form)))[0]
        _need(self.allowed is None or value in self.allowed, 9, start, f"a value of {value}")
        return value


class Flag:
    """A bool."""

    def write(self, out, value):
        out.append(bool(value))

    def read(self, source):
        return bool(Number("B", range(2)).read(source))


class Text:
    """A text of at most so many bytes."""

    def __init__(self, most=None):
        self.most = most

    def write(self, out, value):
        data = value.encode()
        _need(self.most is None or len(data) <= self.most, 1, len(out), "a text is too long")
        out += pack("<I", len(data)) + data

    def read(self, source):
        start = source.place
        size = U32.read(source)
        _need(self.most is None or size <= self.most, 1, start, f"a text of {size} bytes")
        try:
            return source.take(size).decode()
        except UnicodeDecodeError:
            raise Malformed(1, start, "a text that is not UTF-8") from None


class List:
    """Of elements of one type, at most so many."""

    def __init__(self, element, most=None):
        self.element = element
        self.most = most

    def write(self, out, values):
        _need(self.most is None or len(values) <= self.most, 1, len(out), "a list is too long")
        U32.write(out, len(values))
        for value in values:
            self.element.write(out, value)

    def read(self, source):
        start = source.place
        count = U32.read(source)
        _need(self.most is None or count <= self.most, 1, start, f"a list of {count}")
        return [self.element.read(source) for _ in range(count)]


class Optional:
    """None, or a value of a type."""

    def __init__(self, element):
        self.element = element

    def write(self, out, value):
        FLAG.write(out, value is not None)
        if value is not None:
            self.element.write(out, value)

    def read(self, source):
        return self.element.read(source) if FLAG.read(source) else None


class Record:
    """Fields in a row: a dict."""

    def __init__(self, **fields):
        self.fields = {name.replace("_", " "): kind for name, kind in fields.items()}

    def write(self, out, values):
        for name, kind in self.fields.items():
            kind.write(out, values[name])

    def read(self, source):
        return {name: kind.read(source) for name, kind in self.fields.items()}


class Value:
    """A value of one of the seven attribute types, as in `events`."""

    def write(self, out, value):
        code = type_code(value)
        out.append(code)
        if code == IP_PREFIX:
            U64.write(out, prefix_bits(value))
        elif code == UUID_TYPE:
            out += pack("<QQ", *unpack(">QQ", value.bytes))
        else:
            self.plain(code).write(out, value)

    def read(self, source):
        start = source.place
        code = Number("B", range(BOOL, IP_PREFIX + 1)).read(source)
        if code == IP_PREFIX:
            network = prefix_of_bits(U64.read(source))
            _need(network is not None, 9, start, "no ip prefix")
            return network
        if code == UUID_TYPE:
            high, low = unpack("<QQ", source.take(16))
            return UUID(int=high << 64 | low)
        value = self.plain(code).read(source)
        return Timestamp(value) if code == TIMESTAMP else value

    @staticmethod
    def plain(code):
        return {BOOL: FLAG, INT64: I64, FLOAT64: F64, STRING: Text(), TIMESTAMP: TIME}[code]


class Kinds:
    """A code, then what belongs to it: a pair (code, value)."""

    def __init__(self, *kinds):
        self.kinds = kinds

    def write(self, out, pair):
        code, value = pair
        out.append(code)
        if self.kinds[code]:
            self.kinds[code].write(out, value)

    def read(self, source):
        code = Number("B", range(len(self.kinds))).read(source)
        return code, self.kinds[code].read(source) if self.kinds[code] else None


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
            _need(values[low] <= values[high], 9, start, "a range descends")
        return values


class Hello(Record):
    """HELLO, whose two versions are in order."""

    def read(self, source):
        values = super().read(source)
        _need(values["minimum version"] <= values["maximum version"], 9, 0, "versions reversed")
        return values


U8, U16, U32, U64, I64 = map(Number, "BHIQq")
F64, FLAG, VALUE = Number("d"), Flag(), Value()
TIME = Number("q", range(EARLIEST_TIME, LATEST_TIME + 1))
PEER, PEOPLE = Text(256), Text(4_096)
GROUPING = Kinds(None, I64, Text())
KEY = Kinds(Text(), I64, Optional(VALUE))
TYPES = List(Text(), 4_096)
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
    COUNT: Record(
        types=TYPES, start=Optional(I64), end=Optional(I64),
        filters=List(Record(attribute=Text(), values=List(VALUE, 1_024)), 64),
        groupings=List(GROUPING, 4),
    ),
    COUNTS: Counts(),
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
        _need(magic == b"AUR1", 2, 0, "another magic")
        _need(version == 1, 3, 4, f"version {version}")
        _need(check == hash32(data[:20]), 4, 20, "another header hash")
        _need(not any(zero), 5, 16, "reserved bytes are not zero")
        _need(flags <= 3 and not (flags and opcode in WITHOUT_FLAGS), 5, 7, f"flags {flags}")
        _need(size <= most, 6, 12, f"a payload of {size} bytes")
        return cls(opcode, flags, request, size, body_hash)

    def frame(self, payload):
        """The frame of this header and its payload."""
        known = self.opcode in MESSAGES or self.opcode in (APPEND, EVENTS)
        fixed = FIXED_SIZE if self.opcode in (APPEND, EVENTS) else 0
        _need(len(payload) >= fixed, 1, 0, "less than the fixed part")
        _need(self.hash == hash64(payload[fixed:]), 7, 24, "another payload hash")
        _need(known, 8, 6, f"opcode {self.opcode}")
        _need(self.request or self.opcode not in REQUESTS, 9, 8, "a request without an id")
        if fixed:
            _need(unpack_from("<I", payload, 28)[0] == hash32(payload[:28]), 10, 28, "fixed part")
            fields = (_append if self.opcode == APPEND else _events)(payload)
        else:
            fields = MESSAGES[self.opcode].read(Input(payload))
        return Frame(self.opcode, self.flags, self.request, fields, self.size)


def decode(data, most=PAYLOAD_SIZE):
    """The frame that bytes hold, no more and no less."""
    _need(len(data) >= HEADER_SIZE, 1, 0, "less than a header")
    header = Header.read(data[:HEADER_SIZE], most)
    _need(len(data) == HEADER_SIZE + header.size, 1, 12, "another size")
    return header.frame(data[HEADER_SIZE:])


def _append(payload):
    producer, epoch, sequence, zero = unpack_from("<IIQ12s", payload)
    _need(not any(zero), 5, 48, "reserved bytes are not zero")
    fields = {"producer": producer, "epoch": epoch, "sequence": sequence}
    return {**fields, "batch": bytes(payload[FIXED_SIZE:])}


def _events(payload):
    first, last, size, count, zero = unpack_from("<QQII4s", payload)
    _need(not any(zero), 5, 56, "reserved bytes are not zero")
    _need(FIXED_SIZE + 16 * count + size == len(payload), 1, 16, "batch and ranges")
    numbers = unpack_from(f"<{2 * count}Q", payload, FIXED_SIZE)
    ranges = list(zip(numbers[::2], numbers[1::2]))
    following = first
    for begin, length in ranges:
        _need(length > 0 and following <= begin, 11, FIXED_SIZE, "ranges do not ascend")
        following = begin + length
        _need(following <= 2**64, 11, FIXED_SIZE, "a range beyond 64 bits")
    batch = bytes(payload[FIXED_SIZE + 16 * count :])
    return {"first": first, "last": last, "ranges": ranges, "batch": batch}
