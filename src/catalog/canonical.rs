//! PostgreSQL decides what SQL means: two texts are put through the same analysis, and what comes out is
//! compared.
//!
//! Each pair is one `EXPLAIN (VERBOSE)` of a query that selects both texts, over nulls of the types of the
//! relation's columns, so that nothing is executed and no privilege on the relation is needed. Where both are
//! printed alike they mean the same. PostgreSQL also keeps spellings apart in print that it takes for the same,
//! `substring(a from 1 for 2)` and `substring(a, 1, 2)`. So where the prints differ there is a second query, with the
//! condition `X OR (Y AND marker)` where X is about the one text and Y about the other: the planner knows that this is
//! X where X is Y, and then the marker is gone from what is printed. A plan does not print every COLLATE: where one of
//! the texts has one, only the second query tells. All pairs go to
//! the server in one `DO` block, so that the number of statements does not grow with the number of texts, and a
//! text that cannot be read does not hide the others. A text cannot end its statement and begin another: PL/pgSQL
//! opens a cursor for each, and PostgreSQL refuses a cursor for more than one statement before it runs anything.
//! Where PL/pgSQL is not to be had, the pairs go one by one through the extended protocol, which refuses the same.

use std::collections::BTreeSet;

use futures_util::TryStreamExt as _;
use serde::Deserialize;
use sqlx::{AssertSqlSafe, Either, PgConnection, Row as _};

use super::server_error::{Meaning, ServerError};
use crate::attribute::{Form, Question};
use crate::compare::{Answer, Answers, Ask};
use crate::error::Failure;
use crate::kinds::Kind;
use crate::snapshot::Snapshot;
use crate::sql_text::{is_balanced, quote_literal, quote_name, show_name};
use crate::value::Value;

/// How questions are put to a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// All of them at once, where it lets us.
    Together,
    /// One by one: to a server that has PL/pgSQL and cannot catch an error in it.
    OneByOne,
}

/// Puts every question to the server, in the transaction that [`super::capture::capture`] began.
///
/// # Errors
/// A [`Failure`] if the server does not answer at all. A question that it would not answer is no failure.
pub async fn decide(
    connection: &mut PgConnection,
    asks: BTreeSet<Ask>,
    snapshot: &Snapshot,
    way: Way,
) -> Result<Answers, Failure> {
    if asks.is_empty() {
        return Ok(Answers::new());
    }
    let queries: Vec<Query> = asks.iter().map(|ask| Query::new(ask, snapshot)).collect();
    let together = match way {
        Way::Together => Some(in_one_block(connection, &queries).await),
        Way::OneByOne => None,
    };
    let outcomes = match together {
        None => separately(connection, &queries).await?,
        Some(Ok(outcomes)) if outcomes.len() == queries.len() => outcomes,
        Some(Ok(_)) => {
            return Err(Failure::new(
                "asking the server what two texts mean",
                "it gave fewer answers than questions",
            ));
        }
        Some(Err(error))
            if matches!(
                error.meaning(),
                Meaning::Undefined | Meaning::Permission | Meaning::Other
            ) && !error.code.is_empty() =>
        {
            separately(connection, &queries).await?
        }
        Some(Err(error)) => return Err(error.failure("asking the server what two texts mean")),
    };
    Ok(asks
        .into_iter()
        .zip(outcomes)
        .map(|(ask, outcome)| {
            let answer = answer(&ask, &outcome, snapshot);
            (ask, answer)
        })
        .collect())
}

/// A column of the query that no text mentions.
const MARKER: &str = "driftgate marker";

struct Query {
    search_path: String,
    sql: String,
    /// What is asked where the texts are printed differently.
    second: Option<String>,
    /// Whether that is asked also where they are printed alike.
    closely: bool,
}

/// Whether two texts can be different although a plan prints them alike.
fn is_close(question: &Question) -> bool {
    [&question.expected, &question.actual]
        .iter()
        .any(|text| text.to_lowercase().contains("collate"))
}

