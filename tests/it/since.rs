//! When something changed, as databases say it whose changes were made in a known order.

mod restored;
mod who;

use serde_json::Value;

use crate::run::Driftgate;
use crate::server::{TestDb, server};

/// A history with a row per migration.
const HISTORY: &str = "create table public.schema_migrations (version varchar primary key)";

/// What every case begins with: the tool creates its table, and applies two migrations, each in a transaction with its row.
const BEFORE: [&str; 3] = [
    HISTORY,
    "create table a (id int primary key, n int); insert into schema_migrations values ('20260101')",
    "alter table a add column email text default 'x'; comment on table a is 'old'; \
     create index a_email on a (email); insert into schema_migrations values ('20260102')",
];

/// What is expected of the database.
const EXPECTED: &str = "\
driftgate: 1
migrations: {tool: dbmate}
tables:
  a:
    comment: new
    columns: {n: int, email: \"text default 'y'\"}
    indexes: {a_email: absent}
";

/// The hint of each finding, as `kind object attribute: text`.
fn since(database: &TestDb<'_>, url: &str, expected: &str) -> Vec<String> {
    let run = Driftgate::new()
        .env("DATABASE_URL", url)
        .file("expectations/e.yaml", expected)
        .run(["check", "--format", "json"]);
    let report: Value = serde_json::from_str(&run.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}: {}{}", database.name(), run.stdout, run.stderr));
    let findings = report["targets"][0]["findings"].as_array().expect("findings");
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let hint = |finding: &Value| {
        format!(
            "{} {}: {}",
            text(&finding["object"]),
            text(&finding["attribute"]),
            text(&finding["since"]["text"])
        )
    };
    findings.iter().map(hint).collect()
}

/// Runs statements, each in a transaction of its own, and checks.
fn check(statements: &[&str], expected: &str, hints: &[&str]) {
    let database = server().database("");
    database.try_each(statements).expect("the statements run");
    assert_eq!(since(&database, &database.url(), expected), hints, "{statements:?}");
}

fn after(statements: &[&'static str]) -> Vec<&'static str> {
    [&BEFORE[..], statements].concat()
}

#[test]
fn by_the_migration_in_whose_transaction_it_was() {
    check(
        &BEFORE,
        EXPECTED,
        &[
            "public.a comment: last set by migration 20260102",
            "public.a.email default: last set by migration 20260102",
            "public.a.a_email -: created or last altered by migration 20260102",
        ],
    );
}

#[test]
fn after_the_last_migration_is_probably_by_hand() {
    check(
        &after(&[
            "comment on table a is 'other'",
            "alter table a alter email set default 'z', alter n type bigint",
            "drop index a_email",
            "create index a_email on a (email)",
        ]),
        EXPECTED,
        &[
            "public.a comment: last set after the last migration (20260102), so probably by hand, unless a savepoint or an EXCEPTION block of it did it",
            "public.a.n type: the column was last altered after the last migration (20260102), so probably by hand, unless a savepoint or an EXCEPTION block of it did it",
            "public.a.email default: last set after the last migration (20260102), so probably by hand, unless a savepoint or an EXCEPTION block of it did it",
            "public.a.a_email -: created or last altered after the last migration (20260102), so probably by hand, unless a savepoint or an EXCEPTION block of it did it",
        ],
    );
}

const TABLE: &str = "\
driftgate: 1
migrations: {tool: dbmate}
exact: true
ignore: {attributes: [owner, grants]}
tables:
  a:
    row_security: enabled
";

#[test]
fn a_row_that_other_things_touch_says_less() {
    // ENABLE ROW LEVEL SECURITY is in the row of the table, which the second migration wrote last.
    check(
        &BEFORE,
        TABLE,
        &[
            "public.a comment: last set by migration 20260102",
            "public.a.email -: created or last altered by migration 20260102",
            "public.a.id -: created or last altered by migration 20260101",
            "public.a.n -: created or last altered by migration 20260101",
            "public.a -: created or last altered by migration 20260101",
            "public.a.a_email -: created or last altered by migration 20260102",
            "public.a row_security: unchanged since migration 20260102",
        ],
    );
    let touching = [
        "grant select on a to public",
        "alter table a add column more int",
        "create table b (a int references a)",
        "truncate a, b",
    ];
    for touch in [&touching[..1], &touching[1..2], &touching[2..3], &touching[2..]] {
        check(
            &after(touch),
            "driftgate: 1\nmigrations: {tool: dbmate}\ntables: {a: {row_security: enabled}}\n",
            &["public.a row_security: -"],
        );
        check(
            &after(touch),
            "driftgate: 1\nmigrations: {tool: dbmate}\ntables: {a: absent}\n",
            &["public.a -: created by migration 20260101"],
        );
    }
}

/// What must not be said of databases where the order of transactions shows nothing.
fn silent(statements: &[&str]) {
    silent_of(statements, EXPECTED);
}

const SCHEMA: &str = "create table a (id int primary key, n int, email text default 'x'); comment on table a is 'old'";
const INDEX: &str = "create index a_email on a (email)";

#[test]
fn a_restored_database_says_nothing() {
    let rows = "insert into schema_migrations values ('20260101'), ('20260102')";
    // As pg_restore does it: the schema, the rows, the indexes. With one transaction, and with INSERT for each row.
    silent(&[
        HISTORY,
        SCHEMA,
        rows,
        INDEX,
        "comment on table a is 'old'",
        "alter table a alter email set default 'x'",
    ]);
    silent(&[&[HISTORY, SCHEMA, rows, INDEX].join(";")]);
    silent(&[
        HISTORY,
        SCHEMA,
        "insert into schema_migrations values ('20260101')",
        "insert into schema_migrations values ('20260102')",
        INDEX,
    ]);
    let one = "insert into schema_migrations values ('20260102')";
    silent(&[HISTORY, SCHEMA, one, INDEX]);
    silent(&[&[HISTORY, SCHEMA, one, INDEX].join(";")]);
}

#[test]
fn frozen_rows_say_nothing() {
    let freeze = "vacuum freeze pg_class, pg_attribute, pg_attrdef, pg_description, pg_index, pg_proc, pg_constraint";
    silent(&after(&[freeze]));
    silent(&after(&[freeze, "vacuum freeze schema_migrations"]));
    silent(&after(&["vacuum freeze schema_migrations"]));
}

#[test]
fn a_subtransaction_may_be_of_the_migration() {
    // Its number is higher than that of the transaction of the row.
    let block = "do $$begin create index a_email on a (email); comment on table a is 'old'; \
                 alter table a alter email set default 'z'; exception when others then raise; end$$; \
                 insert into schema_migrations values ('20260103')";
    let unless =
        "the last migration (20260103), so probably by hand, unless a savepoint or an EXCEPTION block of it did it";
    let hints = [
        format!("public.a comment: last set after {unless}"),
        format!("public.a.email default: last set after {unless}"),
        format!("public.a.a_email -: created or last altered after {unless}"),
    ];
    let hints: Vec<&str> = hints.iter().map(String::as_str).collect();
    check(&after(&["drop index a_email", block]), EXPECTED, &hints);
}

#[test]
fn several_migrations_in_one_transaction_are_not_told_apart() {
    let both = "create table a (id int primary key, n int, email text default 'x'); comment on table a is 'old'; \
                create index a_email on a (email); insert into schema_migrations values ('1'), ('2')";
    silent(&[HISTORY, both]);
}

#[test]
fn a_table_of_someone_else_is_not_queried() {
    // Planning a query on it could run the code of its owner.
    let database = server().database("");
    database.try_each(&BEFORE).expect("the statements run");
    let role = server().role_without_privileges();
    database.exec(&format!("grant select on schema_migrations to {role}"));
    let by_migration = [
        "public.a comment: last set by migration 20260102",
        "public.a.email default: last set by migration 20260102",
        "public.a.a_email -: created or last altered by migration 20260102",
    ];
    // A superuser can do everything that the role can.
    assert_eq!(since(&database, &database.url_as(role), EXPECTED), by_migration);
    let owner = format!("{}_owner", database.name());
    database.exec(&format!(
        "create role {owner}; alter table schema_migrations owner to {owner}"
    ));
    let silent = since(&database, &database.url_as(role), EXPECTED);
    let by_superuser = since(&database, &database.url(), EXPECTED);
    database.exec(&format!("drop table schema_migrations; drop role {owner}"));
    for hints in [silent, by_superuser] {
        assert!(hints.iter().all(|hint| hint.ends_with(": -")), "{hints:?}");
    }
}

#[test]
fn a_tool_that_records_separately() {
    // As Prisma does: a row, the statements, and an update of the row, each in a transaction of its own.
    const PRISMA: &str = "create table _prisma_migrations (id varchar(36) primary key, checksum varchar(64) not null, \
        finished_at timestamptz, migration_name varchar(255) not null, logs text, rolled_back_at timestamptz, \
        started_at timestamptz not null default clock_timestamp(), applied_steps_count int not null default 0)";
    let start = |name: &str| {
        format!("insert into _prisma_migrations (id, checksum, migration_name) values ('{name}', '', '{name}')")
    };
    let finish = |name: &str| {
        format!("update _prisma_migrations set finished_at = clock_timestamp() where migration_name = '{name}'")
    };
    let schema = SCHEMA.to_owned();
    let index = INDEX.to_owned();
    let expected = EXPECTED.replace("dbmate", "prisma");
    let (one, two) = (["1_a"].map(start), ["2_b"].map(start));
    let mut statements = vec![
        PRISMA.to_owned(),
        one[0].clone(),
        schema,
        finish("1_a"),
        two[0].clone(),
        index,
    ];
    let run = |statements: &[String], hints: &[&str]| {
        let statements: Vec<&str> = statements.iter().map(String::as_str).collect();
        check(&statements, &expected, hints);
    };
    // While the second one runs, its index is younger than every row that is finished.
    let unknown = [
        "public.a comment: -",
        "public.a.email default: -",
        "public.a.a_email -: -",
    ];
    run(
        &statements,
        &[&["public._prisma_migrations -: -"], &unknown[..]].concat(),
    );
    statements.push(finish("2_b"));
    run(&statements, &unknown);
    statements.push("comment on table a is 'older'".to_owned());
    run(
        &statements,
        &[
            "public.a comment: last set after the last migration (2_b), so probably by hand",
            "public.a.email default: -",
            "public.a.a_email -: -",
        ],
    );
}

#[test]
fn a_history_with_only_the_last_migration() {
    let statements = [
        "create table alembic_version (version_num varchar(32) primary key); insert into alembic_version values ('aaa'); \
         create table b (id int)",
        "create table a (id int primary key, n int, email text default 'x'); comment on table a is 'old'; \
         create index a_email on a (email); update alembic_version set version_num = 'bbb'",
    ];
    let expected = EXPECTED.replace("dbmate", "alembic");
    check(
        &statements,
        &expected,
        &[
            "public.a comment: last set by a migration up to bbb",
            "public.a.email default: last set by a migration up to bbb",
            "public.a.a_email -: created or last altered by a migration up to bbb",
        ],
    );
    // The first run creates the table in the same transaction, as a restored database does.
    silent_of(&[statements[0], SCHEMA, INDEX], &expected);
}

fn silent_of(statements: &[&str], expected: &str) {
    let hints = [
        "public.a comment: -",
        "public.a.email default: -",
        "public.a.a_email -: -",
    ];
    check(statements, expected, &hints);
}
