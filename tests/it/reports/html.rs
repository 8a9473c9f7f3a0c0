//! The HTML page, opened in a real browser: it is read, filtered, printed and attacked there.

mod accessibility;
mod attacks;
mod controls;
mod history;

use std::path::{Path, PathBuf};
use std::time::Duration;

use driftgate::finding::FoundHistory;
use driftgate::finding::coverage::{Coverage, KindCoverage, Unmentioned};
use driftgate::finding::report_history::{ReportHistory, RunTotals};
use driftgate::report::format::Format;

use super::plain;
use super::sample::{HOSTILE, Sample, TIMING, marked};

/// The sample with everything that a page can have.
pub fn whole() -> Sample {
    let mut whole = marked();
    whole.report.targets[0].coverage = Some(coverage());
    whole.report.targets[0].pending = vec!["20260101_<b>".into(), "20260102_b".into()];
    whole.report.targets[0].histories = vec![FoundHistory {
        tool: "prisma",
        table: "public._prisma_migrations<b>".into(),
    }];
    whole.report.history = Some(history());
    whole
}

fn coverage() -> Coverage {
    let kind = |kind, many: &str, mentioned, objects| KindCoverage {
        kind,
        many: many.to_owned(),
        mentioned,
        objects,
    };
    let object = |kind, many: &str, object: &str, name: &str, parent, contains| Unmentioned {
        kind,
        many: many.to_owned(),
        object: object.to_owned(),
        name: name.to_owned(),
        parent,
        contains,
    };
    let clients = || Some(("table", "public.clients".to_owned()));
    Coverage {
        kinds: vec![kind("table", "tables", 12, 40), kind("column", "columns", 80, 333)],
        unmentioned: vec![
            object(
                "table",
                "tables",
                &format!("public.{HOSTILE}"),
                HOSTILE,
                None,
                vec![("column", "columns".to_owned(), 5)],
            ),
            object("column", "columns", "public.clients.fax", "fax", clients(), Vec::new()),
            object(
                "column",
                "columns",
                "public.clients.telex",
                "telex",
                clients(),
                Vec::new(),
            ),
        ],
    }
}

fn history() -> ReportHistory {
    let drift = [2, 2, 3, 7, 12, 0, 0, 1, 1, 4, 5, 6, 6, 3];
    let run = |(i, drift): (usize, usize)| RunTotals {
        began: TIMING
            .began
            .saturating_sub(Duration::from_hours(24 * (14 - u64::try_from(i).expect("small")))),
        file: format!("run-{i}{}.json", if i == 3 { HOSTILE } else { "" }),
        drift,
        unknown: usize::from(i % 5 == 1),
        warnings: i % 3,
        known: 1,
        failed: usize::from(i == 5),
    };
    ReportHistory {
        folder: "reports".into(),
        runs: drift.into_iter().enumerate().map(run).collect(),
        earlier: 200,
        others: 1,
    }
}

/// Writes a page to a file.
pub fn written(name: &str, page: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pages");
    std::fs::create_dir_all(&folder).expect("a folder for pages");
    let path = folder.join(format!("{name}.html"));
    std::fs::write(&path, page).expect("a page");
    path
}

fn page(name: &str, sample: &Sample) -> PathBuf {
    written(name, &plain(Format::Html, sample))
}
