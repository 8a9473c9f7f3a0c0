//! `driftgate pull --split`: writes one file per object into a folder, and the rest into files beside them.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::atomic_file;
use crate::console::eprint;
use crate::error::{Failure, Problem, WhileDoing as _};
use crate::finding::Exit;
use crate::input::{self, ReadError};
use crate::kinds::Kind;
use crate::pull::PullOptions;
use crate::pull::split::{SplitFile, kind, split};
use crate::redact;
use crate::snapshot::Snapshot;
use crate::suggest;

/// The words by which a file of `--split` is recognized.
const MARK: &str = "`driftgate pull --split";

/// The kinds that the words name.
///
/// # Errors
/// A word is not the name of a kind.
pub(crate) fn kinds(words: &[String]) -> Result<BTreeSet<Kind>, Problem> {
    words
        .iter()
        .map(|word| {
            kind(word).map_err(|known| {
                Problem::new(format!(
                    "--split: `{word}` is not a kind of object that can have a file of its own"
                ))
                .hint(suggest::hint(word, &known))
            })
        })
        .collect()
}

/// A file to write, and how it compares with the file on disk.
struct Output {
    path: PathBuf,
    text: String,
    state: OutputState,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum OutputState {
    New,
    Same,
    Differs,
}

/// Writes the files. Without `force`, nothing is written if a file would change, or if the object of a file no longer
/// exists, which is known only if `all` objects are wanted. `None` if there is no object.
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
    // If only some objects are wanted, the others may still exist.
    let stale = if all { stale(&outputs, folder)? } else { Vec::new() };
    let differs: Vec<&Output> = outputs.iter().filter(|o| o.state == OutputState::Differs).collect();
    if !force && (!differs.is_empty() || !stale.is_empty()) {
        eprint(&refusal(&differs, &stale));
        return Ok(Some(Exit::Usage));
    }
    let mut written = 0;
    for output in outputs.iter().filter(|o| o.state != OutputState::Same) {
        atomic_file::write_with_folders(&output.path, output.text.as_bytes())?;
        written += 1;
    }
    for path in &stale {
        fs::remove_file(path).while_doing(|| format!("removing {}", redact::path(path)))?;
        eprint(&format!(
            "removed {}: its object no longer exists\n",
            redact::path(path)
        ));
    }
    eprint(&format!(
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
    // No version and no time, so that the file of an unchanged object does not change.
    let text = format!(
        "# yaml-language-server: $schema={up}schema.json\n\
         # Written by {MARK} {}`. The files of one pull belong together.\n{}",
        words.join(","),
        file.text
    );
    let state = match input::read_bytes(&path) {
        Ok(found) if found == text.as_bytes() => OutputState::Same,
        Ok(_) | Err(ReadError::TooLarge { .. }) => OutputState::Differs,
        Err(ReadError::System(e)) if e.kind() == std::io::ErrorKind::NotFound => OutputState::New,
        Err(e) => return Err(Failure::new(format!("reading {}", redact::path(&path)), e.to_string())),
    };
    Ok(Output { path, text, state })
}

/// The files that an earlier run wrote for objects that no longer exist.
fn stale(outputs: &[Output], folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let wanted: BTreeSet<&Path> = outputs.iter().map(|output| output.path.as_path()).collect();
    let mut stale = Vec::new();
    for kind in Kind::roots() {
        let below = folder.join(kind.spec().section);
        let doing = || format!("reading {}", redact::path(&below));
        let entries = match fs::read_dir(&below) {
            Ok(entries) => entries,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => continue,
            entries => entries.while_doing(doing)?,
        };
        for entry in entries {
            let path = entry.while_doing(doing)?.path();
            let is_yaml = path.extension().is_some_and(|e| e == "yaml");
            if is_yaml && !wanted.contains(path.as_path()) && is_ours(&path) {
                stale.push(path);
            }
        }
    }
    stale.sort();
    Ok(stale)
}

/// Whether `--split` wrote the file: files that people wrote are never removed.
fn is_ours(path: &Path) -> bool {
    input::read_text(path).is_ok_and(|text| text.lines().take(2).any(|line| line.contains(MARK)))
}

fn refusal(differs: &[&Output], stale: &[PathBuf]) -> String {
    let mut out = "error: nothing was written, because files in the folder would change\n".to_owned();
    for output in differs {
        let _ = writeln!(out, "  differs: {}", redact::path(&output.path));
    }
    for path in stale {
        let _ = writeln!(out, "  its object no longer exists: {}", redact::path(path));
    }
    out.push_str(
        "  help: --force overwrites the files that differ and removes those without an object; \
         --update keeps what people wrote in them\n",
    );
    out
}
