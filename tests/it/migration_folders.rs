//! Folders of migrations, as each tool sees them.

use driftgate::migrations::folder::read;
use driftgate::migrations::{FolderMigration, TOOLS, Tool, Up};

use crate::folder::Folder;

/// What is said of a migration in one line: version, name, whether it is SQL, from which line on, whether in a
/// transaction, and the SQL itself.
fn line(migration: &FolderMigration) -> String {
    let up = match &migration.up {
        Up::Sql {
            text,
            first_line,
            transaction,
        } => format!(
            "{first_line}{}: {}",
            if *transaction { "" } else { " outside" },
            text.trim().replace('\n', " / ")
        ),
        Up::NotSql(why) => format!("not SQL: {}", why.split(',').next().unwrap_or_default()),
    };
    format!("{} {} {up}", migration.version, migration.name)
}

/// Writes the files, reads the folder, and compares all that is said of it.
fn check(tool: Option<&'static Tool>, files: &[(&str, &str)], expected: &[&str]) {
    let folder = Folder::new();
    for (name, text) in files {
        folder.write(name, text);
    }
    let mut said = Vec::new();
    match read(folder.path(), tool) {
        Ok(read) => {
            said.push(read.tool.name.to_owned());
            said.extend(read.migrations.iter().map(line));
            said.extend(read.problems.iter().map(|problem| format!("! {}", problem.message)));
        }
        Err(problem) => said.push(format!("! {}: {}", problem.message, problem.hint.unwrap_or_default())),
    }
    let root = format!("{}/", folder.path().display());
    let said: Vec<String> = said
        .iter()
        .map(|line| line.replace(&root, "").replace(root.trim_end_matches('/'), "."))
        .collect();
    assert_eq!(said, expected, "of {files:?}");
}

#[test]
fn tools_that_keep_a_folder_or_a_file_of_plain_sql_for_each() {
    check(
        None,
        &[
            ("migration_lock.toml", "provider = \"postgresql\""),
            ("20240102000000_b/migration.sql", "b;"),
            ("20240101000000_a/migration.sql", "a;"),
        ],
        &[
            "prisma",
            "20240101000000_a 20240101000000_a 1: a;",
            "20240102000000_b 20240102000000_b 1: b;",
        ],
    );
    check(
        None,
        &[
            ("10_c.sql", "-- no-transaction\nc;"),
            ("2_b.sql", "b;"),
            ("1_a.sql", "a;"),
        ],
        &[
            "sqlx",
            "1 1_a 1: a;",
            "2 2_b 1: b;",
            "10 10_c 1 outside: -- no-transaction / c;",
            "! a migration is missing between 2 and 10",
        ],
    );
    check(
        None,
        &[
            ("2024-01-01-000000_a/up.sql", "a;"),
            ("2024-01-01-000000_a/down.sql", "x;"),
            ("2024-01-02-000000_b/up.sql", "b;"),
            ("2024-01-02-000000_b/metadata.toml", "run_in_transaction = false"),
        ],
        &[
            "diesel",
            "20240101000000 2024-01-01-000000_a 1: a;",
            "20240102000000 2024-01-02-000000_b 1 outside: b;",
        ],
    );
}

#[test]
fn tools_that_mark_what_applies() {
    check(
        None,
        &[
            (
                "00001_a.sql",
                "-- +goose Up\n-- +goose StatementBegin\na;\n-- +goose StatementEnd\n\n-- +goose Down\nx;\n",
            ),
            ("00002_b.sql", "-- +goose NO TRANSACTION\n-- +goose Up\nb;\n"),
            ("00003_c.go", "package migrations"),
            ("00003_c_test.go", "package migrations"),
            ("00004_d.sql", "d;"),
        ],
        &[
            "goose",
            "1 00001_a 2: -- +goose StatementBegin / a; / -- +goose StatementEnd",
            "2 00002_b 3 outside: b;",
            "3 00003_c not SQL: it is a program in Go",
            "! 00004_d.sql has no `-- +goose Up`",
        ],
    );
    check(
        None,
        &[
            ("20240101000000_a.sql", "-- migrate:up\na;\n-- migrate:down\nx;\n"),
            (
                "20240102000000_b.sql",
                "-- migrate:up transaction:false\nb;\n\n-- migrate:down\n",
            ),
            ("20240103000000_c.sql", "y;\n-- migrate:up\nc;\n-- migrate:down\n"),
            ("init.sql", "z;"),
        ],
        &[
            "dbmate",
            "20240101000000 20240101000000_a 2: a;",
            "20240102000000 20240102000000_b 2 outside: b;",
            "20240103000000 20240103000000_c 3: c;",
            "! 20240103000000_c.sql has a statement before `-- migrate:up`",
            "! dbmate would ignore init.sql",
        ],
    );
    check(
        Tool::named("golang-migrate"),
        &[
            ("000001_a.up.sql", "a;"),
            ("000001_a.down.sql", "x;"),
            ("000002_b.up.sql", "b;"),
        ],
        &["golang-migrate", "1 000001_a 1: a;", "2 000002_b 1: b;"],
    );
}

