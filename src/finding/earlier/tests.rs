use std::time::Duration;

use super::{EarlierReport, read};
use crate::finding::mark::RecordedStatus;
use crate::finding::{Report, Target, TargetStatus, report_history};
use crate::source_map::{FileId, SourceMap};

/// A report as driftgate 0.1.0 wrote it with `--compare`, before version 2.
const VERSION_1: &str = include_str!("version-1.json");

fn stored(text: &str) -> (EarlierReport, FileId) {
    let file = SourceMap::default().add("stored.json".into(), text.to_owned());
    let report = read(text, file).unwrap_or_else(|problem| panic!("{problem:?}"));
    (report, file)
}

#[test]
fn a_report_of_version_1_is_compared_as_one_of_version_2() {
    let version_2 = VERSION_1
        .replace("\"report_version\": 1", "\"report_version\": 2")
        .replace("untold", "undetermined")
        .replace("not_looked_at", "not_checked");
    for text in [VERSION_1, &version_2] {
        let (earlier, _) = stored(text);
        let mut report = Report::new(vec![Target::named("env:SHOP_URL".into())]);
        super::compare(&mut report, &earlier, std::time::SystemTime::UNIX_EPOCH);
        let compared = report.targets[0].compared.as_ref().expect("a comparison");
        assert_eq!(compared.previous_status, Some(TargetStatus::Drift));
        let resolved: Vec<(&str, RecordedStatus)> = compared
            .resolved
            .iter()
            .map(|previous| (previous.id.as_str(), previous.was.status))
            .collect();
        assert_eq!(
            resolved,
            [
                ("column-type:public.t.id", RecordedStatus::Drift),
                ("table-missing:public.u", RecordedStatus::Unknown),
            ]
        );
    }
}

#[test]
fn a_report_of_version_1_is_part_of_the_report_history() {
    let (_, file) = stored(VERSION_1);
    let run = report_history::read(VERSION_1, file, "stored.json".into(), Duration::ZERO).expect("a run");
    let report = Report::new(vec![Target::named("env:SHOP_URL".into())]);
    let history = report_history::ReportHistory::of("reports".into(), vec![run], &report);
    let drift: Vec<usize> = history.runs.iter().map(|run| run.drift).collect();
    assert_eq!(drift, [2]);
}

#[test]
fn other_versions_are_refused() {
    for version in ["0", "3", "\"1\"", "null"] {
        let text = VERSION_1.replace("\"report_version\": 1", &format!("\"report_version\": {version}"));
        let file = SourceMap::default().add("stored.json".into(), text.clone());
        let problem = read(&text, file).expect_err("a version of the future");
        assert!(
            problem.message.contains("unsupported report version"),
            "{}",
            problem.message
        );
    }
}
