//! The batch of statements that reads the catalog.

use super::super::Limits;
use super::{Part, Scope, find, not_compared};
use crate::kinds::Kind;
use crate::platform;
use crate::sql_text::quote_literal;

/// The statements of one round trip, and what each answers.
pub(super) struct Batch {
    pub(super) sql: String,
    /// In the order of the statements.
    pub(super) answers: Vec<Answer>,
}

/// What the rows of a statement are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// There are none, or nobody reads them.
    Nothing,
    /// What there is to know about the server.
    Server,
    /// The name of a snapshot that others may share.
    Name,
    /// How much there is of what no kind speaks of.
    NotCompared,
    /// Objects of a kind.
    Kind(Kind),
}

/// How the server is asked for the kinds of which a database often has nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asking {
    /// Where there is nothing of a kind, its query is not even planned, which for all of them takes longer than reading
    /// a small database. Needs PL/pgSQL, which opens a cursor for each.
    WhereThereIsSome,
    /// Everything, in plain statements.
    Plainly,
}

impl Batch {
    /// What begins the transaction.
    pub(super) fn begin() -> Self {
        Self {
            sql: BEGIN.to_owned(),
            answers: vec![Answer::Nothing],
        }
    }

    /// What goes on in the transaction that has begun.
    pub(super) fn resume() -> Self {
        Self {
            sql: String::new(),
            answers: Vec::new(),
        }
    }

    /// One more statement.
    pub(super) fn then(mut self, statement: &str, answer: Answer) -> Self {
        if !self.sql.is_empty() {
            self.sql.push_str(";\n");
        }
        self.sql.push_str(statement);
        self.answers.push(answer);
        self
    }

    /// What names the snapshot of the transaction, so that others can share it.
    pub(super) fn then_export(self) -> Self {
        self.then("SELECT pg_export_snapshot()", Answer::Name)
    }

    /// What makes the transaction share the snapshot of this name.
    pub(super) fn then_share(self, name: &str) -> Self {
        let share = format!("SET TRANSACTION SNAPSHOT {}", quote_literal(name));
        self.then(&share, Answer::Nothing)
    }

    /// What reads one part of the scope.
    pub(super) fn then_read(mut self, scope: &Scope, limits: Limits, part: Part, asking: Asking) -> Self {
        for statement in before(limits) {
            self = self.then(&statement, Answer::Nothing);
        }
        if part.is_first() {
            // The role's own search path is read before it is set.
            self = self.then(&server(), Answer::Server);
        }
        let settings = SETTINGS.iter().map(|setting| format!("SET LOCAL {setting}"));
        for statement in settings.chain(
            PLANNING
                .iter()
                .map(|(name, value)| format!("SET LOCAL {name} = {value}")),
        ) {
            self = self.then(&statement, Answer::Nothing);
        }
        for statement in find::statements(scope) {
            self = self.then(&statement, Answer::Nothing);
        }
        let read = scope
            .kinds
            .iter()
            .filter(|kind| part.is_first() || find::is_divided(**kind));
        let (often_none, asked): (Vec<Kind>, Vec<Kind>) =
            read.partition(|kind| asking == Asking::WhereThereIsSome && kind.spec().if_any.is_some());
        for kind in asked {
            self = self.then(&part_query(kind, scope, part), Answer::Kind(kind));
        }
        if !often_none.is_empty() {
            self = self.then_read_if_any(scope, part, &often_none);
        }
        if scope.not_compared && part.is_first() {
            self = self.then(&not_compared::statement(scope), Answer::NotCompared);
        }
        self
    }

    fn then_read_if_any(mut self, scope: &Scope, part: Part, kinds: &[Kind]) -> Self {
        let conditions: Vec<(usize, &str)> = kinds
            .iter()
            .enumerate()
            .filter_map(|(number, kind)| Some((number, kind.spec().if_any?)))
            .collect();
        let queries: Vec<String> = kinds.iter().map(|kind| part_query(*kind, scope, part)).collect();
        self = self.then(&find::census(scope, &conditions), Answer::Nothing);
        let block = OPEN_CURSORS.replace("$queries", &quote_literal(&serde_json::json!(queries).to_string()));
        self = self.then(&format!("DO $driftgate$\n{block}\n$driftgate$"), Answer::Nothing);
        for (number, kind) in kinds.iter().enumerate() {
            self = self.then(&format!("FETCH ALL FROM driftgate_{number}"), Answer::Kind(*kind));
        }
        self
    }
}

/// Opens a cursor for each query, or for nothing where there is nothing to be read.
const OPEN_CURSORS: &str = "\
DECLARE
  kinds int[] := current_setting('driftgate.kinds');
  queries jsonb := $queries;
  reading refcursor;
BEGIN
  FOR number IN 0 .. jsonb_array_length(queries) - 1 LOOP
    reading := 'driftgate_' || number;
    OPEN reading NO SCROLL FOR EXECUTE CASE WHEN number = ANY (kinds) THEN queries ->> number ELSE 'SELECT WHERE false' END;
  END LOOP;
END";

/// The whole query of a kind, over the relations of a scope, whose identities are in settings of the session.
#[must_use]
pub fn query(kind: Kind, scope: &Scope) -> String {
    part_query(kind, scope, Part::WHOLE)
}

fn part_query(kind: Kind, scope: &Scope, part: Part) -> String {
    format!("{}{}", find::prelude(scope, kind, part), kind.query())
}

const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// What there is to know about the server.
fn server() -> String {
    format!(
        "\
SELECT json_build_object('version', current_setting('server_version'), 'major', current_setting('server_version_num')::int / 10000, \
                         'database', current_database(), 'role', current_user, 'search_path', current_setting('search_path'), \
                         'closed_schemas', (SELECT json_agg(nspname) FROM pg_namespace WHERE NOT has_schema_privilege(oid, 'USAGE')), \
                         'platform_roles', (SELECT json_agg(r) FROM ({}) r(r)))::text",
        platform::roles_sql()
    )
}

/// What the catalog's functions print with, whatever the database and the role are set to.
const SETTINGS: [&str; 8] = [
    "search_path = pg_catalog",
    "quote_all_identifiers = off",
    "standard_conforming_strings = on",
    "transform_null_equals = off",
    "datestyle = 'ISO, MDY'",
    "intervalstyle = 'postgres'",
    "bytea_output = 'hex'",
    "extra_float_digits = 1",
];

/// How the queries of the kinds are planned. [`as_before`] takes it back.
const PLANNING: [(&str, &str); 4] = [
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
pub(in crate::catalog) fn as_before() -> String {
    let settings = PLANNING.iter().map(|(name, _)| format!("SET LOCAL {name} TO DEFAULT"));
    settings.collect::<Vec<String>>().join("; ")
}

fn before(limits: Limits) -> [String; 4] {
    [
        format!("SET LOCAL statement_timeout = {}", limits.statement.as_millis()),
        format!("SET LOCAL lock_timeout = {}", limits.lock.as_millis()),
        format!(
            "SET LOCAL idle_in_transaction_session_timeout = {}",
            limits.statement.as_millis().saturating_add(60_000)
        ),
        "SET LOCAL jit = off".to_owned(),
    ]
}
