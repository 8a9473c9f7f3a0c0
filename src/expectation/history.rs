//! Reading what is expected of histories of migrations.

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

/// The name that stands for the tool whose table is there.
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

/// What stands under `migrations`, before it is known whether it fits together.
#[derive(Default)]
struct Written {
    tool: Option<&'static Tool>,
    told_tool: bool,
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
    let mut written = Written::default();
    let before = parser.problems.len();
    for entry in parser.mapping("migrations", node) {
        read(parser, entry, &mut written, &mut terms);
    }
    if parser.problems.len() > before {
        return;
    }
    if !written.told_tool {
        let problem = Problem::at(place, "`migrations` needs `tool`").hint(suggest::hint("", &tools()));
        parser.problems.push(problem);
        return;
    }
    if let (Some(tool), Some((version, place)), None) = (written.tool, &written.at_least, &written.directory) {
        if !tool.is_ordered() {
            parser.problems.push(
                Problem::at(
                    *place,
                    format!("only the folder knows the order of the migrations of {}", tool.title),
                )
                .hint("`at_least` needs `directory` here"),
            );
        } else if tool.sort_written(version).is_none() {
            parser.problems.push(
                Problem::at(*place, format!("`{version}` has no version of {} in it", tool.title))
                    .hint(format!("{} reads {}", tool.title, tool.layout)),
            );
        }
    }
    let candidates = candidates(&parser.out.schema, &written);
    parser.out.histories.push(ExpectedHistory {
        tool: written.tool,
        candidates,
        place,
        applied: written.applied,
        latest: written.latest,
        at_least: written.at_least,
        failed: !written.allow_failed,
        out_of_order: !written.allow_out_of_order,
        directory: written.directory,
        files: None,
        terms,
    });
}

fn read(parser: &mut Parser, entry: &Entry, written: &mut Written, terms: &mut Terms) {
    let place = entry.value.place;
    let Some(key) = HistoryKey::named(&entry.key) else {
        parser.unknown_key(entry, HistoryKey::NAMES);
        return;
    };
    match key {
        HistoryKey::Tool => {
            written.told_tool = true;
            if let Some(name) = parser.text(entry) {
                written.tool = Tool::named(&name);
                if written.tool.is_none() && name != AUTO {
                    parser.problems.push(
                        Problem::at(place, format!("unknown migration tool `{name}`"))
                            .hint(suggest::hint(&name, &tools())),
                    );
                }
            }
        }
        HistoryKey::Applied => written.applied = names(parser, entry),
        HistoryKey::Latest => written.latest = parser.text(entry).map(|name| (name, place)),
        HistoryKey::AtLeast => written.at_least = parser.text(entry).map(|name| (name, place)),
        HistoryKey::Directory => written.directory = parser.text(entry).map(|path| (path, place)),
        HistoryKey::Failed => written.allow_failed = allowed(parser, entry),
        HistoryKey::OutOfOrder => written.allow_out_of_order = allowed(parser, entry),
        HistoryKey::Schema => written.schema = parser.text(entry),
        HistoryKey::Table => {
            if let Some(name) = parser.text(entry) {
                match split_name(&name).filter(|parts| parts.len() <= 2) {
                    Some(parts) => written.table = Some(parts),
                    None => parser.problems.push(
                        Problem::at(place, format!("`{name}` is not the name of a table"))
                            .hint("a dot or quote inside a name is written as in SQL: '\"odd.name\"'"),
                    ),
                }
            }
        }
        HistoryKey::Level => parser.term(TermKey::Level, entry, terms),
        HistoryKey::Reason => parser.term(TermKey::Reason, entry, terms),
    }
}

/// The tables that may be the history.
fn candidates(file_schema: &str, written: &Written) -> Vec<(&'static Tool, ObjectId)> {
    let named = written.tool.map(|tool| vec![tool]);
    let tools = named.unwrap_or_else(|| TOOLS.to_vec());
    let schema = written.schema.as_deref().unwrap_or(file_schema);
    let mut out = Vec::new();
    for tool in tools {
        match (&written.table, &written.schema) {
            (Some(parts), _) => {
                let mut parts = parts.clone();
                if parts.len() == 1 {
                    let own = tool.schema.filter(|_| written.schema.is_none());
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

/// The names that `tool` takes.
#[must_use]
pub fn tools() -> Vec<&'static str> {
    TOOLS.iter().map(|tool| tool.name).chain([AUTO]).collect()
}

/// Whether a key that takes `forbid` or `allow` says `allow`.
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
                format!("a migration is named by a text, but this is {}", item.describe()),
            )),
        }
    }
    names
}
