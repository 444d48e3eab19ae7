-- Clinical questions about the sepsis log, each named as its answer in the shared data's
-- events/truth/sepsis_clinical.json.

-- name: ia_within_1h
WITH triaged AS (SELECT "case", min(time) AS t FROM "ER Sepsis Triage" GROUP BY "case"),
treated AS (SELECT "case", min(time) AS t FROM "IV Antibiotics" GROUP BY "case")
SELECT count(*) AS triaged, count(treated.t) AS with_iv,
    count_if(treated.t - triaged.t BETWEEN INTERVAL '0 hours' AND INTERVAL 1 HOUR)
        AS iv_within_1h_after
FROM triaged LEFT JOIN treated USING ("case")

-- name: return_er_28d
WITH released AS (
    SELECT "case", max(time) AS t FROM events WHERE type LIKE 'Release%' GROUP BY "case"
),
returned AS (SELECT "case", min(time) AS t FROM "Return ER" GROUP BY "case")
SELECT count(*) AS released, count(returned.t) AS returned,
    count_if(returned.t BETWEEN released.t AND released.t + INTERVAL 28 DAYS) AS within_28d
FROM released LEFT JOIN returned USING ("case")

-- name: lab_values
SELECT type, count(*) AS n, avg(v) AS mean, median(v) AS med, stddev_samp(v) AS sd
FROM (
    SELECT type,
        CASE type WHEN 'CRP' THEN CRP WHEN 'Leucocytes' THEN Leucocytes
            WHEN 'LacticAcid' THEN LacticAcid END AS v
    FROM events
)
WHERE v IS NOT NULL GROUP BY type ORDER BY type
