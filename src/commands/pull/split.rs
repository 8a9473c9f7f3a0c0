//! `driftgate pull --split`: writes one file an object into a folder, and the rest beside them.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::atomic_file;
use crate::console::tell;
use crate::error::{Failure, Problem, os_words};
use crate::input::{self, ReadError};
use crate::kinds::Kind;
use crate::pull::PullOptions;
use crate::pull::split::{SplitFile, kind, split};
use crate::redact;
use crate::report::Exit;
use crate::snapshot::Snapshot;
use crate::suggest;

/// The words by which a file is known as one that `--split` wrote.
const MARK: &str = "`driftgate pull --split";

/// The kinds that the words name.
///
/// # Errors
/// A word names none.
pub(crate) fn kinds(words: &[String]) -> Result<BTreeSet<Kind>, Problem> {
    words
        .iter()
        .map(|word| {
            kind(word).map_err(|known| {
                Problem::new(format!(
                    "--split: no kind of object that can have a file of its own is called `{word}`"
                ))
                .hint(suggest::hint(word, &known))
            })
        })
        .collect()
}

/// A file, where it goes and what stands there.
struct Output {
    path: PathBuf,
    text: String,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Same,
    Differs,
}

/// Writes the files. Without `force`, nothing if that would change a file or leave one behind of an object that is
/// gone, which can only be told where `all` objects are wanted. None if there is no object.
///
/// # Errors
/// A file cannot be read or written.
pub(crate) fn write(
    snapshot: &Snapshot,
    choice: &PullOptions<'_>,
    kinds: &BTreeSet<Kind>,
    folder: &Path,
    all: bool,
    force: bool,
) -> Result<Option<Exit>, Failure> {
    let files = split(snapshot, choice, kinds);
    if files.is_empty() {
        return Ok(None);
    }
    let outputs: Vec<Output> = files
        .iter()
        .map(|file| output(file, kinds, folder))
        .collect::<Result<_, _>>()?;
    // Where only some objects are wanted, the others are not gone.
    let stale = if all { stale(&outputs, folder)? } else { Vec::new() };
    let differs: Vec<&Output> = outputs.iter().filter(|o| o.state == State::Differs).collect();
    if !force && (!differs.is_empty() || !stale.is_empty()) {
        tell(&refusal(&differs, &stale));
        return Ok(Some(Exit::Usage));
    }
    let mut written = 0;
    for output in outputs.iter().filter(|o| o.state != State::Same) {
        atomic_file::replace(&output.path, output.text.as_bytes())?;
        written += 1;
    }
    for path in &stale {
        fs::remove_file(path).map_err(|e| Failure::new(format!("removing {}", redact::path(path)), os_words(&e)))?;
        tell(&format!("removed {}: its object is gone\n", redact::path(path)));
    }
    tell(&format!(
        "{written} files written, {} unchanged, {} removed\n",
        outputs.len() - written,
        stale.len()
    ));
    Ok(Some(Exit::Passed))
}

fn output(file: &SplitFile, kinds: &BTreeSet<Kind>, folder: &Path) -> Result<Output, Failure> {
    let words: Vec<&str> = kinds.iter().map(|kind| kind.spec().name).collect();
    let (path, up) = match file.folder {
        Some(below) => (folder.join(below).join(&file.name), "../"),
        None => (folder.join(&file.name), ""),
    };
    // No version and no time: what has not changed stays the same byte for byte.
    let text = format!(
        "# yaml-language-server: $schema={up}schema.json\n\
         # Written by {MARK} {}`. The files of one pull belong together.\n{}",
        words.join(","),
        file.text
    );
    let state = match input::read_bytes(&path) {
        Ok(found) if found == text.as_bytes() => State::Same,
        // One that is too large is another one.
        Ok(_) | Err(ReadError::TooLarge { .. }) => State::Differs,
        Err(ReadError::System(e)) if e.kind() == std::io::ErrorKind::NotFound => State::New,
        Err(e) => return Err(Failure::new(format!("reading {}", redact::path(&path)), e.to_string())),
    };
    Ok(Output { path, text, state })
}

/// The files in the folders of kinds that an earlier run wrote, and that nothing is written into now.
fn stale(outputs: &[Output], folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let wanted: BTreeSet<&Path> = outputs.iter().map(|output| output.path.as_path()).collect();
    let mut stale = Vec::new();
    for kind in Kind::roots() {
        let below = folder.join(kind.spec().section);
        let failure = |e: std::io::Error| Failure::new(format!("reading {}", redact::path(&below)), os_words(&e));
        let entries = match fs::read_dir(&below) {
            Ok(entries) => entries,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => continue,
            Err(e) => return Err(failure(e)),
        };
        for entry in entries {
            let path = entry.map_err(failure)?.path();
            let is_yaml = path.extension().is_some_and(|e| e == "yaml");
            if is_yaml && !wanted.contains(path.as_path()) && is_ours(&path) {
                stale.push(path);
            }
        }
    }
    stale.sort();
    Ok(stale)
}

/// Whether an earlier run wrote a file. What people wrote is theirs.
fn is_ours(path: &Path) -> bool {
    input::read_text(path).is_ok_and(|text| text.lines().take(2).any(|line| line.contains(MARK)))
}

fn refusal(differs: &[&Output], stale: &[PathBuf]) -> String {
    let mut out = "error: nothing was written, for the folder has files that this would change\n".to_owned();
    for output in differs {
        let _ = writeln!(out, "  differs: {}", redact::path(&output.path));
    }
    for path in stale {
        let _ = writeln!(out, "  its object is gone: {}", redact::path(path));
    }
    out.push_str(
        "  help: --force overwrites what differs and removes the files of what is gone; \
         --update keeps what people wrote in them\n",
    );
    out
}
