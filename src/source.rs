//! Where a schema comes from: a live database, or SQL that is applied to an empty one.

use std::path::PathBuf;

use crate::catalog::conninfo::redact;
use crate::error::Problem;

/// Where a schema comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A database at a URL.
    Url(String),
    /// A database whose URL is in an environment variable.
    Env(String),
    /// A file of SQL, or a folder of such files, applied to an empty database in the order of their names.
    Sql(PathBuf),
}

/// How sources are written, for messages.
const FORMS: &str = "a source is postgres://…, env:NAME or sql:FILE_OR_DIR";

impl Source {
    /// The source as reports name it. Never a password.
    #[must_use]
    pub fn label(&self) -> String {
        match self {
            Self::Url(url) => redact(url),
            Self::Env(name) => format!("env:{name}"),
            Self::Sql(path) => format!("sql:{}", path.display()),
        }
    }

    /// Reads a source from the command line.
    ///
    /// # Errors
    /// The text is no source. A URL of another sort is left to the connection to refuse, which knows why.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        if let Some(name) = text.strip_prefix("env:") {
            return match name {
                "" => Err(Problem::new("the name of the variable is missing after env:").hint(FORMS)),
                name => Ok(Self::Env(name.to_owned())),
            };
        }
        if let Some(path) = text.strip_prefix("sql:") {
            return match path {
                "" => Err(Problem::new("the path is missing after sql:").hint(FORMS)),
                path => Ok(Self::Sql(PathBuf::from(path))),
            };
        }
        // An empty text is most likely a variable that is not set: the connection says what a URL looks like.
        if text.trim().is_empty() || text.contains("://") || text.contains('=') {
            return Ok(Self::Url(text.to_owned()));
        }
        Err(Problem::new(format!("`{}` is not a source", redact(text))).hint(FORMS))
    }
}
