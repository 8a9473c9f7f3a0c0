//! The JSON Schema of expectation files, for editors: generated from the registry.

use serde_json::{Map, Value as Json, json};

use crate::attribute::{Attr, Literal, Shape};
use crate::expectation::{
    self, ANY, ATTRIBUTES, AssertionKey, COMMAND, ChangeColumn, ChangesKey, FORMAT_VERSION, FileKey, HistoryKey,
    OPTIONAL, ObjectKey, TermKey, attribute_names,
};
use crate::kinds::{CustomForm, KeyForm, Kind, ListForm, Partition, Shorthand};
use crate::privileges::{GRANTED_BY, OPTION};

/// The whole schema.
#[must_use]
pub fn schema() -> Json {
    let mut properties = Map::new();
    for key in FileKey::ALL {
        properties.insert(key.name().to_owned(), file_key(*key));
    }
    let mut definitions = Map::new();
    for kind in Kind::roots() {
        properties.insert(kind.spec().section.to_owned(), section(kind));
    }
    for kind in Kind::ALL {
        definitions.insert(kind.spec().name.to_owned(), object(*kind));
        definitions.insert(timed_name(*kind), timed(*kind));
    }
    for (kind, of) in Kind::of_partitions() {
        definitions.insert(partition_name(kind), partition(kind, of));
    }
    definitions.insert(
        "presence".into(),
        json!({"enum": ["present", "absent"], "description": "The object must exist, or must not exist."}),
    );
    definitions.insert(
        "scalar".into(),
        json!({"type": ["string", "number", "boolean", "null"]}),
    );
    definitions.insert("text".into(), json!({"type": ["string", "number", "boolean"]}));
    definitions.insert("history".into(), history());
    definitions.insert("assertion".into(), assertion());
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "driftgate expectation file",
        "description": "What a PostgreSQL database must contain. What the file does not mention is not checked.",
        "type": "object",
        "required": ["driftgate"],
        "additionalProperties": false,
        "patternProperties": {"^x-": {"description": "Ignored: a place for YAML anchors."}},
        "properties": properties,
        "definitions": definitions,
    })
}

/// The schema as the text of a file.
#[must_use]
pub fn text() -> String {
    // A JSON value cannot fail to serialise.
    let mut text = serde_json::to_string_pretty(&schema()).unwrap_or_default();
    text.push('\n');
    text
}

fn reference(name: &str) -> Json {
    json!({"$ref": format!("#/definitions/{name}")})
}

/// A schema with its description.
fn described(description: &str, mut schema: Json) -> Json {
    if let Json::Object(map) = &mut schema {
        map.insert("description".into(), Json::from(description));
    }
    schema
}

fn file_key(key: FileKey) -> Json {
    let schema = match key {
        FileKey::Driftgate => json!({"enum": [FORMAT_VERSION.parse::<u32>().unwrap_or(1)]}),
        FileKey::Database => json!({"type": "string", "default": "DATABASE_URL"}),
        FileKey::Against => json!({
            "anyOf": [
                {"type": "string", "minLength": 1},
                {
                    "type": "object", "additionalProperties": false, "required": [COMMAND],
                    "properties": {COMMAND: described(
                        "A program that prints SQL, and its arguments. No shell reads them.",
                        json!({"type": "array", "minItems": 1, "items": reference("text")}),
                    )},
                },
            ],
        }),
        FileKey::Schema => json!({"type": "string", "default": "public"}),
        FileKey::Migrations => json!({
            "oneOf": [reference("history"), {"type": "array", "minItems": 1, "items": reference("history")}],
        }),
        FileKey::Changes => changes(),
        FileKey::Assertions => json!({
            "type": "object", "minProperties": 1, "additionalProperties": reference("assertion"),
        }),
        FileKey::Exact => json!({
            "anyOf": [
                {"type": "boolean"},
                {"type": "array", "minItems": 1, "items": {"type": ["string", "number", "boolean"]}},
            ],
        }),
        FileKey::Ignore => {
            let sections = Kind::ALL.iter().map(|kind| kind.spec());
            let mut sections: Map<String, Json> = sections
                .map(|spec| {
                    (
                        spec.section.to_owned(),
                        described(spec.doc, ignored(spec.attrs.iter().map(|a| a.name))),
                    )
                })
                .collect();
            sections.insert(
                ATTRIBUTES.to_owned(),
                described(
                    "Attributes that are not compared, of all objects.",
                    attribute_list(attribute_names()),
                ),
            );
            json!({"type": "object", "minProperties": 1, "additionalProperties": false, "properties": sections})
        }
        FileKey::Consumer | FileKey::Owner => json!({"type": "string"}),
        FileKey::Level => term_key(TermKey::Level),
        FileKey::Reason => term_key(TermKey::Reason),
    };
    described(key.description(), schema)
}

