"""The values of queries on the wire: what a column of RESULT and a parameter of QUERY hold.

A type is a tuple of codes of wire.md, "Types of values", those of lists before that of their items:
(2,) is BIGINT, (11, 5) a list of VARCHAR. NULL is None, times are µs or days, an interval is a triple of
months, days and µs.
"""

from struct import pack, unpack
from uuid import UUID

from .forms import F64, FLAG, I64, U8, U32, Malformed, Text, need

NULL, BOOLEAN, BIGINT, HUGEINT, DOUBLE, VARCHAR = range(6)
TIMESTAMP, TIMESTAMPTZ, DATE, INTERVAL, UUID_TYPE, LIST = range(6, 12)
DEPTH = 100
TEXT = Text()


class Type:
    """The type of values."""

    def write(self, out, codes):
        out += bytes(codes)

    def read(self, source):
        codes = []
        while True:
            start = source.place
            code = U8.read(source)
            need(code <= LIST and len(codes) <= DEPTH, 9, start, f"type {code} of values")
            codes.append(code)
            if code != LIST:
                return tuple(codes)


def write_values(out, codes, values):
    """Values of a type, as many as the reader expects."""
    has_nulls = codes == (NULL,) or None in values
    FLAG.write(out, has_nulls)
    if has_nulls:
        for value in values:
            FLAG.write(out, value is not None)
    for value in values:
        if value is not None:
            _write(out, codes, value)


def read_values(source, codes, count):
    start = source.place
    has_nulls = FLAG.read(source)
    need(has_nulls or codes != (NULL,), 9, start, "values of no type")
    need(count <= len(source.data) - source.place, 1, start, f"{count} values must follow")
    present = [FLAG.read(source) if has_nulls else True for _ in range(count)]
    return [_read(source, codes) if is_there else None for is_there in present]


PLAIN = {
    BOOLEAN: FLAG, BIGINT: I64, DOUBLE: F64, VARCHAR: TEXT, TIMESTAMP: I64, TIMESTAMPTZ: I64,
    DATE: I64,
}  # fmt: skip


def _write(out, codes, value):
    code = codes[0]
    if code in PLAIN:
        PLAIN[code].write(out, value)
    elif code == HUGEINT:
        out += value.to_bytes(16, "little", signed=True)
    elif code == INTERVAL:
        out += pack("<qqq", *value)
    elif code == UUID_TYPE:
        out += pack("<QQ", *unpack(">QQ", value.bytes))
    elif code == LIST:
        U32.write(out, len(value))
        write_values(out, codes[1:], value)
    else:
        raise ValueError("a value of no type")


def _read(source, codes):
    code = codes[0]
    if code in PLAIN:
        return PLAIN[code].read(source)
    if code == HUGEINT:
        return int.from_bytes(source.take(16), "little", signed=True)
    if code == INTERVAL:
        return unpack("<qqq", source.take(24))
    if code == UUID_TYPE:
        high, low = unpack("<QQ", source.take(16))
        return UUID(int=high << 64 | low)
    if code == LIST:
        count = U32.read(source)
        return read_values(source, codes[1:], count)
    raise Malformed(9, source.place, "a value of no type")
