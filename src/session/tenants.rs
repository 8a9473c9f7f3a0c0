//! Checks many schemas of one database in one session: what is the same in several of them is compared once.

mod shared;

use std::collections::{BTreeMap, BTreeSet};

use self::shared::{SharedVerdict, VariantKey};
use super::source::{Endpoint, ResolvedSource};
use super::verify::{Verification, describe};
use super::{Session, Transaction, begin, mark_tool_tables};
use crate::catalog::capture::{self, SchemaOids, Scope};
use crate::catalog::{Limits, block_on};
use crate::error::{CommandError, Failure};
use crate::expectation::ExpectationFile;
use crate::finding::Target;
use crate::role_map::RoleMap;
use crate::snapshot::{Server, Snapshot};
use crate::variant::{Fingerprint, MentionedWords, fingerprint, is_ordinary};

/// How often schemas are read together. After an error, those that were read when it occurred are checked alone.
const ATTEMPTS: usize = 4;

/// About how many objects are read together: relations, types and routines, without what is in them.
const AT_ONCE: usize = 3000;

/// Schemas of one database, and what is expected of each of them.
pub(crate) struct Tenants<'a> {
    pub(crate) source: &'a ResolvedSource,
    pub(crate) schemas: &'a [&'a str],
    pub(crate) limits: Limits,
    /// What is expected of a schema.
    pub(crate) files: &'a dyn Fn(&str) -> Result<Vec<ExpectationFile>, CommandError>,
    /// What is read for such files.
    pub(crate) scope: &'a dyn Fn(&[&ExpectationFile]) -> Scope,
    /// The words of the expectation files and options.
    pub(crate) mentions: &'a MentionedWords,
    /// The result of the target of this number, before anything is known of it.
    pub(crate) unchecked: &'a dyn Fn(usize) -> Target,
}

/// What takes the results, with the numbers of their targets.
pub(crate) type TakeResult<'a> = &'a mut dyn FnMut(usize, Target);

impl Tenants<'_> {
    /// Checks the schemas, and returns the numbers of those that must be checked alone, in sessions of their own.
    ///
    /// # Errors
    /// The database cannot be reached.
    pub(crate) fn run(&self, take: TakeResult<'_>) -> Result<Vec<usize>, Failure> {
        let limits = self.source.limits(self.limits);
        self.source.with_endpoint(|endpoint| {
            block_on(async {
                let mut pass = TenantPass {
                    of: self,
                    limits,
                    pending: (0..self.schemas.len()).collect(),
                    alone: Vec::new(),
                };
                for attempt in 0..ATTEMPTS {
                    match pass.attempt(endpoint, take).await {
                        Err(failure) if attempt == 0 => return Err(failure),
                        Err(_) => break,
                        Ok(()) if pass.pending.is_empty() => break,
                        Ok(()) => {}
                    }
                }
                pass.alone.extend(pass.pending);
                pass.alone.sort_unstable();
                Ok(pass.alone)
            })
        })
    }
}

/// One run over the schemas.
struct TenantPass<'a> {
    of: &'a Tenants<'a>,
    limits: Limits,
    /// The targets without a result.
    pending: BTreeSet<usize>,
    /// Those of them that are checked alone.
    alone: Vec<usize>,
}

/// What all schemas have in common.
struct Common {
    server: Server,
    /// The words of the search path, the database and the role.
    mentions: MentionedWords,
    /// The patterns of the expectations for names with a schema.
    patterns: shared::SchemaPatterns,
    /// Whether attributes are read that are read on request.
    on_request: bool,
    /// Whether something is expected of the rows of each schema, so that the files are needed for it.
    has_rows: bool,
}

