//! Compares the columns of queries. The server parses and describes both; nothing is planned.

use std::collections::BTreeSet;

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
    let descriptions: Vec<Description> = pairs
        .iter()
        .flat_map(|pair| [description(pair, Side::Expected), description(pair, Side::Actual)])
        .collect();
    if !descriptions.is_empty() {
        let described = client.describe(&descriptions).await?;
        for (scoped, sides) in columns.into_iter().zip(described.chunks(2)) {
            let answer = answer(snapshot, &scoped, sides);
            answers.insert(scoped, answer);
        }
    }
    Ok(others.into_iter().collect())
}

/// The description of one of the queries. The actual one names everything with its schema.
fn description(pair: &Pair, side: Side) -> Description {
    let path = match side {
        Side::Expected => Some(pair.path()),
        Side::Actual => None,
    };
    Description {
        before: Sql::join([sql!["SAVEPOINT driftgate"], set_path(path)], "; "),
        statement: Statement::new("SELECT * FROM (")
            .then_text(pair.query_text(side))
            .then(") AS driftgate_query"),
        after: sql!["ROLLBACK TO SAVEPOINT driftgate"],
    }
}

fn answer(snapshot: &Snapshot, scoped: &ScopedQuestion, sides: &[Result<Described, ServerError>]) -> Answer {
    match sides {
        [Ok(expected), Ok(actual)] => {
            let is_same = |(one, other)| one == other;
            let begins_alike = expected.columns.len() >= actual.columns.len()
                && expected.columns.iter().zip(&actual.columns).all(is_same);
            if begins_alike { Answer::Equal } else { Answer::Different }
        }
        [Err(error), _] => from_error(&snapshot.server, scoped, error),
        [_, Err(error)] => Answer::Refused(error.message.clone()),
        _ => Answer::Refused("the server gave fewer answers than questions".to_owned()),
    }
}
