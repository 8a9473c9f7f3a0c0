//! What breaks a folder of migrations, whatever the tool.

use std::collections::BTreeMap;

use super::files::Files;
use super::version::split_digits;
use super::{FolderMigration, Tool};
use crate::error::Problem;
use crate::redact;

/// Numbers above this are dates.
const LARGEST_NUMBER: u128 = 99_999;

/// Two migrations of one version or prefix, gaps, files that the tool does not see.
#[must_use]
pub fn hazards(tool: &Tool, files: &Files, migrations: &[FolderMigration], ignored: &[String]) -> Vec<Problem> {
    let mut out = same_version(tool, migrations);
    if out.is_empty() {
        out.extend(same_prefix(tool, migrations));
    }
    if tool.consecutive {
        out.extend(gaps(migrations));
    }
    for path in ignored {
        out.push(
            Problem::new(format!(
                "{} would not see {}",
                tool.title,
                files.root.join(path).display()
            ))
            .hint(format!(
                "{} reads {}; rename the file, or move it elsewhere",
                tool.title, tool.layout
            )),
        );
    }
    out
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

fn same_version(tool: &Tool, migrations: &[FolderMigration]) -> Vec<Problem> {
    groups(migrations, |m| Some(&m.version))
        .map(|(version, files)| {
            Problem::new(format!(
                "{} migrations have the version {version}: {}",
                files.len(),
                files.join(", ")
            ))
            .hint(format!(
                "{} refuses them, or applies one of them and never the other: give each a number of its own, or make them one",
                tool.title
            ))
        })
        .collect()
}

/// The date or number that a name begins with: digits, and more digits behind single `_` or `-`.
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
    (end > 0).then(|| &name[..end])
}

/// Two that begin with one date are applied in the order of the rest of their names, which nobody chose.
fn same_prefix(tool: &Tool, migrations: &[FolderMigration]) -> Vec<Problem> {
    groups(migrations, |m| prefix(&m.name))
        .map(|(prefix, files)| {
            Problem::new(format!(
                "{} migrations begin with {prefix}: {}",
                files.len(),
                files.join(", ")
            ))
            .hint(format!(
                "{} applies them in the order of what follows in their names, which may not be the order in which they were \
                 written: give each a time of its own, or make them one",
                tool.title
            ))
        })
        .collect()
}

fn gaps(migrations: &[FolderMigration]) -> Vec<Problem> {
    let mut numbers: Vec<u128> = migrations.iter().filter_map(|m| m.version.parse().ok()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    if numbers.last().is_none_or(|last| *last > LARGEST_NUMBER) {
        return Vec::new();
    }
    // Numbers that are counted in tens have no gaps.
    if numbers.iter().copied().fold(0, greatest_common_divisor) > 1 {
        return Vec::new();
    }
    numbers
        .windows(2)
        .filter(|pair| pair[1] - pair[0] > 1)
        .map(|pair| {
            Problem::new(format!("between the migrations {} and {} one is missing", pair[0], pair[1]))
                .hint("was a file left out of the commit? Where the number was never given, number the later ones again if nothing has applied them")
        })
        .collect()
}

fn greatest_common_divisor(a: u128, b: u128) -> u128 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}
