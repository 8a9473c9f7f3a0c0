//! Decides whether two SQL texts mean the same, by comparing what PostgreSQL makes of them.
//!
//! The steps are:
//!
//! 1. Texts that are equal token for token are equal.
//! 2. Types are parsed and analysed (the extended protocol's Parse and Describe), which gives the type and its modifier.
//!    Nothing is planned.
//! 3. Expressions are planned (`planner`) if neither text can reach untrusted code (`reachable`). The planner executes
//!    immutable functions on constants, and functions of the database's owner must not run as the role that connects.
//! 4. If the names in the texts are not conclusive, the parse trees are compared (`parse_tree`). A parse tree shows exactly
//!    which objects a text uses.
//! 5. Queries whose parse trees differ, and SQL-standard bodies, are printed by a server with the same relations
//!    (`print`).
//! 6. Other texts are compared on a server with stubs instead of the database's objects: see [`Decisions::deferred`].
//!
//! The actual text is parsed with the search path with which the catalog printed it, the expected text with that of the
//! file. The planner gets both with that of the file. If an object on that path shadows one of PostgreSQL's own, the parse
//! trees show whether the actual text means the same there.

mod answer;
mod columns;
mod equivalents;
mod pair;
mod parse_tree;
mod planner;
mod print;
mod reachable;
mod route;
mod setting;

use std::collections::{BTreeMap, BTreeSet};

pub use print::compare_prints;

use answer::{from_error, from_planner, unbalanced};
use pair::{Pair, Side, mentions_collation};
use parse_tree::set_path;
use reachable::LookupNames;

use super::client::{Client, Described, Description};
use super::encoding::can_send;
use super::server_error::{Meaning, ServerError};
use crate::attribute::Form;
use crate::error::Failure;
use crate::observed::{Answer, Answers, ScopedQuestion};
use crate::snapshot::Snapshot;
use crate::sql;
use crate::sql::{Sql, Statement};
use crate::sql_text::same_tokens;

/// How questions are sent to the planner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Batching {
    /// All of them in one statement, if the server has PL/pgSQL.
    AllAtOnce,
    /// One statement for each, on a server whose PL/pgSQL cannot catch errors.
    OneByOne,
}

/// Whose functions the planner may run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// PostgreSQL's own and those of compiled libraries.
    Compiled,
    /// All functions: the user allows it, or the server has no functions of other owners.
    Everything,
}

/// How to decide questions.
#[derive(Debug, Clone, Copy)]
pub struct DecideOptions {
    /// How questions are sent.
    pub batching: Batching,
    /// Whose functions may be executed.
    pub trust: Trust,
    /// Whether another server can compare what a superuser should not plan in the database.
    pub has_other_server: bool,
    /// Whether [`compare_prints`] can compare the texts that PostgreSQL prints in a form of its own.
    pub can_print: bool,
}

/// The answers, and the questions that another server must answer.
#[derive(Debug, Default)]
pub struct Decisions {
    /// The answers.
    pub answers: Answers,
    /// The questions that must be decided on another server, because comparing these texts here could run functions of the
    /// database.
    pub deferred: BTreeSet<ScopedQuestion>,
    /// The objects that the deferred texts can reach, by schema and name.
    pub reachable: BTreeSet<(String, String)>,
}

const DOING: &str = "comparing texts on the server";

/// Decides questions, in the transaction that [`super::capture::capture`] began.
///
/// # Errors
/// The connection breaks. An error about a single question becomes its answer instead.
pub async fn decide(
    client: &mut Client,
    questions: BTreeSet<ScopedQuestion>,
    snapshot: &Snapshot,
    options: DecideOptions,
) -> Result<Decisions, Failure> {
    let mut decided = Decisions::default();
    let mut open = Vec::new();
    let questions = decide_settings(client, questions, &mut decided.answers)
        .await
        .map_err(|error| error.failure(DOING))?;
    let questions = columns::decide(client, questions, snapshot, &mut decided.answers)
        .await
        .map_err(|error| error.failure(DOING))?;
    for scoped in questions {
        match decide_locally(&scoped) {
            Some(answer) => {
                decided.answers.insert(scoped, answer);
            }
            None => open.push((Pair::new(&scoped, snapshot), scoped)),
        }
    }
    if open.is_empty() {
        return Ok(decided);
    }
    Decider {
        client,
        snapshot,
        options,
        decided: &mut decided,
        paths: String::new(),
        deferred_names: LookupNames::default(),
    }
    .decide(open)
    .await
    .map_err(|error| error.failure(DOING))?;
    Ok(decided)
}

