//! A database of our own for the time of a run, to which SQL is applied.

use std::fs;
use std::path::{Path, PathBuf};

#[cfg(feature = "embedded")]
mod embedded;

use crate::catalog::conninfo::Conninfo;
use crate::error::{Failure, Problem};
use crate::source_map::{FileId, SourceMap};

/// A file of SQL that is to be applied.
#[derive(Debug)]
pub struct SqlFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
    /// Its place among the files of the run.
    pub file: FileId,
}

/// Reads a file of SQL, or all `*.sql` directly in a folder in the order of their names.
///
/// # Errors
/// There is no such file, or it is not text.
pub fn read(path: &Path, files: &mut SourceMap) -> Result<Vec<SqlFile>, Problem> {
    let cannot = |path: &Path, why: String| Problem::new(format!("{} cannot be read: {why}", path.display()));
    let mut paths = Vec::new();
    if path.is_dir() {
        for entry in fs::read_dir(path).map_err(|e| cannot(path, e.to_string()))? {
            let entry = entry.map_err(|e| cannot(path, e.to_string()))?.path();
            if entry.extension().is_some_and(|e| e == "sql") {
                paths.push(entry);
            }
        }
        paths.sort();
        if paths.is_empty() {
            return Err(Problem::new(format!(
                "there is no SQL file (*.sql) in {}",
                path.display()
            )));
        }
    } else {
        paths.push(path.to_owned());
    }
    paths
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).map_err(|e| cannot(&path, e.to_string()))?;
            let file = files.add(path.clone(), text.clone());
            Ok(SqlFile { path, text, file })
        })
        .collect()
}

/// Starts the embedded PostgreSQL, applies the SQL and hands over how to connect to the database.
///
/// # Errors
/// It cannot be started, a statement fails, or what `then` says.
#[cfg(feature = "embedded")]
pub fn with_embedded<T>(sql: &[SqlFile], then: impl FnOnce(&Conninfo) -> Result<T, Failure>) -> Result<T, Failure> {
    embedded::with(sql, then)
}

/// Says that this program was built without the embedded PostgreSQL.
///
/// # Errors
/// Always.
#[cfg(not(feature = "embedded"))]
pub fn with_embedded<T>(_sql: &[SqlFile], _then: impl FnOnce(&Conninfo) -> Result<T, Failure>) -> Result<T, Failure> {
    Err(Failure::new(
        "starting the embedded PostgreSQL",
        "this driftgate was built without it",
    )
    .hint("build it with the cargo feature `embedded`, which is a default one, or give the URL of a database"))
}
