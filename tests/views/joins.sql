-- # natural_join
select * from c natural join other.c as d
-- differs
select * from c natural left join other.c as d
-- # using_one
select id, name, code from c join other.c d using (id)
-- differs
select c.id, name, code from c join other.c d on c.id < d.id
-- # using_alias needs 14
select x.id, name from c join other.c d using (id) as x
-- differs
select x.id, name from c left join other.c d using (id) as x
-- # using_two
select o_id, line, m.sku from l join l m using (o_id, line)
-- differs
select o_id, line, l.sku from l join l m using (o_id, line)
-- differs
select o_id, l.line, m.sku from l join l m using (o_id)
-- # left_using
select id, code from c left join other.c d using (id)
-- differs
select id, code from c right join other.c d using (id)
-- # full_using
select id, st, code from c full join other.c d using (id)
-- differs
select id, st, code from c join other.c d using (id)
-- # cross_join
select c.id, o.id as o_id from c cross join o
-- differs
select o.id, c.id as o_id from c cross join o
-- # comma_where
select c.id from c, o where o.cust = c.id and o.flag
-- differs
select c.id from c, o where o.cust = c.id or o.flag
-- # self_join
select a.id, b.id as other from tree a join tree b on b.parent = a.id
-- differs
select a.id, b.id as other from tree a join tree b on a.parent = b.id
-- # self_unaliased
select tree.id from tree join tree p on p.id = tree.parent
-- differs
select p.id from tree join tree p on p.id = tree.parent
-- # three_joins
select c.name, o.at, l.sku from c join o on o.cust = c.id left join l on l.o_id = o.id and l.qty > 0
-- differs
select c.name, o.at, l.sku from c join o on o.cust = c.id left join l on l.o_id = o.id where l.qty > 0
-- # nested_join
select c.id from c left join (o join l on l.o_id = o.id) on o.cust = c.id
-- differs
select c.id from (c left join o on o.cust = c.id) join l on l.o_id = o.id
-- # join_alias
select j.name from (c join o on o.cust = c.id) as j(a, name, st)
-- differs
select j.name from (c join o on o.cust = c.id) as j(name, a, st)
-- # column_alias
select x.a, x.b from c as x(a, b)
-- differs
select x.b as a, x.a as b from c as x(a, b)
-- # lateral_join
select c.id, x.total from c left join lateral (select total from o where cust = c.id order by at desc limit 1) x on true
-- differs
select c.id, x.total from c left join lateral (select total from o where cust = c.id order by at limit 1) x on true
-- differs
select c.id, x.total from c join lateral (select total from o where cust = c.id order by at desc limit 1) x on true
-- # lateral_function
select o.id, t.tag from o, unnest(o.tags) as t(tag)
-- differs
select o.id, t.tag from o left join unnest(o.tags) as t(tag) on true
-- # ordinality
select o.id, t.tag, t.n from o, unnest(tags) with ordinality as t(tag, n)
-- differs
select o.id, t.tag, 1 as n from o, unnest(tags) as t(tag)
-- # rows_from
select a, b from rows from (generate_series(1, 3), unnest(array['x', 'y'])) with ordinality as r(a, b, n)
-- differs
select a, b from rows from (generate_series(1, 4), unnest(array['x', 'y'])) with ordinality as r(a, b, n)
-- # series
select d::date as day from generate_series(timestamp '2024-01-01', timestamp '2024-12-31', interval '1 day') d
-- differs
select d::date as day from generate_series(timestamp '2024-01-01', timestamp '2024-12-30', interval '1 day') d
-- # series_zone
select d from generate_series('2024-01-01'::timestamptz, '2024-01-31', '1 day') d
-- differs
select d from generate_series('2024-01-02'::timestamptz, '2024-01-31', '1 day') d
-- # table_function
select * from lines_of(1)
-- differs
select * from lines_of(2)
-- # table_function_join
select o.id, f.sku, f.qty from o, lines_of(o.id) f where f.qty > 1
-- differs
select o.id, f.sku, f.qty from o, lines_of(o.cust) f where f.qty > 1
-- # inout_function
select id, (pair_of(id)).b from c
-- differs
select id, (pair_of(id)).a::text as b from c
-- # inout_from
select x.a, x.b from pair_of(1) x
-- differs
select x.a, x.b from pair_of(2) x
-- # setof_function
select o_id, sku from rows_of()
-- differs
select o_id, sku from rows_of(4)
-- # named_argument
select o_id from rows_of(n => 5)
-- differs
select o_id from rows_of(n => 6)
-- # variadic_call
select sum_of(1, 2, 3) as s, sum_of(variadic array[id]) as t from c
-- differs
select sum_of(1, 2, 4) as s, sum_of(variadic array[id]) as t from c
-- # overload_int
select twice(id) as t from c
-- differs
select twice(id::text) as t from c
-- # overload_text
select twice(st) as t from c
-- differs
select twice(name) as t from c
-- # own_operator
select id from c where st === 'x'
-- differs
select id from c where st = 'x'
-- # own_aggregate
select cust, total_of(total) from o group by cust
-- differs
select cust, sum(total) as total_of from o group by cust
-- # nested_view
select id, name from base where st is not null
-- differs
select id, name from base where st is null
-- differs
select id, name from c where st is not null
-- # nested_materialized
select b.cust, b.n from base_m b where n > 1
-- differs
select b.cust, b.n from base_m b where n > 2
-- # m_plain
select cust, sum(total) as total from o group by cust
-- differs
select cust, max(total) as total from o group by cust
-- # m_same_table
select * from o where id in (select max(id) from o group by cust)
-- differs
select * from o where id in (select max(id) from o group by flag)
-- # m_union
select id, name from c union select id, st from c
-- differs
select id, name from c union all select id, st from c
-- # partitioned
select id, at from part where at >= '2024-02-01'
-- differs
select id, at from part_1 where at >= '2024-02-01'
-- differs
select id, at from part where at >= '2024-02-02'
-- # only_parent
select id from only tree
-- differs
select id from tree
-- # inherited
select id, extra from kid
-- differs
select id, label as extra from kid
-- # sampled
select id from o tablesample bernoulli (10) repeatable (1)
-- differs
select id from o tablesample system (10) repeatable (1)
-- # system_columns
select ctid, xmin, tableoid::regclass as rel, id from c
-- differs
select ctid, xmax as xmin, tableoid::regclass as rel, id from c
-- # whole_row
select c, o.id from c, o where c.id = o.cust
-- differs
select o as c, o.id from c, o where c.id = o.cust
-- # row_json
select row_to_json(c) as j, to_jsonb(c.*) as k from c
-- differs
select row_to_json(c) as j, to_jsonb(c) - 'id' as k from c
-- # composite_field
select (p).x, (p).y as label from c
-- differs
select (p).x, (p).x::text as label from c
-- # composite_star
select id, (p).* from c
-- differs
select id, (p).y, (p).x from c
-- # row_value
select row(id, name)::pair as p2 from c
-- differs
select row(id, st)::pair as p2 from c
-- # odd_names
select "Odd Name", "Odd Name" as "Say ""hi""" from c
-- differs
select "Odd Name", "Odd Name" as "Say hi" from c
-- # keywords
select id as "select", st as "user", name as "order" from c
-- differs
select id as "select", name as "user", name as "order" from c
-- # other_schema
select other.c.code, public.c.name from other.c, public.c where other.c.id = public.c.id
-- differs
select other.c.code, public.c.name from other.c, public.c where other.c.id <> public.c.id
-- # sequence_read
select last_value from counter
-- differs
select log_cnt as last_value from counter
-- # regclass_text
select nextval('counter') as n, 'c'::regclass as rel
-- differs
select nextval('counter') as n, 'o'::regclass as rel
-- # where_row
select id from c where (id, name) = (1, 'x')
-- differs
select id from c where (id, name) = (2, 'x')
-- # join_on_or
select c.id from c join o on o.cust = c.id or o.id = c.id
-- differs
select c.id from c join o on o.cust = c.id and o.id = c.id
-- # join_using_where
select id from c join other.c d using (id) where code = 'x' and st = 'y'
-- differs
select id from c join other.c d using (id) where code = 'y' and st = 'x'
-- # full_on
select coalesce(c.id, o.cust) as id from c full outer join o on o.cust = c.id
-- differs
select coalesce(o.cust, c.id) as id from c full outer join o on o.cust = c.id
-- # anti
select c.id from c left join o on o.cust = c.id where o.id is null
-- differs
select c.id from c left join o on o.cust = c.id where o.id is not null
-- # same_names
select c.id, d.id as id2, c.st, d.code from c, other.c d
-- differs
select d.id, c.id as id2, c.st, d.code from c, other.c d
-- # three_times
select a.id from tree a, tree b, tree where a.id = b.parent and b.id = tree.parent
-- differs
select b.id from tree a, tree b, tree where a.id = b.parent and b.id = tree.parent
-- # json_rows
select o.id, e.key, e.value from o, jsonb_each_text(o.doc) e
-- differs
select o.id, e.value as key, e.key as value from o, jsonb_each_text(o.doc) e
-- # json_record
select x.a, x.b from o, jsonb_to_record(doc) as x(a int, b text)
-- differs
select x.a, x.b from o, jsonb_to_record(doc) as x(a bigint, b text)
-- # xml_rows
select x.n from o, xmltable('/r/i' passing (xml '<r><i n="1"/></r>') columns n int path '@n', m text default 'none') x
-- differs
select x.n from o, xmltable('/r/i' passing (xml '<r><i n="1"/></r>') columns n int path '@m', m text default 'none') x
-- # json_rows_table needs 17
select t.a from o, json_table(doc, '$[*]' columns (a int path '$.a', nested path '$.b[*]' columns (b text path '$'))) t
-- differs
select t.a from o, json_table(doc, '$[*]' columns (a int path '$.c', nested path '$.b[*]' columns (b text path '$'))) t
