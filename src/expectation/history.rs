//! Parses the expectations about migration histories.

use super::keys::{HistoryKey, TermKey};
use super::parse::Parser;
use super::shape::empty_list;
use super::{AcceptedProblem, ExpectedHistory, Terms};
use crate::error::Problem;
use crate::migrations::selection::Selection;
use crate::migrations::{TOOLS, Tool};
use crate::object_id::{ObjectId, split_name};
use crate::source_map::Place;
use crate::suggest;
use crate::yaml::{Entry, Node, NodeValue, Scalar, ScalarType};

/// The name that selects the tool whose table exists.
pub const AUTO: &str = "auto";

/// Reads `migrations`: one history, or a list of them.
pub(super) fn parse_histories(parser: &mut Parser, entry: &Entry, terms: &Terms) {
    match &entry.value.value {
        NodeValue::List(items) => {
            if items.is_empty() {
                parser.problems.push(empty_list(entry.value.place, &entry.key));
            }
            for item in items {
                history(parser, item, item.place, terms);
            }
        }
        NodeValue::Map(_) | NodeValue::Scalar(_) => history(parser, &entry.value, entry.place, terms),
    }
}

/// An entry of `migrations` before its keys are checked together.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is whether a key is written")]
struct HistoryDraft {
    tool: Option<&'static Tool>,
    has_tool: bool,
    schema: Option<String>,
    table: Option<Vec<String>>,
    applied: Vec<(String, Place)>,
    latest: Option<(String, Place)>,
    at_least: Option<(String, Place)>,
    directories: Vec<(String, Place)>,
    allow_failed: bool,
    allow_out_of_order: bool,
    allow_pending: bool,
    allow_ahead: bool,
    allow_unknown: bool,
    /// Keys that need the folder.
    about_folder: Vec<(HistoryKey, Place)>,
    contexts: Vec<(String, Place)>,
    labels: Option<(String, Place)>,
    ignore: Vec<(glob::Pattern, Place)>,
    accept: Vec<AcceptedProblem>,
}

fn history(parser: &mut Parser, node: &Node, place: Place, terms: &Terms) {
    let mut terms = terms.clone();
    let mut draft = HistoryDraft::default();
    let before = parser.problems.len();
    for entry in parser.mapping("migrations", node) {
        read(parser, entry, &mut draft, &mut terms);
    }
    if parser.problems.len() > before {
        return;
    }
    if !draft.has_tool {
        let problem = Problem::at(place, "`migrations` needs `tool`").hint(suggest::hint("", &tools()));
        parser.problems.push(problem);
        return;
    }
    parser.problems.extend(contradictions(&draft));
    if let (Some(tool), Some((version, place)), []) = (draft.tool, &draft.at_least, draft.directories.as_slice()) {
        if !tool.is_ordered() {
            parser.problems.push(
                Problem::at(
                    *place,
                    format!("the order of {} migrations is known only from their folder", tool.title),
                )
                .hint("add `directory`, so that `at_least` can be compared"),
            );
        } else if tool.sort_written(version).is_none() {
            parser.problems.push(
                Problem::at(*place, format!("`{version}` has no version of {} in it", tool.title))
                    .hint(format!("{} reads {}", tool.title, tool.layout)),
            );
        }
    }
    let candidates = candidates(&parser.out.schema, &draft);
    parser.out.histories.push(ExpectedHistory {
        tool: draft.tool,
        candidates,
        place,
        applied: draft.applied,
        latest: draft.latest,
        at_least: draft.at_least,
        failed: !draft.allow_failed,
        out_of_order: !draft.allow_out_of_order,
        pending: !draft.allow_pending,
        ahead: !draft.allow_ahead,
        unknown: !draft.allow_unknown,
        directories: draft.directories,
        files: None,
        selection: Selection {
            contexts: draft.contexts.into_iter().map(|(context, _)| context).collect(),
            labels: draft.labels.map(|(labels, _)| labels),
        },
        ignore: draft.ignore,
        accept: draft.accept,
        terms,
    });
}

