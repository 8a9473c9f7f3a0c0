//! Reading files and folders that the user or another file names.
//!
//! A folder may be hostile, for instance if it comes from a pull request. So only regular files up to a limit are read,
//! because a device or a pipe may never end, and a link to a folder is followed once, because links can form a cycle.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

pub mod walk;

use crate::error::{Problem, io_message};
use crate::source_map::{Place, SourceMap, lines};

/// The largest file that is read unless an option says otherwise, in bytes.
pub const DEFAULT_LIMIT: u64 = 64 * MIB;

/// The option that sets the limit.
const OPTION: &str = "--max-file-size";

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;
const GIB: u64 = 1024 * MIB;

/// The limit of this process.
static LIMIT: AtomicU64 = AtomicU64::new(DEFAULT_LIMIT);

/// Sets the largest file that this process reads, in bytes.
pub fn set_limit(bytes: u64) {
    LIMIT.store(bytes, Ordering::Relaxed);
}

/// The largest file that this process reads, in bytes.
#[must_use]
pub fn limit() -> u64 {
    LIMIT.load(Ordering::Relaxed)
}

/// Why a file cannot be read. The message does not contain the path.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The operating system reports an error.
    #[error("{}", io_message(.0))]
    System(#[from] io::Error),
    /// It is not a regular file; the text says what it is.
    #[error("it is {0}, not a regular file")]
    Irregular(&'static str),
    /// It is larger than the limit. The size of some files is not known before they are read.
    #[error("it has {}, and the limit is {}", known_size(*.size), in_units(*.limit))]
    TooLarge {
        /// Its size in bytes.
        size: Option<u64>,
        /// The limit in bytes.
        limit: u64,
    },
    /// It is not text.
    #[error("it is not text in UTF-8")]
    NotText,
}

impl ReadError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::System(_) | Self::NotText => None,
            Self::Irregular(_) => {
                Some("driftgate reads only regular files and links to them: write the content to a file".into())
            }
            Self::TooLarge { .. } => Some(format!("{OPTION} sets the limit, for instance {OPTION} 1GiB")),
        }
    }

    /// The problem that the file at this path cannot be read.
    #[must_use]
    pub fn problem(&self, path: &Path) -> Problem {
        Problem {
            hint: self.hint(),
            ..Problem::new(format!("{} cannot be read: {self}", path.display()))
        }
    }
}

/// A number of bytes for a message.
fn in_units(bytes: u64) -> String {
    for (unit, name) in [(GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")] {
        if bytes >= unit && bytes.is_multiple_of(unit) {
            return format!("{} {name}", bytes / unit);
        }
    }
    format!("{bytes} bytes")
}

fn known_size(bytes: Option<u64>) -> String {
    bytes.map_or_else(|| "more bytes than the limit".to_owned(), in_units)
}

/// Parses a size as options take it: `500000`, `64MiB`, `1GiB`.
///
/// # Errors
/// It is not a number of bytes, or it is 0.
pub fn parse_size(text: &str) -> Result<u64, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit = match unit.trim_start().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kib" => KIB,
        "m" | "mib" => MIB,
        "g" | "gib" => GIB,
        _ => 0,
    };
    number
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(unit))
        .filter(|bytes| *bytes > 0)
        .ok_or_else(|| "write it as 500000, 64MiB or 1GiB".to_owned())
}

/// What a file is that is not a regular one.
fn irregular(kind: fs::FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        if kind.is_fifo() {
            return "a pipe";
        }
        if kind.is_socket() {
            return "a socket";
        }
        if kind.is_char_device() || kind.is_block_device() {
            return "a device";
        }
    }
    if kind.is_dir() { "a folder" } else { "a special file" }
}

/// Checks the type and the size of a file.
fn permit(metadata: &fs::Metadata, limit: u64) -> Result<(), ReadError> {
    if !metadata.is_file() {
        return Err(ReadError::Irregular(irregular(metadata.file_type())));
    }
    if metadata.len() > limit {
        let size = Some(metadata.len());
        return Err(ReadError::TooLarge { size, limit });
    }
    Ok(())
}

/// Reads a regular file that is not larger than the limit.
///
/// # Errors
/// It cannot be read, is not a regular file, or is too large.
pub fn read_bytes(path: &Path) -> Result<Vec<u8>, ReadError> {
    read_up_to(path, limit())
}

fn read_up_to(path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
    // Opening a pipe would wait for a writer, so the path is checked first. The opened file is checked again, because it
    // may be another one.
    permit(&fs::metadata(path)?, limit)?;
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    permit(&metadata, limit)?;
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0));
    // The file may grow while it is read, and files in /proc have the size 0.
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(ReadError::TooLarge { size: None, limit });
    }
    Ok(bytes)
}

/// Reads a regular file of text that is not larger than the limit.
///
/// # Errors
/// As for [`read_bytes`]; or it is not text.
pub fn read_text(path: &Path) -> Result<String, ReadError> {
    String::from_utf8(read_bytes(path)?).map_err(|_| ReadError::NotText)
}

/// Reads a text file into `files`, without its byte order mark, and returns the place of its beginning.
///
/// # Errors
/// As for [`read_bytes`]; or it is not text, which is reported with the place.
pub fn read(path: &Path, files: &mut SourceMap) -> Result<Place, Problem> {
    let bytes = read_bytes(path).map_err(|error| error.problem(path))?;
    match String::from_utf8(bytes) {
        Ok(text) if text.contains('\0') => {
            let before = text.find('\0').unwrap_or(0);
            Err(binary(path, text, before, files))
        }
        Ok(mut text) => {
            if text.starts_with('\u{feff}') {
                text.remove(0);
            }
            let file = files.add(path.to_owned(), text);
            Ok(Place::start_of(file))
        }
        Err(e) => {
            let before = e.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(e.as_bytes()).into_owned();
            Err(binary(path, text, before, files))
        }
    }
}

/// The problem that a file is not text from the byte `before` on. `text` is the part that can be shown.
fn binary(path: &Path, text: String, before: usize, files: &mut SourceMap) -> Problem {
    let (line, column) = (1..)
        .zip(lines(&text[..before]))
        .last()
        .map_or((1, 1), |(number, line)| (number, line.chars().count() + 1));
    let place = Place {
        file: files.add(path.to_owned(), text),
        line,
        column: u32::try_from(column).unwrap_or(u32::MAX),
    };
    Problem::at(place, "this is not text in UTF-8")
        .hint("check that this is the right file and that its encoding is UTF-8")
}

/// The first of several problems, for callers that report only one.
#[must_use]
pub fn first(problems: Vec<Problem>) -> Problem {
    problems
        .into_iter()
        .next()
        .unwrap_or_else(|| Problem::new("a folder cannot be read"))
}

#[cfg(test)]
mod tests;
