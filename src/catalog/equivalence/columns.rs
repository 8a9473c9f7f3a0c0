//! Compares the columns of queries. The server parses and describes both; nothing is planned.

use std::collections::{BTreeMap, BTreeSet};

use super::answer::from_error;
use super::pair::{Pair, Side};
use super::parse_tree::set_path;
use crate::attribute::Form;
use crate::catalog::client::{Client, Described, Description};
use crate::catalog::server_error::ServerError;
use crate::observed::{Answer, Answers, ScopedQuestion};
use crate::snapshot::Snapshot;
use crate::sql;
use crate::sql::{Sql, Statement};

/// Answers the questions about columns, and returns the others.
///
/// # Errors
/// The connection breaks.
pub(super) async fn decide(
    client: &mut Client,
    questions: BTreeSet<ScopedQuestion>,
    snapshot: &Snapshot,
    answers: &mut Answers,
) -> Result<BTreeSet<ScopedQuestion>, ServerError> {
    let (columns, others): (Vec<ScopedQuestion>, Vec<ScopedQuestion>) = questions
        .into_iter()
        .partition(|scoped| matches!(scoped.question.form, Form::Columns));
    let pairs: Vec<Pair> = columns.iter().map(|scoped| Pair::new(scoped, snapshot)).collect();
    // Many questions have the same query, such as those about columns of the same type. The server reads it once.
    let queries: BTreeSet<Query<'_>> = pairs
        .iter()
        .flat_map(|pair| [Query::of(pair, Side::Expected), Query::of(pair, Side::Actual)])
        .collect();
    if queries.is_empty() {
        return Ok(others.into_iter().collect());
    }
    let descriptions: Vec<Description> = queries.iter().map(Query::description).collect();
    let described: BTreeMap<_, _> = queries.iter().zip(client.describe(&descriptions).await?).collect();
    for (scoped, pair) in columns.into_iter().zip(&pairs) {
        let [expected, actual] = [Side::Expected, Side::Actual].map(|side| described.get(&Query::of(pair, side)));
        let answer = answer(snapshot, &scoped, expected, actual);
        answers.insert(scoped, answer);
    }
    Ok(others.into_iter().collect())
}

/// One of the queries of a question.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Query<'a> {
    text: &'a str,
    /// The search path. The actual query names everything with its schema.
    path: Option<&'a str>,
}

impl<'a> Query<'a> {
    fn of(pair: &'a Pair, side: Side) -> Self {
        Self {
            text: pair.query_text(side),
            path: match side {
                Side::Expected => Some(pair.path()),
                Side::Actual => None,
            },
        }
    }

    fn description(&self) -> Description {
        Description {
            before: Sql::join([sql!["SAVEPOINT driftgate"], set_path(self.path)], "; "),
            statement: Statement::new("SELECT * FROM (")
                .then_text(self.text)
                .then(") AS driftgate_query"),
            after: sql!["ROLLBACK TO SAVEPOINT driftgate"],
        }
    }
}

fn answer(
    snapshot: &Snapshot,
    scoped: &ScopedQuestion,
    expected: Option<&Result<Described, ServerError>>,
    actual: Option<&Result<Described, ServerError>>,
) -> Answer {
    match (expected, actual) {
        (Some(Ok(expected)), Some(Ok(actual))) => {
            let is_same = |(one, other)| one == other;
            let begins_alike = expected.columns.len() >= actual.columns.len()
                && expected.columns.iter().zip(&actual.columns).all(is_same);
            if begins_alike { Answer::Equal } else { Answer::Different }
        }
        (Some(Err(error)), _) => from_error(&snapshot.server, scoped, error),
        (_, Some(Err(error))) => Answer::Refused(error.message.clone()),
        _ => Answer::Refused("the server gave fewer answers than questions".to_owned()),
    }
}
