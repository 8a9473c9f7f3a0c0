//! Functions in every kind of text in the catalog.

use super::{Attack, attack};

/// A function in every text of a catalog.
const TABLES: &str = "
create function gen_id() returns int language plpgsql volatile as $$ begin return ev.late('volatile'); end $$;
create domain dom as int check (value > ev.now('domain'));
create table p (a int, b int) partition by range ((a + ev.now('partition key')));
create function trg() returns trigger language plpgsql as 'begin return new; end';
create table t (id int default gen_id(), a int default ev.now('default'), b int default 1 + ev.soon('stable'),
  c int default ev.inlined('inlined'), d int, g int generated always as (d + ev.now('generated')) stored,
  e dom, constraint ch check (d > ev.now('check')));
create index t_i on t ((d + ev.now('index expression'))) where d > ev.now('index predicate');
create policy pol on t using (d > ev.now('policy')) with check (d > ev.now('with check'));
alter table t enable row level security;
create trigger tr before update on t for each row when (new.d > ev.now('trigger')) execute function trg();
create statistics sta on (d + ev.now('statistics')), d from t;
create view v as select d from t where d > ev.now('view');
create materialized view mv as select d from t where d > ev.now('materialized view');
";

const EXPECTED_TABLES: &str = r#"
driftgate: 1
domains:
  dom: {checks: {dom_check: "value>ev.now('domain{x}')"}}
tables:
  p: {partition_by: "range ((a + ev.now(text 'partition key{x}')))"}
  t:
    columns:
      id: integer default (gen_id())
      a: integer default (ev.now('default{x}'))
      b: integer default 1+ev.soon('stable{x}')
      c: integer default (ev.inlined('inlined{x}'))
      g: integer generated always as (d+ev.now('generated{x}')) stored
    checks:
      ch: d>ev.now('check{x}')
    indexes:
      t_i: {keys: ["(d+ev.now('index expression'))"], where: "d>ev.now('index predicate{x}')"}
    triggers:
      tr: {condition: "new.d>ev.now('trigger{x}')"}
    policies:
      pol: {using: "d>ev.now('policy{x}')", check: "d>ev.now('with check{x}')"}
    statistics: {sta: {expressions: ["(d+ev.now('statistics{x}'))"]}}
views:
  v: {definition: "select d from t where d>ev.now('view{x}')"}
materialized_views:
  mv: {definition: "select d from t where d>ev.now('materialized view{x}')"}
"#;

#[test]
fn functions_in_every_text() {
    attack(&Attack {
        sql: TABLES,
        expected: EXPECTED_TABLES,
        traps: &[
            "domain",
            "partition key",
            "default",
            "inlined",
            "generated",
            "check",
            "index expression",
            "index predicate",
            "trigger",
            "policy",
            "with check",
            "statistics",
            "view",
            "materialized view",
        ],
    });
}

#[test]
fn relations_below_views() {
    attack(&Attack {
        sql: "
create table base (n int);
create view v1 as select n + ev.now('view under a view') as n from base;
create view v2 as select n from v1;
create view v3 as select n from v2 where n > 1;
create table parent (n int);
create table child () inherits (parent);
create index child_i on child ((n + ev.now('index of a child')));
create view v4 as select n from parent where n > 1;
create table parted (n int) partition by range ((n + ev.now('partition key')));
create table part partition of parted default;
create view v5 as select n from parted where n > 1;
create table checked (n int check (n > ev.now('check')));
create view v6 as select n from checked where n > 1;
create table indexed (n int);
create index indexed_i on indexed (n) where n > ev.now('index predicate');
create view v7 as select n from indexed where n > 1;
create table counted (n int, m int);
create statistics counted_s on (n + ev.now('statistics')), m from counted;
create view v8 as select n from counted where n > 1;
create materialized view mat as select n from base with no data;
create index mat_i on mat ((n + ev.now('index of a materialized view')));
create view v9 as select n from mat where n > 1;
create table guarded (n int);
create policy p on guarded using (n in (select n from v1));
create view v10 as select n from guarded where n > 1;
",
        expected: r"
driftgate: 1
views:
  v3: {definition: 'select n from v2 where n>1{n}'}
  v4: {definition: 'select n from parent where n>1{n}'}
  v5: {definition: 'select n from parted where n>1{n}'}
  v6: {definition: 'select n from checked where n>1{n}'}
  v7: {definition: 'select n from indexed where n>1{n}'}
  v8: {definition: 'select n from counted where n>1{n}'}
  v9: {definition: 'select n from mat where n>1{n}'}
  v10: {definition: 'select n from guarded where n>1{n}'}
",
        traps: &[
            "view under a view",
            "index of a child",
            "partition key",
            "index predicate",
            "index of a materialized view",
        ],
    });
}
