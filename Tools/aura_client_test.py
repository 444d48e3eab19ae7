"""Tests of the Python client against the golden vectors: `python3 Tools/aura_client_test.py`."""

import json
import unittest
from ipaddress import ip_network
from pathlib import Path
from struct import pack, unpack
from uuid import UUID

from aura import batch, events, values, wire, xxh3
from aura.events import Event, Timestamp

VECTORS = Path(__file__).resolve().parent.parent / "Formats" / "vectors"


def vector_bytes(path):
    """The bytes that a `.hex` writes."""
    words = " ".join(line.split("#")[0] for line in path.read_text().splitlines()).split()
    pieces = (word.partition("*") for word in words)
    return b"".join(bytes.fromhex(byte) * int(times or 1) for byte, _, times in pieces)


def vectors(kind, extension):
    """Pairs of a vector's bytes and the file beside it."""
    paths = sorted((VECTORS / kind).glob("*." + extension))
    return [(path, vector_bytes(path.with_suffix(".hex"))) for path in paths]


def value_of_vector(kind, text):
    if kind == "float64":
        return unpack(">d", bytes.fromhex(text))[0]
    if kind == "timestamp":
        return Timestamp(text)
    make = {"bool": lambda t: t == "true", "int64": int, "string": str, "uuid": UUID}
    return make.get(kind, ip_network)(text)


def event_of_vector(fields):
    pairs = [(a["name"], value_of_vector(a["type"], a["value"])) for a in fields["attributes"]]
    identity = fields.get("id", {})
    identity = UUID(identity["uuid"]) if "uuid" in identity else identity.get("text")
    return Event(int(fields["time"]), fields["type"], pairs, identity)


def comparable(event):
    """An event whose floats are their bits: NaN does not equal itself."""
    pairs = [(n, pack("<d", v) if type(v) is float else v, type(v)) for n, v in event.attributes]
    return event.time, event.type, pairs, event.id, type(event.id)


class BatchVectors(unittest.TestCase):
    def test_bytes_are_read_as_their_meaning(self):
        for path, data in vectors("batch", "json"):
            with self.subTest(path.stem):
                meant = map(event_of_vector, json.loads(path.read_text())["events"])
                found = batch.decode(data)
                self.assertEqual(list(map(comparable, found)), list(map(comparable, meant)))

    def test_a_meaning_is_written_as_its_bytes(self):
        for path, data in vectors("batch", "json"):
            meaning = json.loads(path.read_text())
            if meaning["isAurasChoice"]:
                with self.subTest(path.stem):
                    written = batch.encode(map(event_of_vector, meaning["events"]))
                    self.assertEqual(written.hex(), data.hex())

    def test_what_is_bad_is_refused_by_the_condition_that_it_breaks(self):
        for path, data in vectors("batch", "error"):
            with self.subTest(path.stem), self.assertRaises(batch.Invalid) as caught:
                batch.decode(data)
            with self.subTest(path.stem):
                condition = int(path.read_text().split(":")[0])
                self.assertEqual(caught.exception.condition, condition, caught.exception)

    def test_events_pass_through_json(self):
        for path, _ in vectors("batch", "json"):
            for fields in json.loads(path.read_text())["events"]:
                event = event_of_vector(fields)
                again = Event.from_json(event.to_json())
                self.assertEqual(comparable(again), comparable(event), path.stem)


class WireVectors(unittest.TestCase):
    def test_bytes_are_read_as_their_meaning(self):
        for path, data in vectors("wire", "json"):
            with self.subTest(path.stem):
                meaning = json.loads(path.read_text())
                frame = wire.decode(data)
                self.assertEqual(frame.opcode, meaning["opcode"])
                self.assertEqual(frame.flags, meaning["flags"])
                self.assertEqual(frame.request, meaning["request id"])
                fields = as_vector(frame.opcode, frame.fields)
                meaning["fields"].pop("later field", None)
                self.assertEqual(fields, meaning["fields"])

    def test_a_meaning_is_written_as_its_bytes(self):
        for path, data in vectors("wire", "json"):
            if json.loads(path.read_text())["isAurasChoice"]:
                with self.subTest(path.stem):
                    frame = wire.decode(data)
                    written = wire.encode(frame.opcode, frame.fields, frame.request, frame.flags)
                    self.assertEqual(written.hex(), data.hex())

    def test_what_is_bad_is_refused_by_the_condition_that_it_breaks(self):
        for path, data in vectors("wire", "error"):
            with self.subTest(path.stem), self.assertRaises(wire.Malformed) as caught:
                wire.decode(data)
            with self.subTest(path.stem):
                condition = int(path.read_text().split(":")[0])
                self.assertEqual(caught.exception.condition, condition, caught.exception)


