//! What the files of a project say about its databases, for `driftgate init`. Nothing is run and no server is asked.

mod ci;
mod folders;
mod model_files;
mod variables;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

pub use ci::CiService;
pub use folders::FoundMigrations;
pub use model_files::FoundModel;
pub use variables::{UrlVariable, is_postgres_url};

use crate::error::Problem;
use crate::expectation::DEFAULT_DATABASE;
use crate::input::walk::{Found, Search};
use crate::migrations::folder::is_foreign;

/// How many levels of folders are searched.
const DEEPEST: usize = 7;

/// Further folders in which nothing is the project's own, or which serve tests and examples.
const SKIPPED: [&str; 14] = [
    "bin",
    "build",
    "dist",
    "docs",
    "example",
    "examples",
    "expectations",
    "fixtures",
    "obj",
    "site-packages",
    "target",
    "testdata",
    "tests",
    "vendor",
];

/// Files that say that a folder is a project of its own within another one.
const UNIT_FILES: [&str; 12] = [
    "Cargo.toml",
    "Gemfile",
    "alembic.ini",
    "build.gradle",
    "build.gradle.kts",
    "composer.json",
    "go.mod",
    "manage.py",
    "mix.exs",
    "package.json",
    "pom.xml",
    "pyproject.toml",
];

/// The databases of a project, and where it is checked.
#[derive(Debug, PartialEq)]
pub struct Project {
    /// Its databases, in the order of their names.
    pub databases: Vec<ProjectDatabase>,
    /// The variables that hold the URL of a PostgreSQL database.
    pub variables: Vec<UrlVariable>,
    /// The CI service that it uses.
    pub ci: Option<CiService>,
    /// What was found and cannot be used, each as a sentence.
    pub notes: Vec<String>,
}

/// A database of a project.
#[derive(Debug, Clone, PartialEq)]
pub struct ProjectDatabase {
    /// Its name, for the name of its expectation file.
    pub name: String,
    /// The environment variable that holds its URL.
    pub variable: String,
    /// The model of the application.
    pub model: Option<FoundModel>,
    /// The migrations.
    pub migrations: Option<FoundMigrations>,
    /// A file with the SQL of the whole schema.
    pub schema_file: Option<PathBuf>,
}

/// What belongs to one database.
#[derive(Debug, Default)]
struct Unit {
    folder: String,
    name: Option<String>,
    variable: Option<String>,
    model: Option<FoundModel>,
    migrations: Option<FoundMigrations>,
    schema_file: Option<PathBuf>,
}

impl Project {
    /// Reads the files of a folder. `process` has the names of the variables of the process that hold the URL of a
    /// PostgreSQL database.
    ///
    /// # Errors
    /// A folder cannot be searched.
    pub fn read(root: &Path, process: &[String]) -> Result<Self, Vec<Problem>> {
        let files = search(root)?;
        let mut notes = Vec::new();
        let variables = variables::all(&files, process);
        let mut units = Vec::new();
        model_files::add(&files, &mut units, &mut notes);
        folders::add(root, &files, &mut units, &mut notes);
        notes.extend(variables::notes_of_inner(&files));
        let databases = databases(root, units, &variables);
        Ok(Self {
            databases,
            variables,
            ci: ci::service(root, &files),
            notes,
        })
    }
}

/// The files that say something.
fn search(root: &Path) -> Result<Vec<Found>, Vec<Problem>> {
    let enters = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_known = ci::FOLDERS.contains(&&*name) || ci::FILES.contains(&&*name) || variables::is_file(&name);
        let is_hidden = name.starts_with('.') && !is_known;
        let is_skipped = SKIPPED.contains(&&*name) && path.is_dir() || is_foreign(path);
        !is_hidden && !is_skipped
    };
    let wants = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        path.is_file()
            && (UNIT_FILES.contains(&&*name)
                || ci::is_file(&name)
                || variables::is_file(&name)
                || model_files::is_file(&name)
                || folders::is_file(path))
    };
    let search = Search {
        deepest: DEEPEST,
        enters: &enters,
        wants: &wants,
    };
    search.files(root)
}

