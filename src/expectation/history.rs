//! Parses the expectations about migration histories.

use super::keys::{HistoryKey, TermKey};
use super::parse::Parser;
use super::shape::empty_list;
use super::{ExpectedHistory, Terms};
use crate::error::Problem;
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
struct HistoryDraft {
    tool: Option<&'static Tool>,
    has_tool: bool,
    schema: Option<String>,
    table: Option<Vec<String>>,
    applied: Vec<(String, Place)>,
    latest: Option<(String, Place)>,
    at_least: Option<(String, Place)>,
    directory: Option<(String, Place)>,
    allow_failed: bool,
    allow_out_of_order: bool,
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
    if let (Some(tool), Some((version, place)), None) = (draft.tool, &draft.at_least, &draft.directory) {
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
        directory: draft.directory,
        files: None,
        terms,
    });
}

fn read(parser: &mut Parser, entry: &Entry, draft: &mut HistoryDraft, terms: &mut Terms) {
    let place = entry.value.place;
    let Some(key) = HistoryKey::named(&entry.key) else {
        parser.unknown_key(entry, HistoryKey::NAMES);
        return;
    };
    match key {
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
        HistoryKey::Applied => draft.applied = names(parser, entry),
        HistoryKey::Latest => draft.latest = parser.text(entry).map(|name| (name, place)),
        HistoryKey::AtLeast => draft.at_least = parser.text(entry).map(|name| (name, place)),
        HistoryKey::Directory => draft.directory = parser.text(entry).map(|path| (path, place)),
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

fn names(parser: &mut Parser, entry: &Entry) -> Vec<(String, Place)> {
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
    let mut names = Vec::new();
    for item in items {
        match item.scalar() {
            Some(Scalar {
                text,
                scalar_type: ScalarType::Text | ScalarType::Number | ScalarType::Bool(_),
            }) if !text.is_empty() => {
                names.push((text.clone(), item.place));
            }
            Some(_) | None => parser.problems.push(Problem::at(
                item.place,
                format!("a migration takes a name, but this is {}", item.describe()),
            )),
        }
    }
    names
}
