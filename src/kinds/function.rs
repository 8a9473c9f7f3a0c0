//! Functions.

use super::argument::{self, ArgumentMode, arguments_of, same_arguments};
use super::{
    Advice, CreationRank, HintContext, KeyForm, KindSpec, Masked, Matching, Reading, SqlAddress, Stub, Syntax, common,
    probe, routine, setting, signature,
};
use crate::attribute::{Attr, CatalogRow, Compare, Comparison, Form, Literal, Shape, Verdict, Weight, same_lines};
use crate::error::Problem;
use crate::hint::Hint;
use crate::object_id::ObjectId;
use crate::snapshot::{Object, Snapshot};
use crate::sql;
use crate::sql::name;
use crate::sql_text::{Token, TokenKind, is_balanced, quote_name, split_commas, tokens, unquote_name, words};
use crate::value::Value;
use crate::yaml::{Entry, Node};

/// The language.
pub(super) const LANGUAGE: Attr =
    Attr::new("language", Shape::Name, "The language it is written in.").compare(Compare::Folded);

/// The role whose privileges it runs with.
pub(super) const SECURITY: Attr = Attr::new(
    "security",
    Shape::OneOf(&["invoker", "definer"]),
    "The role whose privileges it runs with.",
)
.stored_in(CatalogRow::Own)
.default(Literal::Text("invoker"))
.weight(Weight::Security);

/// The source text.
pub(super) const BODY: Attr = Attr::new(
    "body",
    Shape::Text,
    "Its source text; line ends, blanks at the end of a line and blank lines around it do not matter. PostgreSQL decides \
     whether a body of the SQL standard (`RETURN …`, `BEGIN ATOMIC …`) means the same.",
).stored_in(CatalogRow::Own)
.compare(Compare::Custom(same_body));

/// The arguments with everything that a signature leaves out.
pub(super) const ARGUMENTS: Attr = Attr::new(
    argument::ARGUMENTS,
    Shape::Sql,
    "Its arguments with their modes, names and defaults, as in CREATE FUNCTION.",
)
.compare(Compare::Custom(same_arguments));

/// The settings that apply while it runs.
pub(super) const SETTINGS: Attr = Attr::new(
    "settings",
    Shape::Map(&Shape::Text),
    "The settings that apply while it runs: everything that SET sets. Names are compared without regard to case, values by \
     the type and unit of the setting: `65536kB` is `64MB`. The value of one that may hold a secret is never \
     printed: it is compared with the value, or with the digest that `pull --digest-key` writes; of `***` only its \
     presence is checked.",
).stored_in(CatalogRow::Own)
.compare(Compare::Custom(setting::same_settings))
.default(Literal::EmptyMap);

