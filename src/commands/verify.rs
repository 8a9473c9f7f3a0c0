//! One database against everything that is expected of it.

use super::let_go;
use super::session::{begin, close, patiently};
use crate::catalog::conninfo::Conninfo;
use crate::catalog::{self, Limits, canonical, capture, observe};
use crate::compare::{self, assertion, coverage, history, resolve};
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
    info: &Conninfo,
    files: &[&ExpectationFile],
    scope: &capture::Scope,
    limits: Limits,
    with_coverage: bool,
    target: &mut Target,
) -> Result<Snapshot, Failure> {
    let (mut connection, snapshot) = begin(info, scope, limits).await?;
    target.name.clone_from(&snapshot.server.database);
    target.server_version.clone_from(&snapshot.server.version);
    let plan = compare::plan(files, &snapshot, target.checks.passes.are_kept());
    let questions = plan.questions();
    let statements = questions.len() + 1;
    let answers = patiently(
        limits,
        statements,
        canonical::decide(&mut connection, questions, &snapshot),
    )
    .await?;
    let (checks, claims) = resolve::resolve(plan, &answers, &snapshot);
    target.checks = checks;
    target.not_compared = counted(&snapshot.not_compared);
    target.coverage = with_coverage.then(|| coverage::coverage(files, &snapshot, &claims));
    let_go(claims);
    for file in files {
        for expected in &file.histories {
            let reading = catalog::history::history(&mut connection, expected, &snapshot.server.role);
            let found = patiently(limits, 4, reading).await?;
            target.histories.extend(history::found(expected, &found));
            target.checks.extend(history::compare(expected, &found));
        }
        for expected in &file.assertions {
            let running = observe::assertion(&mut connection, expected, &snapshot.server.search_path);
            let outcome = patiently(limits, 3, running).await?;
            target.checks.extend(assertion::compare(expected, &outcome));
        }
    }
    close(connection).await;
    Ok(snapshot)
}
