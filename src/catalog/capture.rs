//! Reads the catalog: one batch, one round trip, one snapshot.

mod batch;
mod consistency;
mod find;
mod not_compared;
mod rows;

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;

pub use batch::query;
use batch::{Batch, ResultKind, Strategy};
pub(super) use batch::{begin_scratch_transaction, begin_transaction, reset_planner_settings};
use find::shares_names;
use rows::RowReader;

use super::client::Client;
use super::server_error::{Meaning, ServerError};
use super::{Limits, ROLLBACK, encoding};
use crate::attribute::Compare;
use crate::error::Failure;
use crate::expectation::{ExpectationFile, ExpectedObject, Presence, Subject};
use crate::kinds::{Kind, folded_name};
use crate::migrations::Tool;
use crate::platform;
use crate::snapshot::Snapshot;
use crate::sql;
use crate::value::Value;

/// The objects to read: some by name, and everything in some schemas.
#[derive(Debug, Default, Clone)]
pub struct Scope {
    /// Objects in schemas, by schema and name.
    pub names: BTreeSet<(String, String)>,
    /// Schemas that are read whole.
    pub schemas: BTreeSet<String>,
    /// The kinds that are read.
    pub kinds: BTreeSet<Kind>,
    /// Which other schemas are read whole.
    pub selection: SchemaSelection,
    /// How many objects the schemas probably have.
    pub size_hint: SizeHint,
    /// Whether the objects of hosting platforms are included.
    pub platform: bool,
    /// What of hosting platforms is included because a file names it.
    pub named: platform::Named,
    /// Whether attributes are read that are read on request.
    pub on_request: bool,
    /// Whether objects that belong to no kind are counted.
    pub not_compared: bool,
    /// The migration tools whose own tables are not reported as unlisted.
    pub set_aside: Vec<&'static Tool>,
}

/// How many objects the schemas that are read whole probably have. The result is the same with either value; only the
/// plan of the queries differs.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SizeHint {
    /// Few: each object is looked up through an index.
    #[default]
    Small,
    /// Many or unknown: whole catalogs are scanned.
    Large,
}

/// A file with more objects than this, not counting columns and other children, gets [`SizeHint::Large`].
const SMALL: usize = 300;

/// Which schemas are read whole, besides those that a scope lists.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SchemaSelection {
    /// Only the schemas that the scope lists.
    #[default]
    Listed,
    /// Those with the names of schemas of hosting platforms: users may have added something to their objects.
    Platforms,
    /// All schemas except those of PostgreSQL.
    All,
}

impl Scope {
    /// Adds the types that an object may name, so that a name is known to be exactly that of a type.
    fn add_types(&mut self, object: &ExpectedObject, schema: &str) {
        for attribute in &object.attributes {
            if matches!(attribute.attr.compare, Compare::Type | Compare::BaseType)
                && let Some(name) = attribute.value.as_text().and_then(|text| folded_name(text, schema))
            {
                self.names.insert(name);
                self.kinds.extend(Kind::ALL.iter().filter(|kind| kind.is_type()));
            }
        }
    }

    /// Everything in either scope.
    #[must_use]
    pub fn union(mut self, other: &Self) -> Self {
        self.names.extend(other.names.iter().cloned());
        self.schemas.extend(other.schemas.iter().cloned());
        self.kinds.extend(other.kinds.iter().copied());
        self.size_hint = self.size_hint.max(other.size_hint);
        self.selection = self.selection.max(other.selection);
        self.named.extend(&other.named);
        for (id, roles) in &other.named.granted {
            self.named
                .granted
                .entry(id.clone())
                .or_default()
                .extend(roles.iter().cloned());
        }
        self.not_compared |= other.not_compared;
        self.on_request |= other.on_request;
        self.set_aside.extend(&other.set_aside);
        self
    }

    /// Everything in these schemas, or in every schema if the list is empty.
    #[must_use]
    pub fn whole(schemas: &[String], platform: bool) -> Self {
        Self {
            schemas: schemas.iter().cloned().collect(),
            kinds: always_read(),
            selection: if schemas.is_empty() {
                SchemaSelection::All
            } else {
                SchemaSelection::Listed
            },
            named: platform::Named {
                schemas: schemas.iter().cloned().collect(),
                ..platform::Named::default()
            },
            size_hint: SizeHint::Large,
            platform,
            ..Self::default()
        }
    }

