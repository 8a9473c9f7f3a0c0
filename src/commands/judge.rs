//! Texts of a saved snapshot, put to a server that does not have its objects: what the texts name is made there first,
//! with its name and its type and nothing in it.

use std::collections::BTreeSet;

use sqlx::{AssertSqlSafe, PgConnection};

use super::session::{close, patiently};
use crate::catalog::{Limits, block_on, canonical, connect};
use crate::compare::{Answer, Answers, Ask};
use crate::error::Failure;
use crate::kinds::Kind;
use crate::object_id::ObjectId;
use crate::scratch::{self, Mode, Scratch, Script};
use crate::snapshot::{Object, Snapshot};
use crate::sql_text::quote_name;

/// Puts questions about a saved snapshot to a server that is there for nothing else. What it cannot read it may only
/// lack: that stays undecided, and so does everything where there is no such server.
pub(super) fn judge(scratch: &Scratch, questions: BTreeSet<Ask>, snapshot: &Snapshot, limits: Limits) -> Answers {
    if questions.is_empty() {
        return Answers::new();
    }
    // The session that asks runs on this thread, and its thread can run no other.
    let judged = std::thread::scope(|threads| {
        let asking = threads.spawn(|| ask(scratch, questions.clone(), snapshot, limits));
        asking.join().unwrap_or_else(|_| {
            Err(Failure::new(
                "comparing texts",
                "the server of --scratch ended unexpectedly",
            ))
        })
    });
    judged.unwrap_or_else(|failure| {
        let why = format!("the texts differ, and nobody could be asked what they mean: {failure}");
        let undecided = questions.into_iter().map(|ask| (ask, Answer::Undecided(why.clone())));
        undecided.collect()
    })
}

fn ask(scratch: &Scratch, questions: BTreeSet<Ask>, snapshot: &Snapshot, limits: Limits) -> Result<Answers, Failure> {
    let sketches = sketches(&questions, snapshot);
    let (extensions, others): (Vec<Sketch>, Vec<Sketch>) = sketches
        .into_iter()
        .partition(|sketch| is_of_database(sketch.kind) && scratch.could_have_extension(&sketch.name));
    let schemas: BTreeSet<&str> = extensions
        .iter()
        .chain(&others)
        .filter_map(|s| s.schema.as_deref())
        .collect();
    let mut scripts: Vec<Script> = schemas
        .into_iter()
        .map(|schema| format!("CREATE SCHEMA IF NOT EXISTS {}", quote_name(schema)))
        .chain(extensions.iter().map(|sketch| sketch.sql.clone()))
        .map(|text| Script {
            path: "what the snapshot needs".into(),
            text,
            first_line: 1,
            mode: Mode::Whole,
        })
        .collect();
    scripts.dedup_by(|a, b| a.text == b.text);
    scratch::with(scratch, &scripts, |info| {
        block_on(async {
            let mut connection = connect::connect(info).await?;
            make(&mut connection, others).await;
            begin(&mut connection).await;
            let statements = questions.len() * 6 + 1;
            let answers = patiently(
                limits,
                statements,
                canonical::decide(&mut connection, questions, snapshot, scratch.way_to_ask()),
            )
            .await?;
            close(connection).await;
            Ok(answers
                .into_iter()
                .map(|(ask, answer)| (ask, as_of_another(answer)))
                .collect())
        })
    })
}

/// What an answer is worth that another server gave.
fn as_of_another(answer: Answer) -> Answer {
    match answer {
        Answer::Equal | Answer::Different | Answer::Undecided(_) => answer,
        Answer::Invalid(why) | Answer::Refused(why) => Answer::Undecided(format!(
            "the texts differ, and the server of --scratch, which is not the one of the snapshot, cannot compare them: {why}"
        )),
    }
}

/// A statement that makes what a text may name.
struct Sketch {
    kind: Kind,
    schema: Option<String>,
    name: String,
    sql: String,
}

