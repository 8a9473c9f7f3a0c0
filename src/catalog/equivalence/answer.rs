//! Turns results and errors of the server into answers.

use super::pair::mentions_collation;
use super::planner::{PlannerResult, SEVERAL_STATEMENTS};
use crate::catalog::server_error::{Meaning, ServerError};
use crate::observed::{Answer, ScopedQuestion};
use crate::snapshot::Server;
use crate::sql_text::{is_balanced, quote_name, show_name};

/// The answer for the result of planning a pair.
pub(super) fn from_planner(server: &Server, scoped: &ScopedQuestion, outcome: &PlannerResult) -> Answer {
    let question = &scoped.question;
    match outcome.count {
        None => from_error(server, scoped, &outcome.error()),
        Some(2) => match unbalanced(scoped) {
            Some(invalid) => invalid,
            None if outcome.is_same && !(question.form.is_expression() && mentions_collation(question)) => {
                Answer::Equal
            }
            None if outcome.is_equal || outcome.is_equivalent() => Answer::Equal,
            None => Answer::Different,
        },
        Some(_) => Answer::Invalid("this is more than one expression".into()),
    }
}

/// The answer for a text that closes a parenthesis which it did not open. In the query it is in parentheses, so the server
/// would see more than one expression.
pub(super) fn unbalanced(scoped: &ScopedQuestion) -> Option<Answer> {
    let question = &scoped.question;
    (question.form.is_expression() && !is_balanced(&question.expected))
        .then(|| Answer::Invalid("this is not one expression: it closes a parenthesis that it did not open".into()))
}

/// The answer for an error of the server.
pub(super) fn from_error(server: &Server, scoped: &ScopedQuestion, error: &ServerError) -> Answer {
    // The first is the error of a cursor, the second that of the extended protocol.
    if error.code == SEVERAL_STATEMENTS || error.routine.as_deref() == Some("exec_parse_message") {
        return Answer::Invalid("this is more than one statement".into());
    }
    let says = || format!("PostgreSQL says: {}", first_line(&error.message));
    let question = &scoped.question;
    if [&question.expected, &question.actual]
        .iter()
        .any(|text| error.may_exceed_parser(text))
    {
        return Answer::Refused(error.message.clone());
    }
    match error.meaning() {
        Meaning::Undefined | Meaning::Permission => {
            // PostgreSQL skips schemas that the role may not use, so the error says nothing about the text.
            let role = &server.role;
            let mut closed = scoped
                .schemas
                .iter()
                .filter(|schema| server.closed_schemas.contains(*schema));
            match closed.next() {
                Some(_) if is_in_schema(scoped) => Answer::Equal,
                Some(schema) => Answer::Denied(format!(
                    "the role {role} may not use the schema {schema}, so PostgreSQL does not look names up in it: \
                     GRANT USAGE ON SCHEMA {} TO {};",
                    show_name(schema),
                    show_name(role),
                )),
                None if error.meaning() == Meaning::Permission => Answer::Denied(error.message.clone()),
                None => Answer::Invalid(says()),
            }
        }
        // A lack of time or resources says nothing about the text.
        Meaning::Timeout | Meaning::Concurrent | Meaning::Exhausted => Answer::Refused(error.message.clone()),
        // An internal error of the server says nothing about the text, either.
        Meaning::Other if error.code.starts_with("XX") => Answer::Refused(error.message.clone()),
        Meaning::Write | Meaning::Other => Answer::Invalid(says()),
    }
}

/// The first line of a message. The following lines quote SQL that driftgate added.
fn first_line(message: &str) -> String {
    match message.split_once('\n') {
        Some((first, _)) => format!("{first} …"),
        None => message.to_owned(),
    }
}

/// Whether the expected type equals the actual type without its schema.
fn is_in_schema(scoped: &ScopedQuestion) -> bool {
    let question = &scoped.question;
    !question.form.is_expression()
        && scoped.schemas.iter().any(|schema| {
            question
                .actual
                .strip_suffix(&*question.expected)
                .and_then(|rest| rest.strip_suffix('.'))
                .is_some_and(|printed| printed == schema || printed == quote_name(schema))
        })
}
