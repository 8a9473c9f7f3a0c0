//! Reading a folder of migrations.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::files::{File, Files, Root};
use super::selection::Selection;
use super::{Fit, FolderContents, FolderMigration, FolderProblem, TOOLS, Tool, hazards};
use crate::error::Problem;
use crate::input;
use crate::input::walk::Search;
use crate::redact;

/// The extensions of files that can be migrations or describe them.
const ENDINGS: &[&str] = &[
    "sql", "py", "rb", "js", "cjs", "mjs", "ts", "cts", "mts", "php", "exs", "rs", "go", "java", "cs", "json", "toml",
    "sum", "plan", "conf", "xml", "yaml", "yml",
];

/// Folders of dependencies and compiled files, in which no tool keeps migrations.
const SKIPPED: &[&str] = &["node_modules", "__pycache__"];

/// Files that mark a folder as a virtual environment of Python or as build output.
const MARKS: &[&str] = &["pyvenv.cfg", "CACHEDIR.TAG", ".rustc_info.json"];

/// The largest number of folders that are tried when a folder above the migrations was named.
const MOST_TRIED: usize = 64;

/// A folder of migrations, as its tool reads it.
#[derive(Debug)]
pub struct Folder {
    /// The tool.
    pub tool: &'static Tool,
    /// The folder.
    pub path: PathBuf,
    /// The migrations, in the order in which the tool applies them to an empty database.
    pub migrations: Vec<FolderMigration>,
    /// Migrations that the tool does not apply to an empty database, because one of the others replaces them.
    pub replaced: Vec<FolderMigration>,
    /// The problems of the folder.
    pub problems: Vec<FolderProblem>,
    /// The folders below it that were not read.
    pub skipped: Vec<String>,
    /// The contexts and labels for which it has the migrations.
    pub selection: Selection,
}

impl Folder {
    /// Leaves out the migrations that are not applied for these contexts and labels.
    pub fn select(&mut self, selection: Selection) {
        self.migrations.retain(|migration| selection.selects(migration));
        self.selection = selection;
    }
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
    if let ([first, second, ..], true) = (files.roots.as_slice(), tool.one_folder) {
        return Err(Problem::new(format!(
            "{} keeps its migrations in one folder, and {} and {} are two",
            tool.title,
            redact::path(&first.path),
            redact::path(&second.path)
        ))
        .hint("write an entry of `migrations` for each history"));
    }
    let FolderContents {
        migrations,
        replaced,
        ignored,
        mut problems,
    } = (tool.read)(files);
    if migrations.is_empty() && problems.is_empty() {
        return Err(
            Problem::new(format!("there is no migration of {} in {}", tool.title, files.label())).hint(
                below(files, Some(tool))
                    .unwrap_or_else(|| format!("{} reads {}; {}", tool.title, tool.layout, what_is_there(files))),
            ),
        );
    }
    problems.extend(hazards::hazards(tool, files, &migrations, &ignored));
    Ok(Folder {
        tool,
        path: files.roots.first().map(|root| root.path.clone()).unwrap_or_default(),
        migrations,
        replaced,
        problems,
        skipped: files.skipped.clone(),
        selection: Selection::default(),
    })
}

/// The tool that a folder belongs to.
///
/// # Errors
/// It fits no tool, or several tools.
fn recognise(files: &Files) -> Result<&'static Tool, Problem> {
    let fitting = fitting(files);
    let dir = files.label();
    let names = |tools: &[&Tool]| tools.iter().map(|tool| tool.name).collect::<Vec<_>>().join(", ");
    match fitting.as_slice() {
        [tool] => Ok(tool),
        [] => Err(Problem::new(format!(
            "{dir} does not look like a folder of migrations of a known tool"
        ))
        .hint(
            below(files, None).unwrap_or_else(|| format!("{}; known tools are {}", what_is_there(files), names(TOOLS))),
        )),
        several => Err(Problem::new(format!(
            "{dir} looks like a folder of migrations of any of {} tools: {}",
            several.len(),
            names(several)
        ))
        .hint("name the tool: `--tool` on the command line, `tool` in an expectation file")),
    }
}

/// The tools that a folder can belong to: one, if the files are clear.
fn fitting(files: &Files) -> Vec<&'static Tool> {
    let of = |fit: Fit| -> Vec<&'static Tool> {
        TOOLS
            .iter()
            .copied()
            .filter(|tool| (tool.detect)(files) == fit)
            .collect()
    };
    let sure = of(Fit::Certain);
    if sure.is_empty() { of(Fit::Ambiguous) } else { sure }
}

/// The tools that a folder can belong to: one, if the files are clear, and none if it has no migrations of a known tool.
///
/// # Errors
/// The folder cannot be read.
pub fn possible_tools(dir: &Path) -> Result<Vec<&'static Tool>, Problem> {
    list(dir).map(|files| fitting(&files))
}

