"""What the columns of an Aura store take, read from the footers of its chunks (Formats/chunk.md)."""
import collections
import glob
import os
import struct

KINDS = {0: "times", 1: "sequence numbers", 6: "rollups", 7: "rollups", 10: "rollups",
         11: "rollups"}    # others: a column's
TRAILER, HEAD, BLOCK = struct.Struct("<qQ16s8s"), struct.Struct("<IQQQIqqQQ"), 64


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def unpack(self, layout):
        values = struct.unpack_from(layout, self.data, self.at)
        self.at += struct.calcsize(layout)
        return values

    def u32(self):
        return self.unpack("<I")[0]

    def text(self):
        size = self.u32()
        self.at += size
        return self.data[self.at - size:self.at].decode()


def footer(path):
    """A chunk's rows, bytes, and the bytes of each column; nothing of what a kill left unfinished."""
    with open(path, "rb") as f:
        data = f.read()
    if not data.endswith(b"AURACHE1"):
        return 0, 0, collections.Counter()
    offset, size, _, _ = TRAILER.unpack(data[-TRAILER.size:])
    reader = Reader(data[offset:offset + size])
    rows = reader.unpack(HEAD.format)[3]
    reader.text()
    for _ in range(reader.u32()):
        reader.text()
        reader.text()
        reader.unpack(f"<{reader.u32()}I")
    columns = [(reader.text(), reader.unpack("<B")[0])[0] for _ in range(reader.u32())]
    for _ in range(reader.u32()):
        reader.unpack(f"<{2 * reader.u32()}I")
    sizes = collections.Counter()
    for _ in range(reader.u32()):
        kind, _, _, _, column, _, _, _, _, stored = reader.unpack("<BBBBIIIIII")
        reader.at += BLOCK - struct.calcsize("<BBBBIIIIII")
        name = KINDS[kind] if kind in KINDS else columns[column]
        sizes[name] += stored + -stored % 8
    return rows, len(data), sizes


def columns(directory):
    """Rows, bytes and bytes by column of all chunks of a store."""
    rows, size, sizes = 0, 0, collections.Counter()
    for path in glob.glob(os.path.join(directory, "chunks", "*.chunk")):
        found = footer(path)
        rows, size, sizes = rows + found[0], size + found[1], sizes + found[2]
    return rows, size, sizes
