//! The command of a console block: so much of a shell as examples need, and no more.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::str::Chars;

/// A command line, understood.
#[derive(Debug, PartialEq, Eq)]
pub struct Command {
    /// The variables set in front of the command.
    pub variables: Vec<(String, String)>,
    /// What to run.
    pub program: Program,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// The file that takes the standard output: `> FILE`.
    pub output: Option<String>,
}

/// The programs that a console block may run.
#[derive(Debug, PartialEq, Eq)]
pub enum Program {
    /// The program under test.
    Driftgate,
    /// Shows files that a run has written.
    Cat,
    /// Shows the names of the files in a folder.
    Ls,
}

impl Command {
    /// Understands `NAME=value driftgate check "$NAME" > file`, where names stand for the given variables.
    pub fn parse(line: &str, variables: &BTreeMap<String, String>) -> Result<Self, String> {
        let mut words = words(line, variables)?.into_iter().peekable();
        let mut set = Vec::new();
        while let Some((name, value)) = words.peek().and_then(Word::assignment) {
            set.push((name, value));
            words.next();
        }
        let program = match words.next().map(|word| word.text) {
            Some(name) if name == "driftgate" => Program::Driftgate,
            Some(name) if name == "cat" => Program::Cat,
            Some(name) if name == "ls" => Program::Ls,
            other => {
                return Err(format!(
                    "`{}`: expected driftgate, cat or ls",
                    other.unwrap_or_default()
                ));
            }
        };
        let (mut arguments, mut output) = (Vec::new(), None);
        while let Some(word) = words.next() {
            if word.plain && word.text == ">" {
                output = Some(words.next().ok_or("no file behind `>`")?.text);
            } else {
                arguments.push(word.text);
            }
        }
        Ok(Self {
            variables: set,
            program,
            arguments,
            output,
        })
    }
}

/// A word, and whether it stands there without quotes.
struct Word {
    text: String,
    plain: bool,
}

impl Word {
    fn assignment(&self) -> Option<(String, String)> {
        let (name, value) = self.text.split_once('=')?;
        let is_name = !name.is_empty()
            && name
                .chars()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
        is_name.then(|| (name.to_owned(), value.to_owned()))
    }
}

/// Splits a line as a shell does, with single quotes, double quotes, backslashes and variables.
fn words(line: &str, variables: &BTreeMap<String, String>) -> Result<Vec<Word>, String> {
    let mut words = Vec::new();
    let mut word: Option<Word> = None;
    let mut characters = line.chars().peekable();
    while let Some(c) = characters.next() {
        if c.is_whitespace() {
            words.extend(word.take());
            continue;
        }
        let word = word.get_or_insert(Word {
            text: String::new(),
            plain: true,
        });
        match c {
            '\'' => {
                word.plain = false;
                word.text.push_str(&until(&mut characters, '\'')?);
            }
            '"' => {
                word.plain = false;
                let quoted = until(&mut characters, '"')?;
                let mut quoted = quoted.chars().peekable();
                while let Some(c) = quoted.next() {
                    if c == '$' {
                        word.text.push_str(&variable(&mut quoted, variables)?);
                    } else {
                        word.text.push(c);
                    }
                }
            }
            '$' => word.text.push_str(&variable(&mut characters, variables)?),
            '\\' => word.text.extend(characters.next()),
            '|' | '&' | ';' | '<' | '(' | ')' | '`' => {
                return Err(format!("`{c}`: there is no shell here; quote it if it is meant"));
            }
            c => word.text.push(c),
        }
    }
    words.extend(word);
    Ok(words)
}

/// Everything up to the closing quote.
fn until(characters: &mut Peekable<Chars>, quote: char) -> Result<String, String> {
    let mut text = String::new();
    for c in characters {
        if c == quote {
            return Ok(text);
        }
        text.push(c);
    }
    Err(format!("a {quote} that is never closed"))
}

/// The value of the variable whose name follows.
fn variable(characters: &mut Peekable<Chars>, variables: &BTreeMap<String, String>) -> Result<String, String> {
    let mut name = String::new();
    while let Some(c) = characters.next_if(|c| c.is_ascii_alphanumeric() || *c == '_') {
        name.push(c);
    }
    variables
        .get(&name)
        .cloned()
        .ok_or_else(|| format!("${name} is not set"))
}
