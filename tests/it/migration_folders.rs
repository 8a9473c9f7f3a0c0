//! Folders of migrations, as each tool reads them.

mod modes;
mod plans;
mod programs;
mod sql;

use driftgate::migrations::folder::read;
use driftgate::migrations::{ApplyMode, FolderMigration, TOOLS, Tool, Up};

use crate::folder::Folder;

/// What is said of a migration in one line: version, name, whether it is SQL, from which line on, how it is
/// applied, and the SQL itself.
fn line(migration: &FolderMigration) -> String {
    let up = match &migration.up {
        Up::Sql { text, first_line, mode } => format!(
            "{first_line}{}: {}",
            match mode {
                // What distinguishes these two is in `modes`.
                ApplyMode::Transaction | ApplyMode::Message => "",
                ApplyMode::Statements | ApplyMode::Psql => " outside",
            },
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
            said.extend(read.problems.iter().map(|found| format!("! {}", found.problem.message)));
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
fn unknown_and_ambiguous_folders_are_errors() {
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
fn duplicate_dates_are_reported() {
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
