//! Writes a repair as an SQL script.

use std::fmt::Write as _;

use super::around::{StepAround, add_around};
use super::facts::{Fact, Facts, search_path};
use super::proof::{Proof, StepProof};
use super::{Repair, RepairStep, State, StepGuard};
use crate::fix::{FixStep, InList, Loss, RunMode};
use crate::migrations::written::MigrationDraft;
use crate::object_id::ObjectId;
use crate::plural::thousands;
use crate::sql_text::script::statements;
use crate::sql_text::{dollar_quote, quote_literal};
use crate::terminal::visible;

/// How a script is written.
#[derive(Debug, Clone)]
pub struct ScriptOptions {
    /// The time that statements wait for a lock, as `lock_timeout` has it.
    pub lock_timeout: String,
    /// Whether statements that lose data are written as statements, and not as comments.
    pub with_losses: bool,
    /// What psql reads first, and what the script is about, line by line.
    pub header: Vec<String>,
}

/// What a script does, in numbers of findings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ScriptSummary {
    /// Findings that the script makes go.
    pub repaired: usize,
    /// Findings whose statements are comments, because they lose data.
    pub commented: usize,
    /// Findings that no statement is for.
    pub left: usize,
    /// Findings of steps that are proved, if steps were to be.
    pub proved: Option<usize>,
}

impl ScriptSummary {
    /// Whether the script makes all findings go, and as far as it was to be proved, is proved to.
    #[must_use]
    pub fn is_complete(self) -> bool {
        self.commented + self.left == 0 && self.proved.is_none_or(|proved| proved == self.repaired)
    }
}

/// Statements that run in one transaction, or each on its own, as the script has them.
#[derive(Debug)]
pub struct ScriptBlock {
    /// The numbers of the steps that they are of.
    pub steps: Vec<usize>,
    /// The text.
    pub text: String,
}

/// Statements that run in one transaction, or outside of one.
#[derive(Default)]
pub(super) struct Block<'a> {
    pub(super) steps: Vec<usize>,
    pub(super) run: RunMode,
    pub(super) path: Option<&'a str>,
    pub(super) group: Option<&'a ObjectId>,
    pub(super) is_comment: bool,
    /// What is dropped and created again around the statements.
    pub(super) around: Option<StepAround<'a>>,
    /// The findings, and the checks.
    pub(super) intro: String,
    /// The statements.
    pub(super) body: String,
}

/// The script, and what it does.
#[must_use]
pub fn script(
    repair: &Repair,
    facts: &Facts,
    proof: Option<&Proof>,
    options: &ScriptOptions,
) -> (String, ScriptSummary) {
    let (blocks, counts) = blocks(repair, facts, proof, options);
    let mut out = String::new();
    for line in &options.header {
        let _ = writeln!(out, "{line}");
    }
    for block in &blocks {
        let _ = write!(out, "\n{}", block.text(options));
    }
    if let Some(proof) = proof.filter(|proof| !proof.also.is_empty()) {
        out.push_str("\n-- On the copy, the script also changed:\n");
        for also in &proof.also {
            let _ = writeln!(out, "-- * {}", one_line(also));
        }
    }
    if !repair.left.is_empty() {
        out.push_str(&left_lines(repair));
    }
    (out, counts)
}

/// The script as migrations, in order, and what it does. What cannot run in a transaction is a migration of its own, of one
/// statement: tools send several as one message, which is a transaction. What is checked before it is in the one before.
#[must_use]
pub fn migrations(
    repair: &Repair,
    facts: &Facts,
    proof: Option<&Proof>,
    options: &ScriptOptions,
) -> (Vec<MigrationDraft>, ScriptSummary) {
    let (blocks, counts) = blocks(repair, facts, proof, options);
    let mut drafts: Vec<MigrationDraft> = Vec::new();
    // Whether more statements can follow in the last one.
    let mut is_open = false;
    for block in &blocks {
        let separate = block.run != RunMode::Together;
        let in_transaction = block.run != RunMode::Outside;
        let mut text = block.intro.clone();
        if in_transaction {
            text.push_str(&block.body);
        }
        if !text.is_empty() {
            if !is_open || (separate && in_transaction) {
                let timeout = quote_literal(&options.lock_timeout);
                drafts.push(MigrationDraft {
                    sql: format!("SET LOCAL lock_timeout = {timeout};\n"),
                    in_transaction: true,
                });
            }
            if let Some(last) = drafts.last_mut() {
                let text = in_path(&text, block.path, block.around.is_some());
                last.sql
                    .push_str(&if block.is_comment { commented(&text) } else { text });
            }
            is_open = !separate;
        }
        if !in_transaction && !block.is_comment {
            let alone = statements(&block.body).into_iter().map(|range| MigrationDraft {
                sql: format!("{};\n", block.body[range].trim()),
                in_transaction: false,
            });
            drafts.extend(alone);
            is_open = false;
        }
    }
    if let (Some(last), false) = (drafts.last_mut(), repair.left.is_empty()) {
        last.sql.push_str(&left_lines(repair));
    }
    (drafts, counts)
}