#[test]
fn tools_that_say_version_and_kind_in_the_name() {
    check(
        None,
        &[
            ("V1__a.sql", "a;"),
            ("V1_10__c.sql", "c;"),
            ("V1.9__b.sql", "b;"),
            ("U1__a.sql", "x;"),
            ("R__view.sql", "v;"),
            ("afterMigrate.sql", "w;"),
            ("sub/V2__d.sql", "${owner};"),
            ("V3_e.sql", "e;"),
        ],
        &[
            "flyway",
            "1 V1__a.sql 1: a;",
            "1.9 V1.9__b.sql 1: b;",
            "1.10 V1_10__c.sql 1: c;",
            "2 sub/V2__d.sql not SQL: Flyway fills the placeholder ${owner} in",
            "R__view R__view.sql 1: v;",
            "! Flyway would ignore V3_e.sql",
        ],
    );
    check(
        Tool::named("flyway"),
        &[
            ("V1__a.sql", "a;"),
            ("B2__base.sql", "base;"),
            ("V2__b.sql", "b;"),
            ("V3__c.sql", "c;"),
        ],
        &["flyway", "2 B2__base.sql 1: base;", "3 V3__c.sql 1: c;"],
    );
    check(
        Tool::named("refinery"),
        &[
            ("V1__a.sql", "a;"),
            ("U2__b.sql", "-- refinery:noTransaction\nb;"),
            ("V3__c.rs", "pub fn migration() {}"),
        ],
        &[
            "refinery",
            "1 V1__a 1: a;",
            "2 V2__b 1 outside: -- refinery:noTransaction / b;",
            "3 V3__c not SQL: it is a program in Rust",
        ],
    );
}

#[test]
fn each_tool_follows_its_plan() {
    check(
        None,
        &[
            (
                "meta/_journal.json",
                r#"{"entries": [{"idx": 0, "when": 1700000000000, "tag": "0000_b"}, {"idx": 1, "when": 1700000000001, "tag": "0001_a"},
                   {"idx": 2, "when": 1600000000000, "tag": "0002_old"}, {"idx": 3, "when": 1700000000003, "tag": "0003_gone"}]}"#,
            ),
            ("0000_b.sql", "b;\n--> statement-breakpoint\nbb;"),
            ("0001_a.sql", "a;"),
            ("0002_old.sql", "o;"),
            ("0009_stray.sql", "s;"),
        ],
        &[
            "drizzle",
            "1700000000000 0000_b 1: b; / --> statement-breakpoint / bb;",
            "1700000000001 0001_a 1: a;",
            "1600000000000 0002_old 1: o;",
            "! the time of 0002_old in meta/_journal.json is not later than the time before it",
            "! meta/_journal.json names 0003_gone, but 0003_gone.sql does not exist",
            "! Drizzle Kit would ignore 0009_stray.sql",
        ],
    );
    check(
        None,
        &[
            ("20240101120000_a/migration.sql", "a;"),
            ("20240101120000_a/snapshot.json", "{}"),
        ],
        &["drizzle", "1704110400000 20240101120000_a 1: a;"],
    );
    check(
        None,
        &[
            (
                "sqitch.plan",
                "%syntax-version=1.0.0\n%project=x\n\nusers 2024-01-01T00:00:00Z A <a@b> # one\nflips [users] 2024-01-02T00:00:00Z A <a@b>\n\
                 @v1 2024-01-02T00:00:00Z A <a@b>\nusers [users@v1] 2024-01-03T00:00:00Z A <a@b>\nmissing 2024-01-04T00:00:00Z A <a@b>\n",
            ),
            ("deploy/users@v1.sql", "BEGIN; a; COMMIT;"),
            ("deploy/users.sql", "\\set x 1\nb;"),
            ("deploy/flips.sql", "c;"),
            ("deploy/other.sql", "d;"),
            ("revert/users.sql", "x;"),
        ],
        &[
            "sqitch",
            "users#1 users 1 outside: BEGIN; a; COMMIT;",
            "flips#1 flips 1 outside: c;",
            "users#2 users not SQL: it has a psql command",
            "! sqitch.plan lists the change missing, but deploy/missing.sql does not exist",
            "! Sqitch would ignore deploy/other.sql",
        ],
    );
    check(
        None,
        &[
            ("1_a.sql", "-- Up Migration\na;\n\n-- Down Migration\nx;"),
            ("2_b.sql", "b;\n--- down migration\nx;"),
            ("3_c.js", "exports.up = (pgm) => {}"),
        ],
        &[
            "node-pg-migrate",
            "1_a 1_a 2: a;",
            "2_b 2_b 1: b;",
            "3_c 3_c not SQL: it is a program in JavaScript",
        ],
    );
    check(
        None,
        &[
            (
                "1.sql",
                "--liquibase formatted sql\n\n--changeset bob:1\na;\n--rollback x;\naa;\n--changeset bob:two runInTransaction:false\nb;\n\
                 --changeset bob:3 dbms:mysql\nm;\n--changeset \"a b\":4 runOnChange:true\n${p};\n",
            ),
            ("2.sql", "c;"),
        ],
        &[
            "liquibase",
            "bob:1 bob:1 4: a; / aa;",
            "bob:two bob:two 8 outside: b;",
            "a b:4 a b:4 not SQL: Liquibase fills the parameter ${p} in",
            "! Liquibase would ignore 2.sql",
        ],
    );
}

