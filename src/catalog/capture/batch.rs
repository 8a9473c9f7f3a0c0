//! The batch of statements that reads the catalog.

use std::collections::BTreeSet;

use super::super::{Limits, PIN_SEARCH_PATH};
use super::{Scope, Slice, consistency, find, not_compared};
use crate::kinds::Kind;
use crate::platform::PlatformTraces;
use crate::sql;
use crate::sql::{Sql, literal};

/// The statements of one round trip, and what the rows of each are.
pub(super) struct Batch {
    pub(super) statements: Vec<Sql>,
    /// In the order of the statements.
    pub(super) results: Vec<ResultKind>,
}

/// What the rows of a statement contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ResultKind {
    /// No rows, or rows that are not read.
    Nothing,
    /// One row with this text, which proves that the server runs the statements it is sent.
    Mark(&'static str),
    /// One row with the properties of the server.
    Server,
    /// One row with the search path that the role has in this database by default.
    SearchPath,
    /// The name of an exported snapshot.
    Name,
    /// The numbers of the kinds that may have objects, among [`rarer_kinds`].
    Present,
    /// The counts of objects that belong to no kind.
    NotCompared,
    /// Whether no other transaction can have written since the snapshot.
    IsQuiet,
    /// How many rows of the catalog have changed since the snapshot.
    Changed,
    /// Objects of a kind.
    Kind(Kind),
}

/// What a batch does about kinds of which many databases have no objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RarerKinds {
    /// It asks which of them may have objects; [`Batch::then_read_kinds`] reads those. To plan the queries of all takes longer
    /// than to read a small database, and to send them takes several round trips.
    Found,
    /// It reads them.
    Read,
}

const FIRST_MARK: &str = "driftgate: first";
const LAST_MARK: &str = "driftgate: last";

impl Batch {
    /// Begins the transaction, with the search path set first.
    pub(super) fn begin() -> Self {
        Self {
            statements: Vec::new(),
            results: Vec::new(),
        }
        .then(sql![PIN_SEARCH_PATH], ResultKind::Nothing)
        .then(sql![BEGIN], ResultKind::Nothing)
        .then_mark(FIRST_MARK)
    }

    /// Continues in the transaction.
    pub(super) fn resume() -> Self {
        Self {
            statements: Vec::new(),
            results: Vec::new(),
        }
        .then_mark(FIRST_MARK)
    }

    /// Appends a statement.
    fn then(mut self, statement: Sql, result: ResultKind) -> Self {
        self.statements.push(statement);
        self.results.push(result);
        self
    }

    fn then_mark(self, mark: &'static str) -> Self {
        self.then(sql!["SELECT ", literal(mark), "::text"], ResultKind::Mark(mark))
    }

    /// Ends the batch.
    pub(super) fn end(self) -> Self {
        self.then_mark(LAST_MARK)
    }

    /// Exports the snapshot of the transaction, so that other connections can share it.
    pub(super) fn then_export(self) -> Self {
        self.then(sql!["SELECT pg_catalog.pg_export_snapshot()"], ResultKind::Name)
    }

    /// Begins a transaction with the exported snapshot of this name.
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

