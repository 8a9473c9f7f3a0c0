//! What keeps a text from being a YAML document, in words for a person.

use granit_parser::{ErrorKind, Marker, ScanError, Tag};

use super::guard::Breach;
use super::{Node, shorten};
use crate::error::Problem;
use crate::source_map::{FileId, Place, lines};

/// The words of the parser that are of no use to the writer of a file, and better ones: message and hint.
const WORDS: &[(&str, &str, &str)] = &[
    (
        "tab",
        "a tab stands where only spaces may stand",
        "YAML does not allow tabs for indentation: use spaces",
    ),
    (
        "simple key expected ':'",
        "a `:` is missing after this key",
        "a key and its value are written as `key: value`",
    ),
    (
        "mapping values are not allowed in this context",
        "a `:` cannot stand here",
        "a text with `: ` in it is written in quotes; or a line before this one is indented wrongly",
    ),
    (
        "illegal placement of ':' indicator",
        "a `:` cannot stand here",
        "is every `[` and `{` before it closed?",
    ),
    (
        "block sequence entries are not allowed in this context",
        "a `-` cannot stand here",
        "the items of a list stand on lines of their own",
    ),
    (
        "unclosed bracket",
        "this bracket is not closed",
        "write it as [first, second] or as {key: value}",
    ),
    (
        "mismatched bracket",
        "this bracket closes another one than was opened last",
        "`[` is closed by `]`, and `{` by `}`",
    ),
    (
        "did not find expected key",
        "this line does not go on with what stands before it",
        "is it indented as the lines that it belongs to, and is every quote before it closed?",
    ),
    (
        "did not find expected ',' or '}'",
        "a `,` or the closing `}` is missing before this",
        "write it as {key: value, other: value}",
    ),
    (
        "expected ',' or ']'",
        "a `,` or the closing `]` is missing before this",
        "write it as [first, second]",
    ),
    (
        "invalid trailing content after",
        "something stands behind the closing quote",
        "a quote inside a text in quotes is written twice in '…', and as \\\" in \"…\"; a text that has quotes and \
         commas in it is written in quotes as a whole",
    ),
    (
        "found unknown escape character",
        "there is a backslash in \"…\" that begins no escape sequence",
        "write '…' instead, in which a backslash is a backslash",
    ),
    (
        "unexpected character: `@'",
        "a text without quotes cannot begin with `@`",
        "write it in quotes",
    ),
    (
        "unexpected character: ``'",
        "a text without quotes cannot begin with a back quote",
        "write it in quotes",
    ),
    (
        "recursion limit exceeded",
        "the document is nested too deeply to be an expectation file",
        STOPPED,
    ),
];

const STOPPED: &str = "driftgate stops here, so that a document made to exhaust memory cannot";

/// Where the parser says that something is.
pub(super) fn place(marker: &Marker, file: FileId) -> Place {
    Place {
        file,
        line: u32::try_from(marker.line()).unwrap_or(u32::MAX).max(1),
        column: u32::try_from(marker.col()).unwrap_or(u32::MAX).saturating_add(1),
    }
}

/// The problem that a document has too much of something.
pub(super) fn breach(breach: Breach, place: Place) -> Problem {
    let message = match breach {
        Breach::Depth => "the document is nested too deeply to be an expectation file",
        Breach::Aliases => "the anchors and aliases of this document make it too large to be an expectation file",
        Breach::Size => "the document is too large to be an expectation file",
    };
    Problem::at(place, message).hint(STOPPED)
}

/// The problem that a second document begins.
pub(super) fn second_document(place: Place) -> Problem {
    Problem::at(place, "a second document begins here")
        .hint("a file holds one document: put the rest into a file of its own")
}

/// The problem that an alias repeats what it stands in.
pub(super) fn inside_itself(place: Place) -> Problem {
    Problem::at(place, "an alias stands inside of what it stands for")
        .hint("an alias can only repeat what is complete before it")
}

/// The problem that `<<` stands before something that is no mapping.
pub(super) fn no_mapping(place: Place) -> Problem {
    Problem::at(place, "`<<` can only take over a mapping").hint("the anchor that it names stands at something else")
}

/// The problem that a key is no name.
pub(super) fn no_name(key: &Node) -> Problem {
    Problem::at(
        key.place,
        format!("a key must be a name, but this is {}", key.describe()),
    )
    .hint("a name that YAML takes for something else is written in quotes")
}

/// The problem that a value is not what its tag says.
pub(super) fn tag(tag: Option<&Tag>, place: Place) -> Problem {
    let tag = tag.map_or_else(String::new, Tag::original);
    Problem::at(place, format!("this cannot have the tag `{}`", shorten(&tag)))
        .hint("leave the tag out: what a value is taken for is said by its key")
}

/// The problem that a document ends where a value should be.
pub(super) fn cut_short(place: Place) -> Problem {
    Problem::at(place, "the document ends where a value is missing")
}