/// A list of attributes, each of which may have a `!` in front.
fn attribute_list(names: impl IntoIterator<Item = &'static str>) -> Json {
    let words: Vec<String> = names
        .into_iter()
        .flat_map(|name| [name.to_owned(), format!("!{name}")])
        .collect();
    json!({"type": "array", "minItems": 1, "items": {"enum": words}})
}

/// What can be ignored of the objects of a kind: patterns of objects, and patterns with attributes.
fn ignored(names: impl IntoIterator<Item = &'static str>) -> Json {
    let attributes = attribute_list(names);
    let settings = json!({
        "type": "object", "minProperties": 1, "additionalProperties": false,
        "properties": {
            ATTRIBUTES: described("The attributes that are not compared; without them, the objects are ignored.", attributes.clone()),
            OPTIONAL: described("Whether the pattern may match nothing.", json!({"type": "boolean"})),
        },
    });
    let of_objects = json!({
        "type": "object", "minProperties": 1, "additionalProperties": {"anyOf": [attributes, settings]},
    });
    json!({"type": "array", "minItems": 1, "items": {"anyOf": [{"type": "string"}, of_objects]}})
}

fn term_key(key: TermKey) -> Json {
    match key {
        TermKey::Level => json!({"enum": ["error", "warn"], "default": "error"}),
        TermKey::Reason => json!({"type": "string"}),
        TermKey::Exact => json!({"type": "boolean"}),
        TermKey::Since | TermKey::Until => json!({"type": ["string", "number"]}),
    }
}

fn object_key(key: ObjectKey) -> Json {
    let schema = match key {
        ObjectKey::Present | ObjectKey::Absent | ObjectKey::Optional => json!({"type": "boolean"}),
        ObjectKey::Level => term_key(TermKey::Level),
        ObjectKey::Reason => term_key(TermKey::Reason),
        ObjectKey::Exact => term_key(TermKey::Exact),
        ObjectKey::Since => term_key(TermKey::Since),
        ObjectKey::Until => term_key(TermKey::Until),
    };
    described(key.description(), schema)
}

/// The value of the section of a kind.
fn section(kind: Kind) -> Json {
    let spec = kind.spec();
    if spec.syntax.key == KeyForm::Only {
        return reference(spec.name);
    }
    let by_name = json!({
        "description": spec.doc,
        "type": "object", "minProperties": 1, "additionalProperties": reference(spec.name),
    });
    match spec.syntax.list {
        ListForm::Refused => by_name,
        ListForm::ByMeaning => json!({
            "description": spec.doc,
            "oneOf": [by_name, {"type": "array", "minItems": 1, "items": reference(spec.name)}],
        }),
    }
}

/// The keys of an object.
fn properties(kind: Kind) -> Map<String, Json> {
    let spec = kind.spec();
    let mut properties = Map::new();
    for attr in spec.attrs {
        properties.insert(attr.name.to_owned(), attribute(attr, attr.doc));
        if let Some(includes) = attr.subset_key {
            properties.insert(includes.to_owned(), attribute(attr, "At least these items."));
        }
    }
    for child in kind.children() {
        // A test holds that no two kinds have the same section under the same parent.
        properties.insert(child.spec().section.to_owned(), section(child));
    }
    for key in ObjectKey::ALL {
        properties.insert(key.name().to_owned(), object_key(*key));
    }
    if let Some(section) = kind.partition_section() {
        properties.insert(section.to_owned(), partitions());
    }
    properties
}