#[test]
fn liquibase_follows_its_change_log() {
    let expected = [
        "liquibase",
        "ann:2 ann:2 3: b;",
        "bob:x bob:x not SQL: it is a change set that only Liquibase can turn into SQL: let it update an empty database (liquibase update)",
        "ann:1 ann:1 3: a;",
        "! Liquibase would ignore other/3.sql",
    ];
    let formatted = |number: u8, sql: &str| format!("--liquibase formatted sql\n--changeset ann:{number}\n{sql};\n");
    let (one, two, three) = (formatted(1, "a"), formatted(2, "b"), formatted(3, "c"));
    let files = |name, log| {
        [
            (name, log),
            ("sql/1.sql", &*one),
            ("first.sql", &*two),
            ("other/3.sql", &*three),
        ]
    };
    check(
        None,
        &files(
            "master.xml",
            "<databaseChangeLog>\n<include file=\"db/first.sql\"/>\n<changeSet id=\"x\" author=\"bob\">\n<createTable/></changeSet>\n\
             <includeAll path=\"db/sql/\"/></databaseChangeLog>",
        ),
        &expected,
    );
    check(
        None,
        &files(
            "master.yaml",
            "databaseChangeLog:\n  - include:\n      file: first.sql\n  - changeSet:\n      id: x\n      author: bob\n      changes:\n\
             \x20       - createTable:\n            id: 1\n  - includeAll:\n      path: sql\n",
        ),
        &expected,
    );
}

#[test]
fn programs_of_python_and_ruby_are_named_and_not_applied() {
    check(
        None,
        &[
            ("env.py", "run()"),
            (
                "versions/b_second.py",
                "revision: str = 'bbb'\ndown_revision: Union[str, None] = 'aaa'\n",
            ),
            ("versions/c_first.py", "revision = 'aaa'\ndown_revision = None\n"),
            (
                "versions/d_merge.py",
                "revision = \"ddd\"\ndown_revision = (\n    \"bbb\",\n    \"ccc\",\n)\n",
            ),
        ],
        &[
            "alembic",
            "aaa aaa not SQL: it is a program in Python",
            "bbb bbb not SQL: it is a program in Python",
            "ddd ddd not SQL: it is a program in Python",
            "! versions/d_merge.py depends on the revision ccc, which no file has",
        ],
    );
    check(
        None,
        &[
            ("shop/migrations/__init__.py", ""),
            (
                "shop/migrations/0001_initial.py",
                "class Migration(migrations.Migration):\n    dependencies = []\n",
            ),
            (
                "shop/migrations/0002_y.py",
                "class Migration(migrations.Migration):\n    dependencies = [(\"shop\", \"0001_initial\")]\n",
            ),
            (
                "shop/migrations/0002_x.py",
                "class Migration(migrations.Migration):\n    dependencies = [\n        (\"shop\", \"0001_initial\"),\n    ]\n",
            ),
        ],
        &[
            "django",
            "shop.0001_initial shop.0001_initial not SQL: it is a program in Python",
            "shop.0002_x shop.0002_x not SQL: it is a program in Python",
            "shop.0002_y shop.0002_y not SQL: it is a program in Python",
            "! the app shop has 2 migrations that no other migration depends on: shop.0002_x, shop.0002_y",
        ],
    );
    check(
        None,
        &[
            ("20240101000000_a.rb", "class A < ActiveRecord::Migration[7.0]"),
            ("b.rb", "class B < ActiveRecord::Migration[7.0]"),
        ],
        &[
            "rails",
            "20240101000000 20240101000000_a not SQL: it is a program in Ruby",
            "! Rails would ignore b.rb",
        ],
    );
}

