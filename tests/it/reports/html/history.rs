//! The history of a folder of reports.

use serde_json::{Value as Json, json};

use crate::run::Driftgate;
use crate::server::server;

/// A page of a run in a database with a folder of reports: those of the previous run, with these times, databases and
/// findings of drift.
fn page_of_run(reports: &[(&str, &str, &str, u64)]) -> (String, String) {
    let db = server().database("create table clients (id int)");
    let driftgate = Driftgate::new()
        .env("DATABASE_URL", db.url())
        .file("expectations/shop.yaml", "driftgate: 1\ntables: {orders: present}\n");
    let model = driftgate.run(["check", "--format", "json"]).stdout;
    let mut model: Json = serde_json::from_str(&model).expect("a report");
    assert_eq!(model["targets"][0]["summary"]["drift"], 1);
    for (name, time, database, drift) in reports {
        model["generated_at"] = json!(time);
        model["targets"][0]["database"] = json!(database);
        model["targets"][0]["summary"]["drift"] = json!(drift);
        driftgate.folder().write(&format!("reports/{name}"), &model.to_string());
    }
    driftgate.folder().write("reports/notes.txt", "no report");
    let run = driftgate.run(["check", "--history", "reports", "-o", "html=page.html"]);
    let page = driftgate.folder().read("page.html").unwrap_or_default();
    (page, run.stderr)
}

#[test]
fn the_history_is_sorted_by_time() {
    let (page, said) = page_of_run(&[
        ("a.json", "2026-11-03T00:00:00Z", "env:DATABASE_URL", 33),
        ("b.json", "2026-11-01T00:00:00Z", "env:DATABASE_URL", 11),
        ("c.json", "2026-11-02T00:00:00Z", "env:DATABASE_URL", 22),
        ("d.json", "2026-11-02T00:00:00Z", "env:OTHER_URL", 44),
    ]);
    assert_eq!(said, "");
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text} in {page}"));
    assert!(at("2026-11-01 00:00 UTC: 11 drift") < at("2026-11-02 00:00 UTC: 22 drift"));
    assert!(at("2026-11-02 00:00 UTC: 22 drift") < at("2026-11-03 00:00 UTC: 33 drift"));
    assert!(page.contains("fewer than the 33 of the previous run; the maximum of the 3 runs before was 33"));
    assert!(page.contains("without 1 report that is about other databases"));
    assert!(!page.contains("44 drift"));
    assert!(page.contains("The numbers of 4 runs"));
}

#[test]
fn the_history_can_be_empty_and_has_a_limit() {
    let (page, said) = page_of_run(&[("a.json", "2026-11-03T00:00:00Z", "env:OTHER_URL", 1)]);
    assert_eq!(said, "");
    assert!(page.contains("there is no earlier report to compare with yet"));
    assert!(!page.contains("<svg"));
    let names: Vec<(String, String)> = (0..65)
        .map(|i| {
            (
                format!("{i}.json"),
                format!("2026-11-03T00:{:02}:{:02}Z", i / 60, i % 60),
            )
        })
        .collect();
    let reports: Vec<_> = names
        .iter()
        .map(|(name, time)| (name.as_str(), time.as_str(), "env:DATABASE_URL", 1))
        .collect();
    let (page, _) = page_of_run(&reports);
    assert!(page.contains("The numbers of 61 runs"));
    assert!(page.contains("without 5 runs before them"));
    assert!(!page.contains(">4.json<") && page.contains(">5.json<"));
}
