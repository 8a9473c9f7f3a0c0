//! Names that resolve to other objects than they seem to.

use super::{Attack, Trapped, attack, counts};
use crate::run::Driftgate;
use crate::server::server;

#[test]
fn hidden_names() {
    let long = "a".repeat(63);
    let expected = format!(
        r#"
driftgate: 1
tables:
  t:
    columns:
      a: integer default évil(1{{n}})
      b: integer default "evil x"(1{{n}})
      c: integer default {long}b(1{{n}})
      d: integer default ev.U&"\006eow"('escaped{{x}}')
      e: "integer default --\rev.now('behind a comment{{x}}')"
      f: "integer default no\u00a0break(1{{n}})"
      g: integer default EV.NOW('in capitals{{x}}')
      h: "integer default 1 +/* - */ev.now('behind an operator{{x}}')"
      i: integer default €(1{{n}})
"#
    );
    let function = |name: &str, trap: &str| {
        format!(
            "create function \"{name}\"(int) returns int language plpgsql immutable as \
             $$ begin perform ev.now('{trap}'); return $1; end $$;\n"
        )
    };
    let sql = [
        function("évil", "beyond ASCII"),
        function("evil x", "quoted"),
        function(&long, "cut"),
        function("no\u{a0}break", "with a no-break space"),
        function("€", "no letter"),
        format!(
            "create table t (a int default \"évil\"(1), b int default \"evil x\"(1), c int default {long}(1),
               d int default ev.now('escaped'), e int default ev.now('behind a comment'),
               f int default \"no\u{a0}break\"(1), g int default ev.now('in capitals'),
               h int default 1 + ev.now('behind an operator'), i int default \"€\"(1));"
        ),
    ]
    .concat();
    attack(&Attack {
        sql: &sql,
        expected: &expected,
        traps: &[
            "beyond ASCII",
            "quoted",
            "cut",
            "escaped",
            "behind a comment",
            "with a no-break space",
            "in capitals",
            "behind an operator",
            "no letter",
        ],
    });
}

/// Functions on the search path with the names of PostgreSQL's own and exactly matching arguments.
const SHADOWS: &str = "
create function json_build_object(text, text) returns json language plpgsql as $$ begin perform ev.late('json_build_object'); return '1'; end $$;
create function json_build_object(text, text, text, int, text, name, text, name, text, text) returns json language plpgsql as
  $$ begin perform ev.late('json_build_object'); return '1'; end $$;
create function current_setting(text) returns text language plpgsql as $$ begin perform ev.late('current_setting'); return '1'; end $$;
create function pg_export_snapshot() returns text language plpgsql as $$ begin perform ev.late('pg_export_snapshot'); return '1'; end $$;
create function set_config(text, text, boolean) returns text language plpgsql as $$ begin perform ev.late('set_config'); return '1'; end $$;
create function array_agg(oid) returns oid[] language plpgsql as $$ begin perform ev.late('array_agg'); return '{}'; end $$;
create function array_append(jsonb[], jsonb) returns jsonb[] language plpgsql as $$ begin perform ev.late('array_append'); return '{}'; end $$;
create function jsonb_array_elements(jsonb) returns setof jsonb language plpgsql as $$ begin perform ev.late('jsonb_array_elements'); end $$;
create function format_type(oid, int) returns text language plpgsql as $$ begin perform ev.late('format_type'); return 'x'; end $$;
create function pg_typeof(int) returns regtype language plpgsql immutable as $$ begin perform ev.late('pg_typeof'); return 'int'; end $$;
create function count() returns bigint language plpgsql as $$ begin perform ev.late('count'); return 0; end $$;
create function lower(text) returns text language plpgsql immutable as $$ begin perform ev.late('lower'); return 'x'; end $$;
create function lower(varchar) returns text language plpgsql immutable as $$ begin perform ev.late('lower'); return 'x'; end $$;
create function eq(oid, oid) returns boolean language plpgsql immutable as $$ begin perform ev.late('='); return true; end $$;
create function eq(text, text) returns boolean language plpgsql immutable as $$ begin perform ev.late('='); return true; end $$;
create function eq(name, text) returns boolean language plpgsql immutable as $$ begin perform ev.late('='); return true; end $$;
create function div(int, int) returns int language plpgsql immutable as $$ begin perform ev.late('/'); return 1; end $$;
create operator = (leftarg = oid, rightarg = oid, function = eq);
create operator = (leftarg = text, rightarg = text, function = eq);
create operator = (leftarg = name, rightarg = text, function = eq);
create operator / (leftarg = int, rightarg = int, function = div);
create domain text as pg_catalog.text check (ev.late('text') > 0);
create domain oid as pg_catalog.oid check (ev.late('oid') > 0);
create view pg_class as select ev.late('pg_class') as oid;
create view pg_namespace as select ev.late('pg_namespace') as oid;
create table t (a pg_catalog.text default pg_catalog.lower('A'), b int check (b > 1), c pg_catalog.text);
create table alembic_version (version_num varchar(32));
insert into alembic_version values ('a1');
";

