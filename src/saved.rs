//! A saved snapshot: a JSON file of a versioned format, with one line for each object.
//!
//! ```text
//! {"snapshot_version": 1, "tool": "driftgate", "tool_version": "…",
//!  "server": {"version": "17.5", "major": 17, "database": "shop", "role": "reader", "search_path": "…",
//!             "closed_schemas": [], "platform_roles": []},
//!  "not_compared": {"large_object": 2},
//!  "columns": {"table": ["owner", "comment", …]},
//!  "objects": {"table": [{"id": ["public", "clients"], "values": {"owner": "app"}}]}}
//! ```
//!
//! `columns` lists the attributes that were read for each kind: an attribute that is in `columns` but not in `values`
//! is null, and one that is not in `columns` is unknown. `applied_without` of the server is only there if SQL or migrations
//! were applied to an empty database: it lists the migration tools whose own tables that database lacks.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::error::Problem;
use crate::invisible::escaped_in_json;
use crate::kinds::Kind;
use crate::object_id::ObjectId;
use crate::snapshot::{IMPLICIT, Object, Server, Snapshot};
use crate::source_map::{FileId, Place};
use crate::value::Value;

/// The version of the format. It is raised when the current code would misread older files.
pub const VERSION: u32 = 1;

/// Writes a snapshot. The same snapshot gives the same bytes.
#[must_use]
pub fn write(snapshot: &Snapshot) -> String {
    let mut out = format!(
        "{{\n  \"snapshot_version\": {VERSION},\n  \"tool\": \"driftgate\",\n  \"tool_version\": {},\n  \"server\": {},\n  \
         \"not_compared\": {},\n  \"columns\": {{",
        json(&env!("CARGO_PKG_VERSION")),
        json(&SavedServer::from(&snapshot.server)),
        json(&snapshot.not_compared),
    );
    for (i, kind) in Kind::ALL.iter().enumerate() {
        let comma = if i == 0 { "" } else { "," };
        let columns: Vec<&str> = kind
            .columns()
            .filter(|column| !snapshot.is_unread(*kind, column))
            .collect();
        let _ = write!(out, "{comma}\n    {}: {}", json(&kind.spec().name), json(&columns));
    }
    out.push_str("\n  },\n  \"objects\": {");
    let mut comma = "";
    for kind in Kind::ALL {
        let mut objects = snapshot.of_kind(*kind).peekable();
        if objects.peek().is_none() {
            continue;
        }
        let _ = write!(out, "{comma}\n    {}: [", json(&kind.spec().name));
        let mut between = "";
        for (id, object) in objects {
            let _ = write!(out, "{between}\n      {}", json(&SavedObject::new(*kind, id, object)));
            between = ",";
        }
        out.push_str("\n    ]");
        comma = ",";
    }
    out.push_str("\n  }\n}\n");
    out
}

/// Reads a snapshot.
///
/// # Errors
/// The text is not a snapshot, or has another version of the format.
pub fn read(text: &str, file: FileId) -> Result<Snapshot, Problem> {
    // A newer format may differ in everything except this field.
    let Header { snapshot_version } = serde_json::from_str(text).map_err(|error| not_a_snapshot(&error, file))?;
    if snapshot_version != VERSION {
        let at = text.find("\"snapshot_version\"").map_or(0, |at| at);
        return Err(Problem::at(
            place(text, at, file),
            format!(
                "this snapshot has format {snapshot_version}, and this version of driftgate reads format {VERSION}"
            ),
        )
        .hint("use a newer version of driftgate, or pull the snapshot again"));
    }
    let saved: SavedFile = serde_json::from_str(text).map_err(|error| not_a_snapshot(&error, file))?;
    let mut snapshot = Snapshot::default();
    snapshot.server = saved.server.into();
    snapshot.not_compared = saved.not_compared;
    for kind in Kind::ALL {
        read_columns(*kind, &saved.columns, &mut snapshot).map_err(|message| {
            Problem::new(format!(
                "the snapshot was written by driftgate {}, {message}",
                saved.tool_version
            ))
            .hint("pull it again, or use the version of driftgate that wrote it")
        })?;
    }
    for (KindName(kind), objects) in saved.objects {
        for object in objects {
            let (id, values) = read_object(kind, object, text, file)?;
            snapshot.insert(kind, id, values);
        }
    }
    Ok(snapshot)
}

/// The problem of a text that cannot be read, with the place where reading stopped.
fn not_a_snapshot(error: &serde_json::Error, file: FileId) -> Problem {
    let count = |number: usize| u32::try_from(number.max(1)).unwrap_or(u32::MAX);
    let place = Place {
        file,
        line: count(error.line()),
        column: count(error.column()),
    };
    let message = error.to_string();
    let end = message.rfind(" at line ").unwrap_or(message.len());
    Problem::at(
        place,
        format!("this is not a snapshot that driftgate wrote: {}", &message[..end]),
    )
    .hint("`driftgate pull --snapshot -o FILE` writes one")
}

