"""Whether two engines gave the same answer.

Floats may differ by 1e-12 of their size, or by 1e-12 where they are smaller than one; rows stand in the
same order where ORDER BY says which, else only the same rows, each as often.
"""
import math
from datetime import datetime, timezone

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def read(cell, kind):
    """A value of Aura's JSON as the peer's kind of column has it."""
    if cell is None or kind in ("text", "bool"):
        return cell
    if kind == "time":
        since = datetime.fromisoformat(cell)
        since = (since if since.tzinfo else since.replace(tzinfo=timezone.utc)) - EPOCH
        return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    if kind == "date":
        return cell[:10]
    if kind == "float":
        # inf and nan are texts
        return float(cell)
    if kind in ("whole", "list"):
        return cell
    raise ValueError(f"a column of {kind}")


def are_alike(a, b, tolerance):
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(are_alike(x, y, tolerance) for x, y in zip(a, b))
    if isinstance(a, float) or isinstance(b, float) or tolerance > 1e-12:
        if not all(isinstance(x, (int, float)) for x in (a, b)):
            return a == b
        return math.isclose(a, b, rel_tol=tolerance, abs_tol=1e-12) or a != a and b != b
    return a == b


def order(row):
    """A place for a row where any order will do: by what is exact, then by what may differ a little."""
    def key(cell):
        return cell is None, str(cell) if isinstance(cell, (str, list)) else "", \
            cell if isinstance(cell, (int, float)) else 0
    rough = (float, list)
    return [key(x) for x in row if not isinstance(x, rough)], [key(x) for x in row if isinstance(x, rough)]


def difference(question, mine, expected):
    """How the first answer differs from the second, in a few words; nothing if they agree."""
    if len(mine) != len(expected):
        return f"{len(mine)} rows, not {len(expected)}"
    if not question.is_ordered:
        mine, expected = sorted(mine, key=order), sorted(expected, key=order)
    for at, (a, b) in enumerate(zip(mine, expected)):
        if len(a) != len(b):
            return f"{len(a)} columns, not {len(b)}"
        if not all(are_alike(x, y, question.tolerance) for x, y in zip(a, b)):
            return f"row {at + 1} is {a}, not {b}"[:400]
    return ""


def from_aura(rows, kinds):
    """Aura's rows as a peer's of these kinds."""
    if rows and len(rows[0]) != len(kinds):
        return rows
    return [[read(cell, kind) for cell, kind in zip(row, kinds)] for row in rows]
