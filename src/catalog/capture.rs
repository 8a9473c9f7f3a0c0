//! Reading the catalog: one batch, one round trip, one snapshot.

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
pub(super) use batch::{begin_transaction, reset_planner_settings};
use find::shares_names;
use rows::RowReader;

use super::client::Client;
use super::server_error::{Meaning, ServerError};
use super::{Limits, ROLLBACK, encoding};
use crate::error::Failure;
use crate::expectation::{ExpectationFile, ExpectedObject, Subject};
use crate::kinds::Kind;
use crate::migrations::Tool;
use crate::platform;
use crate::snapshot::Snapshot;
use crate::sql;
use crate::value::Value;

/// What is read: these objects by name, and everything in these schemas.
#[derive(Debug, Default, Clone)]
pub struct Scope {
    /// Objects that are in a schema: schema and name.
    pub names: BTreeSet<(String, String)>,
    /// Schemas that are read whole.
    pub schemas: BTreeSet<String>,
    /// The kinds that are read.
    pub kinds: BTreeSet<Kind>,
    /// Whether every schema is read whole.
    pub selection: SchemaSelection,
    /// How much there is likely to be.
    pub size_hint: SizeHint,
    /// Whether what hosting platforms own is looked at like everything else.
    pub platform: bool,
    /// The roles of platforms that are looked at like any other, because a file names them.
    pub roles: BTreeSet<String>,
    /// Whether what no kind speaks of is counted.
    pub not_compared: bool,
    /// The migration tools whose own tables nobody lists.
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

/// Whether every schema is read whole.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum SchemaSelection {
    /// Only the schemas that the scope lists.
    #[default]
    Listed,
    /// All schemas except those of PostgreSQL and of hosting platforms.
    ExceptPlatforms,
    /// All schemas except those of PostgreSQL.
    All,
}

impl Scope {
    /// What either scope has.
    #[must_use]
    pub fn union(mut self, other: &Self) -> Self {
        self.names.extend(other.names.iter().cloned());
        self.schemas.extend(other.schemas.iter().cloned());
        self.kinds.extend(other.kinds.iter().copied());
        self.size_hint = self.size_hint.max(other.size_hint);
        self.roles.extend(other.roles.iter().cloned());
        self.not_compared |= other.not_compared;
        self.set_aside.extend(&other.set_aside);
        self
    }

    /// Everything in these schemas; in every schema if none is named.
    #[must_use]
    pub fn whole(schemas: &[String], platform: bool) -> Self {
        Self {
            schemas: schemas.iter().cloned().collect(),
            kinds: Kind::ALL.iter().copied().collect(),
            selection: match (schemas.is_empty(), platform) {
                (false, _) => SchemaSelection::Listed,
                (true, false) => SchemaSelection::ExceptPlatforms,
                (true, true) => SchemaSelection::All,
            },
            size_hint: SizeHint::Large,
            platform,
            ..Self::default()
        }
    }

    /// These objects, schema and name, whatever kind they are of.
    #[must_use]
    pub fn of_objects(names: BTreeSet<(String, String)>) -> Self {
        Self {
            names,
            kinds: Kind::ALL.iter().copied().collect(),
            platform: true,
            ..Self::default()
        }
    }

    /// What must be read to judge these files.
    #[must_use]
    pub fn of(files: &[&ExpectationFile]) -> Self {
        let mut scope = Self::default();
        let expected = files.iter().filter(|file| file.exact).flat_map(|file| &file.objects);
        if expected.filter(|object| object.parent.is_none()).count() > SMALL {
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
                // Whoever speaks of a history knows of its tables.
                scope
                    .set_aside
                    .extend(file.histories.iter().filter_map(|history| history.tool));
                scope.kinds.extend(Kind::ALL);
            }
            for object in &file.objects {
                let (Subject::Named(id) | Subject::ByMeaning(id)) = &object.subject;
                if let [schema, name, ..] = id.parts()
                    && object.parent.is_none()
                    && !closed.contains(&**schema)
                {
                    scope.names.insert((schema.to_string(), name.to_string()));
                }
                scope.roles.extend(roles(object));
                if file.exact {
                    continue;
                }
                scope.kinds.insert(object.kind);
                scope
                    .kinds
                    .extend(object.kind.spec().matching.stand_ins.iter().map(|s| s.kind));
                if object.terms.exact {
                    scope.kinds.extend(object.kind.children());
                }
                if !object.kind.spec().parents.is_empty() {
                    // The columns are the variables of the expressions of everything in the relation.
                    scope.kinds.extend(Kind::ALL.iter().filter(|k| k.is_column()));
                }
            }
        }
        // Whatever else can have the name is read, so that a finding can say so.
        let may_be: Vec<Kind> = Kind::roots()
            .filter(|kind| kind.is_namespace() || scope.kinds.iter().any(|expected| shares_names(*expected, *kind)))
            .collect();
        scope.kinds.extend(may_be);
        scope
    }
}

