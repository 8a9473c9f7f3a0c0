//! A database of our own for the time of a run, to which SQL is applied.
//!
//! Where it comes from is [`Scratch`]: the PostgreSQL inside the program, one that is started from the programs of this
//! machine, or a server on which a database is created and dropped again. Whatever happens, nothing is left behind.

use std::path::{Path, PathBuf};

mod apply;
#[cfg(feature = "embedded")]
mod embedded;
#[cfg(unix)]
mod local;
pub(crate) mod random;
mod remote;
pub mod statements;
mod undo;

use crate::catalog::conninfo::Conninfo;
use crate::catalog::equivalence::Batching;
use crate::error::{Failure, Problem};
use crate::input;
use crate::input::walk::Search;
use crate::redact;
use crate::source_map::{FileId, Place, SourceMap};

/// Where the database comes from.
#[derive(Debug, Clone)]
pub enum Scratch {
    /// The PostgreSQL inside the program.
    Embedded,
    /// A server that is started from the PostgreSQL programs of this machine.
    Local,
    /// A server on which a database may be created and dropped.
    Server(Box<Conninfo>),
}

/// The major version of the PostgreSQL inside the program.
pub const EMBEDDED_MAJOR: u32 = 17;

impl Scratch {
    /// What is taken where nobody says anything.
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

    /// Whether the database is called otherwise in every run.
    #[must_use]
    pub fn has_random_name(&self) -> bool {
        match self {
            Self::Embedded | Self::Local => false,
            Self::Server(_) => true,
        }
    }

    /// How it is asked what texts mean.
    #[must_use]
    pub fn batching(&self) -> Batching {
        match self {
            Self::Embedded => Batching::OneByOne,
            Self::Local | Self::Server(_) => Batching::AllAtOnce,
        }
    }

    /// How many connections it takes at the same time.
    #[must_use]
    pub fn most_connections(&self) -> usize {
        match self {
            Self::Embedded => 1,
            Self::Local | Self::Server(_) => usize::MAX,
        }
    }

    /// Whether there is an extension of this name that is not installed in the database, but could be, beyond what the
    /// server itself says.
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

#[cfg(not(feature = "embedded"))]
fn in_embedded(_name: &str) -> bool {
    false
}

/// SQL that is to be applied: a file, or the part of one that a migration tool would apply.
#[derive(Debug, Clone)]
pub struct Script {
    /// Where the file is.
    pub path: PathBuf,
    /// What is to be applied.
    pub text: String,
    /// The line of the file at which it begins, from 1.
    pub first_line: u32,
    /// How it is applied.
    pub mode: Mode,
}

/// How SQL is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// All of it as one message, as it stands.
    Whole,
    /// In a transaction.
    Transaction,
    /// Each statement by itself, so that there may be some that no transaction takes.
    Statements,
}

/// Reads a file of SQL, or all `*.sql` directly in a folder in the order of their names.
///
/// # Errors
/// There is no such file, it is not text, or there is something in it that is not for the server.
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
                "there is no SQL file (*.sql) in {}",
                redact::path(path)
            )));
        }
        found.into_iter().map(|file| file.path).collect()
    } else {
        vec![path.to_owned()]
    };
    paths
        .into_iter()
        .map(|path| {
            let file = input::read(&path, files)?.file;
            let text = files.text(file).to_owned();
            script(path, text, 1, Mode::Whole, file)
        })
        .collect()
}

/// SQL of a file, without what only psql understands and nobody misses.
///
/// # Errors
/// There is something in it that psql does and a server does not.
pub fn script(path: PathBuf, text: String, first_line: u32, mode: Mode, file: FileId) -> Result<Script, Problem> {
    let text = statements::without_guards(text);
    if let Some((offset, what)) = statements::only_for_psql(&text) {
        let (line, column) = statements::line_and_column(&text, offset);
        let place = Place {
            file,
            line: first_line + line - 1,
            column,
        };
        return Err(Problem::at(place, format!("{what} is for psql, not for the server"))
            .hint("write it as SQL: driftgate sends the text to the server as it is, as a migration tool does"));
    }
    Ok(Script {
        path,
        text,
        first_line,
        mode,
    })
}

/// Makes the database, applies the SQL and hands over how to connect to the database, which is gone afterwards.
///
/// # Errors
/// It cannot be made, a statement fails, or what `then` says.
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
            "starting a PostgreSQL server of this machine",
            "driftgate can do this only on systems with sockets of Unix",
        )
        .hint("give --scratch with the URL of a server")),
        Scratch::Server(info) => remote::with(info, scripts, then),
    }
}
