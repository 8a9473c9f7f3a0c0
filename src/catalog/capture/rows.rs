//! Converts the rows of the server to objects.
//!
//! Most cells of a catalog contain one of a few values. Each short text is parsed and stored only once.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::Value as Json;

use super::super::client::Row;
use super::super::server_error::ServerError;
use crate::kinds::Kind;
use crate::object_id::ObjectId;
use crate::platform::PlatformTraces;
use crate::snapshot::{Object, Server, Snapshot};
use crate::value::Value;

/// Converts rows to objects.
#[derive(Debug, Default)]
pub(super) struct RowReader {
    /// The number of the current statement, and the layout of its columns.
    layout: Option<(usize, Layout)>,
    names: BTreeSet<Arc<str>>,
    values: BTreeMap<CellFormat, BTreeMap<Box<str>, Arc<Value>>>,
}

/// Texts up to this length, in bytes, are stored once. Longer ones rarely repeat.
const SHORT: usize = 80;

/// The use of the columns of a statement.
#[derive(Debug)]
struct Layout {
    /// The columns that identify an object, outermost first.
    identity: Vec<usize>,
    /// The columns of the values of an object, in the order of [`Kind::columns`].
    values: Vec<Option<(usize, CellFormat)>>,
}

/// How the text of a cell is parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum CellFormat {
    Bool,
    Integer,
    Text,
    Json,
    Texts,
}

/// The types that the queries of kinds may return, by object identifier. Source: `pg_type.dat`.
const TYPES: [(u32, CellFormat); 14] = [
    (16, CellFormat::Bool),
    (20, CellFormat::Integer),
    (21, CellFormat::Integer),
    (23, CellFormat::Integer),
    (26, CellFormat::Integer),
    (18, CellFormat::Text),
    (19, CellFormat::Text),
    (25, CellFormat::Text),
    (1043, CellFormat::Text),
    (114, CellFormat::Json),
    (3802, CellFormat::Json),
    (1003, CellFormat::Texts),
    (1009, CellFormat::Texts),
    (1015, CellFormat::Texts),
];

impl CellFormat {
    fn of(type_oid: u32) -> Option<Self> {
        TYPES
            .iter()
            .find(|(oid, _)| *oid == type_oid)
            .map(|(_, format)| *format)
    }

    /// How a text of this format writes a backslash.
    fn backslash(self) -> &'static str {
        match self {
            Self::Texts | Self::Json => r"\\",
            Self::Bool | Self::Integer | Self::Text => r"\",
        }
    }

    fn read(self, text: &str) -> Result<Value, ServerError> {
        let value = match self {
            Self::Texts => {
                let texts = text_array(text).ok_or_else(|| ServerError::broken("an array cannot be read"))?;
                Value::List(texts.into_iter().map(|t| t.map_or(Value::Null, Value::Text)).collect())
            }
            Self::Json => Value::from(json(text)?),
            Self::Bool => Value::Bool(text == "t"),
            Self::Integer => Value::Integer(text.parse().map_err(ServerError::broken)?),
            Self::Text => Value::Text(text.to_owned()),
        };
        Ok(value)
    }
}

/// The items of an array of texts as PostgreSQL prints it: `{a,"b \"c\"",NULL}`. Source: PostgreSQL's documentation,
/// "Array Input and Output Syntax".
fn text_array(text: &str) -> Option<Vec<Option<String>>> {
    let mut rest = text.strip_prefix('{')?.strip_suffix('}')?.chars().peekable();
    let mut items = Vec::new();
    if rest.peek().is_none() {
        return Some(items);
    }
    loop {
        let mut item = String::new();
        let is_quoted = rest.next_if_eq(&'"').is_some();
        let separator = loop {
            match rest.next() {
                Some('"') if is_quoted => break rest.next(),
                Some('\\') => item.push(rest.next()?),
                Some(',') if !is_quoted => break Some(','),
                Some(c) => item.push(c),
                None if is_quoted => return None,
                None => break None,
            }
        };
        items.push((is_quoted || item != "NULL").then_some(item));
        match separator {
            Some(',') => {}
            Some(_) => return None,
            None => return Some(items),
        }
    }
}

/// The text of a cell. A database in SQL_ASCII can contain invalid bytes. They become hexadecimal escapes, so that they
/// affect only the object that contains them. `backslash` is how the format of the text writes one.
fn show_bytes<'a>(bytes: &'a [u8], backslash: &str) -> Cow<'a, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        for byte in chunk.invalid() {
            let _ = write!(out, "{backslash}x{byte:02x}");
        }
    }
    Cow::Owned(out)
}

impl RowReader {
    /// Adds the object of a row to a snapshot. `statement` is the number of the statement that returned the row.
    pub(super) fn object(
        &mut self,
        snapshot: &mut Snapshot,
        statement: usize,
        kind: Kind,
        row: &Row<'_>,
    ) -> Result<(), ServerError> {
        let layout = match self.layout.take() {
            Some((of, layout)) if of == statement => layout,
            Some(_) | None => Layout::new(kind, row)?,
        };
        let mut parts = Vec::with_capacity(layout.identity.len());
        for column in &layout.identity {
            let name = row
                .bytes(*column)
                .map_or(Cow::Borrowed(""), |bytes| show_bytes(bytes, "\\"));
            parts.push(self.name(&name));
        }
        let mut values = Vec::with_capacity(layout.values.len());
        for place in &layout.values {
            values.push(match place {
                Some((column, format)) => self.value(row, *column, *format)?,
                None => Value::null(),
            });
        }
        self.layout = Some((statement, layout));
        snapshot.insert(kind, ObjectId::new(parts), Object::shared(kind, values));
        Ok(())
    }

