//! The two texts of a question, as parts of statements.

use crate::attribute::{Form, Question};
use crate::kinds::{self, Variable};
use crate::observed::ScopedQuestion;
use crate::snapshot::Snapshot;
use crate::sql;
use crate::sql::{Sql, Statement, literal, name};
use crate::sql_text::{Words, quote_name};

/// The name of a column that no text uses.
pub(super) const MARKER: &str = "driftgate marker";

/// A question, prepared for the server.
pub(super) struct Pair {
    pub(super) form: Form,
    expected: String,
    pub(super) actual: String,
    relation: String,
    variables: Vec<(String, String)>,
    /// The search path with which the texts of the file are parsed.
    file_path: String,
    /// Whether the texts are parsed with [`SYSTEM_PATH`].
    is_on_system_path: bool,
    /// Whether the names of equivalent functions can only be those of PostgreSQL's own.
    pub(super) has_equivalents: bool,
}

/// The search path that contains only PostgreSQL's own functions and operators. PostgreSQL never searches temporary schemas
/// for functions and operators.
const SYSTEM_PATH: &str = "pg_catalog, pg_temp";

/// Which of the two texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Expected,
    Actual,
}

/// Whether the texts may have a COLLATE, which a plan does not always print.
pub(super) fn mentions_collation(question: &Question) -> bool {
    [&question.expected, &question.actual]
        .iter()
        .any(|text| text.to_lowercase().contains("collate"))
}

impl Pair {
    pub(super) fn new(scoped: &ScopedQuestion, snapshot: &Snapshot) -> Self {
        let mut path: Vec<String> = scoped.schemas.iter().map(|s| quote_name(s)).collect();
        if !snapshot.server.search_path.trim().is_empty() {
            path.push(snapshot.server.search_path.clone());
        }
        Self {
            form: scoped.question.form.clone(),
            expected: scoped.question.expected.clone(),
            actual: scoped.question.actual.clone(),
            relation: scoped.relation.last().to_owned(),
            variables: variables(scoped, snapshot),
            file_path: path.join(", ").replace('\0', " "),
            is_on_system_path: false,
            has_equivalents: false,
        }
    }

    /// Has both texts parsed with [`SYSTEM_PATH`], for texts that use only PostgreSQL's own objects. Then an object that is
    /// created in the meantime cannot shadow one of them.
    pub(super) fn use_system_path(&mut self) {
        self.is_on_system_path = true;
    }

    /// Has both texts parsed with the search path of the file.
    pub(super) fn use_file_path(&mut self) {
        self.is_on_system_path = false;
    }

    pub(super) fn is_on_system_path(&self) -> bool {
        self.is_on_system_path
    }

    pub(super) fn is_printed(&self) -> bool {
        self.form.is_printed()
    }

    /// Whether the texts are bodies, which no query can contain.
    pub(super) fn is_body(&self) -> bool {
        matches!(self.form, Form::Body(_))
    }

    pub(super) fn file_path(&self) -> &str {
        &self.file_path
    }

    /// The search path with which the expected text is parsed.
    pub(super) fn path(&self) -> &str {
        if self.is_on_system_path {
            SYSTEM_PATH
        } else {
            &self.file_path
        }
    }

    fn text(&self, side: Side) -> &str {
        match side {
            Side::Expected => &self.expected,
            Side::Actual => &self.actual,
        }
    }

    /// One of the texts without the semicolon at its end.
    pub(super) fn query_text(&self, side: Side) -> &str {
        let text = self.text(side).trim_end();
        text.strip_suffix(';').unwrap_or(text)
    }

    /// All names in the texts and in the types of the columns that they may use.
    pub(super) fn words(&self) -> Words {
        let mut words = Words::of(&self.expected);
        words.extend(Words::of(&self.actual));
        for (_, sql_type) in &self.variables {
            words.extend(Words::of(sql_type));
        }
        if let Form::Value(text) | Form::Computed(text) | Form::Body(text) = &self.form {
            words.extend(Words::of(text));
        }
        words
    }

    /// Whether the texts may contain names of relations.
    pub(super) fn may_name_relations(&self, words: &Words) -> bool {
        self.form.is_printed() || words.may_have_query()
    }

    /// Appends one of the texts as an expression.
    fn expression(&self, statement: Statement, side: Side) -> Statement {
        let text = self.text(side);
        match &self.form {
            Form::Type => statement.then("CAST(NULL AS ").then_text(text).then(")"),
            Form::BaseType => statement.then(sql![literal(text), "::pg_catalog.regtype"]),
            Form::Expression | Form::Rows(_) => statement.then("(").then_text(text).then(")"),
            Form::Query | Form::Columns => statement.then("EXISTS (").then_text(self.query_text(side)).then(")"),
            Form::Value(cast) | Form::Computed(cast) => statement.then("(").then_text(text).then(")::").then_text(cast),
            // Values of settings are not SQL, and bodies are only printed: see `setting` and `print`.
            Form::Setting(_) | Form::Body(_) => statement.then(literal(text)),
        }
    }

