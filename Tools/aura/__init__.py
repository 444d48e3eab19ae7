"""A client of Aura in Python's standard library alone, written from `Formats/`.

`events` has the values, `batch` and `wire` the two formats, `client` the conversation,
and `xxh3` the checksum. `../aura_client.py` is the command.
"""
