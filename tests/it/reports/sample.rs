//! The report that every format writes in the tests: every outcome, several databases, and names that want to do harm.

use std::time::Duration;

use driftgate::error::Failure;
use driftgate::expectation::Level;
use driftgate::report::mark::{Acceptance, Accepted, BaselineUse, Compared, Comparison, Former, Since, Stale};
use driftgate::report::mark::{Mark, StaleEntry, Was};
use driftgate::report::timing::Timing;
use driftgate::report::{Check, Checks, FoundHistory, NotCompared, Report, Status, Target};
use driftgate::source_map::{FileId, Place, SourceMap};
use serde_json::{Value as Json, json};

/// What acts on terminals, browsers, CI services and readers of XML and Markdown.
pub const HOSTILE: &str = "<script>alert(1)</script>\"><img src=x onerror=alert(1)>\u{1b}[31m\u{202e}txt\n::error::no\n\
                           ##vso[task.setvariable variable=x]y | `a` ]]> %0A &amp; *b* [c](https://evil.example) @all \u{0}\u{7f}\u{9b}x";

/// A report and its files.
pub struct Sample {
    pub report: Report,
    pub files: SourceMap,
}

/// When the report was made.
pub const TIMING: Timing = Timing {
    began: Duration::from_secs(1_790_000_000),
    took: Duration::from_millis(1234),
};

fn place(file: FileId, line: u32, column: u32) -> Place {
    Place { file, line, column }
}

fn check(status: Status, code: &str, kind: &'static str, object: &str, at: Place) -> Check {
    Check {
        status,
        level: Level::Error,
        code: code.to_owned(),
        kind,
        object: object.to_owned(),
        attribute: None,
        expected: json!("present"),
        actual: json!(if status == Status::Passed { "present" } else { "absent" }),
        place: at,
        message: format!("{} {object} does not exist", kind.replace('_', " ")),
        detail: None,
        hint: None,
        reason: None,
        mark: Mark::default(),
    }
}

/// A finding about an attribute.
fn differs(kind: &'static str, object: &str, attribute: &'static str, values: (Json, Json), at: Place) -> Check {
    let code = format!("{kind}-{attribute}").replace('_', "-");
    let mut check = check(Status::Drift, &code, kind, object, at);
    let (expected, actual) = values;
    check.message = format!("{attribute} of {} is {actual}, expected {expected}", check.subject());
    check.attribute = Some(attribute);
    (check.expected, check.actual) = (expected, actual);
    check
}

const VIEW: (&str, &str) = (
    " SELECT c.id,\n    c.name,\n    count(o.id) AS orders\n   FROM clients c\n     LEFT JOIN orders o ON o.client_id = c.id\n  WHERE c.active\n  GROUP BY c.id, c.name\n  ORDER BY c.name;",
    " SELECT c.id,\n    c.name,\n    count(o.id) AS orders\n   FROM clients c\n     LEFT JOIN orders o ON o.client_id = c.id\n  GROUP BY c.id, c.name\n  ORDER BY c.id;",
);

/// Every outcome in several databases.
pub fn sample() -> Sample {
    let mut files = SourceMap::default();
    let shop = files.add("expectations/shop.yaml".into(), "driftgate: 1\n".repeat(60));
    let odd = files.add("expectations/a b,c;d%]<&>.yaml".into(), "driftgate: 1\n".into());
    let mut report = Report::new(vec![first(shop, odd), second(shop), third()]);
    report.targets[0].not_compared = vec![NotCompared {
        name: "large_objects",
        words: "large objects",
        count: 2,
    }];
    report.targets[0].histories = vec![FoundHistory {
        tool: "prisma",
        table: "public._prisma_migrations".into(),
    }];
    Sample { report, files }
}

