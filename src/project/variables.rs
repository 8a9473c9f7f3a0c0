//! The variables of a project that hold the URL of a database.

use std::collections::BTreeSet;

use crate::input;
use crate::input::walk::Found;

/// A variable that holds the URL of a PostgreSQL database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlVariable {
    /// Its name.
    pub name: String,
    /// The file that sets it, below the folder of the project. `None` if it is one of the process.
    pub file: Option<String>,
}

/// Whether a file of this name sets variables.
pub(super) fn is_file(name: &str) -> bool {
    name == ".env" || name.starts_with(".env.")
}

/// Whether a text is the URL of a PostgreSQL database. SQLAlchemy writes the driver after a `+` into it.
#[must_use]
pub fn is_postgres_url(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, _)| {
        let name = scheme.split_once('+').map_or(scheme, |(name, _)| name);
        ["postgres", "postgresql"].contains(&name)
    })
}

/// The variables of the process, then those of the files in the folder of the project, each once. No value is kept.
pub(super) fn all(files: &[Found], process: &[String]) -> Vec<UrlVariable> {
    let of_process = process.iter().map(|name| UrlVariable {
        name: name.clone(),
        file: None,
    });
    // `.env` is the first of them in the order of their names, and the one that driftgate reads.
    let top = files.iter().filter(|file| is_file(&file.below));
    let of_files = top.flat_map(of_file);
    let mut seen = BTreeSet::new();
    of_process
        .chain(of_files)
        .filter(|variable| seen.insert(variable.name.clone()))
        .collect()
}

/// The variables of a file that hold a URL.
fn of_file(file: &Found) -> Vec<UrlVariable> {
    let text = input::read_text(&file.path).unwrap_or_default();
    let of_urls = dotenvy::from_read_iter(text.as_bytes())
        .flatten()
        .filter(|(_, value)| is_postgres_url(value));
    let variables = of_urls.map(|(name, _)| UrlVariable {
        name,
        file: Some(file.below.clone()),
    });
    variables.collect()
}

/// Notes about files in folders of the project, which driftgate does not read.
pub(super) fn notes_of_inner(files: &[Found]) -> Vec<String> {
    let is_inner = |file: &&Found| file.below.ends_with("/.env");
    let notes = files.iter().filter(is_inner).filter_map(|file| {
        let names: Vec<String> = of_file(file).into_iter().map(|variable| variable.name).collect();
        let folder = super::folder_of(&file.below);
        (!names.is_empty()).then(|| {
            format!(
                "{} has {}, but driftgate reads only .env in its working directory: run driftgate init in {folder}, or set \
                 the variable",
                file.below,
                names.join(", ")
            )
        })
    });
    notes.collect()
}
