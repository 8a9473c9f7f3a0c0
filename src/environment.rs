//! Environment variables, and the file `.env` for those that are not set.

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::Problem;
use crate::suggest;

/// The file that is read.
const FILE: &str = ".env";

/// The variables of the process, and those of `.env`.
#[derive(Debug, Default)]
pub struct Environment {
    file: BTreeMap<String, String>,
}

impl Environment {
    /// Reads `.env` in the working directory, if `use_file` and if it is there.
    ///
    /// # Errors
    /// The file is there and cannot be read. The message never has a value of it.
    pub fn read(use_file: bool) -> Result<Self, Problem> {
        if !use_file || !Path::new(FILE).is_file() {
            return Ok(Self::default());
        }
        let problem = |why: &str| {
            Problem::new(format!(
                "the file {FILE} in the working directory cannot be read: {why}"
            ))
            .hint("mend it, or give --no-env-file")
        };
        let mut file = BTreeMap::new();
        let variables = dotenvy::from_path_iter(FILE).map_err(|_| problem("it cannot be opened"))?;
        for (i, variable) in variables.enumerate() {
            // The error of the library has the line in it, which may have a password in it.
            let (name, value) =
                variable.map_err(|_| problem(&format!("after {i} variables comes a line that is not NAME=value")))?;
            file.entry(name).or_insert(value);
        }
        Ok(Self { file })
    }

    /// The value of a variable that is set and not empty; that of the process comes before that of the file.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<String> {
        std::env::var(name)
            .ok()
            .filter(|value| !value.is_empty())
            .or_else(|| self.file.get(name).filter(|value| !value.is_empty()).cloned())
    }

    /// The problem that a variable is not set.
    #[must_use]
    pub fn not_set(&self, name: &str) -> Problem {
        let names: Vec<String> = std::env::vars_os()
            .filter_map(|(name, _)| name.into_string().ok())
            .filter(|name| name.ends_with("URL"))
            .chain(self.file.keys().cloned())
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
