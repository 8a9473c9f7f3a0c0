//! The table of migration tools.

mod alembic;
mod atlas;
mod dbmate;
mod diesel;
mod django;
mod drizzle;
mod ecto;
mod flyway;
mod golang_migrate;
mod goose;
mod knex;
mod laravel;
mod liquibase;
mod node_pg_migrate;
mod prisma;
mod rails;
mod refinery;
mod seaorm;
mod sequelize;
mod sqitch;
mod sqlx_cli;
mod typeorm;

use super::files::{File, Files};
use super::{
    ApplyMode, BASE, Fit, FolderContents, FolderMigration, Keeps, Marker, Tool, ToolVerification, Up, files, sections,
    version,
};

/// Every tool whose history and folder can be read, sorted by name.
pub static TOOLS: &[&Tool] = &[
    &alembic::TOOL,
    &atlas::TOOL,
    &dbmate::TOOL,
    &diesel::TOOL,
    &django::TOOL,
    &drizzle::TOOL,
    &ecto::TOOL,
    &flyway::TOOL,
    &golang_migrate::TOOL,
    &goose::TOOL,
    &knex::TOOL,
    &laravel::TOOL,
    &liquibase::TOOL,
    &node_pg_migrate::TOOL,
    &prisma::TOOL,
    &rails::TOOL,
    &refinery::TOOL,
    &seaorm::TOOL,
    &sequelize::TOOL,
    &sqitch::TOOL,
    &sqlx_cli::TOOL,
    &typeorm::TOOL,
];

/// A migration with this name and version, of which the whole file is applied in a transaction.
fn sql(files: &Files, file: &File, name: impl Into<String>, version: impl Into<String>) -> FolderMigration {
    FolderMigration {
        name: name.into(),
        version: version.into(),
        file: files.path(file),
        up: Up::Sql {
            text: file.text().into_owned(),
            first_line: 1,
            mode: ApplyMode::Transaction,
        },
        checksum: None,
        repeatable: false,
        after: Vec::new(),
        replaces: Vec::new(),
    }
}

/// How a tool applies a file, unless the file says that it is not one transaction.
fn unless(outside: bool, mode: ApplyMode) -> ApplyMode {
    if outside { mode } else { ApplyMode::Transaction }
}

/// Sets how a migration is applied.
fn apply(migration: &mut FolderMigration, how: ApplyMode) {
    if let Up::Sql { mode, .. } = &mut migration.up {
        *mode = how;
    }
}

/// A migration with this name and version that is a program.
fn program(
    files: &Files,
    file: &File,
    name: impl Into<String>,
    version: impl Into<String>,
    tool: &Tool,
    language: &str,
) -> FolderMigration {
    FolderMigration {
        up: Up::NotSql(not_sql(tool, language)),
        ..sql(files, file, name, version)
    }
}

/// Why a program is not applied, and what to do.
fn not_sql(tool: &Tool, language: &str) -> String {
    format!(
        "it is a program in {language}, which only {} can run: let {0} migrate an empty database ({}), and use the URL of that database",
        tool.title, tool.apply
    )
}

/// The part of a file that applies the migration, by its marker lines.
fn section(file: &File, mark: impl Fn(&str) -> Marker) -> Option<sections::Section> {
    sections::up(&file.text(), mark)
}

/// Sorts by version, then by name.
fn sort(tool: &Tool, migrations: &mut [FolderMigration]) {
    migrations.sort_by_cached_key(|m| ((tool.sort)(&m.version), m.name.clone()));
}

/// Reads a folder of programs, sorted by version. `named` gives the name and version of a migration. A file without them
/// that contains `mark` is one that the tool would ignore.
fn programs(
    tool: &Tool,
    all: &Files,
    (endings, mark): (&[&str], &str),
    language: &str,
    named: impl Fn(&File) -> Option<(String, String)>,
) -> FolderContents {
    let mut out = FolderContents::default();
    for file in &all.files {
        if !endings.iter().any(|ending| file.path.ends_with(ending)) {
            continue;
        }
        match named(file) {
            Some((name, version)) => out.migrations.push(program(all, file, name, version, tool, language)),
            None if file.says(mark) => out.ignored.push(file.path.clone()),
            None => {}
        }
    }
    sort(tool, &mut out.migrations);
    out
}
