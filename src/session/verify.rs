//! Verifies one source against all its expectations.

use std::collections::BTreeMap;
use std::time::Instant;

use super::source::{Endpoint, ResolvedSource};
use super::{Session, begin, drop_in_background};
use crate::catalog::capture::Scope;
use crate::catalog::{Limits, block_on};
use crate::compare::history::AppliedMigrations;
use crate::compare::{self, coverage, history, resolve, undetermined};
use crate::console::note_once;
use crate::error::Failure;
use crate::expectation::{AppliedState, Assertion, ChangeLog, CutName, ExpectationFile, WindowEnd, not_expected};
use crate::finding::{Check, Target};
use crate::not_compared::counted;
use crate::observed::MigrationHistory;
use crate::role_map::RoleMap;
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
    /// The names of roles in the database, each with the one that the files have for it.
    pub(crate) roles: &'a RoleMap,
}

/// Says of a target what its server says of itself.
pub(super) fn describe(target: &mut Target, snapshot: &Snapshot, is_live: bool) {
    target.name.clone_from(&snapshot.server.database);
    if is_live {
        target.role.clone_from(&snapshot.server.role);
    }
    target.server_version.clone_from(&snapshot.server.version);
}

impl<'a> Verification<'a> {
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
        let (mut session, mut snapshot) = begin(endpoint, self.scope, self.limits, statements).await?;
        self.roles.apply_to_snapshot(&mut snapshot);
        describe(target, &snapshot, matches!(endpoint, Endpoint::Database(_)));
        let histories = self.histories(&mut session, &snapshot.server.role).await?;
        let times = self.times(&histories);
        let is_judged = self.objects(&mut session, &snapshot, &times, target).await?;
        if is_judged {
            self.of_rows(&mut session, &snapshot, &times, &histories, target)
                .await?;
        }
        session.close().await;
        Ok(is_judged.then_some(snapshot))
    }

    /// The files, and what they expect at this time.
    pub(super) fn times(&self, histories: &'a [HistoriesOfFile]) -> Vec<FileAtTime<'a>> {
        self.files.iter().zip(histories).map(FileAtTime::of).collect()
    }

    /// Compares the objects. Returns false if the schema has changed while texts were compared.
    pub(super) async fn objects(
        self,
        session: &mut Session<'_>,
        snapshot: &Snapshot,
        times: &[FileAtTime<'_>],
        target: &mut Target,
    ) -> Result<bool, Failure> {
        let files: Vec<&ExpectationFile> = times.iter().map(FileAtTime::file).collect();
        let plan = compare::plan(&files, snapshot, target.checks.passes.are_kept());
        let Some(mut answers) = session.decide(plan.questions(), snapshot, self.limits).await? else {
            return Ok(false);
        };
        // Only findings have advice, and most runs have none.
        let conditions = resolve::conditions(&plan, &answers);
        if !conditions.is_empty() {
            let Some(more) = session.decide(conditions, snapshot, self.limits).await? else {
                return Ok(false);
            };
            answers.extend(more);
        }
        let (checks, claims) = resolve::resolve(plan, &answers, snapshot);
        target.checks = checks;
        target.cut_names = self.cut_names();
        target.not_compared = counted(&snapshot.not_compared);
        target.coverage = self
            .with_coverage
            .then(|| coverage::coverage(&files, snapshot, &claims));
        drop_in_background(claims);
        let left_out: Vec<_> = times.iter().flat_map(FileAtTime::left_out).collect();
        target.not_expected = not_expected(&files, &left_out);
        Ok(true)
    }

    /// What rows say: since when findings exist, the migration histories and the assertions.
    pub(super) async fn of_rows(
        self,
        session: &mut Session<'_>,
        snapshot: &Snapshot,
        times: &[FileAtTime<'_>],
        histories: &[HistoriesOfFile],
        target: &mut Target,
    ) -> Result<(), Failure> {
        let read = histories.iter().flat_map(|histories| &histories.read);
        let read: Vec<&MigrationHistory> = read.filter_map(|read| read.as_ref().ok()).collect();
        let logs: Vec<&ChangeLog> = self.files.iter().filter_map(|file| file.changes.as_ref()).collect();
        let role = &snapshot.server.role;
        session
            .tell_since(&mut target.checks.findings, &read, &logs, role)
            .await?;
        self.warn_if_privileged(session, snapshot);
        for (time, histories) in times.iter().zip(histories.iter()) {
            histories_of(time.written, histories, target);
            self.assertions(time, session, snapshot, target).await?;
        }
        Ok(())
    }

    /// The names that PostgreSQL cuts, each once.
    fn cut_names(self) -> Vec<CutName> {
        let all = self.files.iter().flat_map(|file| &file.cut_names);
        let by_name: BTreeMap<&str, &CutName> = all.map(|cut| (cut.name.as_str(), cut)).collect();
        by_name.into_values().cloned().collect()
    }

    /// Reads the migration histories of each file. Those that the source does not have are findings.
    pub(super) async fn histories(
        self,
        session: &mut Session<'_>,
        role: &str,
    ) -> Result<Vec<HistoriesOfFile>, Failure> {
        let (is_whole, is_newest) = (session.has_whole_histories(), session.is_newest());
        let mut all = Vec::new();
        for file in self.files {
            let mut histories = HistoriesOfFile {
                read: Vec::new(),
                is_whole,
                is_newest,
            };
            for expected in &file.histories {
                histories.read.push(session.history(expected, role).await?);
            }
            all.push(histories);
        }
        Ok(all)
    }

    fn warn_if_privileged(self, session: &Session<'_>, snapshot: &Snapshot) {
        if session.runs_assertions_privileged(self.files, snapshot) {
            note_once(
                "note: assertions run as a role that bypasses row security: database code that they call runs with the \
                 privileges of this role\n  help: give --assertions-url with a less privileged role; see docs/security.md\n",
            );
        }
    }

    /// Runs the assertions of a file that are expected at this time.
    async fn assertions(
        self,
        time: &FileAtTime<'_>,
        session: &mut Session<'_>,
        snapshot: &Snapshot,
        target: &mut Target,
    ) -> Result<(), Failure> {
        for expected in &time.written.assertions {
            match time.closed(expected) {
                None => target.checks.extend(session.assertion(expected, snapshot).await?),
                Some((_, None)) => {}
                Some((end, Some(why))) => target.checks.push(undetermined::assertion_time(expected, end, &why)),
            }
        }
        Ok(())
    }
}

/// The migration histories that a file expects, as they were read.
pub(super) struct HistoriesOfFile {
    read: Vec<Result<MigrationHistory, Box<Check>>>,
    /// Whether they have all applied migrations.
    is_whole: bool,
    /// Whether a source without a history has what all migrations create.
    is_newest: bool,
}

impl HistoriesOfFile {
    /// What they say about migrations.
    fn applied(&self, file: &ExpectationFile) -> Vec<AppliedMigrations> {
        let all = file.histories.iter().zip(&self.read);
        let all = all.map(|(expected, read)| match read {
            Ok(found) => AppliedMigrations::of(expected, found, self.is_whole),
            Err(_) if self.is_newest => AppliedMigrations::All,
            Err(finding) => AppliedMigrations::Undetermined(finding.detail.clone().unwrap_or_default()),
        });
        all.collect()
    }
}

/// Compares the histories of a file with what it expects of them.
fn histories_of(file: &ExpectationFile, histories: &HistoriesOfFile, target: &mut Target) {
    for (expected, read) in file.histories.iter().zip(&histories.read) {
        match read {
            Ok(found) => {
                target.histories.extend(history::found(expected, found));
                target.checks.extend(history::compare(expected, found));
            }
            Err(finding) => target.checks.push(Check::clone(finding)),
        }
    }
}

/// A file, and what it expects of a database whose migrations are known.
pub(super) struct FileAtTime<'a> {
    written: &'a ExpectationFile,
    /// The file without what is not expected; none if everything always is.
    now: Option<ExpectationFile>,
    /// Whether each of the migrations that it names is applied.
    states: BTreeMap<&'a str, AppliedState>,
}

impl<'a> FileAtTime<'a> {
    fn of((file, histories): (&&'a ExpectationFile, &HistoriesOfFile)) -> Self {
        let written: &'a ExpectationFile = file;
        if written.windows.are_open() {
            return Self {
                written,
                now: None,
                states: BTreeMap::new(),
            };
        }
        let applied = histories.applied(written);
        let migrations = written.windows.migrations().into_iter();
        let states = migrations.map(|migration| (migration, history::is_applied(&applied, migration)));
        let mut time = Self {
            written,
            now: None,
            states: states.collect(),
        };
        time.now = Some(written.at_time(&|migration| time.state(migration)));
        time
    }

    /// Which of the migrations that it names are applied, as a text. `None` if it names none.
    pub(super) fn shown_states(&self) -> Option<String> {
        (!self.states.is_empty()).then(|| format!("{:?}{:?}", self.written.file, self.states))
    }

    fn state(&self, migration: &str) -> AppliedState {
        let state = self.states.get(migration);
        // All migrations of the file are known.
        state.cloned().unwrap_or(AppliedState::NotApplied)
    }

    fn file(&self) -> &ExpectationFile {
        self.now.as_ref().unwrap_or(self.written)
    }

    /// The end of its time because of which an assertion is not expected; with the reason if that is not known.
    fn closed(&self, assertion: &'a Assertion) -> Option<(&'a WindowEnd, Option<String>)> {
        assertion.terms.closed(&|migration| self.state(migration))
    }

    /// The assertions that are not expected.
    fn left_out(&self) -> Vec<(&'a Assertion, &'a WindowEnd)> {
        let assertions = self.written.assertions.iter();
        let closed = assertions.filter_map(|assertion| Some((assertion, self.closed(assertion)?)));
        let known = closed.filter(|(_, (_, unknown))| unknown.is_none());
        known.map(|(assertion, (end, _))| (assertion, end)).collect()
    }
}
