//! Compares queries of views and SQL-standard bodies of routines by what PostgreSQL prints of them.
//!
//! PostgreSQL stores such a text as a tree and prints it in a form of its own, with names that it invents: `o_1` where a
//! table occurs twice, `AS name` in the second branch of a UNION. Two trees of one text differ in these names. Therefore
//! both texts are stored once more, in a temporary view or routine of a database with the same relations, and printed by
//! the same server. If the prints are equal, the texts mean the same: a print has everything that a dump needs.
//!
//! The statements create objects, so they run only in a scratch database. They are rolled back.

use std::collections::BTreeSet;

use super::answer::from_error;
use super::equivalents::same_print;
use super::pair::Pair;
use super::parse_tree::set_path;
use crate::attribute::Form;
use crate::catalog::Limits;
use crate::catalog::capture::begin_scratch_transaction;
use crate::catalog::client::{Client, Description};
use crate::catalog::server_error::{Meaning, ServerError};
use crate::error::Failure;
use crate::observed::{Answer, Answers, ScopedQuestion};
use crate::snapshot::Snapshot;
use crate::sql;
use crate::sql::{Sql, Statement};

use super::pair::Side;

const DOING: &str = "comparing the definitions on the scratch server";

/// Compares texts in a scratch database, in a transaction of its own, which is rolled back.
///
/// # Errors
/// The connection breaks.
pub async fn compare_prints(
    client: &mut Client,
    questions: BTreeSet<ScopedQuestion>,
    snapshot: &Snapshot,
    limits: Limits,
) -> Result<Answers, Failure> {
    let mut answers = Answers::new();
    if questions.is_empty() {
        return Ok(answers);
    }
    let failure = |error: ServerError| error.failure(DOING);
    client
        .execute(&begin_scratch_transaction(limits))
        .await
        .map_err(failure)?;
    for scoped in questions {
        let answer = compare_one(client, &scoped, snapshot).await.map_err(failure)?;
        answers.insert(scoped, answer);
    }
    client.execute(&[sql![super::super::ROLLBACK]]).await.map_err(failure)?;
    Ok(answers)
}

async fn compare_one(client: &mut Client, scoped: &ScopedQuestion, snapshot: &Snapshot) -> Result<Answer, ServerError> {
    let pair = Pair::new(scoped, snapshot);
    let found = &scoped.question.actual;
    if let Some(error) = not_a_query(client, &pair).await? {
        return Ok(from_error(&snapshot.server, scoped, &error));
    }
    let expected = match print(client, &pair, Side::Expected).await? {
        Ok(print) => print,
        // The server has everything that the found body refers to. A body that refers to something else is another one.
        Err(error)
            if pair.is_body()
                && error.meaning() == Meaning::Undefined
                && print(client, &pair, Side::Actual).await?.is_ok() =>
        {
            return Ok(Answer::Different);
        }
        Err(error) => return Ok(from_error(&snapshot.server, scoped, &error)),
    };
    if same_print(&expected, found) {
        return Ok(Answer::Equal);
    }
    // Another version of PostgreSQL may print the same text otherwise.
    let actual = match print(client, &pair, Side::Actual).await? {
        Ok(print) => print,
        Err(error) => {
            let why = format!("PostgreSQL says of the definition that was found: {}", error.message);
            return Ok(Answer::Undecided(why));
        }
    };
    if same_print(&expected, &actual) {
        return Ok(Answer::Equal);
    }
    // What is printed of a print can differ from it, as for `IN` over a varchar: the found text is a print already.
    Ok(match print(client, &pair.of_print(expected), Side::Actual).await? {
        Ok(again) if same_print(&again, &actual) => Answer::Equal,
        Ok(_) => Answer::Different,
        Err(error) => Answer::Undecided(format!("PostgreSQL says of what it prints: {}", error.message)),
    })
}

/// The error of an expected text that is not a query alone: CREATE VIEW also reads WITH CHECK OPTION.
async fn not_a_query(client: &mut Client, pair: &Pair) -> Result<Option<ServerError>, ServerError> {
    if pair.is_body() {
        return Ok(None);
    }
    let description = Description {
        before: Sql::join([sql!["SAVEPOINT driftgate"], set_path(Some(pair.path()))], "; "),
        statement: pair.analysis_query(Side::Expected),
        after: sql!["ROLLBACK TO SAVEPOINT driftgate"],
    };
    let described = client.describe(std::slice::from_ref(&description)).await?;
    Ok(described.into_iter().find_map(Result::err))
}

/// Stores a text and prints it. The inner error is that of the text.
async fn print(client: &mut Client, pair: &Pair, side: Side) -> Result<Result<String, ServerError>, ServerError> {
    let path = match side {
        Side::Expected => Some(pair.path()),
        Side::Actual => None,
    };
    client.execute(&[sql!["SAVEPOINT driftgate"], set_path(path)]).await?;
    let created = client.run_single(&pair.creation(side)).await;
    let printed = match created {
        Ok(_) => {
            client
                .rows(&[sql![super::super::PIN_SEARCH_PATH], pair.printing()])
                .await
        }
        Err(error) => Err(error),
    };
    match &printed {
        Err(error) if error.code.is_empty() => {}
        Ok(_) | Err(_) => client.execute(&[sql!["ROLLBACK TO SAVEPOINT driftgate"]]).await?,
    }
    match printed {
        Ok(rows) => {
            let text = rows.first().map(|row| row.text(0)).transpose()?.flatten();
            Ok(Ok(text.unwrap_or_default().to_owned()))
        }
        Err(error) if error.code.is_empty() => Err(error),
        Err(error) => Ok(Err(error)),
    }
}

impl Pair {
    /// The pair with a print in place of the actual text.
    fn of_print(mut self, print: String) -> Self {
        self.actual = print;
        self
    }

    /// The statement that stores one of the texts.
    fn creation(&self, side: Side) -> Statement {
        let statement = match &self.form {
            Form::Body(head) => Statement::new("CREATE ").then_text(head),
            Form::Type
            | Form::BaseType
            | Form::Expression
            | Form::Value(_)
            | Form::Computed(_)
            | Form::Rows(_)
            | Form::Setting(_)
            | Form::Columns
            | Form::Query => Statement::new("CREATE TEMPORARY VIEW driftgate_view AS "),
        };
        statement.then_text(self.query_text(side))
    }

    /// The query that prints what was stored.
    fn printing(&self) -> Sql {
        sql![if self.is_body() { BODY } else { VIEW }]
    }
}

const VIEW: &str = "SELECT pg_get_viewdef('pg_temp.driftgate_view'::regclass)";

/// The end of the printed definition, as the queries of kinds read it.
const BODY: &str = "SELECT substr(d.text, greatest(strpos(d.text, chr(10) || 'RETURN '), strpos(d.text, chr(10) || 'BEGIN ATOMIC')) + 1) \
                    FROM (SELECT pg_get_functiondef(p.oid) AS text FROM pg_proc p WHERE p.pronamespace = pg_my_temp_schema()) d";
