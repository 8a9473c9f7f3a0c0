//! Runs a repair script on a scratch copy of a schema.

use std::collections::{BTreeMap, BTreeSet};

use super::connection::{Deadline, close};
use super::read_snapshot;
use super::source::{Endpoint, LiveDatabase, ResolvedSource};
use super::verify::Verification;
use crate::catalog::capture::Scope;
use crate::catalog::client::Client;
use crate::catalog::conninfo::Conninfo;
use crate::catalog::copy::{self, CatalogCopy};
use crate::catalog::equivalence::Trust;
use crate::catalog::{Limits, block_on, connect};
use crate::error::Failure;
use crate::expectation::ExpectationFile;
use crate::finding::{Check, Target};
use crate::repair::Repair;
use crate::repair::proof::{CopyRun, CopyState, Proof, dependents, judge};
use crate::repair::script::ScriptBlock;
use crate::role_map::RoleMap;
use crate::scratch::{self, CopyTarget, Scratch};
use crate::sql::Sql;
use crate::sql_text::script::statements;

/// What is to be proved.
pub(crate) struct ProofRequest<'a> {
    /// The fixes.
    pub(crate) repair: &'a Repair,
    /// What runs.
    pub(crate) blocks: &'a [ScriptBlock],
    /// What runs before.
    pub(crate) first: Option<String>,
    /// What is expected.
    pub(crate) files: &'a [&'a ExpectationFile],
    /// What of the catalog a check reads.
    pub(crate) scope: &'a Scope,
    /// The findings that are repaired.
    pub(crate) findings: &'a [Check],
    /// The major version of the database.
    pub(crate) major: u32,
    /// Where the copy is made.
    pub(crate) scratch: Scratch,
    /// Whether code of the database may run as a superuser of a scratch server.
    pub(crate) is_trusted: bool,
    /// The limits of each session.
    pub(crate) limits: Limits,
}

/// Copies the schema of a source, runs the script on the copy, and compares.
///
/// # Errors
/// The source or the scratch server cannot be reached.
pub(crate) fn prove(source: &ResolvedSource, request: &ProofRequest<'_>) -> Result<Proof, Failure> {
    let queries: Vec<Option<Sql>> = request.repair.steps.iter().map(dependents).collect();
    let (copy, found) = read(source, request, &queries)?;
    let target = CopyTarget {
        database: copy.database.clone(),
        roles: copy.roles.clone(),
        role_names: copy.role_names.clone(),
        extensions: copy.extensions.clone(),
        is_trusted: request.is_trusted,
    };
    scratch::with_copy(&request.scratch, &target, |info| {
        let run = run(info, &copy, request, &queries, found)?;
        Ok(judge(request.repair, request.findings, &run))
    })
}

/// What makes the schema again, and what depends on the object of each step.
fn read(
    source: &ResolvedSource,
    request: &ProofRequest<'_>,
    queries: &[Option<Sql>],
) -> Result<(CatalogCopy, Vec<Option<String>>), Failure> {
    source.with_endpoint(|endpoint| {
        let info = match endpoint {
            Endpoint::Database(live) => &live.info,
            Endpoint::Scratch(info, _) => info,
            Endpoint::Snapshot(_) => {
                return Err(
                    Failure::new("copying the schema", "a saved snapshot cannot be made again")
                        .hint("leave --prove out, or repair the database itself"),
                );
            }
        };
        in_session(info, request.limits, async |client| {
            let copy = copy::read(client, request.major).await?;
            let found = copy::answers(client, queries).await?;
            Ok((copy, found))
        })
    })
}

/// Makes the copy, and runs the script on it.
fn run(
    info: &Conninfo,
    copy: &CatalogCopy,
    request: &ProofRequest<'_>,
    queries: &[Option<Sql>],
    found: Vec<Option<String>>,
) -> Result<CopyRun, Failure> {
    let source = ResolvedSource::Database(Box::new(LiveDatabase {
        info: info.clone(),
        scratch: request.scratch.clone(),
        // Nothing of value is in the copy, and no superuser.
        trust: Trust::Everything,
        assertions: None,
    }));
    let copied = in_session(info, request.limits, async |client| {
        copy::make(client, &copy.statements).await?;
        copy::answers(client, queries).await
    })?;
    let before = state(&source, request)?;
    let errors = in_session(info, request.limits, async |client| run_script(client, request).await)?;
    let after = state(&source, request)?;
    Ok(CopyRun {
        ran: request
            .blocks
            .iter()
            .flat_map(|block| block.steps.iter().copied())
            .collect(),
        errors,
        dependents: found,
        copied,
        before,
        after,
    })
}

/// Runs each block as psql does. After an error, the rest of the block is left out, and so are the other blocks of its
/// steps.
async fn run_script(client: &mut Client, request: &ProofRequest<'_>) -> Result<BTreeMap<usize, String>, Failure> {
    let mut errors: BTreeMap<usize, String> = BTreeMap::new();
    let first = request.first.iter().map(String::as_str);
    for statement in first {
        copy::run(client, statement).await?.ok();
    }
    for block in request.blocks {
        let failed: BTreeSet<usize> = errors.keys().copied().collect();
        if block.steps.iter().any(|step| failed.contains(step)) {
            continue;
        }
        for range in statements(&block.text) {
            if let Err(why) = copy::run(client, &block.text[range]).await? {
                copy::run(client, "ROLLBACK").await?.ok();
                copy::run(client, "RESET ALL").await?.ok();
                errors.extend(
                    block
                        .steps
                        .iter()
                        .map(|step| (*step, format!("PostgreSQL says: {why}"))),
                );
                break;
            }
        }
    }
    Ok(errors)
}

fn state(source: &ResolvedSource, request: &ProofRequest<'_>) -> Result<CopyState, Failure> {
    let mut target = Target::named(String::new());
    let verification = Verification {
        files: request.files,
        scope: request.scope,
        limits: request.limits,
        with_coverage: false,
        roles: &RoleMap::default(),
    };
    verification.run(source, &mut target)?;
    Ok(CopyState {
        findings: target.checks.findings,
        snapshot: read_snapshot(source, &Scope::whole(&[], true), request.limits)?,
    })
}

/// Calls `then` with a connection.
fn in_session<T>(
    info: &Conninfo,
    limits: Limits,
    then: impl AsyncFnOnce(&mut Client) -> Result<T, Failure>,
) -> Result<T, Failure> {
    block_on(async {
        let deadline = Deadline::after(limits.total.unwrap_or_else(|| limits.deadline(0)));
        deadline
            .enforce(async {
                let mut client = connect::connect(info).await?;
                let done = then(&mut client).await;
                close(client).await;
                done
            })
            .await
    })
}
