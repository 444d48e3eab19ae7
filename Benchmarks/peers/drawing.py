"""Parts of questions, drawn: columns, filters, spans of time, aggregates."""
import random
from datetime import datetime, timedelta, timezone

import gen
import questions
from questions import moment

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


class Draws:
    """Draws parts of questions; the same seed gives the same."""

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
