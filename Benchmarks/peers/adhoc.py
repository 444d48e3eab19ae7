"""Questions that nobody prepared for: made from templates, with columns, filters and spans of time drawn.

The same seed gives the same questions of the same data.  Each is one text that Aura and DuckDB both take,
and has one answer: what is cut off by LIMIT is in an order without ties.
"""
import random
from datetime import datetime, timedelta, timezone

import gen
import questions
from questions import Question, moment

FEW = ["type", "status", "properties.device", "properties.browser", "properties.region"]
MANY = ["user_id", "patient_id", "provider_id", "session_id", "ip"]
NUMBERS = ["duration_ms", "score"]
SPANS = [timedelta(hours=h) for h in (1, 6, 24, 72, 168)] + [None]
VALUES = {"status": gen.STATUSES, "properties.device": gen.DEVICES, "properties.browser": gen.BROWSERS,
          "properties.region": gen.REGIONS}
CONDITIONS = list(VALUES) + NUMBERS + ["type", "user_id", "provider_id", "null", "pattern"]
SUBJECTS = ["user_id", "patient_id"]
PATTERNS = ["type LIKE '%.created'", "type LIKE 'appointment.%'", "type LIKE '%session%'",
            "type ILIKE 'USER.%'", "type NOT LIKE '%.sent'", "ip LIKE '10.2%'", "ip LIKE '%.7.0/24'",
            "status LIKE '%ed'", "properties.region LIKE 'us-%'", "contains(type, 'video')", "starts_with(ip, '12.1')",
            "lower(properties.browser) = 'edge'", "regexp_matches(type, '^(user|auth)\\.')",
            "session_id::VARCHAR LIKE 'ab%'", "length(type) > 20", "split_part(type, '.', 1) = 'chatbot'"]
STEPS = [("appointment.created", "appointment.completed"), ("user.signup", "user.login"),
         ("user.created", "message.sent"), ("video_call.started", "video_call.ended"),
         ("therapy_session.created", "therapy_session.completed"), ("auth.failed", "user.login"),
         ("assessment.completed", "risk_prediction.generated"), ("api.error", "user.logout")]


def listed(names):
    return ", ".join(f"'{n}'" for n in names)


