//! Texts with places for the values of a row: `postgres://reader@{host}/{database}`.

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::error::Problem;
use crate::source_map::Place;
use crate::suggest;
use crate::terminal::visible;

/// The values of a row, by the names of its columns. A value that is NULL is none.
pub type RowValues = BTreeMap<String, Option<String>>;

/// Everything in a value is escaped that could end a part of a URL. Source: RFC 3986, section 2.3.
const IN_URL: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A text with places for values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    parts: Vec<TemplatePart>,
    /// Where it is written.
    pub place: Place,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum TemplatePart {
    Text(String),
    /// The name of the value.
    Value(String),
}

impl Template {
    /// Reads a text.
    ///
    /// # Errors
    /// A brace has no partner.
    pub fn parse(text: &str, place: Place) -> Result<Self, Problem> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(open) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(open);
            // A brace that is written twice is a brace.
            if let Some(twice) = ["{{", "}}"].into_iter().find(|twice| from.starts_with(twice)) {
                parts.push(TemplatePart::Text(format!("{before}{}", &twice[..1])));
                rest = &from[twice.len()..];
                continue;
            }
            let inner = from.strip_prefix('{').and_then(|inner| inner.split_once('}'));
            let Some((name, after)) = inner.filter(|(name, _)| is_name(name)) else {
                return Err(Problem::at(place, "this brace is not part of a place for a value")
                    .hint("write {column} for the value of a column, and {{ and }} for braces"));
            };
            if !before.is_empty() {
                parts.push(TemplatePart::Text(before.to_owned()));
            }
            parts.push(TemplatePart::Value(name.to_owned()));
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(TemplatePart::Text(rest.to_owned()));
        }
        Ok(Self { parts, place })
    }

    /// Whether the text has no places for values.
    #[must_use]
    pub fn is_text(&self) -> bool {
        self.names().next().is_none()
    }

    /// Whether the text begins with a value, so that the value says what the text is.
    #[must_use]
    pub fn begins_with_value(&self) -> bool {
        matches!(self.parts.first(), Some(TemplatePart::Value(_)))
    }

    /// The names of the values.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            TemplatePart::Value(name) => Some(name.as_str()),
            TemplatePart::Text(_) => None,
        })
    }

    /// The text with the values as they are.
    ///
    /// # Errors
    /// There is no such column, or its value is NULL.
    pub fn with(&self, values: &RowValues) -> Result<String, Problem> {
        self.fill(values, &|_, value| Ok(value.to_owned()))
    }

    /// The URL with the values, which become parts of it and nothing else.
    ///
    /// # Errors
    /// There is no such column, or its value is NULL or empty: a URL without its host leads elsewhere.
    pub fn url(&self, values: &RowValues) -> Result<String, Problem> {
        self.fill(values, &|name, value| {
            if value.is_empty() {
                return Err(Problem::at(
                    self.place,
                    format!("`{name}` is empty, and a part of a URL"),
                ));
            }
            Ok(utf8_percent_encode(value, IN_URL).to_string())
        })
    }

    /// The path with the values, each of which is at most a name in it.
    ///
    /// # Errors
    /// There is no such column, or its value is not the name of a file.
    pub fn path(&self, values: &RowValues) -> Result<String, Problem> {
        self.fill(values, &|name, value| {
            let is_name = !matches!(value, "" | "." | "..") && !value.contains(['/', '\\', '\0']);
            if is_name {
                return Ok(value.to_owned());
            }
            let message = format!(
                "`{name}` is a part of a path, and `{}` is not the name of a file",
                visible(value)
            );
            Err(Problem::at(self.place, message))
        })
    }

    fn fill(
        &self,
        values: &RowValues,
        write: &dyn Fn(&str, &str) -> Result<String, Problem>,
    ) -> Result<String, Problem> {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                TemplatePart::Text(text) => out.push_str(text),
                TemplatePart::Value(name) => {
                    let value = values.get(name).ok_or_else(|| self.unknown(name, values))?;
                    let value = value
                        .as_ref()
                        .ok_or_else(|| Problem::at(self.place, format!("`{name}` is NULL")))?;
                    out.push_str(&write(name, value)?);
                }
            }
        }
        Ok(out)
    }

    fn unknown(&self, name: &str, values: &RowValues) -> Problem {
        let known: Vec<&str> = values.keys().map(String::as_str).collect();
        let problem = Problem::at(self.place, format!("there is no column `{name}`"));
        if known.is_empty() {
            problem
        } else {
            problem.hint(suggest::hint(name, &known))
        }
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_')
}
