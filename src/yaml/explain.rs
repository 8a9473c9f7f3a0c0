//! Messages for texts that are not valid YAML documents.

use granit_parser::{ErrorKind, Marker, ScanError, Tag};

use super::guard::Breach;
use super::{Node, shorten};
use crate::error::Problem;
use crate::redact;
use crate::source_map::{FileId, Place, lines};

/// Messages of the parser, each with a message and a hint for the author of the file.
const WORDS: &[(&str, &str, &str)] = &[
    ("tab", "tabs are not allowed here", "indent with spaces"),
    (
        "simple key expected ':'",
        "a `:` is missing after this key",
        "a key and its value are written as `key: value`",
    ),
    (
        "mapping values are not allowed in this context",
        "a `:` is not allowed here",
        "put a text that contains `: ` in quotes, or check the indentation of the lines above",
    ),
    (
        "illegal placement of ':' indicator",
        "a `:` is not allowed here",
        "check that every `[` and `{` before it is closed",
    ),
    (
        "block sequence entries are not allowed in this context",
        "a `-` is not allowed here",
        "write each list item on a line of its own",
    ),
    (
        "unclosed bracket",
        "this bracket is not closed",
        "write it as [first, second] or as {key: value}",
    ),
    (
        "mismatched bracket",
        "this bracket does not match the last open one",
        "close `[` with `]` and `{` with `}`",
    ),
    (
        "did not find expected key",
        "this line does not continue the lines before it",
        "check its indentation, and that every quote before it is closed",
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
        TRAILING,
        "unexpected text after the closing quote",
        "a quote inside a text in quotes is written twice in '…', and as \\\" in \"…\"; a text that has quotes and \
         commas in it is written in quotes as a whole",
    ),
    (
        "found unknown escape character",
        "invalid escape sequence in \"…\"",
        "use '…', where a backslash is an ordinary character",
    ),
    (
        "unexpected character: `@'",
        "a text without quotes cannot begin with `@`",
        "write it in quotes",
    ),
    (
        "unexpected character: ``'",
        "a text without quotes cannot begin with a backtick",
        "write it in quotes",
    ),
    ("recursion limit exceeded", "the document is nested too deeply", STOPPED),
];

const STOPPED: &str = "driftgate limits the size of documents to protect memory";

/// The place of a marker of the parser.
pub(super) fn place(marker: &Marker, file: FileId) -> Place {
    Place {
        file,
        line: u32::try_from(marker.line()).unwrap_or(u32::MAX).max(1),
        column: u32::try_from(marker.col()).unwrap_or(u32::MAX).saturating_add(1),
    }
}

/// The problem that a document exceeds a limit.
pub(super) fn breach(breach: Breach, place: Place) -> Problem {
    let message = match breach {
        Breach::Depth => "the document is nested too deeply",
        Breach::Aliases => "the anchors and aliases of this document make it too large",
        Breach::Size => "the document is too large",
    };
    Problem::at(place, message).hint(STOPPED)
}

/// The problem that a second document begins.
pub(super) fn second_document(place: Place) -> Problem {
    Problem::at(place, "a second document begins here").hint("write one document per file")
}

/// The problem that an alias repeats a value that contains it.
pub(super) fn inside_itself(place: Place) -> Problem {
    Problem::at(place, "an alias is inside the value that it repeats")
        .hint("an alias can only repeat a value that ends before it")
}

/// The problem that the value of `<<` is not a mapping.
pub(super) fn no_mapping(place: Place) -> Problem {
    Problem::at(place, "`<<` can only merge a mapping").hint("its anchor is on another type of value")
}

/// The problem that a key is not a name.
pub(super) fn no_name(key: &Node) -> Problem {
    Problem::at(
        key.place,
        format!("a key must be a name, but this is {}", key.describe()),
    )
    .hint("put the name in quotes")
}

/// The problem that a value does not have the type of its tag.
pub(super) fn tag(tag: Option<&Tag>, place: Place) -> Problem {
    let tag = tag.map_or_else(String::new, Tag::original);
    Problem::at(place, format!("this cannot have the tag `{}`", shorten(&tag)))
        .hint("remove the tag: the key determines the type of its value")
}

/// The problem that a document ends before a value.
pub(super) fn cut_short(place: Place) -> Problem {
    Problem::at(place, "the document ends before a value")
}

/// The problem that a mapping has a key twice.
pub(super) fn duplicate(key: &str, place: Place, first: Option<Place>) -> Problem {
    let first = first.map_or(String::new(), |first| format!(", first used on line {}", first.line));
    Problem::at(place, format!("duplicate key `{key}`{first}")).hint("merge the contents under one key")
}

/// The problem that a comma inside parentheses ended a text.
pub(super) fn cut(rest: &str, place: Place) -> Problem {
    Problem::at(
        place,
        format!("`{}` is separated from the text before it", shorten(rest)),
    )
    .hint("inside {…} and […] a comma ends a text, even within parentheses: put the text in quotes, or write it on a line of its own")
}

