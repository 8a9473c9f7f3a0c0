//! Tables of migration tools that run code of their owner when they are queried.

use super::Trapped;
use crate::run::{Driftgate, Run};

const ALEMBIC: &str = "driftgate: 1\nmigrations: {tool: alembic, applied: [a1]}\n";

fn check(trapped: &Trapped, file: &str) -> Run {
    let driftgate = Driftgate::new().file("x.yaml", file);
    let run = trapped.run(&driftgate, &["check", "x.yaml", "--url", "{url}"]);
    trapped.nothing_sprang("check", &run);
    run
}

/// Checks that a trap works: an ordinary query by the superuser springs it.
fn assert_is_a_trap(trapped: &Trapped, table: &str) {
    let of_database = format!(" db={} ", trapped.database.name());
    let count = || {
        let log = crate::server::server().log();
        let of_traps = |line: &&str| line.contains(&of_database) && line.contains(" LOG:  CANARY ");
        log.lines().filter(of_traps).count()
    };
    let before = count();
    // The query may fail.
    let _ = trapped.database.try_exec(
        &format!("select * from {table} where version_num > ''")
            .replace("_prisma_migrations where version_num", "_prisma_migrations where id"),
    );
    assert!(count() > before, "{table} is not a trap");
}

const PRISMA: &str = "id varchar(36) primary key, checksum varchar(64) not null, finished_at timestamptz,
  migration_name varchar(255) not null, logs text, rolled_back_at timestamptz, started_at timestamptz not null default now(),
  applied_steps_count integer not null default 0";

/// `COPY` reads ordinary tables without planning.
#[test]
fn ordinary_tables_are_read() {
    for sql in [
        // The planner evaluates the index expression for any query.
        "create table alembic_version (version_num varchar(32));
         create index on alembic_version ((version_num || ev.now('index expression')));",
        "create table alembic_version (version_num varchar(32)) partition by list ((version_num || ev.now('partition key')));
         create table leaf partition of alembic_version default;
         create index on leaf ((version_num || ev.now('index of a leaf')));",
        "create table alembic_version (version_num varchar(32));
         create table child () inherits (alembic_version);
         create index on child ((version_num || ev.now('index of a child')));",
        "create table alembic_version (version_num varchar(32) check (version_num <> ev.now('check')::text));
         create index on alembic_version (version_num) where version_num <> ev.now('predicate')::text;
         create statistics st on (version_num || ev.now('statistics')), version_num from alembic_version;
         alter table alembic_version enable row level security, force row level security;
         create policy p on alembic_version using (version_num > ev.now('policy')::text);",
    ] {
        let trapped = Trapped::new(sql);
        trapped.as_owner(
            "alter table alembic_version no force row level security;
             insert into alembic_version values ('a1');",
        );
        assert_is_a_trap(&trapped, "alembic_version");
        let run = check(&trapped, ALEMBIC);
        assert_eq!(run.code, Some(0), "{sql}\n{}{}", run.stdout, run.stderr);
        let run = check(&trapped, &ALEMBIC.replace("a1", "a2"));
        assert_eq!(run.code, Some(1), "{sql}\n{}{}", run.stdout, run.stderr);
    }
}

#[test]
fn rows_of_child_tables_are_read() {
    let trapped = Trapped::new(&format!(
        "create table _prisma_migrations ({PRISMA});
         create table child () inherits (_prisma_migrations);
         create index on child ((migration_name || ev.now('index of a child')));
         insert into _prisma_migrations (id, checksum, migration_name, finished_at) values ('1', 'x', '1_a', now());
         insert into child (id, checksum, migration_name, finished_at) values ('2', 'x', '2_b', now());"
    ));
    assert_is_a_trap(&trapped, "_prisma_migrations");
    let run = check(
        &trapped,
        "driftgate: 1\nmigrations: {tool: prisma, applied: [1_a, 2_b]}\n",
    );
    assert_eq!(run.code, Some(0), "{}{}", run.stdout, run.stderr);
    let run = check(&trapped, "driftgate: 1\nmigrations: {tool: prisma, applied: [1_a]}\n");
    assert_ne!(run.code, Some(3), "{}{}", run.stdout, run.stderr);
}

/// The report explains why the history is unknown.
#[test]
fn other_relations_than_tables_are_unknown() {
    for (sql, table, why) in [
        (
            "create view alembic_version as select 'a1'::varchar(32) as version_num where ev.late('view') > 0;",
            "alembic_version",
            "is a view",
        ),
        (
            "create view alembic_version as select 'a1'::varchar(32) as version_num where ev.now('view') > 0;",
            "alembic_version",
            "is a view",
        ),
        (
            "create table source (version_num varchar(32));
             create materialized view alembic_version as select version_num from source;
             create index on alembic_version ((version_num || ev.now('index of a materialized view')));",
            "alembic_version",
            "is a materialized view",
        ),
    ] {
        let trapped = Trapped::new(sql);
        assert_is_a_trap(&trapped, table);
        let run = check(&trapped, ALEMBIC);
        assert_eq!(run.code, Some(3), "{sql}\n{}{}", run.stdout, run.stderr);
        assert!(run.stdout.contains(why), "{}", run.stdout);
    }
}

#[test]
fn foreign_tables_are_not_read() {
    let has = crate::server::server()
        .database("")
        .value("select name from pg_available_extensions where name = 'file_fdw'");
    if has.is_empty() {
        return;
    }
    for part in [
        "",
        "create table alembic_version (version_num varchar(32)) partition by list (version_num);",
    ] {
        let trapped = Trapped::new(part);
        let of = if part.is_empty() {
            "create foreign table alembic_version (version_num varchar(32))"
        } else {
            "create foreign table leaf partition of alembic_version default"
        };
        trapped.database.exec(&format!(
            "create extension file_fdw; create server files foreign data wrapper file_fdw;
             {of} server files options (program 'echo a1; touch /dev/shm/driftgate-{name}')",
            name = trapped.database.name()
        ));
        let canary = format!("/dev/shm/driftgate-{}", trapped.database.name());
        let run = check(&trapped, ALEMBIC);
        assert!(!std::path::Path::new(&canary).exists());
        assert_eq!(run.code, Some(3), "{}{}", run.stdout, run.stderr);
        assert!(run.stdout.contains("is a foreign table"), "{}", run.stdout);
    }
}
