//! SQL files as psql reads them: each statement is sent by itself, and a few commands of psql have a meaning here.

use std::path::{Path, PathBuf};

use super::Script;
use super::statements::line_and_column;
use crate::error::Problem;
use crate::input;
use crate::migrations::ApplyMode;
use crate::redact;
use crate::source_map::{FileId, Place, SourceMap};
use crate::sql_text::script::{PsqlCommand, ScriptPiece, pieces};

/// Commands that print something or change how psql prints. They do not change the database.
const PRINTING: [&str; 21] = [
    "?",
    "C",
    "H",
    "T",
    "a",
    "conninfo",
    "copyright",
    "echo",
    "errverbose",
    "f",
    "h",
    "help",
    "p",
    "print",
    "pset",
    "qecho",
    "t",
    "timing",
    "warn",
    "x",
    "z",
];

/// Variables that only change what psql prints, or when it stops. A script always stops at an error here.
const PRINTING_VARIABLES: [&str; 9] = [
    "ECHO",
    "ECHO_HIDDEN",
    "FETCH_COUNT",
    "HIDE_TABLEAM",
    "HIDE_TOAST_COMPRESSION",
    "ON_ERROR_STOP",
    "QUIET",
    "SHOW_CONTEXT",
    "VERBOSITY",
];

/// Reads the scripts of one file: more than one if it includes others.
pub(super) struct ScriptReader<'a> {
    files: &'a mut SourceMap,
    /// The files that are being read: each one is included by the one before it.
    open: Vec<PathBuf>,
    /// The key of `\restrict`, after which psql accepts only `\unrestrict` with this key.
    restricted: Option<String>,
    out: Vec<Script>,
}

impl<'a> ScriptReader<'a> {
    /// The scripts of a text that begins at a line of a file.
    ///
    /// # Errors
    /// A command of psql that has no meaning here, or an included file that cannot be read.
    pub(super) fn scripts(
        path: &Path,
        text: &str,
        first_line: u32,
        file: FileId,
        files: &'a mut SourceMap,
    ) -> Result<Vec<Script>, Problem> {
        let mut reader = Self {
            files,
            open: vec![path.to_owned()],
            restricted: None,
            out: Vec::new(),
        };
        reader.read(path, text, first_line, file)?;
        Ok(reader.out)
    }

    fn read(&mut self, path: &Path, text: &str, first_line: u32, file: FileId) -> Result<(), Problem> {
        let mut from = 0;
        for piece in pieces(text) {
            let ScriptPiece::Command(command) = piece else { continue };
            let (line, column) = line_and_column(text, command.range.start);
            let place = Place {
                file,
                line: first_line + line - 1,
                column,
            };
            if let Some(included) = self.command(path, &command, place)? {
                self.add(path, text, from..command.range.start, first_line);
                self.include(&included, place)?;
                from = command.range.end;
            }
        }
        self.add(path, text, from..text.len(), first_line);
        Ok(())
    }

    /// Adds a part of a text. A part after an included file continues the session.
    fn add(&mut self, path: &Path, text: &str, part: std::ops::Range<usize>, first_line: u32) {
        let (line, _) = line_and_column(text, part.start);
        self.out.push(Script {
            path: path.to_owned(),
            text: text[part].to_owned(),
            first_line: first_line + line - 1,
            mode: ApplyMode::Psql,
            continues: !self.out.is_empty(),
        });
    }

    fn include(&mut self, path: &Path, place: Place) -> Result<(), Problem> {
        if self.open.iter().any(|open| open == path) {
            return Err(Problem::at(place, format!("{} includes itself", redact::path(path))));
        }
        let file = input::read(path, self.files)
            .map_err(|problem| Problem {
                place: problem.place.or(Some(place)),
                ..problem
            })?
            .file;
        let text = self.files.text(file).to_owned();
        self.open.push(path.to_owned());
        self.read(path, &text, 1, file)?;
        self.open.pop();
        Ok(())
    }

    /// Validates a command. Returns the file that it includes, if any.
    fn command(&mut self, path: &Path, command: &PsqlCommand, place: Place) -> Result<Option<PathBuf>, Problem> {
        let (name, arguments) = (command.name.as_str(), command.arguments.as_slice());
        let first = arguments.first().map(String::as_str);
        if let Some(key) = &self.restricted {
            if name == "unrestrict" && first == Some(key) {
                self.restricted = None;
                return Ok(None);
            }
            return Err(Problem::at(
                place,
                format!("\\{name} follows \\restrict, after which psql accepts no command"),
            )
            .hint("a dump has no such line: if it was not added on purpose, make the dump again"));
        }
        if command.in_statement {
            return Err(refused(name, place, "it is inside a statement"));
        }
        match (name, first) {
            ("restrict", Some(key)) => self.restricted = Some(key.to_owned()),
            ("i" | "include", Some(file)) => return Ok(Some(PathBuf::from(file))),
            ("ir" | "include_relative", Some(file)) => {
                return Ok(Some(path.parent().unwrap_or(Path::new("")).join(file)));
            }
            ("c" | "connect", _) => {
                return Err(Problem::at(place, format!("\\{name} connects to another database"))
                    .hint("the SQL of one source belongs to one database: give that part alone, or dump without --create (pg_dump -C)"));
            }
            ("set", Some(variable)) if PRINTING_VARIABLES.contains(&variable) => {}
            ("set", Some(variable)) => {
                return Err(refused(
                    name,
                    place,
                    &format!("it sets the variable {}", redact::typed(variable)),
                ));
            }
            ("encoding", Some(encoding)) if is_utf8(encoding) => {}
            _ if PRINTING.contains(&name) || name.starts_with(['d', 'l']) => {}
            _ => return Err(refused(name, place, "only psql can run it")),
        }
        Ok(None)
    }
}

fn is_utf8(encoding: &str) -> bool {
    matches!(encoding.to_ascii_uppercase().as_str(), "UTF8" | "UTF-8" | "UNICODE")
}

fn refused(name: &str, place: Place, why: &str) -> Problem {
    Problem::at(place, format!("the command \\{name} of psql is not supported: {why}")).hint(
        "write it as SQL; or run the file with psql on an empty database, and use the URL of that database as the source",
    )
}
