//! A format that lists the checks that passed lists as many as are counted where they are not kept.

use serde_json::Value as Json;

use crate::run::Driftgate;
use crate::server::server;

#[test]
fn listed_checks_match_the_counts() {
    let db = server().database(include_str!("../../registry/schema.sql"));
    let driftgate = Driftgate::new().env("DATABASE_URL", db.url());
    assert_eq!(driftgate.run(["pull", "-o", "pulled.yaml"]).code, Some(0));
    // Something is to be found, too.
    db.exec("create table surplus (id int)");
    let counted = driftgate.run(["check", "pulled.yaml", "--format", "json"]);
    let counted: Json = serde_json::from_str(&counted.stdout).expect("a report");
    let listed = driftgate.run(["check", "pulled.yaml", "--format", "jsonl", "-o", "json=report.json"]);
    let lines: Vec<Json> = listed
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .collect();
    let (database, checks) = lines.split_last().expect("a line for the database");
    assert_eq!(database["summary"], counted["summary"]);
    assert_eq!(counted["summary"]["checks"], checks.len());
    let passed = checks.iter().filter(|check| check["status"] == "passed").count();
    assert_eq!(counted["summary"]["passed"], passed);
    assert!(passed > 1000, "only {passed} passed");
    let report: Json = serde_json::from_str(&driftgate.folder().read("report.json").expect("a report")).expect("JSON");
    assert_eq!(report, counted, "keeping the checks that passed changes the report");
}
