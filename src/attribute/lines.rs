//! Texts of which line ends do not matter.

/// Whether two texts are the same except for the kind of line ends and those at the end.
#[must_use]
pub fn same_text(expected: &str, actual: &str) -> bool {
    let lines = |text: &str| -> Vec<String> {
        text.trim_end_matches(['\n', '\r'])
            .split('\n')
            .map(|line| line.strip_suffix('\r').unwrap_or(line).to_owned())
            .collect()
    };
    expected == actual || lines(expected) == lines(actual)
}

/// Whether two texts are the same except for line ends, blanks at the end of a line and surrounding blank lines.
#[must_use]
pub fn same_lines(expected: &str, actual: &str) -> bool {
    let lines = |text: &str| -> Vec<String> { text.trim().lines().map(|line| line.trim_end().to_owned()).collect() };
    expected == actual || lines(expected) == lines(actual)
}