/// Statements that find the names of a schema, and leave the path as it was: the tool goes on in the same transaction.
fn in_path(text: &str, schema: Option<&str>, changes_path: bool) -> String {
    if !changes_path && schema.is_none_or(|schema| schema == "public") {
        return text.to_owned();
    }
    let path = search_path(schema);
    format!(
        "SELECT pg_catalog.set_config('driftgate.search_path', pg_catalog.current_setting('search_path'), true);\nSET LOCAL \
         search_path = {};\n{text}SELECT pg_catalog.set_config('search_path', \
         pg_catalog.current_setting('driftgate.search_path'), true);\n",
        path.as_str()
    )
}

/// What is not repaired, as comments.
fn left_lines(repair: &Repair) -> String {
    let mut out = "\n-- Not repaired:\n".to_owned();
    for left in &repair.left {
        let _ = writeln!(out, "-- * {}\n--   {}", one_line(&left.finding), one_line(&left.advice));
    }
    out
}

/// What the script runs, without what is a comment in it.
#[must_use]
pub fn script_blocks(repair: &Repair, facts: &Facts, options: &ScriptOptions) -> Vec<ScriptBlock> {
    let (blocks, _) = blocks(repair, facts, None, options);
    let running = blocks.iter().filter(|block| !block.is_comment);
    running
        .map(|block| ScriptBlock {
            steps: block.steps.clone(),
            text: block.text(options),
        })
        .collect()
}

fn blocks<'a>(
    repair: &'a Repair,
    facts: &Facts,
    proof: Option<&Proof>,
    options: &ScriptOptions,
) -> (Vec<Block<'a>>, ScriptSummary) {
    let mut counts = ScriptSummary {
        left: repair.left.len(),
        proved: proof.map(|_| 0),
        ..ScriptSummary::default()
    };
    let mut blocks: Vec<Block<'_>> = Vec::new();
    for (number, step) in repair.steps.iter().enumerate() {
        let loss = loss(number, step, facts);
        let is_comment = loss.is_some() && !options.with_losses;
        let mark = proof.filter(|_| !is_comment).and_then(|proof| proof.steps.get(&number));
        let findings = step.findings.len();
        if is_comment {
            counts.commented += findings;
        } else {
            counts.repaired += findings;
        }
        if let (Some(proved), Some(StepProof::Proved)) = (&mut counts.proved, mark) {
            *proved += findings;
        }
        let mut intro = intro(number, step, loss.as_deref(), mark, facts);
        if add_around(&mut blocks, repair, number, is_comment, &intro) {
            continue;
        }
        for part in &step.fix.steps {
            add(
                &mut blocks,
                (number, step),
                part,
                is_comment,
                std::mem::take(&mut intro),
            );
        }
    }
    for block in &mut blocks {
        if let Some(around) = block.around.take() {
            around.write(block, repair);
            block.around = Some(around);
        }
    }
    (blocks, counts)
}

/// Adds statements to the last block, if they can run in its transaction, or to a new one.
fn add<'a>(
    blocks: &mut Vec<Block<'a>>,
    (number, step): (usize, &'a RepairStep),
    part: &FixStep,
    is_comment: bool,
    intro: String,
) {
    let (run, body) = (part.run, lines(part));
    let (path, group) = (step.fix.path.as_deref(), step.group.as_ref());
    if let Some(last) = blocks.last_mut().filter(|last| {
        run == RunMode::Together
            && last.around.is_none()
            && last.run == RunMode::Together
            && last.path == path
            && last.is_comment == is_comment
            && last.group == group
    }) {
        // What one step changes may be what another one checks.
        last.steps.push(number);
        last.intro.push_str(&intro);
        last.body.push_str(&body);
        return;
    }
    blocks.push(Block {
        steps: vec![number],
        run,
        path,
        group,
        is_comment,
        around: None,
        intro,
        body,
    });
}