impl Query {
    fn new(ask: &Ask, snapshot: &Snapshot) -> Self {
        let mut path: Vec<String> = ask.schemas.iter().map(|s| quote_name(s)).collect();
        if !snapshot.server.search_path.trim().is_empty() {
            path.push(snapshot.server.search_path.clone());
        }
        let question = &ask.question;
        let (expected, actual) = (&question.expected, &question.actual);
        // A line end after each text keeps a comment in it from hiding what follows.
        let explain = "EXPLAIN (VERBOSE, COSTS OFF, FORMAT JSON) SELECT";
        let pair = match &question.form {
            Form::Type => [expected, actual].map(|text| format!("CAST(NULL AS {text}\n)")),
            Form::BaseType => [expected, actual].map(|text| format!("{}::regtype", quote_literal(text))),
            Form::Expression | Form::OldAndNew => [expected, actual].map(|text| format!("({text}\n)")),
            // Two of these are never printed alike; whether they are the same is known from the second query.
            Form::Query => [expected, actual].map(|text| {
                let text = text.trim_end();
                format!("EXISTS ({}\n)", text.strip_suffix(';').unwrap_or(text))
            }),
            Form::Value(cast) | Form::Computed(cast) => [expected, actual].map(|text| format!("({text}\n)::{cast}")),
        };
        let [expected, actual] = &pair;
        let select = |variables: &[Variable], condition: &str| {
            let from = match question.form {
                Form::OldAndNew => format!("{}, {}", function_row("old", variables), function_row("new", variables)),
                Form::Type | Form::BaseType | Form::Expression | Form::Value(_) | Form::Computed(_) | Form::Query => {
                    row(&quote_name(ask.relation.last()), variables)
                }
            };
            format!("{explain} {expected}, {actual} FROM {from}{condition}").replace('\0', " ")
        };
        let mut variables = variables(ask, snapshot);
        let marker = quote_name(MARKER);
        let with_marker = |mut variables: Vec<Variable>| {
            variables.push((marker.clone(), "boolean".to_owned()));
            variables
        };
        // No function returns rows without columns.
        if question.form == Form::OldAndNew {
            variables = with_marker(variables);
        }
        let sql = select(&variables, "");
        if question.form != Form::OldAndNew {
            variables = with_marker(variables);
        }
        let type_of = |text: &str| format!("pg_catalog.pg_typeof({text}) IS NULL");
        let marker = match question.form {
            Form::OldAndNew => format!("new.{marker}"),
            Form::Type | Form::BaseType | Form::Expression | Form::Value(_) | Form::Computed(_) | Form::Query => marker,
        };
        let condition = format!(" WHERE {} OR ({} AND {marker})", type_of(expected), type_of(actual));
        Self {
            search_path: path.join(", ").replace('\0', " "),
            sql,
            second: question.form.is_expression().then(|| select(&variables, &condition)),
            closely: is_close(question),
        }
    }
}

/// A name, quoted, and a type.
type Variable = (String, String);

/// A row of nulls. OFFSET keeps the planner from putting the nulls into the texts.
fn row(name: &str, variables: &[Variable]) -> String {
    let columns: Vec<String> = variables
        .iter()
        .map(|(name, sql_type)| format!("NULL::{sql_type} AS {name}"))
        .collect();
    format!("(SELECT {} OFFSET 0) AS {name}", columns.join(", "))
}

/// A row of which the planner knows nothing: where it joins two rows, it prints the nulls of the other sort instead
/// of the names of their columns.
fn function_row(name: &str, variables: &[Variable]) -> String {
    let columns: Vec<String> = variables
        .iter()
        .map(|(name, sql_type)| format!("{name} {sql_type}"))
        .collect();
    format!("pg_catalog.json_to_record('{{}}') AS {name}({})", columns.join(", "))
}

/// The columns of the relation that the texts may mention.
fn variables(ask: &Ask, snapshot: &Snapshot) -> Vec<Variable> {
    let mut columns = Vec::new();
    match ask.question.form {
        Form::Expression | Form::Computed(_) | Form::OldAndNew => {}
        Form::Type | Form::BaseType | Form::Value(_) | Form::Query => return columns,
    }
    for kind in Kind::ALL {
        if let Some(attribute) = kind.spec().own_variable
            && let Some(Value::Text(sql_type)) = snapshot.get(*kind, &ask.relation).map(|object| object.get(attribute))
        {
            columns.push(("value".to_owned(), sql_type.clone()));
        }
        let Some(attribute) = kind.spec().variable else {
            continue;
        };
        for (id, object) in snapshot.children(*kind, &ask.relation) {
            let name = id.last();
            // A name with quotes in it is written with more of them.
            let mentioned = ask.question.form == Form::OldAndNew
                || name.contains('"')
                || [&ask.question.expected, &ask.question.actual]
                    .iter()
                    .any(|text| text.to_lowercase().contains(&name.to_lowercase()));
            if let (true, Value::Text(sql_type)) = (mentioned, object.get(attribute)) {
                columns.push((quote_name(name), sql_type.clone()));
            }
        }
    }
    columns
}

/// What one `EXPLAIN` gave.
#[derive(Debug, Default, Deserialize)]
struct Outcome {
    /// The output of the topmost node of the plan.
    output: Option<Vec<String>>,
    /// The condition of the topmost node of the second plan.
    filter: Option<String>,
    /// The SQLSTATE of an error.
    code: Option<String>,
    /// The message of an error.
    message: Option<String>,
}

