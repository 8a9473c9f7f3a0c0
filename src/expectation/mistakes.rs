//! Likely mistakes in how objects are written, each with the line as it should be.

use super::keys::{ChangesKey, FileKey, HistoryKey, ObjectKey};
use super::object::presence_word;
use super::parse::Parser;
use crate::attribute::Shape;
use crate::error::Problem;
use crate::kinds::{CustomForm, KeyForm, Kind, ListForm, Shorthand};
use crate::redact;
use crate::source_map::Place;
use crate::suggest;
use crate::yaml::{Entry, Mapping, Node, NodeValue, Scalar, shorten};

/// The problem that an item of a list of objects is a name where it must be a list of names.
pub(super) fn unbracketed(kind: Kind, section: &str, item: &Node) -> Option<Problem> {
    let scalar = item
        .scalar()
        .filter(|_| !item.is_null() && presence_word(item).is_none())?;
    let is_list = matches!(
        kind.spec().syntax.shorthand,
        Shorthand::List(_)
            | Shorthand::Custom {
                form: CustomForm::TextList,
                ..
            }
    );
    is_list.then(|| {
        Problem::at(
            item.place,
            format!(
                "each item of `{section}` is a list or a mapping, but this is {}",
                item.describe()
            ),
        )
        .hint(format!(
            "write `{section}: [[{}]]`",
            shorten(&redact::typed(&scalar.text))
        ))
    })
}

/// The problem that a section has the attributes of one object, without a name or a `-`.
fn unnamed(kind: Kind, section: &str, entries: &Mapping) -> Option<Problem> {
    let spec = kind.spec();
    let is_attribute = |entry: &&Entry| spec.attrs.iter().any(|attr| attr.identifies && attr.name == entry.key);
    let entry = entries
        .iter()
        .find(is_attribute)
        .filter(|_| spec.syntax.list == ListForm::ByMeaning)?;
    // A mapping or a word is what is expected of an object of that name.
    let is_value = match &entry.value.value {
        NodeValue::List(_) => true,
        NodeValue::Scalar(_) => presence_word(&entry.value).is_none() && entries.iter().count() > 1,
        NodeValue::Map(_) => false,
    };
    is_value.then(|| {
        let written = entries
            .iter()
            .map(|entry| format!("{}: {}", entry.key, entry.value.flow()));
        let written: Vec<String> = written.collect();
        Problem::at(
            entry.place,
            format!("`{}` is the name of {} here, not its attribute", entry.key, kind.one()),
        )
        .hint(format!(
            "write a list: `{section}: [{{{}}}]`",
            shorten(&written.join(", "))
        ))
    })
}

/// What to write instead of a section that is a scalar or a list.
pub(super) fn section_hint(kind: Kind, node: &Node) -> String {
    let spec = kind.spec();
    let is_list = matches!(
        spec.syntax.shorthand,
        Shorthand::List(_)
            | Shorthand::Custom {
                form: CustomForm::TextList,
                ..
            }
    );
    match node.scalar() {
        Some(scalar) if is_list && spec.syntax.list == ListForm::ByMeaning && !node.is_null() => {
            format!(
                "write `{}: [[{}]]`",
                spec.section,
                shorten(&redact::typed(&scalar.text))
            )
        }
        Some(_)
            if spec.syntax.list == ListForm::ByMeaning
                && matches!(spec.syntax.shorthand, Shorthand::Scalar(_))
                && !node.is_null() =>
        {
            format!("write `{}: [{}]`", spec.section, shorten(&node.flow()))
        }
        Some(_) | None => match names(node) {
            Some(names) => format!(
                "write `{}: {{{}}}`, or each with what it must be",
                spec.section,
                shorten(&names.join(", "))
            ),
            None => format!(
                "write each {} as `name: present`, or with what it must be",
                kind.words()
            ),
        },
    }
}

/// The names in a list, or a name alone, each as an entry of a mapping; none if it has anything else.
fn names(node: &Node) -> Option<Vec<String>> {
    let items = match &node.value {
        NodeValue::List(items) => items.iter().collect(),
        NodeValue::Scalar(_) => vec![node],
        NodeValue::Map(_) => return None,
    };
    let name = |item: &Node| {
        let text = item.scalar().filter(|_| !item.is_null())?.text.as_str();
        let is_name = !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || ",:{}[]'\"()".contains(c));
        is_name.then(|| format!("{}: present", redact::typed(text)))
    };
    let names: Option<Vec<String>> = items.into_iter().map(name).collect();
    names.filter(|names| !names.is_empty() && names.len() <= MOST_NAMES)
}

/// The most names that a hint repeats.
const MOST_NAMES: usize = 8;

