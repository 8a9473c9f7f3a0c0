//! Checks fleet files, without asking for what they list.

use std::path::{Path, PathBuf};

use crate::error::Problem;
use crate::expectation::load::plain;
use crate::fleet::file;
use crate::input;
use crate::source_map::SourceMap;

/// The fleet files among some paths, and the paths of the expectation files that are checked: the others, and those that the
/// fleet files name.
pub(super) struct LintedFleets {
    /// How many fleet files there are.
    pub(super) count: usize,
    /// The paths of expectation files.
    pub(super) paths: Vec<PathBuf>,
    /// The problems of the fleet files.
    pub(super) problems: Vec<Problem>,
}

/// Checks the fleet files among these paths. A file is one if it has `targets` at the top.
pub(super) fn check(paths: &[PathBuf], files: &mut SourceMap) -> LintedFleets {
    let mut linted = LintedFleets {
        count: 0,
        paths: Vec::new(),
        problems: Vec::new(),
    };
    for path in paths {
        // A large expectation file is not kept twice.
        let may_be = path.is_file() && input::read_text(path).is_ok_and(|text| file::may_be_fleet(&text));
        // What cannot be read is reported with the expectation files.
        let place = may_be.then(|| input::read(path, files).ok()).flatten();
        let Some(place) = place.filter(|place| file::is_fleet(files.text(place.file), place.file)) else {
            linted.paths.push(path.clone());
            continue;
        };
        linted.count += 1;
        match file::parse(files.text(place.file), place.file) {
            Ok(fleet) => {
                let beside = path.parent().unwrap_or(Path::new(""));
                let own = fleet.entries.iter().flat_map(|entry| &entry.expectations);
                for text in fleet.expectations.iter().chain(own) {
                    let path = plain(beside.join(&text.text));
                    if !linted.paths.contains(&path) {
                        linted.paths.push(path);
                    }
                }
            }
            Err(problems) => linted.problems.extend(problems),
        }
    }
    linted
}
