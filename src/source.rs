//! The sources of a schema, as they are written on the command line: a live database, SQL or migrations that are applied
//! to an empty database, a saved snapshot, or a program that prints SQL.

use std::path::{Path, PathBuf};

use crate::error::Problem;
use crate::expectation::load::plain;
use crate::expectation::{ExpectationFile, WrittenForm, WrittenSource};
use crate::migrations::Tool;
use crate::models::{MODELS, Model};
use crate::program::CommandLine;
use crate::redact;
use crate::suggest;

/// Where a schema comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// A database at a URL.
    Url(String),
    /// A database whose URL is in an environment variable.
    Env(String),
    /// A file of SQL, or a folder of such files, applied to an empty database in the order of their names.
    Sql(PathBuf),
    /// A folder of migrations, applied to an empty database in the order of the tool. Without a tool, the files decide
    /// which one it is.
    Migrations(Option<&'static Tool>, PathBuf),
    /// A file that `pull --snapshot` wrote.
    Snapshot(PathBuf),
    /// A program that prints SQL, which is applied to an empty database.
    Command(CommandLine),
    /// The model of an application, and where it is. What prints it is run, and the SQL is applied to an empty database.
    Model(&'static Model, Option<String>),
}

/// The forms of a source, as help and hints list them.
macro_rules! source_forms {
    () => {
        "postgres://…, env:NAME, migrations:DIR, sql:FILE_OR_DIR, snapshot:FILE, model:KIND or command:'PROGRAM ARGUMENTS'"
    };
}
pub(crate) use source_forms;

/// The forms of a source, for hints.
const FORMS: &str = concat!("a source is ", source_forms!());

/// Makes a source of the path after the prefix.
type Read = fn(&str) -> Source;

/// The sources that are a path after a prefix and a colon.
const PATHS: [(&str, Read); 3] = [
    ("sql", |path| Source::Sql(path.into())),
    ("snapshot", |path| Source::Snapshot(path.into())),
    ("migrations", migrations),
];

/// `DIR`, or `TOOL:DIR` if the files may belong to several tools.
fn migrations(text: &str) -> Source {
    match text.split_once(':') {
        Some((name, dir)) if !dir.is_empty() && Tool::named(name).is_some() => {
            Source::Migrations(Tool::named(name), dir.into())
        }
        Some(_) | None => Source::Migrations(None, text.into()),
    }
}

/// `KIND`, or `KIND:PATH`.
fn model(text: &str) -> Result<Source, Problem> {
    let (name, path) = match text.split_once(':') {
        Some((name, path)) => (name, Some(path.to_owned()).filter(|path| !path.is_empty())),
        None => (text, None),
    };
    if let Some(model) = Model::named(name) {
        return Ok(Source::Model(model, path));
    }
    let names: Vec<&str> = MODELS.iter().map(|model| model.name).collect();
    let problem = Problem::new(format!(
        "`{}` is not a model that driftgate can print",
        redact::typed(name)
    ));
    Err(match suggest::nearest(name, names.iter().copied()) {
        Some(near) => problem.hint(format!("did you mean model:{near}?")),
        None => problem.hint(format!(
            "the models are {}; for another one, write command:'PROGRAM ARGUMENTS' with what prints its SQL",
            names.join(", ")
        )),
    })
}

impl Source {
    /// The name of the source in reports. Never contains a password.
    #[must_use]
    pub fn label(&self) -> String {
        match self {
            Self::Url(url) => redact::connection_string(url),
            Self::Env(name) => format!("env:{}", redact::typed(name)),
            Self::Sql(path) => format!("sql:{}", redact::path(path)),
            Self::Migrations(None, path) => format!("migrations:{}", redact::path(path)),
            Self::Migrations(Some(tool), path) => format!("migrations:{}:{}", tool.name, redact::path(path)),
            Self::Snapshot(path) => format!("snapshot:{}", redact::path(path)),
            Self::Command(command) => format!("command:{}", command.shown()),
            Self::Model(model, None) => format!("model:{}", model.name),
            Self::Model(model, Some(path)) => format!("model:{}:{}", model.name, redact::typed(path)),
        }
    }

    /// The name of the source before it is connected to. Empty for a URL: reports then name the database itself.
    #[must_use]
    pub fn report_label(&self) -> String {
        match self {
            Self::Url(_) => String::new(),
            Self::Env(_)
            | Self::Sql(_)
            | Self::Migrations(..)
            | Self::Snapshot(_)
            | Self::Command(_)
            | Self::Model(..) => self.label(),
        }
    }

    /// The problem that a connection string follows a prefix that takes something else.
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
        .hint(format!("leave out {word}: to name the database itself; {FORMS}"))
    }

    /// The problem that a text has no prefix of a source: it may be a path, or a path after the name of a tool.
    fn unknown(text: &str) -> Problem {
        let tool = text.split_once(':').and_then(|(name, _)| Tool::named(name));
        let is_path = text.contains(['/', '.']) && !text.contains([':', '@']);
        let other = text.split_once(':').map(|(scheme, _)| scheme.to_lowercase());
        if let Some(scheme) = other.filter(|scheme| matches!(scheme.as_str(), "file" | "sqlite" | "sqlite3")) {
            return Problem::new(format!(
                "`{scheme}:` names a file of SQLite, and not a PostgreSQL database"
            ))
            .hint(format!("for a file of SQL, write sql:FILE; {FORMS}"));
        }
        // What is neither may be a password.
        if redact::is_secret(text) || !is_path && tool.is_none() {
            let shown = redact::connection_string(text);
            let problem = if shown == redact::HIDDEN {
                Problem::new("this is not a source; it is not shown, because it may be a password")
            } else {
                Problem::new(format!("`{shown}` is not a source"))
            };
            return problem.hint(FORMS);
        }
        let shown = redact::typed(text);
        let problem = Problem::new(format!("`{shown}` is not a source"));
        let ending = |ending: &str| text.ends_with(ending);
        match tool {
            Some(_) => problem.hint(format!("for a folder of migrations, write migrations:{shown}")),
            None if ending(".sql") => problem.hint(format!("for a file of SQL, write sql:{shown}; {FORMS}")),
            None if ending(".json") => problem.hint(format!("for a saved snapshot, write snapshot:{shown}; {FORMS}")),
            None => problem.hint(format!("for a folder of migrations, write migrations:{shown}; {FORMS}")),
        }
    }

    /// The source that an expectation file is compared with. Its paths are relative to the file.
    ///
    /// # Errors
    /// What the file names is not a source.
    pub fn of_file(file: &ExpectationFile, path: &Path) -> Result<Self, Problem> {
        let Some(WrittenSource { form, place }) = &file.against else {
            return Ok(Self::Env(file.database.clone()));
        };
        let beside = path.parent().unwrap_or(Path::new(""));
        let below = |path: PathBuf| plain(beside.join(path));
        let read = match form {
            WrittenForm::Text(text) => Self::parse(text),
            WrittenForm::Command(words) => CommandLine::of_words(words)
                .map(Self::Command)
                .ok_or_else(|| Problem::new("the program is missing")),
        };
        let read = read.map_err(|problem| Problem {
            place: Some(*place),
            ..problem
        })?;
        Ok(match read {
            Self::Sql(path) => Self::Sql(below(path)),
            Self::Migrations(tool, path) => Self::Migrations(tool, below(path)),
            Self::Snapshot(path) => Self::Snapshot(below(path)),
            Self::Url(_) | Self::Env(_) | Self::Command(_) | Self::Model(..) => read,
        })
    }

    /// Reads a source from the command line.
    ///
    /// # Errors
    /// The text is not a source. URLs of other databases are accepted here: the connection rejects them and says why.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        if let Some(name) = text.strip_prefix("env:") {
            return match name {
                _ if redact::is_secret(name) => Err(Self::misplaced("env", name)),
                "" => Err(Problem::new("the name of the variable is missing after env:").hint(FORMS)),
                name => Ok(Self::Env(name.to_owned())),
            };
        }
        if let Some(command) = text.strip_prefix("command:") {
            return CommandLine::parse(command).map(Self::Command);
        }
        if let Some(model) = text.strip_prefix("model:") {
            return self::model(model);
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
        // An empty text is probably an unset variable: the connection reports what a URL looks like.
        if text.trim().is_empty() || text.contains("://") || text.contains('=') {
            return Ok(Self::Url(text.to_owned()));
        }
        Err(Self::unknown(text))
    }
}
