//! Compares texts on a scratch server, which does not have the objects of the database, or not their code. First it creates
//! stubs of the objects that the texts refer to: empty objects with the same name and type.

use std::collections::BTreeSet;

use super::connection::{Deadline, close};
use crate::catalog::client::{Client, Description};
use crate::catalog::equivalence::{self, DecideOptions, Trust, UNTRUSTED, is_one_type};
use crate::catalog::{Limits, assertion_query, block_on, connect};
use crate::error::Failure;
use crate::kinds::{Kind, Stub, variables};
use crate::migrations::ApplyMode;
use crate::object_id::ObjectId;
use crate::observed::{Answer, Answers, ScopedQuestion};
use crate::platform;
use crate::scratch::{self, Scratch, Script};
use crate::snapshot::{Object, Snapshot};
use crate::sql;
use crate::sql::{Sql, Statement, literal, name};

/// How to answer a question that the scratch server cannot decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fallback {
    /// The source is a saved snapshot, so no other server can be asked.
    Undecided,
    /// The source is a database, which was not asked because it could run its own code.
    Unverified,
}

impl Fallback {
    /// The answer, for this reason.
    fn answer(self, why: &str) -> Answer {
        match self {
            Self::Undecided => Answer::Undecided(why.to_owned()),
            Self::Unverified => Answer::Refused(format!(
                "{UNTRUSTED}, and {why}: give --scratch, or --trust-functions to compare them in the database"
            )),
        }
    }

    /// The answers if no scratch server can be reached.
    pub(super) fn unavailable(self, questions: BTreeSet<ScopedQuestion>, failure: &Failure) -> Answers {
        let answer = self.answer(&format!("no server is available to compare the texts: {failure}"));
        questions
            .into_iter()
            .map(|question| (question, answer.clone()))
            .collect()
    }

    /// Replaces an answer of the scratch server that is not conclusive.
    fn downgrade(self, answer: Answer) -> Answer {
        match (answer, self) {
            (answer @ (Answer::Equal | Answer::Different), _) => answer,
            (
                Answer::Invalid(why) | Answer::Refused(why) | Answer::Denied(why) | Answer::Undecided(why),
                Self::Undecided,
            ) => self.answer(&format!(
                "the texts differ, and the server of --scratch, which is not the server of the snapshot, cannot \
                     compare them: {why}"
            )),
            (
                Answer::Invalid(why) | Answer::Refused(why) | Answer::Denied(why) | Answer::Undecided(why),
                Self::Unverified,
            ) => self.answer(&format!("the server of --scratch cannot compare them ({why})")),
        }
    }
}

/// Asks a scratch server the questions. `time_zone` is that of the session with the source, if there is one: texts may
/// contain times.
///
/// # Errors
/// The scratch server cannot be used.
pub(super) fn decide_on_scratch(
    scratch: &Scratch,
    questions: BTreeSet<ScopedQuestion>,
    snapshot: &Snapshot,
    limits: Limits,
    time_zone: Option<&str>,
    fallback: Fallback,
) -> Result<Answers, Failure> {
    if questions.is_empty() {
        return Ok(Answers::new());
    }
    // This thread is already inside a runtime, which cannot run another one: `scratch::with` needs a thread of its own.
    let decided = std::thread::scope(|threads| {
        let comparing = threads.spawn(|| prepare_and_compare(scratch, questions, snapshot, limits, time_zone));
        comparing.join().unwrap_or_else(|_| {
            Err(Failure::new(
                "comparing texts",
                "the server of --scratch ended unexpectedly",
            ))
        })
    });
    let answers = decided?.into_iter();
    Ok(answers
        .map(|(question, answer)| (question, fallback.downgrade(answer)))
        .collect())
}