impl TenantPass<'_> {
    /// One session. What could not be read together is moved from `pending` to `alone`.
    async fn attempt(&mut self, endpoint: &Endpoint<'_>, take: TakeResult<'_>) -> Result<(), Failure> {
        // Each schema may need as many statements as a run of its own.
        let statements = self.pending.len().saturating_mul(4);
        let (mut session, snapshot) = begin(endpoint, &Scope::default(), self.limits, statements).await?;
        let Some(common) = self.common(snapshot.server) else {
            session.close().await;
            self.alone.extend(std::mem::take(&mut self.pending));
            return Ok(());
        };
        let read = match self.fingerprints(&mut session, &common).await {
            Ok(read) => read,
            // What was read is checked alone now, so that the next attempt begins without it.
            Err(UnreadSchemas { numbers }) => {
                self.set_aside(&numbers);
                session.close().await;
                return Ok(());
            }
        };
        let mut known = BTreeMap::new();
        for number in self.pending.clone() {
            let key = read.get(self.of.schemas[number]).copied();
            let Ok(target) = self.one(&mut session, &common, number, key, &mut known).await else {
                self.set_aside(&[number]);
                break;
            };
            self.pending.remove(&number);
            take(number, target);
        }
        session.close().await;
        Ok(())
    }

    fn set_aside(&mut self, numbers: &[usize]) {
        for number in numbers {
            if self.pending.remove(number) {
                self.alone.push(*number);
            }
        }
    }

    /// What the first schema says about all of them. `None` if they cannot be read together.
    fn common(&self, server: Server) -> Option<Common> {
        let first = self.pending.first()?;
        let files = (self.of.files)(self.of.schemas[*first]).ok()?;
        let all: Vec<&ExpectationFile> = files.iter().collect();
        let has_rows = |file: &&ExpectationFile| {
            let reads_rows = !file.histories.is_empty() || !file.assertions.is_empty() || file.changes.is_some();
            reads_rows || !file.windows.are_open()
        };
        let mut mentions = MentionedWords::default();
        for text in [&server.search_path, &server.database, &server.role] {
            mentions.add_text(text);
        }
        // In another encoding, a name that cannot be sent would break the statements of all.
        (server.encoding == "UTF8").then(|| Common {
            patterns: shared::SchemaPatterns::of(&all),
            on_request: (self.of.scope)(&all).on_request,
            has_rows: all.iter().any(has_rows),
            mentions,
            server,
        })
    }

    /// The digests of the schemas that may be of one variant with others.
    async fn fingerprints(
        &self,
        session: &mut Session<'_>,
        common: &Common,
    ) -> Result<BTreeMap<String, Fingerprint>, UnreadSchemas> {
        let Session::Connected(open) = session else {
            return Ok(BTreeMap::new());
        };
        let every = || UnreadSchemas {
            numbers: self.pending.iter().copied().collect(),
        };
        let names: Vec<&str> = self.pending.iter().map(|number| self.of.schemas[*number]).collect();
        let deadline = open.deadline;
        let listing = async {
            let found = capture::find_objects(&mut open.client, &names).await?;
            Ok((found, capture::depended_on(&mut open.client, &names).await?))
        };
        let (found, depended_on) = deadline.enforce(listing).await.map_err(|_| every())?;
        let is_possible = |name: &str| {
            is_ordinary(name)
                && !self.of.mentions.contain(name)
                && !depended_on.contains(name)
                && !common.is_special(name)
        };
        let mut out = BTreeMap::new();
        for batch in batches(found.iter().filter(|(name, _)| is_possible(name))) {
            let scope = capture::scope_of_schemas(&batch, common.on_request);
            let snapshot = read_batch(open, &scope, self.limits)
                .await
                .map_err(|()| UnreadSchemas {
                    numbers: self.numbers(|name| batch.contains_key(name)),
                })?;
            for name in batch.keys() {
                let digest = fingerprint(&snapshot, name, &common.patterns.in_contents);
                out.extend(digest.map(|digest| ((*name).to_owned(), digest)));
            }
        }
        let whole = Scope::whole(&[], true);
        let comparing = capture::is_unchanged(&mut open.client, &whole);
        match deadline.enforce(comparing).await {
            Ok(true) => Ok(out),
            // Each schema is read again, so that each is right by itself.
            Ok(false) => Ok(BTreeMap::new()),
            Err(_) => Err(every()),
        }
    }

    fn numbers(&self, is_meant: impl Fn(&str) -> bool) -> Vec<usize> {
        let pending = self.pending.iter().copied();
        pending.filter(|number| is_meant(self.of.schemas[*number])).collect()
    }

    /// The result of one schema.
    async fn one(
        &self,
        session: &mut Session<'_>,
        common: &Common,
        number: usize,
        digest: Option<Fingerprint>,
        known: &mut BTreeMap<VariantKey, SharedVerdict>,
    ) -> Result<Target, Failure> {
        let schema = self.of.schemas[number];
        let mut target = (self.of.unchecked)(number);
        let mut about = Snapshot::default();
        about.server.clone_from(&common.server);
        describe(&mut target, &about, true);
        let always = digest.map(|digest| VariantKey::of(digest, &[]));
        let verdict = always.as_ref().and_then(|key| known.get(key));
        if let Some(verdict) = verdict.filter(|verdict| !common.has_rows && verdict.holds_for(schema)) {
            verdict.give(schema, &mut target);
            session
                .tell_since(&mut target.checks.findings, &[], &[], &common.server.role)
                .await?;
            return Ok(target);
        }
        let files = (self.of.files)(schema).map_err(|error| error.into_failure("checking the target"))?;
        let files: Vec<&ExpectationFile> = files.iter().collect();
        let scope = (self.of.scope)(&files);
        let verification = Verification {
            files: &files,
            scope: &scope,
            limits: self.limits,
            with_coverage: false,
            roles: &RoleMap::default(),
        };
        let histories = verification.histories(session, &common.server.role).await?;
        let times = verification.times(&histories);
        let key = digest.map(|digest| VariantKey::of(digest, &times));
        let verdict = key.as_ref().and_then(|key| known.get(key));
        if let Some(verdict) = verdict.filter(|verdict| verdict.holds_for(schema)) {
            verdict.give(schema, &mut target);
        } else {
            let snapshot = read_schema(session, &scope, self.limits).await?;
            if !verification.objects(session, &snapshot, &times, &mut target).await? {
                return Err(Failure::new("comparing texts", "the schema has changed"));
            }
            if let Some(key) = key {
                known
                    .entry(key)
                    .or_insert_with(|| SharedVerdict::of(schema, &snapshot, &target));
            }
        }
        verification
            .of_rows(session, &about, &times, &histories, &mut target)
            .await?;
        Ok(target)
    }
}

