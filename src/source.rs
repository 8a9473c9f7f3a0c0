//! Where a schema comes from: a live database, SQL or migrations that are applied to an empty one, or a file in which it
//! was saved.

use std::path::PathBuf;

use crate::error::Problem;
use crate::migrations::Tool;
use crate::redact;

/// Where a schema comes from.
#[derive(Debug, Clone)]
pub enum Source {
    /// A database at a URL.
    Url(String),
    /// A database whose URL is in an environment variable.
    Env(String),
    /// A file of SQL, or a folder of such files, applied to an empty database in the order of their names.
    Sql(PathBuf),
    /// A folder of migrations, those of this tool or of the one that they look like, applied to an empty database in the
    /// order of the tool.
    Migrations(Option<&'static Tool>, PathBuf),
    /// A file in which `pull --snapshot` saved what it read.
    Snapshot(PathBuf),
}

/// How sources are written, for messages.
const FORMS: &str = "a source is postgres://…, env:NAME, migrations:DIR, sql:FILE_OR_DIR or snapshot:FILE";

/// Reads what stands behind the word.
type Read = fn(&str) -> Source;

/// The sources that are a path behind a word and a colon.
const PATHS: [(&str, Read); 3] = [
    ("sql", |path| Source::Sql(path.into())),
    ("snapshot", |path| Source::Snapshot(path.into())),
    ("migrations", migrations),
];

/// `DIR`, or `TOOL:DIR` where the files may be those of several tools.
fn migrations(text: &str) -> Source {
    match text.split_once(':') {
        Some((name, dir)) if !dir.is_empty() && Tool::named(name).is_some() => {
            Source::Migrations(Tool::named(name), dir.into())
        }
        Some(_) | None => Source::Migrations(None, text.into()),
    }
}

impl PartialEq for Source {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Url(one), Self::Url(another)) | (Self::Env(one), Self::Env(another)) => one == another,
            (Self::Sql(one), Self::Sql(another)) | (Self::Snapshot(one), Self::Snapshot(another)) => one == another,
            (Self::Migrations(tool, one), Self::Migrations(another_tool, another)) => {
                one == another && tool.map(|tool| tool.name) == another_tool.map(|tool| tool.name)
            }
            (
                Self::Url(_) | Self::Env(_) | Self::Sql(_) | Self::Snapshot(_) | Self::Migrations(..),
                Self::Url(_) | Self::Env(_) | Self::Sql(_) | Self::Snapshot(_) | Self::Migrations(..),
            ) => false,
        }
    }
}

impl Source {
    /// The source as reports name it. Never a password.
    #[must_use]
    pub fn label(&self) -> String {
        match self {
            Self::Url(url) => redact::connection_string(url),
            Self::Env(name) => format!("env:{}", redact::typed(name)),
            Self::Sql(path) => format!("sql:{}", redact::path(path)),
            Self::Migrations(None, path) => format!("migrations:{}", redact::path(path)),
            Self::Migrations(Some(tool), path) => format!("migrations:{}:{}", tool.name, redact::path(path)),
            Self::Snapshot(path) => format!("snapshot:{}", redact::path(path)),
        }
    }

    /// What reports call it before anybody has been there; nothing for a URL, of which they say what it leads to.
    #[must_use]
    pub fn report_label(&self) -> String {
        match self {
            Self::Url(_) => String::new(),
            Self::Env(_) | Self::Sql(_) | Self::Migrations(..) | Self::Snapshot(_) => self.label(),
        }
    }

    /// The problem that a connection string follows a word that takes something else.
    fn misplaced(word: &str, text: &str) -> Problem {
        let takes = if word == "env" {
            "the name of an environment variable"
        } else {
            "a path"
        };
        Problem::new(format!(
            "{word}: takes {takes}, not a connection string: {}",
            redact::typed(text)
        ))
        .hint(format!("leave out {word}: if the database itself is meant; {FORMS}"))
    }

    /// Reads a source from the command line.
    ///
    /// # Errors
    /// The text is no source. A URL of another sort is left to the connection to refuse, which knows why.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        if let Some(name) = text.strip_prefix("env:") {
            return match name {
                _ if redact::is_secret(name) => Err(Self::misplaced("env", name)),
                "" => Err(Problem::new("the name of the variable is missing after env:").hint(FORMS)),
                name => Ok(Self::Env(name.to_owned())),
            };
        }
        for (word, source) in PATHS {
            if let Some(path) = text.strip_prefix(word).and_then(|rest| rest.strip_prefix(':')) {
                return match path {
                    _ if redact::is_secret(path) => Err(Self::misplaced(word, path)),
                    "" => Err(Problem::new(format!("the path is missing after {word}:")).hint(FORMS)),
                    path => Ok(source(path)),
                };
            }
        }
        // An empty text is most likely a variable that is not set: the connection says what a URL looks like.
        if text.trim().is_empty() || text.contains("://") || text.contains('=') {
            return Ok(Self::Url(text.to_owned()));
        }
        Err(Problem::new(format!("`{}` is not a source", redact::connection_string(text))).hint(FORMS))
    }
}
