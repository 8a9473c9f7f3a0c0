//! A folder of migrations as a source: the scripts that apply it, and the history that the database would have.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::cli::FolderArgs;
use crate::compare::undetermined;
use crate::error::Problem;
use crate::expectation::ExpectedHistory;
use crate::finding::Check;
use crate::input;
use crate::migrations::folder::{self, Folder};
use crate::migrations::selection::Selection;
use crate::migrations::{Effect, FolderMigration, FolderProblem, Migration, MigrationState, TOOLS, Tool, Up};
use crate::observed::MigrationHistory;
use crate::redact;
use crate::scratch::{self, Script};
use crate::source_map::{FileId, SourceMap};
use crate::suggest;

/// Reads a folder of migrations, of this tool or of the one that is detected.
///
/// # Errors
/// The folder cannot be read, or has a problem that is not accepted.
pub(crate) fn folder(path: &Path, tool: Option<&'static Tool>, args: &FolderArgs) -> Result<Folder, Problem> {
    let mut folder = folder::read(path, tool).map_err(|problem| with_tool(problem, path))?;
    let counts = |found: &&FolderProblem| match found.effect {
        Effect::Refused | Effect::Ignored => !args.accept.contains(&found.name),
        // The tool applies all files, and so does a source.
        Effect::Suspect => false,
    };
    let refused: Vec<&FolderProblem> = folder.problems.iter().filter(counts).collect();
    if let Some(first) = refused.first() {
        let mut hint = first.problem.hint.clone().map_or_else(String::new, |hint| hint + "; ");
        let _ = write!(
            hint,
            "to apply the other files, add --accept {}",
            redact::typed(&first.name)
        );
        if refused.len() > 1 {
            let _ = write!(
                hint,
                "; `driftgate lint --migrations {}` shows {} more problems",
                redact::path(path),
                refused.len() - 1
            );
        }
        return Err(Problem::new(first.problem.message.clone()).hint(hint));
    }
    if (!args.contexts.is_empty() || args.labels.is_some()) && !folder.tool.has_contexts {
        return Err(Problem::new(format!(
            "--contexts and --labels are for change sets of Liquibase, and {} is a folder of {}",
            redact::path(path),
            folder.tool.title
        )));
    }
    folder.select(Selection {
        contexts: args.contexts.clone(),
        labels: args.labels.clone(),
    });
    Ok(folder)
}

/// The SQL that applies a folder: one script for each migration, in the order of the tool.
///
/// # Errors
/// A migration is not SQL, or contains a command of psql. Only the first such migration is reported.
pub(crate) fn scripts(folder: &Folder, files: &mut SourceMap) -> Result<Vec<Script>, Problem> {
    let programs: Vec<&FolderMigration> = folder.migrations.iter().filter(|m| is_program(m)).collect();
    if let Some(first) = programs.first()
        && let Up::NotSql(why) = &first.up
    {
        let (count, all) = (programs.len(), folder.migrations.len());
        let dir = redact::path(&folder.path);
        let problem = Problem::new(format!(
            "{count} of the {all} migrations in {dir} are not SQL and cannot be applied; the first is {}: {why}",
            redact::path(&first.file)
        ));
        return Err(problem.hint("if the tool can write its SQL to a file, use that as the source: sql:FILE_OR_DIR"));
    }
    // One file may contain several migrations.
    let mut known: BTreeMap<PathBuf, FileId> = BTreeMap::new();
    let mut scripts = Vec::new();
    for migration in &folder.migrations {
        let Up::Sql { text, first_line, mode } = &migration.up else {
            continue;
        };
        let path = &migration.file;
        let file = if let Some(file) = known.get(path) {
            *file
        } else {
            let whole = input::read_bytes(path).map_err(|error| error.problem(path))?;
            let file = files.add(path.clone(), String::from_utf8_lossy(&whole).into_owned());
            known.insert(path.clone(), file);
            file
        };
        let first_line = u32::try_from(*first_line).unwrap_or(u32::MAX);
        scripts.extend(scratch::scripts(path, text.clone(), first_line, *mode, file, files)?);
    }
    Ok(scripts)
}

/// Adds a hint about the tool to a problem with a folder: which tools there are, or how to name one.
fn with_tool(problem: Problem, path: &Path) -> Problem {
    let text = path.to_string_lossy();
    match text.split_once(':') {
        Some((name, _)) if !name.contains(['/', '\\']) && problem.hint.is_none() => {
            let tools: Vec<&str> = TOOLS.iter().map(|tool| tool.name).collect();
            problem.hint(format!(
                "if {name} is meant to be a tool: {}",
                suggest::hint(name, &tools)
            ))
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

/// The history of a database to which every migration of the folder has been applied.
///
/// # Errors
/// The finding that the folder belongs to another tool than the expected one.
#[expect(clippy::result_large_err, reason = "it is called once for each history")]
pub(crate) fn history(expected: &ExpectedHistory, folder: &Folder) -> Result<MigrationHistory, Check> {
    let tool = folder.tool;
    let Some((_, table)) = expected
        .candidates
        .iter()
        .find(|(candidate, _)| candidate.name == tool.name)
    else {
        let why = format!(
            "{} is a folder of {}, so it has no history of another tool",
            redact::path(&folder.path),
            tool.title
        );
        return Err(undetermined::history(expected, &why));
    };
    let applied = folder.migrations.iter().map(|migration| Migration {
        name: migration.name.clone(),
        version: migration.version.clone(),
        state: MigrationState::Applied,
        checksum: migration.checksums.first().cloned(),
        written_in: None,
    });
    Ok(MigrationHistory::Read {
        tool,
        table: table.clone(),
        migrations: applied.collect(),
    })
}
