//! What a run does to a database: a fixed number of round trips, nothing written, the same verdict for a role that may
//! do nothing and while others change the schema.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::run::{Driftgate, Run};
use crate::server::{TestDb, server};

/// A database with something of everything, and what is expected of it: nothing but what is there.
const EVERYTHING: &str = "
create schema private;
create type mood as enum ('sad', 'happy');
create type private.mood as enum ('sad', 'happy');
create table companies (id uuid primary key default gen_random_uuid(), name varchar(50) not null unique);
create table clients (
  id int generated always as identity primary key,
  company uuid references companies on delete cascade,
  mood mood not null default 'happy',
  price numeric(10, 2) check (price between 0 and 100),
  born date default '2000-01-31',
  wait interval default '1 day 02:03:04',
  seen timestamptz default '2024-01-02 03:04:05+00',
  ratio double precision default 0.1,
  code text default 'a\\b' check (code ~ '^\\w' or code in ('x', 'y')),
  raw bytea default '\\xdeadbeef'
);
create index clients_open on clients (lower(code), born desc) where price > 1.5;
create table private.secrets (id int primary key, level int check (level > 0), note text default 'none');
create view rich as select id, price from clients where price > 50;
create function twice(n int) returns int language sql immutable as 'select n * 2';
";

const EXPECTED: &str = r"
driftgate: 1
tables:
  companies:
    columns: {id: uuid not null default gen_random_uuid(), name: varchar(50) not null}
    unique: [[name]]
  clients:
    columns:
      mood: mood not null default 'happy'
      born: date default '2000-01-31'
      wait: interval default '1 day 2 hours 3 minutes 4 seconds'
      seen: timestamptz default '2024-01-02 03:04:05+00'
      ratio: float8 default 0.1
      code: text default 'a\b'
      raw: bytea default '\xdeadbeef'
    foreign_keys: [{columns: [company], references: companies(id), on_delete: cascade}]
    checks:
      - price >= 0 and price <= 100
      - code ~ '^\w' or code in ('x', 'y')
    indexes: {clients_open: {keys: [lower(code), born desc], where: price > 1.5}}
  private.secrets:
    columns: {note: text default 'none'}
    checks: [level > 0]
enums: {mood: [sad, happy], private.mood: [sad, happy]}
views: {rich: present}
functions: {twice(integer): {returns: int, volatility: immutable}}
";

fn check(url: &str, expectations: &str, arguments: &[&str]) -> Run {
    let driftgate = Driftgate::new()
        .file("expectations/x.yaml", expectations)
        .env("DATABASE_URL", url);
    driftgate.run(["check"].iter().chain(arguments))
}

/// What one check sent to the database.
fn statements(database: &TestDb, expectations: &str) -> (Run, Vec<String>) {
    let before = database.statements(Some("driftgate")).len();
    let run = check(&database.url(), expectations, &[]);
    let mut statements = database.statements(Some("driftgate"));
    (run, statements.split_off(before))
}

/// Tables with one finding of every sort each: missing columns, differing texts, types that nobody knows.
fn tables(count: usize) -> (String, String) {
    let mut sql = String::new();
    let mut yaml = "driftgate: 1\ntables:\n".to_owned();
    for i in 0..count {
        let _ = write!(
            sql,
            "create table t{i} (a int check (a > {i}), b text default 'x', c varchar(20));"
        );
        let _ = write!(sql, "create index t{i}_b on t{i} (lower(b)) where a > 1;");
        let _ = write!(
            yaml,
            "  t{i}:\n    columns:\n      a: bigint\n      b: text default 'y'\n      c: no_such_type\n      d: text\n    \
             checks: [a > {i} + 1, a >= 0]\n    indexes: {{t{i}_b: {{keys: [upper(b)], where: 'a in (1, 2)'}}}}\n    \
             unique: [[a]]\n  missing{i}: present\n"
        );
    }
    (sql, yaml)
}

#[test]
fn round_trips_do_not_grow_with_objects_or_findings() {
    let counts: Vec<usize> = [1, 60]
        .into_iter()
        .map(|count| {
            let (sql, yaml) = tables(count);
            let database = server().database(&sql);
            let (run, statements) = statements(&database, &yaml);
            assert_eq!(run.code, Some(1), "{}{}", run.stdout, run.stderr);
            // The summary counts what the report rolls up.
            let drift = run
                .stdout
                .rsplit_once(" drift,")
                .and_then(|(before, _)| before.rsplit(' ').next());
            let drift: Option<usize> = drift.and_then(|drift| drift.replace(',', "").parse().ok());
            assert!(drift > Some(8 * count), "{}", run.stdout);
            assert!(!statements.is_empty());
            statements.len()
        })
        .collect();
    // One more where another test has written meanwhile: the catalog may have changed, which is a question of its own.
    assert!(counts[0].abs_diff(counts[1]) <= 1, "{counts:?}");
    // The catalog, what the texts can reach, the texts, the modifiers of their types on both sides,
    // whether the catalog is still the same, the farewell. For the advice, before and after each of the texts that differ,
    // in one round trip, and whether the catalog is the same.
    assert!(counts[0] <= 20, "{counts:?}");
}

