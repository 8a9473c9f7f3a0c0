//! The files of a folder of migrations.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256, Sha384};

use crate::hex::hex;
use crate::redact;

/// The files of one or several folders and of the folders in them.
#[derive(Debug, Clone, Default)]
pub struct Files {
    /// The folders.
    pub roots: Vec<Root>,
    /// The files, sorted by folder and path.
    pub files: Vec<File>,
    /// The paths of folders that were not read.
    pub skipped: Vec<String>,
}

/// A folder that was named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Root {
    /// Its path, as named.
    pub path: PathBuf,
    /// Its own name.
    pub name: String,
    /// The name of the folder that it is in.
    pub parent: String,
    /// Files beside it that describe it.
    pub beside: Vec<File>,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// The number of its folder in [`Files::roots`].
    pub root: usize,
    /// Its path below that folder, with `/`.
    pub path: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

impl Files {
    /// The files directly in the folder.
    pub fn top(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| !file.path.contains('/'))
    }

    /// The file of this path.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// The file of this path below the same named folder as another file.
    #[must_use]
    pub fn get_near(&self, other: &File, path: &str) -> Option<&File> {
        self.files
            .iter()
            .find(|file| file.root == other.root && file.path == path)
    }

    /// The folders directly in a named folder, with the files directly in each.
    #[must_use]
    pub fn folders(&self) -> Vec<(&str, Vec<&File>)> {
        let mut out: Vec<(&str, Vec<&File>)> = Vec::new();
        let mut last = None;
        for file in &self.files {
            let Some((folder, rest)) = file.path.split_once('/') else {
                continue;
            };
            if last != Some((file.root, folder)) {
                out.push((folder, Vec::new()));
                last = Some((file.root, folder));
            }
            if let Some((_, files)) = out.last_mut()
                && !rest.contains('/')
            {
                files.push(file);
            }
        }
        out
    }

    /// Whether a file with this extension satisfies `is`.
    pub fn any(&self, ending: &str, is: impl Fn(&File) -> bool) -> bool {
        self.files.iter().any(|file| file.ends(ending) && is(file))
    }

    /// Where a file is.
    #[must_use]
    pub fn path(&self, file: &File) -> PathBuf {
        self.root_of(file).join(&file.path)
    }

    /// The path of the folder that a file was found in.
    #[must_use]
    pub fn root_of(&self, file: &File) -> &Path {
        self.roots.get(file.root).map_or(Path::new(""), |root| &root.path)
    }

    /// The named folders, for a message.
    #[must_use]
    pub fn label(&self) -> String {
        let paths: Vec<String> = self.roots.iter().map(|root| redact::path(&root.path)).collect();
        paths.join(", ")
    }

    /// The files of several lists, as if one folder had them.
    #[must_use]
    pub fn merged(lists: Vec<Self>) -> Self {
        let mut all = Self::default();
        for list in lists {
            let first = all.roots.len();
            all.roots.extend(list.roots);
            all.files.extend(list.files.into_iter().map(|file| File {
                root: first + file.root,
                ..file
            }));
            all.skipped.extend(list.skipped);
        }
        all
    }
}

impl File {
    /// Its name, without the folders.
    #[must_use]
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// Its name without the last ending.
    #[must_use]
    pub fn stem(&self) -> &str {
        let name = self.name();
        name.rsplit_once('.').map_or(name, |(stem, _)| stem)
    }

    /// The folders that it is in, empty if it is directly in the folder.
    #[must_use]
    pub fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// Whether its name ends with this text, in the same case: tools compare extensions exactly.
    #[must_use]
    pub fn ends(&self, ending: &str) -> bool {
        self.path.ends_with(ending)
    }

    /// Its text, without a byte order mark.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        let bytes = self.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.bytes);
        String::from_utf8_lossy(bytes)
    }

    /// Whether its text has these words.
    #[must_use]
    pub fn says(&self, words: &str) -> bool {
        let words = words.as_bytes();
        self.bytes.windows(words.len()).any(|window| window == words)
    }
}

/// The SHA-256 of bytes, in hexadecimal digits.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The SHA-384 of bytes, in hexadecimal digits.
#[must_use]
pub fn sha384(bytes: &[u8]) -> String {
    hex(&Sha384::digest(bytes))
}