/// The problem for an error of the parser.
pub(super) fn syntax(error: &ScanError, file: FileId, text: &str) -> Problem {
    let place = place(error.marker(), file);
    if let Some(opened) = unclosed_quote(text, place) {
        return Problem::at(opened, "this quote is not closed")
            .hint("close it on the same line, or write a text of several lines below `|`");
    }
    if matches!(error.kind(), ErrorKind::UnknownAnchor) {
        return Problem::at(place, "unknown anchor")
            .hint("define the anchor earlier as &name, or put a text that begins with `*` in quotes");
    }
    let message = error.info();
    let message = message.lines().next().unwrap_or_default().trim();
    if let Some(whole) = Some(place)
        .filter(|_| message.contains(TRAILING))
        .and_then(|place| in_quotes(text, place))
    {
        return Problem::at(place, "unexpected text after the closing quote").hint(format!(
            "a text that has quotes in it is written in quotes as a whole: `{whole}`"
        ));
    }
    if let Some((_, words, hint)) = WORDS.iter().find(|(known, ..)| message.contains(known)) {
        return Problem::at(place, *words).hint(*hint);
    }
    let message = TERMS.iter().fold(message.to_owned(), |message, (term, words)| {
        message.replace(term, words)
    });
    Problem::at(place, format!("this is not valid YAML: {message}"))
}

/// What the parser says of a text behind a closing quote.
const TRAILING: &str = "invalid trailing content after";

/// A line `key: "a" b` with its value in quotes as a whole.
fn in_quotes(text: &str, place: Place) -> Option<String> {
    let line = lines(text).nth(usize::try_from(place.line).ok()?.checked_sub(1)?)?;
    let (key, value) = line.split_once(": ")?;
    let (key, value) = (key.trim(), value.trim());
    let is_plain = !key.contains(['{', '[', '"', '\'', '#']) && value.starts_with(['"', '\'']) && !value.contains(" #");
    is_plain.then(|| shorten(&format!("{key}: '{}'", redact::typed(value).replace('\'', "''"))).into_owned())
}

/// Terms of the YAML specification, and plain words for them.
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
/// The parser reports where it could not continue, which may be a page below the quote.
fn unclosed_quote(text: &str, place: Place) -> Option<Place> {
    let mut quotes = Quotes {
        open: None,
        suspect: None,
        stopped: place,
    };
    // Deeper lines belong to a text below `|` or `>`.
    let mut block: Option<usize> = None;
    for (number, line) in (1..=place.line).zip(lines(text)) {
        let indentation = line.len() - line.trim_start_matches(' ').len();
        if quotes.open.is_none() {
            if line.trim().is_empty() || block.is_some_and(|outer| indentation > outer) {
                continue;
            }
            block = None;
        }
        quotes.read(number, line);
        if quotes.open.is_none() && opens_block_scalar(line) {
            block = Some(indentation);
        }
    }
    quotes.open.map(|(_, at)| at).or(quotes.suspect)
}

/// Whether a line ends with `|` or `>`, perhaps with an indicator such as `2-`.
fn opens_block_scalar(line: &str) -> bool {
    let end = line.split(" #").next().unwrap_or(line).trim_end();
    let header = end.trim_end_matches(|c: char| matches!(c, '+' | '-') || c.is_ascii_digit());
    header.ends_with(['|', '>']) && header.trim_end_matches(['|', '>']).ends_with(' ')
}

/// The quotes in the lines of a text.
struct Quotes {
    /// The quote that is open, and where it opens.
    open: Option<(char, Place)>,
    /// Where a quote opens that closes on the line on which the parser stopped.
    suspect: Option<Place>,
    /// Where the parser stopped.
    stopped: Place,
}

impl Quotes {
    fn read(&mut self, number: u32, line: &str) {
        // The previous character, the last one that is not a space, and the first one of its word.
        let (mut before, mut solid, mut word) = (' ', None, ' ');
        let mut characters = (1_u32..).zip(line.chars()).peekable();
        while let Some((column, c)) = characters.next() {
            match self.open {
                None if matches!(c, '"' | '\'')
                    && (solid.is_none_or(|c| matches!(c, ':' | '[' | '{' | ',' | '-' | '?'))
                        // After an anchor or a tag.
                        || before == ' ' && matches!(word, '&' | '!')) =>
                {
                    let at = Place {
                        line: number,
                        column,
                        ..self.stopped
                    };
                    self.open = Some((c, at));
                }
                None if c == '#' && matches!(before, ' ' | '\t') => break,
                Some((quote, _))
                    if (quote == '"' && c == '\\')
                        || (quote == '\'' && c == '\'' && characters.peek().is_some_and(|(_, next)| *next == '\'')) =>
                {
                    characters.next();
                }
                Some((quote, at)) if c == quote => {
                    // A text on several lines is valid, unless the parser stopped where it closes.
                    self.suspect = (at.line < number && number == self.stopped.line).then_some(at);
                    self.open = None;
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
    }
}
