//! Writing reports wherever they were asked for.

use std::fs;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::atomic_file;
use crate::cli::{Color, Format};
use crate::console::{print, tell, terminal_width};
use crate::error::{Failure, Problem, os_words};
use crate::redact;
use crate::report::asides::asides;
use crate::report::format::Rendering;
use crate::report::nagios::{self, State};
use crate::report::timing::Timing;
use crate::report::{Exit, Report};
use crate::source_map::SourceMap;

/// The variable that names the file for the summary of a job of GitHub Actions.
const STEP_SUMMARY: &str = "GITHUB_STEP_SUMMARY";

/// The moment at which a run began.
pub(crate) struct Began(SystemTime, Instant);

impl Began {
    /// The run begins now.
    pub(crate) fn now() -> Self {
        Self(SystemTime::now(), Instant::now())
    }

    /// When it began and how long it has taken.
    pub(crate) fn timing(&self) -> Timing {
        Timing {
            began: self.0.duration_since(UNIX_EPOCH).unwrap_or_default(),
            took: self.1.elapsed(),
        }
    }
}

/// Where reports go.
pub(crate) struct Wanted<'a> {
    /// The format on standard output.
    pub(crate) format: Format,
    /// Those in files.
    pub(crate) output: &'a [(Format, PathBuf)],
    /// When to colour what goes to a terminal.
    pub(crate) color: Color,
}

impl Wanted<'_> {
    /// Whether some report lists the checks that passed.
    pub(crate) fn passes(&self) -> bool {
        self.formats().any(|format| format.spec().passes)
    }

    /// Whether a report of this format is asked for.
    pub(crate) fn has(&self, wanted: Format) -> bool {
        self.formats().any(|format| format == wanted)
    }

    fn formats(&self) -> impl Iterator<Item = Format> {
        self.output
            .iter()
            .map(|(format, _)| *format)
            .chain(std::iter::once(self.format))
    }

    /// What there is beside the checks, where no report says it: what was passed over is not passed over in silence.
    fn tell_asides(&self, report: &Report) {
        if !self.formats().any(|format| format.spec().asides) {
            tell(&asides(report));
        }
    }

    /// Writes the report wherever it was asked for. One that cannot be written does not keep the others back.
    pub(crate) fn write(&self, report: &Report, files: &SourceMap, exit: Exit, began: &Began) -> Vec<Failure> {
        let rendering = Rendering {
            report,
            files,
            exit,
            timing: began.timing(),
            color: false,
            width: None,
        };
        let mut failures = Vec::new();
        self.tell_asides(report);
        for (format, path) in self.output {
            let written = atomic_file::put(path, format.render(&rendering).as_bytes());
            failures.extend(written.map_err(|e| cannot(&redact::path(path), &e)).err());
        }
        let to_terminal = Rendering {
            color: self.color.enabled(io::stdout().is_terminal()),
            width: terminal_width(),
            ..rendering
        };
        let printed = print(&self.format.render(&to_terminal));
        failures.extend(printed.map_err(|e| cannot("standard output", &e)).err());
        if self.has(Format::Github)
            && let Some(path) = std::env::var_os(STEP_SUMMARY).filter(|path| !path.is_empty())
        {
            let path = Path::new(&path);
            let added = append(path, &Format::Markdown.render(&rendering));
            failures.extend(added.map_err(|e| cannot(&redact::path(path), &e)).err());
        }
        failures
    }
}

fn cannot(to: &str, error: &io::Error) -> Failure {
    Failure::new(format!("writing the report to {to}"), os_words(error))
}

/// Adds a text to what other steps have written, behind an empty line.
fn append(path: &Path, text: &str) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().append(true).create(true).open(path)?;
    let gap = if file.metadata()?.len() > 0 { "\n" } else { "" };
    file.write_all(format!("{gap}{text}").as_bytes())
}

/// What the process says at its end, where standard output has a report of this format.
pub(crate) fn said(format: Format, report: &Report, exit: Exit) -> Exit {
    if format == Format::Nagios {
        Exit::Nagios(State::of(report, exit))
    } else {
        exit
    }
}

/// What the process says at its end, where mistakes have kept it from making a report of this format.
pub(crate) fn refused(format: Format, problems: &[Problem]) -> Exit {
    if format != Format::Nagios {
        return Exit::Usage;
    }
    // Nagios shows what stands on standard output, and takes 2 for drift. That nobody listens cannot be told to anybody.
    let _ = print(&nagios::problems(problems));
    Exit::Nagios(State::Unknown)
}
