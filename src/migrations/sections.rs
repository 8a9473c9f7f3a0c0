//! The part of a file between two lines that a tool gives a meaning.

/// A part of a file: its text and the line on which it begins, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Section {
    pub(super) text: String,
    pub(super) first_line: usize,
    /// What stands behind the words of the line that began it.
    pub(super) options: String,
}

/// What a line means to a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mark {
    /// What applies the migration begins, with what stands behind the words.
    Up(String),
    /// What takes it back begins.
    Down,
    /// Nothing, or nothing that matters here.
    None,
}

/// What stands between the first line that begins what applies and the first one behind it that begins what takes
/// back. The line itself belongs to neither. `None` if no line begins anything that applies.
pub(super) fn up(text: &str, mark: impl Fn(&str) -> Mark) -> Option<Section> {
    let mut section: Option<Section> = None;
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        match mark(line.trim_end()) {
            Mark::Up(options) if section.is_none() => {
                section = Some(Section {
                    text: String::new(),
                    first_line: number + 1,
                    options,
                });
                continue;
            }
            Mark::Down if section.is_some() => return section,
            Mark::Up(_) | Mark::Down | Mark::None => {}
        }
        if let Some(section) = &mut section {
            section.text.push_str(line);
        }
    }
    section
}

/// The words behind the `--` that a line begins with.
pub(super) fn comment(line: &str) -> Option<&str> {
    line.trim_start().strip_prefix("--").map(str::trim)
}
