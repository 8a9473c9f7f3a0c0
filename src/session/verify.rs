//! Verifies one source against all its expectations.

use std::collections::BTreeMap;
use std::time::Instant;

use super::source::{Endpoint, ResolvedSource};
use super::{Session, begin, drop_in_background};
use crate::catalog::capture::Scope;
use crate::catalog::{Limits, block_on};
use crate::compare::{self, coverage, history, resolve};
use crate::console::eprint;
use crate::error::Failure;
use crate::expectation::{CutName, ExpectationFile};
use crate::finding::Target;
use crate::not_compared::counted;
use crate::snapshot::Snapshot;

/// The expectations and options of a verification.
#[derive(Clone, Copy)]
pub(crate) struct Verification<'a> {
    pub(crate) files: &'a [&'a ExpectationFile],
    /// Which part of the catalog is read.
    pub(crate) scope: &'a Scope,
    pub(crate) limits: Limits,
    /// Whether the coverage is computed.
    pub(crate) with_coverage: bool,
}

impl Verification<'_> {
    /// Verifies a source in one session, and adds the findings to the target. If the schema changes while texts are
    /// compared, everything is read again, for at most as long as one statement may take.
    ///
    /// # Errors
    /// The source cannot be reached, or does not answer. Earlier findings stay in the target.
    pub(crate) fn run(mut self, source: &ResolvedSource, target: &mut Target) -> Result<Snapshot, Failure> {
        self.limits = source.limits(self.limits);
        source.with_endpoint(|endpoint| block_on(self.retry(endpoint, target)))
    }

    async fn retry(self, endpoint: &Endpoint<'_>, target: &mut Target) -> Result<Snapshot, Failure> {
        let start = Instant::now();
        loop {
            if let Some(snapshot) = self.attempt(endpoint, target).await? {
                return Ok(snapshot);
            }
            if start.elapsed() > self.limits.statement {
                return Err(
                    Failure::new("comparing texts", "the schema changed during every attempt")
                        .hint("the schema is being changed right now: run the command again later"),
                );
            }
        }
    }

    /// One attempt. `None` if the schema has changed while texts were compared.
    async fn attempt(self, endpoint: &Endpoint<'_>, target: &mut Target) -> Result<Option<Snapshot>, Failure> {
        let statements = self
            .files
            .iter()
            .map(|file| file.histories.len() + file.assertions.len())
            .sum();
        let (mut session, snapshot) = begin(endpoint, self.scope, self.limits, statements).await?;
        target.name.clone_from(&snapshot.server.database);
        target.server_version.clone_from(&snapshot.server.version);
        let plan = compare::plan(self.files, &snapshot, target.checks.passes.are_kept());
        let Some(mut answers) = session.decide(plan.questions(), &snapshot, self.limits).await? else {
            session.close().await;
            return Ok(None);
        };
        // Only findings have advice, and most runs have none.
        let conditions = resolve::conditions(&plan, &answers);
        if !conditions.is_empty() {
            let Some(more) = session.decide(conditions, &snapshot, self.limits).await? else {
                session.close().await;
                return Ok(None);
            };
            answers.extend(more);
        }
        let (checks, claims) = resolve::resolve(plan, &answers, &snapshot);
        target.checks = checks;
        target.cut_names = self.cut_names();
        target.not_compared = counted(&snapshot.not_compared);
        target.coverage = self
            .with_coverage
            .then(|| coverage::coverage(self.files, &snapshot, &claims));
        drop_in_background(claims);
        self.histories_and_assertions(&mut session, &snapshot, target).await?;
        session.close().await;
        Ok(Some(snapshot))
    }

    /// The names that PostgreSQL cuts, each once.
    fn cut_names(self) -> Vec<CutName> {
        let all = self.files.iter().flat_map(|file| &file.cut_names);
        let by_name: BTreeMap<&str, &CutName> = all.map(|cut| (cut.name.as_str(), cut)).collect();
        by_name.into_values().cloned().collect()
    }

    async fn histories_and_assertions(
        self,
        session: &mut Session<'_>,
        snapshot: &Snapshot,
        target: &mut Target,
    ) -> Result<(), Failure> {
        if session.runs_assertions_privileged(self.files, snapshot) {
            eprint(
                "note: assertions run as a role that bypasses row security: database code that they call runs with the \
                 privileges of this role\n  help: give --assertions-url with a less privileged role; see docs/security.md\n",
            );
        }
        for file in self.files {
            for expected in &file.histories {
                match session.history(expected, &snapshot.server.role).await? {
                    Ok(found) => {
                        target.histories.extend(history::found(expected, &found));
                        target.checks.extend(history::compare(expected, &found));
                    }
                    Err(finding) => target.checks.push(*finding),
                }
            }
            for expected in &file.assertions {
                target.checks.extend(session.assertion(expected, snapshot).await?);
            }
        }
        Ok(())
    }
}
