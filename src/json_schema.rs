//! The JSON Schema of expectation files, for editors: generated from the registry.

use serde_json::{Map, Value as Json, json};

use crate::attribute::{Attr, Shape};
use crate::expectation::parse::FILE_KEYS;
use crate::expectation::{self, ASSERTION_KEYS, FORMAT_VERSION, HISTORY_KEYS, OBJECT_KEYS};
use crate::kinds::{KeyForm, Kind, ListForm, Shorthand};

/// The whole schema.
#[must_use]
pub fn schema() -> Json {
    let mut properties = Map::new();
    for key in FILE_KEYS {
        properties.insert((*key).to_owned(), file_key(key));
    }
    let mut definitions = Map::new();
    for kind in Kind::roots() {
        properties.insert(kind.spec().section.to_owned(), section(kind));
    }
    for kind in Kind::ALL {
        definitions.insert(kind.spec().name.to_owned(), object(*kind));
    }
    definitions.insert(
        "presence".into(),
        json!({"enum": ["present", "absent"], "description": "It must be there, or must not."}),
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
        "description": "What a PostgreSQL database must be. What is not written is not checked.",
        "type": "object",
        "required": ["driftgate"],
        "additionalProperties": false,
        "patternProperties": {"^x-": {"description": "Left alone: a place for anchors."}},
        "properties": properties,
        "definitions": definitions,
    })
}

/// The schema as it stands in a file.
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

fn file_key(key: &str) -> Json {
    match key {
        "driftgate" => {
            json!({"description": "The version of the format.", "enum": [FORMAT_VERSION.parse::<u32>().unwrap_or(1)]})
        }
        "database" => {
            json!({"description": "The environment variable that holds the URL of the database.", "type": "string", "default": "DATABASE_URL"})
        }
        "schema" => {
            json!({"description": "The schema of names that are not qualified.", "type": "string", "default": "public"})
        }
        "migrations" => json!({
            "description": "The history that a migration tool keeps, or several.",
            "oneOf": [reference("history"), {"type": "array", "minItems": 1, "items": reference("history")}],
        }),
        "assertions" => json!({
            "description": "Queries about the data, each with what it must give.",
            "type": "object", "minProperties": 1, "additionalProperties": reference("assertion"),
        }),
        "ignore" => {
            let sections: Map<String, Json> = Kind::ALL
                .iter()
                .map(|kind| {
                    (
                        kind.spec().section.to_owned(),
                        json!({"description": kind.spec().doc, "type": "array", "minItems": 1, "items": {"type": "string"}}),
                    )
                })
                .collect();
            json!({
                "description": "Patterns of what an exact file leaves out, by kind; `!` takes back.",
                "type": "object", "minProperties": 1, "additionalProperties": false, "properties": sections,
            })
        }
        "exact" => json!({
            "description": "What is left out has its default, and what is not listed must not exist: in the whole database, or in these schemas.",
            "anyOf": [{"type": "boolean"}, {"type": "array", "minItems": 1, "items": {"type": ["string", "number", "boolean"]}}],
        }),
        common => common_key(common),
    }
}

fn common_key(key: &str) -> Json {
    match key {
        "level" => json!({"description": "How much a finding weighs.", "enum": ["error", "warn"], "default": "error"}),
        "reason" => json!({"description": "Why it is expected; goes into the report.", "type": "string"}),
        "exact" => {
            json!({"description": "What is left out has its default, and what is not listed must not exist.", "type": "boolean"})
        }
        "optional" => json!({"description": "It need not be there; if it is, it must match.", "type": "boolean"}),
        "absent" => json!({"description": "It must not be there.", "type": "boolean"}),
        _ => json!({"description": "It must be there.", "type": "boolean"}),
    }
}

/// What stands under the key of a kind.
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

