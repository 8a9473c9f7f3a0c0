//! The formats of reports: one table, which the command line, the documentation and every writer of reports use.
//!
//! To add a format, write `report/<format>.rs` with a [`FormatSpec`] called `FORMAT`, and add a line to `formats!` in `report.rs`.

pub use super::Format;
use super::timing::Timing;
use crate::error::Problem;
use crate::finding::{Exit, Report};
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
    /// What it is, and for whom: one line of the documentation.
    pub doc: &'static str,
    /// Whether it lists the checks that passed, so that they must be kept.
    pub passes: bool,
    /// Whether it has the notes of the report. The notes of formats that do not have them go to standard error.
    pub notes: bool,
    /// Writes a report.
    pub render: fn(&Rendering<'_>) -> String,
    /// The exit code of a run whose report goes to standard output in this format.
    pub exit: fn(&Report, Exit) -> Exit,
    /// What a run prints and its exit code, where problems keep it from making a report and it would exit so.
    pub without_report: fn(&[Problem], Exit) -> (Option<String>, Exit),
}

impl FormatSpec {
    /// A format that lists neither passed checks nor notes and has the usual exit codes.
    pub(super) const fn new(name: &'static str, doc: &'static str, render: fn(&Rendering<'_>) -> String) -> Self {
        Self {
            name,
            doc,
            passes: false,
            notes: false,
            render,
            exit: |_, exit| exit,
            without_report: |_, exit| (None, exit),
        }
    }

    /// Lists the checks that passed, too.
    pub(super) const fn passes(mut self) -> Self {
        self.passes = true;
        self
    }

    /// Has the notes of the report.
    pub(super) const fn with_notes(mut self) -> Self {
        self.notes = true;
        self
    }
}

impl Format {
    /// Writes a report in this format.
    #[must_use]
    pub fn render(self, rendering: &Rendering<'_>) -> String {
        (self.spec().render)(rendering)
    }
}
