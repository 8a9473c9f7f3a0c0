//! A temporary (scratch) database, to which SQL is applied.
//!
//! [`Scratch`] says where it is created: in the PostgreSQL inside the program, in a server that is started from the
//! programs of this machine, or on a server that the user names. It is removed however the run ends.

use std::path::{Path, PathBuf};

mod apply;
#[cfg(feature = "embedded")]
mod embedded;
#[cfg(unix)]
mod local;
mod psql;
mod random;
mod remote;
mod roles;
#[cfg(feature = "embedded")]
mod stand_ins;
pub mod statements;

use crate::catalog::conninfo::Conninfo;
use crate::catalog::equivalence::Batching;
use crate::error::{Failure, Problem};
use crate::input;
use crate::input::walk::Search;
use crate::migrations::ApplyMode;
use crate::redact;
use crate::source_map::{FileId, Place, SourceMap};

/// Where the database is created.
#[derive(Debug, Clone)]
pub enum Scratch {
    /// In the PostgreSQL inside the program.
    Embedded,
    /// In a server that is started from the PostgreSQL programs of this machine.
    Local,
    /// On a server whose role can create and drop databases.
    Server(Box<Conninfo>),
}

/// The major version of the PostgreSQL inside the program.
pub const EMBEDDED_MAJOR: u32 = 17;

impl Scratch {
    /// The default.
    #[must_use]
    pub fn standard() -> Self {
        if cfg!(feature = "embedded") {
            Self::Embedded
        } else {
            Self::Local
        }
    }

    /// Where the database is, as reports name it.
    #[must_use]
    pub fn host(&self) -> &str {
        match self {
            Self::Embedded => "embedded",
            Self::Local => "local",
            Self::Server(info) => info.host(),
        }
    }

    /// Whether the database has another name in every run.
    #[must_use]
    pub fn has_random_name(&self) -> bool {
        match self {
            Self::Embedded | Self::Local => false,
            Self::Server(_) => true,
        }
    }

    /// How questions are sent to it.
    #[must_use]
    pub fn batching(&self) -> Batching {
        match self {
            Self::Embedded => Batching::OneByOne,
            Self::Local | Self::Server(_) => Batching::AllAtOnce,
        }
    }

    /// How many connections it accepts at the same time.
    #[must_use]
    pub fn most_connections(&self) -> usize {
        match self {
            Self::Embedded => 1,
            Self::Local | Self::Server(_) => usize::MAX,
        }
    }

    /// Whether the server has only a stand-in for the extension, whose version says nothing.
    #[must_use]
    pub fn has_stand_in(&self, name: &str) -> bool {
        match self {
            Self::Embedded => is_stand_in(name),
            Self::Local | Self::Server(_) => false,
        }
    }

    /// Whether the extension can be installed even if the server does not list it.
    #[must_use]
    pub fn could_have_extension(&self, name: &str) -> bool {
        match self {
            Self::Embedded => in_embedded(name),
            Self::Local | Self::Server(_) => false,
        }
    }
}

#[cfg(feature = "embedded")]
use embedded::has_extension as in_embedded;

#[cfg(feature = "embedded")]
use stand_ins::is_stand_in;

#[cfg(not(feature = "embedded"))]
fn is_stand_in(_name: &str) -> bool {
    false
}

#[cfg(not(feature = "embedded"))]
fn in_embedded(_name: &str) -> bool {
    false
}

/// SQL to apply: a file, or the part of one that a migration tool would apply.
#[derive(Debug, Clone)]
pub struct Script {
    /// The path of the file.
    pub path: PathBuf,
    /// The SQL.
    pub text: String,
    /// The line of the file on which the SQL begins, from 1.
    pub first_line: u32,
    /// How it is applied.
    pub mode: ApplyMode,
    /// Whether it continues the session of the script before it, because both belong to one file.
    pub continues: bool,
}

