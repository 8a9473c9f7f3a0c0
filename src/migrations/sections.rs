//! The part of a file between two marker lines of a tool.

/// A part of a file: its text and the line on which it begins, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Section {
    pub(super) text: String,
    pub(super) first_line: usize,
    /// The text after the marker in its first line.
    pub(super) options: String,
}

/// What a line means to a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Marker {
    /// The part that applies the migration begins. The text is what follows the marker.
    Up(String),
    /// The part that rolls the migration back begins.
    Down,
    /// Not a marker, or one that does not matter here.
    None,
}

/// The text between the first marker of the part that applies the migration and the next marker of the part that rolls
/// it back, without the marker lines. `None` if the file has no marker of the first type.
pub(super) fn up(text: &str, mark: impl Fn(&str) -> Marker) -> Option<Section> {
    let mut section: Option<Section> = None;
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        match mark(line.trim_end()) {
            Marker::Up(options) if section.is_none() => {
                section = Some(Section {
                    text: String::new(),
                    first_line: number + 1,
                    options,
                });
                continue;
            }
            Marker::Down if section.is_some() => return section,
            Marker::Up(_) | Marker::Down | Marker::None => {}
        }
        if let Some(section) = &mut section {
            section.text.push_str(line);
        }
    }
    section
}

/// The text after the `--` at the beginning of a line.
pub(super) fn comment(line: &str) -> Option<&str> {
    line.trim_start().strip_prefix("--").map(str::trim)
}
