//! How each tool applies a file: in a transaction, as one message, each statement by itself, or by psql.

use driftgate::migrations::ApplyMode::{Message, Psql, Statements, Transaction};
use driftgate::migrations::folder::read;
use driftgate::migrations::{ApplyMode, Tool, Up};

use crate::folder::Folder;

/// Reads a folder with one migration of a tool, and compares how it is applied.
fn check(tool: &str, files: &[(&str, &str)], expected: ApplyMode) {
    let folder = Folder::new();
    for (name, text) in files {
        folder.write(name, text);
    }
    let read = read(folder.path(), Tool::named(tool)).expect("a folder of this tool");
    match &read.migrations[0].up {
        Up::Sql { mode, .. } => assert_eq!(*mode, expected, "{tool}: {files:?}"),
        Up::NotSql(why) => panic!("{tool}: {files:?}: {why}"),
    }
}

#[test]
fn each_tool_applies_a_file_in_its_own_way() {
    check("prisma", &[("20240101000000_a/migration.sql", "a;")], Message);
    check(
        "golang-migrate",
        &[("1_a.up.sql", "a;"), ("1_a.down.sql", "b;")],
        Message,
    );
    check("sqlx", &[("1_a.sql", "a;")], Transaction);
    check("sqlx", &[("1_a.sql", "-- no-transaction\na;")], Message);
    check("dbmate", &[("1_a.sql", "-- migrate:up\na;")], Transaction);
    check("dbmate", &[("1_a.sql", "-- migrate:up transaction:false\na;")], Message);
    check("diesel", &[("1_a/up.sql", "a;")], Transaction);
    check(
        "diesel",
        &[
            ("1_a/up.sql", "a;"),
            ("1_a/metadata.toml", "run_in_transaction = false"),
        ],
        Message,
    );
    check("refinery", &[("V1__a.sql", "a;")], Transaction);
    check("refinery", &[("V1__a.sql", "-- refinery:noTransaction\na;")], Message);
    check("atlas", &[("1_a.sql", "a;"), ("atlas.sum", "")], Transaction);
    check(
        "atlas",
        &[("1_a.sql", "-- atlas:txmode none\n\na;"), ("atlas.sum", "")],
        Statements,
    );
    check("goose", &[("1_a.sql", "-- +goose Up\na;")], Transaction);
    check(
        "goose",
        &[("1_a.sql", "-- +goose NO TRANSACTION\n-- +goose Up\na;")],
        Statements,
    );
    check(
        "sqitch",
        &[
            ("sqitch.plan", "a 2024-01-01T00:00:00Z A <a@b> # a"),
            ("deploy/a.sql", "a;"),
        ],
        Psql,
    );
}

/// Flyway finds out by itself, from the statements.
#[test]
fn flyway_reads_the_statements() {
    let check = |sql: &str, expected| check("flyway", &[("V1__a.sql", sql)], expected);
    for sql in [
        "create index concurrently i on t (a);",
        "-- a comment\nCREATE UNIQUE INDEX /* here */ CONCURRENTLY i ON t (a)",
        "create table t (a int); drop index concurrently i;",
        "vacuum full t",
        "VACUUM",
        "alter system set work_mem = 1",
        "reindex verbose database d",
        "create database d",
        "drop subscription s",
        "discard all",
    ] {
        check(sql, Statements);
    }
    for sql in [
        "create index i on t (a)",
        "create table concurrently (index int)",
        "select 'create index concurrently'",
        "do $$ begin execute 'vacuum'; end $$",
        "alter type t add value 'v'",
        "drop index i",
        "reindex table t",
        "discard plans",
    ] {
        check(sql, Transaction);
    }
}
