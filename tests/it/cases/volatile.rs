//! Replaces what differs from run to run, and from server to server, by placeholders.

use crate::server::{Server, TestDb};

/// The texts of one run that are never the same again, each with its placeholder, in the order of replacement.
pub struct Volatile(Vec<(String, &'static str)>);

impl Volatile {
    /// Those of runs in a folder, against a database.
    pub fn new(server: &Server, database: &TestDb, folder: &std::path::Path) -> Self {
        let (host, port, version) = (server.host(), server.port(), server.version());
        let encoded = database.url();
        let encoded = encoded
            .rsplit_once('@')
            .and_then(|(_, rest)| rest.split_once('/'))
            .map_or("", |(host, _)| host);
        let short = version.split(' ').next().unwrap_or(version);
        Self(vec![
            (folder.display().to_string(), "{folder}"),
            (encoded.to_owned(), "{host}"),
            (format!("{host}:{port}"), "{host}"),
            (format!("{host}/.s.PGSQL.{port}"), "{host}"),
            (host, "{host}"),
            (port.to_owned(), "{port}"),
            (database.name().to_owned(), "{database}"),
            (database.name().replace('_', "\\_"), "{database}"),
            (version.to_owned(), "{version}"),
            (short.to_owned(), "{version}"),
            (env!("CARGO_PKG_VERSION").to_owned(), "{tool_version}"),
        ])
    }

    /// The text with placeholders. White space at the end of lines goes, as editors take it away.
    pub fn replace(&self, text: &str) -> String {
        let mut text = scratch_servers(&runs(&durations(&measures(&without_progress(text)))));
        for (from, to) in &self.0 {
            text = replace_word(&text, from, to);
        }
        text.lines().flat_map(|line| [line.trim_end(), "\n"]).collect()
    }
}

/// The text without the lines that say how far a slow run is.
fn without_progress(text: &str) -> String {
    let is_progress =
        |line: &&str| line.contains(" targets: ") && line.contains(" unreached, ") && line.contains("/s, ");
    text.split_inclusive('\n').filter(|line| !is_progress(line)).collect()
}

/// The text in which the metrics of a run have placeholders for their values, which follow the labels.
fn measures(text: &str) -> String {
    let measures = ["driftgate_duration_seconds{", "driftgate_timestamp_seconds{"];
    let lines = text.split_inclusive('\n').map(|line| match line.rsplit_once("} ") {
        Some((labels, _)) if measures.iter().any(|measure| line.starts_with(measure)) => {
            format!("{labels}}} {{duration}}\n")
        }
        Some(_) | None => line.to_owned(),
    });
    lines.collect()
}

/// Replaces where a scratch database was, in `on embedded, PostgreSQL 17.5`: with the embedded PostgreSQL, or without it.
fn scratch_servers(text: &str) -> String {
    let (mut result, mut rest) = (String::new(), text);
    let marks = ["on embedded, PostgreSQL ", "on local, PostgreSQL "];
    while let Some((at, mark)) = marks.iter().filter_map(|mark| Some((rest.find(mark)?, *mark))).min() {
        result += &rest[..at];
        result += "on {scratch}";
        rest = rest[at + mark.len()..].trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    }
    result + rest
}

/// Whether a name or number could go on with this character.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Replaces a text where it is not part of a longer word.
fn replace_word(text: &str, from: &str, to: &str) -> String {
    if from.is_empty() {
        return text.to_owned();
    }
    let joins = |inner: Option<char>, outer: Option<char>| inner.is_some_and(is_word) && outer.is_some_and(is_word);
    let (mut result, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once(from) {
        result.push_str(before);
        let inside = joins(from.chars().next(), result.chars().next_back())
            || joins(from.chars().next_back(), after.chars().next());
        result.push_str(if inside { from } else { to });
        rest = after;
    }
    result + rest
}

/// Replaces the times in `between the runs of 2026-01-01T00:00:00Z and 2026-01-02T00:00:00Z`, which may be wrapped.
fn runs(text: &str) -> String {
    let (mut result, mut rest) = (String::new(), text);
    while let Some(at) = rest.find("the runs of ") {
        let end = rest[at..]
            .match_indices('Z')
            .nth(1)
            .map_or(rest.len(), |(z, _)| at + z + 1);
        result.push_str(&rest[..at]);
        result.push_str("the runs of {time} and {time}");
        rest = &rest[end..];
    }
    result + rest
}

/// Replaces the time in `in 12 ms`, `took 1.2s`, `time="0.012"`, `"duration_ms": 12` and `timestamp="…"`.
fn durations(text: &str) -> String {
    const MARKERS: [&str; 10] = [
        "in ",
        "took ",
        "time=\"",
        "time=",
        "_ms\": ",
        "_seconds\": ",
        "_duration_seconds ",
        "_timestamp_seconds ",
        "timestamp=\"",
        "_at\": \"",
    ];
    let (mut result, mut rest) = (String::new(), text);
    while let Some((at, marker)) = MARKERS
        .iter()
        .filter_map(|marker| Some((rest.find(marker)?, *marker)))
        .min_by_key(|(at, _)| *at)
    {
        let (before, after) = rest.split_at(at + marker.len());
        let starts_word = !rest[..at].chars().next_back().is_some_and(is_word) || marker.starts_with('_');
        result.push_str(before);
        let length = if starts_word {
            volatile_length(marker, after)
        } else {
            None
        };
        if length.is_some() {
            result.push_str(if is_date(marker) { "{time}" } else { "{duration}" });
        }
        rest = &after[length.unwrap_or(0)..];
    }
    result + rest
}

/// Whether a marker announces a date in quotes.
fn is_date(marker: &str) -> bool {
    ["timestamp=\"", "_at\": \""].contains(&marker)
}

/// How much of the text behind a marker is the time that it announces.
fn volatile_length(marker: &str, text: &str) -> Option<usize> {
    let quoted = marker.ends_with('"');
    if is_date(marker) {
        return text
            .find('"')
            .filter(|_| text.starts_with(|c: char| c.is_ascii_digit()));
    }
    let number = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let number = text[..number].trim_end_matches('.').len();
    if number == 0 || quoted || marker.starts_with('_') {
        return (number > 0).then_some(number);
    }
    let spaces = usize::from(text[number..].starts_with(' '));
    let unit = text[number + spaces..].split(|c| !is_word(c)).next().unwrap_or("");
    ["µs", "us", "ms", "s", "min"]
        .contains(&unit)
        .then_some(number + spaces + unit.len())
}

#[cfg(test)]
mod tests {
    use super::{durations, replace_word};

    #[test]
    fn only_times_are_replaced() {
        for (text, expected) in [
            (
                "41 checks in 12 ms, took 1.2s.",
                "41 checks in {duration}, took {duration}.",
            ),
            (
                r#""generated_at": "2026-01-01T00:00:00Z", "a": 1"#,
                r#""generated_at": "{time}", "a": 1"#,
            ),
            (
                "found in 3 tables; within 5 s; begin 5 s",
                "found in 3 tables; within 5 s; begin 5 s",
            ),
            (
                r#"<suite time="0.012" timestamp="2026-01-01T00:00:00Z">"#,
                r#"<suite time="{duration}" timestamp="{time}">"#,
            ),
            (
                r#"{"duration_ms": 12, "line": 3}"#,
                r#"{"duration_ms": {duration}, "line": 3}"#,
            ),
        ] {
            assert_eq!(durations(text), expected);
        }
    }

    #[test]
    fn only_whole_words_are_replaced() {
        assert_eq!(
            replace_word("15.18 115.18 15.181 (15.18)", "15.18", "{v}"),
            "{v} 115.18 15.181 ({v})"
        );
    }
}