    fn name(&mut self, text: &str) -> Arc<str> {
        if let Some(name) = self.names.get(text) {
            return Arc::clone(name);
        }
        let name: Arc<str> = Arc::from(text);
        self.names.insert(Arc::clone(&name));
        name
    }

    fn value(&mut self, row: &Row<'_>, column: usize, format: CellFormat) -> Result<Arc<Value>, ServerError> {
        let Some(bytes) = row.bytes(column) else {
            return Ok(Value::null());
        };
        let text = show_bytes(bytes, format.backslash());
        if text.len() > SHORT {
            return Ok(Arc::new(format.read(&text)?));
        }
        let known = self.values.entry(format).or_default();
        if let Some(value) = known.get(&*text) {
            return Ok(Arc::clone(value));
        }
        let value = Arc::new(format.read(&text)?);
        known.insert(Box::from(&*text), Arc::clone(&value));
        Ok(value)
    }
}

impl Layout {
    fn new(kind: Kind, row: &Row<'_>) -> Result<Self, ServerError> {
        let find = |name: &str| row.columns().iter().position(|column| column.name == name);
        let identity = kind.spec().identity.iter().filter_map(|name| find(name)).collect();
        let values = kind
            .columns()
            .map(|name| {
                let Some(at) = find(name) else { return Ok(None) };
                let type_oid = row.columns()[at].type_oid;
                let format = CellFormat::of(type_oid).ok_or_else(|| {
                    ServerError::broken(format!(
                        "the column {name} of {} is of the type {type_oid}",
                        kind.words()
                    ))
                })?;
                Ok(Some((at, format)))
            })
            .collect::<Result<_, ServerError>>()?;
        Ok(Self { identity, values })
    }
}

/// The first cell of a row.
pub(super) fn text(row: &Row<'_>) -> String {
    row.bytes(0)
        .map(|bytes| show_bytes(bytes, r"\"))
        .unwrap_or_default()
        .into_owned()
}

/// Parses the row with the properties of the server. The search path comes in a row of its own.
pub(super) fn server(row: &Row<'_>) -> Result<Server, ServerError> {
    let json = json(&text(row))?;
    // PostgreSQL's own five catalogs are in the catalog of every database.
    if json["catalogs"].as_u64() != Some(5) {
        return Err(ServerError::broken("it hides rows of pg_class from this role"));
    }
    let text = |key: &str| json[key].as_str().unwrap_or_default().to_owned();
    let names = |key: &str| {
        let names = json[key].as_array().into_iter().flatten();
        names.filter_map(|name| name.as_str().map(str::to_owned)).collect()
    };
    let owners = json["platform_schemas"].as_object().into_iter().flatten();
    let traces = PlatformTraces {
        roles: names("platform_roles"),
        schemas: owners
            .filter_map(|(schema, owner)| Some((schema.clone(), owner.as_str()?.to_owned())))
            .collect(),
    };
    Ok(Server {
        // Distributions append their version: "15.18 (Debian 15.18-0+deb12u1)".
        version: text("version").split(' ').next().unwrap_or_default().to_owned(),
        major: json["major"]
            .as_u64()
            .and_then(|m| u32::try_from(m).ok())
            .unwrap_or_default(),
        database: text("database"),
        role: text("role"),
        search_path: String::new(),
        encoding: text("encoding"),
        is_superuser: json["rights"]["superuser"].as_bool().unwrap_or_default(),
        sees_everything: json["rights"]["trusted"].as_bool().unwrap_or_default(),
        closed_schemas: names("closed_schemas"),
        platform_roles: traces.platform_roles(),
        applied_without: None,
    })
}

/// Parses a list of numbers.
pub(super) fn numbers(row: &Row<'_>) -> Result<Vec<usize>, ServerError> {
    serde_json::from_str(&text(row)).map_err(ServerError::broken)
}

/// Parses the counts of objects that belong to no kind.
pub(super) fn counts(row: &Row<'_>) -> Result<BTreeMap<String, u64>, ServerError> {
    let json = json(&text(row))?;
    let counts = json.as_object().into_iter().flatten();
    Ok(counts
        .filter_map(|(name, count)| Some((name.clone(), count.as_u64()?)))
        .collect())
}

fn json(text: &str) -> Result<Json, ServerError> {
    serde_json::from_str(text).map_err(ServerError::broken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_are_read_as_postgresql_prints_them() {
        let check = |text: &str, expected: &[Option<&str>]| {
            let read = text_array(text).unwrap();
            let read: Vec<Option<&str>> = read.iter().map(Option::as_deref).collect();
            assert_eq!(read, expected, "{text}");
        };
        check("{}", &[]);
        check("{a,b}", &[Some("a"), Some("b")]);
        check(
            r#"{"a,b","say \"x\"","\\",NULL,"NULL",""}"#,
            &[Some("a,b"), Some("say \"x\""), Some("\\"), None, Some("NULL"), Some("")],
        );
        assert_eq!(text_array("{\"a"), None);
        assert_eq!(text_array("a"), None);
    }

    #[test]
    fn invalid_bytes_are_escaped() {
        assert_eq!(show_bytes(b"caf\xe9 \xc3\xa9", r"\"), "caf\\xe9 é");
    }
}