#[test]
fn programs_of_other_languages_are_named_and_not_applied() {
    check(
        None,
        &[("20240101000000_a.exs", "use Ecto.Migration")],
        &[
            "ecto",
            "20240101000000 20240101000000_a not SQL: it is a program in Elixir",
        ],
    );
    check(
        None,
        &[("20240101000000_a.js", "exports.up = function(knex) {}")],
        &[
            "knex",
            "20240101000000_a.js 20240101000000_a.js not SQL: it is a program in JavaScript",
        ],
    );
    check(
        None,
        &[(
            "20240101000000-a.js",
            "module.exports = { up: async (queryInterface) => {} }",
        )],
        &[
            "sequelize",
            "20240101000000-a.js 20240101000000-a.js not SQL: it is a program in JavaScript",
        ],
    );
    check(
        None,
        &[(
            "1700000000000-A.ts",
            "export class A1700000000000 implements MigrationInterface {}",
        )],
        &[
            "typeorm",
            "A1700000000000 A1700000000000 not SQL: it is a program in TypeScript",
        ],
    );
    check(
        None,
        &[(
            "2024_01_01_000000_create_a.php",
            "use Illuminate\\Database\\Migrations\\Migration;",
        )],
        &[
            "laravel",
            "2024_01_01_000000_create_a 2024_01_01_000000_create_a not SQL: it is a program in PHP",
        ],
    );
    check(
        None,
        &[
            ("src/lib.rs", "mod m;"),
            ("src/m20220101_000001_a.rs", "impl MigrationTrait for Migration {}"),
        ],
        &[
            "seaorm",
            "m20220101_000001_a m20220101_000001_a not SQL: it is a program in Rust",
        ],
    );
}

#[test]
fn a_folder_of_no_tool_or_of_several_is_told() {
    let known: Vec<&str> = TOOLS.iter().map(|tool| tool.name).collect();
    check(
        None,
        &[("schema.sql", "a;")],
        &[&format!(
            "! . does not look like a folder of migrations of a known tool: it has schema.sql; known tools are {}",
            known.join(", ")
        )],
    );
    check(
        None,
        &[("1_a.up.sql", "a;"), ("1_a.down.sql", "x;")],
        &[
            "! . looks like a folder of migrations of any of 2 tools: golang-migrate, sqlx: name the tool: `--tool` on the command line, `tool` in an expectation file",
        ],
    );
    check(
        None,
        &[("V1__a.sql", "a;")],
        &[
            "! . looks like a folder of migrations of any of 2 tools: flyway, refinery: name the tool: `--tool` on the command line, `tool` in an expectation file",
        ],
    );
    check(
        Tool::named("prisma"),
        &[("README.txt", "")],
        &[
            "! there is no migration of Prisma Migrate in .: Prisma Migrate reads one folder per migration: TIMESTAMP_name/migration.sql; \
           it has no SQL files and no programs",
        ],
    );
}

#[test]
fn two_migrations_with_one_date_are_told() {
    check(
        Tool::named("sqlx"),
        &[
            ("2025_09_13_fix_usage_counters_complete.sql", "a;"),
            ("2025_09_13_fix_period_boundaries_final.sql", "b;"),
        ],
        &[
            "sqlx",
            "2025 2025_09_13_fix_period_boundaries_final 1: b;",
            "2025 2025_09_13_fix_usage_counters_complete 1: a;",
            "! 2 migrations have the version 2025: 2025_09_13_fix_period_boundaries_final.sql, \
             2025_09_13_fix_usage_counters_complete.sql",
        ],
    );
    check(
        Tool::named("prisma"),
        &[
            ("2025_09_13_fix_usage_counters_complete/migration.sql", "a;"),
            ("2025_09_13_fix_period_boundaries_final/migration.sql", "b;"),
        ],
        &[
            "prisma",
            "2025_09_13_fix_period_boundaries_final 2025_09_13_fix_period_boundaries_final 1: b;",
            "2025_09_13_fix_usage_counters_complete 2025_09_13_fix_usage_counters_complete 1: a;",
            "! 2 migrations begin with 2025_09_13: 2025_09_13_fix_period_boundaries_final/migration.sql, \
             2025_09_13_fix_usage_counters_complete/migration.sql",
        ],
    );
}
