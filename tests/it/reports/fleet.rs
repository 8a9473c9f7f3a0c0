//! The report of a fleet in every format: groups first, however many targets there are.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use driftgate::error::Failure;
use driftgate::finding::fleet::{FleetCollector, FleetReport, Member, Shard, Tolerance};
use driftgate::finding::mark::{BaselineUse, Stale, StaleEntry};
use driftgate::finding::{Checks, Report, Status, Target};
use driftgate::hint::Hint;
use driftgate::report::format::Format;
use driftgate::source_map::{FileId, SourceMap};
use serde_json::{Value as Json, json};

use super::browser::Browser;
use super::html::written;
use super::sample::{HOSTILE, Sample, check, place};
use super::{plain, render};

/// A target of the fleet.
fn member(name: &str, schema: Option<&str>, server: &str, region: &str) -> Member {
    let labels: &[(&str, &str)] = if region.is_empty() {
        &[]
    } else {
        &[("region", region), ("tier", "shared")]
    };
    Member {
        name: name.into(),
        schema: schema.map(str::to_owned),
        server: server.into(),
        labels: labels
            .iter()
            .map(|(label, value)| ((*label).into(), (*value).into()))
            .collect(),
    }
}

/// The result of a target that was reached, with a check that passed.
fn reached(member: &Member, file: FileId) -> Target {
    let mut target = Target::named(member.name.clone());
    target.server_version = "17.5".into();
    target.checks = Checks::keeping(true);
    target
        .checks
        .push(check(Status::Passed, "table", "public.clients", place(file, 4, 3)));
    target.member = Some(member.clone());
    target
}

/// The result of a target of the sample, by its number.
fn result_of(index: usize, member: &Member, core: FileId) -> Target {
    let mut target = reached(member, core);
    if let Some(schema) = member.schema.as_deref().filter(|schema| *schema != "t_1") {
        let mut missing = check(
            Status::Drift,
            "column",
            &format!("{schema}.orders.due"),
            place(core, 9, 7),
        );
        missing.hint = Some(Hint::sql(format!("ALTER TABLE {schema}.orders ADD COLUMN due date;")));
        target.checks.push(missing);
    }
    match index {
        1 => {
            let mut unknown = check(Status::Unknown, "view", "t_2.totals", place(core, 12, 7));
            unknown.detail = Some("no server could be asked".into());
            target.checks.push(unknown);
        }
        4 => target.checks.push(check(
            Status::Drift,
            "table",
            &format!("t_5.{HOSTILE}"),
            place(core, 20, 7),
        )),
        5 => {
            target = Target::named(member.name.clone());
            let failure = Failure::new("connecting to db-4.example.com:5432", "connection refused");
            target.failure = Some(failure.hint("check that the server runs"));
        }
        _ => {}
    }
    target
}

/// A fleet with every verdict, and with a stale entry of a baseline.
pub fn sample() -> Sample {
    let mut files = SourceMap::default();
    let core = files.add("expectations/core.yaml".into(), "driftgate: 1\n".repeat(60));
    let baseline = files.add("baseline.yaml".into(), "baseline: 1\n".into());
    let members = [
        member("shared/t_1", Some("t_1"), "db-1.example.com:5432", "eu"),
        member("shared/t_2", Some("t_2"), "db-1.example.com:5432", "eu"),
        member("shared/t_3", Some("t_3"), "db-2.example.com:5432", "us"),
        member("control", None, "db-3.example.com:5432", ""),
        member(HOSTILE, Some("t_5"), "db-1.example.com:5432", "<b>"),
        member("gone", None, "db-4.example.com:5432", "eu"),
    ];
    let facts = FleetReport {
        file: "fleet.yaml".into(),
        digest: "0123456789abcdef".into(),
        listed: 12,
        choice: vec!["--where tier=shared".into()],
        shard: Some(Shard { number: 1, of: 2 }),
        elsewhere: vec![member("shared/t_9", Some("t_9"), "db-1.example.com:5432", "eu")],
        tolerance: Tolerance::parse("1%"),
        ..FleetReport::default()
    };
    let mut collector = FleetCollector::new(facts, members.to_vec());
    for (index, member) in members.iter().enumerate() {
        collector.add(index, &result_of(index, member, core), false, "", &files);
    }
    let stale = StaleEntry {
        id: "table-missing:{schema}.old".into(),
        database: None,
        why: Stale::Gone,
        place: place(baseline, 1, 1),
    };
    let report = Report {
        fleet: Some(collector.report()),
        baseline: Some(BaselineUse {
            file: baseline,
            entries: 1,
            stale: vec![stale],
            strict: true,
        }),
        ..Report::default()
    };
    Sample { report, files }
}

