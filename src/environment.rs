//! Environment variables, and the file `.env` for those that are not set.

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::Problem;
use crate::input;
use crate::suggest;

/// The file that is read.
const FILE: &str = ".env";

/// The variables of the process, and those of `.env`.
#[derive(Debug)]
pub struct Environment {
    file: Result<BTreeMap<String, String>, Problem>,
}

impl Environment {
    /// Reads `.env` in the working directory, if `use_file` and if it is there.
    #[must_use]
    pub fn read(use_file: bool) -> Self {
        // Virtual environments of Python are folders of this name.
        let is_there = Path::new(FILE).metadata().is_ok_and(|metadata| !metadata.is_dir());
        let file = if use_file && is_there {
            read()
        } else {
            Ok(BTreeMap::new())
        };
        Self { file }
    }

    /// The value of a variable that is set and not empty; that of the process comes before that of the file.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<String> {
        let of_file = || self.file.as_ref().ok()?.get(name).cloned();
        std::env::var(name)
            .ok()
            .filter(|value| !value.is_empty())
            .or_else(|| of_file().filter(|value| !value.is_empty()))
    }

    /// The value of a variable that must be set.
    ///
    /// # Errors
    /// It is not set; or it would have to be in the file, and that cannot be read. No message has a value in it.
    pub fn require(&self, name: &str) -> Result<String, Problem> {
        if let Some(value) = self.get(name) {
            return Ok(value);
        }
        if std::env::var_os(name).is_some_and(|value| value.to_str().is_none()) {
            return Err(Problem::new(format!(
                "the environment variable {name} is not text in UTF-8"
            )));
        }
        match &self.file {
            Ok(_) => Err(self.not_set(name)),
            Err(problem) => Err(problem.clone()),
        }
    }

    /// The problem that a variable is not set.
    fn not_set(&self, name: &str) -> Problem {
        let names: Vec<String> = std::env::vars_os()
            .filter_map(|(name, _)| name.into_string().ok())
            .filter(|name| {
                let name = name.to_uppercase();
                ["URL", "URI", "DSN"].iter().any(|end| name.ends_with(end))
            })
            .chain(self.file.iter().flatten().map(|(name, _)| name.clone()))
            .collect();
        let problem = Problem::new(format!("the environment variable {name} is not set"));
        match suggest::nearest(name, names.iter().map(String::as_str)) {
            Some(near) => problem.hint(format!(
                "did you mean {near}? It holds the URL of the database, postgres://user@host/name"
            )),
            None => problem.hint(format!(
                "set it to the URL of the database, postgres://user@host/name, write it into {FILE}, or give --url"
            )),
        }
    }
}

/// Reads the file.
fn read() -> Result<BTreeMap<String, String>, Problem> {
    let problem = |why: &str| {
        Problem::new(format!(
            "the file {FILE} in the working directory cannot be read: {why}"
        ))
        .hint("mend it, set the variable otherwise, or give --no-env-file")
    };
    let text = input::read_text(Path::new(FILE)).map_err(|e| problem(&e.to_string()))?;
    let mut file = BTreeMap::new();
    for variable in dotenvy::from_read_iter(text.as_bytes()) {
        // The error of the library has the line in it, which may have a password in it: only its number is told.
        let (name, value) = variable.map_err(|error| match error {
            dotenvy::Error::LineParse(line, _) => {
                let first = line.lines().next().unwrap_or("").trim();
                let number = text
                    .lines()
                    .position(|l| !first.is_empty() && l.trim().starts_with(first));
                problem(&match number {
                    Some(number) => format!("line {} is not NAME=value", number + 1),
                    None => "a line is not NAME=value".to_owned(),
                })
            }
            _ => problem("a line is not NAME=value"),
        })?;
        file.entry(name).or_insert(value);
    }
    Ok(file)
}