#[test]
fn nothing_is_written() {
    let database = server().database(EVERYTHING);
    let expectations = EXPECTED.to_owned()
        + "assertions:\n  a: {sql: select count(*) from clients, equals: 0}\n  b: {sql: delete from clients, equals: 0}\n\
           migrations: {tool: prisma, applied: [a]}\n";
    let (run, statements) = statements(&database, &expectations);
    assert_eq!(run.code, Some(1), "{}{}", run.stdout, run.stderr);
    assert!(
        statements[0].starts_with(
            "SET LOCAL search_path = pg_catalog, pg_temp;\nBEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
        ),
        "{}",
        statements[0]
    );
    for message in &statements {
        // The block's own statements are loops and assignments around EXPLAIN.
        let (before, after) = match message.split_once("DO $driftgate$") {
            Some((before, block)) => (before, block.split_once("$driftgate$").expect("its end").1),
            None => (message.as_str(), ""),
        };
        for statement in before
            .split(";\n")
            .chain(after.split(";\n"))
            .flat_map(|s| s.split("; S"))
        {
            // The query of a kind begins with a comment.
            let code = statement
                .trim()
                .lines()
                .find(|line| !line.starts_with("--"))
                .unwrap_or_default();
            let first = code.split([' ', ';']).next().unwrap_or_default();
            let known = [
                "",
                "BEGIN",
                "SET",
                "ET",
                "SHOW",
                "SELECT",
                "ELECT",
                "WITH",
                "SAVEPOINT",
                "RELEASE",
                "ROLLBACK",
                "DECLARE",
                "FETCH",
                "EXPLAIN",
                "COPY",
            ];
            assert!(known.contains(&first), "{statement}");
            assert!(first != "COPY" || statement.ends_with(" TO STDOUT"), "{statement}");
            assert!(
                !statement.trim().starts_with("SET ") || statement.contains("SET LOCAL "),
                "{statement}"
            );
        }
        assert!(!message.contains("COMMIT") && !message.contains("ANALYZE"), "{message}");
    }
    assert_eq!(statements.last().map(String::as_str), Some("ROLLBACK"));
}

#[test]
fn a_role_that_may_only_connect_gets_the_same_verdict() {
    let database = server().database(EVERYTHING);
    let nobody = database.url_as(server().role_without_privileges());
    for (expectations, code) in [
        (EXPECTED.to_owned(), 0),
        (
            EXPECTED
                .replace("1.5", "2.5")
                .replace("happy", "merry")
                .replace("level > 0", "level > 1"),
            1,
        ),
    ] {
        let owner = check(&database.url(), &expectations, &["--format", "json"]);
        assert_eq!(owner.code, Some(code), "{}{}", owner.stdout, owner.stderr);
        let run = check(&nobody, &expectations, &["--format", "json"]);
        assert_eq!(
            (run.code, &run.stdout, &run.stderr),
            (owner.code, &owner.stdout, &owner.stderr)
        );
    }
}

#[test]
fn a_role_that_may_not_use_plpgsql_gets_the_same_verdict() {
    let database = server().database(EVERYTHING);
    database.exec("revoke usage on language plpgsql from public");
    let expectations = EXPECTED.replace("1.5", "2.5").replace("happy", "merry");
    let owner = check(&database.url(), &expectations, &["--format", "json"]);
    assert_eq!(owner.code, Some(1), "{}{}", owner.stdout, owner.stderr);
    let nobody = database.url_as(server().role_without_privileges());
    for jobs in ["1", "2"] {
        let run = check(&nobody, &expectations, &["--format", "json", "--jobs", jobs]);
        assert_eq!(
            (run.code, &run.stdout, &run.stderr),
            (owner.code, &owner.stdout, &owner.stderr)
        );
    }
}

#[test]
fn settings_of_a_role_change_nothing() {
    let database = server().database(EVERYTHING);
    let role = format!("{}_odd", database.name());
    let mut settings = format!("create role {role} login superuser password '{role}';");
    for setting in [
        "search_path = ''",
        "datestyle = 'German, DMY'",
        "intervalstyle = 'iso_8601'",
        "bytea_output = 'escape'",
        "extra_float_digits = -5",
        "timezone = 'Asia/Kathmandu'",
        "quote_all_identifiers = on",
        "standard_conforming_strings = off",
        "escape_string_warning = off",
        "backslash_quote = off",
        "default_transaction_isolation = 'serializable'",
        "default_transaction_read_only = off",
        "default_transaction_deferrable = on",
        "transform_null_equals = on",
        "client_min_messages = debug1",
        "row_security = off",
        "enable_seqscan = off",
        "session_replication_role = replica",
        "check_function_bodies = off",
        "xmlbinary = hex",
        "lc_monetary = 'C'",
        "jit_above_cost = 0",
        "force_parallel_mode = on",
    ] {
        // What a newer server does not know any more cannot confuse it.
        let before = match setting {
            "force_parallel_mode = on" => 16,
            "standard_conforming_strings = off" => 19,
            _ => u32::MAX,
        };
        if server().major() < before {
            let _ = write!(settings, "alter role {role} set {setting};");
        }
    }
    database.exec(&settings);
    let url = database.url_as(&role);
    let all = EXPECTED.to_owned()
        + "assertions:\n  a: {sql: \"select date '2024-02-01', interval '1 day', timestamptz '2024-01-02 03:04:05+00', \
           0.1::float8, '\\\\xff'::bytea\", rows: [['2024-02-01', '1 day', '2024-01-02 03:04:05+00', 0.1, '\\xff']]}\n";
    let result = std::panic::catch_unwind(|| {
        for expectations in [&all, &all.replace("1.5", "2.5").replace("'x', 'y'", "'x', 'z'")] {
            let owner = check(&database.url(), expectations, &["--format", "json"]);
            let odd = check(&url, expectations, &["--format", "json"]);
            assert_eq!(
                (odd.code, &odd.stdout, &odd.stderr),
                (owner.code, &owner.stdout, &owner.stderr)
            );
            assert!(!owner.stdout.contains("assertion"), "{}", owner.stdout);
        }
    });
    database.exec(&format!("drop role {role}"));
    result.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
}