/// The databases of these units. Those of one folder are one database, unless a model names another variable.
fn databases(root: &Path, units: Vec<Unit>, variables: &[UrlVariable]) -> Vec<ProjectDatabase> {
    let mut names = BTreeSet::new();
    // Two databases do not have the same URL. The usual variable is that of the outermost project.
    let is_usual = |unit: &&Unit| unit.variable.is_none();
    let only_one = units.iter().filter(is_usual).count() <= 1;
    let mut databases: Vec<ProjectDatabase> = units
        .into_iter()
        .map(|unit| {
            let wanted = unit.name.clone().unwrap_or_else(|| folder_name(root, &unit.folder));
            let name = unused(&wanted, &mut names);
            let may_be_usual = only_one || unit.folder.is_empty();
            ProjectDatabase {
                variable: unit
                    .variable
                    .unwrap_or_else(|| variable(&name, variables, may_be_usual)),
                name,
                model: unit.model,
                migrations: unit.migrations,
                schema_file: unit.schema_file,
            }
        })
        .collect();
    // A project in which there is only a variable has a database, too.
    if databases.is_empty() && !variables.is_empty() {
        let name = folder_name(root, "");
        databases.push(ProjectDatabase {
            variable: variable(&name, variables, true),
            name,
            model: None,
            migrations: None,
            schema_file: None,
        });
    }
    databases.sort_by(|a, b| a.name.cmp(&b.name));
    databases
}

/// The variable of a database: one that has its name in it, the usual one, the only one, or the usual one. A database
/// among several, which may not have the usual one, has a variable with its name in it.
fn variable(name: &str, variables: &[UrlVariable], may_be_usual: bool) -> String {
    let own = upper_case(name);
    if let Some(of_name) = variables.iter().find(|variable| variable.name.starts_with(&own)) {
        return of_name.name.clone();
    }
    if !may_be_usual {
        return format!("{own}_{DEFAULT_DATABASE}");
    }
    match variables {
        [only] => only.name.clone(),
        _ => DEFAULT_DATABASE.to_owned(),
    }
}

/// A name as part of the name of a variable.
fn upper_case(name: &str) -> String {
    let letters = name.chars().map(|c| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_uppercase()
        } else {
            '_'
        }
    });
    letters.collect()
}

/// The name of a folder of the project, as the name of a file.
fn folder_name(root: &Path, folder: &str) -> String {
    let own = folder.rsplit('/').next().filter(|name| !name.is_empty());
    let name = own.map_or_else(
        || {
            let full = std::path::absolute(root).unwrap_or_default();
            full.file_name().unwrap_or_default().to_string_lossy().into_owned()
        },
        str::to_owned,
    );
    let name: String = name
        .chars()
        .map(|c| {
            if c.is_alphanumeric() || "-_.".contains(c) {
                c
            } else {
                '-'
            }
        })
        .collect();
    match name.trim_matches(['-', '.']) {
        "" => "database".to_owned(),
        name => name.to_owned(),
    }
}

/// A name, with a number if another database has it already.
fn unused(wanted: &str, names: &mut BTreeSet<String>) -> String {
    let numbered = (2..).map(|number| format!("{wanted}-{number}"));
    let mut all = std::iter::once(wanted.to_owned()).chain(numbered);
    // There is always a further number.
    let name = all.find(|name| !names.contains(name)).unwrap_or_default();
    names.insert(name.clone());
    name
}

/// The folder of a path below the project, with `/`.
fn folder_of(below: &str) -> &str {
    below.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Whether a file of this path says that its folder is a project of its own.
fn is_manifest(below: &str) -> bool {
    UNIT_FILES.contains(&below.rsplit('/').next().unwrap_or_default())
}

/// The innermost folder around another one that is a project of its own.
fn unit_folder<'a>(files: &[Found], folder: &'a str) -> &'a str {
    let mut at = folder;
    loop {
        let is_unit = files
            .iter()
            .any(|file| folder_of(&file.below) == at && is_manifest(&file.below));
        if is_unit || at.is_empty() {
            return at;
        }
        at = folder_of(at);
    }
}

/// The unit of a folder, which is added if there is none. A unit with a name of its own is another database of the folder.
fn unit<'a>(units: &'a mut Vec<Unit>, folder: &str) -> &'a mut Unit {
    let found = units
        .iter()
        .position(|unit| unit.folder == folder && unit.name.is_none());
    match found {
        Some(at) => &mut units[at],
        None => add_unit(units, folder, None),
    }
}

/// Adds a unit of a folder.
fn add_unit<'a>(units: &'a mut Vec<Unit>, folder: &str, name: Option<&str>) -> &'a mut Unit {
    let at = units.len();
    units.push(Unit {
        folder: folder.to_owned(),
        name: name.map(str::to_owned),
        ..Unit::default()
    });
    &mut units[at]
}