impl Block<'_> {
    fn text(&self, options: &ScriptOptions) -> String {
        let (timeout, path) = (quote_literal(&options.lock_timeout), search_path(self.path));
        let path = path.as_str();
        let (intro, body) = (&self.intro, &self.body);
        let text = match self.run {
            RunMode::Together | RunMode::Alone => {
                format!(
                    "BEGIN;\nSET LOCAL lock_timeout = {timeout};\nSET LOCAL search_path = {path};\n{intro}{body}COMMIT;\n"
                )
            }
            RunMode::Outside => format!(
                "SET lock_timeout = {timeout};\nSET search_path = {path};\n{intro}{body}RESET search_path;\nRESET lock_timeout;\n"
            ),
        };
        if self.is_comment { commented(&text) } else { text }
    }
}

/// What is known about a step, and its check.
fn intro(number: usize, step: &RepairStep, loss: Option<&str>, mark: Option<&StepProof>, facts: &Facts) -> String {
    let mut out = String::new();
    for finding in &step.findings {
        let _ = writeln!(out, "-- {}", one_line(finding));
    }
    if matches!(step.fix.list, Some(InList::Holds(_))) {
        out.push_str("-- It is created without rows: those that it had must come from a backup.\n");
    }
    if let Some(loss) = loss {
        let _ = writeln!(out, "-- LOSES {}", one_line(loss));
    }
    if let Some(mark) = mark {
        let _ = writeln!(out, "-- {}", one_line(&mark.to_string()));
    }
    if let Some(guard) = &step.guard {
        out.push_str(&check(guard, &step.subject, facts.get(&Fact::Value(number))));
    }
    out
}

/// The block that raises an error unless the database is as it was found. `found` is the value that was found.
fn check(guard: &StepGuard, subject: &str, found: Option<&Option<String>>) -> String {
    let rows = guard.rows.as_str();
    let (not, condition, words) = match (&guard.state, found) {
        (State::Absent, _) => ("", String::new(), "exists by now"),
        (State::Value(expression), Some(found)) => {
            let is = match found {
                Some(found) => format!(" AND ({expression})::pg_catalog.text = {}", quote_literal(found)),
                None => format!(" AND ({expression}) IS NULL"),
            };
            ("NOT ", is, "is not as it was found any more")
        }
        (State::Present | State::Value(_), _) => ("NOT ", String::new(), "does not exist any more"),
    };
    let message = quote_literal(&format!("{subject} {words}"));
    let body = format!(
        "BEGIN\n  IF {not}EXISTS (SELECT FROM {rows}{condition}) THEN\n    RAISE EXCEPTION USING MESSAGE = {message}, HINT = \
         'Run driftgate repair again.';\n  END IF;\nEND"
    );
    format!("DO {};\n", dollar_quote("check", &format!("\n{body}\n")))
}

/// What a step loses, in words. `None` if it loses nothing.
fn loss(number: usize, step: &RepairStep, facts: &Facts) -> Option<String> {
    let rows = |relation: &ObjectId| match facts.get(&Fact::Rows(relation.clone())) {
        Some(Some(rows)) if rows != "0" => {
            format!("about {} rows", rows.parse().map_or_else(|_| rows.clone(), thousands))
        }
        Some(Some(_)) => "no rows, as PostgreSQL estimates it".to_owned(),
        Some(None) | None => "an unknown number of rows".to_owned(),
    };
    Some(match step.fix.loss.as_ref()? {
        Loss::Rows(relation) => format!("the rows of {relation}: {}", rows(relation)),
        Loss::Values(column) => format!("the values of the column {column}: {}", rows(&column.relation())),
        Loss::Conversion { column, from, to } => {
            if facts.get(&Fact::KeepsValues(number)) == Some(&Some("true".to_owned())) {
                return None;
            }
            let rows = rows(&column.relation());
            format!("what {to} cannot hold of the values of {column}, which are {from}: {rows}")
        }
        Loss::Other(words) => (*words).to_owned(),
    })
}

/// The statements of a part, one per line.
pub(super) fn lines(part: &FixStep) -> String {
    let mut out = String::new();
    for range in statements(&part.sql) {
        let _ = writeln!(out, "{};", part.sql[range].trim());
    }
    out
}

/// A text that may have several lines, as one.
fn one_line(text: &str) -> String {
    visible(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text as a comment. What is a comment already stays one.
fn commented(text: &str) -> String {
    let line = |line: &str| {
        if line.starts_with("--") {
            format!("{line}\n")
        } else {
            format!("-- {line}\n")
        }
    };
    text.lines().map(line).collect()
}