/// Keys that have no effect because of the others.
fn contradictions(draft: &HistoryDraft) -> Vec<Problem> {
    let mut out = Vec::new();
    if draft.directories.is_empty() {
        for (key, place) in &draft.about_folder {
            let problem = Problem::at(*place, format!("`{}` has no effect without `directory`", key.name()));
            out.push(problem.hint("add the `directory` of the migrations, or remove this key"));
        }
    }
    let selected = draft.contexts.iter().chain(&draft.labels).next();
    if let (Some((_, place)), Some(tool)) = (selected, draft.tool)
        && !tool.has_contexts
    {
        let with = TOOLS.iter().filter(|tool| tool.has_contexts).map(|tool| tool.title);
        let problem = Problem::at(
            *place,
            format!("migrations of {} have no contexts and no labels", tool.title),
        );
        out.push(problem.hint(format!("only {} has them", with.collect::<Vec<_>>().join(", "))));
    }
    out
}

fn read(parser: &mut Parser, entry: &Entry, draft: &mut HistoryDraft, terms: &mut Terms) {
    let place = entry.value.place;
    let Some(key) = HistoryKey::named(&entry.key) else {
        parser.unknown_key(entry, HistoryKey::NAMES);
        return;
    };
    match key {
        HistoryKey::Pending
        | HistoryKey::Ahead
        | HistoryKey::Unknown
        | HistoryKey::Contexts
        | HistoryKey::Labels
        | HistoryKey::Ignore
        | HistoryKey::Accept => {
            draft.about_folder.push((key, entry.place));
            about_folder(parser, key, entry, draft);
        }
        HistoryKey::Tool => {
            draft.has_tool = true;
            if let Some(name) = parser.text(entry) {
                draft.tool = Tool::named(&name);
                if draft.tool.is_none() && name != AUTO {
                    parser.problems.push(
                        Problem::at(place, format!("unknown migration tool `{name}`"))
                            .hint(suggest::hint(&name, &tools())),
                    );
                }
            }
        }
        HistoryKey::Applied => draft.applied = texts(parser, entry, "a migration"),
        HistoryKey::Latest => draft.latest = parser.text(entry).map(|name| (name, place)),
        HistoryKey::AtLeast => draft.at_least = parser.text(entry).map(|name| (name, place)),
        HistoryKey::Directory => draft.directories = one_or_more(parser, entry, "a folder"),
        HistoryKey::Failed => draft.allow_failed = allowed(parser, entry),
        HistoryKey::OutOfOrder => draft.allow_out_of_order = allowed(parser, entry),
        HistoryKey::Schema => draft.schema = parser.text(entry),
        HistoryKey::Table => {
            if let Some(name) = parser.text(entry) {
                match split_name(&name).filter(|parts| parts.len() <= 2) {
                    Some(parts) => draft.table = Some(parts),
                    None => parser.problems.push(
                        Problem::at(place, format!("`{name}` is not the name of a table"))
                            .hint("write a dot or quote inside a name as in SQL: '\"odd.name\"'"),
                    ),
                }
            }
        }
        HistoryKey::Level => parser.term(TermKey::Level, entry, terms),
        HistoryKey::Reason => parser.term(TermKey::Reason, entry, terms),
    }
}

/// Reads a key about the comparison with the folder.
fn about_folder(parser: &mut Parser, key: HistoryKey, entry: &Entry, draft: &mut HistoryDraft) {
    let place = entry.value.place;
    match key {
        HistoryKey::Pending => draft.allow_pending = allowed(parser, entry),
        HistoryKey::Ahead => draft.allow_ahead = allowed(parser, entry),
        HistoryKey::Unknown => draft.allow_unknown = allowed(parser, entry),
        HistoryKey::Contexts => draft.contexts = one_or_more(parser, entry, "a context"),
        HistoryKey::Labels => draft.labels = parser.text(entry).map(|labels| (labels, place)),
        HistoryKey::Accept => draft.accept = accepted(parser, entry),
        HistoryKey::Ignore => {
            for (text, place) in texts(parser, entry, "a pattern") {
                match glob::Pattern::new(&text) {
                    Ok(pattern) => draft.ignore.push((pattern, place)),
                    Err(error) => {
                        let message = format!("the pattern `{text}` cannot be read: {}", error.msg);
                        parser.problems.push(Problem::at(place, message));
                    }
                }
            }
        }
        HistoryKey::Tool
        | HistoryKey::Applied
        | HistoryKey::Latest
        | HistoryKey::AtLeast
        | HistoryKey::Directory
        | HistoryKey::Failed
        | HistoryKey::OutOfOrder
        | HistoryKey::Schema
        | HistoryKey::Table
        | HistoryKey::Level
        | HistoryKey::Reason => {}
    }
}

