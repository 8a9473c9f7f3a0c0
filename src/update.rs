//! Changes an expectation file so that it matches the database.
//!
//! Only values with a finding are changed, so that spellings that PostgreSQL treats as equal stay. The rest of the
//! file, comments and blank lines included, stays byte for byte.

mod changes;
mod object;
mod spot;
#[cfg(test)]
mod tests;
mod value;

use std::collections::BTreeMap;

use changes::changes;
use object::Editor;

use crate::expectation::ExpectationFile;
use crate::finding::Check;
use crate::snapshot::Snapshot;
use crate::yaml::{self, Places, splice};

/// The result of an update.
#[derive(Debug)]
pub struct Updated {
    /// The new text; the old one if nothing could be changed.
    pub text: String,
    /// Why findings were not applied, by their ids.
    pub left: BTreeMap<String, String>,
}

/// Why a value that is written in an unusual way is not changed.
const UNSPLICED: &str = "the way it is written does not allow a change without touching other text; change it by hand";

/// Applies findings to a file. `text` is the text that `file` was read from.
#[must_use]
pub fn update(file: &ExpectationFile, text: &str, findings: &[&Check], snapshot: &Snapshot) -> Updated {
    let mut left = BTreeMap::new();
    let root = match yaml::parse(text, file.file, Places::OfUse) {
        Ok(document) => document.root,
        Err(problem) => {
            let why = format!("the file cannot be read: {}", problem.message);
            left.extend(findings.iter().map(|check| (check.id(), why.clone())));
            return Updated {
                text: text.to_owned(),
                left,
            };
        }
    };
    let (changes, unlisted) = changes(file, findings, snapshot);
    // One change after the other: if one fails, the others are still made.
    let mut editor = Editor::new(file, snapshot, &root);
    for (at, change) in &changes {
        if let Err(why) = editor.change(*at, change) {
            let findings = change
                .findings
                .iter()
                .chain(change.unlisted.iter().map(|object| &object.finding));
            left.extend(findings.map(|id| (id.clone(), why.clone())));
        }
    }
    editor.list_unlisted(&unlisted);
    let (changes, more) = editor.finish();
    left.extend(more);
    if changes.is_empty() {
        return Updated {
            text: text.to_owned(),
            left,
        };
    }
    match splice::splice(text, &root, &changes) {
        Ok(text) => Updated { text, left },
        Err((line, column)) => {
            let why = format!("line {line}, column {column} prevents the change: {UNSPLICED}");
            left.extend(findings.iter().map(|check| (check.id(), why.clone())));
            Updated {
                text: text.to_owned(),
                left,
            }
        }
    }
}