/// So many targets with so many groups.
pub fn large(targets: usize, groups: usize) -> Sample {
    let mut files = SourceMap::default();
    let core = files.add("expectations/core.yaml".into(), "driftgate: 1\n".repeat(60));
    let members: Vec<Member> = (0..targets)
        .map(|number| {
            let region = ["eu-west-1", "eu-central-1", "us-east-1", "ap-south-1"][number % 4];
            let schema = format!("tenant_{number:04}");
            let server = format!("pg-{:02}.internal:5432", number % 41);
            member(&format!("shared-{region}/{schema}"), Some(&schema), &server, region)
        })
        .collect();
    let facts = FleetReport {
        file: "fleet.yaml".into(),
        digest: "0123456789abcdef".into(),
        listed: targets,
        ..FleetReport::default()
    };
    let mut collector = FleetCollector::new(facts, members.clone());
    for (index, member) in members.iter().enumerate() {
        let mut target = reached(member, core);
        let schema = member.schema.as_deref().unwrap_or_default();
        for group in (0..groups).filter(|group| index % (group + 2) == 0 && index % 5 == 0) {
            let name = format!("{schema}.orders_{group:02}.due_date");
            let mut missing = check(Status::Drift, "column", &name, place(core, 9, 7));
            missing.hint = Some(Hint::sql(format!(
                "ALTER TABLE {schema}.orders_{group:02} ADD COLUMN due_date date;"
            )));
            target.checks.push(missing);
        }
        if index % 250 == 3 {
            target = Target::named(member.name.clone());
            target.failure = Some(Failure::new(
                format!("connecting to {}", member.server),
                "connection refused",
            ));
        }
        collector.add(index, &target, false, "", &files);
    }
    let report = Report {
        fleet: Some(collector.report()),
        ..Report::default()
    };
    Sample { report, files }
}

#[test]
fn two_thousand_targets_are_one_screen_and_below_a_megabyte() {
    let sample = large(2000, 40);
    let table = render(Format::Table, &sample, false, Some(100));
    assert!(table.lines().count() <= 35, "{table}");
    assert!(table.starts_with("fleet.yaml: 2,000 targets on 41 servers"), "{table}");
    let text = plain(Format::Json, &sample);
    println!("{} bytes of JSON", text.len());
    assert!(text.len() < 1_000_000, "{} bytes", text.len());
    let json: Json = serde_json::from_str(&text).expect("JSON");
    assert_eq!(json["targets"].as_array().map(Vec::len), Some(2000));
    assert_eq!(json["groups"].as_array().map(Vec::len), Some(40));
    let markdown = plain(Format::Markdown, &sample);
    assert!(markdown.len() < 65_536, "{}", markdown.len());
}

#[test]
fn the_groups_and_the_targets_of_the_json_agree() {
    for sample in [sample(), large(300, 12)] {
        let json: Json = serde_json::from_str(&plain(Format::Json, &sample)).expect("JSON");
        let mut of_groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for group in json["groups"].as_array().expect("groups") {
            let names = group["targets"].as_array().expect("names");
            assert_eq!(group["count"], names.len());
            for name in names {
                let id = group["id"].as_str().expect("an id");
                of_groups.entry(name.as_str().expect("a name")).or_default().push(id);
            }
        }
        for target in json["targets"].as_array().expect("targets") {
            let name = target["name"].as_str().expect("a name");
            let found = of_groups.remove(name).map_or(Json::Null, |ids| json!(ids));
            assert_eq!(target["groups"], found, "{name}");
        }
        assert!(of_groups.is_empty(), "{of_groups:?}");
    }
}

#[test]
fn a_tenant_is_named_nowhere_but_among_the_targets() {
    let text = plain(Format::Json, &large(40, 3));
    let json: Json = serde_json::from_str(&text).expect("JSON");
    for group in json["groups"].as_array().expect("groups") {
        let mut group = group.clone();
        group["targets"] = Json::Null;
        assert!(!group.to_string().contains("tenant_"), "{group}");
        assert!(group.to_string().contains("{schema}"), "{group}");
    }
}

#[test]
fn the_series_of_targets_can_be_switched_off() {
    let sample = sample();
    assert!(plain(Format::Prometheus, &sample).contains("driftgate_target_exit_code{"));
    let without = Format::Prometheus.render(&driftgate::report::format::Rendering {
        report: &sample.report,
        files: &sample.files,
        exit: sample.report.exit(false),
        timing: super::sample::TIMING,
        color: false,
        width: None,
        target_series: false,
    });
    assert!(!without.contains("driftgate_target_exit_code"), "{without}");
    assert!(without.contains("driftgate_fleet_targets{"), "{without}");
}

