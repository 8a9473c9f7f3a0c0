//! Reads a file of scenarios: headings, prose and fenced blocks.

use std::fmt::Write;

/// The line that keeps a scenario from a program without the embedded PostgreSQL.
const EMBEDDED: &str = "Needs the feature embedded";

/// What happens under one `## Heading`, in the order of the file.
#[derive(Debug)]
pub struct Scenario {
    /// The heading's text.
    pub heading: String,
    /// The heading's line, from 1.
    pub line: usize,
    /// The oldest major version of the server that it is about.
    pub since: Option<u32>,
    /// Whether it needs the PostgreSQL inside the program.
    pub embedded: bool,
    /// Its blocks; those of kind `text` are prose.
    pub blocks: Vec<Block>,
}

/// A fenced block.
#[derive(Debug)]
pub struct Block {
    /// The opening fence's line, from 1; the text begins on the next.
    pub line: usize,
    /// What to do with it.
    pub kind: Kind,
    /// What stands between the fences, with a line break after each line.
    pub text: String,
}

/// What a fenced block is for.
#[derive(Debug, PartialEq, Eq)]
pub enum Kind {
    /// `sql`: statements for the database; with `sql fails` they must be refused.
    Sql { fails: bool },
    /// `yaml NAME` and any other language with a name: a file for the working directory.
    File(String),
    /// `console`: a command with its output, run by the given role.
    Console { role: Option<String> },
}

/// The scenarios of a file. The error has all problems, one per line.
pub fn parse(text: &str) -> Result<Vec<Scenario>, String> {
    let mut reader = Reader::default();
    let mut lines = text.lines().zip(1..);
    while let Some((line, number)) = lines.next() {
        let Some((fence, info)) = opening(line) else {
            reader.line(line, number);
            continue;
        };
        let mut is_closed = false;
        let mut body = String::new();
        for (line, _) in lines.by_ref() {
            is_closed = closes(line, fence);
            if is_closed {
                break;
            }
            body.extend([line, "\n"]);
        }
        if !is_closed {
            reader.problem(number, "the block is never closed");
        }
        reader.block(info, number, body);
    }
    reader.end()
}

/// The scenarios that were read, and the problems.
#[derive(Default)]
struct Reader {
    scenarios: Vec<Scenario>,
    problems: String,
}

impl Reader {
    fn problem(&mut self, line: usize, message: &str) {
        let _ = writeln!(self.problems, "line {line}: {message}");
    }

    /// A line outside of blocks: a heading, a requirement or prose.
    fn line(&mut self, line: &str, number: usize) {
        if let Some(heading) = line.strip_prefix("## ") {
            self.scenarios.push(Scenario {
                heading: heading.trim().to_owned(),
                line: number,
                since: None,
                embedded: false,
                blocks: Vec::new(),
            });
        } else if let (Some(since), Some(scenario)) = (since(line), self.scenarios.last_mut()) {
            scenario.since = Some(since);
        } else if let (true, Some(scenario)) = (line.starts_with(EMBEDDED), self.scenarios.last_mut()) {
            scenario.embedded = true;
        }
    }

    /// A block whose fence is followed by `info`.
    fn block(&mut self, info: &str, line: usize, text: String) {
        match (kind(info), self.scenarios.last_mut()) {
            (Err(message), _) => self.problem(line, &message),
            (Ok(None), _) => {}
            (Ok(Some(_)), None) => self.problem(line, "a block before the first `## ` heading"),
            (Ok(Some(kind)), Some(scenario)) => scenario.blocks.push(Block { line, kind, text }),
        }
    }

    fn end(mut self) -> Result<Vec<Scenario>, String> {
        let scenarios = std::mem::take(&mut self.scenarios);
        if scenarios.is_empty() {
            self.problem(1, "no scenario: a scenario begins with a `## ` heading");
        }
        for scenario in &scenarios {
            self.consoles(scenario);
        }
        if self.problems.is_empty() {
            Ok(scenarios)
        } else {
            Err(self.problems)
        }
    }

    /// Every scenario has a console block, and every console block begins with a command.
    fn consoles(&mut self, scenario: &Scenario) {
        let mut consoles = scenario
            .blocks
            .iter()
            .filter(|block| matches!(block.kind, Kind::Console { .. }))
            .peekable();
        if consoles.peek().is_none() {
            self.problem(
                scenario.line,
                "a scenario without a console block, which would check nothing",
            );
        }
        for console in consoles.filter(|block| !block.text.starts_with("$ ")) {
            self.problem(
                console.line,
                "a console block that does not begin with a command: `$ driftgate check`",
            );
        }
    }
}

/// The file's text with other bodies below the commands of some console blocks, given by the line of the fence.
pub fn rewrite(text: &str, bodies: &[(usize, String)]) -> String {
    let mut result = String::new();
    let mut lines = text.lines().zip(1..);
    while let Some((line, number)) = lines.next() {
        let body = bodies.iter().find(|(at, _)| *at == number).map(|(_, body)| body);
        let (Some((fence, info)), Some(body)) = (opening(line), body) else {
            result.extend([line, "\n"]);
            continue;
        };
        let command = lines.next().map_or("", |(line, _)| line);
        let _end = lines.by_ref().find(|(line, _)| closes(line, fence));
        // The output may itself hold a fence.
        let inner = body.lines().filter_map(opening).map(|(fence, _)| fence + 1).max();
        let fence = "`".repeat(fence.max(inner.unwrap_or(0)));
        result.extend([&fence, info, "\n", command, "\n", body, &fence, "\n"]);
    }
    result
}

/// The length of an opening fence and what stands behind it.
fn opening(line: &str) -> Option<(usize, &str)> {
    let info = line.trim_start_matches('`');
    let fence = line.len() - info.len();
    (fence >= 3 && !info.contains('`')).then_some((fence, info))
}

/// Whether the line ends a block that was opened by a fence of this length.
fn closes(line: &str, fence: usize) -> bool {
    opening(line).is_some_and(|(length, info)| length >= fence && info.trim().is_empty())
}

/// What a block is for, by the words behind its fence; none for prose.
fn kind(info: &str) -> Result<Option<Kind>, String> {
    let words: Vec<&str> = info.split_whitespace().collect();
    Ok(Some(match words[..] {
        ["text"] => return Ok(None),
        ["sql"] => Kind::Sql { fails: false },
        ["sql", "fails"] => Kind::Sql { fails: true },
        ["yaml"] => Kind::File("expectations/expectations.yaml".to_owned()),
        ["console"] => Kind::Console { role: None },
        ["console", option] if option.starts_with("as=") => Kind::Console {
            role: Some(option[3..].to_owned()),
        },
        ["console", _] => {
            return Err(format!("`{info}`: the one option of a console block is as=ROLE"));
        }
        [language, name] if name.contains('.') => Kind::File(path(language, name)?),
        _ => {
            return Err(format!(
                "`{info}` is not a block: expected sql, sql fails, yaml, console, LANGUAGE FILE or text"
            ));
        }
    }))
}

/// Where a named file goes: expectations into their folder, the others where they say.
fn path(language: &str, name: &str) -> Result<String, String> {
    if name.starts_with('/') || name.split('/').any(|part| part == "..") {
        return Err(format!("{name} is not below the working directory"));
    }
    let plain = language == "yaml" && !name.contains('/');
    Ok(if plain {
        format!("expectations/{name}")
    } else {
        name.to_owned()
    })
}

/// The version of a line such as `Needs PostgreSQL 15.`
fn since(line: &str) -> Option<u32> {
    let rest = line.strip_prefix("Needs PostgreSQL ")?;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}
