//! What the server answers, as objects.
//!
//! A catalog repeats itself: most cells are one of a few words. Each text is kept once, and most are read once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value as Json;
use sqlx::postgres::PgRow;
use sqlx::{Column as _, Decode as _, Row as _, TypeInfo as _, ValueRef as _};

use super::super::server_error::ServerError;
use crate::kinds::Kind;
use crate::object_id::ObjectId;
use crate::snapshot::{Object, Server, Snapshot};
use crate::value::Value;

/// Reads rows into objects.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// The statement whose rows are being read, and what its columns are.
    layout: Option<(usize, Layout)>,
    names: BTreeSet<Arc<str>>,
    values: BTreeMap<Form, BTreeMap<Box<str>, Arc<Value>>>,
}

/// Texts up to this length, in bytes, are kept once: it is those that repeat.
const SHORT: usize = 80;

/// Where the columns of a statement go.
#[derive(Debug)]
struct Layout {
    /// The columns that identify an object, outermost first.
    identity: Vec<usize>,
    /// The columns of the values of an object, in the order of [`Kind::columns`].
    values: Vec<Option<(usize, Form)>>,
}

/// How the text of a cell is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    Bool,
    Integer,
    Text,
    Json,
    Texts,
}

impl Form {
    fn of(type_name: &str) -> Option<Self> {
        match type_name {
            "BOOL" => Some(Self::Bool),
            "INT2" | "INT4" | "INT8" | "OID" => Some(Self::Integer),
            "TEXT" | "NAME" | "VARCHAR" | "\"CHAR\"" => Some(Self::Text),
            "JSON" | "JSONB" => Some(Self::Json),
            "TEXT[]" | "NAME[]" => Some(Self::Texts),
            _ => None,
        }
    }

    fn read(self, row: &PgRow, column: usize) -> Result<Value, ServerError> {
        let cell = row.try_get_raw(column)?;
        let value = match self {
            Self::Texts => {
                let texts = Vec::<Option<String>>::decode(cell).map_err(unreadable)?;
                Value::List(texts.into_iter().map(|t| t.map_or(Value::Null, Value::Text)).collect())
            }
            Self::Json => Value::from(json(cell.as_str().map_err(unreadable)?)?),
            Self::Bool => Value::Bool(cell.as_str().map_err(unreadable)? == "t"),
            Self::Integer => Value::Integer(cell.as_str().map_err(unreadable)?.parse().map_err(unreadable)?),
            Self::Text => Value::Text(cell.as_str().map_err(unreadable)?.to_owned()),
        };
        Ok(value)
    }
}

impl Reader {
    /// Adds the object of a row to a snapshot. `statement` tells rows of different columns apart.
    pub(super) fn object(
        &mut self,
        snapshot: &mut Snapshot,
        statement: usize,
        kind: Kind,
        row: &PgRow,
    ) -> Result<(), ServerError> {
        let layout = match self.layout.take() {
            Some((of, layout)) if of == statement => layout,
            Some(_) | None => Layout::new(kind, row)?,
        };
        let mut parts = Vec::with_capacity(layout.identity.len());
        for column in &layout.identity {
            let cell = row.try_get_raw(*column)?;
            let name = if cell.is_null() {
                ""
            } else {
                cell.as_str().map_err(unreadable)?
            };
            parts.push(self.name(name));
        }
        let mut values = Vec::with_capacity(layout.values.len());
        for place in &layout.values {
            values.push(match place {
                Some((column, form)) => self.value(row, *column, *form)?,
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

    fn value(&mut self, row: &PgRow, column: usize, form: Form) -> Result<Arc<Value>, ServerError> {
        let cell = row.try_get_raw(column)?;
        if cell.is_null() {
            return Ok(Value::null());
        }
        let text = cell.as_str().map_err(unreadable)?;
        if text.len() > SHORT {
            return Ok(Arc::new(form.read(row, column)?));
        }
        let known = self.values.entry(form).or_default();
        if let Some(value) = known.get(text) {
            return Ok(Arc::clone(value));
        }
        let value = Arc::new(form.read(row, column)?);
        known.insert(Box::from(text), Arc::clone(&value));
        Ok(value)
    }
}

impl Layout {
    fn new(kind: Kind, row: &PgRow) -> Result<Self, ServerError> {
        let find = |name: &str| row.columns().iter().position(|column| column.name() == name);
        let identity = kind.spec().identity.iter().filter_map(|name| find(name)).collect();
        let values = kind
            .columns()
            .map(|name| {
                let Some(at) = find(name) else { return Ok(None) };
                let type_name = row.columns()[at].type_info().name();
                let form = Form::of(type_name).ok_or_else(|| {
                    unreadable(format!(
                        "the column {name} of {} is of the type {type_name}",
                        kind.words()
                    ))
                })?;
                Ok(Some((at, form)))
            })
            .collect::<Result<_, ServerError>>()?;
        Ok(Self { identity, values })
    }
}

/// The one text of a row.
pub(super) fn text(row: &PgRow) -> Result<String, ServerError> {
    let cell = row.try_get_raw(0)?;
    Ok(cell.as_str().map_err(unreadable)?.to_owned())
}

/// What a row says about the server.
pub(super) fn server(row: &PgRow) -> Result<Server, ServerError> {
    let json = json(row.try_get_raw(0)?.as_str().map_err(unreadable)?)?;
    let text = |key: &str| json[key].as_str().unwrap_or_default().to_owned();
    let names = |key: &str| {
        let names = json[key].as_array().into_iter().flatten();
        names.filter_map(|name| name.as_str().map(str::to_owned)).collect()
    };
    Ok(Server {
        // Distributions add their own words: "15.18 (Debian 15.18-0+deb12u1)".
        version: text("version").split(' ').next().unwrap_or_default().to_owned(),
        major: json["major"]
            .as_u64()
            .and_then(|m| u32::try_from(m).ok())
            .unwrap_or_default(),
        database: text("database"),
        role: text("role"),
        search_path: text("search_path"),
        closed_schemas: names("closed_schemas"),
        platform_roles: names("platform_roles"),
    })
}

/// How much there is of what no kind speaks of, by name.
pub(super) fn counts(row: &PgRow) -> Result<BTreeMap<String, u64>, ServerError> {
    let json = json(row.try_get_raw(0)?.as_str().map_err(unreadable)?)?;
    let counts = json.as_object().into_iter().flatten();
    Ok(counts
        .filter_map(|(name, count)| Some((name.clone(), count.as_u64()?)))
        .collect())
}

fn json(text: &str) -> Result<Json, ServerError> {
    serde_json::from_str(text).map_err(unreadable)
}

fn unreadable(why: impl std::fmt::Display) -> ServerError {
    ServerError {
        code: String::new(),
        message: format!("the server's answer is not what was asked for: {why}"),
    }
}