#[test]
#[ignore = "not run: needs Chromium; see docs/development.md"]
fn the_page_of_two_thousand_targets_is_usable() {
    let sample = large(2000, 40);
    let text = plain(Format::Html, &sample);
    println!("{} bytes of HTML", text.len());
    assert!(text.len() < 2_500_000, "{} bytes", text.len());
    let path = written("fleet-large", &text);
    let mut browser = Browser::start();
    browser.show(1280, "light", "");
    let start = Instant::now();
    browser.open(&path);
    println!("loaded in {:?}", start.elapsed());
    assert!(start.elapsed() < Duration::from_secs(20));
    let shown = "[document.querySelectorAll('.members tbody tr:not([hidden])').length, document.querySelector('.shown').textContent]";
    assert_eq!(browser.value(shown), json!([2000, "2,000 targets"]));
    // The least of some, as the machine does other things, too.
    let mut cost = |what: &str| {
        let script = format!(
            "(() => {{ const text = document.getElementById('filter-text'), status = document.getElementById('filter-status'), \
             group = document.getElementById('filter-group'), region = document.getElementById('filter-label-0'); \
             let least = Infinity; for (let i = 0; i < 5; i++) {{ const start = performance.now(); {what}; \
             status.dispatchEvent(new Event('change', {{bubbles: true}})); document.body.getBoundingClientRect(); \
             least = Math.min(least, performance.now() - start); }} \
             return [least, document.querySelectorAll('.members tbody tr:not([hidden])').length]; }})()"
        );
        let answer = browser.value(&script);
        println!("{what}: {} ms", answer[0]);
        assert!(answer[0].as_f64().expect("a time") < 200.0, "{what}: {answer}");
        answer[1].as_u64().expect("a number")
    };
    assert_eq!(cost("status.value = i % 2 ? '' : 'unreached'"), 8);
    assert_eq!(cost("status.value = ''; group.value = i % 2 ? '' : '0'"), 400);
    assert_eq!(cost("group.value = ''; region.value = i % 2 ? '' : 'eu-west-1'"), 500);
    assert_eq!(cost("region.value = ''; text.value = i % 2 ? '' : 'tenant_0042'"), 1);
    assert_eq!(cost("text.value = ''"), 2000);
    let clicked = browser.value(
        "(async () => { document.querySelector('.finding').open = true; document.querySelector('[data-group]').click(); \
         await new Promise(done => setTimeout(done, 100)); return [document.activeElement.id, \
         document.querySelectorAll('.members tbody tr:not([hidden])').length]; })()",
    );
    assert_eq!(
        clicked,
        json!(["targets", 400]),
        "a group shows its targets in the list"
    );
    assert_eq!(browser.incidents(), Vec::<String>::new());
}

#[test]
#[ignore = "not run: needs Chromium; see docs/development.md"]
fn the_page_of_a_fleet_is_used_with_a_keyboard_and_on_a_phone() {
    let path = written("fleet", &plain(Format::Html, &sample()));
    let large = written("fleet-phone", &plain(Format::Html, &large(2000, 40)));
    let mut browser = Browser::start();
    browser.show(1280, "light", "");
    browser.open(&path);
    browser.press("Tab");
    assert_eq!(browser.value("document.activeElement.className"), "skip");
    browser.press("Enter");
    assert_eq!(browser.value("document.activeElement.id"), "findings");
    // Tab reaches a group, Enter folds it, and Tab goes on to the filter.
    browser.press("Tab");
    assert_eq!(browser.value("document.activeElement.tagName"), "SUMMARY");
    let was = browser.value("document.activeElement.parentElement.open");
    browser.press("Enter");
    assert_ne!(browser.value("document.activeElement.parentElement.open"), was);
    let mut reached = false;
    for _ in 0..60 {
        browser.press("Tab");
        reached = browser.value("document.activeElement.id") == "filter-text";
        if reached {
            break;
        }
    }
    assert!(reached, "the filter is reached with Tab");
    assert_eq!(browser.incidents(), Vec::<String>::new());
    for path in [&path, &large] {
        browser.show(360, "dark", "");
        browser.open(path);
        let overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
        assert_eq!(browser.value(overflow), 0, "nothing is wider than a phone");
    }
    for (name, width, scheme, path) in [
        ("fleet-wide", 1280, "light", &large),
        ("fleet-phone", 360, "dark", &large),
        ("fleet-small", 1280, "dark", &path),
    ] {
        browser.show(width, scheme, "");
        browser.open(path);
        browser.screenshot(name);
    }
    assert_eq!(browser.incidents(), Vec::<String>::new());
}