/// Answers the questions about settings, and returns the others.
async fn decide_settings(
    client: &mut Client,
    questions: BTreeSet<ScopedQuestion>,
    answers: &mut Answers,
) -> Result<BTreeSet<ScopedQuestion>, ServerError> {
    let names: BTreeSet<String> = questions.iter().filter_map(setting_name).map(str::to_owned).collect();
    if names.is_empty() {
        return Ok(questions);
    }
    let types = setting::read_types(client, &names).await?;
    let mut others = BTreeSet::new();
    for scoped in questions {
        let question = &scoped.question;
        let answer = setting_name(&scoped).map(|name| {
            if setting::same(name, types.get(name), &question.expected, &question.actual) {
                Answer::Equal
            } else {
                Answer::Different
            }
        });
        match answer {
            Some(answer) => {
                answers.insert(scoped, answer);
            }
            None => {
                others.insert(scoped);
            }
        }
    }
    Ok(others)
}

/// The name of the setting that a question is about.
fn setting_name(scoped: &ScopedQuestion) -> Option<&str> {
    match &scoped.question.form {
        Form::Setting(name) => Some(name),
        Form::Type
        | Form::BaseType
        | Form::Expression
        | Form::Value(_)
        | Form::Computed(_)
        | Form::Rows(_)
        | Form::Query
        | Form::Columns
        | Form::Body(_) => None,
    }
}

/// The answer, if it does not need the server.
fn decide_locally(scoped: &ScopedQuestion) -> Option<Answer> {
    let question = &scoped.question;
    if question.expected.contains('\0') {
        return Some(Answer::Invalid(
            "a text in a database cannot contain the character NUL".into(),
        ));
    }
    // A question with the same text twice asks whether the server can parse it.
    let is_probe = question.expected == question.actual;
    (!is_probe && same_tokens(&question.expected, &question.actual)).then_some(Answer::Equal)
}

struct Decider<'a> {
    client: &'a mut Client,
    snapshot: &'a Snapshot,
    options: DecideOptions,
    decided: &'a mut Decisions,
    /// Every schema on the search paths of the expressions.
    paths: String,
    /// The names in the deferred texts.
    deferred_names: LookupNames,
}

type OpenQuestions = Vec<(Pair, ScopedQuestion)>;

/// The questions that the planner has not answered.
#[derive(Default)]
struct Unresolved {
    /// Types whose modifiers must be compared, too.
    same_types: OpenQuestions,
    /// Texts that need the search path of the file, such as `nextval('ids')`: the literal contains the name of a relation.
    unread: OpenQuestions,
    /// Queries that the role may not plan, and why. To parse them needs fewer privileges.
    denied: Vec<(Pair, ScopedQuestion, Answer)>,
}

