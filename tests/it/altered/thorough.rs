//! What else must hold of a random schema and of a change of it.

use serde_json::Value;

use super::dump;
use super::grammar::Random;
use super::subject::{Change, Outcome, PREPARE, Subject};
use super::verdict::{Finding, difference, lines, report};
use crate::cases::advice;
use crate::run::{CHECK, Driftgate, KEY};
use crate::server::{TestDb, server};

impl Subject {
    /// The same statements in another order must give the same schema.
    pub fn in_another_order(&self, random: &mut Random, outcome: &mut Outcome) -> Result<(), String> {
        let mut units = self.units.clone();
        random.shuffle(&mut units);
        let db = server().database("");
        db.try_all(&[PREPARE.to_owned()])?;
        for _ in 0..12 {
            let sql: Vec<String> = units.iter().flatten().cloned().collect();
            let mut session = vec!["set check_function_bodies = off; set search_path = public, a, \"B c\"".to_owned()];
            session.extend(sql);
            let mut results = db.try_all(&session)?.into_iter().skip(1);
            for unit in &mut units {
                // What follows a statement that was refused is repeated with it, if it was refused, too.
                unit.retain(|_| results.next().is_some_and(|result| result.is_err()));
            }
            units.retain(|unit| !unit.is_empty());
            if units.is_empty() {
                break;
            }
        }
        let dump = dump::entries(&db)?;
        let run = self.check(&db);
        let found = report(&run)?;
        if dump == self.dump && (run.code != Some(0) || !found.is_empty()) {
            outcome
                .problems
                .push(format!("PHANTOM in another order: {}{}", lines(&found), run.stderr));
        }
        if dump != self.dump && found.is_empty() {
            outcome
                .problems
                .push(format!("MISSED in another order:\n{}", difference(&self.dump, &dump)));
        }
        Ok(())
    }

    /// Compares `diff` with `check`, what `pull` writes of the copy with the copy, and follows one piece of advice.
    pub fn thoroughly(
        &self,
        change: &Change,
        copy: &TestDb,
        found: &[Finding],
        random: &mut Random,
        outcome: &mut Outcome,
    ) -> Result<Option<String>, String> {
        let diff = self
            .driftgate
            .run(["diff", &self.db.url(), &copy.url(), "--format", "json"]);
        let differs = report(&diff)?;
        if differs.is_empty() != found.is_empty() || !diff.stderr.is_empty() {
            return Ok(Some(format!(
                "DIFF: {}\n{}{}",
                change.sql,
                lines(&differs),
                diff.stderr
            )));
        }
        let again = Driftgate::new().env("DATABASE_URL", copy.url()).env("KEY", KEY);
        let pulled = again.run(["pull", "-o", "pulled.yaml", "--digest-key", "env:KEY"]);
        let run = again.run(CHECK);
        if pulled.code != Some(0) || run.code != Some(0) || !run.stderr.is_empty() {
            return Ok(Some(format!(
                "PHANTOM after pull after: {}\n{}{}{}",
                change.sql,
                pulled.stderr,
                lines(&report(&run)?),
                run.stderr
            )));
        }
        self.follow(change, copy, random, outcome)
    }

    /// Follows the advice of one finding in a copy of the copy.
    fn follow(
        &self,
        change: &Change,
        copy: &TestDb,
        random: &mut Random,
        outcome: &mut Outcome,
    ) -> Result<Option<String>, String> {
        let run = self.check(copy);
        let value: Value = serde_json::from_str(&run.stdout).map_err(|error| error.to_string())?;
        let before = advice::findings(&value);
        let advised: Vec<&advice::Advised> = before.iter().filter(|finding| finding.sql.is_some()).collect();
        let Some(finding) = random.choose(&advised) else {
            return Ok(None);
        };
        outcome.advice += 1;
        let again = server().copy_of(copy);
        let sql = finding.sql.as_deref().unwrap_or_default();
        let followed = again.try_each(&advice::split(sql));
        let problem = match followed {
            Err(_) if finding.may_be_refused() => return Ok(None),
            Err(error) => Some(error),
            Ok(()) => {
                let run = self.check(&again);
                let value: Value = serde_json::from_str(&run.stdout).map_err(|error| error.to_string())?;
                advice::compare(finding, sql, &before, &advice::findings(&value)).err()
            }
        };
        Ok(problem.map(|problem| {
            format!(
                "ADVICE: {}\n  {}\n  {}\n  {problem}",
                change.sql, finding.id, finding.hint
            )
        }))
    }
}