/// Runs all commands on a database whose default search path leads to traps.
fn attack_with_path(path: &str) {
    let trapped = Trapped::new(SHADOWS);
    // ALTER DATABASE reads a text as one name; FROM CURRENT uses the value of set_config.
    trapped.as_owner(&format!(
        "select pg_catalog.set_config('search_path', {}, false);
         alter database {} set search_path from current",
        driftgate::sql_text::quote_literal(path),
        trapped.database.name(),
    ));
    let driftgate = Driftgate::new()
        .file(
            "x.yaml",
            "driftgate: 1
tables:
  public.t: {columns: {a: \"text default lower( 'A' )\", b: integer}, checks: [b>1]}
migrations: {tool: alembic, table: public.alembic_version, applied: [a1]}
assertions:
  a: {sql: select 1, equals: 1}
",
        )
        .file("exact.yaml", "driftgate: 1\nexact: true\n");
    for arguments in [
        &["check", "x.yaml", "--url", "{url}"][..],
        &["check", "x.yaml", "--url", "{url}", "--jobs", "3", "--coverage"],
        &["check", "exact.yaml", "--url", "{url}"],
        &["pull", "--url", "{url}"],
        &["pull", "--url", "{url}", "--snapshot", "-o", "saved.json"],
        &["pull", "--url", "{url}", "--update", "x.yaml", "--yes"],
        &["diff", "{url}", "snapshot:saved.json"],
    ] {
        let run = trapped.run(&driftgate, arguments);
        trapped.nothing_sprang(&format!("{arguments:?} with the path {path:?}"), &run);
        let is_expected = matches!(run.code, Some(0 | 1)) || run.code == Some(3) && counts(&run)[2] > 0;
        assert!(is_expected, "{path:?} {arguments:?}\n{}{}", run.stdout, run.stderr);
    }
    let there = trapped.database.value("select to_regclass('public.was_here')::text");
    assert_eq!(there, "", "{path:?}");
}

#[test]
fn names_of_postgresql_on_the_usual_path() {
    attack_with_path("\"$user\", public");
}

#[test]
fn names_of_postgresql_on_a_path_with_pg_catalog_last() {
    attack_with_path("public, pg_catalog");
    attack_with_path("public,\tpg_catalog");
    attack_with_path("public\n,\nPG_CATALOG");
}

#[test]
fn a_path_that_contains_sql() {
    for path in [
        "public; COMMIT; CREATE TABLE public.was_here (); --",
        "public'; COMMIT; CREATE TABLE public.was_here (); --",
        "public\"; COMMIT; CREATE TABLE public.was_here (); --",
        "public, $driftgate$; COMMIT; CREATE TABLE public.was_here (); $driftgate$",
    ] {
        let trapped = Trapped::new("create table t (a text default lower('A'));");
        // SET refuses an invalid path; an invalid default in the catalog is accepted.
        let set = trapped.database.try_exec(&format!(
            "alter database {} set search_path to {}",
            trapped.database.name(),
            driftgate::sql_text::quote_literal(path)
        ));
        let driftgate = Driftgate::new().file(
            "x.yaml",
            "driftgate: 1\ntables:\n  public.t: {columns: {a: \"text default pg_catalog.lower( 'A' )\"}}\n",
        );
        let run = trapped.run(&driftgate, &["check", "x.yaml", "--url", "{url}"]);
        trapped.nothing_sprang(path, &run);
        assert_eq!(run.code, Some(0), "{path:?} {set:?}\n{}{}", run.stdout, run.stderr);
        assert_eq!(
            trapped.database.value("select to_regclass('public.was_here')::text"),
            ""
        );
    }
}

/// With pg_catalog last on the path, the actual text is parsed with the path with which it was printed, and the expected
/// text with that of the file.
#[test]
fn names_in_the_file_resolve_with_its_own_path() {
    for path in ["public, pg_catalog", "public,\tpg_catalog"] {
        let trapped = Trapped::new(
            "create function public.lower(text) returns text language internal immutable strict as 'upper';"
                .replace("language internal", "language sql")
                .replace("as 'upper'", "as 'select pg_catalog.upper($1)'")
                .as_str(),
        );
        trapped.as_owner("create table t (a text default pg_catalog.lower('A'), b text default public.lower('A'));");
        trapped.as_owner(&format!(
            "select pg_catalog.set_config('search_path', {}, false);
             alter database {} set search_path from current",
            driftgate::sql_text::quote_literal(path),
            trapped.database.name()
        ));
        let column = |column: &str, expected: &str| {
            let driftgate = Driftgate::new().file(
                "x.yaml",
                &format!("driftgate: 1\ntables:\n  public.t: {{columns: {{{column}: \"text default {expected}\"}}}}\n"),
            );
            trapped.run(&driftgate, &["check", "x.yaml", "--url", "{url}"])
        };
        for (name, expected, code) in [
            ("a", "lower( 'A' )", 1),
            ("a", "upper( 'A' )", 1),
            ("a", "pg_catalog.lower( 'A' )", 0),
            ("b", "lower( 'A' )", 0),
            ("b", "pg_catalog.lower( 'A' )", 1),
        ] {
            let run = column(name, expected);
            assert_eq!(
                run.code,
                Some(code),
                "{path:?} {name} {expected}\n{}{}",
                run.stdout,
                run.stderr
            );
        }
    }
}

/// A function of an extension is as untrusted as any other function of its owner.
#[test]
fn functions_of_extensions() {
    let available = server()
        .database("")
        .value("select name from pg_available_extensions where name = 'hstore'");
    if available.is_empty() || server().major() < 13 {
        return;
    }
    attack(&Attack {
        sql: "
create extension hstore;
create function f(w text) returns int language plpgsql immutable as $$ begin return ev.now(w); end $$;
alter extension hstore add function f(text);
create table t (a int default f('of an extension'));
",
        expected: "driftgate: 1\ntables:\n  t: {columns: {a: integer default (f('of an extension{x}'))}}\n",
        traps: &["of an extension"],
    });
}

/// The owner can change how the server prints values, and its warnings.
#[test]
fn settings_of_the_database_change_no_verdict() {
    let trapped = Trapped::new(
        "create function f(w text) returns int language plpgsql immutable as $$ begin return ev.now(w); end $$;
         create table t (a int default f('a'), b text default lower('B'), c int check (c > f('c')));",
    );
    for setting in [
        "debug_print_parse = on",
        "debug_print_rewritten = on",
        "debug_print_plan = on",
        "debug_pretty_print = off",
        "client_min_messages = debug5",
        "standard_conforming_strings = off",
        "quote_all_identifiers = on",
        "constraint_exclusion = on",
        "plan_cache_mode = force_custom_plan",
        "default_transaction_isolation = 'serializable'",
        "array_nulls = off",
        "default_transaction_read_only = on",
    ] {
        // PostgreSQL 19 has given up the other meaning of a backslash.
        if setting != "standard_conforming_strings = off" || server().major() < 19 {
            trapped.as_owner(&format!("alter database {} set {setting}", trapped.database.name()));
        }
    }
    for (expected, code) in [("c>f('c')", 0), ("c>f('d')", 1)] {
        let driftgate = Driftgate::new().file(
            "x.yaml",
            &format!(
                "driftgate: 1\ntables:\n  t: {{columns: {{a: \"integer default (f('a'))\", b: \"text default lower( 'B' )\"}}, \
                 checks: {{t_c_check: \"{expected}\"}}}}\n"
            ),
        );
        let run = trapped.run(&driftgate, &["check", "x.yaml", "--url", "{url}", "--jobs", "2"]);
        trapped.nothing_sprang("check", &run);
        assert_eq!(run.code, Some(code), "{}{}", run.stdout, run.stderr);
        assert_eq!(counts(&run)[2], 0, "{}", run.stdout);
    }
}

/// The planner never runs a volatile function in PL/pgSQL. Such texts are compared in the database, even if no other server
/// is available.
#[test]
fn volatile_functions_are_compared_in_place() {
    let trapped = Trapped::new(
        "create function gen_id() returns int language plpgsql volatile as $$ begin return ev.late('volatile'); end $$;
         create table t (id int default gen_id(), other int default gen_id() + 1);",
    );
    for (expected, code) in [("gen_id()+1", 0), ("gen_id()+2", 1)] {
        let driftgate = Driftgate::new().file(
            "x.yaml",
            &format!("driftgate: 1\ntables:\n  t: {{columns: {{id: integer default (gen_id()), other: integer default {expected}}}}}\n"),
        );
        let nowhere = ["--scratch", "postgres://nobody@127.0.0.1:1/none?connect_timeout=1"];
        let run = trapped.run(
            &driftgate,
            &[&["check", "x.yaml", "--url", "{url}"][..], &nowhere].concat(),
        );
        trapped.nothing_sprang("check", &run);
        assert_eq!(run.code, Some(code), "{}{}", run.stdout, run.stderr);
        assert_eq!(counts(&run)[2], 0, "{}", run.stdout);
    }
}
