"""Questions that nobody prepared for: made from templates, with columns, filters and spans of time drawn.

The same seed gives the same questions of the same data.  Each is one text that Aura and DuckDB both take,
and has one answer: what is cut off by LIMIT is in an order without ties.
"""
from datetime import timedelta

import questions
from drawing import FEW, MANY, NUMBERS, PATTERNS, SPANS
from histories import Histories
from questions import Question, moment


class Maker(Histories):
    """Draws a question of each kind, and whether ORDER BY says where each of its rows is."""

    def grouped(self):
        keys = self.random.sample(FEW, self.random.choice([1, 1, 2]))
        keys = ", ".join(keys)
        return f"SELECT {keys}, {self.aggregates()} FROM events {self.where()}GROUP BY {keys}", False

    def summed_up(self):
        return f"SELECT count(*), {self.aggregates()} FROM events {self.where(most=3)}", True

    def top(self):
        key = self.one(MANY)
        by = self.one(["count(*)", "count(DISTINCT type)", "sum(duration_ms)", "max(score)"])
        return (f"SELECT {key}, {by} AS n, {self.aggregate()} FROM events {self.where()}"
                f"GROUP BY {key} ORDER BY n DESC, {key} LIMIT {self.one([5, 10, 50])}"), True

    def distinct(self):
        key = self.one(FEW)
        counted = f"count(DISTINCT {self.one(MANY)})"
        return f"SELECT {key}, {counted} FROM events {self.where()}GROUP BY {key}", False

    def quantiles(self):
        key, number = self.one(FEW + ["provider_id"]), self.one(NUMBERS)
        return (f"SELECT {key}, median({number}), quantile_cont({number}, [0.25, 0.75, 0.99]) FROM events "
                f"{self.where(f'{number} IS NOT NULL')}GROUP BY {key}"), False

    def series(self):
        key = self.one([""] + FEW)
        keys = ", ".join([f"{self.bucket()} AS span"] + [key] * bool(key))
        names = ", ".join(["span"] + [key] * bool(key))
        return (f"SELECT {keys}, {self.aggregates(2)} FROM events {self.where()}"
                f"GROUP BY {names} ORDER BY {names}"), True

    def window(self):
        key = self.one(FEW)
        span = self.one(["date_trunc('hour', time)", "time::DATE"])
        inner = (f"(SELECT {key} AS k, {span} AS span, count(*) AS n FROM events {self.where()}"
                 "GROUP BY k, span)")
        over = "(PARTITION BY k ORDER BY span)"
        moving = "(PARTITION BY k ORDER BY span ROWS BETWEEN {} AND {})".format
        value = self.one([
            f"sum(n) OVER {over}", f"n - lag(n) OVER {over}", "n / sum(n) OVER (PARTITION BY span)",
            f"avg(n) OVER {moving('6 PRECEDING', 'CURRENT ROW')}",
            f"max(n) OVER {moving('3 PRECEDING', '3 FOLLOWING')}",
            "rank() OVER (PARTITION BY span ORDER BY n DESC)",
            "row_number() OVER (PARTITION BY k ORDER BY n DESC, span)"])
        return f"SELECT k, span, n, {value} AS v FROM {inner}", False

    def best_of_each(self):
        key, of = self.one(FEW), self.one(["user_id", "provider_id", "ip"])
        return (f"SELECT {key} AS k, {of} AS x, count(*) AS n FROM events {self.where()}GROUP BY k, x "
                f"QUALIFY row_number() OVER (PARTITION BY k ORDER BY n DESC, x) <= 3"), False

    def text(self):
        key = self.one(FEW)
        where = self.where(self.one(PATTERNS), most=1)
        return f"SELECT {key}, count(*) FROM events {where}GROUP BY {key}", False

    def histogram(self):
        number = self.one(NUMBERS)
        where = self.where(f"{number} IS NOT NULL")
        place = self.one([f"floor({number} / 25) * 25", f"floor(log10({number} + 1) * 4)",
                          f"round({number} / 10)"])
        return f"SELECT {place} AS b, count(*) AS n FROM events {where}GROUP BY b ORDER BY b", True

    def hour_of_week(self):
        where = self.where(spans=[None, timedelta(days=7)])
        return (f"SELECT extract(isodow FROM time) AS d, extract(hour FROM time) AS h, {self.aggregates(2)} "
                f"FROM events {where}GROUP BY d, h ORDER BY d, h"), True

    def having(self):
        key, least = self.one(MANY), self.one([10, 100, 1000])
        return (f"SELECT count(*), sum(n), max(n), avg(n) FROM (SELECT {key}, count(*) AS n FROM events "
                f"{self.where()}GROUP BY {key} HAVING count(*) >= {least})"), True

    def spread(self):
        return (f"SELECT least(n, 50) AS events, count(*) AS subjects FROM (SELECT {self.one(MANY)} AS s, "
                f"count(*) AS n FROM events {self.where()}GROUP BY s) GROUP BY events ORDER BY events"), True

    def compared(self):
        key, length = self.one(FEW + ["provider_id"]), self.one(SPANS[2:5])
        middle, first = moment(self.end - length), moment(self.end - 2 * length)
        number = self.aggregate()
        counted = f"count(*) FILTER (WHERE time >= {middle})", f"count(*) FILTER (WHERE time < {middle})"
        where = self.where(f"time >= {first}", spans=[None], most=1)
        return (f"SELECT {key}, {counted[0]} AS now, {counted[1]} AS before, "
                f"{counted[0]} / nullif({counted[1]}, 0) AS ratio, {number} FROM events {where}"
                f"GROUP BY {key}"), False

    def shares(self):
        key = self.one(FEW)
        where = self.where()
        return (f"SELECT {key}, count(*) AS n, count(*) / sum(count(*)) OVER () AS share, "
                f"rank() OVER (ORDER BY count(*) DESC) AS place FROM events {where}GROUP BY {key}"), False

    def subtotals(self):
        keys = ", ".join(self.random.sample(FEW, 2))
        return (f"SELECT {keys}, {self.aggregates(2)} FROM events {self.where()}"
                f"GROUP BY ROLLUP ({keys})"), False

    def classes(self):
        number = self.one(NUMBERS)
        low = round(10 ** self.random.uniform(0, 2), 1)
        return (f"SELECT CASE WHEN {number} IS NULL THEN 'none' WHEN {number} < {low} THEN 'low' "
                f"WHEN {number} < {low * 5:.1f} THEN 'middle' ELSE 'high' END AS class, {self.aggregates(2)} "
                f"FROM events {self.where()}GROUP BY class ORDER BY class"), True

    def extremes(self):
        number, way = self.one(NUMBERS), self.one(["DESC", "ASC"])
        where = self.where(f"{number} IS NOT NULL")
        return (f"SELECT time, type, user_id, session_id, {number} FROM events {where}"
                f"ORDER BY {number} {way}, time, session_id LIMIT {self.one([10, 100])}"), True

    def united(self):
        key, number = self.one(FEW), self.aggregate()
        parts = [f"SELECT {key} AS k, '{part}' AS part, {number} AS n FROM events {self.where()}GROUP BY {key}"
                 for part in ("one", "other")]
        return " UNION ALL ".join(parts), False

    def above_average(self):
        key, number = self.one(["user_id", "provider_id", "ip"]), self.one(NUMBERS)
        where = self.where(f"{number} IS NOT NULL")
        return (f"SELECT count(*), sum(n) FROM (SELECT {key}, count(*) AS n, avg({number}) AS mean FROM events "
                f"{where}GROUP BY {key}) WHERE mean > (SELECT avg({number}) FROM events {where})"), True


