//! Reading the catalog: one batch, one round trip, one snapshot.

mod batch;
mod find;
mod not_compared;
mod rows;
mod stable;

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;

pub use batch::query;
use batch::{Answer, Asking, Batch};
pub(super) use batch::{reset_planner_settings, session_settings};
use find::shares_names;
use rows::Reader;

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
    pub reach: Reach,
    /// How much there is likely to be.
    pub extent: Extent,
    /// Whether what hosting platforms own is looked at like everything else.
    pub platform: bool,
    /// The roles of platforms that are looked at like any other, because a file names them.
    pub roles: BTreeSet<String>,
    /// Whether what no kind speaks of is counted.
    pub not_compared: bool,
    /// The migration tools whose own tables nobody lists.
    pub set_aside: Vec<&'static Tool>,
}

/// How much there is likely to be in the schemas that are read whole. Either is right whatever there is; it decides
/// how the server is asked to look.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// So little that it is looked up one by one.
    #[default]
    Few,
    /// So much that whole catalogs are looked through, or nobody knows.
    Many,
}

/// As many objects of their own as this, and those in them, are few.
const FEW: usize = 300;

/// Whether every schema is read whole.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Only what a scope names.
    #[default]
    Named,
    /// Every schema but PostgreSQL's own and those that hosting platforms own.
    Owners,
    /// Every schema but PostgreSQL's own.
    All,
}

impl Scope {
    /// What either scope has.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        self.names.extend(other.names.iter().cloned());
        self.schemas.extend(other.schemas.iter().cloned());
        self.kinds.extend(other.kinds.iter().copied());
        self.extent = self.extent.max(other.extent);
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
            reach: match (schemas.is_empty(), platform) {
                (false, _) => Reach::Named,
                (true, false) => Reach::Owners,
                (true, true) => Reach::All,
            },
            extent: Extent::Many,
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
        if expected.filter(|object| object.parent.is_none()).count() > FEW {
            scope.extent = Extent::Many;
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
pub struct Part {
    /// Which one, from 0. The first also reads what cannot be divided.
    index: usize,
    /// How many there are.
    of: usize,
}

impl Part {
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
    let mut asking = Asking::WhereThereIsSome;
    loop {
        let read = if helpers.is_empty() {
            let batch = Batch::begin().then_read(scope, limits, Part::WHOLE, asking);
            if_unchanged(client, batch.then_is_quiet(), scope).await
        } else {
            together(client, helpers, scope, limits, asking).await
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
            Ok(read) => ServerError::changing(read.changed),
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
        } else if asking == Asking::WhereThereIsSome && !error.code.is_empty() && error.meaning() != Meaning::Timeout {
            // PL/pgSQL is not for everybody everywhere, nor can every server load it. What else is wrong shows again.
            asking = Asking::Plainly;
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
    let batch = Batch::resume().then_read(scope, limits, Part::WHOLE, Asking::Plainly);
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
pub async fn still_same(client: &mut Client, scope: &Scope) -> Result<bool, Failure> {
    let read = run(client, Batch::resume().then_changed(scope)).await;
    let read = read.map_err(|error| error.failure("comparing texts"))?;
    Ok(read.changed == 0)
}

/// Reads parts of the catalog through several connections at the same time, as of the same moment.
async fn together(
    client: &mut Client,
    helpers: &mut [Client],
    scope: &Scope,
    limits: Limits,
    asking: Asking,
) -> Result<Read, ServerError> {
    let name = run(client, Batch::begin().then_export()).await?.name;
    // A pooler may have no other connection to the server, and give none before this transaction has ended.
    let shared = join_all(helpers.iter_mut().map(|helper| run(helper, Batch::share(&name))));
    let shared = tokio::time::timeout(limits.lock, shared)
        .await
        .map_err(|_| ServerError::broken("no connection shares the snapshot"))?;
    shared.into_iter().collect::<Result<Vec<Read>, _>>()?;
    let of = helpers.len() + 1;
    let parts = [&mut *client]
        .into_iter()
        .chain(helpers)
        .enumerate()
        .map(|(index, client)| {
            let batch = Batch::resume().then_read(scope, limits, Part { index, of }, asking);
            run(client, batch)
        });
    // A call that is given up leaves its connection unusable: each comes to its end.
    let parts: Vec<Read> = join_all(parts).await.into_iter().collect::<Result<_, _>>()?;
    let whole = parts.into_iter().reduce(|mut whole, part| {
        whole.snapshot.absorb(part.snapshot);
        whole
    });
    let last = if_unchanged(client, Batch::resume().then_is_quiet(), scope).await?;
    Ok(Read {
        changed: last.changed,
        ..whole.unwrap_or_default()
    })
}

/// Runs a batch that ends with the question whether the server was quiet. If it was not, the rows that have changed are
/// counted.
async fn if_unchanged(client: &mut Client, batch: Batch, scope: &Scope) -> Result<Read, ServerError> {
    let mut read = run(client, batch).await?;
    if !read.is_quiet {
        read.changed = run(client, Batch::resume().then_changed(scope)).await?.changed;
    }
    Ok(read)
}

/// What a batch gave.
#[derive(Debug, Default)]
struct Read {
    snapshot: Snapshot,
    /// The name of the transaction's snapshot, if the batch asks for one.
    name: String,
    /// Whether no other transaction can have written anything since the snapshot was taken.
    is_quiet: bool,
    /// How many rows of the catalog have changed since the snapshot was taken.
    changed: u64,
}

/// Runs a batch. What answers it must be a server: every mark must come back, and every statement that has one row.
async fn run(client: &mut Client, batch: Batch) -> Result<Read, ServerError> {
    let batch = batch.end();
    let mut read = Read::default();
    let mut reader = Reader::default();
    let counts = client
        .batch(&batch.statements, |statement, row| {
            match batch.answers.get(statement) {
                Some(Answer::Kind(kind)) => reader.object(&mut read.snapshot, statement, *kind, row)?,
                Some(Answer::Server) => read.snapshot.server = rows::server(row)?,
                Some(Answer::Name) => read.name = rows::text(row),
                Some(Answer::NotCompared) => read.snapshot.not_compared = rows::counts(row)?,
                Some(Answer::IsQuiet) => read.is_quiet = rows::text(row) == "true",
                Some(Answer::Changed) => {
                    read.changed = rows::text(row).parse().map_err(ServerError::broken)?;
                }
                Some(Answer::Mark(mark)) if rows::text(row) != *mark => {
                    return Err(ServerError::broken("it does not answer what it was asked"));
                }
                Some(Answer::Mark(_) | Answer::Nothing) | None => {}
            }
            Ok(())
        })
        .await?;
    for (count, answer) in counts.iter().zip(&batch.answers) {
        let is_one = match answer {
            Answer::Mark(_)
            | Answer::Server
            | Answer::Name
            | Answer::NotCompared
            | Answer::IsQuiet
            | Answer::Changed => *count == 1,
            Answer::Nothing | Answer::Kind(_) => true,
        };
        if !is_one {
            return Err(ServerError::broken(
                "it answers with no rows what has one row on every server",
            ));
        }
    }
    Ok(read)
}
