//! The table of report formats, which the command line, the documentation and the code that writes reports use.
//!
//! To add a format, write `report/<format>.rs` with a [`FormatSpec`] called `FORMAT`, and add a line to `formats!` in
//! `report.rs`.

pub use super::Format;
use super::timing::Timing;
use crate::error::Problem;
use crate::finding::fleet::FleetReport;
use crate::finding::{Exit, Report};
use crate::source_map::SourceMap;

/// The input of a format.
#[derive(Debug, Clone, Copy)]
pub struct Rendering<'a> {
    /// The result of the run.
    pub report: &'a Report,
    /// The texts of the expectation files.
    pub files: &'a SourceMap,
    /// The exit code of the run.
    pub exit: Exit,
    /// When the run began, and how long it took.
    pub timing: Timing,
    /// Whether to add terminal colors.
    pub color: bool,
    /// The number of columns, if the output is a terminal.
    pub width: Option<usize>,
    /// Whether metrics of a fleet have a series for each target.
    pub target_series: bool,
}

/// A format.
#[derive(Debug)]
pub struct FormatSpec {
    /// Its name on the command line.
    pub name: &'static str,
    /// Its description: one line of the documentation.
    pub doc: &'static str,
    /// Whether it lists passed checks, so that they must be kept.
    pub passes: bool,
    /// Whether it contains the notes of the report. Otherwise they are printed to standard error.
    pub notes: bool,
    /// Writes a report.
    pub render: fn(&Rendering<'_>) -> String,
    /// Writes the report of a fleet, groups first.
    pub fleet: fn(&Rendering<'_>, &FleetReport) -> String,
    /// The exit code of a run whose report goes to standard output in this format.
    pub exit: fn(&Report, Exit) -> Exit,
    /// The output and the exit code of a run that ends with problems before it has a report. The second argument is the
    /// usual exit code.
    pub without_report: fn(&[Problem], Exit) -> (Option<String>, Exit),
}

impl FormatSpec {
    /// A format that lists neither passed checks nor notes and has the usual exit codes.
    pub(super) const fn new(
        name: &'static str,
        doc: &'static str,
        render: fn(&Rendering<'_>) -> String,
        fleet: fn(&Rendering<'_>, &FleetReport) -> String,
    ) -> Self {
        Self {
            name,
            doc,
            passes: false,
            notes: false,
            render,
            fleet,
            exit: |_, exit| exit,
            without_report: |_, exit| (None, exit),
        }
    }

    /// The format lists passed checks, too.
    pub(super) const fn passes(mut self) -> Self {
        self.passes = true;
        self
    }

    /// The format contains the notes of the report.
    pub(super) const fn with_notes(mut self) -> Self {
        self.notes = true;
        self
    }
}

impl Format {
    /// Writes a report in this format.
    #[must_use]
    pub fn render(self, rendering: &Rendering<'_>) -> String {
        let spec = self.spec();
        match &rendering.report.fleet {
            Some(report) => (spec.fleet)(rendering, report),
            None => (spec.render)(rendering),
        }
    }
}