fn answer(ask: &Ask, outcome: &Outcome, snapshot: &Snapshot) -> Answer {
    let Question { form, expected, actual } = &ask.question;
    if expected.contains('\0') {
        return Answer::Invalid("no text in a database can have the character NUL in it".into());
    }
    if let Some(output) = &outcome.output {
        return match output.as_slice() {
            [_, _] if !is_balanced(expected) => {
                Answer::Invalid("this is not one expression: a parenthesis is closed that was never opened".into())
            }
            [expected, actual] if expected == actual && !(form.is_expression() && is_close(&ask.question)) => {
                Answer::Equal
            }
            [_, _] if outcome.filter.as_ref().is_some_and(|filter| !filter.contains(MARKER)) => Answer::Equal,
            [_, _] => Answer::Different,
            _ => Answer::Invalid("this is more than one expression".into()),
        };
    }
    let error = ServerError {
        code: outcome.code.clone().unwrap_or_default(),
        message: outcome.message.clone().unwrap_or_default(),
    };
    // The one is said of a cursor, the other by the extended protocol.
    if error.code == "42P11" || error.message.contains("multiple commands") {
        return Answer::Invalid("this is more than one statement".into());
    }
    match error.meaning() {
        Meaning::Undefined | Meaning::Permission => {
            // In a schema that the role may not use there is nothing to be seen, and nothing to be concluded.
            let role = &snapshot.server.role;
            let mut closed = ask
                .schemas
                .iter()
                .filter(|schema| snapshot.server.closed_schemas.contains(*schema));
            match closed.next() {
                Some(_) if is_in_schema(form, expected, actual, &ask.schemas) => Answer::Equal,
                Some(schema) => Answer::Refused(format!(
                    "the role {role} may not use the schema {schema}, so PostgreSQL does not look names up in it: \
                     GRANT USAGE ON SCHEMA {} TO {};",
                    show_name(schema),
                    show_name(role),
                )),
                None if error.meaning() == Meaning::Permission => Answer::Refused(error.message),
                None => Answer::Invalid(format!("PostgreSQL says: {}", first_line(&error.message))),
            }
        }
        Meaning::Timeout | Meaning::Concurrent => Answer::Refused(error.message),
        Meaning::Write | Meaning::Other => Answer::Invalid(format!("PostgreSQL says: {}", first_line(&error.message))),
    }
}

/// A message of the server's without the lines of our own that follow what it quotes.
fn first_line(message: &str) -> String {
    match message.split_once('\n') {
        Some((first, _)) => format!("{first} …"),
        None => message.to_owned(),
    }
}

/// Whether a type is written without the schema that the catalog prints before it, and otherwise in the same way.
fn is_in_schema(form: &Form, expected: &str, actual: &str, schemas: &[String]) -> bool {
    !form.is_expression()
        && schemas.iter().any(|schema| {
            actual
                .strip_suffix(expected)
                .and_then(|rest| rest.strip_suffix('.'))
                .is_some_and(|printed| printed == schema || printed == quote_name(schema))
        })
}

const BLOCK: &str = r"DO $driftgate$
DECLARE
  item jsonb;
  line text;
  plan text;
  output jsonb;
  filter text;
  answers jsonb[] := '{}';
