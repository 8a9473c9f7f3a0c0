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
    let of_files = top.flat_map(|file| {
        let text = input::read_text(&file.path).unwrap_or_default();
        let names = dotenvy::from_read_iter(text.as_bytes())
            .flatten()
            .filter(|(_, value)| is_postgres_url(value))
            .map(|(name, _)| name);
        let variables: Vec<UrlVariable> = names
            .map(|name| UrlVariable {
                name,
                file: Some(file.below.clone()),
            })
            .collect();
        variables
    });
    let mut seen = BTreeSet::new();
    of_process
        .chain(of_files)
        .filter(|variable| seen.insert(variable.name.clone()))
        .collect()
}