pub(super) static SPEC: KindSpec = KindSpec {
    name: "function",
    section: "functions",
    identity: &["schema", "name", "argument_types"],
    doc: "A function, named with the types of its arguments: `f(text, integer)`; the name alone is every function of this name.",
    query: include_str!("function.sql"),
    attrs: &[
        Attr::new(
            "returns",
            Shape::Sql,
            "The type it returns; also `setof text` and `table(id int, name text)`, as in CREATE FUNCTION.",
        )
        .stored_in(CatalogRow::Own)
        .compare(Compare::BaseType),
        Attr::new("returns_set", Shape::Bool, "Whether it returns any number of rows.")
            .stored_in(CatalogRow::Own)
            .default(Literal::Bool(false)),
        Attr::new(
            "returns_columns",
            Shape::List(&Shape::Sql),
            "The columns of RETURNS TABLE, each with its type: `id integer`.",
        )
        .compare(Compare::Custom(same_columns))
        .default(Literal::EmptyList),
        ARGUMENTS,
        LANGUAGE,
        Attr::new(
            "volatility",
            Shape::OneOf(&["immutable", "stable", "volatile"]),
            "How its result may change between calls.",
        )
        .stored_in(CatalogRow::Own)
        .default(Literal::Text("volatile")),
        Attr::new(
            "strict",
            Shape::Bool,
            "Whether its result is null if any argument is null.",
        )
        .stored_in(CatalogRow::Own)
        .default(Literal::Bool(false)),
        SECURITY,
        Attr::new(
            "parallel",
            Shape::OneOf(&["unsafe", "restricted", "safe"]),
            "Whether it may run in parallel.",
        )
        .stored_in(CatalogRow::Own)
        .default(Literal::Text("unsafe")),
        Attr::new(
            "leakproof",
            Shape::Bool,
            "Whether it reveals nothing about its arguments.",
        )
        .stored_in(CatalogRow::Own)
        .default(Literal::Bool(false)),
        Attr::new("cost", Shape::Text, "The cost that the planner estimates.")
            .stored_in(CatalogRow::Own)
            .default(Literal::Text("100")),
        Attr::new(
            "rows",
            Shape::Text,
            "The number of rows that the planner estimates if it returns a set and the number is not 1000.",
        )
        .stored_in(CatalogRow::Own)
        .compare(Compare::Custom(same_rows))
        .default(Literal::Null),
        Attr::new(
            "support",
            Shape::QualifiedName,
            "The planner support function; `null` for none.",
        )
        .compare(Compare::Name)
        .refers_to(common::ROUTINES)
        .default(Literal::Null),
        Attr::new("window", Shape::Bool, "Whether it is a window function.")
            .stored_in(CatalogRow::Own)
            .default(Literal::Bool(false)),
        SETTINGS,
        BODY,
        common::OWNER,
        common::grants(&common::OF_FUNCTION),
        common::EXTENSIONS,
        common::COMMENT,
    ],
    syntax: Syntax {
        key: KeyForm::Signature,
        rewrite: Some(rewrite),
        ..Syntax::DEFAULT
    },
    reading: Reading {
        if_any: Some("EXISTS (SELECT FROM routine_kinds WHERE prokind IN ('f', 'w'))"),
        extra_columns: &[argument::NAMES],
        masked: Masked::SETTINGS,
        ..Reading::DEFAULT
    },
    matching: Matching {
        same_identity: Some(signature::same),
        ..Matching::DEFAULT
    },
    advice: Advice {
        default_grants: Some("functions"),
        address: SqlAddress::Signature("FUNCTION"),
        hint: Some(hint),
        fix: Some(|finding| routine::fix(finding, "FUNCTION")),
        rank: CreationRank::Routine,
        probe: Some(&probe::ROUTINE),
        ..Advice::DEFAULT
    },
    stub: Some(stub),
    ..KindSpec::EMPTY
};

/// Splits `returns: setof text` and `returns: table(id int, name text)` into several attributes.
fn rewrite(_: &ObjectId, mut entries: Vec<Entry>) -> Result<Vec<Entry>, Problem> {
    let Some(at) = entries.iter().position(|entry| entry.key == "returns") else {
        return Ok(entries);
    };
    let place = entries[at].value.place;
    let text = entries[at]
        .value
        .scalar()
        .map_or(String::new(), |s| s.text.trim().to_owned());
    let tokens = tokens(&text);
    let word = tokens
        .first()
        .filter(|t| t.kind == TokenKind::Word)
        .map_or("", |t| &text[t.range.clone()]);
    let (sql_type, columns) = if word.eq_ignore_ascii_case("setof") {
        let sql_type = text[word.len()..].trim();
        if sql_type.is_empty() {
            return Err(Problem::at(place, "`setof` needs the type of the rows").hint("write `returns: setof text`"));
        }
        (sql_type.to_owned(), Vec::new())
    } else if word.eq_ignore_ascii_case("table") {
        let columns = table_columns(&text, &tokens).ok_or_else(|| {
            Problem::at(place, format!("`{text}` is not a list of columns with their types"))
                .hint("write it as in CREATE FUNCTION: `returns: table(id int, name text)`")
        })?;
        let sql_type = match columns.as_slice() {
            [(_, only)] => (*only).to_owned(),
            _ => "record".to_owned(),
        };
        (sql_type, columns)
    } else {
        // As in CREATE FUNCTION, where `returns int` is one value. `record` is also what RETURNS TABLE gives.
        let is_written = entries.iter().any(|entry| entry.key == "returns_set");
        if !is_written && !word.eq_ignore_ascii_case("record") {
            entries.push(Entry::new("returns_set", place, Node::bool(false, place)));
        }
        return Ok(entries);
    };
    if let Some(entry) = entries
        .iter()
        .find(|e| e.key == "returns_set" || e.key == "returns_columns")
    {
        return Err(Problem::at(
            entry.place,
            format!("`returns` says `{}` already", entry.key),
        ));
    }
    let entry = |key: &str, value: Node| Entry::new(key, place, value);
    entries[at].value = Node::text(sql_type, place);
    entries.push(entry("returns_set", Node::bool(true, place)));
    if !columns.is_empty() {
        let columns = columns
            .iter()
            .map(|(name, sql_type)| Node::text(format!("{name} {sql_type}"), place))
            .collect();
        entries.push(entry("returns_columns", Node::list(columns, place)));
    }
    Ok(entries)
}

