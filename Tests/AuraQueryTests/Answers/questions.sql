select 1 + 2, 5 / 2, 5 // 2, -5 // 2, 5 % -3, 2 ** 10, 7 & 3, 4 | 1, 1 << 10, 1024 >> 3
select 9223372036854775807::hugeint + 1, 1::hugeint * 3, 2.5::double * 2, 1e20::double, -0.0::double, 0.1::double + 0.2::double
select 1::double / 0, -1::double / 0, isnan(0::double / 0), 5.5::double % 2
select 1 = 1, 1 <> 2, 1 < 2.5::double, 'a' < 'b', null = 1, null is null, 1 is not null, 1 is distinct from null, null is not distinct from null
select true and null, false and null, true or null, false or null, not null, not true
select 5 between 1 and 5, 5 not between 1 and 5, 3 in (1, 2), 3 in (3, null), 3 not in (1, null), null in (1)
select case when 1 > 2 then 'a' when 2 > 1 then 'b' else 'c' end, case 3 when 1 then 'x' when 3 then 'y' end, case when false then 1 end
select coalesce(null, 2, 3), ifnull(null, 'x'), nullif(1, 1), nullif(1, 2), if(true, 1, 2), greatest(1, 5, null), least(3, 2), greatest('a', 'c')
select 'a' || 'b', 'a' || 1, null || 'a', concat('a', null, 1, true), concat_ws('-', 'a', null, 'b')
select upper('straße'), lower('ÄÖ'), length('äbc'), strlen('äbc'), reverse('abc'), substr('hello', 2, 3), substr('hello', -3), left('hello', -2), right('hello', 2)
select instr('hello', 'l'), position('l' in 'hello'), replace('aXbX', 'X', '--'), trim('  a '), ltrim('xxa', 'x'), rtrim('axx', 'x'), lpad('a', 3, '*'), rpad('abc', 2, '*'), repeat('ab', 3), split_part('a.b.c', '.', 2)
select starts_with('abc', 'ab'), ends_with('abc', 'bc'), contains('abc', 'b'), ascii('a'), chr(65), translate('abc', 'ab', 'xy'), levenshtein('kitten', 'sitting')
select 'abc' like 'a%', 'abc' like '_b_', 'aBc' ilike 'ABC', 'a%c' like 'a\%c' escape '\', 'abc' not like 'x%', 'abc' glob 'a*', 'abc' similar to 'a.c', 'abc' ~ 'b'
select regexp_matches('abc', 'b.'), regexp_replace('abab', 'b', 'x'), regexp_replace('abab', 'b', 'x', 'g'), regexp_extract('key=value', '(\w+)=(\w+)', 2), regexp_extract_all('a1b22', '[0-9]+')
select cast('12' as bigint), cast(' 12 ' as bigint), cast('1.6' as bigint), cast(2.5::double as bigint), cast(-2.5::double as bigint), cast('1e3' as double), cast(true as bigint), cast(0 as boolean), cast('yes' as boolean)
select cast(1.0::double as varchar), cast(1e-5::double as varchar), cast(123456789.125::double as varchar), cast(true as varchar), try_cast('x' as bigint), try_cast('12' as bigint)
select abs(-5), sign(-2.5::double), floor(2.7::double), ceil(2.1::double), round(2.5::double), round(-2.5::double), round(2.345::double, 2), round(1234, -2), trunc(-2.7::double), sqrt(2), ln(10), log10(1000), exp(1), pow(2, 0.5), pi(), mod(7, 3)
select date '2024-02-29' + interval 1 year, date '2024-01-31' + interval 1 month, date '2024-03-01' - date '2024-02-01', date '2024-03-01' + 5, timestamp '2024-03-01 10:00' - timestamp '2024-02-28 12:30', timestamp '2024-01-01' - interval '1 day 2 hours'
select date_trunc('month', timestamp '2024-05-17 10:11:12'), date_trunc('week', timestamp '2024-05-17 10:11:12'), date_trunc('quarter', date '2024-05-17'), time_bucket(interval '15 minutes', timestamp '2024-05-17 10:11:12'), time_bucket(interval '1 week', timestamp '2024-05-17 10:11:12')
select year(timestamp '2024-05-17 10:11:12.5'), month(date '2024-05-17'), day(date '2024-05-17'), hour(timestamp '2024-05-17 10:11:12'), extract(minute from timestamp '2024-05-17 10:11:12'), dayofweek(date '2024-05-19'), isodow(date '2024-05-19'), week(date '2024-01-01'), quarter(date '2024-05-17'), dayofyear(date '2024-12-31'), epoch(timestamp '2024-01-01 00:00:00.5'), epoch_ms(timestamp '2024-01-01')
select date_diff('day', timestamp '2024-01-01 23:00', timestamp '2024-01-02 01:00'), date_sub('hour', timestamp '2024-01-01 23:30', timestamp '2024-01-02 01:00'), date_diff('month', date '2024-01-31', date '2024-02-01'), age(timestamp '2024-03-01', timestamp '2023-01-31'), last_day(date '2024-02-03'), dayname(date '2024-05-17'), monthname(date '2024-05-17')
select strftime(timestamp '2024-05-07 03:04:05', '%Y-%m-%d %H:%M:%S %a %b %j %p %I'), strptime('07/05/2024', '%d/%m/%Y'), make_date(2024, 5, 7), make_timestamp(2024, 5, 7, 3, 4, 5.5::double)
select interval '1 year 2 months 3 days', interval 90 minute, interval '1 day' * 3, interval '1 month' = interval '30 days', to_days(3), interval '1 hour' + interval '30 minutes'
select [1, 2, 3], [1, 2, 3][1], [1, 2, 3][-1], [1, 2][5], len([1, 2]), list_contains([1, 2], 2), list_sort([3, 1, 2]), array_to_string(['a', 'b'], '-'), [1] || [2]
select uuid '0123456789ABCDEF0123456789abcdef', typeof(1::bigint), typeof(1.5::double), typeof('a'), typeof(date '2024-01-01'), typeof(null)
select timestamp '2024-05-17 10:11:12', timestamp '2024-05-17T10:11:12.123456', date '2024-05-17', timestamptz '2024-05-17 10:11:12+02'
select timestamptz '2024-07-01 12:00:00+00' at time zone 'Europe/Berlin', timestamp '2024-07-01 12:00:00' at time zone 'Europe/Berlin', timestamptz '2024-01-01 12:00:00+00' at time zone 'America/New_York'
select count(*), count(b), sum(a), avg(a), min(a), max(b), count(distinct b), stddev(a), variance(a), stddev_pop(a), median(a), mode(b) from t
select b, count(*), sum(a), avg(a), min(s), max(s) from t group by b order by b nulls first
select b, count(*) filter (where a > 2), sum(a) filter (where a > 100) from t group by b order by b
select b, string_agg(s, ',' order by s), list(a order by a desc), first(s order by a), any_value(b), arg_max(s, a), arg_min(s, a) from t group by b order by b
select quantile_cont(a, 0.25), quantile_cont(a, [0.1, 0.5, 0.9]), quantile_disc(a, 0.5), quantile_disc(s, 0.5), mad(a), percentile_cont(0.75) within group (order by a) from t
select corr(a, d), covar_pop(a, d), covar_samp(a, d), regr_slope(d, a), regr_intercept(d, a), regr_r2(d, a), regr_count(d, a), skewness(a), kurtosis(a), entropy(b), sem(a), product(a), geomean(a) from t
select bool_and(a > 0), bool_or(a > 5), bit_and(a), bit_or(a), bit_xor(a), count_if(a > 2), sum(d), sum(distinct b), avg(d) from t
select sum(a), count(*), avg(a), min(s), list(a), string_agg(s), median(a), count_if(a > 1) from t where a > 1000
select b, s, count(*) from t group by rollup (b, s) order by b nulls last, s nulls last
select b % 2 as p, sum(a) as total from t group by p having total > 3 order by p nulls last
select distinct b from t order by b nulls first
select distinct on (b) b, s from t order by b, a desc
select a, s from t order by b desc nulls last, a limit 3 offset 1
select a, row_number() over (order by a), rank() over (order by b nulls last), dense_rank() over (order by b nulls last), percent_rank() over (order by b nulls last), cume_dist() over (order by b nulls last), ntile(3) over (order by a) from t order by a
select a, lag(a) over (order by a), lead(a, 2) over (order by a), lag(s, 1, 'none') over (partition by b order by a), first_value(s) over (partition by b order by a), last_value(s) over (partition by b order by a rows between unbounded preceding and unbounded following), nth_value(a, 2) over (order by a) from t order by a
select a, sum(a) over (order by a), sum(a) over (partition by b order by a), avg(a) over (order by a rows between 1 preceding and 1 following), count(*) over (), max(a) over (order by a rows 2 preceding), sum(a) over (order by a rows between 2 following and 3 following) from t order by a
select a, sum(a) over (order by a range between 1 preceding and 1 following), count(*) over (order by d range between 1.5 preceding and current row), min(a) over (order by b nulls first range between unbounded preceding and current row) from t order by a
select a, count(*) filter (where a > 2) over (order by a), stddev(a) over (order by a rows between 3 preceding and 1 preceding) from t order by a
select a from t qualify row_number() over (partition by b order by a desc) = 1 order by a
select t.a, u.name from t join u on t.b = u.id order by t.a
select t.a, u.name from t left join u on t.b = u.id order by t.a
select t.a, u.name from t left join u on t.b = u.id and t.a > 2 order by t.a
select count(*) from t, u
select a, name from t, u where b = id and a > 1 order by a
select id, a from t join u on b = id and a + id > 4 order by a
select count(*) from t where b in (select id from u where name <> 'two')
select count(*) from t where b not in (select id from u)
select count(*) from t where b not in (select id from u where id = 1)
select (select max(a) from t), exists (select 1 from u where id = 7), exists (select 1 from u)
with x as (select b, sum(a) as n from t group by b) select x.b, n, (select count(*) from x) from x order by 1 nulls first
with x as (select 1 as i), y as (select i + 1 as j from x) select * from x, y
select a from t where a < 3 union all select id from u order by 1
select b from t union select id from u order by 1 nulls last
select * from (select a, s as text from t) as q where q.a = 2
select * exclude (d, s) from t where a <= 2 order by a
select unnest([1, 2, 3]) as x order by x
from u select name order by id
select x.a, y.a from t x join t y on x.b = y.b and x.a < y.a order by 1, 2
select id, name, count(a) from u left join t on b = id group by all order by id
select a, case when a > 2 then s else upper(s) end || '!' from t where s like '%e%' order by a
select max(s), min(s), count(distinct s) from t where s >= 'm'
select sum(case when b = 1 then a else 0 end) / count(*), round(100 * avg(d), 1) from t
select date_trunc('hour', ts) as h, count(*) from e group by h order by h
select time_bucket(interval 30 minute, ts), min(ts), max(ts) from e group by 1 order by 1
select ts, ts - lag(ts) over (order by ts) from e order by ts
select strftime(ts, '%H:%M') from e order by ts
select count(*) over () as n from t where a > 100 having true
select row_number() over () as n, 1 as one
select distinct (select max(a) from t) as m, b from t order by m, b nulls first
select (a in (b, 9)) as p, ((a in (b, 9)) or count(*) > 2) as q, count(*) from t group by a in (b, 9) order by 1 nulls first
select distinct a from (select unnest([null, 1, 2, 1, null]) as a) order by a nulls first
select distinct a from (select unnest([1, 2]) as a) where a > 5
select distinct on (a) a, b from (select unnest([null, 1, 2, 1]) as a, unnest(['p', 'q', 'r', 's']) as b) order by a nulls last, b
select 'abc' ~* 'B', 'abc' !~* 'B', 'ABC' ~* 'x', null ~* 'a', 'ÄB' ~* 'äb', not 'a' !~* 'A'
select concat_ws('-', 'a', 1, null, true, date '2024-01-01'), concat_ws(',', 1, 2)
select list(distinct b order by b desc), string_agg(distinct s, ',' order by s) from t
select timestamptz '2024-03-10 01:00:00-05' + interval '1 day', timestamptz '2024-03-31 22:30:00+00' - timestamptz '2024-02-29 23:30:00+00', interval '1 month' + timestamptz '2024-01-31 10:00:00+00', timestamptz '2024-03-31 10:00:00+00' - interval '1 month 1 day'
select date_diff('hour', timestamptz '2024-03-10 01:00:00-05', timestamptz '2024-03-10 04:00:00-04'), date_sub('day', timestamptz '2024-03-10 01:00:00-05', timestamptz '2024-03-11 00:30:00-04'), date_add(timestamptz '2024-03-09 12:00:00-05', interval '24 hours')
select a from t except select id from u order by 1
select b from t except select 2 order by 1 nulls first
select b from t intersect select b from t where a > 3 order by 1 nulls first
select b from t except all select 2 order by 1 nulls first
select b from t intersect all select x from (select 1 as x union all select 1 union all select 1 union all select null) order by 1 nulls first
select a from t union select 9 intersect select 8 except select 3 order by 1
select 1 as x union all select 2.5::double intersect select 2.5::double order by x
select a % 2 as p, b, count(*), sum(d) from t group by cube (p, b) order by 1 nulls first, 2 nulls first, 3, 4
select a % 2 as p, b, count(*) from t group by grouping sets ((p, b), (p), ()) order by 1 nulls first, 2 nulls first, 3
select a % 2 as p, b, s, count(*) from t group by p, grouping sets (b, rollup (s), ()) order by 1, 2 nulls first, 3 nulls first, 4
select count(*) from t group by grouping sets ((), ()) order by 1
select a, exists (select 1 from t as o where o.b = t.b and o.a < t.a) from t order by a
select a from t where not exists (select 1 from u where u.id = t.a) order by a
select a, (select count(*) from t as o where o.b = t.b), (select max(o.d) from t as o where o.b = t.b and o.a <> t.a) from t order by a
select a, a in (select o.a + 1 from t as o where o.b = t.b), a not in (select o.b from t as o where o.a >= t.a) from t order by a
select b, (select string_agg(name, ' ' order by id) from u where u.id <= t.b), count(*) from t group by b order by b
select a, (select name from u where u.id > t.a order by id limit 1) from t order by a
select a, (select count(*) from t as o where o.b = t.b having count(*) > 1) from t order by a
select a, (select sum(x) from (select unnest([o.a, t.a]) as x from t as o where o.b is not distinct from t.b)) from t order by a
select t.a, u.name from t right join u on t.a = u.id and t.b = 1 order by 2, 1
select t.a, t.s, u.id, u.name from t full join u on t.b = u.id order by 1, 3
select * from t semi join u on t.a = u.id order by a
select a, b from t anti join u on t.a = u.id and t.b is not null order by all desc
select t.a, u.id, u.name from t asof join u on t.a >= u.id order by 1
select t.a, o.a from t asof left join t as o on t.b = o.b and t.d > o.d order by 1
select a, o.d from t asof join t as o using (b, a) order by 1
select timestamptz '2024-03-30 00:03:00+00' - interval '1 month 2 days 3 hours', date_add(timestamptz '2024-03-30 00:03:00+00', interval '-1 month -1 hour')
