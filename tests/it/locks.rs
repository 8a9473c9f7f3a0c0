//! A table that another session has locked costs what needs the table, and nothing else.

use std::io::Write as _;
use std::process::{Child, Command, Stdio};

use crate::run::{Driftgate, Run};
use crate::server::{TestDb, server};

const SCHEMA: &str = "\
create table clients (id int primary key, email text default 'none');
create table orders (id int primary key, note text default 'x' || 'y');
create table logs (id int, check (id > 0));
create view emails as select email from clients;
create view notes as select note from orders;";

const EXPECTED: &str = "\
driftgate: 1
exact: true
ignore: {attributes: [owner, grants, comment]}
tables:
  clients:
    columns: {id: integer not null, email: \"text default 'none'\"}
    primary_key: [id]
  orders:
    columns: {id: integer not null, note: \"text default 'x' || 'z'\"}
    primary_key: [id]
views:
  emails: {definition: SELECT email FROM clients}
  notes: {definition: SELECT note FROM orders}
assertions:
  clients: {sql: SELECT count(*) FROM clients, equals: 0}
  orders: {sql: SELECT count(*) FROM orders, equals: 0}
";

/// A session that holds a lock until it is dropped.
struct Holder(Child);

impl Holder {
    fn new(db: &TestDb<'_>, statements: &str) -> Self {
        let mut child = Command::new("psql")
            .args(["-X", "-q", "-d", &db.url()])
            .env("PGAPPNAME", "migrate")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("psql starts");
        let stdin = child.stdin.as_mut().expect("a pipe");
        writeln!(stdin, "{statements}").expect("psql reads");
        Self(child)
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn check_while(statements: &str) -> Run {
    let db = server().database(SCHEMA);
    let driftgate = Driftgate::new()
        .file("expectations/e.yaml", EXPECTED)
        .env("DATABASE_URL", db.url());
    let _holder = Holder::new(&db, statements);
    let is_held = "SELECT count(*)::text FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND locktype = 'relation' \
                   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    for _ in 0..200 {
        if db.value(is_held) != "0" {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    driftgate.run(["check", "--format", "plain", "--lock-timeout", "300ms"])
}

#[test]
fn a_locked_table_costs_its_own_checks() {
    let run = check_while("BEGIN; LOCK TABLE clients IN ACCESS EXCLUSIVE MODE;");
    println!("{run:?}");
    // What could be verified differs, which counts more than what could not.
    assert_eq!(run.code, Some(1), "{run:?}");
    let lines: Vec<&str> = run.stdout.lines().collect();
    let has = |texts: &[&str]| lines.iter().any(|line| texts.iter().all(|text| line.contains(text)));
    assert!(has(&["column-default public.orders.note"]), "{run:?}");
    let holder = "public.clients is locked by another session (process ";
    assert!(
        has(&[
            "table public.clients",
            holder,
            "application migrate",
            "idle in transaction",
            "since 20"
        ]),
        "{run:?}"
    );
    assert!(has(&["view public.emails", holder]), "{run:?}");
    assert!(has(&["assertion `clients`", holder]), "{run:?}");
    assert!(has(&["public.logs exists but is not listed"]), "{run:?}");
    assert_eq!(lines.len(), 5, "{run:?}");
}

#[test]
fn an_unlisted_table_that_is_locked_is_unknown() {
    let run = check_while("BEGIN; LOCK TABLE logs IN ACCESS EXCLUSIVE MODE;");
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(
        run.stdout
            .contains("table public.logs is listed: public.logs is locked by another session"),
        "{run:?}"
    );
    assert!(run.stdout.contains("column-default public.orders.note"), "{run:?}");
    assert_eq!(run.stdout.lines().count(), 2, "{run:?}");
}

#[test]
fn a_session_that_waits_for_a_lock_lets_nothing_pass() {
    let db = server().database(SCHEMA);
    let driftgate = Driftgate::new()
        .file("expectations/e.yaml", EXPECTED)
        .env("DATABASE_URL", db.url());
    let _reader = Holder::new(&db, "BEGIN; SELECT count(*) FROM clients;");
    std::thread::sleep(std::time::Duration::from_millis(500));
    let _writer = Holder::new(&db, "ALTER TABLE clients ADD COLUMN x int;");
    std::thread::sleep(std::time::Duration::from_millis(500));
    let run = driftgate.run(["check", "--format", "plain", "--lock-timeout", "300ms"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(
        run.stdout.contains("query: ALTER TABLE clients ADD COLUMN x int"),
        "{run:?}"
    );
}

#[test]
fn a_pull_that_cannot_read_everything_fails_and_names_the_holder() {
    let db = server().database(SCHEMA);
    let _holder = Holder::new(&db, "BEGIN; LOCK TABLE clients IN ACCESS EXCLUSIVE MODE;");
    std::thread::sleep(std::time::Duration::from_millis(500));
    let driftgate = Driftgate::new().env("DATABASE_URL", db.url());
    let run = driftgate.run(["pull", "--lock-timeout", "300ms"]);
    assert_eq!(run.code, Some(3), "{run:?}");
    assert!(
        run.stderr
            .contains("public.clients is locked by another session (process "),
        "{run:?}"
    );
    assert_eq!(run.stdout, "", "{run:?}");
}

#[test]
fn a_locked_history_names_the_holder() {
    let db = server().database(
        "create table schema_migrations (version varchar primary key); create table ddl (object_identity text)",
    );
    let _holder = Holder::new(
        &db,
        "begin; lock schema_migrations, ddl in access exclusive mode; select 'held';",
    );
    let held =
        "select count(*) from pg_locks where mode = 'AccessExclusiveLock' and granted and relation = 'ddl'::regclass";
    for _ in 0..200 {
        if db.value(held) != "0" {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let run = Driftgate::new()
        .env("DATABASE_URL", db.url())
        .file(
            "expectations/e.yaml",
            "driftgate: 1\nmigrations: {tool: dbmate}\nchanges: {table: ddl}\n",
        )
        .run(["check", "--lock-timeout", "200ms", "--fail-on", "unknown"]);
    assert_eq!(run.code, Some(4), "{}{}", run.stdout, run.stderr);
    let holder = |table: &str| {
        format!("canceling statement due to lock timeout: public.{table} is locked by another session (process ")
    };
    assert!(run.stdout.contains(&holder("schema_migrations")), "{}", run.stdout);
    assert!(run.stdout.contains("application migrate"), "{}", run.stdout);
    let note = "note: who changed objects is not known: public.ddl: canceling statement due to lock timeout: public.";
    assert!(run.stderr.contains(note), "{}", run.stderr);
}