impl Common {
    /// Whether a name is one for the server or the options, or cannot be used by the role.
    fn is_special(&self, schema: &str) -> bool {
        let is_closed = self.server.closed_schemas.contains(schema);
        self.mentions.contain(schema) || is_closed || self.patterns.may_choose(schema)
    }
}

/// What could not be read together.
struct UnreadSchemas {
    numbers: Vec<usize>,
}

/// Schemas that are read together: as many as have about [`AT_ONCE`] objects.
fn batches<'s>(schemas: impl Iterator<Item = (&'s String, &'s SchemaOids)>) -> Vec<BTreeMap<&'s str, &'s SchemaOids>> {
    let mut all: Vec<BTreeMap<&str, &SchemaOids>> = Vec::new();
    let mut size = AT_ONCE;
    for (name, oids) in schemas {
        if size >= AT_ONCE {
            all.push(BTreeMap::new());
            size = 0;
        }
        size += oids.count() + 1;
        if let Some(last) = all.last_mut() {
            last.insert(name, oids);
        }
    }
    all
}

async fn read_batch(open: &mut Transaction<'_>, scope: &Scope, limits: Limits) -> Result<Snapshot, ()> {
    let deadline = open.deadline;
    let reading = async {
        let read = capture::capture_part(&mut open.client, scope, limits).await;
        read.map_err(|error| error.failure("reading the catalog"))
    };
    deadline.enforce(reading).await.map_err(|_| ())
}

/// Reads what is compared of one schema, in the transaction of the session.
async fn read_schema(session: &mut Session<'_>, scope: &Scope, limits: Limits) -> Result<Snapshot, Failure> {
    let Session::Connected(open) = session else {
        return Err(Failure::new("reading the catalog", "there is no connection"));
    };
    let deadline = open.deadline;
    let reading = async {
        let read = capture::capture_again(&mut open.client, scope, limits).await;
        read.map_err(|error| error.failure("reading the catalog"))
    };
    let mut snapshot = deadline.enforce(reading).await?;
    mark_tool_tables(scope, &mut snapshot);
    open.scope = scope.clone();
    Ok(snapshot)
}