    /// Includes the kind of an expected object, and what its attributes request.
    fn add_kind(&mut self, object: &ExpectedObject) {
        self.kinds.insert(object.kind);
        self.on_request |= object.attributes.iter().any(|attribute| attribute.attr.read_on_request);
    }

    /// Includes the kinds that are read on request.
    #[must_use]
    pub fn with_roles(mut self, with_roles: bool) -> Self {
        self.kinds
            .extend(Kind::ALL.iter().filter(|kind| with_roles && kind.is_on_request()));
        self
    }

    /// Objects of any kind, by schema and name.
    #[must_use]
    pub fn of_objects(names: BTreeSet<(String, String)>) -> Self {
        Self {
            names,
            kinds: always_read(),
            platform: true,
            ..Self::default()
        }
    }

    /// Everything that a comparison with these files needs.
    #[must_use]
    pub fn of(files: &[&ExpectationFile]) -> Self {
        let mut scope = Self::default();
        let expected = files.iter().filter(|file| file.exact).flat_map(|file| &file.objects);
        if expected.filter(|object| object.is_root()).count() > SMALL {
            scope.size_hint = SizeHint::Large;
        }
        for file in files {
            let closed = if file.exact {
                file.closed_schemas()
            } else {
                BTreeSet::new()
            };
            if file.exact {
                scope.schemas.extend(closed.iter().cloned());
                scope.not_compared = true;
                scope.name_schemas(file);
                // A file with a migration history does not have to list the tables of the tool.
                scope
                    .set_aside
                    .extend(file.histories.iter().filter_map(|history| history.tool));
                scope.kinds.extend(always_read());
            }
            for object in &file.objects {
                let (Subject::Named(id) | Subject::ByMeaning(id)) = &object.subject;
                if let [schema, name, ..] = id.parts()
                    && object.is_root()
                    && !closed.contains(&**schema)
                {
                    scope.names.insert((schema.to_string(), name.to_string()));
                }
                scope.names.extend(object.partitioned(&file.schema));
                let roles: BTreeSet<String> = roles(object).collect();
                scope.named.roles.extend(roles.iter().cloned());
                if !roles.is_empty() {
                    scope.named.granted.entry(id.clone()).or_default().extend(roles);
                }
                scope.add_types(object, &file.schema);
                scope.add_kind(object);
                if file.exact {
                    continue;
                }
                scope
                    .kinds
                    .extend(object.kind.spec().matching.stand_ins.iter().map(|s| s.kind));
                let contents = object.kind.children().filter(|_| object.terms.exact);
                scope.kinds.extend(contents);
                if !object.kind.spec().parents.is_empty() {
                    // Expressions of any object in a relation can refer to its columns.
                    scope.kinds.extend(Kind::ALL.iter().filter(|k| k.is_column()));
                }
            }
        }
        // Read the other kinds that can have the same names, so that a finding can point them out.
        let same_names: Vec<Kind> = Kind::roots()
            .filter(|kind| kind.is_namespace() || scope.kinds.iter().any(|expected| shares_names(*expected, *kind)))
            .collect();
        scope.kinds.extend(same_names);
        scope
    }
}

impl Scope {
    /// Adds the schemas that an exact file names, and those of hosting platforms, where users may have added something.
    fn name_schemas(&mut self, file: &ExpectationFile) {
        let namespaces = file.objects.iter().filter(|object| object.kind.is_namespace());
        let listed = namespaces.filter_map(|object| match &object.subject {
            Subject::Named(id) if object.presence != Presence::Absent => Some(id.last().to_owned()),
            Subject::Named(_) | Subject::ByMeaning(_) => None,
        });
        self.named.schemas.extend(listed);
        self.named.schemas.insert(file.schema.clone());
        match &file.exact_schemas {
            Some(schemas) => self.named.schemas.extend(schemas.iter().cloned()),
            None => self.selection = self.selection.max(SchemaSelection::Platforms),
        }
    }
}

/// The kinds that are read without a request.
fn always_read() -> BTreeSet<Kind> {
    Kind::ALL.iter().copied().filter(|kind| !kind.is_on_request()).collect()
}

