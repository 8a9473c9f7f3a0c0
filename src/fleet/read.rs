//! Reads the values of a fleet file, and collects its problems.

use super::template::Template;
use super::{Url, WrittenText};
use crate::environment::is_variable;
use crate::error::Problem;
use crate::redact;
use crate::source_map::Place;
use crate::suggest;
use crate::yaml::{Entry, Mapping, Node, NodeValue, ScalarType, shorten};

/// Reads values, and keeps the problems that it finds.
#[derive(Debug, Default)]
pub(super) struct FleetReader {
    pub(super) problems: Vec<Problem>,
}

impl FleetReader {
    pub(super) fn problem(&mut self, place: Place, message: impl Into<String>, hint: impl Into<String>) {
        self.problems.push(Problem::at(place, message).hint(hint));
    }

    /// Keeps the problem of a value.
    pub(super) fn keep<T>(&mut self, read: Result<T, Problem>) -> Option<T> {
        read.map_err(|problem| self.problems.push(problem)).ok()
    }

    pub(super) fn unknown_key(&mut self, entry: &Entry, known: &[&str]) {
        let message = format!("unknown key `{}`", shorten(&entry.key));
        self.problem(entry.place, message, suggest::hint(&entry.key, known));
    }

    /// A text that is not empty, quoted or not.
    pub(super) fn text(&mut self, name: &str, node: &Node) -> Option<WrittenText> {
        let text = node.scalar().filter(|scalar| scalar.scalar_type != ScalarType::Null);
        match text.map(|scalar| scalar.text.clone()) {
            Some(text) if !text.trim().is_empty() => Some(WrittenText {
                text,
                place: node.place,
            }),
            Some(_) => {
                self.problems
                    .push(Problem::at(node.place, format!("`{name}` is empty")));
                None
            }
            None => {
                let is = node.describe();
                self.problems.push(Problem::at(
                    node.place,
                    format!("`{name}` takes a text, but this is {is}"),
                ));
                None
            }
        }
    }

    pub(super) fn template(&mut self, name: &str, node: &Node) -> Option<Template> {
        let text = self.text(name, node)?;
        self.keep(Template::parse(&text.text, text.place))
    }

    /// A list of texts, or one text.
    pub(super) fn texts(&mut self, name: &str, node: &Node) -> Vec<WrittenText> {
        match &node.value {
            NodeValue::List(items) if items.is_empty() => {
                self.problems
                    .push(Problem::at(node.place, format!("the list `{name}` is empty")));
                Vec::new()
            }
            NodeValue::List(items) => items.iter().filter_map(|item| self.text(name, item)).collect(),
            NodeValue::Scalar(_) => self.text(name, node).into_iter().collect(),
            NodeValue::Map(_) => {
                let message = format!("`{name}` takes a list, but this is a mapping");
                self.problem(node.place, message, format!("write `{name}: [a, b]`"));
                Vec::new()
            }
        }
    }

    /// A whole number from 1.
    pub(super) fn number(&mut self, name: &str, node: &Node) -> Option<usize> {
        let number = node.scalar().and_then(|scalar| scalar.text.parse::<usize>().ok());
        let number = number.filter(|number| *number > 0);
        if number.is_none() {
            let is = node.describe();
            let message = format!("`{name}` takes a whole number from 1, but this is {is}");
            self.problems.push(Problem::at(node.place, message));
        }
        number
    }

    pub(super) fn map<'a>(&mut self, name: &str, node: &'a Node, example: &str) -> Option<&'a Mapping> {
        match &node.value {
            NodeValue::Map(map) if !map.is_empty() => Some(map),
            NodeValue::Map(_) | NodeValue::List(_) | NodeValue::Scalar(_) => {
                let message = format!("`{name}` takes a mapping, but this is {}", node.describe());
                self.problem(node.place, message, format!("write `{name}: {example}`"));
                None
            }
        }
    }

    /// A URL without a password, or the variable that has it.
    pub(super) fn url(&mut self, node: &Node) -> Option<Url> {
        let text = self.text("url", node)?;
        if let Some(name) = text.text.strip_prefix("env:") {
            if !is_variable(name) {
                self.problem(
                    node.place,
                    "env: takes the name of a variable",
                    "write `url: env:SHOP_URL`",
                );
                return None;
            }
            return Some(Url::Variable(WrittenText {
                text: name.to_owned(),
                place: text.place,
            }));
        }
        if has_password(&text.text) {
            self.problem(
                node.place,
                "this URL contains a password",
                "write `password: {env: NAME}` or `password: {file: PATH}` beside it, or the whole URL into a variable: `url: env:NAME`",
            );
            return None;
        }
        let template = self.keep(Template::parse(&text.text, text.place))?;
        if !text.text.starts_with("postgres://") && !text.text.starts_with("postgresql://") {
            let message = format!("`{}` is not a URL of PostgreSQL", redact::typed(&shorten(&text.text)));
            self.problem(
                node.place,
                message,
                "write postgres://role@host/database without a password, or env:NAME",
            );
            return None;
        }
        Some(Url::Written(template))
    }
}

/// Whether the part of a URL before the host, or a parameter, has a password.
fn has_password(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let credentials = rest[..end].rsplit_once('@').map_or("", |(credentials, _)| credentials);
    let parameters = url.split_once('?').map_or("", |(_, parameters)| parameters);
    credentials.contains(':')
        || parameters
            .split('&')
            .any(|parameter| parameter.starts_with("password="))
}
