//! Types, operators, casts, aggregates and functions that reach other functions.

use super::{Attack, Trapped, attack, counts};
use crate::run::Driftgate;

#[test]
fn constants_of_domains() {
    attack(&Attack {
        sql: "
create domain d as int check (value + 9 > ev.now('array'));
create domain dv as int check (value + 9 > ev.late('array, volatile'));
create domain dr as int check (value + 9 > ev.now('row'));
create type cr as (x dr);
create domain dt as int check (value + 9 > ev.now('row of a table'));
create table tt (x dt);
create table t1 (a d[] default '{1}'::d[]);
create table t2 (a dv[] default '{1}'::dv[]);
create table t3 (a cr default '(1)'::cr);
create table t4 (a tt default '(1)'::tt);
create domain overdv as dv;
create table t5 (a overdv[] default '{1}'::overdv[]);
",
        expected: "
driftgate: 1
tables:
  t1: {columns: {a: \"d[] default ('{1{n}}')\"}}
  t2: {columns: {a: \"dv[] default ('{1{n}}')\"}}
  t3: {columns: {a: cr default '(1{n})'}}
  t4: {columns: {a: tt default '(1{n})'}}
  t5: {columns: {a: \"overdv[] default ('{1{n}}')\"}}
",
        traps: &["array", "array, volatile", "row", "row of a table"],
    });
}

/// A text that only the database could compare is unknown, and never passes.
#[test]
fn constants_of_ranges_of_domains() {
    let trapped = Trapped::new(
        "
create domain d as int check (value + 9 > ev.now('range'));
create type r as range (subtype = d);
create domain dm as int check (value + 9 > ev.now('multirange'));
create type rm as range (subtype = dm);
create table t (a r default '[1,2)'::r);
",
    );
    if server_major() >= 14 {
        trapped.as_owner("create table m (a rm_multirange default '{[1,2)}');");
    }
    let driftgate = Driftgate::new().file(
        "x.yaml",
        "driftgate: 1\ntables:\n  t: {columns: {a: \"r default ('[1,2)')\"}}\n",
    );
    let run = trapped.run(&driftgate, &["check", "x.yaml", "--url", "{url}"]);
    trapped.nothing_sprang("check", &run);
    assert!(matches!(run.code, Some(0 | 3)), "{}{}", run.stdout, run.stderr);
    assert_eq!(counts(&run)[1], 0, "{}", run.stdout);
    trapped.run(&driftgate, &["check", "x.yaml", "--url", "{url}", "--trust-functions"]);
    assert!(trapped.sprung().contains("range"));
}

fn server_major() -> u32 {
    crate::server::server().major()
}

#[test]
fn operators_casts_and_arguments() {
    attack(&Attack {
        sql: "
create function ev.f(a int default ev.now('default of an argument')) returns int language plpgsql volatile as
  'begin return a; end';
create type m as (v int);
create function ev.m2t(m) returns text language plpgsql immutable as $$ begin perform ev.now('cast'); return 'x'; end $$;
create cast (m as text) with function ev.m2t(m);
create function ev.i2m(int) returns m language plpgsql immutable as
  $$ begin perform ev.now('assignment cast'); return row(1)::m; end $$;
create cast (int as m) with function ev.i2m(int) as assignment;
create function ev.lt(a int, b int) returns boolean language plpgsql immutable as
  $$ begin perform ev.now('operator'); return a < b; end $$;
create operator <<< (leftarg = int, rightarg = int, function = ev.lt);
create table t (a int default ev.f(), b text default (row(1)::m)::text, c m default 1, d boolean default 1 <<< 2);
create table rows (n int, s text);
insert into rows select 1, 'x' || (i % 3) from generate_series(1, 99) i;
analyze rows;
create function ev.eq(a text, b text) returns boolean language plpgsql volatile as
  $$ begin perform ev.now('volatile operator over statistics'); return a = b; end $$;
create operator === (leftarg = text, rightarg = text, function = ev.eq, restrict = eqsel);
create view vo as select n from rows where s === 'x1';
create view vp as select n from vo where n > 1;
",
        expected: r"
driftgate: 1
tables:
  t:
    columns:
      a: integer default (ev.f())
      b: text default row(1{n})::m::text
      c: m default (1{n})
      d: boolean default 1{n}<<<2
views:
  vo: {definition: select n from rows where s === 'x1{x}'}
  vp: {definition: 'select n from vo where n>1{n}'}
",
        traps: &[
            "default of an argument",
            "cast",
            "assignment cast",
            "operator",
            "volatile operator over statistics",
        ],
    });
}

/// A view that another server may not be able to compare, because it lacks objects of the database. The result may be
/// unknown, and the trap is not sprung.
fn may_be_unknown(sql: &str, view: &str, trap: &str) {
    let trapped = Trapped::new(sql);
    for (number, codes) in [("", [0, 3]), ("7", [1, 3])] {
        let view = view.replace("{n}", number);
        let driftgate = Driftgate::new().file(
            "x.yaml",
            &format!("driftgate: 1\nviews: {{v: {{definition: \"{view}\"}}}}\n"),
        );
        let run = trapped.run(&driftgate, &["check", "x.yaml", "--url", "{url}"]);
        trapped.nothing_sprang("check", &run);
        assert!(codes.map(Some).contains(&run.code), "{}{}", run.stdout, run.stderr);
        trapped.run(&driftgate, &["check", "x.yaml", "--url", "{url}", "--trust-functions"]);
        assert!(trapped.sprung().contains(trap), "the trap `{trap}` does not work");
    }
}

/// The planner reads the initial value of an aggregate.
#[test]
fn initial_values_of_aggregates() {
    may_be_unknown(
        "
create domain da as int check (value + 9 > ev.now('initial value'));
create function ev.acc(da[], int) returns da[] language plpgsql volatile as 'begin return $1; end';
create aggregate ev.agg(int) (sfunc = ev.acc, stype = da[], initcond = '{1}');
create table rows (n int);
create view v as select ev.agg(n) from rows where n > 1;
",
        "select ev.agg(n) from rows where n>1{n}",
        "initial value",
    );
}

/// Functions of PostgreSQL call casts to JSON, even volatile ones.
#[test]
fn casts_within_functions() {
    may_be_unknown(
        "
create type mood as enum ('sad', 'happy');
create function ev.m2j(mood) returns json language plpgsql volatile as
  $$ begin perform ev.now('volatile cast'); return '1'; end $$;
create cast (mood as json) with function ev.m2j(mood);
create table documents (n int, j text);
insert into documents select 1, 'x' || (i % 3) from generate_series(1, 99) i;
analyze documents;
create view v as select n from documents where n > 1 and j = to_json('sad'::mood)::text;
",
        "select n from documents where n>1{n} and j=to_json('sad'::mood)::text",
        "volatile cast",
    );
}

/// Functions of PostgreSQL that take the object identifier of a type, a table or a function.
#[test]
fn functions_that_take_object_identifiers() {
    let trapped = Trapped::new(
        "
create domain d as int check (value + 9 > ev.now('input'));
create table h (a text) partition by hash ((a || ev.now('partition key')));
create table h0 partition of h for values with (modulus 1, remainder 0);
create domain dv as int check (value + 9 > ev.now('validator'));
create function validated() returns dv[] language sql as $$ select '{1}'::dv[] $$;
create table rows (n int, s text);
insert into rows select 1, 'x' || (i % 3) from generate_series(1, 99) i;
analyze rows;
do $$ begin
  execute format('create view vi as select n from rows where n = num_nulls(domain_in(''1''::cstring, %s::oid, -1))', 'd'::regtype::oid);
  execute format('create view vc as select n from rows where s = pg_get_partition_constraintdef(%s::oid)', 'h0'::regclass::oid);
  execute format('create view vv as select n from rows where n = num_nulls(fmgr_sql_validator(%s::oid))', 'validated'::regproc::oid);
  execute format('create table t (a boolean default satisfies_hash_partition(%s::oid, 1, 0, ''x''::text))', 'h'::regclass::oid);
  execute format('create table i (a text); create index i_i on i ((a || satisfies_hash_partition(%s::oid, 1, 0, ''x''::text)::text))', 'h'::regclass::oid);
  execute 'create view vx as select n from i, rows where n > 1';
end $$;
",
    );
    let identity = |of: &str| trapped.database.value(&format!("select {of}::oid"));
    let (d, h0) = (identity("'d'::regtype"), identity("'h0'::regclass"));
    let (h, f) = (identity("'h'::regclass"), identity("'validated'::regproc"));
    let expected = format!(
        "driftgate: 1
views:
  vi: {{definition: \"select n from rows where n=num_nulls(domain_in('1{{n}}'::cstring, {d}::oid, -1))\"}}
  vc: {{definition: 'select n from rows where s=pg_get_partition_constraintdef({h0}::oid)'}}
  vv: {{definition: 'select n from rows where n=num_nulls(fmgr_sql_validator({f}::oid))'}}
  vx: {{definition: 'select n from i, rows where n>1{{n}}'}}
tables:
  t: {{columns: {{a: \"boolean default satisfies_hash_partition({h}::oid,1,0,'x'::text)\"}}}}
"
    );
    for (replacement, code) in [("", 0_u8), ("7", 1)] {
        let driftgate = Driftgate::new().file("x.yaml", &expected.replace("{n}", replacement));
        let run = trapped.run(&driftgate, &["check", "x.yaml", "--url", "{url}"]);
        trapped.nothing_sprang("check", &run);
        assert_eq!(run.code, Some(i32::from(code)), "{}{}", run.stdout, run.stderr);
        // Nothing is unknown: another server prints the views and runs nothing.
        assert_eq!(counts(&run)[2], 0, "{}", run.stdout);
    }
    let driftgate = Driftgate::new().file("x.yaml", &expected.replace("{n}", ""));
    trapped.run(&driftgate, &["check", "x.yaml", "--url", "{url}", "--trust-functions"]);
    let sprung = trapped.sprung();
    for trap in ["input", "partition key", "validator"] {
        assert!(sprung.contains(trap), "the trap `{trap}` does not work: {sprung:?}");
    }
}
