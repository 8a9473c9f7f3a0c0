//! Tools whose migrations are SQL files in the order of their names.

use driftgate::migrations::Tool;

use super::check;

#[test]
fn plain_sql_in_files_or_folders() {
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
            "10 10_c 1: -- no-transaction / c;",
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
            "20240102000000 2024-01-02-000000_b 1: b;",
        ],
    );
}

#[test]
fn markers_of_up_and_down() {
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
            "20240102000000 20240102000000_b 2: b;",
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
fn versions_in_file_names() {
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
            "2 V2__b 1: -- refinery:noTransaction / b;",
            "3 V3__c not SQL: it is a program in Rust",
        ],
    );
}

#[test]
fn supabase_reads_the_files_of_its_folder() {
    check(
        Tool::named("supabase"),
        &[
            ("20200101000000_init.sql", "old;"),
            ("20240101000000_a.sql", "a;"),
            ("20240102000000_b_c.sql", "b;"),
            ("seed.sql", "s;"),
            ("archive/20230101000000_x.sql", "x;"),
        ],
        &[
            "supabase",
            "20240101000000 20240101000000_a 1: a;",
            "20240102000000 20240102000000_b_c 1: b;",
            "! Supabase CLI would ignore 20200101000000_init.sql",
            "! Supabase CLI would ignore archive/20230101000000_x.sql",
            "! Supabase CLI would ignore seed.sql",
        ],
    );
}
