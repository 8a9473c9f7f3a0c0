//! Finding the files below a folder.

use std::collections::{BTreeSet, VecDeque};
use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::{OPTION, ReadError, in_units, irregular, limit};
use crate::error::{Problem, io_message};

/// How many times the limit of one file the files of a folder may have together.
const LARGE_FILES: u64 = 16;

/// Which files to find below a folder.
pub struct Search<'a> {
    /// How many levels of folders are searched; 0 for the folder itself.
    pub deepest: usize,
    /// Whether to consider the entry at this path.
    pub enters: &'a dyn Fn(&Path) -> bool,
    /// Whether to return the file at this path.
    pub wants: &'a dyn Fn(&Path) -> bool,
}

/// A file that was found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// Its path below the folder, with `/` between the parts.
    pub below: String,
    /// Its path, with that of the folder.
    pub path: PathBuf,
}

/// A folder to search.
struct PendingFolder {
    path: PathBuf,
    below: String,
    depth: usize,
}

impl Search<'_> {
    /// The regular files below a folder, sorted by their paths.
    ///
    /// A folder is searched once, even if several links point to it: under its own path if that is below the root,
    /// otherwise under the path of the first link.
    ///
    /// # Errors
    /// All problems: a folder cannot be read, a wanted file is not a regular file, or the files are too large.
    pub fn files(&self, root: &Path) -> Result<Vec<Found>, Vec<Problem>> {
        let mut walk = Walk::default();
        let mut folders = VecDeque::from([PendingFolder {
            path: root.to_owned(),
            below: String::new(),
            depth: 0,
        }]);
        // Links are followed after all folders of the tree.
        while let Some(folder) = folders.pop_front().or_else(|| walk.links.pop_front()) {
            let entries = walk.enter(&folder).then(|| self.search(&folder, &mut walk));
            folders.extend(entries.into_iter().flatten());
        }
        let most = limit().saturating_mul(LARGE_FILES);
        if walk.bytes > most {
            walk.problems.push(
                Problem::new(format!(
                    "the files in {} cannot be read: together they have {} bytes, and the limit is {}",
                    root.display(),
                    walk.bytes,
                    in_units(most)
                ))
                .hint(format!(
                    "{OPTION} sets the limit of one file; that of a folder is {LARGE_FILES} times as large"
                )),
            );
        }
        if !walk.problems.is_empty() {
            return Err(walk.problems);
        }
        walk.files.sort();
        Ok(walk.files)
    }

    /// Searches a folder, and returns the folders in it.
    fn search(&self, folder: &PendingFolder, walk: &mut Walk) -> Vec<PendingFolder> {
        let mut names = match names(&folder.path) {
            Ok(names) => names,
            Err(e) => {
                let why = io_message(&e);
                let problem = format!("the folder {} cannot be read: {why}", folder.path.display());
                walk.problems.push(Problem::new(problem));
                return Vec::new();
            }
        };
        names.sort();
        let mut folders = Vec::new();
        for name in names {
            let path = folder.path.join(&name);
            let name = name.to_string_lossy();
            if !(self.enters)(&path) {
                continue;
            }
            let below = format!("{}{name}", folder.below);
            let wanted = (self.wants)(&path);
            match fs::metadata(&path) {
                Ok(metadata) if metadata.is_dir() && folder.depth < self.deepest => {
                    let inner = PendingFolder {
                        below: format!("{below}/"),
                        depth: folder.depth + 1,
                        path,
                    };
                    if inner.path.is_symlink() {
                        walk.links.push_back(inner);
                    } else {
                        folders.push(inner);
                    }
                }
                Ok(metadata) if wanted => walk.file(Found { below, path }, &metadata),
                // A dangling link is a problem only if its name is wanted. Any other unreadable entry may be a folder.
                Err(e) if wanted || !(path.is_symlink() || e.kind() == ErrorKind::NotFound) => {
                    walk.problems.push(ReadError::System(e).problem(&path));
                }
                Ok(_) | Err(_) => {}
            }
        }
        folders
    }
}

fn names(folder: &Path) -> std::io::Result<Vec<std::ffi::OsString>> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name())).collect()
}

/// What a search has found so far.
#[derive(Default)]
struct Walk {
    entered: BTreeSet<Identity>,
    /// Links to folders, in the order in which they were found.
    links: VecDeque<PendingFolder>,
    files: Vec<Found>,
    bytes: u64,
    problems: Vec<Problem>,
}

impl Walk {
    /// Marks a folder as searched. Returns whether it was not before.
    fn enter(&mut self, folder: &PendingFolder) -> bool {
        // A folder without an identity cannot be read, which is reported when it is searched.
        identity(&folder.path).is_none_or(|identity| self.entered.insert(identity))
    }

    fn file(&mut self, found: Found, metadata: &Metadata) {
        if metadata.is_file() {
            self.bytes = self.bytes.saturating_add(metadata.len());
            self.files.push(found);
        } else {
            let what = irregular(metadata.file_type());
            self.problems.push(ReadError::Irregular(what).problem(&found.path));
        }
    }
}

/// Identifies a folder, whatever the path to it.
#[cfg(unix)]
type Identity = (u64, u64);

/// Identifies a folder, whatever the path to it.
#[cfg(not(unix))]
type Identity = PathBuf;

#[cfg(unix)]
fn identity(folder: &Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata(folder)
        .ok()
        .map(|metadata| (metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(folder: &Path) -> Option<Identity> {
    fs::canonicalize(folder).ok()
}