/// One of several slices of the scope that are read in parallel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    /// Its number, from 0. The first slice also contains everything that cannot be divided.
    index: usize,
    /// The number of slices.
    of: usize,
}

impl Slice {
    /// The whole scope.
    const WHOLE: Self = Self { index: 0, of: 1 };

    fn is_first(self) -> bool {
        self.index == 0
    }
}

/// The roles that an expectation grants something to.
fn roles(object: &ExpectedObject) -> impl Iterator<Item = String> {
    let granted = object
        .attributes
        .iter()
        .filter(|attribute| attribute.attr.keyed_by_role);
    granted.flat_map(|attribute| match &attribute.value {
        Value::Map(grants) => grants.keys().cloned().collect(),
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Text(_) | Value::Secret(_) | Value::List(_) => {
            Vec::new()
        }
    })
}

/// The first pause before the catalog is read again; each following pause is twice as long.
const PAUSE: Duration = Duration::from_millis(20);

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_millis(100);

/// Begins the transaction of the session and reads the catalog. If DDL ran at the same time, it retries until the
/// statement timeout is reached. `helpers` are additional connections to the same database. They read slices of the scope
/// in transactions that share the snapshot; if the server does not allow that, `client` reads everything.
///
/// # Errors
/// The server refuses or does not answer in time, or the schema keeps changing.
pub async fn capture(
    client: &mut Client,
    helpers: &mut Vec<Client>,
    scope: &Scope,
    limits: Limits,
) -> Result<Snapshot, Failure> {
    let doing = "reading the catalog";
    let scope = &encoding::readable(client, scope)
        .await
        .map_err(|error| error.failure(doing))?;
    let start = std::time::Instant::now();
    let mut pause = PAUSE;
    let mut strategy = Strategy::SkipEmptyKinds;
    loop {
        let read = if helpers.is_empty() {
            let batch = Batch::begin().then_read(scope, limits, Slice::WHOLE, strategy);
            run_and_count_changes(client, batch.then_is_quiet(), scope).await
        } else {
            read_in_parallel(client, helpers, scope, limits, strategy).await
        };
        let error = match read {
            Ok(read) if read.changed == 0 => {
                let mut snapshot = read.snapshot;
                if !scope.platform {
                    let platform_roles = snapshot.server.platform_roles.clone();
                    platform::leave_out(&mut snapshot, &platform_roles, &scope.named);
                    snapshot.count_left_out(scope.not_compared);
                }
                return Ok(snapshot);
            }
            Ok(read) => ServerError::schema_changed(read.changed),
            Err(error) => error,
        };
        if !client.is_usable() && helpers.is_empty() {
            return Err(error.failure(doing));
        }
        let retries = error.meaning() == Meaning::Concurrent && start.elapsed() < limits.statement;
        if retries {
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        } else if !helpers.is_empty() {
            // Read on one connection instead. The helpers may still be waiting for an answer: drop them.
            helpers.clear();
        } else if strategy == Strategy::SkipEmptyKinds && !error.code.is_empty() && error.meaning() != Meaning::Timeout
        {
            // The role may not be allowed to use PL/pgSQL, or the server cannot load it. Any other error occurs again.
            strategy = Strategy::Plain;
        } else {
            return Err(error.failure(doing));
        }
        for client in helpers.iter_mut().chain([&mut *client]) {
            let _ = client.execute(&[sql![ROLLBACK]]).await;
        }
    }
}

/// Reads more of the catalog in the transaction that [`capture`] began.
///
/// # Errors
/// The server refuses or does not answer in time.
pub async fn capture_more(client: &mut Client, scope: &Scope, limits: Limits) -> Result<Snapshot, Failure> {
    let batch = Batch::resume().then_read(scope, limits, Slice::WHOLE, Strategy::Plain);
    let read = run(client, batch).await;
    Ok(read
        .map_err(|error| error.failure("reading the objects that the texts refer to"))?
        .snapshot)
}

/// Whether the objects of this scope are unchanged since [`capture`] read them, in the transaction that it began. Texts
/// are compared by the newest catalog, so this must be called before anything else is read.
///
/// # Errors
/// The server does not answer.
pub async fn is_unchanged(client: &mut Client, scope: &Scope) -> Result<bool, Failure> {
    let read = run(client, Batch::resume().then_changed(scope)).await;
    let read = read.map_err(|error| error.failure("comparing texts"))?;
    Ok(read.changed == 0)
}