/// The advice to name a folder below, if that one has migrations.
fn below(files: &Files, tool: Option<&'static Tool>) -> Option<String> {
    let mut folders: BTreeSet<(usize, usize, &str)> = BTreeSet::new();
    for file in &files.files {
        for (end, _) in file.path.match_indices('/') {
            let folder = &file.path[..end];
            folders.insert((folder.matches('/').count(), file.root, folder));
        }
    }
    folders.into_iter().take(MOST_TRIED).find_map(|(_, root, folder)| {
        let inside = subfolder(files, root, folder);
        let fits =
            |tool: &&'static Tool| (tool.detect)(&inside) != Fit::No && !(tool.read)(&inside).migrations.is_empty();
        let found: &Tool = match tool {
            Some(tool) => Some(tool).filter(fits)?,
            None => TOOLS.iter().copied().find(fits)?,
        };
        Some(format!(
            "did you mean {}, which has migrations of {}?",
            inside.label(),
            found.title
        ))
    })
}

/// The files of a folder below a named one.
fn subfolder(files: &Files, root: usize, folder: &str) -> Files {
    let (parent, name) = folder.rsplit_once('/').unwrap_or(("", folder));
    let top = files.roots.get(root);
    let parent = match parent.rsplit('/').next() {
        Some("") | None => top.map_or("", |root| &root.name),
        Some(parent) => parent,
    };
    let inside = files.files.iter().filter(|file| file.root == root);
    Files {
        roots: vec![Root {
            path: top.map(|root| root.path.join(folder)).unwrap_or_default(),
            name: name.to_owned(),
            parent: parent.to_owned(),
            beside: Vec::new(),
        }],
        files: inside
            .filter_map(|file| {
                Some(File {
                    root: 0,
                    path: file.path.strip_prefix(folder)?.strip_prefix('/')?.to_owned(),
                    bytes: file.bytes.clone(),
                })
            })
            .collect(),
        skipped: Vec::new(),
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
    let skipped = RefCell::new(Vec::new());
    let search = Search {
        deepest: usize::MAX,
        enters: &|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let is_skipped = name.starts_with('.') || is_foreign(path);
            if is_skipped && name != "__pycache__" && path.is_dir() {
                skipped.borrow_mut().push(redact::path(path));
            }
            !is_skipped
        },
        wants: &|path| {
            let ending = path.extension().and_then(|e| e.to_str());
            ending.is_some_and(|ending| ENDINGS.contains(&ending))
        },
    };
    let found = search.files(dir).map_err(input::first)?;
    let files = found.into_iter().map(|found| read_file(&found.path, found.below));
    let files = files.collect::<Result<Vec<File>, Problem>>()?;
    let mut skipped = skipped.into_inner();
    skipped.sort();
    Ok(Files {
        roots: vec![root(dir)?],
        files,
        skipped,
    })
}

/// Whether a folder has dependencies, a virtual environment or build output, and nothing that belongs to the project.
pub(crate) fn is_foreign(path: &Path) -> bool {
    let is_skipped = path
        .file_name()
        .is_some_and(|name| SKIPPED.iter().any(|skipped| name == *skipped));
    let is_built = || path.ends_with("target") && path.with_file_name("pom.xml").exists();
    is_skipped || path.extension().is_none() && (MARKS.iter().any(|mark| path.join(mark).exists()) || is_built())
}

fn read_file(path: &Path, below: String) -> Result<File, Problem> {
    let bytes = input::read_bytes(path).map_err(|error| error.problem(path))?;
    Ok(File {
        root: 0,
        path: below,
        bytes,
    })
}

/// The names of a folder and of the folder that it is in, and what describes it there.
fn root(dir: &Path) -> Result<Root, Problem> {
    let whole = fs::canonicalize(dir).ok();
    let name = |path: Option<&Path>| {
        let name = path.and_then(Path::file_name).unwrap_or_default();
        name.to_string_lossy().into_owned()
    };
    let parent = whole.as_deref().and_then(Path::parent);
    // The name of an application of Django may be beside its folder of migrations.
    let apps = dir.join("..").join("apps.py");
    let beside = if name(whole.as_deref()) == "migrations" && apps.is_file() {
        vec![read_file(&apps, "apps.py".into())?]
    } else {
        Vec::new()
    };
    Ok(Root {
        path: dir.to_owned(),
        name: name(whole.as_deref()),
        parent: name(parent),
        beside,
    })
}

/// Reads the files of several folders as those of one history.
///
/// # Errors
/// As for [`list`].
pub fn list_all(dirs: &[PathBuf]) -> Result<Files, Problem> {
    let lists = dirs
        .iter()
        .map(|dir| list(dir))
        .collect::<Result<Vec<Files>, Problem>>()?;
    Ok(Files::merged(lists))
}