impl Decider<'_> {
    fn answer(&mut self, scoped: ScopedQuestion, answer: Answer) {
        self.decided.answers.insert(scoped, answer);
    }

    /// Answers a question, unless another server can decide it better: in the database, the role may lack privileges, and
    /// different parse trees can print alike.
    fn answer_or_defer(&mut self, pair: &Pair, scoped: ScopedQuestion, answer: Answer) {
        let answer = unbalanced(&scoped).unwrap_or(answer);
        let defers = match &answer {
            Answer::Equal | Answer::Invalid(_) | Answer::Undecided(_) => false,
            Answer::Different | Answer::Refused(_) => pair.is_printed() && self.options.can_print,
            Answer::Denied(_) => self.options.has_other_server || pair.is_printed() && self.options.can_print,
        };
        if defers {
            self.defer(pair, scoped);
        } else {
            self.answer(scoped, answer);
        }
    }

    async fn decide(mut self, open: OpenQuestions) -> Result<(), ServerError> {
        let open = self.keep_encodable(open).await?;
        let open = self.keep_queries(open);
        let (types, expressions): (OpenQuestions, OpenQuestions) =
            open.into_iter().partition(|(pair, _)| pair.is_any_type());
        // Looking up the name of a type executes nothing.
        let mut in_place = self.keep_single_types(types);
        in_place.extend(self.keep_safe(expressions).await?);
        let Unresolved {
            same_types,
            unread,
            mut denied,
        } = self.ask_planner(in_place).await?;
        self.compare_modifiers(same_types).await?;
        let in_place = self.retry_on_file_path(unread).await?;
        denied.extend(self.ask_planner(in_place).await?.denied);
        self.compare_denied(denied).await?;
        self.find_deferred_objects().await
    }

    /// Answers the questions whose text cannot be converted to the database's encoding, and returns the others.
    async fn keep_encodable(&mut self, open: OpenQuestions) -> Result<OpenQuestions, ServerError> {
        let mut sent = Vec::new();
        for (pair, scoped) in open {
            // Without a savepoint, an error would abort the transaction.
            if scoped.question.expected.is_ascii() {
                sent.push((pair, scoped));
                continue;
            }
            self.client.execute(&[sql!["SAVEPOINT driftgate"]]).await?;
            let can = can_send(self.client, &scoped.question.expected).await?;
            self.client.execute(&[sql!["ROLLBACK TO SAVEPOINT driftgate"]]).await?;
            if can {
                sent.push((pair, scoped));
            } else {
                let encoding = &self.snapshot.server.encoding;
                let why = format!("the encoding of the database, {encoding}, lacks a character of this text");
                self.answer(scoped, Answer::Invalid(why));
            }
        }
        Ok(sent)
    }

    /// Defers the bodies, which no query can contain, and returns the other questions.
    fn keep_queries(&mut self, open: OpenQuestions) -> OpenQuestions {
        let (bodies, others): (OpenQuestions, OpenQuestions) = open.into_iter().partition(|(pair, _)| pair.is_body());
        for (pair, scoped) in bodies {
            if self.options.can_print {
                self.defer(&pair, scoped);
            } else {
                self.answer(scoped, Answer::Refused(NO_PRINT.to_owned()));
            }
        }
        others
    }

    /// Answers the questions whose expected type is not exactly one type, and returns the others.
    fn keep_single_types(&mut self, types: OpenQuestions) -> OpenQuestions {
        let (types, others): (OpenQuestions, OpenQuestions) = types
            .into_iter()
            .partition(|(pair, scoped)| !pair.is_type() || is_one_type(&scoped.question.expected));
        for (_, scoped) in others {
            self.answer(scoped, Answer::Invalid("this is not one type".into()));
        }
        types
    }

    /// Compares types that are equal without their modifiers. The description of a statement has the modifiers.
    async fn compare_modifiers(&mut self, types: OpenQuestions) -> Result<(), ServerError> {
        let mut by_path: BTreeMap<String, OpenQuestions> = BTreeMap::new();
        for (pair, scoped) in types {
            by_path.entry(pair.path().to_owned()).or_default().push((pair, scoped));
        }
        for (path, types) in by_path {
            let expected = self.describe_types(&types, Side::Expected, Some(&path)).await?;
            let actual = self.describe_types(&types, Side::Actual, None).await?;
            for (((pair, scoped), expected), actual) in types.into_iter().zip(expected).zip(actual) {
                let answer = match (&expected, &actual) {
                    (Ok(expected), Ok(actual)) if only_column(expected) == only_column(actual) => Answer::Equal,
                    (Ok(_), Ok(_)) => Answer::Different,
                    (Err(error), _) | (_, Err(error)) => from_error(&self.snapshot.server, &scoped, error),
                };
                self.answer_or_defer(&pair, scoped, answer);
            }
        }
        Ok(())
    }

    async fn describe_types(
        &mut self,
        types: &OpenQuestions,
        side: Side,
        path: Option<&str>,
    ) -> Result<Vec<Result<Described, ServerError>>, ServerError> {
        let before = Sql::join([sql!["SAVEPOINT driftgate"], set_path(path)], "; ");
        let statements: Vec<Statement> = types.iter().map(|(pair, _)| pair.analysis_query(side)).collect();
        if self.options.batching == Batching::AllAtOnce {
            match self.client.describe_all(&before, &statements).await {
                Ok(described) => return Ok(described.into_iter().map(Ok).collect()),
                Err(error) if error.code.is_empty() => return Err(error),
                // One of them cannot be parsed. Describe them one by one to find out which.
                Err(_) => self.client.execute(&[sql!["ROLLBACK TO SAVEPOINT driftgate"]]).await?,
            }
        }
        let mut described = Vec::new();
        for statement in statements {
            let description = Description {
                before: before.clone(),
                statement,
                after: sql!["ROLLBACK TO SAVEPOINT driftgate"],
            };
            described.extend(self.client.describe(std::slice::from_ref(&description)).await?);
        }
        Ok(described)
    }

    /// Answers questions with the planner.
    async fn ask_planner(&mut self, open: OpenQuestions) -> Result<Unresolved, ServerError> {
        let mut unresolved = Unresolved::default();
        if open.is_empty() {
            return Ok(unresolved);
        }
        let pairs: Vec<(&Pair, bool)> = open
            .iter()
            .map(|(pair, scoped)| (pair, mentions_collation(&scoped.question)))
            .collect();
        let outcomes = match self.options.batching {
            Batching::OneByOne => planner::one_by_one(self.client, &pairs).await?,
            Batching::AllAtOnce => match planner::all_at_once(self.client, &pairs).await {
                Ok(outcomes) if outcomes.len() == pairs.len() => outcomes,
                Ok(_) => return Err(ServerError::broken("it gave fewer answers than questions")),
                Err(error) if error.code.is_empty() => return Err(error),
                Err(error) => match error.meaning() {
                    Meaning::Undefined | Meaning::Permission | Meaning::Other => {
                        planner::one_by_one(self.client, &pairs).await?
                    }
                    Meaning::Write | Meaning::Timeout | Meaning::Concurrent | Meaning::Exhausted => return Err(error),
                },
            },
        };
        for ((pair, scoped), outcome) in open.into_iter().zip(outcomes) {
            // For a malformed type, the description of a statement gives a better message.
            let is_malformed = pair.is_type() && outcome.error().code == "42601";
            match from_planner(&self.snapshot.server, &scoped, &outcome) {
                _ if is_malformed => unresolved.same_types.push((pair, scoped)),
                Answer::Equal if pair.is_type() => unresolved.same_types.push((pair, scoped)),
                _ if outcome.is_undefined() && pair.is_on_system_path() => unresolved.unread.push((pair, scoped)),
                answer @ Answer::Denied(_) if pair.is_printed() => unresolved.denied.push((pair, scoped, answer)),
                answer => self.answer_or_defer(&pair, scoped, answer),
            }
        }
        Ok(unresolved)
    }
}

