"""The thirteen questions, in Aura's SQL and as its peers answer them fastest.

DuckDB is asked what Aura is asked, but for buckets of time, which whole numbers give it sooner.
ClickHouse keeps time as whole microseconds, `ts`, and is asked in its own dialect.
"""
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

import numpy as np
import pyarrow.parquet as pq

import gen

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
COLUMNS = ["time", "type", "user_id", "patient_id", "provider_id", "session_id", "status", "duration_ms",
           "score", "ip", "properties.device", "properties.browser", "properties.region"]


@dataclass
class Question:
    name: str
    what: str
    sql: str
    duckdb: str = ""            # where it is another text
    clickhouse: str = ""
    target_ms: float = 0        # with 10 M events, two threads
    is_ordered: bool = True     # ORDER BY says where each row is
    is_indexed: bool = False    # what the index of time buckets is for
    tolerance: float = 1e-12
    exact: str = ""             # what the answers approximate, within the tolerance
    texts: dict = field(init=False)

    def __post_init__(self):
        self.texts = {"aura": self.sql, "duckdb": self.duckdb or self.sql, "clickhouse": self.clickhouse}


def end_of(parquet):
    """The hour that ends after the last event."""
    metadata = pq.read_metadata(parquet)
    last = max(metadata.row_group(i).column(0).statistics.max for i in range(metadata.num_row_groups))
    return datetime.fromtimestamp(-(-last // gen.HOUR_US) * 3600, timezone.utc)


def user_of_rank(rank):
    """The user who has the most events but for `rank` others, or nearly so."""
    users = np.random.Generator(np.random.PCG64(gen.SEED + 1)).permutation(gen.N_USERS)
    return int(users[rank]) + 1


def moment(time):
    return f"TIMESTAMPTZ '{time:%Y-%m-%d %H:%M:%S}+00'"


def us(time):
    return int(time.timestamp()) * 1_000_000


def bucketed(step_us, name, aggregate, where=""):
    """DuckDB's fastest way to a question about buckets: whole numbers until the end."""
    return (f"SELECT make_timestamp(b * {step_us}) AS {name}, n FROM "
            f"(SELECT epoch_us(time) // {step_us} AS b, {aggregate} AS n FROM events {where} GROUP BY b) ORDER BY b")


def in_clickhouse(step_us, aggregate, where=""):
    return (f"select fromUnixTimestamp64Micro(b * {step_us}, 'UTC'), n from "
            f"(select intDiv(ts, {step_us}) as b, {aggregate} as n from events {where} group by b) order by b")


def counting(end):
    """Q1 to Q6: counts, users and quantiles."""
    day, week = end - DAY, end - 7 * DAY
    minute, five, hour = gen.HOUR_US // 60, gen.HOUR_US // 12, gen.HOUR_US
    return [
        Question(
            "Q1", "events by type", "SELECT type, count(*) FROM events GROUP BY type",
            clickhouse="select type, count() from events group by type",
            target_ms=.3, is_ordered=False, is_indexed=True),
        Question(
            "Q2", "one type by minute, 24 h",
            f"SELECT time_bucket(INTERVAL '1 minute', time) AS minute, count(*) FROM events "
            f"WHERE type = 'message.sent' AND time >= {moment(day)} GROUP BY minute ORDER BY minute",
            bucketed(minute, "minute", "count(*)", f"WHERE type = 'message.sent' AND time >= {moment(day)}"),
            in_clickhouse(minute, "count()", f"where type = 'message.sent' and ts >= {us(day)}"),
            target_ms=.2, is_indexed=True),
        Question(
            "Q3", "events by hour",
            "SELECT time_bucket(INTERVAL '1 hour', time) AS hour, count(*) FROM events "
            "GROUP BY hour ORDER BY hour",
            bucketed(hour, "hour", "count(*)"), in_clickhouse(hour, "count()"),
            target_ms=.3, is_indexed=True),
        Question(
            "Q4a", "users by day, exact",
            "SELECT time::DATE AS day, count(DISTINCT user_id) FROM events GROUP BY day ORDER BY day",
            clickhouse=f"select toDate32(b) as day, n from (select intDiv(ts, {gen.DAY_US}) as b, "
                       "uniqExact(user_id) as n from events group by b) order by day",
            target_ms=40),
        Question(
            "Q4b", "users, approximately", "SELECT approx_count_distinct(user_id) FROM events",
            clickhouse="select uniq(user_id) from events", exact="SELECT count(DISTINCT user_id) FROM events",
            target_ms=1, tolerance=.1),
        Question(
            "Q5", "quantiles of durations by type, 7 days",
            "SELECT type, quantile_cont(duration_ms, [0.5, 0.95, 0.99]) FROM events "
            f"WHERE time >= {moment(week)} AND duration_ms IS NOT NULL GROUP BY type",
            clickhouse="select type, quantilesExactInclusive(0.5, 0.95, 0.99)(duration_ms) from events "
                       f"where ts >= {us(week)} and duration_ms is not null group by type",
            target_ms=12, is_ordered=False),
        Question(
            "Q6", "share of errors by 5 minutes, 24 h",
            "SELECT time_bucket(INTERVAL '5 minutes', time) AS span, "
            "count(*) FILTER (WHERE type = 'api.error') / count(*) FROM events "
            f"WHERE time >= {moment(day)} GROUP BY span ORDER BY span",
            bucketed(five, "span", "count(*) FILTER (WHERE type = 'api.error') / count(*)",
                     f"WHERE time >= {moment(day)}"),
            in_clickhouse(five, "countIf(type = 'api.error') / count()", f"where ts >= {us(day)}"),
            target_ms=.2, is_indexed=True)]


def scores(end):
    """Q7: how far hourly counts of a type are from those of the week before."""
    latest, first = end - HOUR, end - HOUR - 168 * HOUR
    hours = (f"(SELECT type, date_trunc('hour', time) AS hour, count(*) AS n FROM events "
             f"WHERE time >= {moment(first)} GROUP BY type, hour)")
    numbered = (f"(SELECT type, epoch_us(time) // {gen.HOUR_US} AS h, count(*) AS n FROM events "
                f"WHERE time >= {moment(first)} GROUP BY type, h)")
    at_last = us(latest) // gen.HOUR_US
    score = ("SELECT type, mean, deviation, latest, (latest - mean) / nullif(deviation, 0) FROM (SELECT type, "
             "avg(n) FILTER (WHERE {0}) AS mean, stddev_pop(n) FILTER (WHERE {0}) AS deviation, "
             "coalesce(sum(n) FILTER (WHERE NOT {0}), 0) AS latest FROM {1} GROUP BY type)")
    all_scores = ("SELECT type, {0}, n, (n - avg(n) OVER week) / nullif(stddev_pop(n) OVER week, 0) FROM "
                  "(SELECT type, {1}, count(*) AS n FROM events GROUP BY type, {2}) WINDOW week AS "
                  "(PARTITION BY type ORDER BY {2} ROWS BETWEEN 168 PRECEDING AND 1 PRECEDING)")
    frame = "over (partition by type order by h rows between 168 preceding and 1 preceding)"
    in_hours = f"select type, intDiv(ts, {gen.HOUR_US}) as h, count() as n from events {{}} group by type, h"
    return [
        Question(
            "Q7a", "z-score of the latest hour by type", score.format(f"hour < {moment(latest)}", hours),
            score.format(f"h < {at_last}", numbered),
            f"select type, avgIf(n, h < {at_last}) as mean, stddevPopIf(n, h < {at_last}) as deviation, "
            f"sumIf(n, h = {at_last}) as latest, (latest - mean) / nullIf(deviation, 0) from "
            f"({in_hours.format(f'where ts >= {us(first)}')}) group by type",
            target_ms=.3, is_ordered=False, is_indexed=True),
        Question(
            "Q7b", "z-scores of all hours by type",
            all_scores.format("hour", "date_trunc('hour', time) AS hour", "hour"),
            all_scores.format(f"make_timestamp(h * {gen.HOUR_US})",
                              f"epoch_us(time) // {gen.HOUR_US} AS h", "h"),
            # The first hour has none before it, of which ClickHouse says nan.
            f"select type, fromUnixTimestamp64Micro(h * {gen.HOUR_US}, 'UTC'), n, if(isNaN(z), null, z) from "
            f"(select type, h, n, (n - avg(n) {frame}) / nullIf(stddevPop(n) {frame}, 0) as z "
            f"from ({in_hours.format('')}))",
            target_ms=8, is_ordered=False, is_indexed=True)]


def people(end):
    """Q8 to Q12: users, properties, funnels, retention, the newest events."""
    week = end - 7 * DAY
    recent = "SELECT {} FROM events WHERE user_id = {} ORDER BY time DESC LIMIT 100"
    columns = ", ".join(COLUMNS)
    newest = ("select fromUnixTimestamp64Micro(ts, 'UTC'), {} from events where user_id = {} "
              "order by ts desc limit 100")
    begun = ("select patient_id, min({0}) as {1} from events where type = 'appointment.created' "
             "and patient_id is not null group by patient_id")
    funnel = ("WITH started AS ({0}) SELECT count(*), count(c.patient_id) FROM started LEFT JOIN "
              "(SELECT DISTINCT s.patient_id FROM started s JOIN events e ON e.patient_id = s.patient_id "
              "WHERE e.type = 'appointment.completed' AND e.{1} >= s.first AND e.{1} <= s.first + {2}) c "
              "ON c.patient_id = started.patient_id")
    return [
        Question(
            "Q8", "20 busiest users, 7 days",
            f"SELECT user_id, count(*) AS n FROM events WHERE time >= {moment(week)} "
            "GROUP BY user_id ORDER BY n DESC, user_id LIMIT 20",
            clickhouse=f"select user_id, count() as n from events where ts >= {us(week)} "
                       "group by user_id order by n desc, user_id limit 20",
            target_ms=8),
        Question(
            "Q9", "events by one property where another is …",
            "SELECT properties.region, count(*) FROM events WHERE properties.device = 'ios' "
            "GROUP BY properties.region",
            clickhouse="select properties.region, count() from events where properties.device = 'ios' "
                       "group by properties.region",
            target_ms=8, is_ordered=False),
        Question(
            "Q10", "funnel of two steps by patient, 7 days",
            funnel.format(begun.format("time", "first"), "time", "INTERVAL '7 days'"),
            # windowFunnel begins anew with each first step, and counts more.
            clickhouse="select count(), countIf(arrayExists(x -> x >= first and x <= first + "
                       f"{7 * gen.DAY_US}, later)) from (select patient_id, minIf(ts, "
                       "type = 'appointment.created') as first, groupArrayIf(ts, "
                       "type = 'appointment.completed') as later from events where type in "
                       "('appointment.created', 'appointment.completed') and patient_id is not null "
                       "group by patient_id having countIf(type = 'appointment.created') > 0)",
            target_ms=12),
        Question(
            "Q11", "retention: first day × active day",
            "WITH active AS (SELECT DISTINCT user_id, time::DATE AS day FROM events), "
            "joined AS (SELECT user_id, min(day) AS first FROM active GROUP BY user_id) "
            "SELECT first, day, count(*) FROM active JOIN joined USING (user_id) GROUP BY first, day",
            clickhouse="select toDate32(first) as f, toDate32(day) as d, count() from (select user_id, "
                       f"groupUniqArray(intDiv(ts, {gen.DAY_US})) as days, arrayMin(days) as first "
                       "from events group by user_id) array join days as day group by f, d",
            target_ms=60, is_ordered=False)] + [
        Question(
            name, f"100 newest events of {who}", recent.format(columns, user_of_rank(rank)),
            clickhouse=newest.format(columns.partition(", ")[2], user_of_rank(rank)), target_ms=.5)
        for name, who, rank in (("Q12a", "the busiest user", 0), ("Q12b", "a middling user", 5000))]


def thirteen(parquet):
    """All but Q13, which wants a server that takes events meanwhile."""
    end = end_of(parquet)
    return counting(end) + scores(end) + people(end)
