"""Batches: events in columns, as `Formats/batch.md` has them."""

import re
from array import array
from collections import Counter
from struct import iter_unpack, pack, pack_into, unpack, unpack_from
from uuid import UUID

from .events import (
    BOOL, EARLIEST_TIME, FLOAT64, INT64, IP_PREFIX, LATEST_TIME, STRING, TIMESTAMP, UUID_TYPE,
    Event, Timestamp, prefix_bits, prefix_of_bits, type_code,
)  # fmt: skip

MAGIC = b"ABT1"
HEADER = "<4sIIHHIIqqBB6sqQ"
ENTRY = "<IBBBBIIIIq"
HEADER_SIZE, MOST_SIZE = 64, 4_194_304
MOST_ROWS, MOST_TYPES, MOST_COLUMNS = 65_536, 4_096, 4_096
MOST_VALUES, MOST_STRING, MOST_NAME = 1_048_576, 1_048_576, 128

PLAIN, ONE, TWO, FOUR, CONSTANT = range(5)
WIDTHS = {ONE: "B", TWO: "H", FOUR: "I"}
INTEGERS = (INT64, TIMESTAMP, IP_PREFIX)
ENCODINGS = {BOOL: {PLAIN, CONSTANT}, FLOAT64: {PLAIN, CONSTANT}, UUID_TYPE: {PLAIN, CONSTANT}}
ENCODINGS.update({code: {PLAIN, ONE, TWO, FOUR, CONSTANT} for code in INTEGERS})
ENCODINGS[STRING] = {ONE, TWO, FOUR, CONSTANT}
TYPE_SET, PRESENCE = 1, 2
RESERVED = {("$id", UUID_TYPE), ("$id", STRING), ("$residual", STRING)}


class TooLarge(ValueError):
    """More than one batch holds."""


class Invalid(ValueError):
    """Bytes that break a condition of batch.md."""

    def __init__(self, condition, place, text):
        super().__init__(f"batch.md condition {condition}, byte {place}: {text}")
        self.condition = condition
        self.place = place


# Writing


def encode(events):
    """The bytes of a batch of events, the same as Aura's own writer gives.

    Raises ValueError for what no batch can say, TooLarge for what another split would mend.
    """
    rows = list(events)
    if not 1 <= len(rows) <= MOST_ROWS:
        raise TooLarge(f"a batch has 1 to {MOST_ROWS:,} events, not {len(rows):,}")
    columns = {}  # (name, type) → ([row], [value])
    for row, event in enumerate(rows):
        for name, value in _pairs(event):
            indices, values = columns.setdefault((name, type_code(value)), ([], []))
            if indices and indices[-1] == row:
                raise ValueError(f"attribute {name!r} has two values of one type")
            indices.append(row)
            values.append(value)
    counts = Counter(event.type for event in rows)
    strings = {text.encode() for text in counts}
    for (name, kind), (_, values) in columns.items():
        strings.add(name.encode())
        if kind == STRING:
            strings.update(text.encode() for text in set(values))
    _check(rows, columns, counts, strings)

    dictionary = {text: code for code, text in enumerate(sorted(strings))}
    types = sorted(counts, key=str.encode)
    codes = {name: code for code, name in enumerate(types)}
    row_types = [codes[event.type] for event in rows]
    times = [event.time for event in rows]
    time_encoding, time_base, time_bytes = _integers(times)
    width = 0 if len(types) == 1 else 1 if len(types) <= 256 else 2

    out = bytearray(HEADER_SIZE)
    offsets = [0]
    for text in dictionary:
        offsets.append(offsets[-1] + len(text))
    _section(out, pack(f"<{len(offsets)}I", *offsets))
    _section(out, b"".join(dictionary))
    for name in types:
        out += pack("<II", dictionary[name.encode()], counts[name])
    directory = len(out)
    out += bytes(32 * len(columns))
    if width:
        _section(out, pack(f"<{len(rows)}{'BH'[width - 1]}", *row_types))
    _section(out, time_bytes)
    for n, (name, kind) in enumerate(sorted(columns, key=lambda key: (key[0].encode(), key[1]))):
        start = len(out)
        indices, values = columns[name, kind]
        owners = {row_types[row] for row in indices}
        members = sum(counts[types[code]] for code in owners)
        flags = 0
        if len(owners) < len(types):
            flags |= TYPE_SET
            _section(out, _bits(code in owners for code in range(len(types))))
        if len(values) < members:
            flags |= PRESENCE
            present = set(indices)
            belonging = (row for row, code in enumerate(row_types) if code in owners)
            _section(out, _bits(row in present for row in belonging))
        encoding, base, data = _values(kind, values, dictionary)
        _section(out, data)
        entry = (dictionary[name.encode()], kind, encoding, flags, 0)
        sizes = (start, len(out) - start, members, len(values), base)
        pack_into(ENTRY, out, directory + 32 * n, *entry, *sizes)
    if len(out) > MOST_SIZE:
        raise TooLarge(f"a batch has at most {MOST_SIZE:,} bytes, not {len(out):,}")
    pack_into(
        HEADER, out, 0, MAGIC, len(out), len(rows), len(types), len(columns), len(dictionary),
        offsets[-1], min(times), max(times), width, time_encoding, bytes(6), time_base, 0,
    )  # fmt: skip
    return bytes(out)


