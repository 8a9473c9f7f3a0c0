//! Text for terminals: colours, and names from a database that must not act on a terminal.

use anstyle::{AnsiColor, Style};

use crate::invisible::shown;

/// Whether and how to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Palette {
    /// Whether colours are used at all.
    pub color: bool,
}

impl Palette {
    /// A text in a style, if colours are used.
    #[must_use]
    pub fn paint(self, style: Style, text: &str) -> String {
        if self.color {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }
}

/// For what is wrong.
pub const BAD: Style = AnsiColor::Red.on_default().bold();
/// For what deserves a look.
pub const WARN: Style = AnsiColor::Yellow.on_default().bold();
/// For passed checks.
pub const GOOD: Style = AnsiColor::Green.on_default().bold();
/// For headings.
pub const STRONG: Style = Style::new().bold();
/// For secondary text.
pub const FAINT: Style = Style::new().dimmed();

/// A text in which characters that would act on a terminal or change the direction of writing are shown as
/// escapes. Line ends stay. What the log of a CI service would take for a command to it is broken up.
#[must_use]
pub fn visible(text: &str) -> String {
    without_commands(shown(text).into_owned())
}

/// A text without the commands of CI services. Azure, TeamCity and GitHub interpret `##word[` anywhere in a line as a
/// command, and GitHub interprets `::word::` at the beginning of a line.
fn without_commands(text: String) -> String {
    let text = if text.contains("##") {
        without_hashes(&text)
    } else {
        text
    };
    let is_command = |line: &str| {
        line.trim_start()
            .strip_prefix("::")
            .is_some_and(|rest| rest.contains("::"))
    };
    if !text.contains("::") || !text.lines().any(is_command) {
        return text;
    }
    let lines = text.split_inclusive('\n').map(|line| {
        if is_command(line) {
            line.replacen("::", "\\u{3a}:", 1)
        } else {
            line.to_owned()
        }
    });
    lines.collect()
}

/// A text in which `##word[` is broken up.
fn without_hashes(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(at) = rest.find("##") {
        let (before, from) = rest.split_at(at);
        let behind = from.trim_start_matches('#');
        let hashes = from.len() - behind.len();
        let next = behind.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        out.push_str(before);
        if next.starts_with('[') {
            out.extend(std::iter::repeat_n("#\\u{23}", hashes / 2));
            out.push_str(&from[..hashes % 2]);
        } else {
            out.push_str(&from[..hashes]);
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn what_acts_on_a_terminal_is_shown() {
        assert_eq!(visible("a\u{1b}[31mb\tc\nd"), "a\\u{1b}[31mb\\u{9}c\nd");
        assert_eq!(visible("x\u{202e}y é 表"), "x\\u{202e}y é 表");
    }

    #[test]
    fn what_a_ci_service_takes_for_a_command_is_broken_up() {
        assert_eq!(visible("a ##vso[task.x]b"), "a #\\u{23}vso[task.x]b");
        assert_eq!(visible("###[x] ## a"), "#\\u{23}#[x] ## a");
        assert_eq!(visible("a\n  ::error::b"), "a\n  \\u{3a}:error::b");
        assert_eq!(visible("a::text\n  ::text"), "a::text\n  ::text");
    }
}