/// Reads slices of the scope through several connections in parallel, in one shared snapshot.
async fn read_in_parallel(
    client: &mut Client,
    helpers: &mut [Client],
    scope: &Scope,
    limits: Limits,
    strategy: Strategy,
) -> Result<BatchResult, ServerError> {
    let name = run(client, Batch::begin().then_export()).await?.name;
    // A pooler may have no other connection to the server until this transaction has ended.
    let shared = join_all(helpers.iter_mut().map(|helper| run(helper, Batch::share(&name))));
    let shared = tokio::time::timeout(limits.lock, shared)
        .await
        .map_err(|_| ServerError::broken("no connection shares the snapshot"))?;
    shared.into_iter().collect::<Result<Vec<BatchResult>, _>>()?;
    let of = helpers.len() + 1;
    let parts = [&mut *client]
        .into_iter()
        .chain(helpers)
        .enumerate()
        .map(|(index, client)| {
            let batch = Batch::resume().then_read(scope, limits, Slice { index, of }, strategy);
            run(client, batch)
        });
    // Wait for every call, because a cancelled call makes its connection unusable.
    let parts: Vec<BatchResult> = join_all(parts).await.into_iter().collect::<Result<_, _>>()?;
    let whole = parts.into_iter().reduce(|mut whole, part| {
        whole.snapshot.absorb(part.snapshot);
        whole
    });
    let last = run_and_count_changes(client, Batch::resume().then_is_quiet(), scope).await?;
    Ok(BatchResult {
        changed: last.changed,
        ..whole.unwrap_or_default()
    })
}

/// Runs a batch that ends with [`Batch::then_is_quiet`]. If other transactions have written, it counts the changed rows of
/// the catalog.
async fn run_and_count_changes(client: &mut Client, batch: Batch, scope: &Scope) -> Result<BatchResult, ServerError> {
    let mut read = run(client, batch).await?;
    if !read.is_quiet {
        read.changed = run(client, Batch::resume().then_changed(scope)).await?.changed;
    }
    Ok(read)
}

/// The result of a batch.
#[derive(Debug, Default)]
struct BatchResult {
    snapshot: Snapshot,
    /// The name of the exported snapshot, if the batch exports one.
    name: String,
    /// Whether no other transaction can have written anything since the snapshot was taken.
    is_quiet: bool,
    /// How many rows of the catalog have changed since the snapshot was taken.
    changed: u64,
}

/// Runs a batch, and checks that a real server answers: every mark must come back, and every statement with exactly one
/// row must return it.
async fn run(client: &mut Client, batch: Batch) -> Result<BatchResult, ServerError> {
    let batch = batch.end();
    let mut read = BatchResult::default();
    let mut reader = RowReader::default();
    let counts = client
        .batch(&batch.statements, |statement, row| {
            match batch.results.get(statement) {
                Some(ResultKind::Kind(kind)) => reader.object(&mut read.snapshot, statement, *kind, row)?,
                Some(ResultKind::Server) => read.snapshot.server = rows::server(row)?,
                Some(ResultKind::Name) => read.name = rows::text(row),
                Some(ResultKind::NotCompared) => read.snapshot.not_compared = rows::counts(row)?,
                Some(ResultKind::IsQuiet) => read.is_quiet = rows::text(row) == "true",
                Some(ResultKind::Changed) => {
                    read.changed = rows::text(row).parse().map_err(ServerError::broken)?;
                }
                Some(ResultKind::Mark(mark)) if rows::text(row) != *mark => {
                    return Err(ServerError::broken("its answer does not belong to the query"));
                }
                Some(ResultKind::Mark(_) | ResultKind::Nothing) | None => {}
            }
            Ok(())
        })
        .await?;
    for (count, result) in counts.iter().zip(&batch.results) {
        let is_one = match result {
            ResultKind::Mark(_)
            | ResultKind::Server
            | ResultKind::Name
            | ResultKind::NotCompared
            | ResultKind::IsQuiet
            | ResultKind::Changed => *count == 1,
            ResultKind::Nothing | ResultKind::Kind(_) => true,
        };
        if !is_one {
            return Err(ServerError::broken("it returned no row where every server returns one"));
        }
    }
    Ok(read)
}