fn object(kind: Kind) -> Json {
    let spec = kind.spec();
    let mut forms = vec![
        reference("presence"),
        json!({"type": "object", "minProperties": 1, "additionalProperties": false, "properties": properties(kind)}),
    ];
    match spec.syntax.shorthand {
        Shorthand::None => {}
        Shorthand::OtherName => forms.push(described(
            "The name that it has in the database that is checked: it is expected under that name wherever the file names it.",
            json!({"type": "string", "minLength": 1}),
        )),
        Shorthand::List(name) | Shorthand::Scalar(name) => {
            forms.extend(
                spec.attrs
                    .iter()
                    .find(|attr| attr.name == name)
                    .map(|attr| attribute(attr, attr.doc)),
            );
        }
        Shorthand::Custom { form, expects, .. } => {
            let schema = match form {
                CustomForm::Text => json!({"type": "string"}),
                CustomForm::TextList => json!({"type": "array", "minItems": 1, "items": reference("text")}),
            };
            forms.push(described(expects, schema));
        }
    }
    forms.push(described(
        "What is expected of it at different times.",
        json!({"type": "array", "minItems": 1, "items": reference(&timed_name(kind))}),
    ));
    json!({"description": spec.doc, "anyOf": forms})
}

/// The name of the definition of what is expected of an object of this kind at one time.
fn timed_name(kind: Kind) -> String {
    format!("{}_at_time", kind.spec().name)
}

/// What is expected of an object of a kind at one time.
fn timed(kind: Kind) -> Json {
    let time = json!([{"required": [ObjectKey::Since.name()]}, {"required": [ObjectKey::Until.name()]}]);
    described(
        kind.spec().doc,
        json!({"type": "object", "additionalProperties": false, "properties": properties(kind), "anyOf": time}),
    )
}

/// The partitions of an object: those of every kind that can be partitions.
fn partitions() -> Json {
    let kinds = Kind::of_partitions().map(|(kind, _)| reference(&partition_name(kind)));
    let mut one = vec![
        described("Its bound.", json!({"type": "string"})),
        reference("presence"),
    ];
    one.extend(kinds);
    described(
        "Its partitions by name, each with its bound, or with what it has of its own; `any` if they need not be listed.",
        json!({
            "anyOf": [
                {"enum": [ANY]},
                {"type": "object", "minProperties": 1, "additionalProperties": {"anyOf": one}},
            ],
        }),
    )
}

/// The name of the definition of a partition of this kind.
fn partition_name(kind: Kind) -> String {
    format!("{}_partition", kind.spec().name)
}

/// A partition of a kind, as a mapping.
fn partition(kind: Kind, partition: &Partition) -> Json {
    let names = partition.attributes;
    let mut properties = properties(kind);
    properties.remove(names.parent);
    if let Some(bound) = properties.remove(names.bound) {
        properties.insert(names.key.to_owned(), bound);
    }
    let mut schema =
        json!({"type": "object", "minProperties": 1, "additionalProperties": false, "properties": properties});
    if let (Some(mark), Json::Object(schema)) = (partition.mark, &mut schema) {
        schema.insert("required".into(), json!([mark]));
    }
    described(kind.spec().doc, schema)
}

fn attribute(attr: &Attr, doc: &str) -> Json {
    let schema = match (attr.shape, attr.default) {
        // An empty list or mapping is written as null.
        (Shape::List(item), Some(Literal::EmptyList)) => {
            json!({"type": ["array", "null"], "minItems": 1, "items": shape(*item)})
        }
        (Shape::Map(item), Some(Literal::EmptyMap)) => {
            json!({"type": ["object", "null"], "minProperties": 1, "additionalProperties": shape(*item)})
        }
        (of, _) => shape(of),
    };
    described(doc, schema)
}

fn shape(of: Shape) -> Json {
    match of {
        Shape::Bool => json!({"type": "boolean"}),
        Shape::Integer => json!({"type": ["integer", "null"]}),
        Shape::Text | Shape::Sql | Shape::Name | Shape::QualifiedName => {
            json!({"type": ["string", "number", "boolean", "null"]})
        }
        Shape::Reference => json!({"type": "string"}),
        Shape::OneOf(words) => json!({"anyOf": [{"enum": words}, {"type": ["string", "null"]}]}),
        Shape::Privilege(privileges) => {
            let words = privileges.words();
            json!({"anyOf": [{"enum": words}, {"type": "string", "pattern": pattern(&words)}]})
        }
        Shape::List(item) => json!({"type": "array", "minItems": 1, "items": shape(*item)}),
        Shape::Map(item) => json!({"type": "object", "minProperties": 1, "additionalProperties": shape(*item)}),
    }
}

