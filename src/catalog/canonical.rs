//! PostgreSQL decides what SQL means: two texts are put through the same analysis, and what comes out is
//! compared.
//!
//! Each pair is one `EXPLAIN (VERBOSE)` of a query that selects both texts, over nulls of the types of the
//! relation's columns, so that nothing is executed and no privilege on the relation is needed. All pairs go to
//! the server in one `DO` block, so that the number of statements does not grow with the number of texts, and a
//! text that cannot be read does not hide the others. A text cannot end its statement and begin another: PL/pgSQL
//! opens a cursor for each, and PostgreSQL refuses a cursor for more than one statement before it runs anything.
//! Where PL/pgSQL is not to be had, the pairs go one by one through the extended protocol, which refuses the same.

use std::collections::BTreeSet;

use futures_util::TryStreamExt as _;
use serde::Deserialize;
use sqlx::{AssertSqlSafe, Either, PgConnection, Row as _};

use super::server_error::{Meaning, ServerError};
use crate::attribute::Form;
use crate::compare::{Answer, Answers, Ask};
use crate::error::Failure;
use crate::kinds::Kind;
use crate::snapshot::Snapshot;
use crate::sql_text::{quote_literal, quote_name};
use crate::value::Value;

/// Puts every question to the server, in the transaction that [`super::capture::capture`] began.
///
/// # Errors
/// A [`Failure`] if the server does not answer at all. A question that it would not answer is no failure.
pub async fn decide(
    connection: &mut PgConnection,
    asks: BTreeSet<Ask>,
    snapshot: &Snapshot,
) -> Result<Answers, Failure> {
    if asks.is_empty() {
        return Ok(Answers::new());
    }
    let queries: Vec<Query> = asks.iter().map(|ask| Query::new(ask, snapshot)).collect();
    let outcomes = match in_one_block(connection, &queries).await {
        Ok(outcomes) if outcomes.len() == queries.len() => outcomes,
        Ok(_) => {
            return Err(Failure::new(
                "asking the server what two texts mean",
                "it gave fewer answers than questions",
            ));
        }
        Err(error)
            if matches!(
                error.meaning(),
                Meaning::Undefined | Meaning::Permission | Meaning::Other
            ) && !error.code.is_empty() =>
        {
            one_by_one(connection, &queries)
                .await
                .map_err(|e| e.failure("asking the server what two texts mean"))?
        }
        Err(error) => return Err(error.failure("asking the server what two texts mean")),
    };
    Ok(asks.into_iter().zip(outcomes.iter().map(Outcome::answer)).collect())
}

struct Query {
    search_path: String,
    sql: String,
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
        let pair = match &question.form {
            Form::Type => format!("CAST(NULL AS {expected}\n), CAST(NULL AS {actual}\n)"),
            Form::BaseType => format!(
                "{}::regtype, {}::regtype",
                quote_literal(expected),
                quote_literal(actual)
            ),
            Form::Expression => format!("({expected}\n), ({actual}\n)"),
            Form::Value(cast) => format!("({expected}\n)::{cast}, ({actual}\n)::{cast}"),
        };
        Self {
            search_path: path.join(", "),
            sql: format!(
                "EXPLAIN (VERBOSE, COSTS OFF, FORMAT JSON) SELECT {pair} FROM (SELECT {} OFFSET 0) AS {}",
                variables(ask, snapshot),
                quote_name(ask.relation.last()),
            ),
        }
    }
}

/// The columns of the relation that the texts may mention, as nulls of their types.
fn variables(ask: &Ask, snapshot: &Snapshot) -> String {
    match ask.question.form {
        Form::Expression => {}
        Form::Type | Form::BaseType | Form::Value(_) => return String::new(),
    }
    let mut columns = Vec::new();
    for kind in Kind::ALL {
        let Some(attribute) = kind.spec().variable else {
            continue;
        };
        for (id, object) in snapshot.children(*kind, &ask.relation) {
            let name = id.last();
            // A name with quotes in it is written with more of them.
            let mentioned = name.contains('"')
                || [&ask.question.expected, &ask.question.actual]
                    .iter()
                    .any(|text| text.to_lowercase().contains(&name.to_lowercase()));
            if let (true, Value::Text(sql_type)) = (mentioned, object.get(attribute)) {
                columns.push(format!("NULL::{sql_type} AS {}", quote_name(name)));
            }
        }
    }
    columns.join(", ")
}

