//! The source that a file names, with which it is compared instead of a live database.

use super::keys::FileKey;
use super::parse::Parser;
use crate::error::Problem;
use crate::migrations::Tool;
use crate::source_map::Place;
use crate::yaml::{Entry, Node, NodeValue, ScalarType, shorten};

/// The key of a program that prints SQL.
pub const COMMAND: &str = "command";

/// The prefixes of sources that run a program.
const PROGRAMS: [&str; 2] = ["command:", "model:"];

/// The source of a file, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenSource {
    /// What is written.
    pub form: WrittenForm,
    /// Its place in the file.
    pub place: Place,
}

/// How a source is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WrittenForm {
    /// As on the command line. Paths are relative to the file.
    Text(String),
    /// A program and its arguments.
    Command(Vec<String>),
}

impl WrittenSource {
    /// The path of a source that is read, as it is written.
    pub(super) fn path(&self) -> Option<&str> {
        let WrittenForm::Text(text) = &self.form else {
            return None;
        };
        let (prefix, path) = text.split_once(':')?;
        match (prefix, path.split_once(':')) {
            ("migrations", Some((tool, path))) if Tool::named(tool).is_some() => Some(path),
            ("migrations" | "sql" | "snapshot", _) => Some(path),
            _ => None,
        }
    }

    /// The problem that the source is outside of the working directory, in a file that the command line does not name itself.
    pub(super) fn outside(&self, shown: &str) -> Problem {
        Problem::at(
            self.place,
            "this source is outside of the working directory, which only a file that the command line names may read",
        )
        .hint(format!(
            "name this file as {shown} on the command line, or pass --against there"
        ))
    }

    /// The problem that the source runs a program, in a file that the command line does not name itself.
    pub(super) fn refused(&self, shown: &str) -> Option<Problem> {
        let runs_program = match &self.form {
            WrittenForm::Command(_) => true,
            WrittenForm::Text(text) => PROGRAMS.iter().any(|prefix| text.starts_with(prefix)),
        };
        runs_program.then(|| {
            Problem::at(
                self.place,
                "this source runs a program, which only a file that the command line names may do",
            )
            .hint(format!(
                "this file was found in a folder or by a pattern: name it as {shown} on the command line, or pass --against there"
            ))
        })
    }
}

/// Reads `database`.
pub(super) fn parse_database(parser: &mut Parser, entry: &Entry) {
    let Some(name) = parser.text(entry) else {
        return;
    };
    if name.contains("://") {
        parser.problems.push(
            Problem::at(
                entry.value.place,
                "`database` takes the name of an environment variable, not a URL",
            )
            .hint("a URL may contain a password: put it in an environment variable, and write the name of the variable here"),
        );
    }
    parser.out.database = name;
    parser.out.database_place = entry.value.place;
}

/// Reads `against`.
pub(super) fn parse_against(parser: &mut Parser, entry: &Entry) {
    let place = entry.value.place;
    let form = match &entry.value.value {
        NodeValue::Map(entries) => {
            for other in entries.iter().filter(|inner| inner.key != COMMAND) {
                parser.unknown_key(other, &[COMMAND]);
            }
            let command = entries.iter().find(|inner| inner.key == COMMAND);
            if entries.is_empty() {
                let message = format!("`{}` is empty, so it names no source", entry.key);
                parser
                    .problems
                    .push(Problem::at(place, message).hint(format!("write `{COMMAND}: [PROGRAM, ARGUMENT]` in it")));
            }
            command
                .and_then(|command| words(parser, command))
                .map(WrittenForm::Command)
        }
        NodeValue::List(items) => {
            let message = format!("`{}` takes a source, but this is a list", entry.key);
            // Whoever knows the source `command:` may have written its word first.
            let is_word = |item: &&Node| item.flow() == COMMAND;
            let program: Vec<String> = items.iter().skip_while(is_word).map(Node::flow).collect();
            let written = format!("[{}]", program.join(", "));
            let written = shorten(&written).into_owned();
            let hint = format!(
                "for a program that prints SQL, write `{}: {{{COMMAND}: {written}}}`",
                entry.key
            );
            parser.problems.push(Problem::at(place, message).hint(hint));
            None
        }
        NodeValue::Scalar(_) => parser.text(entry).map(WrittenForm::Text),
    };
    if let Some(WrittenForm::Text(text)) = &form
        && (text.contains("://") || text.contains('='))
        && !PROGRAMS.iter().any(|prefix| text.starts_with(prefix))
    {
        let message = format!("`{}` takes no URL of a database", FileKey::Against.name());
        parser.problems.push(Problem::at(place, message).hint(
            "a URL may contain a password: put it in an environment variable, and write `database: NAME` with its name",
        ));
        return;
    }
    parser.out.against = form.map(|form| WrittenSource { form, place });
}

/// A program and its arguments.
fn words(parser: &mut Parser, entry: &Entry) -> Option<Vec<String>> {
    let word = |item: &Node| {
        let scalar = item.scalar().filter(|scalar| scalar.scalar_type != ScalarType::Null);
        scalar.map(|scalar| scalar.text.clone())
    };
    let words: Option<Vec<String>> = match &entry.value.value {
        NodeValue::List(items) => items.iter().map(word).collect(),
        NodeValue::Scalar(_) | NodeValue::Map(_) => None,
    };
    let words = words.filter(|words| words.first().is_some_and(|program| !program.is_empty()));
    if words.is_none() {
        let message = format!("`{COMMAND}` takes a program and its arguments as a list of texts");
        parser.problems.push(
            Problem::at(entry.value.place, message)
                .hint("no shell reads them: `command: [pg_dump, --schema-only, shop]`"),
        );
    }
    words
}