/// The problems that `accept` names, each with its reason.
fn accepted(parser: &mut Parser, entry: &Entry) -> Vec<AcceptedProblem> {
    let mut out = Vec::new();
    for item in parser.mapping(&entry.key, &entry.value) {
        if let Some(reason) = parser.text(item) {
            out.push(AcceptedProblem {
                name: item.key.clone(),
                reason,
                place: item.place,
            });
        }
    }
    out
}

/// A text, or a list of texts.
fn one_or_more(parser: &mut Parser, entry: &Entry, what: &str) -> Vec<(String, Place)> {
    match &entry.value.value {
        NodeValue::List(_) => texts(parser, entry, what),
        NodeValue::Scalar(_) | NodeValue::Map(_) => {
            let place = entry.value.place;
            parser.text(entry).map(|text| (text, place)).into_iter().collect()
        }
    }
}

/// The tables that may hold the history.
fn candidates(file_schema: &str, draft: &HistoryDraft) -> Vec<(&'static Tool, ObjectId)> {
    let named = draft.tool.map(|tool| vec![tool]);
    let tools = named.unwrap_or_else(|| TOOLS.to_vec());
    let schema = draft.schema.as_deref().unwrap_or(file_schema);
    let mut out = Vec::new();
    for tool in tools {
        match (&draft.table, &draft.schema) {
            (Some(parts), _) => {
                let mut parts = parts.clone();
                if parts.len() == 1 {
                    let own = tool.schema.filter(|_| draft.schema.is_none());
                    parts.insert(0, own.unwrap_or(schema).to_owned());
                }
                out.push((tool, ObjectId::new(parts)));
            }
            (None, Some(schema)) => {
                let all = std::iter::once(&tool.table).chain(tool.other_tables);
                let mut tables: Vec<ObjectId> = all.map(|name| ObjectId::new(vec![&**schema, *name])).collect();
                tables.dedup();
                out.extend(tables.into_iter().map(|table| (tool, table)));
            }
            (None, None) => out.extend(tool.tables(schema).into_iter().map(|table| (tool, table))),
        }
    }
    out
}

/// The values of `tool`.
#[must_use]
pub fn tools() -> Vec<&'static str> {
    TOOLS.iter().map(|tool| tool.name).chain([AUTO]).collect()
}

/// Whether a key that takes `forbid` or `allow` is `allow`.
fn allowed(parser: &mut Parser, entry: &Entry) -> bool {
    match parser.text(entry).as_deref() {
        None | Some("forbid") => false,
        Some("allow") => true,
        Some(other) => {
            let problem = Problem::at(entry.value.place, format!("`{}` cannot be `{other}`", entry.key))
                .hint(suggest::hint(other, &["forbid", "allow"]));
            parser.problems.push(problem);
            false
        }
    }
}

/// A list of texts.
fn texts(parser: &mut Parser, entry: &Entry, what: &str) -> Vec<(String, Place)> {
    let NodeValue::List(items) = &entry.value.value else {
        parser.problems.push(
            Problem::at(
                entry.value.place,
                format!("`{}` takes a list, but this is {}", entry.key, entry.value.describe()),
            )
            .hint("write it as [first, second]"),
        );
        return Vec::new();
    };
    if items.is_empty() {
        parser.problems.push(empty_list(entry.value.place, &entry.key));
    }
    let mut texts = Vec::new();
    for item in items {
        match item.scalar() {
            Some(Scalar {
                text,
                scalar_type: ScalarType::Text | ScalarType::Number | ScalarType::Bool(_),
            }) if !text.is_empty() => {
                texts.push((text.clone(), item.place));
            }
            Some(_) | None => parser.problems.push(Problem::at(
                item.place,
                format!("{what} takes a name, but this is {}", item.describe()),
            )),
        }
    }
    texts
}
