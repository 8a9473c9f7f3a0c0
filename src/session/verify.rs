//! One database against everything that is expected of it.

use std::time::Instant;

use super::source::Access;
use super::{begin, drop_in_background};
use crate::catalog::{Limits, capture};
use crate::compare::{self, coverage, history, resolve};
use crate::console::tell;
use crate::error::Failure;
use crate::expectation::ExpectationFile;
use crate::not_compared::counted;
use crate::report::Target;
use crate::snapshot::Snapshot;

/// One session: everything that is asked is asked in one transaction. Where the schema is changed while texts are
/// compared, all of it is done again, for as long as one statement may take.
///
/// # Errors
/// The server cannot be reached, or does not answer. What was found before stays in the target.
pub(crate) async fn verify(
    access: &Access<'_>,
    files: &[&ExpectationFile],
    scope: &capture::Scope,
    limits: Limits,
    with_coverage: bool,
    target: &mut Target,
) -> Result<Snapshot, Failure> {
    let began = Instant::now();
    loop {
        if let Some(snapshot) = attempt(access, files, scope, limits, with_coverage, target).await? {
            return Ok(snapshot);
        }
        if began.elapsed() > limits.statement {
            return Err(
                Failure::new("comparing texts", "the schema was changed each time meanwhile")
                    .hint("the schema is being changed right now: run it again when that has ended"),
            );
        }
    }
}

/// One attempt; `None` if the schema has changed meanwhile.
async fn attempt(
    access: &Access<'_>,
    files: &[&ExpectationFile],
    scope: &capture::Scope,
    limits: Limits,
    with_coverage: bool,
    target: &mut Target,
) -> Result<Option<Snapshot>, Failure> {
    let statements = files
        .iter()
        .map(|file| file.histories.len() + file.assertions.len())
        .sum();
    let (mut session, snapshot) = begin(access, scope, limits, statements).await?;
    target.name.clone_from(&snapshot.server.database);
    target.server_version.clone_from(&snapshot.server.version);
    let plan = compare::plan(files, &snapshot, target.checks.passes.are_kept());
    let Some(answers) = session.decide(plan.questions(), &snapshot, limits).await? else {
        session.close().await;
        return Ok(None);
    };
    let (checks, claims) = resolve::resolve(plan, &answers, &snapshot);
    target.checks = checks;
    target.not_compared = counted(&snapshot.not_compared);
    target.coverage = with_coverage.then(|| coverage::coverage(files, &snapshot, &claims));
    drop_in_background(claims);
    if session.runs_assertions_privileged(files, &snapshot) {
        tell(
            "note: the assertions run as a role that row security does not stop: code of the database that they reach runs \
             with its privileges\n  help: give --assertions-url with a role that may do less; see docs/security.md\n",
        );
    }
    for file in files {
        for expected in &file.histories {
            match session.history(expected, &snapshot.server.role).await? {
                Ok(found) => {
                    target.histories.extend(history::found(expected, &found));
                    target.checks.extend(history::compare(expected, &found));
                }
                Err(unseen) => target.checks.push(*unseen),
            }
        }
        for expected in &file.assertions {
            target.checks.extend(session.assertion(expected, &snapshot).await?);
        }
    }
    session.close().await;
    Ok(Some(snapshot))
}
