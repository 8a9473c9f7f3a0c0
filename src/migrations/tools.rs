//! The table of migration tools.

mod alembic;
mod atlas;
mod dbmate;
mod diesel;
mod django;
mod drizzle;
mod ecto;
mod efcore;
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
mod supabase;
mod typeorm;

use super::files::{File, Files};
use super::{
    ApplyMode, BASE, Conditions, Effect, Fit, FolderContents, FolderMigration, FolderProblem, Keeps, Late, Marker,
    RecordTime, Related, Replacement, Tool, ToolVerification, Up, files, sections, version, written,
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
    &efcore::TOOL,
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
    &supabase::TOOL,
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
        title: None,
        checksums: Vec::new(),
        repeatable: false,
        after: Vec::new(),
        replaces: Vec::new(),
        only_for_new: false,
        conditions: Conditions::default(),
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
) -> FolderMigration {
    FolderMigration {
        up: Up::NotSql(not_sql(tool, language(file))),
        ..sql(files, file, name, version)
    }
}

/// The extensions of programs, each with its language.
const LANGUAGES: &[(&str, &str)] = &[
    (".py", "Python"),
    (".rb", "Ruby"),
    (".js", "JavaScript"),
    (".cjs", "JavaScript"),
    (".mjs", "JavaScript"),
    (".ts", "TypeScript"),
    (".cts", "TypeScript"),
    (".mts", "TypeScript"),
    (".php", "PHP"),
    (".exs", "Elixir"),
    (".rs", "Rust"),
    (".go", "Go"),
    (".java", "Java"),
    (".cs", "C#"),
];

/// The language of a program.
fn language(file: &File) -> &'static str {
    let known = LANGUAGES.iter().find(|(ending, _)| file.ends(ending));
    known.map_or("another language", |(_, language)| language)
}

/// The name of a JavaScript or TypeScript file without its extension. TypeScript is compiled before it is deployed, so
/// that a history may have the name of the compiled file.
fn without_ending(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, "js" | "cjs" | "mjs" | "ts" | "cts" | "mts")) => stem,
        Some(_) | None => name,
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

/// Versions that are names of files, which are compiled or not.
const COMPILED: Related = Related {
    key: without_ending,
    difference: |_, _| Some(""),
};

/// Reads a folder of programs, sorted by version. `named` gives the name and version of a migration. A file without them
/// that contains `mark` is one that the tool would ignore.
fn programs(
    tool: &Tool,
    all: &Files,
    (endings, mark): (&[&str], &str),
    named: impl Fn(&File) -> Option<(String, String)>,
) -> FolderContents {
    let mut out = FolderContents::default();
    for file in &all.files {
        if !endings.iter().any(|ending| file.path.ends_with(ending)) {
            continue;
        }
        match named(file) {
            Some((name, version)) => out.migrations.push(program(all, file, name, version, tool)),
            None if file.says(mark) => out.ignored.push(all.path(file)),
            None => {}
        }
    }
    sort(tool, &mut out.migrations);
    out
}
