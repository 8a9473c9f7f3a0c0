//! The batch of statements that reads the catalog.

use super::super::{Limits, PIN_SEARCH_PATH};
use super::{Scope, Slice, consistency, find, not_compared};
use crate::kinds::Kind;
use crate::platform;
use crate::sql;
use crate::sql::{Sql, literal};

/// The statements of one round trip, and what each answers.
pub(super) struct Batch {
    pub(super) statements: Vec<Sql>,
    /// In the order of the statements.
    pub(super) results: Vec<ResultKind>,
}

/// What the rows of a statement are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ResultKind {
    /// There are none, or they are not read.
    Nothing,
    /// One row with the text of the statement: what answers is a server that runs what it is sent.
    Mark(&'static str),
    /// What there is to know about the server.
    Server,
    /// The name of a snapshot that others may share.
    Name,
    /// How much there is of what no kind speaks of.
    NotCompared,
    /// Whether any transaction can have changed anything since.
    IsQuiet,
    /// How much of what was read has changed since.
    Changed,
    /// Objects of a kind.
    Kind(Kind),
}

/// How the server is asked for the kinds of which a database often has nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strategy {
    /// Where there is nothing of a kind, its query is not even planned, which for all of them takes longer than reading
    /// a small database. Needs PL/pgSQL, which opens a cursor for each.
    SkipEmptyKinds,
    /// Everything, in plain statements.
    Plain,
}

const FIRST_MARK: &str = "driftgate: first";
const LAST_MARK: &str = "driftgate: last";

impl Batch {
    /// What begins the transaction. Before anything else no name can mean an object of the database's owner.
    pub(super) fn begin() -> Self {
        Self {
            statements: Vec::new(),
            results: Vec::new(),
        }
        .then(sql![PIN_SEARCH_PATH], ResultKind::Nothing)
        .then(sql![BEGIN], ResultKind::Nothing)
        .then_mark(FIRST_MARK)
    }

    /// What goes on in the transaction that has begun.
    pub(super) fn resume() -> Self {
        Self {
            statements: Vec::new(),
            results: Vec::new(),
        }
        .then_mark(FIRST_MARK)
    }

    /// One more statement.
    fn then(mut self, statement: Sql, result: ResultKind) -> Self {
        self.statements.push(statement);
        self.results.push(result);
        self
    }

    fn then_mark(self, mark: &'static str) -> Self {
        self.then(sql!["SELECT ", literal(mark), "::text"], ResultKind::Mark(mark))
    }

    /// The end of every batch.
    pub(super) fn end(self) -> Self {
        self.then_mark(LAST_MARK)
    }

    /// What names the snapshot of the transaction, so that others can share it.
    pub(super) fn then_export(self) -> Self {
        self.then(sql!["SELECT pg_catalog.pg_export_snapshot()"], ResultKind::Name)
    }

    /// What makes the transaction share the snapshot of this name, before it has one of its own.
    pub(super) fn share(name: &str) -> Self {
        Self {
            statements: Vec::new(),
            results: Vec::new(),
        }
        .then(sql![PIN_SEARCH_PATH], ResultKind::Nothing)
        .then(sql![BEGIN], ResultKind::Nothing)
        .then(sql!["SET TRANSACTION SNAPSHOT ", literal(name)], ResultKind::Nothing)
        .then_mark(FIRST_MARK)
    }

    /// What reads one part of the scope.
    pub(super) fn then_read(mut self, scope: &Scope, limits: Limits, slice: Slice, strategy: Strategy) -> Self {
        for statement in limit_settings(limits) {
            self = self.then(statement, ResultKind::Nothing);
        }
        let settings = OUTPUT_SETTINGS.iter().map(|setting| sql!["SET LOCAL ", *setting]);
        let planning = PLANNER_SETTINGS
            .iter()
            .map(|(name, value)| sql!["SET LOCAL ", *name, " = ", *value]);
        for statement in settings.chain(planning) {
            self = self.then(statement, ResultKind::Nothing);
        }
        if slice.is_first() {
            self = self.then(server(), ResultKind::Server);
        }
        for statement in find::statements(scope) {
            self = self.then(statement, ResultKind::Nothing);
        }
        let read = scope
            .kinds
            .iter()
            .filter(|kind| slice.is_first() || find::is_divided(**kind));
        let (often_empty, others): (Vec<Kind>, Vec<Kind>) =
            read.partition(|kind| strategy == Strategy::SkipEmptyKinds && kind.spec().reading.if_any.is_some());
        for kind in others {
            self = self.then(part_query(kind, scope, slice), ResultKind::Kind(kind));
        }
        if !often_empty.is_empty() {
            self = self.then_read_if_any(scope, slice, &often_empty);
        }
        if scope.not_compared && slice.is_first() {
            self = self.then(not_compared::statement(scope), ResultKind::NotCompared);
        }
        self
    }

    /// Asks, once in a transaction, whether any other transaction can have changed anything since it began.
    pub(super) fn then_is_quiet(self) -> Self {
        self.then(sql![consistency::IS_QUIET], ResultKind::IsQuiet)
    }

    /// Asks how many catalog rows of what was read have changed since.
    pub(super) fn then_changed(self, scope: &Scope) -> Self {
        self.then(consistency::statement(scope), ResultKind::Changed)
    }