/// What to write instead of a text or a list, where an object is a mapping: the mapping with its first attribute, or with those
/// that identify it.
fn object_hint(kind: Kind, node: &Node) -> Option<String> {
    let spec = kind.spec();
    let written = || shorten(&node.flow()).into_owned();
    match &node.value {
        NodeValue::Scalar(scalar) if !node.is_null() && scalar.text.contains(' ') => {
            let (sql, _) = spec.matching.settled_by?;
            let text = scalar.text.replace('\'', "''");
            let text = shorten(&redact::typed(&text)).into_owned();
            Some(format!("write `{{{sql}: '{text}'}}`"))
        }
        NodeValue::List(_) if spec.syntax.list == ListForm::ByMeaning => {
            let identifying = spec.attrs.iter().filter(|attr| attr.identifies);
            let keys: Vec<String> = identifying
                .map(|attr| match attr.shape {
                    Shape::List(_) => format!("{}: {}", attr.name, written()),
                    Shape::Reference => format!("{}: table(column)", attr.name),
                    _ => format!("{}: …", attr.name),
                })
                .collect();
            Some(format!("write `{{{}}}`", keys.join(", ")))
        }
        NodeValue::Scalar(_) | NodeValue::List(_) | NodeValue::Map(_) => None,
    }
}

/// The problem that an object has none of the forms that it can have. `expects` are those besides a mapping.
pub(super) fn wrong_form(kind: Kind, node: &Node, expects: &str) -> Problem {
    let or = if expects.is_empty() {
        String::new()
    } else {
        format!("{expects}, ")
    };
    let word = node.scalar().map_or("", |s| s.text.as_str());
    let (one, is) = (kind.one(), node.describe());
    let message = format!("{one} takes {or}a mapping, `present` or `absent`, but this is {is}");
    let near = suggest::nearest(word, ["present", "absent"]).map(|near| format!("did you mean `{near}`?"));
    let problem = Problem::at(node.place, message);
    match near.or_else(|| object_hint(kind, node)) {
        Some(hint) => problem.hint(hint),
        None => problem,
    }
}

/// The entries of an object that is a mapping.
///
/// # Errors
/// The mapping is a list in the wrong brackets.
pub(super) fn entries_of(kind: Kind, map: Mapping, place: Place) -> Result<Vec<Entry>, Problem> {
    if let Some(problem) = list_without_brackets(kind, &map) {
        return Err(problem);
    }
    match list_in_braces(kind, &map) {
        Some(hint) => {
            Err(Problem::at(place, "the keys of this mapping have no values, as if it were a list").hint(hint))
        }
        None => Ok(map.into_iter().collect()),
    }
}

/// The problem that the list of an attribute has no brackets, so that its other items are keys.
fn list_without_brackets(kind: Kind, map: &Mapping) -> Option<Problem> {
    let entries: Vec<&Entry> = map.iter().collect();
    let is_list = |entry: &Entry| {
        let mut attrs = kind.spec().attrs.iter();
        attrs.any(|attr| attr.name == entry.key && matches!(attr.shape, Shape::List(_)))
    };
    let at = entries
        .iter()
        .position(|entry| is_list(entry) && entry.value.scalar().is_some() && !entry.value.is_null())?;
    let first = entries[at].value.scalar()?;
    let rest = entries[at + 1..].iter().take_while(|entry| entry.value.is_null());
    let rest: Vec<&str> = rest.map(|entry| entry.key.as_str()).collect();
    let key = &entries[at].key;
    let list = redact::typed(&format!("{}, {}", first.text, rest.join(", "))).into_owned();
    (!rest.is_empty()).then(|| {
        Problem::at(entries[at].value.place, format!("the list of `{key}` has no brackets"))
            .hint(format!("write `{key}: [{}]`", shorten(&list)))
    })
}

/// What to write instead of a mapping whose keys have no values: the list of these keys.
fn list_in_braces(kind: Kind, entries: &Mapping) -> Option<String> {
    let Shorthand::List(attribute) = kind.spec().syntax.shorthand else {
        return None;
    };
    let is_key = |entry: &Entry| {
        let mut attrs = kind.spec().attrs.iter();
        attrs.any(|attr| attr.name == entry.key) || ObjectKey::named(&entry.key).is_some()
    };
    let is_list = entries.iter().all(|entry| entry.value.is_null() && !is_key(entry));
    let keys: Vec<&str> = entries.iter().map(|entry| entry.key.as_str()).collect();
    let keys = redact::typed(&keys.join(", ")).into_owned();
    is_list.then(|| format!("write `[{}]`, which is its `{attribute}`", shorten(&keys)))
}

