//! The files that a change log includes.

use std::collections::BTreeSet;

use super::changelog::{ChangelogEntry, EntryDetail};
use super::{File, Files, LOGS};

/// How the paths in change logs lead to the files of a folder.
pub(super) struct Includes {
    /// The paths of the folder, as seen from the folder in which Liquibase searches.
    prefixes: BTreeSet<String>,
}

impl Includes {
    /// Finds out where Liquibase searches: the change logs may name files from a folder above.
    pub(super) fn new<'a>(all: &Files, entries: impl Iterator<Item = (&'a str, &'a ChangelogEntry)>) -> Self {
        let mut prefixes = BTreeSet::new();
        let mut is_root = false;
        for (_, entry) in entries {
            let Some((path, false)) = entry.target() else { continue };
            let path = plain(path);
            if all.files.iter().any(|file| is_at(file, &path)) {
                is_root = true;
                continue;
            }
            let mut rest = path.as_str();
            while let Some((_, shorter)) = rest.split_once('/') {
                rest = shorter;
                if all.files.iter().any(|file| is_at(file, rest)) {
                    prefixes.insert(path[..path.len() - rest.len()].to_owned());
                    break;
                }
            }
            // The folder itself may be included.
            prefixes.extend(
                all.roots
                    .iter()
                    .filter(|root| path.rsplit('/').next() == Some(&root.name))
                    .map(|_| format!("{path}/")),
            );
        }
        let is_named = |prefix: &String| {
            let last = prefix.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
            all.roots.iter().any(|root| root.name == last)
        };
        if prefixes.len() > 1 || is_root {
            prefixes.retain(is_named);
        }
        Self { prefixes }
    }

    /// The files that an entry of a change log includes, in order.
    pub(super) fn files<'a>(&self, all: &'a Files, log: &str, entry: &ChangelogEntry) -> Vec<&'a File> {
        let Some((path, is_relative)) = entry.target() else {
            return Vec::new();
        };
        let mut paths = vec![plain(path)];
        if is_relative {
            let folder = log.rsplit_once('/').map_or("", |(folder, _)| folder);
            paths = joined(folder, path)
                .or_else(|| beside(all, folder, path))
                .into_iter()
                .collect();
        } else {
            let whole = format!("{}/", plain(path));
            let stripped = self
                .prefixes
                .iter()
                .filter_map(|prefix| whole.strip_prefix(prefix.as_str()));
            paths.extend(stripped.map(|path| path.trim_end_matches('/').to_owned()));
        }
        let found = paths
            .iter()
            .map(|path| exactly(all, entry, path))
            .find(|files| !files.is_empty());
        let found = found.unwrap_or_else(|| match paths.first() {
            Some(path) if !is_relative => below(all, entry, path),
            Some(_) | None => Vec::new(),
        });
        match &entry.detail {
            EntryDetail::IncludeAll { .. } => found.into_iter().filter(|file| file.path != log).collect(),
            EntryDetail::Include { .. } | EntryDetail::ChangeSet { .. } => found,
        }
    }
}

/// Whether a path is that of a file, or of a folder that it is in.
fn is_at(file: &File, path: &str) -> bool {
    file.path
        .strip_prefix(path)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The files at a path: the file itself, or the change logs in a folder.
fn exactly<'a>(all: &'a Files, entry: &ChangelogEntry, path: &str) -> Vec<&'a File> {
    match &entry.detail {
        EntryDetail::Include { .. } => all.get(path).into_iter().collect(),
        EntryDetail::IncludeAll { deepest, .. } => {
            let inside = |file: &&File| {
                let below = match path {
                    "" => Some(&*file.path),
                    path => file.path.strip_prefix(path).and_then(|rest| rest.strip_prefix('/')),
                };
                let is_log = file.ends(".sql") || LOGS.iter().any(|ending| file.ends(ending));
                is_log && below.is_some_and(|below| below.matches('/').count() < *deepest)
            };
            all.files.iter().filter(inside).collect()
        }
        EntryDetail::ChangeSet { .. } => Vec::new(),
    }
}

/// The files at a path that is below the folder: Liquibase searches in a folder further down.
fn below<'a>(all: &'a Files, entry: &ChangelogEntry, path: &str) -> Vec<&'a File> {
    let inner = format!("/{path}");
    let starts = all.files.iter().filter_map(|file| {
        let at = file.path.find(&inner)?;
        is_at(file, &file.path[..at + inner.len()]).then(|| &file.path[..at + inner.len()])
    });
    let shortest = starts.min_by_key(|path| (path.len(), *path));
    shortest.map(|path| exactly(all, entry, path)).unwrap_or_default()
}

/// The path below another of the named folders, if a path from a folder leads to one beside it.
fn beside(all: &Files, folder: &str, path: &str) -> Option<String> {
    let path = path.replace('\\', "/");
    let outside = path.trim_start_matches("./").trim_start_matches("../");
    let above = path.matches("../").count() > folder.split('/').filter(|part| !part.is_empty()).count();
    let (name, rest) = outside.split_once('/')?;
    (above && all.roots.iter().any(|root| root.name == name)).then(|| rest.to_owned())
}

/// A path without what says where it is searched.
fn plain(path: &str) -> String {
    let path = path.trim().replace('\\', "/");
    let path = path
        .strip_prefix("classpath*:")
        .or_else(|| path.strip_prefix("classpath:"))
        .unwrap_or(&path);
    joined("", path).unwrap_or_else(|| path.to_owned())
}

/// A path from a folder, without `.` and `..`; `None` if it leads out of the folder.
fn joined(folder: &str, path: &str) -> Option<String> {
    let path = path.replace('\\', "/");
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