    fn then_read_if_any(mut self, scope: &Scope, slice: Slice, kinds: &[Kind]) -> Self {
        let conditions: Vec<(usize, &'static str)> = kinds
            .iter()
            .enumerate()
            .filter_map(|(number, kind)| Some((number, kind.spec().reading.if_any?)))
            .collect();
        let queries: Vec<Sql> = kinds.iter().map(|kind| part_query(*kind, scope, slice)).collect();
        let queries: Vec<&str> = queries.iter().map(Sql::as_str).collect();
        self = self.then(find::census(scope, &conditions), ResultKind::Nothing);
        let block = Sql::template(OPEN_CURSORS, |place| {
            (place == "queries").then(|| literal(&serde_json::json!(queries).to_string()))
        });
        self = self.then(block, ResultKind::Nothing);
        for (number, kind) in kinds.iter().enumerate() {
            self = self.then(sql!["FETCH ALL FROM driftgate_", number], ResultKind::Kind(*kind));
        }
        self
    }
}

/// Opens a cursor for each query, or for nothing where there is nothing to be read.
const OPEN_CURSORS: &str = "\
DO $driftgate$
DECLARE
  kinds int[] := current_setting('driftgate.kinds');
  queries jsonb := {queries};
  reading refcursor;
BEGIN
  FOR number IN 0 .. jsonb_array_length(queries) - 1 LOOP
    reading := 'driftgate_' || number;
    OPEN reading NO SCROLL FOR EXECUTE CASE WHEN number = ANY (kinds) THEN queries ->> number ELSE 'SELECT WHERE false' END;
  END LOOP;
END
$driftgate$";

/// The whole query of a kind, over the relations of a scope, whose identities are in settings of the session.
#[must_use]
pub fn query(kind: Kind, scope: &Scope) -> Sql {
    part_query(kind, scope, Slice::WHOLE)
}

fn part_query(kind: Kind, scope: &Scope, slice: Slice) -> Sql {
    sql![find::prelude(scope, kind, slice), kind.query()]
}

const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// What begins a transaction of the same kind in which no catalog is read.
pub(in crate::catalog) fn begin_transaction(limits: Limits) -> Vec<Sql> {
    [sql![PIN_SEARCH_PATH], sql![BEGIN]]
        .into_iter()
        .chain(limit_settings(limits))
        .chain(OUTPUT_SETTINGS.iter().map(|setting| sql!["SET LOCAL ", *setting]))
        .collect()
}

/// What there is to know about the server. The search path is that which the role has in this database, not the one of
/// this transaction. `catalogs` counts five rows that are in every catalog: where one lacks, rows are hidden.
fn server() -> Sql {
    sql![
        "\
SELECT json_build_object('version', current_setting('server_version'), 'major', current_setting('server_version_num')::int / 10000, \
                         'database', current_database(), 'role', current_user, \
                         'search_path', (SELECT reset_val FROM pg_settings WHERE name = 'search_path'), \
                         'catalogs', (SELECT count(*) FROM pg_class \
                                      WHERE oid IN ('pg_class'::regclass, 'pg_attribute'::regclass, 'pg_type'::regclass, \
                                                    'pg_proc'::regclass, 'pg_namespace'::regclass)), \
                         'trusted', (SELECT r.rolsuper OR r.rolbypassrls FROM pg_roles r WHERE r.rolname = current_user), \
                         'superuser', (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = current_user), \
                         'encoding', (SELECT pg_encoding_to_char(d.encoding) FROM pg_database d WHERE d.datname = current_database()), \
                         'closed_schemas', (SELECT json_agg(nspname) FROM pg_namespace WHERE NOT has_schema_privilege(oid, 'USAGE')), \
                         'platform_roles', (SELECT json_agg(r) FROM (",
        platform::roles_sql(),
        ") r(r)))::text",
    ]
}

/// What the catalog's functions print with, whatever the database and the role are set to.
const OUTPUT_SETTINGS: [&str; 8] = [
    "row_security = off",
    "quote_all_identifiers = off",
    "standard_conforming_strings = on",
    "transform_null_equals = off",
    "datestyle = 'ISO, MDY'",
    "intervalstyle = 'postgres'",
    "bytea_output = 'hex'",
    "extra_float_digits = 1",
];

/// How the queries of the kinds are planned. [`reset_planner_settings`] takes it back.
const PLANNER_SETTINGS: [(&str, &str); 4] = [
    // A look at a catalog takes one process of the server's, as everybody's catalog queries do.
    ("max_parallel_workers_per_gather", "0"),
    // Catalogs are read through their indexes or by hash; what is not thought of is not planned.
    ("enable_mergejoin", "off"),
    // Catalogs are in memory as a rule: looking one row up costs no more than reading on.
    ("random_page_cost", "1"),
    // All rows of a cursor are fetched.
    ("cursor_tuple_fraction", "1"),
];

/// The statements that set planning back to what the server, the database and the role are set to.
pub(in crate::catalog) fn reset_planner_settings() -> Vec<Sql> {
    PLANNER_SETTINGS
        .iter()
        .map(|(name, _)| sql!["SET LOCAL ", *name, " TO DEFAULT"])
        .collect()
}

fn limit_settings(limits: Limits) -> [Sql; 5] {
    [
        sql!["SET LOCAL statement_timeout = ", limits.statement.as_millis()],
        sql!["SET LOCAL lock_timeout = ", limits.lock.as_millis()],
        sql![
            "SET LOCAL idle_in_transaction_session_timeout = ",
            limits.statement.as_millis().saturating_add(60_000)
        ],
        sql!["SET LOCAL jit = off"],
        // A database without an encoding sends what it has, also what is no text.
        sql![
            "SELECT set_config('client_encoding', 'SQL_ASCII', true) \
             FROM pg_database WHERE datname = current_database() AND encoding = 0"
        ],
    ]
}
