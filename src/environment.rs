//! Environment variables, and the file `.env` for variables that are not set.

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::Problem;
use crate::input;
use crate::suggest;

/// The name of the file.
const FILE: &str = ".env";

/// Whether a text can be the name of a variable.
pub(crate) fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// The variables of the process and of `.env`.
#[derive(Debug)]
pub struct Environment {
    file: Result<BTreeMap<String, String>, Problem>,
}

impl Environment {
    /// Reads `.env` in the working directory, if `use_file` is set and the file exists.
    #[must_use]
    pub fn read(use_file: bool) -> Self {
        // A virtual environment of Python can be a folder of this name.
        let exists = Path::new(FILE).metadata().is_ok_and(|metadata| !metadata.is_dir());
        let file = if use_file && exists {
            read()
        } else {
            Ok(BTreeMap::new())
        };
        Self { file }
    }

    /// The value of a variable that is set and not empty. The process has precedence over the file.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<String> {
        let of_file = || self.file.as_ref().ok()?.get(name).cloned();
        std::env::var(name)
            .ok()
            .filter(|value| !value.is_empty())
            .or_else(|| of_file().filter(|value| !value.is_empty()))
    }

    /// The variables of the file, for programs that are run. Those of the process have precedence.
    pub(crate) fn of_file(&self) -> Vec<(String, String)> {
        let all = self.file.iter().flatten();
        let unset = all.filter(|(name, _)| std::env::var_os(name).is_none());
        unset.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// The value of a required variable.
    ///
    /// # Errors
    /// It is not set, or it is not in the process and the file cannot be read. No message contains a value.
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
                "did you mean {near}? set it to the URL of the database, postgres://user@host/name"
            )),
            None => problem.hint(format!(
                "set it to the URL of the database, postgres://user@host/name, add it to {FILE}, or give --url"
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
        .hint("correct the file, set the variable in the environment, or give --no-env-file")
    };
    let text = input::read_text(Path::new(FILE)).map_err(|e| problem(&e.to_string()))?;
    let mut file = BTreeMap::new();
    for variable in dotenvy::from_read_iter(text.as_bytes()) {
        // The error of the library contains the line, which may contain a password. Only its number is reported.
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