/// The columns of `table(id int, name text)`.
fn table_columns<'a>(text: &'a str, tokens: &[Token]) -> Option<Vec<(&'a str, &'a str)>> {
    let [_, group] = tokens else {
        return None;
    };
    let inside = text[group.range.clone()].strip_prefix('(')?.strip_suffix(')')?;
    let columns: Vec<_> = split_commas(inside)
        .into_iter()
        .map(split_column)
        .collect::<Option<_>>()?;
    (!columns.is_empty()).then_some(columns)
}

/// The name, as written, and the type of `id integer`.
fn split_column(text: &str) -> Option<(&str, &str)> {
    let tokens = tokens(text);
    let name = tokens
        .first()
        .filter(|t| matches!(t.kind, TokenKind::Word | TokenKind::QuotedName))?;
    let sql_type = text[name.range.end..].trim();
    (!sql_type.is_empty()).then(|| (&text[name.range.clone()], sql_type))
}

/// Compares bodies line by line. PostgreSQL stores an SQL-standard body as a tree, so the server compares those.
fn same_body(comparison: &Comparison<'_>) -> Verdict {
    let (Value::Text(expected), Value::Text(actual)) = (comparison.expected, comparison.actual) else {
        return Verdict::when(comparison.expected == comparison.actual);
    };
    if same_lines(expected, actual) {
        return Verdict::Equal;
    }
    let is_sql = comparison.object.get(LANGUAGE.name).as_text() == Some("sql");
    match head(comparison) {
        Some(head) if is_sql && is_standard_body(expected) && is_standard_body(actual) => {
            Verdict::ask(Form::Body(head), expected.trim(), actual)
        }
        Some(_) | None => Verdict::Different,
    }
}

/// Whether a body is one of the SQL standard: RETURN with an expression, or BEGIN ATOMIC. No text that SQL can run begins so.
pub(super) fn is_standard_body(body: &str) -> bool {
    let mut words = words(body);
    let mut next = || words.next().unwrap_or_default().to_lowercase();
    match next().as_str() {
        "return" => true,
        "begin" => next() == "atomic",
        _ => false,
    }
}

/// The beginning of the statement that creates a temporary routine of the same signature.
fn head(comparison: &Comparison<'_>) -> Option<String> {
    let object = comparison.object;
    let [_, routine, _] = comparison.id.parts() else {
        return None;
    };
    let arguments = object.get(argument::ARGUMENTS).as_text().unwrap_or_default();
    let returns = match object.get("returns").as_text() {
        // Procedures return nothing.
        None => String::new(),
        Some(returns) => {
            let columns = object.get("returns_columns").texts();
            let is_set = *object.get("returns_set") == Value::Bool(true);
            match (columns.is_empty(), is_set) {
                (false, _) => format!("RETURNS TABLE ({})", columns.join(", ")),
                (true, true) => format!("RETURNS SETOF {returns}"),
                (true, false) => format!("RETURNS {returns}"),
            }
        }
    };
    let kind = if returns.is_empty() { "PROCEDURE" } else { "FUNCTION" };
    is_balanced(arguments).then(|| {
        format!(
            "{kind} pg_temp.{}({arguments}) {returns} LANGUAGE sql",
            quote_name(routine)
        )
    })
}

/// The estimate is 1000 if none is written.
fn same_rows(comparison: &Comparison<'_>) -> Verdict {
    let is_set = *comparison.object.get("returns_set") == Value::Bool(true);
    let usual = |value: &Value| is_set && value.as_text() == Some("1000");
    let (expected, actual) = (comparison.expected, comparison.actual);
    Verdict::when(expected == actual || (actual.is_null() && usual(expected)))
}