def _pairs(event):
    """A row's attributes, its id among them."""
    for name, value in event.attributes:
        if name.startswith("$") and (name != "$residual" or not isinstance(value, str)):
            raise ValueError(f"attribute {name!r}: names that begin with '$' are Aura's")
        yield name, value
    if event.id is not None:
        yield "$id", event.id


def _check(rows, columns, counts, strings):
    for name in [*counts, *(name for name, _ in columns)]:
        if not 1 <= len(name.encode()) <= MOST_NAME:
            raise ValueError(f"a name has 1 to {MOST_NAME} bytes: {name!r}")
    if any(len(text) > MOST_STRING for text in strings):
        raise ValueError(f"a text has at most {MOST_STRING:,} bytes")
    times = [event.time for event in rows]
    for (_, kind), (_, values) in columns.items():
        if kind == TIMESTAMP:
            times += values
        elif kind == INT64 and not (-(2**63) <= min(values) and max(values) < 2**63):
            raise ValueError("an integer has 64 bits")
    if not (EARLIEST_TIME <= min(times) and max(times) <= LATEST_TIME):
        raise ValueError("times lie in the years 1 to 9999")
    values = sum(len(values) for _, values in columns.values())
    if len(counts) > MOST_TYPES or len(columns) > MOST_COLUMNS or values > MOST_VALUES:
        raise TooLarge("too many types, columns or values for one batch")


def _section(out, data):
    out += data
    out += bytes(-len(out) % 8)


