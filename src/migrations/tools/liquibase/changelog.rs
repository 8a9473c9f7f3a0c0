//! Change logs in XML, YAML and JSON.

use super::formatted::is_for_postgresql;
use super::{Conditions, File};
use crate::source_map::SourceMap;
use crate::yaml::{self, Node, NodeValue, Places};

/// An item of a change log.
#[derive(Debug)]
pub(super) struct ChangelogEntry {
    pub(super) detail: EntryDetail,
    pub(super) conditions: Conditions,
}

/// What an item is.
#[derive(Debug)]
pub(super) enum EntryDetail {
    /// A change set.
    ChangeSet {
        author: String,
        id: String,
        /// The path by which the history knows it, if not that of the file.
        logical_path: Option<String>,
        repeatable: bool,
    },
    /// Another file.
    Include { path: String, is_relative: bool },
    /// The files of a folder and of the folders in it, in the order of their paths, down to a number of levels.
    IncludeAll {
        path: String,
        is_relative: bool,
        deepest: usize,
    },
}

impl ChangelogEntry {
    /// The path that it includes, and whether that is relative to the change log.
    pub(super) fn target(&self) -> Option<(&str, bool)> {
        match &self.detail {
            EntryDetail::ChangeSet { .. } => None,
            EntryDetail::Include { path, is_relative } | EntryDetail::IncludeAll { path, is_relative, .. } => {
                Some((path, *is_relative))
            }
        }
    }

    /// The item with a name and attributes, if it matters: a change set for another database does not.
    fn new(name: &str, get: &dyn Fn(&str) -> Option<String>, logical_path: Option<&str>) -> Option<Self> {
        let is = |key: &str| get(key).is_some_and(|value| value.eq_ignore_ascii_case("true"));
        let detail = match name {
            "changeSet" => {
                if is("ignore") || get("dbms").is_some_and(|dbms| !is_for_postgresql(&dbms)) {
                    return None;
                }
                EntryDetail::ChangeSet {
                    author: get("author")?,
                    id: get("id")?,
                    logical_path: get("logicalFilePath").or_else(|| logical_path.map(str::to_owned)),
                    repeatable: is("runOnChange") || is("runAlways"),
                }
            }
            "include" => EntryDetail::Include {
                path: get("file")?,
                is_relative: is("relativeToChangelogFile"),
            },
            "includeAll" => EntryDetail::IncludeAll {
                path: get("path")?,
                is_relative: is("relativeToChangelogFile"),
                deepest: get("maxDepth")
                    .and_then(|depth| depth.parse().ok())
                    .unwrap_or(usize::MAX),
            },
            _ => return None,
        };
        let contexts = get("contextFilter").or_else(|| get("context"));
        Some(Self {
            detail,
            conditions: Conditions {
                contexts: contexts.into_iter().collect(),
                labels: get("labels").into_iter().collect(),
            },
        })
    }
}

/// The items of a change log in XML, YAML or JSON, in order.
///
/// # Errors
/// Why it cannot be read.
pub(super) fn entries(file: &File) -> Result<Vec<ChangelogEntry>, String> {
    let text = file.text();
    if file.ends(".xml") {
        Ok(of_xml(&without_comments(&text)))
    } else {
        of_yaml(&text)
    }
}

/// XML without comments and quoted text.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("<!") {
        let (before, from) = rest.split_at(start);
        out.push_str(before);
        let end = match from {
            from if from.starts_with("<!--") => from.find("-->").map(|at| at + 3),
            from if from.starts_with("<![CDATA[") => from.find("]]>").map(|at| at + 3),
            _ => Some(2),
        };
        rest = end.map_or("", |end| &from[end..]);
    }
    out + rest
}

fn of_xml(text: &str) -> Vec<ChangelogEntry> {
    let mut out = Vec::new();
    let mut logical_path = None;
    for tag in text.split('<').skip(1) {
        let (name, attributes) = tag.split_at(
            tag.find(|c: char| c.is_whitespace() || c == '>' || c == '/')
                .unwrap_or(tag.len()),
        );
        let get = |key: &str| attribute(attributes, key);
        let name = name.rsplit(':').next().unwrap_or_default();
        if name == "databaseChangeLog" {
            logical_path = get("logicalFilePath");
        }
        out.extend(ChangelogEntry::new(name, &get, logical_path.as_deref()));
    }
    out
}

/// The value of an attribute of a tag.
fn attribute(text: &str, name: &str) -> Option<String> {
    let mut rest = text;
    loop {
        let (key, after) = rest.split_once('=')?;
        if key.contains('>') {
            return None;
        }
        let value = after.trim_start();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let (value, after) = value[1..].split_once(quote)?;
        if key.trim() == name {
            let value = value
                .replace("&quot;", "\"")
                .replace("&apos;", "'")
                .replace("&lt;", "<");
            return Some(value.replace("&gt;", ">").replace("&amp;", "&"));
        }
        rest = after;
    }
}

/// JSON is YAML, too.
fn of_yaml(text: &str) -> Result<Vec<ChangelogEntry>, String> {
    let file = SourceMap::default().add("change log".into(), text.to_owned());
    let document = yaml::parse(text, file, Places::OfUse).map_err(|problem| problem.message)?;
    let mut out = Vec::new();
    let mut logical_path = None;
    for (name, value) in items(get(&document.root, "databaseChangeLog")) {
        if name == "logicalFilePath" {
            logical_path = text_of(value);
        }
        let get = |key: &str| get(value, key).and_then(text_of);
        out.extend(ChangelogEntry::new(name, &get, logical_path.as_deref()));
    }
    Ok(out)
}

/// The keys and values of the items of a list.
fn items(list: Option<&Node>) -> Vec<(&str, &Node)> {
    let mut out = Vec::new();
    let nodes = match list.map(|node| &node.value) {
        Some(NodeValue::List(nodes)) => nodes.as_slice(),
        Some(NodeValue::Map(_) | NodeValue::Scalar(_)) | None => &[],
    };
    for node in nodes {
        if let NodeValue::Map(map) = &node.value {
            out.extend(map.iter().map(|entry| (entry.key.as_str(), &entry.value)));
        }
    }
    out
}

fn get<'a>(node: &'a Node, key: &str) -> Option<&'a Node> {
    match &node.value {
        NodeValue::Map(map) => map.iter().find(|entry| entry.key == key).map(|entry| &entry.value),
        NodeValue::List(_) | NodeValue::Scalar(_) => None,
    }
}

fn text_of(node: &Node) -> Option<String> {
    node.scalar().map(|scalar| scalar.text.clone())
}
