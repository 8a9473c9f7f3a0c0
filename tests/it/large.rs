//! A large schema, as ten years make it: it is written and found to be what it is, and one change in it is found.

use std::time::Duration;

use serde_json::Value;

use crate::run::Driftgate;
use crate::server::server;

/// 1,000 tables and what stands around them.
pub const SCHEMA: &str = include_str!("../large/schema.sql");

/// How long any one command may take, built for debugging, on a machine that has other work to do.
const PATIENCE: Duration = Duration::from_mins(1);

#[test]
fn a_large_schema_matches_its_pulled_file() {
    let db = server().database(SCHEMA);
    assert_eq!(
        db.value("select count(*) from pg_class where relkind in ('r', 'p') and relnamespace::regnamespace::text like 'area%'"),
        "1000"
    );
    let driftgate = Driftgate::new().env("DATABASE_URL", db.url());
    let run = |arguments: &[&str]| {
        let run = driftgate.run(arguments);
        assert!(run.duration < PATIENCE, "{arguments:?} took {:?}", run.duration);
        assert_eq!(run.stderr, "", "{arguments:?}");
        run
    };
    let pulled = run(&["pull", "-o", "pulled.yaml"]);
    assert_eq!(pulled.code, Some(0));
    let check = || {
        let run = run(&["check", "pulled.yaml", "--format", "json", "--fail-on", "unknown"]);
        let report: Value = serde_json::from_str(&run.stdout).expect("a report");
        (run.code, report)
    };
    let (code, report) = check();
    assert_eq!(
        (code, &report["targets"][0]["findings"]),
        (Some(0), &Value::Array(Vec::new()))
    );
    let checks = report["summary"]["checks"].as_u64().unwrap_or_default();
    assert!(checks > 100_000, "only {checks} checks");
    let same = run(&["diff", "env:DATABASE_URL", "env:DATABASE_URL"]);
    assert_eq!((same.code, same.stdout.as_str()), (Some(0), ""));

    // That nothing is found is worth something only where something would be.
    db.exec("alter table area_3.detail_699 alter note set not null");
    let (code, report) = check();
    let findings = report["targets"][0]["findings"].as_array().expect("findings");
    assert_eq!((code, findings.len()), (Some(1), 1));
    assert_eq!(findings[0]["id"], "column-nullable:area_3.detail_699.note");
}
