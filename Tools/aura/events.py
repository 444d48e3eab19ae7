"""Events and their values, in Python and as one line of JSON.

The seven attribute types are Python's `bool`, `int`, `float`, `str` and `uuid.UUID`, `Timestamp`
here, and `ipaddress`'s networks, /24 of IPv4 or /48 of IPv6. In JSON the first four stand as they
are, the others and floats that JSON lacks as an object: `{"timestamp": "2026-03-02T10:00:00Z"}`,
`{"uuid": "…"}`, `{"ip_prefix": "192.0.2.0/24"}`, `{"float64": "7ff8000000000000"}` (its bits); a
list stands for the values of several types that one attribute has.
"""

import json
import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from ipaddress import IPv4Network, IPv6Network, ip_network
from struct import pack, unpack
from typing import Optional, Union
from uuid import UUID

EARLIEST_TIME = -62_135_596_800_000_000
LATEST_TIME = 253_402_300_799_999_999
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
MICROSECOND = timedelta(microseconds=1)

# Codes of attribute types.
BOOL, INT64, FLOAT64, STRING, TIMESTAMP, UUID_TYPE, IP_PREFIX = range(1, 8)
TYPE_NAMES = dict(
    enumerate(("bool", "int64", "float64", "string", "timestamp", "uuid", "ip_prefix"), 1)
)


class Timestamp(int):
    """Microseconds since 1970-01-01T00:00:00Z, as the value of an attribute."""


def type_code(value):
    """The code of a value's attribute type."""
    for kind, code in (
        (bool, BOOL),
        (Timestamp, TIMESTAMP),
        (int, INT64),
        (float, FLOAT64),
        (str, STRING),
        (UUID, UUID_TYPE),
        ((IPv4Network, IPv6Network), IP_PREFIX),
    ):
        if isinstance(value, kind):
            return code
    raise ValueError(f"{value!r} is of no attribute type")


def prefix_bits(network):
    """The 64 bits of a network."""
    if (network.version, network.prefixlen) == (4, 24):
        return 4 << 48 | int(network.network_address) >> 8
    if (network.version, network.prefixlen) == (6, 48):
        return 6 << 48 | int(network.network_address) >> 80
    raise ValueError(f"{network} is neither a /24 of IPv4 nor a /48 of IPv6")


def prefix_of_bits(bits):
    """The network of 64 bits; `None` if they are of neither form."""
    family, rest = bits >> 48, bits & 0xFFFF_FFFF_FFFF
    if family == 4 and rest < 1 << 24:
        return IPv4Network((rest << 8, 24))
    if family == 6:
        return IPv6Network((rest << 80, 48))
    return None


@dataclass(frozen=True)
class Event:
    """One event: its time in µs since the epoch, its type, and (name, value) pairs.

    An attribute may have one value of each type. The pairs are kept as a batch has them:
    ascending by name, then by type.
    """

    time: int
    type: str
    attributes: tuple = ()
    id: Optional[Union[str, UUID]] = None

    def __post_init__(self):
        pairs = self.attributes
        pairs = pairs.items() if isinstance(pairs, dict) else pairs
        pairs = tuple(sorted(pairs, key=lambda pair: (pair[0].encode(), type_code(pair[1]))))
        object.__setattr__(self, "attributes", pairs)

    @staticmethod
    def from_json(line):
        """The event of a line of JSON: `time`, `type`, and if it has them `attributes`, `id`."""
        fields = json.loads(line)
        if not isinstance(fields, dict) or not {"time", "type"} <= fields.keys():
            raise ValueError("an event is an object with a time and a type")
        unknown = fields.keys() - {"time", "type", "attributes", "id", "sequence"}
        if unknown:
            names = ", ".join(sorted(unknown))
            raise ValueError(f"unknown: {names}; attributes stand in 'attributes'")
        pairs = [
            (name, value_of_json(value))
            for name, values in fields.get("attributes", {}).items()
            for value in (values if isinstance(values, list) else [values])
        ]
        name, identity = fields["type"], fields.get("id")
        identity = None if identity is None else value_of_json(identity)
        if not isinstance(name, str) or not isinstance(identity, (str, UUID, type(None))):
            raise ValueError("a type is a text, an id a text or a UUID")
        return Event(time_of_text(fields["time"]), name, pairs, identity)

    def to_json(self, sequence=None):
        """One line of JSON, which `from_json` takes back."""
        fields = {} if sequence is None else {"sequence": sequence}
        fields.update(time=text_of_time(self.time), type=self.type)
        if self.id is not None:
            fields["id"] = json_of_value(self.id)
        attributes = {}
        for name, value in self.attributes:
            attributes.setdefault(name, []).append(json_of_value(value))
        fields["attributes"] = {
            name: values[0] if len(values) == 1 else values for name, values in attributes.items()
        }
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


def value_of_json(value):
    """The value that a piece of JSON stands for."""
    if isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, dict) and len(value) == 1:
        (kind, text), = value.items()
        if kind == "timestamp":
            return Timestamp(time_of_text(text))
        if kind == "uuid":
            return UUID(text)
        if kind == "ip_prefix":
            return ip_network(text)
        if kind == "float64":
            return unpack(">d", bytes.fromhex(text))[0]
    raise ValueError(f"{json.dumps(value)} is no value")


def json_of_value(value):
    """The piece of JSON that stands for a value."""
    code = type_code(value)
    if code in (BOOL, INT64, STRING) or code == FLOAT64 and math.isfinite(value):
        return value
    text = pack(">d", value).hex() if code == FLOAT64 else str(value)
    return {TYPE_NAMES[code]: text_of_time(value) if code == TIMESTAMP else text}


def time_of_text(text):
    """µs since the epoch of a time as RFC 3339 writes it, or as a number of µs."""
    if isinstance(text, int):
        return int(text)
    form = r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?(Z|[+-]\d\d:\d\d)"
    match = re.fullmatch(form, str(text), re.IGNORECASE)
    if not match:
        raise ValueError(f"{text!r} is no time such as 2026-03-02T10:00:00.5Z")
    day, clock, fraction, zone = match.groups()
    zone = "+00:00" if zone in "Zz" else zone
    time = datetime.fromisoformat(f"{day}T{clock}.{(fraction or '').ljust(6, '0')}{zone}")
    return (time - EPOCH) // MICROSECOND


def text_of_time(time):
    """A time as RFC 3339 writes it."""
    text = (EPOCH + timedelta(microseconds=time)).replace(tzinfo=None).isoformat()
    return (text.rstrip("0") if "." in text else text) + "Z"