fn first(shop: FileId, odd: FileId) -> Target {
    let mut checks = Checks::keeping(true);
    checks.push(check(
        Status::Passed,
        "table-missing",
        "table",
        "public.clients",
        place(shop, 4, 3),
    ));
    let mut type_of = differs(
        "column",
        "public.clients.id",
        "type",
        (json!("uuid"), json!("uuid")),
        place(shop, 6, 11),
    );
    type_of.status = Status::Passed;
    checks.push(type_of);
    let mut missing = check(
        Status::Drift,
        "column-missing",
        "column",
        "public.clients.email",
        place(shop, 7, 7),
    );
    missing.message = "column public.clients.email does not exist; did you mean `e_mail`?".into();
    missing.hint = Some("ALTER TABLE public.clients ADD COLUMN email text;".into());
    missing.reason = Some("every client must be reachable (TICKET-12)".into());
    checks.push(missing);
    let values = (json!(["none", "trial", "active"]), json!(["none", "active", "trial"]));
    let mut labels = differs("enum", "public.BillingStatus", "labels", values, place(shop, 12, 18));
    labels.hint = Some("PostgreSQL cannot reorder labels: create a new type and change the columns to it".into());
    checks.push(labels);
    let view = differs(
        "view",
        "public.client_orders",
        "definition",
        (json!(VIEW.0), json!(VIEW.1)),
        place(shop, 20, 7),
    );
    checks.push(view);
    let mut owner = differs(
        "view",
        "public.client_orders",
        "owner",
        (json!("app"), json!("postgres")),
        place(shop, 21, 7),
    );
    owner.level = Level::Warn;
    checks.push(owner);
    let mut unknown = differs(
        "column",
        "public.clients.score",
        "generated",
        (json!("a + b"), json!("b + a")),
        place(shop, 25, 9),
    );
    unknown.status = Status::Unknown;
    unknown.detail = Some("the texts differ, and there is no server to say whether they mean the same".into());
    checks.push(unknown);
    let mut unverified = check(
        Status::Unverified,
        "assertion-unverified",
        "assertion",
        "every order has a client",
        place(shop, 30, 5),
    );
    unverified.message = "assertion `every order has a client` could not be verified: it took longer than 30 s".into();
    unverified.hint = Some("raise --statement-timeout, or let the query look at less".into());
    (unverified.expected, unverified.actual) = (Json::Null, Json::Null);
    checks.push(unverified);
    let mut hostile = differs(
        "table",
        &format!("public.{HOSTILE}"),
        "comment",
        (json!(HOSTILE), Json::Null),
        place(odd, 1, 1),
    );
    hostile.hint = Some(format!("COMMENT ON TABLE x IS '{HOSTILE}'"));
    hostile.reason = Some(HOSTILE.into());
    hostile.detail = Some(HOSTILE.into());
    checks.push(hostile);
    let mut extra = check(
        Status::Drift,
        "table-unexpected",
        "table",
        &format!("public.{}", "long_name_".repeat(40)),
        place(odd, 1, 1),
    );
    (extra.expected, extra.actual) = (json!("absent"), json!("present"));
    extra.message = format!("table {} exists but is not listed", extra.object);
    extra.hint = Some("list it, add it to `ignore`, or remove it: DROP TABLE x".into());
    checks.push(extra);
    let mut target = Target::named("env:SHOP_URL".into());
    target.host = "db.example.com".into();
    target.name = "shop".into();
    target.server_version = "17.5".into();
    target.checks = checks;
    target
}

fn second(shop: FileId) -> Target {
    let mut target = Target::named("env:BILLING_URL".into());
    target.host = "db.example.com".into();
    target.name = "billing".into();
    target.server_version = "16.9".into();
    target.checks = Checks::keeping(true);
    target.checks.push(check(
        Status::Passed,
        "table-missing",
        "table",
        "public.clients",
        place(shop, 4, 3),
    ));
    target
}

fn third() -> Target {
    let mut target = Target::named("env:ARCHIVE_URL".into());
    target.checks = Checks::keeping(true);
    let failure = Failure::new(
        "connecting to archive.example.com:5432",
        "password authentication failed for user \"reader\"",
    );
    target.failure = Some(failure.hint("look at ARCHIVE_URL: the password, or the user"));
    target
}

/// The same with a baseline and an earlier report.
pub fn marked() -> Sample {
    let Sample { mut report, mut files } = sample();
    let baseline = files.add("baseline.yaml".into(), "driftgate: 1\n".repeat(20));
    let previous = files.add("previous.json".into(), "{}\n".into());
    let accepted = |state: Acceptance, was: Json, line: u32| Accepted {
        state,
        reason: Some("goes with version 3".into()),
        owner: Some("billing".into()),
        until: Some("2030-01-31".into()),
        was: Was {
            status: "drift".into(),
            expected: json!("present"),
            actual: was,
        },
        place: place(baseline, line, 5),
    };
    for check in &mut report.targets[0].checks.findings {
        match check.code.as_str() {
            "column-missing" => {
                check.mark.accepted = Some(accepted(Acceptance::Known, json!("absent"), 4));
                check.mark.since = Some(Since::StillThere(None));
            }
            "enum-labels" => {
                check.mark.accepted = Some(accepted(Acceptance::Expired, json!([]), 8));
                check.mark.since = Some(Since::StillThere(Some(Was::now(check))));
            }
            _ => check.mark.since = Some(Since::New),
        }
    }
    report.targets[0].compared = Some(Compared {
        previous_status: Some("drift".into()),
        resolved: vec![Former {
            id: "table-missing:public.orders".into(),
            code: "table-missing".into(),
            level: "error".into(),
            kind: "table".into(),
            object: "public.orders".into(),
            was: Was {
                status: "drift".into(),
                expected: json!("present"),
                actual: json!("absent"),
            },
            message: "table public.orders does not exist".into(),
        }],
        untold: Vec::new(),
    });
    report.baseline = Some(BaselineUse {
        file: baseline,
        entries: 3,
        stale: [
            (Stale::Expired, "enum-labels:public.BillingStatus", 8),
            (Stale::Gone, "table-missing:public.orders", 12),
        ]
        .into_iter()
        .map(|(why, id, line)| StaleEntry {
            id: id.into(),
            database: None,
            why,
            place: place(baseline, line, 5),
        })
        .collect(),
        strict: true,
    });
    report.comparison = Some(Comparison {
        file: previous,
        not_looked_at: vec!["env:OLD_URL".into()],
    });
    Sample { report, files }
}

/// A report in which all is well.
pub fn well() -> Sample {
    let mut files = SourceMap::default();
    let shop = files.add("expectations/shop.yaml".into(), "driftgate: 1\n".into());
    Sample {
        report: Report::new(vec![second(shop)]),
        files,
    }
}

/// A report of a run in which nothing was checked.
pub fn nothing() -> Sample {
    let mut target = Target::named("env:SHOP_URL".into());
    target.checks = Checks::keeping(true);
    Sample {
        report: Report::new(vec![target]),
        files: SourceMap::default(),
    }
}