BEGIN
  FOR item IN SELECT jsonb_array_elements(current_setting('driftgate.questions')::jsonb) LOOP
    BEGIN
      plan := '';
      filter := NULL;
      PERFORM set_config('search_path', item->>'path', true);
      -- The names of this statement are looked up on the path that was just set: everything in it is qualified.
      FOR line IN EXECUTE item OPERATOR(pg_catalog.->>) 'sql' LOOP
        plan := plan OPERATOR(pg_catalog.||) line;
      END LOOP;
      PERFORM pg_catalog.set_config('search_path', 'pg_catalog', true);
      output := plan::jsonb #> '{0,Plan,Output}';
      IF (output->0 <> output->1 OR (item->>'closely')::boolean) AND item->>'second' IS NOT NULL THEN
        BEGIN
          plan := '';
          PERFORM set_config('search_path', item->>'path', true);
          FOR line IN EXECUTE item OPERATOR(pg_catalog.->>) 'second' LOOP
            plan := plan OPERATOR(pg_catalog.||) line;
          END LOOP;
          PERFORM pg_catalog.set_config('search_path', 'pg_catalog', true);
          filter := coalesce(plan::jsonb #>> '{0,Plan,Filter}', plan::jsonb #>> '{0,Plan,One-Time Filter}', plan::jsonb #>> '{0,Plan,Join Filter}');
        EXCEPTION WHEN OTHERS THEN
          -- It can be read, but not be a condition: it stays different.
          filter := NULL;
        END;
      END IF;
      answers := array_append(answers, jsonb_build_object('output', output, 'filter', filter));
    EXCEPTION WHEN OTHERS THEN
      answers := array_append(answers, jsonb_build_object('code', SQLSTATE, 'message', SQLERRM));
    END;
  END LOOP;
  PERFORM set_config('driftgate.answers', to_jsonb(answers)::text, true);
END
$driftgate$";

async fn in_one_block(connection: &mut PgConnection, queries: &[Query]) -> Result<Vec<Outcome>, ServerError> {
    let questions: Vec<serde_json::Value> = queries
        .iter()
        .map(|q| serde_json::json!({"path": q.search_path, "sql": q.sql, "second": q.second, "closely": q.closely}))
        .collect();
    let batch = format!(
        "SAVEPOINT driftgate;\nSET LOCAL driftgate.questions = {};\n{BLOCK};\nSELECT current_setting('driftgate.answers')",
        quote_literal(&serde_json::Value::Array(questions).to_string())
    );
    let mut answers = None;
    let result = {
        let mut results = sqlx::raw_sql(AssertSqlSafe(batch)).fetch_many(&mut *connection);
        loop {
            match results.try_next().await {
                Ok(Some(Either::Right(row))) => answers = Some(row.try_get::<String, _>(0)?),
                Ok(Some(Either::Left(_))) => {}
                Ok(None) => break Ok(()),
                Err(error) => break Err(ServerError::from(error)),
            }
        }
    };
    if let Err(error) = result {
        sqlx::raw_sql("ROLLBACK TO SAVEPOINT driftgate")
            .execute(connection)
            .await?;
        return Err(error);
    }
    serde_json::from_str(answers.as_deref().unwrap_or("[]")).map_err(|e| ServerError {
        code: String::new(),
        message: format!("the server's answers are not what was asked for: {e}"),
    })
}

async fn separately(connection: &mut PgConnection, queries: &[Query]) -> Result<Vec<Outcome>, Failure> {
    let outcomes = one_by_one(connection, queries).await;
    outcomes.map_err(|e| e.failure("asking the server what two texts mean"))
}

async fn one_by_one(connection: &mut PgConnection, queries: &[Query]) -> Result<Vec<Outcome>, ServerError> {
    let mut outcomes = Vec::new();
    for query in queries {
        let mut outcome = alone(connection, query, &query.sql).await?;
        outcome.filter = None;
        if let (Some([expected, actual]), Some(second)) = (outcome.output.as_deref(), &query.second)
            && (expected != actual || query.closely)
        {
            outcome.filter = alone(connection, query, second).await?.filter;
        }
        outcomes.push(outcome);
    }
    Ok(outcomes)
}

/// Runs one `EXPLAIN` through the extended protocol.
async fn alone(connection: &mut PgConnection, query: &Query, sql: &str) -> Result<Outcome, ServerError> {
    let before = format!("SAVEPOINT driftgate; SET LOCAL search_path = {}", query.search_path);
    sqlx::raw_sql(AssertSqlSafe(before)).execute(&mut *connection).await?;
    let result = sqlx::query(AssertSqlSafe(sql.to_owned()))
        .persistent(false)
        .fetch_all(&mut *connection)
        .await;
    sqlx::raw_sql("ROLLBACK TO SAVEPOINT driftgate")
        .execute(&mut *connection)
        .await?;
    match result {
        Ok(rows) => {
            let plan: String = rows
                .iter()
                .map(|row| row.try_get_unchecked::<String, _>(0))
                .collect::<Result<Vec<_>, _>>()?
                .concat();
            Ok(outcome(&plan))
        }
        Err(error) => {
            let error = ServerError::from(error);
            if error.code.is_empty() {
                return Err(error);
            }
            Ok(Outcome {
                code: Some(error.code),
                message: Some(error.message),
                ..Outcome::default()
            })
        }
    }
}

/// What the topmost node of a plan says.
fn outcome(plan: &str) -> Outcome {
    let plan: serde_json::Value = serde_json::from_str(plan).unwrap_or_default();
    let node = |key: &str| plan.pointer(&format!("/0/Plan/{key}"));
    let text = |key: &str| node(key).and_then(|value| value.as_str()).map(str::to_owned);
    Outcome {
        output: node("Output").and_then(|output| serde_json::from_value(output.clone()).ok()),
        filter: text("Filter")
            .or_else(|| text("One-Time Filter"))
            .or_else(|| text("Join Filter")),
        ..Outcome::default()
    }
}