fn prepare_and_compare(
    scratch: &Scratch,
    questions: BTreeSet<ScopedQuestion>,
    snapshot: &Snapshot,
    limits: Limits,
    time_zone: Option<&str>,
) -> Result<Answers, Failure> {
    let needed = needed_objects(&questions, snapshot);
    let scripts = extensions(&needed, scratch);
    scratch::with(scratch, &scripts, |info| {
        block_on(async {
            let mut client = connect::connect(info).await?;
            let deadline = Deadline::after(limits.deadline(0));
            let answers = deadline
                .enforce(compare(
                    &mut client,
                    needed,
                    questions,
                    snapshot,
                    limits,
                    scratch,
                    time_zone,
                ))
                .await?;
            close(client).await;
            Ok(answers)
        })
    })
}

/// Scripts for extensions that the scratch server can create.
fn extensions(needed: &[NeededObject], scratch: &Scratch) -> Vec<Script> {
    let by_script = needed
        .iter()
        .filter(|needed| needed.kind.is_of_database() && scratch.could_have_extension(&needed.name));
    by_script
        .flat_map(|needed| {
            let schema = needed.schema.as_deref().filter(|schema| !platform::is_postgres(schema));
            schema
                .and_then(Kind::create_namespace)
                .map(|statement| statement.as_str().to_owned())
                .into_iter()
                .chain([needed.stub.statement.as_str().to_owned()])
        })
        .map(|text| Script {
            path: "extensions that the texts need".into(),
            text,
            first_line: 1,
            mode: ApplyMode::Message,
            continues: false,
        })
        .collect()
}

async fn compare(
    client: &mut Client,
    needed: Vec<NeededObject>,
    questions: BTreeSet<ScopedQuestion>,
    snapshot: &Snapshot,
    limits: Limits,
    scratch: &Scratch,
    time_zone: Option<&str>,
) -> Result<Answers, Failure> {
    prepare(client, &needed, limits, scratch, time_zone).await;
    create_stubs(client, needed).await;
    // The role of the snapshot may have been a superuser or without a privilege; the role that compares is neither.
    let mut for_scratch = snapshot.clone();
    for_scratch.server.is_superuser = false;
    for_scratch.server.closed_schemas.clear();
    let (printed, questions) = questions
        .into_iter()
        .partition(|scoped: &ScopedQuestion| scoped.question.form.is_printed());
    let mut answers = equivalence::compare_prints(client, printed, &for_scratch, limits).await?;
    assertion_query::begin(client, limits).await?;
    let options = DecideOptions {
        batching: scratch.batching(),
        trust: Trust::Everything,
        has_other_server: false,
        can_print: false,
    };
    let decided = equivalence::decide(client, questions, &for_scratch, options).await?;
    answers.extend(decided.answers);
    Ok(answers)
}

/// The role that creates the stubs on a server that driftgate started. It has no other privileges.
const ROLE: &str = "driftgate_stubs";

/// Creates schemas and extensions, and then switches to a role without privileges, because a snapshot may come from anyone.
async fn prepare(
    client: &mut Client,
    needed: &[NeededObject],
    limits: Limits,
    scratch: &Scratch,
    time_zone: Option<&str>,
) {
    let schemas: BTreeSet<&str> = needed.iter().filter_map(|needed| needed.schema.as_deref()).collect();
    let mut statements = vec![sql!["SET statement_timeout = ", limits.statement.as_millis()]];
    if let Some(zone) = time_zone {
        statements.push(sql!["SET TimeZone = ", literal(zone)]);
    }
    let is_own_server = match scratch {
        Scratch::Embedded | Scratch::Local => true,
        Scratch::Server(_) => false,
    };
    if is_own_server {
        statements.push(sql!["CREATE ROLE ", ROLE]);
        statements.push(sql!["GRANT CREATE ON SCHEMA public TO ", ROLE]);
    }
    for schema in schemas.into_iter().filter(|schema| !platform::is_postgres(schema)) {
        statements.extend(Kind::create_namespace(schema));
        if is_own_server {
            statements.push(sql!["GRANT ALL ON SCHEMA ", name(schema), " TO ", ROLE]);
        }
    }
    let extensions = needed.iter().filter(|needed| needed.kind.is_of_database());
    for statement in statements {
        let _ = client.execute(&[statement]).await;
    }
    for extension in extensions {
        let _ = client.run_single(&extension.stub.statement).await;
    }
    if is_own_server {
        let _ = client.execute(&[sql!["SET ROLE ", ROLE]]).await;
    }
}