fn read_object(kind: Kind, object: SavedObject, text: &str, file: FileId) -> Result<(ObjectId, Object), Problem> {
    let parts = kind.spec().identity.len();
    if object.id.len() != parts {
        let id = serde_json::to_string(&object.id).unwrap_or_default();
        let at = text.find(&id).unwrap_or_default();
        let message = format!("the identity of {} has {parts} parts", kind.one());
        return Err(Problem::at(place(text, at, file), message));
    }
    let values = object.values.into_iter().map(|(name, json)| (name, Value::from(json)));
    Ok((ObjectId::new(object.id), Object::new(kind, values.collect())))
}

/// Compares the attributes of a kind that were read with those that this version reads.
fn read_columns(
    kind: Kind,
    columns: &BTreeMap<String, BTreeSet<String>>,
    snapshot: &mut Snapshot,
) -> Result<(), String> {
    let Some(asked) = columns.get(kind.spec().name) else {
        return Err(format!("which did not read {}", kind.many()));
    };
    for column in kind.columns().filter(|column| !asked.contains(*column)) {
        if kind.attr(column).is_none() {
            // This column is not an attribute: the comparison needs it for every object.
            return Err(format!("which did not read `{column}` of {}", kind.many()));
        }
        snapshot.set_unread(kind, column);
    }
    Ok(())
}

fn place(text: &str, at: usize, file: FileId) -> Place {
    let before = &text[..at];
    let count = |number: usize| u32::try_from(number + 1).unwrap_or(u32::MAX);
    Place {
        file,
        line: count(before.matches('\n').count()),
        column: count(before.rsplit('\n').next().unwrap_or_default().chars().count()),
    }
}

/// A value as JSON on one line. Serialization cannot fail for the types of this file.
fn json(value: &impl Serialize) -> String {
    escaped_in_json(serde_json::to_string(value).unwrap_or_default())
}

#[derive(Deserialize)]
struct Header {
    snapshot_version: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedFile {
    #[serde(rename = "snapshot_version")]
    _snapshot_version: u32,
    #[serde(rename = "tool")]
    _tool: String,
    tool_version: String,
    server: SavedServer,
    not_compared: BTreeMap<String, u64>,
    columns: BTreeMap<String, BTreeSet<String>>,
    objects: BTreeMap<KindName, Vec<SavedObject>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedServer {
    version: String,
    major: u32,
    database: String,
    role: String,
    search_path: String,
    closed_schemas: BTreeSet<String>,
    platform_roles: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    applied_without: Option<Vec<String>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedObject {
    id: Vec<String>,
    values: BTreeMap<String, Json>,
}

/// The name of a kind of this version.
#[derive(PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
struct KindName(Kind);

impl TryFrom<String> for KindName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let kind = Kind::ALL.iter().find(|kind| kind.spec().name == name);
        kind.map(|kind| Self(*kind))
            .ok_or(format!("`{name}` is not a kind of object"))
    }
}

impl SavedObject {
    fn new(kind: Kind, id: &ObjectId, object: &Object) -> Self {
        let is_default =
            |value: &Value, column: &str| value.is_null() || (column == IMPLICIT && *value == Value::Bool(false));
        Self {
            id: id.parts().iter().map(ToString::to_string).collect(),
            values: kind
                .columns()
                .map(|column| (column, object.get(column)))
                .filter(|(column, value)| !is_default(value, column))
                .map(|(column, value)| (column.to_owned(), Json::from(value)))
                .collect(),
        }
    }
}

impl From<&Server> for SavedServer {
    fn from(server: &Server) -> Self {
        let Server {
            version,
            major,
            database,
            role,
            search_path,
            closed_schemas,
            platform_roles,
            applied_without,
            // These describe only the session that read the snapshot.
            encoding: _,
            is_superuser: _,
            sees_everything: _,
        } = server.clone();
        Self {
            version,
            major,
            database,
            role,
            search_path,
            closed_schemas,
            platform_roles,
            applied_without,
        }
    }
}

impl From<SavedServer> for Server {
    fn from(saved: SavedServer) -> Self {
        let SavedServer {
            version,
            major,
            database,
            role,
            search_path,
            closed_schemas,
            platform_roles,
            applied_without,
        } = saved;
        Self {
            version,
            major,
            database,
            role,
            search_path,
            closed_schemas,
            platform_roles,
            applied_without,
            ..Self::default()
        }
    }
}