    /// Reads one slice of the scope.
    pub(super) fn then_read(mut self, scope: &Scope, limits: Limits, slice: Slice, rarer: RarerKinds) -> Self {
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
        if scope.on_request {
            self = self.then(
                sql!["SELECT set_config('driftgate.on_request', 'on', true)"],
                ResultKind::Nothing,
            );
        }
        if slice.is_first() {
            self = self.then(server(), ResultKind::Server).then_default_search_path();
        }
        for statement in find::statements(scope) {
            self = self.then(statement, ResultKind::Nothing);
        }
        let is_rarer = |kind: &Kind| rarer == RarerKinds::Found && kind.spec().reading.if_any.is_some();
        let often: Vec<Kind> = kinds(scope, slice).filter(|kind| !is_rarer(kind)).collect();
        self = self.then_read_kinds(scope, slice, &often);
        let conditions = rarer_kinds(scope, slice).into_iter().enumerate();
        let conditions: Vec<(usize, &'static str)> = conditions
            .filter_map(|(number, kind)| Some((number, kind.spec().reading.if_any?)))
            .collect();
        if rarer == RarerKinds::Found && !conditions.is_empty() {
            self = self.then(find::census(scope, &conditions), ResultKind::Present);
        }
        self
    }

    /// Counts the objects that belong to no kind, if the scope asks for it. `platform_roles` are those of the server's
    /// platforms.
    pub(super) fn then_count_not_compared(
        self,
        scope: &Scope,
        slice: Slice,
        platform_roles: &BTreeSet<String>,
    ) -> Self {
        if scope.not_compared && slice.is_first() {
            let statement = not_compared::statement(scope, platform_roles);
            return self.then(statement, ResultKind::NotCompared);
        }
        self
    }

    /// Reads the default search path. SHOW resolves no name, so the path is pinned again before anything else runs. The view
    /// `pg_settings` has the same value, but reads every setting for it.
    fn then_default_search_path(self) -> Self {
        self.then(sql!["SET LOCAL search_path TO DEFAULT"], ResultKind::Nothing)
            .then(sql!["SHOW search_path"], ResultKind::SearchPath)
            .then(sql![PIN_SEARCH_PATH], ResultKind::Nothing)
    }

    /// Reads kinds of one slice of the scope.
    pub(super) fn then_read_kinds(mut self, scope: &Scope, slice: Slice, kinds: &[Kind]) -> Self {
        for kind in kinds {
            self = self.then(part_query(*kind, scope, slice), ResultKind::Kind(*kind));
        }
        self
    }

    /// Asks whether no other transaction can have written since this one began. Possible once in each transaction.
    pub(super) fn then_is_quiet(self) -> Self {
        self.then(sql![consistency::IS_QUIET], ResultKind::IsQuiet)
    }

    /// Counts the rows of the catalog that have changed since the snapshot.
    pub(super) fn then_changed(self, scope: &Scope) -> Self {
        self.then(consistency::statement(scope), ResultKind::Changed)
    }
}

/// The kinds that a slice of the scope has.
fn kinds(scope: &Scope, slice: Slice) -> impl Iterator<Item = Kind> {
    let kinds = scope.kinds.iter().copied();
    kinds.filter(move |kind| slice.is_first() || find::is_divided(*kind))
}

/// The kinds of a slice of the scope of which many databases have no objects.
pub(super) fn rarer_kinds(scope: &Scope, slice: Slice) -> Vec<Kind> {
    kinds(scope, slice)
        .filter(|kind| kind.spec().reading.if_any.is_some())
        .collect()
}

/// The complete query of a kind for a scope, whose object identifiers are in settings of the session.
#[must_use]
pub fn query(kind: Kind, scope: &Scope) -> Sql {
    part_query(kind, scope, Slice::WHOLE)
}

fn part_query(kind: Kind, scope: &Scope, slice: Slice) -> Sql {
    sql![find::prelude(scope, kind, slice), kind.query()]
}

const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// The statements that begin a transaction in which no catalog is read, with the same settings.
pub(in crate::catalog) fn begin_transaction(limits: Limits) -> Vec<Sql> {
    [sql![PIN_SEARCH_PATH], sql![BEGIN]]
        .into_iter()
        .chain(limit_settings(limits))
        .chain(OUTPUT_SETTINGS.iter().map(|setting| sql!["SET LOCAL ", *setting]))
        .collect()
}

/// The statements that begin a transaction that writes, in a scratch database, with the same settings.
pub(in crate::catalog) fn begin_scratch_transaction(limits: Limits) -> Vec<Sql> {
    let mut statements = begin_transaction(limits);
    statements[1] = sql!["BEGIN"];
    statements
}

/// Reads the properties of the server. `catalogs` counts five rows that every database has: if one is missing, rows are
/// hidden from the role.
fn server() -> Sql {
    sql![
        "\
SELECT json_build_object('version', current_setting('server_version'), 'major', current_setting('server_version_num')::int / 10000, \
                         'database', current_database(), 'role', current_user, \
                         'catalogs', (SELECT count(*) FROM pg_class \
                                      WHERE oid IN ('pg_class'::regclass, 'pg_attribute'::regclass, 'pg_type'::regclass, \
                                                    'pg_proc'::regclass, 'pg_namespace'::regclass)), \
                         'rights', (SELECT json_build_object('superuser', r.rolsuper, 'trusted', r.rolsuper OR r.rolbypassrls) \
                                    FROM pg_roles r WHERE r.rolname = current_user), \
                         'encoding', (SELECT pg_encoding_to_char(d.encoding) FROM pg_database d WHERE d.datname = current_database()), \
                         'closed_schemas', (SELECT json_agg(nspname) FROM pg_namespace WHERE NOT has_schema_privilege(oid, 'USAGE')), \
                         'platform_roles', (",
        PlatformTraces::roles_sql(),
        "), 'platform_schemas', (",
        PlatformTraces::schemas_sql(),
        "))::text",
    ]
}

/// Settings that make the functions of the catalog print the same text, whatever the defaults of the database and role.
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

/// Planner settings for the queries of the kinds. [`reset_planner_settings`] resets them.
const PLANNER_SETTINGS: [(&str, &str); 5] = [
    // Use one server process, as other catalog queries do.
    ("max_parallel_workers_per_gather", "0"),
    // Catalogs are read through indexes or hash joins. Fewer alternatives take less time to plan.
    ("enable_mergejoin", "off"),
    // The queries name the relations in the order in which they are best read.
    ("join_collapse_limit", "1"),
    // Catalogs are usually cached, so random access costs no more than sequential access.
    ("random_page_cost", "1"),
    // Every row is read.
    ("cursor_tuple_fraction", "1"),
];

/// The statements that reset the planner settings to the defaults of the server, the database and the role.
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
        // A database with the encoding SQL_ASCII sends its bytes unchanged, even if they are not valid text.
        sql![
            "SELECT set_config('client_encoding', 'SQL_ASCII', true) \
             FROM pg_database WHERE datname = current_database() AND encoding = 0"
        ],
    ]
}