/// What is needed of the snapshot to read the questions, and to read that.
fn sketches(questions: &BTreeSet<Ask>, snapshot: &Snapshot) -> Vec<Sketch> {
    let mut texts: Vec<String> = Vec::new();
    let mut relations: BTreeSet<&ObjectId> = BTreeSet::new();
    for ask in questions {
        texts.push(ask.question.expected.to_lowercase());
        texts.push(ask.question.actual.to_lowercase());
        relations.insert(&ask.relation);
    }
    // The columns of these are what the texts are about; their types are texts, too.
    for relation in relations {
        texts.extend(types(snapshot, relation).map(|(_, sql_type)| sql_type.to_lowercase()));
    }
    let mut candidates: Vec<Sketch> = Kind::roots()
        .flat_map(|kind| snapshot.of_kind(kind).map(move |(id, object)| (kind, id, object)))
        .filter_map(|(kind, id, object)| sketch(snapshot, kind, id, object))
        .collect();
    let mut needed = Vec::new();
    // What is made may itself name something.
    loop {
        let mut round = Vec::new();
        candidates.retain_mut(|candidate| {
            let name = candidate.name.to_lowercase();
            let is_needed = is_of_database(candidate.kind) || texts.iter().any(|text| text.contains(&name));
            if is_needed {
                round.push(Sketch {
                    kind: candidate.kind,
                    schema: candidate.schema.take(),
                    name: std::mem::take(&mut candidate.name),
                    sql: std::mem::take(&mut candidate.sql),
                });
            }
            !is_needed
        });
        if round.is_empty() {
            return needed;
        }
        texts.extend(round.iter().map(|sketch| sketch.sql.to_lowercase()));
        needed.extend(round);
    }
}

/// Whether objects of a kind are in no schema.
fn is_of_database(kind: Kind) -> bool {
    kind.spec().identity.len() == 1
}

/// The statement that makes an object of this name and type.
fn sketch(snapshot: &Snapshot, kind: Kind, id: &ObjectId, object: &Object) -> Option<Sketch> {
    let spec = kind.spec();
    if spec.namespace {
        return None;
    }
    let name = id.to_sql();
    let sql = if let Some(sql) = (spec.sketch)(id, object) {
        sql
    } else if let Some(attribute) = spec.own_variable {
        format!("CREATE DOMAIN {name} AS {}", object.get(attribute).as_text()?)
    } else if kind.children().any(|child| child.spec().variable.is_some()) {
        let columns: Vec<String> = types(snapshot, id)
            .map(|(column, sql_type)| format!("{} {sql_type}", quote_name(column)))
            .collect();
        format!("CREATE TABLE {name} ({})", columns.join(", "))
    } else {
        return None;
    };
    let parts = id.parts();
    Some(Sketch {
        kind,
        schema: match parts {
            [schema, _, ..] => Some(schema.to_string()),
            _ => object.get("schema").as_text().map(str::to_owned),
        },
        name: parts
            .get(1)
            .or(parts.first())
            .map(ToString::to_string)
            .unwrap_or_default(),
        sql,
    })
}

/// The names and types of what is a variable in the expressions of a relation.
fn types<'a>(snapshot: &'a Snapshot, relation: &'a ObjectId) -> impl Iterator<Item = (&'a str, &'a str)> {
    let variables = Kind::ALL.iter().filter_map(|kind| Some((*kind, kind.spec().variable?)));
    let columns = variables.flat_map(move |(kind, attribute)| {
        snapshot
            .children(kind, relation)
            .filter_map(move |(id, object)| Some((id.last(), object.get(attribute).as_text()?)))
    });
    let own = Kind::ALL
        .iter()
        .filter_map(|kind| Some((*kind, kind.spec().own_variable?)));
    let own = own
        .filter_map(move |(kind, attribute)| Some(("value", snapshot.get(kind, relation)?.get(attribute).as_text()?)));
    columns.chain(own)
}

/// Makes what can be made: what needs another is tried again after it. What cannot be made is missed by the question
/// that needs it, and nobody else.
async fn make(connection: &mut PgConnection, mut sketches: Vec<Sketch>) {
    loop {
        let before = sketches.len();
        let mut left = Vec::new();
        for sketch in sketches {
            let made = sqlx::raw_sql(AssertSqlSafe(sketch.sql.clone()))
                .execute(&mut *connection)
                .await;
            if made.is_err() {
                left.push(sketch);
            }
        }
        if left.is_empty() || left.len() == before {
            return;
        }
        sketches = left;
    }
}

/// Texts are compared in a transaction, with the settings of a session that looks.
async fn begin(connection: &mut PgConnection) {
    for statement in [
        "BEGIN READ ONLY",
        "SET LOCAL search_path = pg_catalog",
        "SET LOCAL jit = off",
    ] {
        let _ = sqlx::raw_sql(statement).execute(&mut *connection).await;
    }
}
