//! Makes changes to copies of a random schema, and undoes them.

use std::collections::BTreeSet;

use super::dump;
use super::grammar::Random;
use super::subject::{Change, Effort, Outcome, Subject};
use super::verdict::{Finding, difference, is_of, lines, report};
use crate::run::Run;
use crate::server::{TestDb, server};

/// Makes changes to a copy, and returns those that PostgreSQL accepts.
pub fn made<'a>(copy: &TestDb, changes: &[&'a Change], outcome: &mut Outcome) -> Result<Vec<&'a Change>, String> {
    let statements: Vec<String> = changes
        .iter()
        .map(|change| format!("set check_function_bodies = off; {}", change.sql))
        .collect();
    let results = copy.try_all(&statements)?;
    let accepted = changes.iter().zip(results);
    let made: Vec<&Change> = accepted
        .filter_map(|(change, result)| result.is_ok().then_some(*change))
        .collect();
    outcome.refused_changes += changes.len() - made.len();
    outcome.made += made.len();
    Ok(made)
}

impl Subject {
    /// Makes changes to one copy. Those that have to be tried one by one, because what is found does not fit them.
    pub fn suspicious<'a>(
        &self,
        batch: &'a [Change],
        copy: &TestDb,
        outcome: &mut Outcome,
    ) -> Result<Vec<&'a Change>, String> {
        let made = made(copy, &batch.iter().collect::<Vec<_>>(), outcome)?;
        let dump = dump::entries(copy)?;
        let run = self.check(copy);
        let found = report(&run)?;
        let changed: Vec<&str> = self.dump.symmetric_difference(&dump).map(String::as_str).collect();
        let is_about = |finding: &Finding, change: &Change| {
            finding.object.contains(&change.object) || finding.object.contains(&change.name)
        };
        let is_clear = !run.stderr.is_empty()
            || matches!(run.code, Some(0 | 1))
                && found.iter().all(|finding| {
                    finding.status == "drift"
                        && (made.iter().any(|change| is_about(finding, change)) || is_of(finding, &changed))
                });
        if !is_clear {
            return Ok(made);
        }
        Ok(made
            .into_iter()
            .filter(|change| {
                let is_changed = changed.iter().any(|entry| entry.contains(&change.name));
                let is_found = found.iter().any(|finding| is_about(finding, change));
                outcome.different += usize::from(is_changed && is_found);
                is_changed != is_found
            })
            .collect())
    }

    /// Makes changes to a copy and undoes each. The copy is then what the original is.
    pub fn undo_all(
        &self,
        batch: &[Change],
        random: &mut Random,
        outcome: &mut Outcome,
        effort: Effort,
    ) -> Result<TestDb<'static>, String> {
        let copy = server().copy_of(&self.db);
        let pairs: Vec<(&Change, String)> = batch
            .iter()
            .filter_map(|change| {
                Some((
                    change,
                    format!(
                        "set check_function_bodies = off; {}; {}",
                        change.sql,
                        change.undo.as_ref()?
                    ),
                ))
            })
            .collect();
        if pairs.is_empty() {
            return Ok(copy);
        }
        let statements: Vec<String> = pairs.iter().map(|(_, sql)| sql.clone()).collect();
        let results = copy.try_all(&statements)?;
        let undone: Vec<&Change> = pairs
            .iter()
            .zip(results)
            .filter_map(|((change, _), result)| result.is_ok().then_some(*change))
            .collect();
        outcome.undone += undone.len();
        if self.check(&copy).code == Some(0) {
            return Ok(copy);
        }
        for change in undone {
            self.try_change(
                change,
                random,
                outcome,
                Effort {
                    is_thorough: false,
                    ..effort
                },
            )?;
        }
        Ok(server().copy_of(&self.db))
    }

    /// Makes a change to a copy. Whether it could be made.
    pub fn try_change(
        &self,
        change: &Change,
        random: &mut Random,
        outcome: &mut Outcome,
        effort: Effort,
    ) -> Result<bool, String> {
        let copy = server().copy_of(&self.db);
        if copy
            .try_exec(&format!("set check_function_bodies = off; {}", change.sql))
            .is_err()
        {
            outcome.refused_changes += 1;
            return Ok(false);
        }
        outcome.made += 1;
        let dump = dump::entries(&copy)?;
        let run = self.check(&copy);
        let found = report(&run)?;
        outcome.different += usize::from(dump != self.dump);
        if let Some(problem) = self.verdict(change, &dump, &found, &run) {
            outcome.problems.push(problem);
        } else if effort.is_thorough {
            let problem = self.thoroughly(change, &copy, &found, random, outcome)?;
            outcome.problems.extend(problem);
        }
        if let Some(undo) = &change.undo {
            self.undo(change, undo, &copy, outcome)?;
        }
        Ok(true)
    }

    /// What is wrong with what was found.
    fn verdict(&self, change: &Change, dump: &BTreeSet<String>, found: &[Finding], run: &Run) -> Option<String> {
        let is_different = *dump != self.dump;
        let differences = || difference(&self.dump, dump);
        let told = |verdict: &str| {
            Some(format!(
                "{verdict}: {}\n{}{}{}",
                change.sql,
                lines(found),
                run.stderr,
                differences()
            ))
        };
        // What could not be compared does not matter where something else has drifted.
        if !found.is_empty() && found.iter().all(|finding| finding.status != "drift") {
            return told("UNKNOWN");
        }
        if !run.stderr.is_empty() || !matches!(run.code, Some(0 | 1)) {
            return told("FAILED");
        }
        match (is_different, found.is_empty()) {
            (true, true) => return told("MISSED"),
            (false, false) => return told("PHANTOM"),
            (false, true) => return None,
            (true, false) => {}
        }
        let is_about =
            |finding: &Finding| finding.object.contains(&change.object) || finding.object.contains(&change.name);
        let changed: Vec<&str> = self.dump.symmetric_difference(dump).map(String::as_str).collect();
        if !found
            .iter()
            .any(|finding| is_about(finding) || is_of(finding, &changed))
        {
            return told("ELSEWHERE");
        }
        // Every finding is about something whose entry has changed.
        let spilled: Vec<&Finding> = found
            .iter()
            .filter(|finding| !is_about(finding) && !is_of(finding, &changed))
            .collect();
        if spilled.is_empty() { None } else { told("SPILLED") }
    }

    fn undo(&self, change: &Change, undo: &str, copy: &TestDb, outcome: &mut Outcome) -> Result<(), String> {
        if copy
            .try_exec(&format!("set check_function_bodies = off; {undo}"))
            .is_err()
        {
            return Ok(());
        }
        let dump = dump::entries(copy)?;
        let run = self.check(copy);
        let found = report(&run)?;
        outcome.undone += 1;
        let verdict = match (dump == self.dump, found.is_empty()) {
            (true, false) => "PHANTOM after undo",
            (false, true) => "MISSED after undo",
            _ => return Ok(()),
        };
        outcome.problems.push(format!(
            "{verdict}: {}; {undo}\n{}{}{}",
            change.sql,
            lines(&found),
            run.stderr,
            difference(&self.dump, &dump)
        ));
        Ok(())
    }
}
