//! A folder of migrations as a source: what is applied, and what a history of it would be.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::compare::unseen;
use crate::error::Problem;
use crate::expectation::ExpectedHistory;
use crate::input;
use crate::migrations::folder::Folder;
use crate::migrations::{FolderMigration, Migration, State, TOOLS, Up};
use crate::observed::MigrationHistory;
use crate::redact;
use crate::report::Check;
use crate::scratch::{self, Mode, Script};
use crate::source_map::{FileId, SourceMap};
use crate::suggest;

/// The SQL that applies a folder, a script a migration, in the order of the tool.
///
/// # Errors
/// A migration is no SQL, or has something in it that no server takes; the first that is so.
pub(crate) fn scripts(folder: &Folder, files: &mut SourceMap) -> Result<Vec<Script>, Problem> {
    let programs: Vec<&FolderMigration> = folder.migrations.iter().filter(|m| is_program(m)).collect();
    if let Some(first) = programs.first()
        && let Up::NotSql(why) = &first.up
    {
        let (count, all) = (programs.len(), folder.migrations.len());
        let dir = redact::path(&folder.path);
        let problem = Problem::new(format!(
            "{count} of the {all} migrations in {dir} are no SQL that could be applied; {} is the first: {why}",
            redact::path(&first.file)
        ));
        return Err(problem.hint("SQL that a tool writes instead of applying it is a source, too: sql:FILE_OR_DIR"));
    }
    // Several migrations may stand in one file.
    let mut known: BTreeMap<PathBuf, FileId> = BTreeMap::new();
    folder
        .migrations
        .iter()
        .filter_map(|migration| match &migration.up {
            Up::Sql {
                text,
                first_line,
                transaction,
            } => Some((migration, text, *first_line, *transaction)),
            Up::NotSql(_) => None,
        })
        .map(|(migration, text, first_line, transaction)| {
            let path = &migration.file;
            let file = if let Some(file) = known.get(path) {
                *file
            } else {
                let whole = input::read_bytes(path).map_err(|error| error.problem(path))?;
                let file = files.add(path.clone(), String::from_utf8_lossy(&whole).into_owned());
                known.insert(path.clone(), file);
                file
            };
            let mode = if transaction {
                Mode::Transaction
            } else {
                Mode::Statements
            };
            let first_line = u32::try_from(first_line).unwrap_or(u32::MAX);
            scratch::script(path.clone(), text.clone(), first_line, mode, file)
        })
        .collect()
}

/// What is wrong with a folder that is a source: how its tool is named, and that what stands before it may have been
/// meant for one.
pub(crate) fn with_tool(problem: Problem, path: &Path) -> Problem {
    let text = path.to_string_lossy();
    match text.split_once(':') {
        Some((name, _)) if !name.contains(['/', '\\']) && problem.hint.is_none() => {
            let tools: Vec<&str> = TOOLS.iter().map(|tool| tool.name).collect();
            problem.hint(format!("if {name} is to be a tool: {}", suggest::hint(name, &tools)))
        }
        Some(_) | None if problem.message.contains(" tools: ") => {
            problem.hint(format!("say which one it is: migrations:TOOL:{text}"))
        }
        Some(_) | None => problem,
    }
}

fn is_program(migration: &FolderMigration) -> bool {
    match migration.up {
        Up::Sql { .. } => false,
        Up::NotSql(_) => true,
    }
}

/// What a history of the folder would be: all that is in the folder has been applied.
///
/// # Errors
/// The finding that there is none of the tool that is expected.
#[expect(clippy::result_large_err, reason = "there is one of a run")]
pub(crate) fn history(expected: &ExpectedHistory, folder: &Folder) -> Result<MigrationHistory, Check> {
    let tool = folder.tool;
    let Some((_, table)) = expected
        .candidates
        .iter()
        .find(|(candidate, _)| candidate.name == tool.name)
    else {
        let why = format!(
            "{} is a folder of {}, which has no history of another tool",
            redact::path(&folder.path),
            tool.title
        );
        return Err(unseen::history(expected, &why));
    };
    let applied = folder.migrations.iter().map(|migration| Migration {
        name: migration.name.clone(),
        version: migration.version.clone(),
        state: State::Applied,
        checksum: migration.checksum.clone(),
    });
    Ok(MigrationHistory::Read {
        tool,
        table: table.clone(),
        migrations: applied.collect(),
    })
}
