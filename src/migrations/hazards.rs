//! Problems of a folder of migrations that concern every tool.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::files::Files;
use super::version::split_digits;
use super::{Effect, FolderMigration, FolderProblem, Tool};
use crate::error::Problem;
use crate::redact;

/// Larger numbers are dates.
const LARGEST_NUMBER: u128 = 99_999;

/// Migrations with the same version or prefix, gaps, and files that the tool ignores.
#[must_use]
pub fn hazards(tool: &Tool, files: &Files, migrations: &[FolderMigration], ignored: &[PathBuf]) -> Vec<FolderProblem> {
    let mut out = same_version(tool, migrations);
    if out.is_empty() && sorts_by_name(tool) {
        out.extend(same_prefix(tool, migrations));
    }
    if tool.consecutive {
        out.extend(gaps(migrations));
    }
    for path in ignored {
        let problem = Problem::new(format!("{} would ignore {}", tool.title, redact::path(path))).hint(format!(
            "{} reads {}; rename the file, or move it elsewhere",
            tool.title, tool.layout
        ));
        let root = files.roots.iter().find_map(|root| path.strip_prefix(&root.path).ok());
        out.push(FolderProblem {
            name: root.unwrap_or(path).to_string_lossy().into_owned(),
            effect: Effect::Ignored,
            problem,
        });
    }
    out
}

/// Whether the order of migrations depends on the text of their names, and not only on numbers or on a graph.
fn sorts_by_name(tool: &Tool) -> bool {
    let sort = |name: &str| (tool.sort)(name);
    sort("1_a").is_some() && sort("1_a") != sort("1_b")
}

fn groups<'a>(
    migrations: &'a [FolderMigration],
    key: impl Fn(&'a FolderMigration) -> Option<&'a str>,
) -> impl Iterator<Item = (&'a str, Vec<String>)> {
    let mut groups: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for migration in migrations {
        if let Some(key) = key(migration) {
            groups.entry(key).or_default().push(redact::path(&migration.file));
        }
    }
    groups.into_iter().filter(|(_, files)| files.len() > 1)
}

fn same_version(tool: &Tool, migrations: &[FolderMigration]) -> Vec<FolderProblem> {
    groups(migrations, |m| Some(&m.version))
        .map(|(version, files)| {
            let problem = Problem::new(format!(
                "{} migrations have the version {version}: {}",
                files.len(),
                files.join(", ")
            ))
            .hint(format!(
                "{} refuses them, or applies one of them and never the other: give each its own number, or combine them",
                tool.title
            ));
            FolderProblem::refused(version, problem)
        })
        .collect()
}

/// The date or number that a name begins with: groups of digits, separated by single `_` or `-`.
fn prefix(name: &str) -> Option<&str> {
    let mut end = 0;
    loop {
        let (digits, rest) = split_digits(&name[end..]);
        if digits.is_empty() {
            break;
        }
        end += digits.len();
        let separated = rest
            .strip_prefix(['_', '-'])
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        if !separated {
            break;
        }
        end += 1;
    }
    // The digits of a random identifier are not a date.
    let is_word = name[end..].starts_with(char::is_alphanumeric);
    (end > 0 && !is_word).then(|| &name[..end])
}

/// Migrations with the same date are applied in the order of the rest of their names, which may not be intended.
fn same_prefix(tool: &Tool, migrations: &[FolderMigration]) -> Vec<FolderProblem> {
    groups(migrations, |m| prefix(&m.name))
        .map(|(prefix, files)| {
            let problem = Problem::new(format!(
                "{} migrations begin with {prefix}: {}",
                files.len(),
                files.join(", ")
            ))
            .hint(format!(
                "{} applies them in the order of the rest of their names, which may not be the order in which they were \
                 written: give each its own time, or combine them",
                tool.title
            ));
            FolderProblem {
                name: prefix.to_owned(),
                effect: Effect::Suspect,
                problem,
            }
        })
        .collect()
}

fn gaps(migrations: &[FolderMigration]) -> Vec<FolderProblem> {
    let mut numbers: Vec<u128> = migrations.iter().filter_map(|m| m.version.parse().ok()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    if numbers.last().is_none_or(|last| *last > LARGEST_NUMBER) {
        return Vec::new();
    }
    // Numbers in steps, such as tens, have no gaps.
    if numbers.iter().copied().fold(0, greatest_common_divisor) > 1 {
        return Vec::new();
    }
    numbers
        .windows(2)
        .filter(|pair| pair[1] - pair[0] > 1)
        .map(|pair| {
            let problem = Problem::new(format!("a migration is missing between {} and {}", pair[0], pair[1]))
                .hint("add the file if it was left out of the commit; if the number was never used, renumber the later migrations, provided that no database has applied them");
            FolderProblem {
                name: (pair[0] + 1).to_string(),
                effect: Effect::Suspect,
                problem,
            }
        })
        .collect()
}

fn greatest_common_divisor(a: u128, b: u128) -> u128 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}