def _bits(flags):
    bits = "".join("01"[flag] for flag in flags)
    return int(bits[::-1], 2).to_bytes((len(bits) + 7) // 8, "little")


def _integers(values, codes=False):
    """The narrowest encoding of integers: its code, its base, its bytes."""
    low, high = min(values), max(values)
    if low == high:
        return CONSTANT, 0, pack("<I" if codes else "<q", low)
    base = 0 if codes else low
    for encoding, width in WIDTHS.items():
        if high - base < 1 << 8 * array(width).itemsize:
            return encoding, base, pack(f"<{len(values)}{width}", *(v - base for v in values))
    return PLAIN, 0, pack(f"<{len(values)}q", *values)


def _values(kind, values, dictionary):
    if kind == STRING:
        return _integers([dictionary[text.encode()] for text in values], codes=True)
    if kind == IP_PREFIX:
        return _integers([prefix_bits(network) for network in values])
    if kind in INTEGERS:
        return _integers(values)
    if kind == BOOL:
        if len(set(values)) == 1:
            return CONSTANT, 0, bytes(values[:1])
        return PLAIN, 0, _bits(values)
    if kind == FLOAT64:
        pieces = [pack("<d", value) for value in values]
    else:
        pieces = [pack("<QQ", *unpack(">QQ", value.bytes)) for value in values]
    if len(set(pieces)) == 1:
        return CONSTANT, 0, pieces[0]
    return PLAIN, 0, b"".join(pieces)


# Reading


def decode(data):
    """The events of a batch; raises Invalid for anything that breaks a condition."""
    return _Reading(bytes(data)).events()


class _Reading:
    """One reading of a batch, front to back."""

    def __init__(self, data):
        self.data = data
        self.place = 0  # behind what was read
        _need(HEADER_SIZE <= len(data) <= MOST_SIZE and len(data) % 8 == 0, 1, 0, "its size")

    def section(self, size):
        """The next section without its padding."""
        start, end = self.place, self.place + size
        self.place = end + -end % 8
        _need(self.place <= len(self.data), 1, start, "a section leaves the batch")
        _need(not any(self.data[end : self.place]), 4, end, "padding is not zero")
        return self.data[start:end]

    def events(self):
        magic, size, rows, types, columns, *rest = unpack_from(HEADER, self.section(HEADER_SIZE))
        strings, text_size, earliest, latest, width, encoding, reserved, base, zero = rest
        _need(size == len(self.data), 1, 4, "another size")
        _need(magic == MAGIC, 2, 0, "another magic")
        _need(1 <= rows <= MOST_ROWS, 3, 8, f"{rows} rows")
        _need(1 <= types <= min(rows, MOST_TYPES), 3, 12, f"{types} types")
        _need(columns <= MOST_COLUMNS, 3, 14, f"{columns} columns")
        _need(strings < size / 4, 3, 16, f"{strings} strings")
        _need(text_size < size, 3, 20, f"{text_size} dictionary bytes")
        _need(width == (types > 1) + (types > 256), 3, 40, f"type codes of {width} bytes")
        _need(not any(reserved) and zero == 0, 4, 42, "reserved bytes are not zero")
        _need(encoding in ENCODINGS[TIMESTAMP], 10, 41, f"encoding {encoding}")
        _need(base == 0 or encoding in WIDTHS, 4, 48, "a base without differences")
        _need(EARLIEST_TIME <= earliest <= latest <= LATEST_TIME, 8, 24, "the range of times")

        self.strings = self.dictionary(strings, text_size)
        self.used = set()
        self.types = self.type_table(types, rows)
        entries = self.directory(columns, rows)
        self.row_types = self.type_codes(rows, width)
        start = self.place
        times = self.values(TIMESTAMP, encoding, rows, base)
        _need((min(times), max(times)) == (earliest, latest), 8, start, "the range of times lies")

        pairs = [[] for _ in range(rows)]
        ids = [None] * rows
        for name, kind, indices, values in map(self.column, entries):
            if name == "$id":
                for row, value in zip(indices, values):
                    _need(ids[row] is None, 13, 0, f"row {row} has two ids")
                    ids[row] = value
            else:
                for row, value in zip(indices, values):
                    pairs[row].append((name, value))
        _need(self.place == size, 1, self.place, "something follows the last section")
        _need(len(self.used) == strings, 5, 64, "a string that nothing refers to")
        names = [self.types[code][0] for code in self.row_types]
        return [Event(*fields) for fields in zip(times, names, map(tuple, pairs), ids)]

    def dictionary(self, count, size):
        start = self.place
        offsets = unpack(f"<{count + 1}I", self.section(4 * count + 4))
        data = self.section(size)
        _need((offsets[0], offsets[-1]) == (0, size), 5, start, "the first or last offset")
        bounds = list(zip(offsets, offsets[1:]))
        _need(all(0 <= b - a <= MOST_STRING for a, b in bounds), 5, start, "a string's size")
        pieces = [data[a:b] for a, b in bounds]
        try:
            strings = [piece.decode() for piece in pieces]
        except UnicodeDecodeError:
            raise Invalid(6, start, "a string is not UTF-8") from None
        _need(all(a < b for a, b in zip(pieces, pieces[1:])), 5, start, "strings do not ascend")
        return strings

    def string(self, code, condition, place):
        _need(code < len(self.strings), condition, place, f"no string {code}")
        self.used.add(code)
        return self.strings[code]

    def name(self, code, place):
        name = self.string(code, 7, place)
        _need(1 <= len(name.encode()) <= MOST_NAME, 7, place, "a name's size")
        return name

    def type_table(self, count, rows):
        start, before, table = self.place, -1, []
        for code, members in iter_unpack("<II", self.section(8 * count)):
            table.append((self.name(code, start), members))
            _need(code > before, 7, start, "types do not ascend")
            _need(members >= 1, 9, start, "a type without rows")
            before = code
        _need(sum(members for _, members in table) == rows, 9, start, "rows of the types")
        return table

    def directory(self, count, rows):
        start, before, total, entries = self.place, (-1, 0), 0, []
        for entry in iter_unpack(ENTRY, self.section(32 * count)):
            code, kind, encoding, flags, zero, _, _, members, values, base = entry
            name = self.name(code, start)
            _need(kind in ENCODINGS, 10, start, f"attribute type {kind}")
            _need(encoding in ENCODINGS[kind], 10, start, f"encoding {encoding}")
            _need(flags <= 3 and zero == 0, 4, start, "flags or reserved byte")
            differs = kind in INTEGERS and encoding in WIDTHS
            _need(base == 0 or differs, 4, start, "a base without differences")
            _need((code, kind) > before, 10, start, "columns do not ascend")
            _need(1 <= members <= rows and 1 <= values <= members, 11, start, "rows or values")
            allowed = not name.startswith("$") or (name, kind) in RESERVED
            _need(allowed, 13, start, f"column {name!r}")
            before, total = (code, kind), total + values
            _need(total <= MOST_VALUES, 3, start, "too many values")
            entries.append((name, *entry))
        return entries

    def type_codes(self, rows, width):
        if width == 0:
            return [0] * rows
        start = self.place
        codes = unpack(f"<{rows}{'BH'[width - 1]}", self.section(rows * width))
        counts = Counter(codes)
        expected = {code: members for code, (_, members) in enumerate(self.types)}
        _need(counts == expected, 9, start, "type codes and their table")
        return codes

    def column(self, entry):
        name, _, kind, encoding, flags, _, offset, size, rows, count, base = entry
        start = self.place
        _need(offset == start, 10, start, f"column {name!r} begins elsewhere")
        indices = range(len(self.row_types))
        if flags & TYPE_SET:
            owners = set(self.bits(len(self.types)))
            indices = [row for row, code in enumerate(self.row_types) if code in owners]
        _need(len(indices) == rows, 11, start, "rows and type set")
        if flags & PRESENCE:
            indices = [indices[n] for n in self.bits(rows)]
        _need(len(indices) == count, 11, start, "values and presence bits")
        values = self.values(kind, encoding, count, base)
        _need(self.place - start == size, 10, start, f"column {name!r} has another size")
        return name, kind, indices, values

    def bits(self, count, condition=11):
        """The numbers of the bits that are set."""
        start = self.place
        bits = int.from_bytes(self.section((count + 7) // 8), "little")
        _need(bits < 1 << count, condition, start, "a bit beyond the last")
        return [match.start() for match in re.finditer("1", bin(bits)[:1:-1])]

    def values(self, kind, encoding, count, base):
        if encoding == CONSTANT:
            return self.plain(kind, 1, constant=True) * count
        if encoding == PLAIN:
            return self.plain(kind, count)
        start = self.place
        width = WIDTHS[encoding]
        numbers = unpack(f"<{count}{width}", self.section(count * array(width).itemsize))
        if kind == STRING:
            return [self.string(code, 12, start) for code in numbers]
        _need(base + max(numbers) < 2**63, 12, start, "base plus difference exceeds 64 bits")
        return self.meant(kind, [base + number for number in numbers], start)

    def plain(self, kind, count, constant=False):
        start = self.place
        if kind == BOOL and not constant:
            present = set(self.bits(count, condition=12))
            return [n in present for n in range(count)]
        if kind == BOOL:
            byte = self.section(1)[0]
            _need(byte <= 1, 12, start, f"a bool of {byte}")
            return [bool(byte)]
        if kind == STRING:
            return [self.string(unpack("<I", self.section(4))[0], 12, start)]
        if kind == FLOAT64:
            return list(unpack(f"<{count}d", self.section(8 * count)))
        if kind == UUID_TYPE:
            halves = iter_unpack("<QQ", self.section(16 * count))
            return [UUID(int=high << 64 | low) for high, low in halves]
        return self.meant(kind, unpack(f"<{count}q", self.section(8 * count)), start)

    def meant(self, kind, numbers, place):
        """The values that 64-bit integers stand for."""
        if kind == TIMESTAMP:
            inside = EARLIEST_TIME <= min(numbers) and max(numbers) <= LATEST_TIME
            _need(inside, 12, place, "a timestamp beyond the years 1 to 9999")
            return [Timestamp(number) for number in numbers]
        if kind == IP_PREFIX:
            networks = [prefix_of_bits(number & 2**64 - 1) for number in numbers]
            _need(None not in networks, 12, place, "no ip prefix")
            return networks
        return list(numbers)


def _need(holds, condition, place, text):
    if not holds:
        raise Invalid(condition, place, text)
