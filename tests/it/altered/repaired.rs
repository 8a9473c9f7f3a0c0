//! Repairs of copies of a random schema, after random changes of them.

use std::collections::BTreeSet;

use super::dump;
use super::grammar::Random;
use super::subject::{Change, Effort, Outcome, Subject, batches};
use super::tries::made;
use super::verdict::{difference, lines, report};
use crate::repairs::psql;
use crate::run::{KEY, run};
use crate::server::{TestDb, server};

/// Changes whose scripts PostgreSQL refuses. Without plpgsql, which no file lists, no function can be created, and what was
/// in a schema that has another name now has its partitions there.
const NOT_TRIED: &[&str] = &["drop extension plpgsql", "alter schema"];

/// What PostgreSQL does when a partition is attached: it takes the index of the partition for that of the parent.
const NOT_REPAIRED: &str = "index-attached-to";

/// A random schema, and scripts that undo random changes of copies.
pub fn repair_schema(grammar: &str, changes: &str, seed: u32, effort: Effort) -> Outcome {
    Outcome::of(seed, 6007, |outcome, random| {
        repair_into(outcome, grammar, changes, random, effort)
    })
}

fn repair_into(
    outcome: &mut Outcome,
    grammar: &str,
    changes: &str,
    random: &mut Random,
    effort: Effort,
) -> Result<(), String> {
    let subject = Subject::make(grammar, random, outcome)?;
    let mut changes = subject.changes(changes, random)?;
    changes.retain(|change| !NOT_TRIED.iter().any(|what| change.sql.starts_with(what)));
    changes.truncate(effort.changes);
    for batch in batches(changes) {
        let together: Vec<&Change> = batch.iter().collect();
        if subject.repaired(&together, outcome)?.is_none() {
            continue;
        }
        let mut problems = Vec::new();
        for change in &batch {
            problems.extend(subject.repaired(&[change], outcome)?);
        }
        if problems.is_empty() {
            problems.extend(subject.repaired(&together, outcome)?);
        }
        outcome.problems.extend(problems);
    }
    Ok(())
}

impl Subject {
    /// Makes changes to a copy, and repairs it. The result is what is wrong then.
    fn repaired(&self, changes: &[&Change], outcome: &mut Outcome) -> Result<Option<String>, String> {
        let copy = server().copy_of(&self.db);
        let made = made(&copy, changes, outcome)?;
        let made: Vec<&str> = made.iter().map(|change| change.sql.as_str()).collect();
        if made.is_empty() {
            return Ok(None);
        }
        let before = report(&self.check(&copy))?;
        outcome.different += usize::from(!before.is_empty());
        let folder = self.driftgate.folder().path();
        let arguments = ["repair", "pulled.yaml", "--with-losses", "--digest-key", "env:KEY"];
        let variables = [("DATABASE_URL", copy.url()), ("KEY", KEY.to_owned())];
        let variables = variables.each_ref().map(|(name, value)| (*name, value.as_str()));
        let script = run(folder, variables, &arguments.map(str::to_owned));
        let ran = psql(&copy.url(), &script.stdout);
        let wrong = match ran {
            Err(error) => Some(format!("FAILS: {error}")),
            Ok(()) => self.differs(&copy, script.code == Some(0), &before.iter().map(key).collect())?,
        };
        outcome.undone += usize::from(wrong.is_none());
        Ok(wrong.map(|wrong| format!("{wrong}\n{};\n{}{}", made.join(";\n"), script.stdout, script.stderr)))
    }

    /// What is not as it was after a script has run.
    fn differs(
        &self,
        copy: &TestDb<'_>,
        is_complete: bool,
        before: &BTreeSet<String>,
    ) -> Result<Option<String>, String> {
        let after = report(&self.check(copy))?;
        if after.iter().any(|finding| finding.code() == NOT_REPAIRED) {
            return Ok(None);
        }
        let dump = dump::entries(copy)?;
        Ok(if is_complete {
            match (after.is_empty(), dump == self.dump) {
                (true, true) => None,
                (false, _) => Some(format!("LEFT: {}", lines(&after))),
                (true, false) => Some(format!("TOUCHED: {}", difference(&self.dump, &dump))),
            }
        } else {
            let new: Vec<_> = after
                .into_iter()
                .filter(|finding| !before.contains(&key(finding)))
                .collect();
            (!new.is_empty()).then(|| format!("NEW: {}", lines(&new)))
        })
    }
}

/// What a finding is about.
fn key(finding: &super::verdict::Finding) -> String {
    format!("{} {}", finding.code(), finding.object)
}
