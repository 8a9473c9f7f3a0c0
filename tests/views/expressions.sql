-- # group_by
select st, count(*) from c group by st
-- differs
select st, count(st) from c group by st
-- differs
select st, count(*) as n from c group by st
-- # group_key
select c.id, c.name, count(o.id) from c left join o on o.cust = c.id group by c.id
-- differs
select c.id, c.name, count(o.cust) from c left join o on o.cust = c.id group by c.id
-- # group_number
select st, m, count(*) from c group by 1, 2 having count(*) > 1
-- differs
select st, m, count(*) from c group by 1, 2 having count(*) >= 1
-- # group_alias
select lower(name) as n, count(*) from c group by n
-- differs
select upper(name) as n, count(*) from c group by n
-- # grouping_sets
select cust, flag, sum(total), grouping(cust, flag) as g from o group by grouping sets ((cust, flag), (cust), ())
-- differs
select cust, flag, sum(total), grouping(cust, flag) as g from o group by grouping sets ((cust, flag), (flag), ())
-- # rollup_group
select cust, flag, count(*) from o group by rollup (cust, flag)
-- differs
select cust, flag, count(*) from o group by cube (cust, flag)
-- # cube_group
select cust, flag, count(*) from o group by cube (cust, flag), day
-- differs
select cust, flag, count(*) from o group by cube (cust), flag, day
-- # group_distinct needs 14
select cust, flag from o group by distinct rollup (cust, flag), rollup (cust)
-- differs
select cust, flag from o group by rollup (cust, flag), rollup (cust)
-- # aggregate_filter
select count(*) filter (where flag) as a, sum(total) filter (where total > 0) as b from o
-- differs
select count(*) filter (where not flag) as a, sum(total) filter (where total > 0) as b from o
-- # aggregate_order
select string_agg(sku, ', ' order by line desc) from l group by o_id
-- differs
select string_agg(sku, ', ' order by line) from l group by o_id
-- # aggregate_distinct
select count(distinct cust), array_agg(distinct day order by day) from o
-- differs
select count(cust), array_agg(distinct day order by day) from o
-- # within_group
select percentile_cont(0.5) within group (order by total) as median, mode() within group (order by cust) from o
-- differs
select percentile_disc(0.5) within group (order by total) as median, mode() within group (order by cust) from o
-- # bool_aggregates
select bool_and(flag) as a, bool_or(flag) as b, every(flag) as c from o
-- same
select every(flag) as a, bool_or(flag) as b, bool_and(flag) as c from o
-- differs
select bool_or(flag) as a, bool_and(flag) as b, every(flag) as c from o
-- # statistics_of
select stddev(total) as a, variance(total) as b from o
-- same
select stddev_samp(total) as a, var_samp(total) as b from o
-- differs
select stddev_pop(total) as a, variance(total) as b from o
-- # window_plain
select id, row_number() over (partition by cust order by at desc) as n from o
-- differs
select id, rank() over (partition by cust order by at desc) as n from o
-- differs
select id, row_number() over (partition by cust order by at) as n from o
-- # window_frame
select sum(total) over (order by at rows between 2 preceding and current row) from o
-- differs
select sum(total) over (order by at rows between 3 preceding and current row) from o
-- differs
select sum(total) over (order by at range between unbounded preceding and current row) from o
-- # window_groups
select avg(total) over (order by day groups between 1 preceding and 1 following exclude ties) from o
-- differs
select avg(total) over (order by day groups between 1 preceding and 1 following exclude group) from o
-- # window_named
select sum(total) over w, rank() over (w order by at) from o window w as (partition by cust)
-- differs
select sum(total) over w, rank() over (w order by at) from o window w as (partition by flag)
-- # window_lag needs 14
select lag(total, 1, 0) over (order by id), first_value(id) over (order by id) from o
-- differs
select lag(total, 2, 0) over (order by id), first_value(id) over (order by id) from o
-- # window_of_aggregate
select cust, sum(sum(total)) over (order by cust) from o group by cust
-- differs
select cust, sum(max(total)) over (order by cust) as sum from o group by cust
-- # window_filter
select count(*) filter (where flag) over (partition by cust) from o
-- differs
select count(*) filter (where flag) over (partition by id) from o
-- # case_simple
select case st when 'a' then 1 when 'b' then 2 else 0 end as n from c
-- differs
select case st when 'a' then 1 when 'b' then 3 else 0 end as n from c
-- # case_search
select case when total > 100 then 'big' when total is null then null else 'small' end as size from o
-- differs
select case when total >= 100 then 'big' when total is null then null else 'small' end as size from o
-- # coalesce_nullif
select coalesce(st, name, 'x') as a, nullif(st, '') as b, greatest(id, 2, 3) as g, least(id, 1) as k from c
-- differs
select coalesce(name, st, 'x') as a, nullif(st, '') as b, greatest(id, 2, 3) as g, least(id, 1) as k from c
-- # casts
select c.id::text as a, cast(st as varchar(5)) as b, '1'::int as d, total::int as e from c, o
-- differs
select c.id::text as a, cast(st as varchar(6)) as b, '1'::int as d, total::int as e from c, o
-- # cast_numeric
select total::numeric(8,1) as t, total::money as m from o
-- differs
select total::numeric(8,2) as t, total::money as m from o
-- # cast_char
select name::char(3) as a, st::bpchar as b from c
-- differs
select name::char(4) as a, st::bpchar as b from c
-- # interval_text
select at + interval '1 day' as a, at - '2 hours'::interval as b, interval '1' year as y from o
-- differs
select at + interval '2 day' as a, at - '2 hours'::interval as b, interval '1' year as y from o
-- # time_zone
select at at time zone 'Europe/Berlin' as t, timezone('UTC', at) as u from o
-- differs
select at at time zone 'Europe/Paris' as t, timezone('UTC', at) as u from o
-- # extract_parts
select extract(year from at) as y, date_part('month', day) as m, date_trunc('week', at) as w from o
-- differs
select extract(month from at) as y, date_part('month', day) as m, date_trunc('week', at) as w from o
-- # time_literals
select timestamptz '2024-01-01 12:00+02' as a, timestamp '2024-01-01' as b, date '2024-02-29' as d, time '10:00' as e
-- differs
select timestamptz '2024-01-01 12:00+03' as a, timestamp '2024-01-01' as b, date '2024-02-29' as d, time '10:00' as e
-- # zoned_compare
select id from o where at >= '2024-01-01' and at < '2025-01-01'
-- differs
select id from o where at >= '2024-01-01' and at <= '2025-01-01'
-- differs
select id from o where at >= '2024-01-02' and at < '2025-01-01'
-- # current_things
select current_date as d, current_user as u, localtimestamp as t, current_time(0) as z
-- same
select current_date as d, current_role as u, localtimestamp as t, current_time(0) as z
-- same
select current_date as d, user as u, localtimestamp as t, current_time(0) as z
-- differs
select current_date as d, session_user as u, localtimestamp as t, current_time(0) as z
-- differs
select current_date as d, current_user as u, localtimestamp(0) as t, current_time(0) as z
-- # current_names
select current_catalog as a, current_schema as b
-- same
select current_database() as a, current_schema() as b
-- differs
select current_user as a, current_schema as b
-- # between
select id from o where total between 1 and 10 and day not between symmetric '2024-01-02' and '2024-01-01'
-- differs
select id from o where total between 1 and 11 and day not between symmetric '2024-01-02' and '2024-01-01'
-- # nulls
select id from o where flag is true or flag is not unknown or doc is null
-- differs
select id from o where flag is false or flag is not unknown or doc is null
-- # distinct_from
select id from c where st is distinct from name and m is not distinct from 'ok'
-- differs
select id from c where st is not distinct from name and m is not distinct from 'ok'
-- # like_similar
select id from c where st like 'a\_%' escape '\' and name similar to '(a|b)%' and st ~* '^x' and name !~ 'y$'
-- differs
select id from c where st like 'b\_%' escape '\' and name similar to '(a|b)%' and st ~* '^x' and name !~ 'y$'
-- # strings
select substring(st from 1 for 3) as a, position('x' in st) as b, overlay(st placing 'y' from 2) as d, trim(both 'z' from st) as e, st || name as f from c
-- differs
select substring(st from 1 for 4) as a, position('x' in st) as b, overlay(st placing 'y' from 2) as d, trim(both 'z' from st) as e, st || name as f from c
-- # lengths
select char_length(st) as a, length(name) as b, octet_length(st) as d from c
-- same
select character_length(st) as a, length(name) as b, octet_length(st) as d from c
-- differs
select char_length(name) as a, length(name) as b, octet_length(st) as d from c
-- # numbers
select ceil(total) as a, round(total, 1) as b, -total as d, @ total as e, total % 2 as f, 2 ^ 3 as g, |/ 4 as h, 1e3 as i, 0.10 as k from o
-- same
select ceiling(total) as a, round(total, 1) as b, -total as d, @ total as e, total % 2 as f, 2 ^ 3 as g, |/ 4 as h, 1e3 as i, 0.10 as k from o
-- differs
select floor(total) as a, round(total, 1) as b, -total as d, @ total as e, total % 2 as f, 2 ^ 3 as g, |/ 4 as h, 1e3 as i, 0.10 as k from o
-- differs
select ceil(total) as a, round(total, 1) as b, -total as d, @ total as e, total % 2 as f, 2 ^ 3 as g, |/ 4 as h, 1e3 as i, 0.1 as k from o
-- # logic
select id from o where flag and (total > 1 or total < -1) and not (cust = 3)
-- differs
select id from o where flag and total > 1 or total < -1 and not (cust = 3)
-- # arrays
select tags[1] as a, tags[2:3] as b, array[1, 2] || 3 as d, cardinality(tags) as e, 'x' = any (tags) as f from o
-- differs
select tags[2] as a, tags[2:3] as b, array[1, 2] || 3 as d, cardinality(tags) as e, 'x' = any (tags) as f from o
-- # array_types
select array[]::int[] as a, '{1,2}'::int[] as b, array['a', 'b']::varchar[] as d, array[[1,2],[3,4]] as e
-- differs
select array[]::bigint[] as a, '{1,2}'::int[] as b, array['a', 'b']::varchar[] as d, array[[1,2],[3,4]] as e
-- # json_paths
select doc -> 'a' as a, doc ->> 'b' as b, doc #> '{x,y}' as d, doc @> '{"k": 1}' as e, doc ? 'z' as f from o
-- differs
select doc -> 'a' as a, doc ->> 'c' as b, doc #> '{x,y}' as d, doc @> '{"k": 1}' as e, doc ? 'z' as f from o
-- # json_subscript needs 14
select doc['a']['b'] as x from o
-- differs
select doc['a']['c'] as x from o
-- # json_build
select json_build_object('id', id, 'tags', tags) as a, jsonb_agg(doc order by id) as b from o group by id
-- differs
select json_build_object('id', id, 'tag', tags) as a, jsonb_agg(doc order by id) as b from o group by id
-- # json_path_query
select jsonb_path_query(doc, '$.a[*] ? (@ > 1)') as v, doc @@ '$.b == true' as w from o
-- differs
select jsonb_path_query(doc, '$.a[*] ? (@ > 2)') as v, doc @@ '$.b == true' as w from o
-- # json_standard needs 16
select json_object('a': id, 'b': note absent on null) as a, json_array(1, 2, null null on null) as b, json_arrayagg(id order by id) as d, doc is json object as e from o group by id, note, doc
-- differs
select json_object('a': id, 'b': note null on null) as a, json_array(1, 2, null null on null) as b, json_arrayagg(id order by id) as d, doc is json object as e from o group by id, note, doc
-- # json_exists_value needs 17
select json_value(doc, '$.a' returning int default 0 on empty) as a, json_exists(doc, '$.b') as b, json_query(doc, '$.c' with wrapper) as d from o
-- differs
select json_value(doc, '$.a' returning int default 1 on empty) as a, json_exists(doc, '$.b') as b, json_query(doc, '$.c' with wrapper) as d from o
-- # xml_parts
select xmlelement(name item, xmlattributes(id as n), name) as a, xmlforest(id, st as s) as b, xmlconcat('<a/>', '<b/>') as d from c
-- differs
select xmlelement(name item, xmlattributes(id as m), name) as a, xmlforest(id, st as s) as b, xmlconcat('<a/>', '<b/>') as d from c
-- # xml_more
select xmlparse(content st) as a, xmlserialize(content xmlcomment(st) as text) as b, xmlagg(xmlpi(name php)) as d from c group by st
-- differs
select xmlparse(document st) as a, xmlserialize(content xmlcomment(st) as text) as b, xmlagg(xmlpi(name php)) as d from c group by st
-- # collations
select st collate "C" as a, note from o, c order by note collate "POSIX", st collate "C" desc
-- differs
select st collate "POSIX" as a, note from o, c order by note collate "POSIX", st collate "C" desc
-- differs
select st as a, note from o, c order by note collate "POSIX", st collate "C" desc
-- # own_collation
select note || 'x' as a from o where note > 'b'
-- differs
select note || 'x' as a from o where note >= 'b'
-- # enums
select m, m > 'sad' as up, 'ok'::mood as o, enum_range(null::mood) as r from c
-- differs
select m, m >= 'sad' as up, 'ok'::mood as o, enum_range(null::mood) as r from c
-- # domains
select e, e::text as t, 'a@b'::email as k from c
-- differs
select e, e::text as t, 'a@c'::email as k from c
-- # ranges
select int4range(1, id) as a, '[1,2)'::int8range as b, daterange(born, null) @> current_date as d from c
-- differs
select int4range(1, id) as a, '[1,3)'::int8range as b, daterange(born, null) @> current_date as d from c
-- # bits
select b'101' as a, x'ff' as b, 5 & 3 as d, 1 << 2 as e, ~1 as f, bit '1' as g
-- differs
select b'111' as a, x'ff' as b, 5 & 3 as d, 1 << 2 as e, ~1 as f, bit '1' as g
-- # bytes
select '\x00ff'::bytea as a, E'a\nb' as b, $$it's$$ as d, U&'\0041' as e
-- differs
select '\x00fe'::bytea as a, E'a\nb' as b, $$it's$$ as d, U&'\0041' as e
-- # text_search
select to_tsvector('english', st) @@ to_tsquery('simple', 'a & b') as a, 'fat cat'::tsvector as b from c
-- differs
select to_tsvector('simple', st) @@ to_tsquery('simple', 'a & b') as a, 'fat cat'::tsvector as b from c
-- # geometry
select point(1, 2) <-> point '(3,4)' as a, box '((0,0),(1,1))' as b, '192.168.0.0/16'::inet >> '192.168.1.1' as d
-- differs
select point(1, 2) <-> point '(3,5)' as a, box '((0,0),(1,1))' as b, '192.168.0.0/16'::inet >> '192.168.1.1' as d
-- # operators_named
select 1 operator(pg_catalog.+) 2 as a, id operator(pg_catalog.=) 3 as b from c
-- differs
select 1 operator(pg_catalog.-) 2 as a, id operator(pg_catalog.=) 3 as b from c
-- # qualified_calls
select pg_catalog.lower(name) as a, public.twice(id) as b from public.c
-- differs
select pg_catalog.upper(name) as a, public.twice(id) as b from public.c
-- # overlapping
select (day, interval '1 day') overlaps (born, current_date) as a from o, c
-- differs
select (day, interval '2 day') overlaps (born, current_date) as a from o, c
-- # normalized
select normalize(st, nfd) as a, st is normalized as b from c
-- differs
select normalize(st, nfc) as a, st is normalized as b from c
-- # set_returning
select id, generate_series(1, id) as n, unnest(array[1, 2]) as u from c
-- differs
select id, generate_series(0, id) as n, unnest(array[1, 2]) as u from c
-- # comments
select id /* the key */, -- the rest
  name from c
