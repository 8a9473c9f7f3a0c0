//! Tools with a plan, a journal or a change log, and tools that put several parts into one file.

use super::check;

#[test]
fn drizzle_follows_its_journal() {
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
}

#[test]
fn drizzle_without_a_journal() {
    check(
        None,
        &[
            ("20240101120000_a/migration.sql", "a;"),
            ("20240101120000_a/snapshot.json", "{}"),
        ],
        &["drizzle", "1704110400000 20240101120000_a 1: a;"],
    );
}

#[test]
fn sqitch_follows_its_plan() {
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
            "x:users#1 users 1 outside: BEGIN; a; COMMIT;",
            "x:flips#1 flips 1 outside: c;",
            "x:users#2 users 1 outside: \\set x 1 / b;",
            "! sqitch.plan lists the change missing, but deploy/missing.sql does not exist",
            "! Sqitch would ignore deploy/other.sql",
        ],
    );
}

#[test]
fn node_pg_migrate_applies_the_up_part() {
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
}

#[test]
fn liquibase_splits_formatted_sql_into_change_sets() {
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
            "1.sql::1::bob bob:1 4: a; / aa;",
            "1.sql::two::bob bob:two 8 outside: b;",
            "1.sql::4::a b a b:4 not SQL: Liquibase fills the parameter ${p} in",
            "! Liquibase would ignore 2.sql",
        ],
    );
}

#[test]
fn liquibase_follows_its_change_log() {
    let program = |log: &str| {
        format!(
            "{log}::x::bob bob:x not SQL: it is a change set that only Liquibase can turn into SQL: \
             let it update an empty database (liquibase update)"
        )
    };
    let (of_xml, of_yaml) = (program("master.xml"), program("master.yaml"));
    let expected = |program| {
        [
            "liquibase",
            "first.sql::2::ann ann:2 3: b;",
            program,
            "sql/1.sql::1::ann ann:1 3: a;",
            "! Liquibase would ignore other/3.sql",
        ]
    };
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
        &expected(of_xml.as_str()),
    );
    check(
        None,
        &files(
            "master.yaml",
            "databaseChangeLog:\n  - include:\n      file: first.sql\n  - changeSet:\n      id: x\n      author: bob\n      changes:\n\
             \x20       - createTable:\n            id: 1\n  - includeAll:\n      path: sql\n",
        ),
        &expected(of_yaml.as_str()),
    );
}

#[test]
fn sqitch_finds_the_script_of_a_reworked_change_under_any_tag_between() {
    let plan = "%syntax-version=1.0.0\n%project=x\n\nfees 2024-01-01T00:00:00Z A <a@b> # one\n@v1 2024-01-01T00:00:00Z A <a@b>\n\
                other 2024-01-02T00:00:00Z A <a@b>\n@v2 2024-01-02T00:00:00Z A <a@b>\nfees [fees@v2] 2024-01-03T00:00:00Z A <a@b>\n\
                @v3 2024-01-03T00:00:00Z A <a@b>\nfees [fees@v3] 2024-01-04T00:00:00Z A <a@b>\n";
    check(
        None,
        &[
            ("sqitch.plan", plan),
            ("deploy/fees@v2.sql", "a;"),
            ("deploy/other.sql", "b;"),
            ("deploy/fees@v3.sql", "c;"),
            ("deploy/fees.sql", "d;"),
        ],
        &[
            "sqitch",
            "x:fees#1 fees 1 outside: a;",
            "x:other#1 other 1 outside: b;",
            "x:fees#2 fees 1 outside: c;",
            "x:fees#3 fees 1 outside: d;",
        ],
    );
    check(
        None,
        &[
            ("sqitch.plan", plan),
            ("deploy/fees@v3.sql", "c;"),
            ("deploy/fees.sql", "d;"),
            ("deploy/other.sql", "b;"),
        ],
        &[
            "sqitch",
            "x:other#1 other 1 outside: b;",
            "x:fees#2 fees 1 outside: c;",
            "x:fees#3 fees 1 outside: d;",
            "! sqitch.plan lists the change fees, but deploy/fees@v1.sql does not exist",
        ],
    );
}

#[test]
fn liquibase_reads_logical_paths_and_whole_folders() {
    check(
        None,
        &[
            (
                "db/a/1.sql",
                "--liquibase formatted sql logicalFilePath:old/1.sql\n--changeset ann:1\na;\n--changeset ann:2 logicalFilePath:b.sql dbms:\"!mysql\"\nb;\n\
                 --changeset ann:3 ignore:true\nc;\n",
            ),
            ("db/a/deep/2.sql", "d;"),
            (
                "db/root.json",
                "{\"databaseChangeLog\": [{\"includeAll\": {\"path\": \"a\", \"relativeToChangelogFile\": true}},\n\
                 {\"changeSet\": {\"changes\": [], \"id\": 7, \"author\": \"bob\", \"logicalFilePath\": \"x\"}}]}",
            ),
            ("db/broken.yaml", "databaseChangeLog: ["),
        ],
        &[
            "liquibase",
            "old/1.sql::1::ann ann:1 3: a;",
            "b.sql::2::ann ann:2 5: b;",
            "db/a/deep/2.sql::raw::includeAll includeAll:raw 1: d;",
            "x::7::bob bob:7 not SQL: it is a change set that only Liquibase can turn into SQL: let it update an empty database (liquibase update)",
            "! db/broken.yaml cannot be read: this bracket is not closed",
        ],
    );
}
