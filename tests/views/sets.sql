-- # union_names
select id, name from c union all select id, st from c
-- differs
select id, name from c union all select id, name from c
-- differs
select id, name from c union select id, st from c
-- # union_constant
select id, 'order' as kind from o union all select id, 'customer' from c
-- differs
select id, 'order' as kind from o union all select id, 'client' from c
-- # except_ids
select id from c except select cust from o
-- differs
select id from c except all select cust from o
-- differs
select id from c intersect select cust from o
-- # intersect_ids
select id from c intersect select cust from o
-- differs
select cust as id from o intersect select id from c
-- # nested_sets
(select id from c union select cust from o) except select parent from tree
-- differs
select id from c union (select cust from o except select parent from tree)
-- # three
select id from c union select cust from o union all select parent from tree
-- differs
select id from c union all select cust from o union select parent from tree
-- # ordered_union
select id, name from c union all select id, label from tree order by 2 desc, id limit 5
-- differs
select id, name from c union all select id, label from tree order by 2, id limit 5
-- differs
select id, name from c union all select id, label from tree order by 2 desc, id limit 6
-- # typed_union
select id, null as x from c union all select id, total from o
-- differs
select id, null::int as x from c union all select id, total from o
-- # values_union
values (1, 'a') union all select id, st from c
-- differs
values (1, 'b') union all select id, st from c
-- # plain_values
values (1, 'one', true), (2, 'two', null)
-- differs
values (1, 'one', true), (2, 'two', false)
-- # values_order
values (3), (1), (2) order by 1 offset 1 fetch first 2 rows only
-- differs
values (3), (1), (2) order by 1 offset 1 fetch first 1 rows only
-- # values_from
select v.n, v.t from (values (1, 'a'), (2, 'b')) as v(n, t)
-- differs
select v.n, v.t from (values (1, 'a'), (2, 'c')) as v(n, t)
-- # in_same
select * from o where id in (select max(id) from o group by cust)
-- differs
select * from o where id in (select min(id) from o group by cust)
-- differs
select * from o where id not in (select max(id) from o group by cust)
-- # exists_same
select * from o where not exists (select 1 from o o2 where o2.cust = o.cust and o2.id > o.id)
-- differs
select * from o where not exists (select 1 from o o2 where o2.cust = o.cust and o2.id >= o.id)
-- # exists_outer
select name from c where exists (select from o where cust = c.id)
-- differs
select name from c where exists (select from o where cust = c.id and flag)
-- # scalar_same
select id, (select count(*) from o where cust = c.id) as n from c
-- differs
select id, (select count(total) from o where cust = c.id) as n from c
-- differs
select id, (select count(*) from o where cust = c.id) as m from c
-- # scalar_self
select id, (select label from tree where id = t.parent) from tree t
-- differs
select id, (select label from tree where parent = t.parent) from tree t
-- # from_same
select o.id, m.id as other from o, (select id, cust from o where flag) m where m.cust = o.cust
-- differs
select o.id, m.id as other from o, (select id, cust from o where not flag) m where m.cust = o.cust
-- # from_nested
select x.id from (select id from (select id from c where id > 1) y) x
-- differs
select x.id from (select id from (select id from c where id > 2) y) x
-- # any_all
select id from o where total > all (select price from l where o_id = o.id) or total = any (select qty from l)
-- differs
select id from o where total > any (select price from l where o_id = o.id) or total = any (select qty from l)
-- # row_in
select id from o where (id, cust) in (select o_id, line from l)
-- differs
select id from o where (cust, id) in (select o_id, line from l)
-- # row_compare
select id from o where (id, cust) < (select 1, 2)
-- differs
select id from o where (id, cust) <= (select 1, 2)
-- # array_select
select array(select sku from l where o_id = o.id order by line) as skus from o
-- differs
select array(select sku from l where o_id = o.id order by line desc) as skus from o
-- # not_in_list
select id from c where st not in ('a', 'b')
-- differs
select id from c where st not in ('a', 'c')
-- differs
select id from c where st in ('a', 'b')
-- # in_varchar
select id from c where name in ('ann', 'bob', 'eve')
-- differs
select id from c where name in ('ann', 'bob')
-- differs
select id from c where name in ('ann', 'bob', 'Eve')
-- # in_enum
select id from c where m in ('sad', 'ok')
-- differs
select id from c where m in ('sad', 'happy')
-- # in_numbers
select id from o where total in (1, 2.5, 3)
-- differs
select id from o where total in (1, 2.5, 4)
-- # in_mixed
select id from o where id in (1, cust, 3)
-- differs
select id from o where id in (1, cust, 4)
-- # any_array
select id from c where name = any (array['a', 'b']::varchar[])
-- differs
select id from c where name = any (array['a', 'c']::varchar[])
-- # any_text
select id from c where st = any ('{a,b}')
-- differs
select id from c where st = any ('{a,b,c}')
-- # like_any
select id from c where st like any (array['a%', 'b%'])
-- differs
select id from c where st ilike any (array['a%', 'b%'])
-- # deep
select id from c where id in (select cust from o where id in (select o_id from l where sku in (select sku from l where qty > 1)))
-- differs
select id from c where id in (select cust from o where id in (select o_id from l where sku in (select sku from l where qty > 2)))
-- # with_two
with a as (select id from c), b as (select cust from o) select a.id from a join b on b.cust = a.id
-- differs
with a as (select id from c), b as (select cust from o) select a.id from a left join b on b.cust = a.id
-- # with_names
with a(x, y) as (select id, name from c) select x, y from a
-- differs
with a(x, y) as (select id, st from c) select x, y from a
-- # with_shadow
with c as (select id + 1 as id from o) select id from c
-- differs
with c as (select id + 2 as id from o) select id from c
-- differs
select id from c
-- # with_materialized
with a as materialized (select id from c) select * from a
-- differs
with a as not materialized (select id from c) select * from a
-- differs
with a as (select id from c) select * from a
-- # with_nested
with a as (with b as (select id from o) select id from b) select id from a
-- differs
with a as (with b as (select cust as id from o) select id from b) select id from a
-- # with_union
with a as (select id from c) select id from a union all select id from a
-- differs
with a as (select id from c) select id from a union select id from a
-- # recursive_tree
with recursive t as (select id, parent, 0 as depth from tree where parent is null union all select tree.id, tree.parent, t.depth + 1 from tree join t on tree.parent = t.id) select * from t
-- differs
with recursive t as (select id, parent, 1 as depth from tree where parent is null union all select tree.id, tree.parent, t.depth + 1 from tree join t on tree.parent = t.id) select * from t
-- differs
with recursive t as (select id, parent, 0 as depth from tree where parent is null union select tree.id, tree.parent, t.depth + 1 from tree join t on tree.parent = t.id) select * from t
-- # recursive_numbers
with recursive n(i) as (values (1) union all select i + 1 from n where i < 10) select i from n
-- differs
with recursive n(i) as (values (1) union all select i + 1 from n where i <= 10) select i from n
-- # recursive_path
with recursive t(id, path) as (select id, array[id] from tree where parent is null union all select c.id, t.path || c.id from tree c, t where c.parent = t.id and c.id <> all (t.path)) select id, array_length(path, 1) from t
-- differs
with recursive t(id, path) as (select id, array[id] from tree where parent is null union all select c.id, c.id || t.path from tree c, t where c.parent = t.id and c.id <> all (t.path)) select id, array_length(path, 1) from t
-- # recursive_search needs 14
with recursive t(id, parent) as (select id, parent from tree where parent is null union all select tree.id, tree.parent from tree, t where tree.parent = t.id) search depth first by id set o select id from t order by o
-- differs
with recursive t(id, parent) as (select id, parent from tree where parent is null union all select tree.id, tree.parent from tree, t where tree.parent = t.id) search breadth first by id set o select id from t order by o
-- # recursive_cycle needs 14
with recursive t(id, parent) as (select id, parent from tree union all select tree.id, tree.parent from tree, t where tree.parent = t.id) cycle id set looped using path select id, looped from t
-- differs
with recursive t(id, parent) as (select id, parent from tree union all select tree.id, tree.parent from tree, t where tree.parent = t.id) cycle parent set looped using path select id, looped from t
-- # with_lateral
with a as (select id from c) select a.id, x.n from a, lateral (select count(*) as n from o where cust = a.id) x
-- differs
with a as (select id from c) select a.id, x.n from a, lateral (select count(*) as n from o where id = a.id) x
-- # subselect_with
select id, (with x as (select max(at) as m from o where cust = c.id) select m from x) as last from c
-- differs
select id, (with x as (select min(at) as m from o where cust = c.id) select m from x) as last from c
-- # case_subselect
select case when exists (select 1 from o where cust = c.id) then 'buyer' else 'visitor' end as kind from c
-- differs
select case when exists (select 1 from o where cust = c.id) then 'visitor' else 'buyer' end as kind from c
-- # table_word
table c
-- differs
select id from c
-- # star
select * from c
-- differs
select * from base
-- differs
select c.*, 1 as one from c
-- # star_two
select c.*, o.total from c join o on o.cust = c.id
-- differs
select o.total, c.* from c join o on o.cust = c.id
-- # alias_star
select x.* from c as x where x.id > 1
-- differs
select x.* from c as x where x.id > 0
-- # empty_list
select from c
-- differs
select id from c
-- # no_from
select 1 as one, 'x' as t, now() as at
-- differs
select 2 as one, 'x' as t, now() as at
-- same
select 1 as one, 'x' as t, current_timestamp as at
-- same
select 1 as one, 'x' as t, transaction_timestamp() as at
-- differs
select 1 as one, 'x' as t, clock_timestamp() as at
-- # distinct_rows
select distinct st from c
-- differs
select st from c
-- differs
select distinct on (st) st from c
-- # distinct_on
select distinct on (cust) cust, id, total from o order by cust, at desc
-- differs
select distinct on (cust) cust, id, total from o order by cust, at
-- differs
select distinct on (cust, at) cust, id, total from o order by cust, at desc
-- # order_nulls
select id, st from c order by st desc nulls last, id asc nulls first
-- differs
select id, st from c order by st desc, id asc nulls first
-- # order_using
select id from c order by st using <, id using >
-- differs
select id from c order by st using >, id using >
-- # order_expression
select id, name from c order by lower(name), length(st)
-- differs
select id, name from c order by lower(name), length(name)
-- # limit_expression
select id from c order by id limit (select 3) offset 1 + 1
-- differs
select id from c order by id limit (select 3) offset 1 + 2
-- # fetch_ties
select id from o order by total desc fetch first 3 rows with ties
-- differs
select id from o order by total desc fetch first 3 rows only
-- # for_update
select id from c for update
-- differs
select id from c for share
-- differs
select id from c
-- # for_skip
select id, cust from o where flag order by id for no key update of o skip locked
-- differs
select id, cust from o where flag order by id for no key update of o nowait