    /// Appends the FROM clause with the row that the texts refer to.
    fn from(&self, mut statement: Statement, with_marker: bool) -> Statement {
        statement = statement.then(" FROM ");
        match self.form {
            Form::Rows(rows) => {
                for (number, row) in rows.iter().enumerate() {
                    let separator = if number > 0 { ", " } else { "" };
                    statement = self.function_row(statement.then(separator), row);
                }
                statement
            }
            Form::Type
            | Form::BaseType
            | Form::Expression
            | Form::Value(_)
            | Form::Computed(_)
            | Form::Query
            | Form::Columns
            | Form::Setting(_)
            | Form::Body(_) => self.row(statement, with_marker),
        }
    }

    /// A row of nulls. OFFSET prevents the planner from replacing the columns by nulls.
    fn row(&self, mut statement: Statement, with_marker: bool) -> Statement {
        statement = statement.then("(SELECT ");
        let mut separator = "";
        for (column, sql_type) in &self.variables {
            statement = statement
                .then(separator)
                .then("NULL::")
                .then_text(sql_type)
                .then(sql![" AS ", name(column)]);
            separator = ", ";
        }
        if with_marker {
            statement = statement.then(separator).then(sql!["NULL::boolean AS ", name(MARKER)]);
        }
        statement.then(sql![" OFFSET 0) AS ", name(&self.relation)])
    }

    /// A row that is opaque to the planner: with several rows of nulls, it would print nulls instead of the names of the
    /// columns. A function cannot return a row without columns, so the marker is always included.
    fn function_row(&self, mut statement: Statement, row: &'static str) -> Statement {
        statement = statement.then(sql!["pg_catalog.json_to_record('{}') AS ", row, "("]);
        for (column, sql_type) in &self.variables {
            statement = statement.then(sql![name(column), " "]).then_text(sql_type).then(", ");
        }
        statement.then(sql![name(MARKER), " boolean)"])
    }

    /// A query of one text, for analysis only.
    pub(super) fn analysis_query(&self, side: Side) -> Statement {
        let statement = self.expression(Statement::new("SELECT "), side);
        match self.form {
            Form::Type | Form::BaseType | Form::Setting(_) | Form::Body(_) => statement,
            Form::Expression | Form::Value(_) | Form::Computed(_) | Form::Rows(_) | Form::Query | Form::Columns => {
                self.from(statement, false)
            }
        }
    }

    /// Both texts, for `EXPLAIN`.
    pub(super) fn plan_query(&self) -> Statement {
        let statement = Statement::new(EXPLAIN);
        let statement = self.expression(statement, Side::Expected).then(", ");
        let statement = self.expression(statement, Side::Actual);
        self.from(statement, false)
    }

    /// The query that shows whether texts with different prints are equal.
    pub(super) fn implication_query(&self) -> Option<Statement> {
        if !self.form.is_expression() {
            return None;
        }
        let marker = match self.form {
            Form::Rows([.., row]) => sql![*row, ".", name(MARKER)],
            Form::Rows([])
            | Form::Type
            | Form::BaseType
            | Form::Expression
            | Form::Value(_)
            | Form::Computed(_)
            | Form::Query
            | Form::Columns
            | Form::Setting(_)
            | Form::Body(_) => name(MARKER),
        };
        let statement = Statement::new(EXPLAIN);
        let statement = self.expression(statement, Side::Expected).then(", ");
        let statement = self.expression(statement, Side::Actual);
        let statement = self.from(statement, true).then(" WHERE pg_catalog.pg_typeof(");
        let statement = self.expression(statement, Side::Expected);
        let statement = statement.then(") IS NULL OR (pg_catalog.pg_typeof(");
        let statement = self.expression(statement, Side::Actual);
        Some(statement.then(sql![") IS NULL AND ", marker, ")"]))
    }

    /// Whether the texts are types with modifiers.
    pub(super) fn is_type(&self) -> bool {
        matches!(self.form, Form::Type)
    }

    /// Whether the texts are types, with modifiers or without.
    pub(super) fn is_any_type(&self) -> bool {
        matches!(self.form, Form::Type | Form::BaseType)
    }

    /// A query for the object identifier of the type that a text names.
    pub(super) fn base_type(&self, side: Side) -> Sql {
        sql![
            "SELECT ",
            literal(self.text(side)),
            "::pg_catalog.regtype::pg_catalog.oid::pg_catalog.text"
        ]
    }
}

const EXPLAIN: &str = "EXPLAIN (VERBOSE, COSTS OFF, FORMAT JSON) SELECT ";

/// The columns of the relation that the texts may use.
fn variables(scoped: &ScopedQuestion, snapshot: &Snapshot) -> Vec<(String, String)> {
    let mut columns = Vec::new();
    match scoped.question.form {
        Form::Expression | Form::Computed(_) | Form::Rows(_) => {}
        Form::Type
        | Form::BaseType
        | Form::Value(_)
        | Form::Query
        | Form::Columns
        | Form::Setting(_)
        | Form::Body(_) => {
            return columns;
        }
    }
    let texts = [&scoped.question.expected, &scoped.question.actual].map(|text| text.to_lowercase());
    for Variable { name, sql_type } in kinds::variables(snapshot, &scoped.relation) {
        // In SQL, the quotes in a name are doubled.
        let mentioned = matches!(scoped.question.form, Form::Rows(_))
            || name.contains('"')
            || texts.iter().any(|text| text.contains(&name.to_lowercase()));
        if mentioned {
            columns.push((name.to_owned(), sql_type.to_owned()));
        }
    }
    columns
}
