//! The JSON Schema of fleet files, for editors.

use serde_json::{Map, Value as Json, json};

use super::file::{CONNECTION_KEYS, ENTRY_KEYS, FILE_KEYS, PASSWORD_KEYS, QUERY_KEYS};
use super::{PER_SERVER, TOTAL};
use crate::expectation::FORMAT_VERSION;

/// The whole schema.
#[must_use]
pub fn schema() -> Json {
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "driftgate fleet file",
        "description": "Databases and schemas that are checked together: `driftgate check --fleet FILE`.",
        "type": "object",
        "required": ["driftgate", "targets"],
        "additionalProperties": false,
        "patternProperties": {"^x-": {"description": "Ignored: a place for YAML anchors."}},
        "properties": properties(&FILE_KEYS, file_key),
        "definitions": {
            "text": {"type": ["string", "number", "boolean"]},
            "texts": {"anyOf": [
                {"$ref": "#/definitions/text"},
                {"type": "array", "minItems": 1, "items": {"$ref": "#/definitions/text"}},
            ]},
            "patterns": {"anyOf": [
                {"type": "string"},
                {"type": "array", "minItems": 1, "items": {"type": "string"}},
            ]},
            "url": {
                "type": "string",
                "pattern": "^(env:|postgres://|postgresql://)",
                "description": "env:NAME, or postgres://role@host/database without a password.",
            },
            "target": {
                "type": "object",
                "additionalProperties": false,
                "properties": properties(&ENTRY_KEYS, entry_key),
                "oneOf": [{"required": ["name"]}, {"required": ["query"]}, {"required": ["command"]}],
            },
        },
    })
}

/// The schema as the text of a file.
#[must_use]
pub fn text() -> String {
    // A JSON value cannot fail to serialise.
    serde_json::to_string_pretty(&schema()).unwrap_or_default() + "\n"
}

/// The keys of a mapping. Each has a description, which editors show.
fn properties(keys: &[&str], of: fn(&str) -> (Json, String)) -> Map<String, Json> {
    let properties = keys.iter().map(|key| {
        let (mut schema, description) = of(key);
        if let Json::Object(schema) = &mut schema {
            schema.insert("description".into(), json!(description));
        }
        ((*key).to_owned(), schema)
    });
    properties.collect()
}

fn reference(name: &str) -> Json {
    // Beside a reference, draft 7 ignores the description.
    json!({"allOf": [{"$ref": format!("#/definitions/{name}")}]})
}

fn object(keys: &[&str], of: fn(&str) -> (Json, String), required: &[&str]) -> Json {
    json!({"type": "object", "additionalProperties": false, "required": required, "properties": properties(keys, of)})
}

fn file_key(key: &str) -> (Json, String) {
    let version: u32 = FORMAT_VERSION.parse().unwrap_or(1);
    match key {
        "driftgate" => (
            json!({"enum": [version, FORMAT_VERSION]}),
            "The version of the format.".into(),
        ),
        "expectations" => (
            reference("texts"),
            "The expectation files of all targets that name none of their own, relative to this file.".into(),
        ),
        "connections" => (
            object(&CONNECTION_KEYS, connection_key, &[]),
            "How many connections there are at the same time.".into(),
        ),
        "targets" => (
            json!({"type": "array", "minItems": 1, "items": {"$ref": "#/definitions/target"}}),
            "The targets: one by one, by patterns, by a query or by a program.".into(),
        ),
        _ => (
            json!({"type": "string"}),
            "The digest of the list, as `driftgate fleet list --format json` writes it.".into(),
        ),
    }
}

fn connection_key(key: &str) -> (Json, String) {
    let (default, what) = match key {
        "total" => (TOTAL, "in the whole run"),
        _ => (PER_SERVER, "to one server: a host and its port"),
    };
    (
        json!({"type": "integer", "minimum": 1, "default": default}),
        format!("The most connections {what}. {default} if it is not written."),
    )
}

fn query_key(key: &str) -> (Json, String) {
    match key {
        "url" => (
            reference("url"),
            "The database that is asked: env:NAME, or a URL without a password.".into(),
        ),
        _ => (
            json!({"type": "string"}),
            "One statement that returns rows with a column `name`. Its transaction is read-only.".into(),
        ),
    }
}

fn password_key(key: &str) -> (Json, String) {
    match key {
        "file" => (
            reference("text"),
            "A file with the password. `{column}` is a name in the path.".into(),
        ),
        "env" => (reference("text"), "A variable with the password.".into()),
        _ => (
            reference("texts"),
            "A program that prints the password, and its arguments.".into(),
        ),
    }
}

fn entry_key(key: &str) -> (Json, String) {
    match key {
        "name" => (
            reference("text"),
            "The name of the target, which is unique. With `databases` or `schemas`, the first part of the names.".into(),
        ),
        "url" => (
            reference("url"),
            "Where the database is: env:NAME, or postgres://role@host/database without a password. `{column}` is a value \
             of the row."
                .into(),
        ),
        "database" => (reference("text"), "The database, if it is not that of the URL.".into()),
        "schema" => (
            reference("text"),
            "The schema that takes the place of the schema of the expectation files.".into(),
        ),
        "databases" => (
            reference("patterns"),
            "Every database of the server that matches is a target. `!` leaves out: ['shop_*', '!shop_template'].".into(),
        ),
        "schemas" => (
            reference("patterns"),
            "Every schema of the database that matches is a target. `!` leaves out: ['tenant_*', '!tenant_template']."
                .into(),
        ),
        "query" => (
            object(&QUERY_KEYS, query_key, &QUERY_KEYS),
            "A query whose rows are the targets.".into(),
        ),
        "command" => (
            reference("texts"),
            "A program and its arguments that prints a JSON object for each target: name, url, schema, labels.".into(),
        ),
        "password" => {
            let mut source = object(&PASSWORD_KEYS, password_key, &[]);
            source["minProperties"] = json!(1);
            source["maxProperties"] = json!(1);
            let variable = json!({"type": "string", "pattern": "^env:"});
            (
                json!({"anyOf": [source, variable]}),
                "Where the password is: {file: PATH}, {env: NAME} or {command: [PROGRAM]}. It is never reported.".into(),
            )
        }
        "labels" => (
            json!({"type": "object", "additionalProperties": {"$ref": "#/definitions/text"}}),
            "Labels, by which reports count targets and `--where` chooses them. `{column}` is a value of the row.".into(),
        ),
        "expectations" => (
            reference("texts"),
            "The expectation files of these targets, in place of those of the fleet.".into(),
        ),
        _ => (
            json!({"type": "integer", "minimum": 1, "default": 1}),
            "Fewer targets are an error, so that an empty list is never green.".into(),
        ),
    }
}
