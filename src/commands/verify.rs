//! One database against everything that is expected of it.

use super::let_go;
use super::session::{Access, begin};
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
    let (mut session, snapshot) = begin(access, scope, limits).await?;
    target.name.clone_from(&snapshot.server.database);
    target.server_version.clone_from(&snapshot.server.version);
    let plan = compare::plan(files, &snapshot, target.checks.passes.are_kept());
    let answers = session.decide(plan.questions(), &snapshot, limits).await?;
    let (checks, claims) = resolve::resolve(plan, &answers, &snapshot);
    target.checks = checks;
    target.not_compared = counted(&snapshot.not_compared);
    target.coverage = with_coverage.then(|| coverage::coverage(files, &snapshot, &claims));
    let_go(claims);
    for file in files {
        for expected in &file.histories {
            match session.history(expected, &snapshot.server.role, limits).await? {
                Ok(found) => {
                    target.histories.extend(history::found(expected, &found));
                    target.checks.extend(history::compare(expected, &found));
                }
                Err(unseen) => target.checks.push(*unseen),
            }
        }
        for expected in &file.assertions {
            let path = &snapshot.server.search_path;
            target.checks.extend(session.assertion(expected, path, limits).await?);
        }
    }
    session.close().await;
    Ok(snapshot)
}
