//! The migrations of the five guides, written as the folders of their tools: checked against the expectations of each
//! guide without any server, and a live database against its folder in every state in which a history can be.

use std::fs;
use std::path::{Path, PathBuf};

use driftgate::migrations::files::sha256;
use serde_json::Value;

use crate::run::Driftgate;
use crate::server::{TestDb, server};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn guide(guide: &str) -> PathBuf {
    root().join("tests/guides").join(guide)
}

/// What is found, a line each: kind, object and how it ended.
fn findings(report: &str) -> Vec<String> {
    let report: Value = serde_json::from_str(report).unwrap_or_else(|e| panic!("{e}: {report}"));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let findings = report["targets"][0]["findings"].as_array().cloned().unwrap_or_default();
    let mut found: Vec<String> = findings
        .iter()
        .map(|f| format!("{} {} {}", text(&f["status"]), text(&f["code"]), text(&f["object"])))
        .collect();
    let pending = report["targets"][0]["pending"].as_array().cloned().unwrap_or_default();
    found.extend(pending.iter().map(|name| format!("pending {}", text(name))));
    found.sort();
    found
}

/// The guide's folder is as its expectation file says, but for these findings.
fn folder(name: &str, source: &str, expected: &[&str]) {
    let source = format!("{source}:{}", guide(name).join("migrations").display());
    let file = root().join("expectations").join(format!("{name}.yaml"));
    let run = Driftgate::new().run([
        "check",
        &file.display().to_string(),
        "--against",
        &source,
        "--format",
        "json",
    ]);
    assert_eq!(findings(&run.stdout), expected, "{name}: {}", run.stderr);
    assert_eq!(
        run.code,
        Some(i32::from(!expected.is_empty())),
        "{name}: {}",
        run.stderr
    );
}

#[test]
fn the_migrations_of_each_guide_make_what_it_expects() {
    folder("phase-1-alignment", "migrations", &[]);
    folder("home-simulated-usage-bucket", "migrations", &[]);
    // The tiers are no migration: `npx prisma db seed` makes them.
    folder(
        "subscription-tiers",
        "migrations",
        &["drift assertion-failed the four subscription tiers are seeded"],
    );
    // The guide names no tool, only a file.
    folder("usage-counters", "sql", &[]);
    // Alembic's migrations are programs; this is what `alembic upgrade head --sql` has made of them.
    folder("ai-usage-records", "sql", &[]);
}

#[test]
fn programs_get_a_hint() {
    let source = format!("migrations:{}", guide("ai-usage-records").join("alembic").display());
    let run = Driftgate::new().run(["pull", "--from", &source]);
    assert_eq!(run.code, Some(2), "{}{}", run.stdout, run.stderr);
    assert!(
        run.stderr.contains("a program in Python") && run.stderr.contains("sql:FILE_OR_DIR"),
        "{}",
        run.stderr
    );
}

/// A migration of a Prisma folder: its name, its SQL and the checksum that Prisma keeps of it.
struct Migration {
    name: String,
    sql: String,
    checksum: String,
}

fn migrations(folder: &Path) -> Vec<Migration> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir())
        .collect();
    paths.sort();
    let read = |path: &PathBuf| {
        let sql = fs::read_to_string(path.join("migration.sql")).expect("a migration");
        Migration {
            name: path.file_name().expect("a name").to_string_lossy().into_owned(),
            checksum: sha256(sql.as_bytes()),
            sql,
        }
    };
    paths.iter().map(read).collect()
}

const HISTORY: &str = r#"CREATE TABLE "_prisma_migrations" (
    id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,
    migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ,
    started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)"#;

/// What Prisma writes when it has applied a migration, or has failed to.
fn record(db: &TestDb<'_>, migration: &Migration, has_finished: bool) {
    let finished = if has_finished { "clock_timestamp()" } else { "NULL" };
    let Migration { name, checksum, .. } = migration;
    db.exec(&format!(
        "INSERT INTO _prisma_migrations (id, checksum, started_at, finished_at, migration_name) \
         VALUES (gen_random_uuid()::text, '{checksum}', clock_timestamp(), {finished}, '{name}')"
    ));
}

/// How far a live database is, and what has been done to it since.
#[derive(Debug, Clone, Copy)]
enum State {
    Complete,
    OneBehind,
    Failed,
    Edited,
    ChangedByHand,
}

fn live(name: &str, state: State, table: &str, expected: &[&str]) {
    let folder = guide(name).join("migrations");
    let all = migrations(&folder);
    let [first, second] = all.as_slice() else {
        panic!("{name} has {} migrations", all.len());
    };
    let db = server().database("");
    db.exec(HISTORY);
    db.exec(&first.sql);
    record(&db, first, true);
    match state {
        State::OneBehind => {}
        // It stopped at its first statement.
        State::Failed => record(&db, second, false),
        State::Complete | State::Edited | State::ChangedByHand => {
            db.exec(&second.sql);
            record(&db, second, true);
        }
    }
    match state {
        State::Edited => db.exec(&format!(
            "UPDATE _prisma_migrations SET checksum = repeat('0', 64) WHERE migration_name = '{}'",
            second.name
        )),
        State::ChangedByHand => db.exec(&format!("ALTER TABLE {table} ADD COLUMN by_hand text")),
        State::Complete | State::OneBehind | State::Failed => {}
    }
    let source = format!("migrations:{}", folder.display());
    let driftgate = Driftgate::new().env("DATABASE_URL", db.url());
    let run = driftgate.run(["diff", &source, "env:DATABASE_URL", "--format", "json"]);
    let expected: Vec<String> = expected
        .iter()
        .map(|line| line.replace("SECOND", &second.name))
        .collect();
    assert_eq!(findings(&run.stdout), expected, "{name} {state:?}: {}", run.stderr);
    let is_drift = expected.iter().any(|line| line.starts_with("drift"));
    assert_eq!(run.code, Some(i32::from(is_drift)), "{name} {state:?}: {}", run.stderr);
}

#[test]
fn a_live_database_is_judged_as_of_its_last_migration() {
    for (name, table) in [
        ("phase-1-alignment", "clients"),
        ("home-simulated-usage-bucket", "\"HomeUsageInterval\""),
        ("subscription-tiers", "organisations"),
    ] {
        let column = format!("drift column-unexpected public.{}.by_hand", table.trim_matches('"'));
        live(name, State::Complete, table, &[]);
        live(name, State::OneBehind, table, &["pending SECOND"]);
        live(
            name,
            State::Failed,
            table,
            &["drift migration-failed public._prisma_migrations"],
        );
        live(name, State::Edited, table, &["drift migration-changed SECOND"]);
        live(name, State::ChangedByHand, table, &[&column]);
    }
}
