"""Questions about the events of one subject: what was first, what came later, who came back."""
from drawing import FEW, SPANS, STEPS, SUBJECTS, Draws, listed


class Histories(Draws):
    """Draws a question of each kind, and whether ORDER BY says where each of its rows is."""

    def first(self, kind):
        """The first time that each subject has an event of the type, as a query."""
        subject = self.one(SUBJECTS)
        begun = self.where(f"type = '{kind}'", f"{subject} IS NOT NULL", most=0)
        return subject, f"SELECT {subject}, min(time) AS t FROM events {begun}GROUP BY {subject}"

    def later(self):
        first, then = self.one(STEPS)
        subject, begun = self.first(first)
        within = f"INTERVAL '{self.one(['1 hour', '1 day', '7 days'])}'"
        return (f"SELECT count(*) AS pairs, count(DISTINCT a.{subject}) AS subjects, min(b.time) FROM "
                f"({begun}) a JOIN events b ON b.{subject} = a.{subject} "
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

    def time_between(self):
        first, then = self.one(STEPS)
        subject, begun = self.first(first)
        return (f"WITH a AS ({begun}), gaps AS (SELECT a.{subject} AS s, min(date_diff('second', a.t, b.time)) AS gap "
                f"FROM a JOIN events b ON b.{subject} = a.{subject} AND b.time > a.t "
                f"WHERE b.type = '{then}' GROUP BY a.{subject}) "
                "SELECT count(*), min(gap), max(gap), avg(gap), median(gap) FROM gaps"), True

    def following(self):
        subject, most = self.one(SUBJECTS), self.one(["1 hour", "1 day"])
        before = self.where(f"{subject} IS NOT NULL", spans=SPANS[:5], most=1)
        return ("SELECT type, following, count(*) AS n FROM (SELECT type, time, lead(type) OVER w AS following, "
                f"lead(time) OVER w AS later FROM events {before}"
                f"WINDOW w AS (PARTITION BY {subject} ORDER BY time, type)) "
                f"WHERE later - time <= INTERVAL '{most}' GROUP BY type, following "
                "ORDER BY n DESC, type, following LIMIT 30"), True

    def newcomers(self):
        subject, unit = self.one(SUBJECTS), self.one(["hour", "day"])
        kept = self.where(f"{subject} IS NOT NULL", spans=[None], most=1)
        return (f"SELECT span, count(*) AS joined, sum(count(*)) OVER (ORDER BY span) AS so_far FROM "
                f"(SELECT {subject}, date_trunc('{unit}', min(time)) AS span FROM events {kept}"
                f"GROUP BY {subject}) GROUP BY span ORDER BY span"), True

    def overlap(self):
        subject, (one, other) = self.one(SUBJECTS), self.types(2, 2)
        among = self.where(f"type IN ({listed([one, other])})", f"{subject} IS NOT NULL", most=1)
        return (f"SELECT count(*), sum(n) FROM (SELECT {subject}, count(*) AS n FROM events {among}"
                f"GROUP BY {subject} HAVING bool_or(type = '{one}') "
                f"AND {self.one(['', 'NOT '])}bool_or(type = '{other}'))"), True

    def preceding(self):
        first, then = self.one(STEPS)
        subject, begun = self.first(first)
        key = self.one(FEW[1:])
        later = self.where(f"e.type = '{then}'", spans=[None], most=0)
        return (f"WITH a AS ({begun}) SELECT e.{key}, count(*), count(a.t) FROM events e "
                f"LEFT JOIN a ON e.{subject} = a.{subject} AND a.t < e.time {later}GROUP BY e.{key}"), False
