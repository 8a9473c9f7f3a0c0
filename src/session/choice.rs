//! Applies the options that say what of a database counts to the expectations.

use crate::cli::ChoiceArgs;
use crate::error::Problem;
use crate::expectation::{ExpectationFile, IgnoredAttribute, pattern_text};
use crate::redact;
use crate::role_map::RoleMap;
use crate::source::Source;

/// Limits expectations to what counts. `sources` are those of the files.
///
/// # Errors
/// A pattern of `--only` matches nothing.
pub(crate) fn choose(
    args: &ChoiceArgs,
    expectations: &mut [ExpectationFile],
    sources: &[Option<Source>],
) -> Result<(), Vec<Problem>> {
    keep_only(args, expectations)?;
    ignore(args, expectations);
    for (source, map) in role_maps(args, expectations, sources) {
        let same = expectations.iter_mut().zip(sources);
        let mut same: Vec<&mut ExpectationFile> = same
            .filter(|(_, other)| **other == source)
            .map(|(file, _)| file)
            .collect();
        map.apply_to_files(&mut same);
    }
    Ok(())
}

/// Leaves out the attributes of `--ignore`.
pub(crate) fn ignore(args: &ChoiceArgs, expectations: &mut [ExpectationFile]) {
    for file in expectations {
        let place = file.exact_place;
        let options = args.ignore.iter().map(|option| IgnoredAttribute {
            of: None,
            attribute: option.attribute,
            negated: option.negated,
            optional: true,
            place,
        });
        file.ignored_attributes.extend(options);
    }
}

/// The other names of roles, for each source. What an exact file says holds for all files of its database.
fn role_maps(
    args: &ChoiceArgs,
    expectations: &[ExpectationFile],
    sources: &[Option<Source>],
) -> Vec<(Option<Source>, RoleMap)> {
    let options = RoleMap::of(&args.role);
    let mut different: Vec<Option<Source>> = Vec::new();
    for source in sources {
        if !different.contains(source) {
            different.push(source.clone());
        }
    }
    let maps = different.into_iter().map(|source| {
        let files = expectations.iter().zip(sources);
        let files = files.filter(|(_, other)| **other == source).map(|(file, _)| file);
        let map = RoleMap::of_files(files, &options);
        (source, map)
    });
    maps.collect()
}

fn keep_only(args: &ChoiceArgs, expectations: &mut [ExpectationFile]) -> Result<(), Vec<Problem>> {
    let patterns = args.patterns();
    if patterns.is_empty() {
        return Ok(());
    }
    let mut matched = vec![false; patterns.len()];
    for file in expectations {
        for number in file.keep_only(&patterns) {
            matched[number] = true;
        }
    }
    let idle = patterns.iter().zip(matched).filter(|(_, matched)| !matched);
    let problems: Vec<Problem> = idle
        .map(|(pattern, _)| {
            let pattern = pattern_text(pattern);
            Problem::new(format!("no expectation matches --only {}", redact::typed(&pattern)))
                .hint("name tables, views and other objects that a file lists; a column is checked with its table")
        })
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}
