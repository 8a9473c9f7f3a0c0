//! `driftgate lint`: checks expectation files alone.

use super::{print, tell_problems};
use crate::cli::LintArgs;
use crate::expectation::load::load;
use crate::report::Exit;
use crate::source_map::SourceMap;

/// Runs the command.
#[must_use]
pub fn run(args: &LintArgs) -> Exit {
    let mut files = SourceMap::default();
    match load(&args.paths, &mut files) {
        Ok(expectations) => {
            let s = if expectations.len() == 1 { "" } else { "s" };
            match print(&format!(
                "{} expectation file{s} without a mistake\n",
                expectations.len()
            )) {
                Ok(()) => Exit::Passed,
                Err(_) => Exit::Failure,
            }
        }
        Err(problems) => {
            tell_problems(&problems, &files, args.color);
            Exit::Usage
        }
    }
}