/// The pattern of a privilege as the parser reads it: in any case, with PostgreSQL's other spellings, the grant option and
/// the grantor.
fn pattern(words: &[&str]) -> String {
    let any_case = |word: &str| -> String {
        let letter = |c: char| match c {
            ' ' => "\\s+".to_owned(),
            c => format!("[{}{c}]", c.to_ascii_uppercase()),
        };
        word.chars().map(letter).collect()
    };
    let spellings = words.iter().flat_map(|word| match *word {
        "all" => vec!["all", "all privileges"],
        "temporary" => vec!["temporary", "temp"],
        word => vec![word],
    });
    let spellings: Vec<String> = spellings.map(any_case).collect();
    format!(
        "^({})({})?({}\\S.*)?$",
        spellings.join("|"),
        any_case(OPTION),
        any_case(GRANTED_BY)
    )
}

fn history() -> Json {
    let properties: Map<String, Json> = HistoryKey::ALL
        .iter()
        .map(|key| (key.name().to_owned(), history_key(*key)))
        .collect();
    json!({"type": "object", "required": ["tool"], "additionalProperties": false, "properties": properties})
}

fn history_key(key: HistoryKey) -> Json {
    let schema = match key {
        HistoryKey::Tool => json!({"enum": expectation::tools()}),
        HistoryKey::Applied => json!({"type": "array", "minItems": 1, "items": reference("text")}),
        HistoryKey::Latest | HistoryKey::AtLeast => reference("text"),
        HistoryKey::Failed | HistoryKey::OutOfOrder | HistoryKey::Pending | HistoryKey::Ahead | HistoryKey::Unknown => {
            json!({"enum": ["forbid", "allow"], "default": "forbid"})
        }
        HistoryKey::Directory | HistoryKey::Contexts => json!({
            "anyOf": [{"type": "string"}, {"type": "array", "minItems": 1, "items": {"type": "string"}}],
        }),
        HistoryKey::Ignore => json!({"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}}),
        HistoryKey::Accept => json!({
            "type": "object", "minProperties": 1, "additionalProperties": {"type": "string", "minLength": 1},
        }),
        HistoryKey::Labels | HistoryKey::Schema | HistoryKey::Table => json!({"type": "string"}),
        HistoryKey::Level => term_key(TermKey::Level),
        HistoryKey::Reason => term_key(TermKey::Reason),
    };
    described(key.description(), schema)
}

fn changes() -> Json {
    let key = |key: &ChangesKey| {
        let schema = match key {
            ChangesKey::Table => reference("text"),
            ChangesKey::Columns => {
                let columns = ChangeColumn::ALL
                    .iter()
                    .map(|column| (column.name().to_owned(), change_column(*column)));
                json!({
                    "type": "object", "minProperties": 1, "additionalProperties": false,
                    "properties": columns.collect::<Map<_, _>>(),
                })
            }
        };
        (key.name().to_owned(), described(key.description(), schema))
    };
    let properties: Map<String, Json> = ChangesKey::ALL.iter().map(key).collect();
    let required = [ChangesKey::Table.name()];
    json!({"type": "object", "required": required, "additionalProperties": false, "properties": properties})
}

fn change_column(column: ChangeColumn) -> Json {
    let schema = json!({"type": ["string", "number", "boolean"], "default": column.usual_name()});
    described(column.description(), schema)
}

fn assertion() -> Json {
    let properties: Map<String, Json> = AssertionKey::ALL
        .iter()
        .map(|key| (key.name().to_owned(), assertion_key(*key)))
        .collect();
    json!({"type": "object", "required": ["sql"], "additionalProperties": false, "properties": properties})
}

fn assertion_key(key: AssertionKey) -> Json {
    let schema = match key {
        AssertionKey::Sql => json!({"type": "string"}),
        AssertionKey::Equals => reference("scalar"),
        AssertionKey::Rows => json!({
            "type": "array", "minItems": 1,
            "items": {"anyOf": [reference("scalar"), {"type": "array", "minItems": 1, "items": reference("scalar")}]},
        }),
        AssertionKey::Min | AssertionKey::Max => json!({"type": "number"}),
        AssertionKey::Empty => json!({"type": "boolean"}),
        AssertionKey::ShowRows => json!({"type": "integer", "minimum": 0}),
        AssertionKey::Level => term_key(TermKey::Level),
        AssertionKey::Reason => term_key(TermKey::Reason),
        AssertionKey::Since => term_key(TermKey::Since),
        AssertionKey::Until => term_key(TermKey::Until),
    };
    described(key.description(), schema)
}