/// What one `EXPLAIN` gave.
#[derive(Debug, Default, Deserialize)]
struct Outcome {
    /// The output of the topmost node of the plan.
    output: Option<Vec<String>>,
    /// The SQLSTATE of an error.
    code: Option<String>,
    /// The message of an error.
    message: Option<String>,
}

impl Outcome {
    fn answer(&self) -> Answer {
        match (&self.output, &self.code) {
            (Some(output), _) => match output.as_slice() {
                [expected, actual] if expected == actual => Answer::Equal,
                [_, _] => Answer::Different,
                _ => Answer::Invalid("this is more than one expression".into()),
            },
            (None, code) => {
                let error = ServerError {
                    code: code.clone().unwrap_or_default(),
                    message: self.message.clone().unwrap_or_default(),
                };
                match error.meaning() {
                    Meaning::Permission | Meaning::Timeout | Meaning::Concurrent => Answer::Refused(error.message),
                    Meaning::Undefined | Meaning::Write | Meaning::Other => Answer::Invalid(error.message),
                }
            }
        }
    }
}

const BLOCK: &str = r"DO $driftgate$
DECLARE
  item jsonb;
  line text;
  plan text;
  answers jsonb[] := '{}';
BEGIN
  FOR item IN SELECT jsonb_array_elements(current_setting('driftgate.questions')::jsonb) LOOP
    BEGIN
      plan := '';
      PERFORM set_config('search_path', item->>'path', true);
      -- The names of this statement are looked up on the path that was just set: everything in it is qualified.
      FOR line IN EXECUTE item OPERATOR(pg_catalog.->>) 'sql' LOOP
        plan := plan OPERATOR(pg_catalog.||) line;
      END LOOP;
      PERFORM pg_catalog.set_config('search_path', 'pg_catalog', true);
      answers := array_append(answers, jsonb_build_object('output', plan::jsonb #> '{0,Plan,Output}'));
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
        .map(|q| serde_json::json!({"path": q.search_path, "sql": q.sql}))
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

async fn one_by_one(connection: &mut PgConnection, queries: &[Query]) -> Result<Vec<Outcome>, ServerError> {
    let mut outcomes = Vec::new();
    for query in queries {
        let before = format!("SAVEPOINT driftgate; SET LOCAL search_path = {}", query.search_path);
        sqlx::raw_sql(AssertSqlSafe(before)).execute(&mut *connection).await?;
        let result = sqlx::query(AssertSqlSafe(query.sql.clone()))
            .persistent(false)
            .fetch_all(&mut *connection)
            .await;
        sqlx::raw_sql("ROLLBACK TO SAVEPOINT driftgate")
            .execute(&mut *connection)
            .await?;
        outcomes.push(match result {
            Ok(rows) => {
                let plan: String = rows
                    .iter()
                    .map(|row| row.try_get_unchecked::<String, _>(0))
                    .collect::<Result<Vec<_>, _>>()?
                    .concat();
                Outcome {
                    output: output(&plan),
                    ..Outcome::default()
                }
            }
            Err(error) => {
                let error = ServerError::from(error);
                if error.code.is_empty() {
                    return Err(error);
                }
                Outcome {
                    code: Some(error.code),
                    message: Some(error.message),
                    ..Outcome::default()
                }
            }
        });
    }
    Ok(outcomes)
}

/// The output of the topmost node of a plan.
fn output(plan: &str) -> Option<Vec<String>> {
    let plan: serde_json::Value = serde_json::from_str(plan).ok()?;
    serde_json::from_value(plan.pointer("/0/Plan/Output")?.clone()).ok()
}