fn same_columns(comparison: &Comparison<'_>) -> Verdict {
    let (expected, actual) = (comparison.expected.texts(), comparison.actual.texts());
    if expected.len() != actual.len() {
        return Verdict::Different;
    }
    expected
        .iter()
        .zip(actual)
        .fold(Verdict::Equal, |verdict, (expected, actual)| {
            let (Some((name, sql_type)), Some((actual_name, actual_type))) =
                (split_column(expected), split_column(actual))
            else {
                return Verdict::Different;
            };
            // As CREATE FUNCTION folds it, or exactly as in the catalog.
            let actual_name = unquote_name(actual_name);
            let same_name = unquote_name(name) == actual_name || Some(name.to_lowercase()) == actual_name;
            verdict
                .and(Verdict::when(same_name))
                .and(Verdict::ask(Form::BaseType, sql_type, actual_type))
        })
}

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let signature = || {
        let arguments = finding.id.last();
        format!("{}({arguments})", common::sql_name(&finding.id.relation()))
    };
    let alter = |what: &str| Some(Hint::sql(format!("ALTER FUNCTION {} {what};", signature())));
    finding.if_differs(|attribute, expected, actual| match (attribute, expected) {
        ("volatility", Value::Text(volatility)) => alter(&volatility.to_uppercase()),
        ("security", Value::Text(security)) => alter(&format!("SECURITY {}", security.to_uppercase())),
        ("owner", Value::Text(owner)) => alter(&format!("OWNER TO {}", common::name(owner))),
        ("strict", Value::Bool(true)) => alter("STRICT"),
        ("strict", _) => alter("CALLED ON NULL INPUT"),
        ("parallel", Value::Text(parallel)) => alter(&format!("PARALLEL {}", parallel.to_uppercase())),
        ("leakproof", Value::Bool(true)) => alter("LEAKPROOF"),
        ("leakproof", _) => alter("NOT LEAKPROOF"),
        ("cost", Value::Text(cost)) => alter(&format!("COST {cost}")),
        ("depends_on_extensions", _) => {
            common::depend_on_extensions(&format!("ALTER FUNCTION {}", signature()), expected, actual)
        }
        ("rows", _) if finding.object?.get("returns_set") != &Value::Bool(true) => Some(Hint::advice(
            "only a function that returns a set has it: change what it returns first",
        )),
        ("rows", Value::Text(rows)) => alter(&format!("ROWS {rows}")),
        ("grants", _) => common::grant(&format!("FUNCTION {}", signature()), expected, actual),
        ("settings", _) => common::set_settings(&format!("ALTER FUNCTION {}", signature()), expected, actual),
        ("returns" | "returns_set" | "returns_columns", _) => Some(Hint::advice(
            "the result type cannot be altered: drop the function and create it as expected",
        )),
        _ => Some(Hint::advice(
            "run CREATE OR REPLACE FUNCTION with the expected definition",
        )),
    })
}

/// A function of the same signature that is volatile and empty: the planner neither runs nor inlines it. A query may name
/// its arguments, and its result has the columns that it returns.
fn stub(id: &ObjectId, object: &Object, _: &Snapshot) -> Option<Stub> {
    let [schema, function, types] = id.parts() else {
        return None;
    };
    let mut types = split_commas(types).into_iter();
    let mut stub = Stub::of(sql!["CREATE FUNCTION ", name(schema), ".", name(function), "("]);
    let mut separator = "";
    for argument in arguments_of(object) {
        stub = stub.then(separator).then(argument.mode.sql());
        if let Some(argument_name) = argument.name.and_then(unquote_name) {
            stub = stub.then(sql![name(&argument_name), " "]);
        }
        stub = match argument.mode {
            ArgumentMode::Out => stub.then_type(argument.sql_type),
            ArgumentMode::In | ArgumentMode::InOut | ArgumentMode::Variadic => stub.then_type(types.next()?),
        };
        if argument.default.is_some() {
            stub = stub.then(" DEFAULT NULL");
        }
        separator = ", ";
    }
    stub = stub.then(") RETURNS ");
    let columns = object.get("returns_columns").texts();
    if columns.is_empty() {
        if *object.get("returns_set") == Value::Bool(true) {
            stub = stub.then("SETOF ");
        }
        stub = stub.then_type(object.get("returns").as_text()?);
    } else {
        stub = stub.then("TABLE (");
        for (number, column) in columns.into_iter().enumerate() {
            let (column, sql_type) = split_column(column)?;
            let separator = if number > 0 { ", " } else { "" };
            stub = stub
                .then(sql![separator, name(&unquote_name(column)?), " "])
                .then_type(sql_type);
        }
        stub = stub.then(")");
    }
    Some(stub.then(" LANGUAGE plpgsql VOLATILE AS 'BEGIN END'"))
}