WIDE = {wire.U64, wire.I64, wire.F64, wire.TIME}


def as_vector(opcode, fields):
    """A message's fields in the form of the vectors: 64 bits as texts, options as lists."""
    if opcode == wire.APPEND:
        batch_hex = fields["batch"].hex()
        return {**fields, "sequence": str(fields["sequence"]), "batch": batch_hex}
    if opcode == wire.EVENTS:
        found = {"first": str(fields["first"]), "last": str(fields["last"])}
        found.update({"batch size": len(fields["batch"]), "ranges": len(fields["ranges"])})
        if fields["batch"]:
            found["batch"] = fields["batch"].hex()
        for n, (first, count) in enumerate(fields["ranges"]):
            found.update({f"range {n} first": str(first), f"range {n} count": str(count)})
        return found
    return field_as_vector(wire.MESSAGES[opcode], fields)


def field_as_vector(kind, value):
    if kind in WIDE:
        return str(value)
    if kind is wire.VALUE:
        code = events.type_code(value)
        plain = {events.BOOL: str(value).lower(), events.STRING: value}
        text = plain.get(code, str(value))
        text = events.text_of_time(value) if code == events.TIMESTAMP else text
        return {events.TYPE_NAMES[code]: text}
    if isinstance(kind, wire.Optional):
        return [] if value is None else [field_as_vector(kind.element, value)]
    if isinstance(kind, wire.List):
        return [field_as_vector(kind.element, element) for element in value]
    if isinstance(kind, wire.Parameter):
        return {"name": value["name"], **values_as_vector(value["type"], [value["value"]])}
    if kind is wire.GROUPING:
        code, content = value
        names = {1: {"width": str(content)}, 2: {"name": content}}
        return {"kind": code, **names.get(code, {})}
    if kind is wire.COMPARISON:
        code, content = value
        return {"kind": code, **({"number": content} if code else {})}
    if kind is wire.ORDERS:
        code, content = value
        if code == 2:
            return {"kind": code, **field_as_vector(kind.kinds[code], content)}
        return {"kind": code, **({"before": str(content)} if code == 1 else {})}
    if isinstance(kind, wire.Record):
        found = {name: field_as_vector(k, value[name]) for name, k in kind.fields.items()}
        if isinstance(kind, wire.Counts):
            found["rows"] = [row_as_vector(kind, row) for row in value["rows"]]
            found["missing"] = field_as_vector(wire.MISSING_LIST, value["missing"])
        if isinstance(kind, wire.Result):
            found["columns"] = [
                {"name": column["name"], **values_as_vector(column["type"], column["values"])}
                for column in value["columns"]
            ]
            found.update(field_as_vector(kind.end, value))
        # An order's kind and fields stand beside the others.
        order = found.pop("order", {})
        return {**found, **order}
    return value


def numbered(found):
    return {str(n): value for n, value in enumerate(found, 1)}


def values_as_vector(codes, found):
    """A type and values of it, in the form of the vectors."""
    return {"type": numbered(codes), **items_as_vector(codes, found)}


def items_as_vector(codes, found):
    has_nulls = codes == (values.NULL,) or None in found
    there = [value_as_vector(codes, value) for value in found if value is not None]
    present = {"present": numbered(value is not None for value in found)} if has_nulls else {}
    return {"nulls": has_nulls, **present, "values": numbered(there)}


def value_as_vector(codes, value):
    code = codes[0]
    if code == values.HUGEINT:
        return numbered(str(part) for part in unpack("<QQ", value.to_bytes(16, "little", signed=True)))
    if code == values.INTERVAL:
        return numbered(map(str, value))
    if code == values.UUID_TYPE:
        return numbered(map(str, unpack(">QQ", value.bytes)))
    if code == values.LIST:
        return {"count": len(value), **items_as_vector(codes[1:], value)}
    return field_as_vector(values.PLAIN[code], value)


def row_as_vector(kind, row):
    found = field_as_vector(kind.row, row)
    for n, (code, content) in enumerate(row["keys"]):
        found[f"kind {n}"] = code
        found[("type", "bucket", "value")[code]] = field_as_vector(wire.KEY.kinds[code], content)
    return found


class Checksums(unittest.TestCase):
    def test_known_answers(self):
        self.assertEqual(xxh3.hash64(b""), 0x2D06800538D394C2)
        self.assertEqual(xxh3.hash64(b"\0"), 0xC44BDFF4074EECDB)


if __name__ == "__main__":
    unittest.main()
