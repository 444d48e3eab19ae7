"""The types of fields of the wire: each writes a value to the end of a bytearray, and reads one."""

from struct import calcsize, pack, unpack
from uuid import UUID

from .events import (
    BOOL, EARLIEST_TIME, FLOAT64, INT64, IP_PREFIX, LATEST_TIME, STRING, TIMESTAMP, UUID_TYPE,
    Timestamp, prefix_bits, prefix_of_bits, type_code,
)  # fmt: skip


class Malformed(ValueError):
    """Bytes that break a condition of wire.md."""

    def __init__(self, condition, place, text):
        super().__init__(f"wire.md condition {condition}, byte {place}: {text}")
        self.condition = condition
        self.place = place


def need(holds, condition, place, text):
    if not holds:
        raise Malformed(condition, place, text)


class Input:
    """A payload that is read field by field."""

    def __init__(self, data):
        self.data = data
        self.place = 0

    def take(self, size):
        start = self.place
        need(size <= len(self.data) - start, 1, start, "a field leaves the payload")
        self.place += size
        return bytes(self.data[start : self.place])

    def rest(self):
        return self.take(len(self.data) - self.place)


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
        need(self.allowed is None or value in self.allowed, 9, start, f"a value of {value}")
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
        need(self.most is None or len(data) <= self.most, 1, len(out), "a text is too long")
        out += pack("<I", len(data)) + data

    def read(self, source):
        start = source.place
        size = U32.read(source)
        need(self.most is None or size <= self.most, 1, start, f"a text of {size} bytes")
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
        need(self.most is None or len(values) <= self.most, 1, len(out), "a list is too long")
        U32.write(out, len(values))
        for value in values:
            self.element.write(out, value)

    def read(self, source):
        start = source.place
        count = U32.read(source)
        need(self.most is None or count <= self.most, 1, start, f"a list of {count}")
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
            need(network is not None, 9, start, "no ip prefix")
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


U8, U16, U32, U64, I64 = map(Number, "BHIQq")
F64, FLAG, VALUE = Number("d"), Flag(), Value()
TIME = Number("q", range(EARLIEST_TIME, LATEST_TIME + 1))