/// The type and the type modifier of the only column.
fn only_column(described: &Described) -> Option<(u32, i32)> {
    match described.columns.as_slice() {
        [column] => Some((column.type_oid, column.type_modifier)),
        _ => None,
    }
}

/// Whether a text in `CAST(NULL AS …)` can only be a type: its parentheses do not contain a call, and nothing else
/// follows the type.
#[must_use]
pub fn is_one_type(text: &str) -> bool {
    use crate::sql_text::{TokenKind, tokens};
    let mut tokens = tokens(text).into_iter().peekable();
    tokens.peek().is_some()
        && tokens.all(|token| {
            let piece = &text[token.range];
            match token.kind {
                TokenKind::Word | TokenKind::QuotedName => true,
                TokenKind::Group => {
                    let inner = &piece[1..];
                    piece.ends_with([')', ']']) && !inner[..inner.len().saturating_sub(1)].contains(['(', '[', ':'])
                }
                TokenKind::Symbol => piece == ".",
                TokenKind::QuotedText | TokenKind::Comma => false,
            }
        })
}

/// Why a body was not compared.
const NO_PRINT: &str = "no server is available to print the body that was expected: give --scratch";

/// Why a question was not decided in the database.
pub const UNTRUSTED: &str =
    "comparing the texts in the database could run functions that its owners wrote as the role that connects";
