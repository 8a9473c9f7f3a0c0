//! The formats of reports: one table, which the command line, the documentation and every writer of reports walk.

use super::timing::Timing;
use super::{Exit, Report};
use super::{
    azure, checkstyle, diff, github, gitlab, html, json, jsonl, junit, markdown, nagios, plain, prometheus, sarif,
    table, tap,
};
use crate::source_map::SourceMap;

/// What a report is written from.
#[derive(Debug, Clone, Copy)]
pub struct Rendering<'a> {
    /// What was found.
    pub report: &'a Report,
    /// The files that expect it.
    pub files: &'a SourceMap,
    /// What the run comes to.
    pub exit: Exit,
    /// When the run began, and how long it took.
    pub timing: Timing,
    /// Whether to add terminal colours.
    pub color: bool,
    /// How many columns the terminal has, if it goes to one.
    pub width: Option<usize>,
}

/// A format.
#[derive(Debug)]
pub struct FormatSpec {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is, and for whom.
    pub doc: &'static str,
    /// Whether it lists the checks that passed, so that they must be kept.
    pub passes: bool,
    /// Whether it says what there is beside the checks. What does not leaves it to standard error.
    pub asides: bool,
    /// Writes a report.
    pub render: fn(&Rendering<'_>) -> String,
}

/// How to write a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people at a terminal.
    Table,
    /// A unified diff an object.
    Diff,
    /// A line a finding.
    Plain,
    /// The contract for programs.
    Json,
    /// A line a check.
    Jsonl,
    /// JUnit XML.
    Junit,
    /// TAP 14.
    Tap,
    /// SARIF 2.1.0.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// GitLab's report of code quality.
    Gitlab,
    /// Checkstyle XML.
    Checkstyle,
    /// Issues of Azure Pipelines.
    Azure,
    /// For chat, issues and summaries.
    Markdown,
    /// A page for a browser.
    Html,
    /// Metrics.
    Prometheus,
    /// A line of a plugin.
    Nagios,
}

impl Format {
    /// All of them, in the order of the documentation.
    pub const ALL: &[Self] = &[
        Self::Table,
        Self::Diff,
        Self::Plain,
        Self::Json,
        Self::Jsonl,
        Self::Junit,
        Self::Tap,
        Self::Sarif,
        Self::Github,
        Self::Gitlab,
        Self::Checkstyle,
        Self::Azure,
        Self::Markdown,
        Self::Html,
        Self::Prometheus,
        Self::Nagios,
    ];

    /// What there is to know about it.
    #[must_use]
    pub fn spec(self) -> &'static FormatSpec {
        match self {
            Self::Table => &table::FORMAT,
            Self::Diff => &diff::FORMAT,
            Self::Plain => &plain::FORMAT,
            Self::Json => &json::FORMAT,
            Self::Jsonl => &jsonl::FORMAT,
            Self::Junit => &junit::FORMAT,
            Self::Tap => &tap::FORMAT,
            Self::Sarif => &sarif::FORMAT,
            Self::Github => &github::FORMAT,
            Self::Gitlab => &gitlab::FORMAT,
            Self::Checkstyle => &checkstyle::FORMAT,
            Self::Azure => &azure::FORMAT,
            Self::Markdown => &markdown::FORMAT,
            Self::Html => &html::FORMAT,
            Self::Prometheus => &prometheus::FORMAT,
            Self::Nagios => &nagios::FORMAT,
        }
    }

    /// Writes a report in this format.
    #[must_use]
    pub fn render(self, rendering: &Rendering<'_>) -> String {
        (self.spec().render)(rendering)
    }
}
