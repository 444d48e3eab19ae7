-- Questions about the log of appointments, each named as its answer in the shared data's
-- events/truth/noshow.json.

-- name: totals
WITH outcomes AS (
    SELECT *, time::DATE AS d, ScheduledDay::TIMESTAMP AS s, type = 'no_show' AS missed
    FROM events WHERE type IN ('attended', 'no_show')
)
SELECT count(*) AS n, count(DISTINCT object) AS appointments,
    count(DISTINCT patient) AS patients, count(DISTINCT Neighbourhood) AS neighbourhoods,
    strftime(min(s), '%Y-%m-%dT%H:%M:%S') AS first_scheduled,
    strftime(max(s), '%Y-%m-%dT%H:%M:%S') AS last_scheduled,
    min(d) AS first_day, max(d) AS last_day, count(*) FILTER (WHERE missed) AS no_show,
    avg(missed::INT) AS rate, count_if(Age < 0) AS negative_age,
    count_if(d < s::DATE) AS scheduled_after_day
FROM outcomes

-- name: no_show_by_weekday
WITH outcomes AS (
    SELECT *, time::DATE AS d, ScheduledDay::TIMESTAMP AS s, type = 'no_show' AS missed
    FROM events WHERE type IN ('attended', 'no_show')
)
SELECT isodow(d) AS isodow, count(*) AS n, count_if(missed) AS no_show, avg(missed::INTEGER) AS rate
FROM outcomes GROUP BY 1 ORDER BY 1

-- name: no_show_by_day
WITH outcomes AS (
    SELECT *, time::DATE AS d, ScheduledDay::TIMESTAMP AS s, type = 'no_show' AS missed
    FROM events WHERE type IN ('attended', 'no_show')
)
SELECT d, count(*) AS n, count_if(missed) AS no_show, avg(missed::INTEGER) AS rate
FROM outcomes GROUP BY d ORDER BY d

-- name: scheduled_per_day
SELECT CAST(time AS DATE) AS d, count(*) AS n, count(DISTINCT patient) AS patients
FROM appointment.created GROUP BY d ORDER BY d

-- name: scheduled_per_hour_of_day
SELECT extract(hour FROM time) AS h, count(*) AS n
FROM "appointment.created" GROUP BY h ORDER BY h

-- name: by_sms
WITH outcomes AS (
    SELECT *, time::DATE AS d, ScheduledDay::TIMESTAMP AS s, type = 'no_show' AS missed
    FROM events WHERE type IN ('attended', 'no_show')
)
SELECT SMS_received AS sms, count(*) AS n, count_if(missed) AS no_show, avg(missed::INTEGER) AS rate
FROM outcomes GROUP BY sms ORDER BY sms

-- name: by_gender
SELECT Gender AS g, count(*) AS n, count_if("No-show" = 'Yes') AS no_show,
    count(*) FILTER ("No-show" = 'Yes') / count(*) AS rate
FROM appointment.created GROUP BY g ORDER BY g

-- name: by_age_band
WITH outcomes AS (
    SELECT *, time::DATE AS d, ScheduledDay::TIMESTAMP AS s, type = 'no_show' AS missed
    FROM events WHERE type IN ('attended', 'no_show')
)
SELECT floor(Age / 10) * 10 AS band,
    count(*) AS n, count_if(missed) AS no_show, avg(missed::INTEGER) AS rate
FROM outcomes WHERE Age >= 0 GROUP BY band ORDER BY band

-- name: by_neighbourhood
WITH outcomes AS (
    SELECT *, time::DATE AS d, ScheduledDay::TIMESTAMP AS s, type = 'no_show' AS missed
    FROM events WHERE type IN ('attended', 'no_show')
)
SELECT Neighbourhood AS nb, count(*) AS n, count_if(missed) AS no_show, avg(missed::INTEGER) AS rate
FROM outcomes GROUP BY nb ORDER BY n DESC, nb

-- name: lead_days
WITH outcomes AS (
    SELECT *, time::DATE AS d, ScheduledDay::TIMESTAMP AS s, type = 'no_show' AS missed
    FROM events WHERE type IN ('attended', 'no_show')
)
SELECT least(date_diff('day', s::DATE, d), 30) AS lead,
    count(*) AS n, count_if(missed) AS no_show, avg(missed::INTEGER) AS rate
FROM outcomes WHERE d >= s::DATE GROUP BY lead ORDER BY lead

-- name: lead_days_median
WITH outcomes AS (
    SELECT *, time::DATE AS d, ScheduledDay::TIMESTAMP AS s, type = 'no_show' AS missed
    FROM events WHERE type IN ('attended', 'no_show')
)
SELECT median(d - s::DATE) AS med, avg(d - s::DATE) AS mean
FROM outcomes WHERE d >= s::DATE

-- name: appointments_per_patient
SELECT k, count(*) AS patients
FROM (SELECT count(*) AS k FROM appointment.created GROUP BY patient)
GROUP BY k ORDER BY k

-- name: hourly_scheduled_counts
SELECT strftime(time_bucket(INTERVAL '1 hour', time), '%Y-%m-%dT%H:%M:%S') AS h, count(*) AS n
FROM appointment.created GROUP BY h ORDER BY h
