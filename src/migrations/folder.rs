//! Reading a folder of migrations.

use std::fs;
use std::path::{Path, PathBuf};

use super::files::{File, Files};
use super::{Fit, FolderContents, FolderMigration, TOOLS, Tool, hazards};
use crate::error::Problem;
use crate::input;
use crate::input::walk::Search;
use crate::redact;

/// The number of levels of folders that are read.
const DEEPEST: usize = 5;

/// The extensions of files that can be migrations or describe them.
const ENDINGS: &[&str] = &[
    "sql", "py", "rb", "js", "cjs", "mjs", "ts", "cts", "mts", "php", "exs", "rs", "go", "java", "json", "toml", "sum",
    "plan", "conf", "xml", "yaml", "yml",
];

/// Folders of dependencies and build outputs, in which no tool keeps migrations.
const SKIPPED: &[&str] = &["node_modules", "__pycache__", "target"];

/// A folder of migrations, as its tool reads it.
#[derive(Debug)]
pub struct Folder {
    /// The tool.
    pub tool: &'static Tool,
    /// The folder.
    pub path: PathBuf,
    /// The migrations, in the order in which the tool applies them to an empty database.
    pub migrations: Vec<FolderMigration>,
    /// The problems of the folder, for `driftgate lint`. Most of them do not prevent reading it.
    pub problems: Vec<Problem>,
}

/// Reads a folder of migrations, of this tool or of the one that is detected.
///
/// # Errors
/// The folder cannot be read, has no migration of the tool, or the tool cannot be detected.
pub fn read(dir: &Path, tool: Option<&'static Tool>) -> Result<Folder, Problem> {
    interpret(&list(dir)?, tool)
}

/// Interprets the files of a folder as this tool does, or as the one that is detected.
///
/// # Errors
/// As for [`read`], except for the errors of reading files.
pub fn interpret(files: &Files, tool: Option<&'static Tool>) -> Result<Folder, Problem> {
    let tool = match tool {
        Some(tool) => tool,
        None => recognise(files)?,
    };
    let FolderContents {
        migrations,
        ignored,
        mut problems,
    } = (tool.read)(files);
    if migrations.is_empty() && problems.is_empty() {
        return Err(Problem::new(format!(
            "there is no migration of {} in {}",
            tool.title,
            redact::path(&files.root)
        ))
        .hint(format!(
            "{} reads {}; {}",
            tool.title,
            tool.layout,
            what_is_there(files)
        )));
    }
    problems.extend(hazards::hazards(tool, files, &migrations, &ignored));
    Ok(Folder {
        tool,
        path: files.root.clone(),
        migrations,
        problems,
    })
}

/// The tool that a folder belongs to.
///
/// # Errors
/// It fits no tool, or several tools.
fn recognise(files: &Files) -> Result<&'static Tool, Problem> {
    let of = |fit: Fit| -> Vec<&'static Tool> {
        TOOLS
            .iter()
            .copied()
            .filter(|tool| (tool.detect)(files) == fit)
            .collect()
    };
    let sure = of(Fit::Certain);
    let fitting = if sure.is_empty() { of(Fit::Ambiguous) } else { sure };
    let dir = redact::path(&files.root);
    let names = |tools: &[&Tool]| tools.iter().map(|tool| tool.name).collect::<Vec<_>>().join(", ");
    match fitting.as_slice() {
        [tool] => Ok(tool),
        [] => Err(Problem::new(format!(
            "{dir} does not look like a folder of migrations of a known tool"
        ))
        .hint(format!("{}; known tools are {}", what_is_there(files), names(TOOLS)))),
        several => Err(Problem::new(format!(
            "{dir} looks like a folder of migrations of any of {} tools: {}",
            several.len(),
            names(several)
        ))
        .hint("name the tool: `--tool` on the command line, `tool` in an expectation file")),
    }
}

/// A few of the files, for a message.
fn what_is_there(files: &Files) -> String {
    const SHOWN: usize = 4;
    if files.files.is_empty() {
        return "it has no SQL files and no programs".into();
    }
    let some: Vec<&str> = files.files.iter().take(SHOWN).map(|file| file.path.as_str()).collect();
    let more = if files.files.len() > SHOWN { ", …" } else { "" };
    format!("it has {}{more}", some.join(", "))
}

/// Reads the files of a folder.
///
/// # Errors
/// The folder or a file in it cannot be read.
pub fn list(dir: &Path) -> Result<Files, Problem> {
    if !dir.is_dir() {
        let what = if dir.exists() {
            "is not a folder"
        } else {
            "does not exist"
        };
        return Err(Problem::new(format!(
            "the folder of migrations {} {what}",
            redact::path(dir)
        )));
    }
    let search = Search {
        deepest: DEEPEST,
        enters: &|name| !name.starts_with('.') && !SKIPPED.contains(&name),
        wants: &|path| {
            let ending = path.extension().and_then(|e| e.to_str());
            ending.is_some_and(|ending| ENDINGS.contains(&ending))
        },
    };
    let found = search.files(dir).map_err(input::first)?;
    let files = found.into_iter().map(|found| {
        let bytes = input::read_bytes(&found.path).map_err(|error| error.problem(&found.path))?;
        Ok(File {
            path: found.below,
            bytes,
        })
    });
    let files = files.collect::<Result<Vec<File>, Problem>>()?;
    let name = fs::canonicalize(dir).ok();
    let name = name.as_deref().and_then(Path::file_name).unwrap_or_default();
    Ok(Files {
        root: dir.to_owned(),
        name: name.to_string_lossy().into_owned(),
        files,
    })
}