/// Reports mistakes in a section that only show in several of its entries together: attributes without the name of an
/// object, a list without brackets, and keys of an object that are not indented below it. Returns whether there are any.
pub(super) fn mistakes_of_section(parser: &mut Parser, kind: Kind, section: &str, entries: &Mapping) -> bool {
    if let Some(problem) = unnamed(kind, section, entries) {
        parser.problems.push(problem);
        return true;
    }
    let entries: Vec<&Entry> = entries.iter().collect();
    let before = parser.problems.len();
    for (entry, next) in entries.iter().zip(entries.iter().skip(1)) {
        let is_child = kind.children().any(|child| child.spec().section == next.key);
        if entry.value.is_null() && is_child && !next.value.is_null() {
            parser.problems.push(
                Problem::at(
                    next.place,
                    format!("`{}` is not indented below `{}`", next.key, shorten(&entry.key)),
                )
                .hint(format!(
                    "indent it further than `{}`, whose contents it lists",
                    shorten(&entry.key)
                )),
            );
        }
    }
    if matches!(kind.spec().syntax.shorthand, Shorthand::List(_)) {
        for (at, entry) in entries.iter().enumerate() {
            let Some(first) = entry.value.scalar().filter(|_| !entry.value.is_null()) else {
                continue;
            };
            let rest = entries[at + 1..].iter().take_while(|entry| entry.value.is_null());
            let rest: Vec<&str> = rest.map(|entry| entry.key.as_str()).collect();
            if !rest.is_empty() && presence_word(&entry.value).is_none() {
                let list = redact::typed(&format!("{}, {}", first.text, rest.join(", "))).into_owned();
                parser.problems.push(
                    Problem::at(
                        entry.value.place,
                        format!("the list of `{}` has no brackets", shorten(&entry.key)),
                    )
                    .hint(format!("write `{}: [{}]`", shorten(&entry.key), shorten(&list))),
                );
            }
        }
    }
    parser.problems.len() > before
}

/// What [`may_be_mistake`] has to know of the entry before.
pub(super) struct LastEntry {
    is_null: bool,
    /// Whether it is a single value, which may be the beginning of a list without brackets.
    is_scalar: bool,
}

/// Whether an entry and the one before it may be one of the mistakes that [`mistakes_of_section`] reports.
pub(super) fn may_be_mistake(kind: Kind, last: &mut Option<LastEntry>, entry: &Entry) -> bool {
    let is_null = entry.value.is_null();
    let is_scalar = entry.value.scalar().is_some();
    last.replace(LastEntry { is_null, is_scalar }).is_some_and(|last| {
        let is_child = || kind.children().any(|child| child.spec().section == entry.key);
        (last.is_null && !is_null && is_child()) || (last.is_scalar && is_null)
    })
}

/// The problem that an object is a text where it is a list, which is this attribute of it.
pub(super) fn without_brackets(kind: Kind, attribute: &str, node: &Node, scalar: &Scalar) -> Problem {
    let text = redact::typed(scalar.text.trim_matches(|c| c == '(' || c == ')'));
    let text = shorten(&text);
    let message = format!(
        "{} takes a list, which is its `{attribute}`, a mapping, `present` or `absent`, but this is {}",
        kind.one(),
        node.describe()
    );
    Problem::at(node.place, message).hint(match kind.spec().syntax.key {
        KeyForm::Only => format!("write `{}: [{text}]`", kind.spec().section),
        KeyForm::Part | KeyForm::Text | KeyForm::Qualified | KeyForm::Signature => {
            format!("write it in brackets: `[{text}]`")
        }
    })
}

/// What to write instead of a text or a list where a mapping is needed.
pub(super) fn mapping_hint(key: &str, node: &Node) -> Option<String> {
    let written = shorten(&node.flow()).into_owned();
    match FileKey::named(key)? {
        FileKey::Migrations if !node.is_null() => {
            Some(format!("write `{key}: {{{}: {written}}}`", HistoryKey::Tool.name()))
        }
        FileKey::Changes if !node.is_null() => {
            Some(format!("write `{key}: {{{}: {written}}}`", ChangesKey::Table.name()))
        }
        FileKey::Assertions if !node.is_null() => {
            let query = match &node.value {
                NodeValue::List(items) => items.first().map(Node::flow).unwrap_or_default(),
                NodeValue::Scalar(_) | NodeValue::Map(_) => written,
            };
            Some(format!(
                "give each query a name: `{key}: {{name: {{sql: {}, equals: 0}}}}`",
                shorten(&query)
            ))
        }
        FileKey::Ignore if !node.is_null() => {
            let columns = Kind::ALL.iter().find(|kind| kind.is_column())?;
            let section = columns.spec().parents.first()?.spec().section;
            let list = if matches!(node.value, NodeValue::List(_)) {
                written
            } else {
                format!("[{written}]")
            };
            Some(format!("name the kind of the objects: `{key}: {{{section}: {list}}}`"))
        }
        FileKey::Driftgate
        | FileKey::Database
        | FileKey::Against
        | FileKey::Consumer
        | FileKey::Owner
        | FileKey::Schema
        | FileKey::Migrations
        | FileKey::Changes
        | FileKey::Assertions
        | FileKey::Exact
        | FileKey::Ignore
        | FileKey::Level
        | FileKey::Reason => None,
    }
}

/// What a word means that YAML 1.1 read as true or false.
pub(super) fn yes_or_no(node: &Node) -> Option<bool> {
    match node.scalar()?.text.to_lowercase().as_str() {
        "yes" | "on" | "y" => Some(true),
        "no" | "off" | "n" => Some(false),
        _ => None,
    }
}
