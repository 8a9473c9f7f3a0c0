//! Commands and outputs: each `console` block is a command behind `$ `, followed by what it prints. The command runs in
//! the project's folder.

use super::{check, page_lock, root};
use super::{pages, read};
use crate::run::run;

/// A comment with this start, on the line above a block, says why its command is not run.
const NOT_RUN: &str = "<!-- not run: ";

/// The most blocks that may be marked as not run.
const MOST_NOT_RUN: usize = 4;

/// A `console` block of a page.
struct Block<'a> {
    /// The page up to and including the line that opens the block.
    before: &'a str,
    /// The lines of the block.
    body: &'a str,
    /// The page from the line that closes the block.
    after: &'a str,
    /// Whether the block is marked as not run.
    is_not_run: bool,
}

/// Finds the first `console` block of a text.
fn first_block(text: &str) -> Option<Block<'_>> {
    const OPEN: &str = "```console\n";
    let start = text.find(OPEN)?;
    let (before, rest) = text.split_at(start + OPEN.len());
    let end = rest.find("```").expect("every block is closed");
    let line_above = text[..start]
        .trim_end_matches('\n')
        .lines()
        .next_back()
        .unwrap_or_default();
    Some(Block {
        before,
        body: &rest[..end],
        after: &rest[end..],
        is_not_run: line_above.starts_with(NOT_RUN) && line_above.ends_with(" -->"),
    })
}

#[test]
#[cfg_attr(not(feature = "embedded"), ignore = "not run: needs the feature embedded")]
fn every_command_prints_the_output_that_is_shown() {
    let _lock = page_lock();
    let texts: Vec<(String, String)> = pages().into_iter().map(|page| (page.clone(), read(&page))).collect();
    let expected = crate::cases::in_parallel(&texts, |(page, text)| with_outputs(page, text));
    let commands: usize = expected.iter().map(|(commands, _)| commands).sum();
    assert!(commands >= 8, "the documents have only {commands} commands");
    for ((page, _), (_, text)) in texts.iter().zip(&expected) {
        check(page, text);
    }
}

#[test]
fn few_commands_are_not_run() {
    let mut not_run = Vec::new();
    for page in pages() {
        let text = read(&page);
        let mut rest = text.as_str();
        while let Some(block) = first_block(rest) {
            if block.is_not_run {
                not_run.push(format!("{page}: {}", block.body.lines().next().unwrap_or_default()));
            }
            rest = block.after;
        }
    }
    assert!(not_run.len() <= MOST_NOT_RUN, "more than {MOST_NOT_RUN}: {not_run:#?}");
}

/// A page with the outputs that its commands print now, and the number of commands.
fn with_outputs(page: &str, text: &str) -> (usize, String) {
    let mut out = String::new();
    let mut rest = text;
    let mut commands = 0;
    while let Some(block) = first_block(rest) {
        out.push_str(block.before);
        let first = block.body.lines().next().unwrap_or_default();
        let command = first
            .strip_prefix("$ ")
            .unwrap_or_else(|| panic!("{page}: a console block begins with {first:?}, not with a command"));
        if block.is_not_run {
            out.push_str(block.body);
        } else {
            out.extend([first, "\n", &output(page, command, block.body)]);
            commands += 1;
        }
        rest = block.after;
    }
    out.push_str(rest);
    (commands, out)
}

/// The output of a command as a page shows it.
fn output(page: &str, command: &str, body: &str) -> String {
    let words: Vec<&str> = command.split_whitespace().collect();
    let arguments: &[&str] = match words.as_slice() {
        ["driftgate", arguments @ ..] | ["cargo", "run", "--", arguments @ ..] => arguments,
        // The output of Cargo is not ours: the page shows the command alone.
        ["cargo", "test"] => {
            return body.split_once('\n').map_or(String::new(), |(_, rest)| rest.to_owned());
        }
        _ => panic!("{page}: {command:?} is not a command that the tests can run"),
    };
    let arguments: Vec<String> = arguments.iter().map(|a| (*a).to_owned()).collect();
    let run = run(&root(), [], &arguments);
    format!("{}{}exit code: {}\n", run.stdout, run.stderr, run.code.unwrap_or(-1))
}