-- differs
select id /* the key */, -- the rest
  st as name from c
-- # parentheses
(((select ((id)) from c where ((id > 1)))))
-- differs
(((select ((id)) from c where ((id > 2)))))
-- # upper_case
SELECT ID, NAME FROM C WHERE ID <> 1
-- differs
SELECT ID, NAME FROM C WHERE ID <> 2
-- # not_equal
select id from c where id != 1 and not id = 2
-- same
select id from c where id <> 1 and not id = 2
-- differs
select id from c where id != 1 and id != 2
-- # unknown_text
select 'x' as a, null as b, '' as d
-- differs
select 'y' as a, null as b, '' as d
-- differs
select 'x'::varchar as a, null as b, '' as d
-- # implicit_names
select lower(name), coalesce(st, 'x'), now()::date from c
-- differs
select lower(name), coalesce(st, 'y'), now()::date from c
-- # folded_constants
select id from c where 1 = 0
-- differs
select id from c where 2 = 0
-- differs
select id from c where false
-- # always_true
select id from c where true or id > 1
-- differs
select id from c where true
-- differs
select id from c where true or id > 2
-- # sums
select 1 + 2 as three, 'a' || 'b' as ab
-- differs
select 3 as three, 'a' || 'b' as ab
-- # random_parts
select random() as a, gen_random_uuid() as b, clock_timestamp() as d, pg_backend_pid() as e
-- differs
select random() as a, gen_random_uuid() as b, statement_timestamp() as d, pg_backend_pid() as e
-- # system_view
select relname, relkind from pg_class where relnamespace = 'public'::regnamespace
-- differs
select relname, relkind from pg_class where relnamespace = 'other'::regnamespace
-- # information
select table_name from information_schema.tables where table_schema = 'public'
-- differs
select table_name from information_schema.views where table_schema = 'public'
