-- Questions about a log of cases, each named as its answer in the shared data's
-- events/truth/receipt.json and sepsis.json. The log says which types are its steps.

-- name: totals
SELECT count(*) AS events, count(DISTINCT "case") AS entities, count(DISTINCT type) AS types,
    strftime(min(time), $format) AS first_ts,
    strftime(max(time), $format) AS last_ts
FROM events

-- name: by_type
SELECT type, count(*) AS n, count(DISTINCT "case") AS entities
FROM events GROUP BY type ORDER BY n DESC, type

-- name: per_day
SELECT time::DATE AS d, count(*) AS n, count(DISTINCT "case") AS entities
FROM events GROUP BY d ORDER BY d

-- name: per_month
SELECT strftime(time, '%Y-%m') AS m, count(*) AS n FROM events GROUP BY m ORDER BY m

-- name: by_weekday
SELECT isodow(time) AS isodow, count(*) AS n FROM events GROUP BY ALL ORDER BY isodow

-- name: by_hour
SELECT hour(time) AS h, count(*) AS n FROM events GROUP BY h ORDER BY h

-- name: entity_size
SELECT min(k) AS mn, median(k) AS med, avg(k) AS mean, max(k) AS mx,
    quantile_cont(k, 0.9) AS p90, quantile_cont(k, 0.99) AS p99
FROM (SELECT count(*) AS k FROM events GROUP BY "case")

-- name: entity_duration_s
WITH cases AS (SELECT epoch(max(time)) - epoch(min(time)) AS x FROM events GROUP BY "case")
SELECT median(x) AS med, avg(x) AS mean, quantile_cont(x, 0.9) AS p90, max(x) AS mx FROM cases

-- name: funnel
WITH s1 AS (SELECT "case", min(time) AS t FROM events WHERE type = $step1 GROUP BY ALL),
s2 AS (
    SELECT e."case", min(e.time) AS t, any_value(s.t) AS before
    FROM events AS e JOIN s1 AS s ON e."case" = s."case" AND e.time >= s.t
    WHERE e.type = $step2
    GROUP BY ALL
),
s3 AS (
    SELECT e."case", min(e.time) AS t, any_value(s.t) AS before
    FROM events AS e JOIN s2 AS s ON e."case" = s."case" AND e.time >= s.t
    WHERE e.type = $step3
    GROUP BY ALL
),
s4 AS (
    SELECT e."case", min(e.time) AS t, any_value(s.t) AS before
    FROM events AS e JOIN s3 AS s ON e."case" = s."case" AND e.time >= s.t
    WHERE e.type = $step4
    GROUP BY ALL
),
s5 AS (
    SELECT e."case", min(e.time) AS t, any_value(s.t) AS before
    FROM events AS e JOIN s4 AS s ON e."case" = s."case" AND e.time >= s.t
    WHERE e.type = $step5
    GROUP BY ALL
),
s6 AS (
    SELECT e."case", min(e.time) AS t, any_value(s.t) AS before
    FROM events AS e JOIN s5 AS s ON e."case" = s."case" AND e.time >= s.t
    WHERE e.type = $step6
    GROUP BY ALL
)
SELECT step, type, count(*) AS entities, median(epoch(t) - epoch(before)) AS median_s_from_prev
FROM (
    SELECT 1 AS step, $step1 AS type, t, t AS before FROM s1
    UNION ALL SELECT 2, $step2, t, before FROM s2
    UNION ALL SELECT 3, $step3, t, before FROM s3
    UNION ALL SELECT 4, $step4, t, before FROM s4
    UNION ALL SELECT 5, $step5, t, before FROM s5
    UNION ALL SELECT 6, $step6, t, before FROM s6
)
GROUP BY step, type ORDER BY step

-- name: pair_first_to_first
WITH a AS (SELECT "case", min(time) AS t FROM events WHERE type = $from GROUP BY 1),
b AS (SELECT "case", min(time) AS t FROM events WHERE type = $to GROUP BY 1)
SELECT $from AS from_type, $to AS to_type,
    count(*) AS entities_with_both, count(*) FILTER (b.t >= a.t) AS in_order,
    median(epoch(b.t) - epoch(a.t)) FILTER (WHERE b.t >= a.t) AS median_s,
    quantile_cont(epoch(b.t) - epoch(a.t), 0.9) FILTER (WHERE b.t >= a.t) AS p90_s
FROM a JOIN b USING ("case")

-- name: directly_follows_top30
SELECT a, b, count(*) AS n
FROM (
    SELECT type AS a, lead(type) OVER (PARTITION BY "case" ORDER BY time, sequence) AS b FROM events
)
WHERE b IS NOT NULL GROUP BY a, b ORDER BY n DESC, a, b LIMIT 30

-- name: active_entities_per_week
SELECT strftime(date_trunc('week', time), '%Y-%m-%dT%H:%M:%S') AS wk,
    count(DISTINCT "case") AS entities
FROM events GROUP BY wk ORDER BY wk