fn object(kind: Kind) -> Json {
    let spec = kind.spec();
    let mut properties = Map::new();
    for attr in spec.attrs {
        properties.insert(attr.name.to_owned(), attribute(attr, attr.doc));
        if let Some(includes) = attr.subset_key {
            properties.insert(includes.to_owned(), attribute(attr, "At least these."));
        }
    }
    for child in kind.children() {
        // Two kinds with one section under one parent do not exist; a test says so.
        properties.insert(child.spec().section.to_owned(), section(child));
    }
    for key in OBJECT_KEYS {
        properties.insert((*key).to_owned(), common_key(key));
    }
    let mut forms = vec![
        reference("presence"),
        json!({"type": "object", "minProperties": 1, "additionalProperties": false, "properties": properties}),
    ];
    match spec.syntax.shorthand {
        Shorthand::None => {}
        Shorthand::List(name) | Shorthand::Scalar(name) => {
            forms.extend(
                spec.attrs
                    .iter()
                    .find(|attr| attr.name == name)
                    .map(|attr| attribute(attr, attr.doc)),
            );
        }
        Shorthand::Custom { expects, .. } => forms.push(json!({
            "description": expects,
            "oneOf": [{"type": "string"}, {"type": "array", "minItems": 1, "items": reference("text")}],
        })),
    }
    json!({"description": spec.doc, "anyOf": forms})
}

fn attribute(attr: &Attr, doc: &str) -> Json {
    let mut schema = shape(attr.shape);
    if let Json::Object(map) = &mut schema {
        map.insert("description".into(), Json::from(doc));
    }
    schema
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
        Shape::List(item) => json!({"type": "array", "minItems": 1, "items": shape(*item)}),
        Shape::Map(item) => json!({"type": "object", "minProperties": 1, "additionalProperties": shape(*item)}),
    }
}

fn history() -> Json {
    let mut properties = Map::new();
    for key in HISTORY_KEYS {
        let schema = match *key {
            "tool" => {
                json!({"description": "The migration tool; `auto` finds it by its table.", "enum": expectation::tools()})
            }
            "applied" => json!({
                "description": "The migrations that must be applied.",
                "type": "array", "minItems": 1, "items": reference("text"),
            }),
            "latest" => json!({"description": "The last migration that is applied.", "$ref": "#/definitions/text"}),
            "at_least" => {
                json!({"description": "This migration or a later one must be the last.", "$ref": "#/definitions/text"})
            }
            "directory" => json!({
                "description": "The folder of the migrations, as a path from this file: all must be applied, none unknown, none changed.",
                "type": "string",
            }),
            "failed" => json!({
                "description": "Whether a migration may have failed.", "enum": ["forbid", "allow"], "default": "forbid",
            }),
            "out_of_order" => json!({
                "description": "Whether a migration may have been applied after one that follows it.",
                "enum": ["forbid", "allow"], "default": "forbid",
            }),
            "schema" => json!({"description": "The schema of the tool's table.", "type": "string"}),
            "table" => json!({"description": "The tool's table, where it is not the usual one.", "type": "string"}),
            common => common_key(common),
        };
        properties.insert((*key).to_owned(), schema);
    }
    json!({"type": "object", "required": ["tool"], "additionalProperties": false, "properties": properties})
}

fn assertion() -> Json {
    let mut properties = Map::new();
    for key in ASSERTION_KEYS {
        let schema = match *key {
            "sql" => json!({"description": "One query that only reads.", "type": "string"}),
            "equals" => {
                json!({"description": "One row of one column with this value.", "$ref": "#/definitions/scalar"})
            }
            "rows" => json!({
                "description": "These rows, in this order.",
                "type": "array", "minItems": 1,
                "items": {"anyOf": [reference("scalar"), {"type": "array", "minItems": 1, "items": reference("scalar")}]},
            }),
            "min" => json!({"description": "One number that is not below this.", "type": "number"}),
            "max" => json!({"description": "One number that is not above this.", "type": "number"}),
            "empty" => json!({"description": "No row, or at least one.", "type": "boolean"}),
            common => common_key(common),
        };
        properties.insert((*key).to_owned(), schema);
    }
    json!({"type": "object", "required": ["sql"], "additionalProperties": false, "properties": properties})
}