#[test]
fn a_schema_that_is_being_changed_gives_no_wrong_verdict() {
    let database = server().database(EVERYTHING);
    // A dropped column still counts towards the 1,600 that a table can have, so this one is changed and never dropped;
    // columns are added and dropped in the table that each round creates.
    database.exec("alter table clients add column churn int");
    let (stop, database) = (AtomicBool::new(false), &database);
    let (codes, changes) = std::thread::scope(|scope| {
        let changing = scope.spawn(|| {
            let mut changes = 0;
            while !stop.load(Ordering::Relaxed) {
                database.exec(
                    "create index churn on clients (mood, lower(code)) where price > 3; \
                     create index concurrently_named on companies (name desc); \
                     alter table clients add constraint churn check (price < 1000000), alter column churn set default 5; \
                     alter table clients rename column churn to churning",
                );
                database.exec(
                    "create table churns (id int primary key, x text default 'a' || 'b', check (x <> 'c')); \
                     create view churned as select * from churns; \
                     create function churn(a int) returns int language sql as 'select a'; \
                     alter table churns add column y int default 5",
                );
                database.exec(
                    "drop index churn, concurrently_named; alter table clients rename column churning to churn; \
                     alter table clients drop constraint churn, alter column churn drop default; \
                     alter table churns drop column y",
                );
                database.exec("drop view churned; drop table churns; drop function churn");
                changes += 1;
                // Migrations come in bursts: nothing can be read between changes that follow each other faster than
                // a slow machine reads the catalog.
                if changes % 4 == 0 {
                    std::thread::sleep(Duration::from_millis(600));
                }
            }
            changes
        });
        let codes: Vec<Option<i32>> = (0..30)
            .map(|_| {
                let run = check(&database.url(), EXPECTED, &[]);
                let said = format!("{}{}", run.stdout, run.stderr);
                assert!(!said.contains("panicked"), "{said}");
                if run.code == Some(3) {
                    assert!(said.contains("the schema is being changed right now"), "{said}");
                } else {
                    assert_eq!(run.code, Some(0), "{said}");
                }
                run.code
            })
            .collect();
        stop.store(true, Ordering::Relaxed);
        (codes, changing.join().expect("the thread that changes the schema"))
    });
    assert!(changes > 3, "the schema has changed only {changes} times");
    assert!(codes.iter().filter(|code| **code == Some(0)).count() > 20, "{codes:?}");
}

#[test]
fn a_locked_table_is_not_waited_for() {
    let database = server().database(EVERYTHING);
    let locks = "select count(*) from pg_locks where mode = 'AccessExclusiveLock' and granted and database = \
                 (select oid from pg_database where datname = current_database())";
    std::thread::scope(|scope| {
        let locking = scope.spawn(|| {
            database.exec("lock table clients in access exclusive mode; select pg_sleep(4)");
        });
        while database.value(locks) != "1" {
            std::thread::sleep(Duration::from_millis(5));
        }
        let run = |expectations: &str| check(&database.url(), expectations, &["--lock-timeout", "100ms"]);
        let there = run("driftgate: 1\ntables: {clients: present}\n");
        assert_eq!(there.code, Some(0), "{}{}", there.stdout, there.stderr);
        // PostgreSQL itself locks a table for a moment when it prints an expression of it.
        let described = run(EXPECTED);
        let reading = run("driftgate: 1\nassertions: {a: {sql: select count(*) from clients, equals: 0}}\n");
        for run in [described, reading] {
            assert_eq!(run.code, Some(3), "{}{}", run.stdout, run.stderr);
            let holder = "public.clients is locked by another session (process ";
            assert!(run.stdout.contains(holder), "{}", run.stdout);
            assert!(run.stdout.contains("--lock-timeout, or try again"), "{}", run.stdout);
        }
        assert_ne!(database.value(locks), "0", "the lock is gone: nothing was tried");
        locking.join().expect("the thread that locks");
    });
}