class Maker:
    """Draws parts of questions, and questions of them."""

    def __init__(self, seed, end):
        self.random, self.end = random.Random(seed), end
        self.begin = datetime.fromtimestamp(gen.T0_US // 1_000_000, timezone.utc)

    def one(self, of):
        return self.random.choice(of)

    def types(self, least=1, most=4):
        return self.random.sample(gen.TYPE_NAMES, self.random.randint(least, most))

    def user(self):
        return questions.user_of_rank(int(10 ** self.random.uniform(0, 4.5)))

    def span(self, spans=SPANS):
        """A condition on time; nothing for all of it."""
        length = self.one(spans)
        if not length:
            return ""
        room = max(0, int((self.end - self.begin - length).total_seconds()) // 60)
        since = self.begin + timedelta(minutes=self.random.randint(0, room))
        if self.random.random() < .4:
            since = self.end - length
            return f"time >= {moment(since)}"
        return f"time >= {moment(since)} AND time < {moment(since + length)}"

    def condition(self, column=""):
        """One on a column."""
        column = column or self.one(CONDITIONS)
        if column in VALUES:
            names = VALUES[column]
            pair = listed(self.random.sample(names, 2))
            return self.one([f"{column} = '{self.one(names)}'", f"{column} <> '{self.one(names)}'",
                             f"{column} IN ({pair})"])
        if column in NUMBERS:
            low = round(10 ** self.random.uniform(0, 3), 1)
            return column + self.one([f" > {low}", f" BETWEEN {low} AND {low * 3:.1f}", f" <= {low}"])
        return {
            "type": f"type IN ({listed(self.types(1, 5))})",
            "user_id": f"user_id {self.one(['<', '>='])} {self.random.randint(1000, gen.N_USERS)}",
            "provider_id": f"provider_id = {self.random.randint(1, gen.N_PROVIDERS)}",
            "null": f"{self.one(['patient_id', 'status', 'score'])} IS {self.one(['', 'NOT '])}NULL",
            "pattern": self.one(PATTERNS)}[column]

    def where(self, *more, spans=SPANS, most=2):
        """WHERE with a span and some conditions on different columns; it may be empty."""
        found = [c for c in [self.span(spans), *more] if c]
        columns = self.random.sample(CONDITIONS, self.random.randint(0, most))
        found += [self.condition(c) for c in columns]
        if len(columns) == 2 and self.random.random() < .25:
            found[-2:] = [f"({found[-2]} OR {found[-1]})"]
        return f"WHERE {' AND '.join(found)} " if found else ""

    def aggregate(self):
        number = self.one(NUMBERS)
        return self.one([
            "count(*)", f"sum({number})", f"avg({number})", f"min({number})", f"max({number})",
            f"count({number})", f"stddev_pop({number})", f"median({number})", f"quantile_cont({number}, 0.9)",
            "count(DISTINCT user_id)", "count(DISTINCT patient_id)", "max(time)", "min(time)",
            f"count(*) FILTER (WHERE {self.condition()})",
            f"avg({number}) FILTER (WHERE {self.condition()})", f"max({number}) - min({number})"])

    def aggregates(self, most=3):
        return ", ".join(self.aggregate() for _ in range(self.random.randint(1, most)))

    def bucket(self):
        return self.one(["date_trunc('hour', time)", "date_trunc('day', time)", "time::DATE",
                         "time_bucket(INTERVAL '15 minutes', time)", "time_bucket(INTERVAL '6 hours', time)",
                         "time_bucket(INTERVAL '5 minutes', time)", "date_trunc('week', time)"])

    # MARK: Kinds

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

    def later(self):
        subject, (first, then) = self.one(SUBJECTS), self.one(STEPS)
        begun = self.where(f"type = '{first}'", most=0)
        within = f"INTERVAL '{self.one(['1 hour', '1 day', '7 days'])}'"
        return (f"SELECT count(*) AS pairs, count(DISTINCT a.{subject}) AS subjects, min(b.time) FROM "
                f"(SELECT {subject}, min(time) AS t FROM events {begun}GROUP BY {subject}) a "
                f"JOIN events b ON b.{subject} = a.{subject} "
                f"WHERE b.type = '{then}' AND b.time > a.t AND b.time <= a.t + {within}"), True

    def retained(self):
        subject, unit = self.one(SUBJECTS), self.one(["day", "week"])
        kept = self.where(f"{subject} IS NOT NULL", spans=[None], most=1)
        return (f"WITH active AS (SELECT DISTINCT {subject} AS s, date_trunc('{unit}', time) AS span "
                f"FROM events {kept}), joined AS (SELECT s, min(span) AS began FROM active GROUP BY s) "
                "SELECT began, span, count(*) FROM active JOIN joined USING (s) "
                "GROUP BY began, span ORDER BY began, span"), True

    def funnel(self):
        subject, steps = self.one(SUBJECTS), self.types(3, 3)
        marks = ", ".join(f"min(time) FILTER (WHERE type = '{t}') AS t{i}" for i, t in enumerate(steps))
        among = self.where(f"type IN ({listed(steps)})", most=1)
        return ("SELECT count(t0), count(*) FILTER (WHERE t1 > t0), "
                "count(*) FILTER (WHERE t1 > t0 AND t2 > t1) "
                f"FROM (SELECT {subject}, {marks} FROM events {among}GROUP BY {subject})"), True

    def recent(self):
        extra = f" AND {self.condition()}" if self.random.random() < .4 else ""
        return (f"SELECT time, type, session_id, status, duration_ms, properties.device FROM events "
                f"WHERE user_id = {self.user()}{extra} ORDER BY time DESC "
                f"LIMIT {self.one([10, 100, 1000])}"), True

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

    def sessions(self):
        gap = f"INTERVAL '{self.one(['10 minutes', '30 minutes', '2 hours'])}'"
        before = "lag(time) OVER (PARTITION BY user_id ORDER BY time) AS before"
        return (f"SELECT user_id, count(*) AS events, 1 + count(*) FILTER (WHERE time - before > {gap}) "
                "AS sessions FROM "
                f"(SELECT user_id, time, {before} FROM events {self.where(spans=SPANS[:5])}) "
                "GROUP BY user_id ORDER BY sessions DESC, user_id LIMIT 20"), True

    def among(self):
        subject, key = self.one(SUBJECTS), self.one(FEW)
        which = self.where(f"{subject} IS NOT NULL", self.condition(), most=0).strip()
        among = f"{self.one(['', 'NOT '])}IN (SELECT {subject} FROM events {which})"
        where = self.where(f"{subject} {among}", most=1)
        return (f"SELECT {key}, count(*), count(DISTINCT {subject}) FROM events {where}GROUP BY {key}"), False

    def having(self):
        key, least = self.one(MANY), self.one([10, 100, 1000])
        return (f"SELECT count(*), sum(n), max(n), avg(n) FROM (SELECT {key}, count(*) AS n FROM events "
                f"{self.where()}GROUP BY {key} HAVING count(*) >= {least})"), True

    def spread(self):
        return (f"SELECT least(n, 50) AS events, count(*) AS subjects FROM (SELECT {self.one(MANY)} AS s, "
                f"count(*) AS n FROM events {self.where()}GROUP BY s) GROUP BY events ORDER BY events"), True


KINDS = {
    "groups": Maker.grouped, "one row": Maker.summed_up, "top": Maker.top, "distinct counts": Maker.distinct,
    "quantiles": Maker.quantiles, "series": Maker.series, "windows": Maker.window,
    "best of each": Maker.best_of_each, "later events": Maker.later, "retention": Maker.retained,
    "funnels": Maker.funnel, "recent events": Maker.recent, "texts": Maker.text,
    "histograms": Maker.histogram, "hours of the week": Maker.hour_of_week, "sessions": Maker.sessions,
    "subjects among": Maker.among, "HAVING": Maker.having, "events a subject": Maker.spread}


def generated(count, seed, parquet):
    """That many questions, of every kind as many, but for one."""
    maker = Maker(seed, questions.end_of(parquet))
    found = []
    for number in range(count):
        kind = list(KINDS)[number % len(KINDS)]
        sql, is_ordered = KINDS[kind](maker)
        found.append(Question(f"G{number + 1}", kind, " ".join(sql.split()), is_ordered=is_ordered))
    return found