/// Reads a file of SQL, or all `*.sql` directly in a folder in the order of their names.
///
/// # Errors
/// A file cannot be read, or contains a command of psql.
pub fn read(path: &Path, files: &mut SourceMap) -> Result<Vec<Script>, Problem> {
    let paths = if path.is_dir() {
        let search = Search {
            deepest: 0,
            enters: &|_| true,
            wants: &|path| path.extension().is_some_and(|e| e == "sql"),
        };
        let found = search.files(path).map_err(input::first)?;
        if found.is_empty() {
            return Err(Problem::new(format!(
                "{} contains no SQL file (*.sql)",
                redact::path(path)
            )));
        }
        found.into_iter().map(|file| file.path).collect()
    } else {
        vec![path.to_owned()]
    };
    let mut scripts = Vec::new();
    for path in paths {
        let file = input::read(&path, files)?.file;
        let text = files.text(file).to_owned();
        scripts.extend(self::scripts(&path, text, 1, ApplyMode::Psql, file, files)?);
    }
    Ok(scripts)
}

/// Makes scripts of the SQL of a file: more than one if psql applies it and it includes other files.
///
/// # Errors
/// It contains a command of psql that the tool would not understand, or that has no meaning here.
pub fn scripts(
    path: &Path,
    text: String,
    first_line: u32,
    mode: ApplyMode,
    file: FileId,
    files: &mut SourceMap,
) -> Result<Vec<Script>, Problem> {
    if mode == ApplyMode::Psql {
        return psql::ScriptReader::scripts(path, &text, first_line, file, files);
    }
    let text = statements::without_guards(text);
    if let Some((offset, what)) = statements::find_psql_command(&text) {
        let (line, column) = statements::line_and_column(&text, offset);
        let place = Place {
            file,
            line: first_line + line - 1,
            column,
        };
        return Err(Problem::at(place, format!("{what} belongs to psql and is not SQL"))
            .hint("write it as SQL: driftgate sends the text to the server unchanged, as the migration tool does"));
    }
    Ok(vec![Script {
        path: path.to_owned(),
        text,
        first_line,
        mode,
        continues: false,
    }])
}

/// Creates the database, applies the SQL, calls `then` with the connection, and removes the database.
///
/// # Errors
/// The database cannot be created, a statement fails, or the error of `then`.
pub fn with<T>(
    scratch: &Scratch,
    scripts: &[Script],
    then: impl FnOnce(&Conninfo) -> Result<T, Failure>,
) -> Result<T, Failure> {
    match scratch {
        #[cfg(feature = "embedded")]
        Scratch::Embedded => embedded::with(scripts, then),
        #[cfg(not(feature = "embedded"))]
        Scratch::Embedded => Err(Failure::new(
            "starting the embedded PostgreSQL",
            "this driftgate was built without it",
        )
        .hint("give --scratch local, or --scratch with the URL of a server; or build driftgate with the cargo feature `embedded`")),
        #[cfg(unix)]
        Scratch::Local => local::with(scripts, then),
        #[cfg(not(unix))]
        Scratch::Local => Err(Failure::new(
            "starting a local PostgreSQL server",
            "this works only on systems with Unix sockets",
        )
        .hint("give --scratch with the URL of a server")),
        Scratch::Server(info) => remote::with(info, scripts, then),
    }
}

/// What a database must have before the schema of another one is made in it.
#[derive(Debug)]
pub struct CopyTarget {
    /// The name of the other database, which the copy has too if nothing else is on its server.
    pub database: String,
    /// The statements that create its roles. They run on a server that is the run's own.
    pub roles: Vec<String>,
    /// The names of its roles.
    pub role_names: Vec<String>,
    /// Its extensions.
    pub extensions: Vec<String>,
    /// Whether the role that makes the schema is a superuser of a server that is the run's own.
    pub is_trusted: bool,
}

/// Creates a database for a copy, calls `then` with the connection, and removes the database.
///
/// On a server of the run's own, the role of the connection is no superuser unless code of the other database is trusted:
/// a superuser can run programs of this machine, and what is copied may be code.
///
/// # Errors
/// The database cannot be created, or the error of `then`.
pub fn with_copy<T>(
    scratch: &Scratch,
    target: &CopyTarget,
    then: impl FnOnce(&Conninfo) -> Result<T, Failure>,
) -> Result<T, Failure> {
    match scratch {
        #[cfg(feature = "embedded")]
        Scratch::Embedded => embedded::with_copy(target, then),
        #[cfg(unix)]
        Scratch::Local => local::with_copy(target, then),
        #[cfg(not(unix))]
        Scratch::Local => with(scratch, &[], then),
        #[cfg(not(feature = "embedded"))]
        Scratch::Embedded => with(scratch, &[], then),
        // Roles are the whole server's, so none is created there.
        Scratch::Server(info) => remote::with(info, &[], then),
    }
}