/// The problem that a key stands twice in a mapping.
pub(super) fn duplicate(key: &str, place: Place, first: Option<Place>) -> Problem {
    let first = first.map_or(String::new(), |first| format!(", first in line {}", first.line));
    Problem::at(place, format!("the key `{key}` stands twice in this mapping{first}"))
        .hint("only one of them would count: put both contents under one key")
}

/// The problem that a comma inside parentheses has ended a text.
pub(super) fn cut(rest: &str, place: Place) -> Problem {
    Problem::at(
        place,
        format!("`{}` is cut off from what stands before it", shorten(rest)),
    )
    .hint("inside {…} and […] a comma ends a text, also one in parentheses: write the text in quotes, or give it a line of its own")
}

/// The problem that an error of the parser is.
pub(super) fn syntax(error: &ScanError, file: FileId, text: &str) -> Problem {
    let place = place(error.marker(), file);
    if let Some(opened) = unclosed_quote(text, place) {
        return Problem::at(opened, "this quote is not closed").hint(
            "close it before the line ends; a text of several lines is written behind `|`, on lines of their own",
        );
    }
    if matches!(error.kind(), ErrorKind::UnknownAnchor) {
        return Problem::at(place, "there is no anchor of this name before this")
            .hint("an anchor is written as &name; a text that begins with `*` is written in quotes");
    }
    let message = error.info();
    let message = message.lines().next().unwrap_or_default().trim();
    if let Some((_, words, hint)) = WORDS.iter().find(|(known, ..)| message.contains(known)) {
        return Problem::at(place, *words).hint(*hint);
    }
    let message = TERMS.iter().fold(message.to_owned(), |message, (term, words)| {
        message.replace(term, words)
    });
    Problem::at(place, format!("this is not valid YAML: {message}"))
}

/// Terms of the YAML specification, and what they are to a person.
const TERMS: &[(&str, &str)] = &[
    ("plain scalar", "text without quotes"),
    ("block scalar", "text behind `|` or `>`"),
    ("quoted scalar", "text in quotes"),
    ("flow mapping", "mapping in braces"),
    ("flow sequence", "list in brackets"),
    ("flow construct", "list or mapping in brackets"),
    ("block sequence", "list"),
    ("block collection", "list"),
    ("block mapping", "mapping"),
];

/// Where a quote opens that is still open at `place`, or that closes only on a later line than it opens.
///
/// The parser says where it could not go on, which may be a page below the quote that is to blame.
fn unclosed_quote(text: &str, place: Place) -> Option<Place> {
    let mut open: Option<(char, Place)> = None;
    let mut suspect = None;
    // Lines that are indented deeper than this belong to a text behind `|` or `>`.
    let mut block: Option<usize> = None;
    for (number, line) in (1..).zip(lines(text)) {
        if number > place.line {
            break;
        }
        let indentation = line.len() - line.trim_start_matches(' ').len();
        if open.is_none() {
            if line.trim().is_empty() || block.is_some_and(|outer| indentation > outer) {
                continue;
            }
            block = None;
        }
        // The character before, the last one that is no space, and the one that its word begins with.
        let (mut before, mut solid, mut word) = (' ', None, ' ');
        let mut characters = (1_u32..).zip(line.chars()).peekable();
        while let Some((column, c)) = characters.next() {
            match open {
                None if matches!(c, '"' | '\'')
                    && (solid.is_none_or(|c| matches!(c, ':' | '[' | '{' | ',' | '-' | '?'))
                        // Behind an anchor or a tag.
                        || before == ' ' && matches!(word, '&' | '!')) =>
                {
                    let at = Place {
                        line: number,
                        column,
                        ..place
                    };
                    open = Some((c, at));
                }
                None if c == '#' && matches!(before, ' ' | '\t') => break,
                Some((quote, _))
                    if (quote == '"' && c == '\\')
                        || (quote == '\'' && c == '\'' && characters.peek().is_some_and(|(_, next)| *next == '\'')) =>
                {
                    characters.next();
                }
                Some((quote, at)) if c == quote => {
                    // A text over several lines is right, unless what it closes on is where the parser stopped.
                    suspect = (at.line < number && number == place.line).then_some(at);
                    open = None;
                }
                None | Some(_) => {}
            }
            if c != ' ' && c != '\t' {
                if before == ' ' || before == '\t' {
                    word = c;
                }
                solid = Some(c);
            }
            before = c;
        }
        let end = line.split(" #").next().unwrap_or(line).trim_end();
        let header = end.trim_end_matches(|c: char| matches!(c, '+' | '-') || c.is_ascii_digit());
        if open.is_none() && (header.ends_with(['|', '>'])) && header.trim_end_matches(['|', '>']).ends_with(' ') {
            block = Some(indentation);
        }
    }
    open.map(|(_, at)| at).or(suspect)
}
