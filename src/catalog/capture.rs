//! Reading the catalog: one batch, one round trip, one snapshot.

mod batch;
mod find;
mod not_compared;
mod rows;

use std::collections::BTreeSet;

use futures_util::TryStreamExt as _;
use futures_util::future::try_join_all;
use sqlx::{AssertSqlSafe, Either, PgConnection};

pub(super) use batch::as_before;
pub use batch::query;
use batch::{Answer, Asking, Batch};
use find::shares_names;
use rows::Reader;

use super::Limits;
use super::server_error::{Meaning, ServerError};
use crate::compare::closed_schemas;
use crate::error::Failure;
use crate::expectation::{ExpectationFile, ExpectedObject, Subject};
use crate::kinds::Kind;
use crate::migrations::Tool;
use crate::platform;
use crate::snapshot::Snapshot;
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
                closed_schemas(file)
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
                scope.kinds.extend(object.kind.spec().stand_ins.iter().map(|s| s.kind));
                if object.terms.exact {
                    scope.kinds.extend(object.kind.children());
                }
                if !object.kind.spec().parents.is_empty() {
                    // The columns are the variables of the expressions of everything in the relation.
                    scope
                        .kinds
                        .extend(Kind::ALL.iter().filter(|k| k.spec().variable.is_some()));
                }
            }
        }
        // Whatever else can have the name is read, so that a finding can say so.
        let may_be: Vec<Kind> = Kind::roots()
            .filter(|kind| kind.spec().namespace || scope.kinds.iter().any(|expected| shares_names(*expected, *kind)))
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
    let granted = object.attributes.iter().filter(|attribute| attribute.attr.by_role);
    granted.flat_map(|attribute| match &attribute.value {
        Value::Map(grants) => grants.keys().cloned().collect(),
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Text(_) | Value::Secret(_) | Value::List(_) => {
            Vec::new()
        }
    })
}

/// How often the catalog is read again when DDL goes on at the same time.
const TRIES: usize = 3;

/// Begins the transaction of the session and reads the catalog. `helpers` are further connections to the same database,
/// which read parts of it in transactions that share the snapshot; where the server does not let them, nothing is lost
/// but time.
///
/// # Errors
/// A [`Failure`] if the server refuses or does not answer in time, or if the schema keeps changing.
pub async fn capture(
    connection: &mut PgConnection,
    helpers: &mut Vec<PgConnection>,
    scope: &Scope,
    limits: Limits,
) -> Result<Snapshot, Failure> {
    let mut tries = 0;
    let mut asking = Asking::WhereThereIsSome;
    loop {
        let read = if helpers.is_empty() {
            let batch = Batch::begin().then_read(scope, limits, Part::WHOLE, asking);
            run(connection, batch).await.map(|(snapshot, _)| snapshot)
        } else {
            together(connection, helpers, scope, limits, asking).await
        };
        let error = match read {
            Ok(mut snapshot) => {
                if !scope.platform {
                    let there = snapshot.server.platform_roles.clone();
                    platform::leave_out(&mut snapshot, &there, &scope.roles);
                }
                return Ok(snapshot);
            }
            Err(error) => error,
        };
        let concurrent = error.meaning() == Meaning::Concurrent && tries < TRIES;
        if concurrent {
            tries += 1;
        } else if !helpers.is_empty() {
            // What is wrong with reading together is no reason not to read. They may be waiting: they are let go.
            helpers.clear();
        } else if asking == Asking::WhereThereIsSome && !error.code.is_empty() && error.meaning() != Meaning::Timeout {
            // PL/pgSQL is not for everybody everywhere, nor can every server load it. What else is wrong shows again.
            asking = Asking::Plainly;
        } else {
            return Err(error.failure("reading the catalog"));
        }
        for connection in helpers.iter_mut().chain([&mut *connection]) {
            let _ = sqlx::raw_sql("ROLLBACK").execute(connection).await;
        }
    }
}

/// Reads parts of the catalog through several connections at the same time, as of the same moment.
async fn together(
    connection: &mut PgConnection,
    helpers: &mut [PgConnection],
    scope: &Scope,
    limits: Limits,
    asking: Asking,
) -> Result<Snapshot, ServerError> {
    let (_, name) = run(connection, Batch::begin().then_export()).await?;
    // A pooler may have no other connection to the server, and give none before this transaction has ended.
    let shared = try_join_all(
        helpers
            .iter_mut()
            .map(|helper| run(helper, Batch::begin().then_share(&name))),
    );
    tokio::time::timeout(limits.lock, shared)
        .await
        .map_err(|_| ServerError {
            code: String::new(),
            message: "no connection shares the snapshot".into(),
        })??;
    let of = helpers.len() + 1;
    let parts = [connection]
        .into_iter()
        .chain(helpers)
        .enumerate()
        .map(|(index, connection)| {
            let batch = Batch::resume().then_read(scope, limits, Part { index, of }, asking);
            run(connection, batch)
        });
    let parts = try_join_all(parts).await?;
    let whole = parts
        .into_iter()
        .map(|(snapshot, _)| snapshot)
        .reduce(|mut whole, part| {
            whole.absorb(part);
            whole
        });
    Ok(whole.unwrap_or_default())
}

/// Runs a batch. The text is the name of the snapshot, if the batch asks for one.
async fn run(connection: &mut PgConnection, batch: Batch) -> Result<(Snapshot, String), ServerError> {
    let mut snapshot = Snapshot::default();
    let mut name = String::new();
    let mut reader = Reader::default();
    let mut results = sqlx::raw_sql(AssertSqlSafe(batch.sql)).fetch_many(connection);
    let mut statement = 0_usize;
    while let Some(step) = results.try_next().await? {
        match step {
            Either::Left(_) => statement += 1,
            Either::Right(row) => match batch.answers.get(statement) {
                Some(Answer::Kind(kind)) => reader.object(&mut snapshot, statement, *kind, &row)?,
                Some(Answer::Server) => snapshot.server = rows::server(&row)?,
                Some(Answer::Name) => name = rows::text(&row)?,
                Some(Answer::NotCompared) => snapshot.not_compared = rows::counts(&row)?,
                Some(Answer::Nothing) | None => {}
            },
        }
    }
    Ok((snapshot, name))
}