/// One of several parts that are read at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    /// Which one, from 0. The first also reads what cannot be divided.
    index: usize,
    /// How many there are.
    of: usize,
}

impl Slice {
    /// Everything.
    const WHOLE: Self = Self { index: 0, of: 1 };

    fn is_first(self) -> bool {
        self.index == 0
    }
}

/// The roles that an expectation says something is granted to.
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

/// The first pause before the catalog is read again; each is twice as long as the one before.
const PAUSE: Duration = Duration::from_millis(20);

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_millis(100);

/// Begins the transaction of the session and reads the catalog: again where DDL went on beside it, for as long as one
/// statement may take. `helpers` are further connections to the same database,
/// which read parts of it in transactions that share the snapshot; where the server does not let them, nothing is lost
/// but time.
///
/// # Errors
/// A [`Failure`] if the server refuses or does not answer in time, or if the schema keeps changing.
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
    let began = std::time::Instant::now();
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
                    let there = snapshot.server.platform_roles.clone();
                    platform::leave_out(&mut snapshot, &there, &scope.roles);
                }
                return Ok(snapshot);
            }
            Ok(read) => ServerError::schema_changed(read.changed),
            Err(error) => error,
        };
        if !client.is_usable() && helpers.is_empty() {
            return Err(error.failure(doing));
        }
        let again = error.meaning() == Meaning::Concurrent && began.elapsed() < limits.statement;
        if again {
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        } else if !helpers.is_empty() {
            // What is wrong with reading together is no reason not to read. They may be waiting: they are given up.
            helpers.clear();
        } else if strategy == Strategy::SkipEmptyKinds && !error.code.is_empty() && error.meaning() != Meaning::Timeout
        {
            // PL/pgSQL is not for everybody everywhere, nor can every server load it. What else is wrong shows again.
            strategy = Strategy::Plain;
        } else {
            return Err(error.failure(doing));
        }
        for client in helpers.iter_mut().chain([&mut *client]) {
            let _ = client.execute(&[sql![ROLLBACK]]).await;
        }
    }
}

/// Reads the catalog once more in the transaction that [`capture`] began.
///
/// # Errors
/// The server refuses or does not answer in time.
pub async fn capture_more(client: &mut Client, scope: &Scope, limits: Limits) -> Result<Snapshot, Failure> {
    let batch = Batch::resume().then_read(scope, limits, Slice::WHOLE, Strategy::Plain);
    let read = run(client, batch).await;
    Ok(read
        .map_err(|error| error.failure("reading what the texts name"))?
        .snapshot)
}

/// Whether what [`capture`] read of this scope is still so, in the transaction that it began and before anything more is
/// read: texts are compared by what the catalog says now.
///
/// # Errors
/// A [`Failure`] if the server does not answer.
pub async fn is_unchanged(client: &mut Client, scope: &Scope) -> Result<bool, Failure> {
    let read = run(client, Batch::resume().then_changed(scope)).await;
    let read = read.map_err(|error| error.failure("comparing texts"))?;
    Ok(read.changed == 0)
}

/// Reads parts of the catalog through several connections at the same time, as of the same moment.
async fn read_in_parallel(
    client: &mut Client,
    helpers: &mut [Client],
    scope: &Scope,
    limits: Limits,
    strategy: Strategy,
) -> Result<BatchResult, ServerError> {
    let name = run(client, Batch::begin().then_export()).await?.name;
    // A pooler may have no other connection to the server, and give none before this transaction has ended.
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
    // A call that is given up leaves its connection unusable: each comes to its end.
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

/// Runs a batch that ends with the question whether the server was quiet. If it was not, the rows that have changed are
/// counted.
async fn run_and_count_changes(client: &mut Client, batch: Batch, scope: &Scope) -> Result<BatchResult, ServerError> {
    let mut read = run(client, batch).await?;
    if !read.is_quiet {
        read.changed = run(client, Batch::resume().then_changed(scope)).await?.changed;
    }
    Ok(read)
}

/// What a batch gave.
#[derive(Debug, Default)]
struct BatchResult {
    snapshot: Snapshot,
    /// The name of the transaction's snapshot, if the batch asks for one.
    name: String,
    /// Whether no other transaction can have written anything since the snapshot was taken.
    is_quiet: bool,
    /// How many rows of the catalog have changed since the snapshot was taken.
    changed: u64,
}

/// Runs a batch. What answers it must be a server: every mark must come back, and every statement that has one row.
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
                    return Err(ServerError::broken("it does not answer what it was asked"));
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
            return Err(ServerError::broken(
                "it answers with no rows what has one row on every server",
            ));
        }
    }
    Ok(read)
}
