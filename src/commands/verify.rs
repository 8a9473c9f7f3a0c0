//! One database against everything that is expected of it.

use super::opened::Access;
use super::session::begin;
use super::{let_go, tell};
use crate::catalog::{Limits, capture};
use crate::compare::{self, coverage, history, resolve};
use crate::error::Failure;
use crate::expectation::ExpectationFile;
use crate::not_compared::counted;
use crate::report::Target;
use crate::snapshot::Snapshot;

/// One session: everything that is asked is asked in one transaction.
///
/// # Errors
/// The server cannot be reached, or does not answer. What was found before stays in the target.
pub(super) async fn verify(
    access: &Access<'_>,
    files: &[&ExpectationFile],
    scope: &capture::Scope,
    limits: Limits,
    with_coverage: bool,
    target: &mut Target,
) -> Result<Snapshot, Failure> {
    let statements = files
        .iter()
        .map(|file| file.histories.len() + file.assertions.len())
        .sum();
    let (mut session, snapshot) = begin(access, scope, limits, statements).await?;
    target.name.clone_from(&snapshot.server.database);
    target.server_version.clone_from(&snapshot.server.version);
    if session.runs_assertions_privileged(files, &snapshot) {
        tell(
            "note: the assertions run as a role that row security does not stop: code of the database that they reach runs \
             with its privileges\n  help: give --assertions-url with a role that may do less; see docs/security.md\n",
        );
    }
    let plan = compare::plan(files, &snapshot, target.checks.passes.are_kept());
    let answers = session.decide(plan.questions(), &snapshot, limits).await?;
    let (checks, claims) = resolve::resolve(plan, &answers, &snapshot);
    target.checks = checks;
    target.not_compared = counted(&snapshot.not_compared);
    target.coverage = with_coverage.then(|| coverage::coverage(files, &snapshot, &claims));
    let_go(claims);
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
    Ok(snapshot)
}