KINDS = {
    "groups": Maker.grouped, "one row": Maker.summed_up, "top": Maker.top, "distinct counts": Maker.distinct,
    "quantiles": Maker.quantiles, "series": Maker.series, "windows": Maker.window,
    "best of each": Maker.best_of_each, "later events": Maker.later, "retention": Maker.retained,
    "funnels": Maker.funnel, "recent events": Maker.recent, "texts": Maker.text,
    "histograms": Maker.histogram, "hours of the week": Maker.hour_of_week, "sessions": Maker.sessions,
    "subjects among": Maker.among, "HAVING": Maker.having, "events a subject": Maker.spread,
    "time between": Maker.time_between, "following events": Maker.following, "newcomers": Maker.newcomers,
    "one and not the other": Maker.overlap, "preceding events": Maker.preceding,
    "periods compared": Maker.compared, "shares": Maker.shares, "subtotals": Maker.subtotals,
    "classes": Maker.classes, "extremes": Maker.extremes, "UNION ALL": Maker.united,
    "above the mean": Maker.above_average}


def generated(count, seed, parquet):
    """That many questions, of every kind as many, but for one."""
    maker = Maker(seed, questions.end_of(parquet))
    found = []
    for number in range(count):
        kind = list(KINDS)[number % len(KINDS)]
        sql, is_ordered = KINDS[kind](maker)
        found.append(Question(f"G{number + 1}", kind, " ".join(sql.split()), is_ordered=is_ordered))
    return found
