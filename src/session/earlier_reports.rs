//! Reads the JSON reports of earlier runs from a folder.

use std::fs;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use crate::error::Problem;
use crate::finding::report_history::{self, EarlierRun};
use crate::input;
use crate::input::walk::Search;
use crate::source_map::SourceMap;

/// Reads all `*.json` of a folder, in the order of their names.
///
/// # Errors
/// The folder cannot be read, or files in it are not reports of driftgate.
pub(crate) fn read(folder: &Path, files: &mut SourceMap) -> Result<Vec<EarlierRun>, Vec<Problem>> {
    let search = Search {
        deepest: 0,
        enters: &|_| true,
        wants: &|path| path.extension().is_some_and(|e| e == "json"),
    };
    let hint = "--history takes a folder of JSON reports; for the first run, make an empty one";
    let found = search.files(folder).map_err(|problems| {
        let hinted = problems.into_iter().map(|problem| match problem.hint {
            Some(_) => problem,
            None => problem.hint(hint),
        });
        hinted.collect::<Vec<_>>()
    })?;
    let (mut past, mut problems) = (Vec::new(), Vec::new());
    for file in found {
        // The folder may contain years of reports, so the texts are not kept. A file with a problem is read again to
        // show its line.
        match report(&file.path, &mut SourceMap::default()).or_else(|_| report(&file.path, files)) {
            Ok(read) => past.push(read),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(past) } else { Err(problems) }
}

fn report(path: &Path, files: &mut SourceMap) -> Result<EarlierRun, Problem> {
    let place = input::read(path, files).map_err(|problem| problem.hint(report_history::HINT))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    report_history::read(files.text(place.file), place.file, name, modified(path))
}

/// When a file was last written. A file whose time is unknown comes first.
fn modified(path: &Path) -> Duration {
    let time = fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    time.and_then(|time| time.duration_since(UNIX_EPOCH).ok())
        .unwrap_or_default()
}