/// An object that a text may refer to.
struct NeededObject {
    kind: Kind,
    schema: Option<String>,
    name: String,
    stub: Stub,
}

/// The objects of the snapshot that the questions need, and the objects that those need.
fn needed_objects(questions: &BTreeSet<ScopedQuestion>, snapshot: &Snapshot) -> Vec<NeededObject> {
    let mut texts: Vec<String> = Vec::new();
    let mut relations: BTreeSet<&ObjectId> = BTreeSet::new();
    for scoped in questions {
        texts.push(scoped.question.expected.to_lowercase());
        texts.push(scoped.question.actual.to_lowercase());
        relations.insert(&scoped.relation);
    }
    // The texts use the columns of these relations. The types of the columns can refer to objects, too.
    for relation in relations {
        texts.extend(variables(snapshot, relation).map(|variable| variable.sql_type.to_lowercase()));
    }
    let mut candidates: Vec<NeededObject> = Kind::roots()
        .flat_map(|kind| snapshot.of_kind(kind).map(move |(id, object)| (kind, id, object)))
        .filter_map(|(kind, id, object)| candidate(snapshot, kind, id, object))
        .collect();
    let mut needed = Vec::new();
    // A stub can refer to other objects.
    loop {
        let (round, rest): (Vec<NeededObject>, Vec<NeededObject>) = candidates.into_iter().partition(|candidate| {
            let name = candidate.name.to_lowercase();
            candidate.kind.is_of_database() || texts.iter().any(|text| text.contains(&name))
        });
        candidates = rest;
        if round.is_empty() {
            return needed;
        }
        texts.extend(
            round
                .iter()
                .map(|candidate| candidate.stub.statement.as_str().to_lowercase()),
        );
        needed.extend(round);
    }
}

fn candidate(snapshot: &Snapshot, kind: Kind, id: &ObjectId, object: &Object) -> Option<NeededObject> {
    let stub = kind.stub(id, object, snapshot)?;
    let parts = id.parts();
    Some(NeededObject {
        kind,
        schema: match parts {
            [schema, _, ..] => Some(schema.to_string()),
            _ => stub.schema.clone(),
        },
        name: parts
            .get(1)
            .or(parts.first())
            .map(ToString::to_string)
            .unwrap_or_default(),
        stub,
    })
}

/// Creates the stubs. Stubs that depend on others are retried after them. A stub that cannot be created affects only the
/// questions that need it.
async fn create_stubs(client: &mut Client, needed: Vec<NeededObject>) {
    let mut left: Vec<Stub> = needed
        .into_iter()
        .filter(|needed| !needed.kind.is_of_database() || needed.stub.types.len() > 1)
        .map(|needed| needed.stub)
        .collect();
    loop {
        let before = left.len();
        let mut rest = Vec::new();
        for stub in left {
            if !(are_types(client, &stub.types).await && client.run_single(&stub.statement).await.is_ok()) {
                rest.push(stub);
            }
        }
        if rest.is_empty() || rest.len() == before {
            return;
        }
        left = rest;
    }
}

/// Whether each text is exactly one type, also according to the server, so that it is safe to use in a statement.
async fn are_types(client: &mut Client, types: &[String]) -> bool {
    let pseudo_types = [
        "trigger",
        "event_trigger",
        "record",
        "void",
        "internal",
        "anyelement",
        "anyarray",
    ];
    let asked: Vec<&String> = types
        .iter()
        .filter(|text| !pseudo_types.contains(&text.as_str()))
        .collect();
    if !asked.iter().all(|text| is_one_type(text)) {
        return false;
    }
    for text in asked {
        let description = Description {
            before: Sql::new(),
            statement: Statement::new("SELECT CAST(NULL AS ").then_text(text).then(")"),
            after: Sql::new(),
        };
        match client.describe(std::slice::from_ref(&description)).await.as_deref() {
            Ok([Ok(described)]) if described.columns.len() == 1 => {}
            Ok(_) | Err(_) => return false,
        }
    }
    true
}
