//! The report that every format writes in the tests: every outcome, several databases, and names that want to do harm.

use std::time::Duration;

use driftgate::attribute::Precision;
use driftgate::error::Failure;
use driftgate::expectation::{Level, NotExpected, Terms, WindowSide};
use driftgate::finding::TargetStatus;
use driftgate::finding::mark::{Acceptance, Accepted, BaselineUse, Change, PreviousFinding, Recorded, RecordedStatus};
use driftgate::finding::mark::{ReportComparison, Stale, StaleEntry, TargetComparison};
use driftgate::finding::since::{BetweenRuns, Since, SinceMigration, SinceRow};
use driftgate::finding::{About, Check, Checks, Code, FoundHistory, NotCompared, OtherCode, Report, Status, Target};
use driftgate::hint::Hint;
use driftgate::kinds::Kind;
use driftgate::object_id::{ObjectId, split_name};
use driftgate::observed::ChangeAuthor;
use driftgate::report::timing::Timing;
use driftgate::source_map::{FileId, Place, SourceMap};
use driftgate::value::Value;
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

pub fn place(file: FileId, line: u32, column: u32) -> Place {
    Place { file, line, column }
}

/// What holds for every finding of the sample.
pub const TERMS: Terms = Terms {
    level: Level::Error,
    reason: None,
    exact: false,
    window: Vec::new(),
};

/// The kind of this name.
pub fn kind(name: &str) -> Kind {
    let mut kinds = Kind::ALL.iter().copied();
    kinds.find(|kind| kind.spec().name == name).expect("a kind")
}

/// An object by its name; a name that cannot be split is that of something in `public`.
pub fn object(kind_name: &str, name: &str) -> About {
    let in_public = || vec!["public".to_owned(), name.trim_start_matches("public.").to_owned()];
    let parts = split_name(name).filter(|parts| !name.contains('<') && parts.len() > 1);
    About::Object {
        kind: kind(kind_name),
        id: ObjectId::new(parts.unwrap_or_else(in_public)),
    }
}

/// A finding that an object does not exist, or a check that it does.
pub fn check(status: Status, kind_name: &str, name: &str, at: Place) -> Check {
    let about = object(kind_name, name);
    let code = Code::Missing(kind(kind_name));
    let message = format!("{} does not exist", about.subject());
    let actual = if status == Status::Passed { "present" } else { "absent" };
    Check::drift(about, code, at, &TERMS, message)
        .values("present", actual)
        .status(status)
}

/// A finding about an attribute.
fn differs(kind_name: &str, name: &str, attribute: &str, values: (Json, Json), at: Place) -> Check {
    let kind = kind(kind_name);
    let attr = kind.attr(attribute).expect("an attribute");
    let about = object(kind_name, name);
    let (expected, actual) = (Value::from(values.0), Value::from(values.1));
    let message = format!("{}: expected {attribute} = {expected}, found {actual}", about.subject());
    Check::drift(about, Code::Differs(kind, attr), at, &TERMS, message).values(expected, actual)
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
    report.targets[0].not_expected = vec![NotExpected {
        side: WindowSide::Since,
        migration: "20240102000000_add".into(),
        subjects: vec!["column public.clients.nick".into(), "table public.t".into()],
    }];
    report.targets[0].histories = vec![FoundHistory {
        tool: "prisma",
        table: "public._prisma_migrations".into(),
    }];
    Sample { report, files }
}

fn first(shop: FileId, odd: FileId) -> Target {
    let mut target = Target::named("env:SHOP_URL".into());
    target.host = "db.example.com".into();
    target.address = "db.example.com:5432".into();
    target.name = "shop".into();
    target.role = "reader".into();
    target.server_version = "17.5".into();
    target.checks = Checks::keeping(true);
    let checks = &mut target.checks;
    passed(checks, shop);
    drift(checks, shop);
    view_drift(checks, shop);
    undecided(checks, shop);
    hostile(checks, odd);
    target
}

fn passed(checks: &mut Checks, shop: FileId) {
    checks.push(check(Status::Passed, "table", "public.clients", place(shop, 4, 3)));
    let mut type_of = differs(
        "column",
        "public.clients.id",
        "type",
        (json!("uuid"), json!("uuid")),
        place(shop, 6, 11),
    );
    type_of.status = Status::Passed;
    checks.push(type_of);
}

fn drift(checks: &mut Checks, shop: FileId) {
    let mut missing = check(Status::Drift, "column", "public.clients.email", place(shop, 7, 7));
    missing.message = "column public.clients.email does not exist; did you mean `e_mail`?".into();
    missing.hint = Some(Hint::sql("ALTER TABLE public.clients ADD COLUMN email text;"));
    missing.reason = Some("every client must be reachable (TICKET-12)".into());
    checks.push(missing);
    let values = (json!(["none", "trial", "active"]), json!(["none", "active", "trial"]));
    let mut labels = differs("enum", "public.BillingStatus", "labels", values, place(shop, 12, 18));
    labels.hint = Some(Hint::advice(
        "PostgreSQL cannot reorder labels: create a new type and change the columns to it",
    ));
    checks.push(labels);
}

fn view_drift(checks: &mut Checks, shop: FileId) {
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
}

/// A check that could not be decided, and an assertion that could not be verified.
fn undecided(checks: &mut Checks, shop: FileId) {
    let mut unknown = differs(
        "column",
        "public.clients.score",
        "generated",
        (json!("a + b"), json!("b + a")),
        place(shop, 25, 9),
    );
    unknown.status = Status::Unknown;
    unknown.detail = Some("the texts differ, and there is no server to decide whether they mean the same".into());
    checks.push(unknown);
    let unverified = Check::drift(
        About::Assertion("every order has a client".into()),
        OtherCode::AssertionUnverified.into(),
        place(shop, 30, 5),
        &TERMS,
        "assertion `every order has a client` could not be verified: it took longer than 30 s",
    );
    checks.push(
        unverified
            .status(Status::Unverified)
            .hint(Hint::advice("raise --statement-timeout, or let the query read less")),
    );
}

/// Findings about objects with hostile and long names.
fn hostile(checks: &mut Checks, odd: FileId) {
    let mut hostile = differs(
        "table",
        &format!("public.{HOSTILE}"),
        "comment",
        (json!(HOSTILE), Json::Null),
        place(odd, 1, 1),
    );
    hostile.hint = Some(Hint::Sql(format!("COMMENT ON TABLE x IS '{HOSTILE}'")));
    hostile.reason = Some(HOSTILE.into());
    hostile.detail = Some(HOSTILE.into());
    checks.push(hostile);
    let about = object("table", &format!("public.{}", "long_name_".repeat(40)));
    let message = format!("{} exists but is not listed", about.subject());
    let code = Code::Unexpected(kind("table"));
    let extra = Check::drift(about, code, place(odd, 1, 1), &TERMS, message);
    checks.push(extra.values("absent", "present").hint(Hint::AdviceWithSql {
        words: "list it, add it to `ignore`, or remove it".into(),
        sql: "DROP TABLE x;".into(),
    }));
}

fn second(shop: FileId) -> Target {
    let mut target = Target::named("env:BILLING_URL".into());
    target.host = "db.example.com".into();
    target.address = "db.example.com:5432".into();
    target.name = "billing".into();
    target.server_version = "16.9".into();
    target.checks = Checks::keeping(true);
    target
        .checks
        .push(check(Status::Passed, "table", "public.clients", place(shop, 4, 3)));
    target
}

fn third() -> Target {
    let mut target = Target::named("env:ARCHIVE_URL".into());
    target.checks = Checks::keeping(true);
    let failure = Failure::new(
        "connecting to archive.example.com:5432",
        "password authentication failed for user \"reader\"",
    );
    target.failure = Some(failure.hint("check ARCHIVE_URL: the password, or the user"));
    target
}

/// The same with a baseline and an earlier report.
pub fn marked() -> Sample {
    let Sample { mut report, mut files } = sample();
    let baseline = files.add("baseline.yaml".into(), "driftgate: 1\n".repeat(20));
    let previous = files.add("previous.json".into(), "{}\n".into());
    for check in &mut report.targets[0].checks.findings {
        match check.code.to_string().as_str() {
            "column-missing" => {
                check.mark.accepted = Some(accepted(Acceptance::Known, json!("absent"), place(baseline, 4, 5)));
                check.mark.change = Some(Change::StillThere(None));
            }
            "enum-labels" => {
                check.mark.accepted = Some(accepted(Acceptance::Expired, json!([]), place(baseline, 8, 5)));
                check.mark.change = Some(Change::StillThere(Some(Recorded::now(check))));
            }
            _ => check.mark.change = Some(Change::New),
        }
    }
    let new = report.targets[0].checks.findings.iter_mut();
    for check in new
        .filter(|check| matches!(check.mark.change, Some(Change::New)))
        .take(1)
    {
        check.since = Some(Box::new(since()));
    }
    report.targets[0].compared = Some(comparison());
    report.baseline = Some(baseline_use(baseline));
    report.comparison = Some(ReportComparison {
        file: previous,
        not_checked: vec!["env:OLD_URL".into()],
    });
    Sample { report, files }
}

/// When something changed, with everything that can be known.
fn since() -> Since {
    Since {
        row: Some(SinceRow {
            precision: Precision::Object,
            subject: Some("view".into()),
            is_creation: false,
            migration: Some(SinceMigration::AfterLast {
                last: "20260102_align".into(),
                or_in_savepoint: false,
            }),
            time: None,
            author: Some(ChangeAuthor {
                user: Some("alice".into()),
                application: Some(HOSTILE.into()),
                tag: Some("ALTER TABLE".into()),
                time: Some("2026-11-21 09:30:00 UTC".into()),
            }),
        }),
        between: Some(BetweenRuns {
            earlier: "2026-11-20T12:00:00Z".into(),
            now: "2026-11-21T12:00:00Z".into(),
        }),
    }
}

fn accepted(state: Acceptance, was: Json, place: Place) -> Accepted {
    Accepted {
        state,
        reason: Some("goes with version 3".into()),
        owner: Some("billing".into()),
        until: Some("2030-01-31".into()),
        was: Recorded {
            status: RecordedStatus::Drift,
            expected: json!("present"),
            actual: was,
        },
        place,
    }
}

/// The comparison with an earlier report that had one more finding.
fn comparison() -> TargetComparison {
    TargetComparison {
        previous_status: Some(TargetStatus::Drift),
        resolved: vec![PreviousFinding {
            id: "table-missing:public.orders".into(),
            code: "table-missing".into(),
            level: Level::Error,
            kind: "table".into(),
            object: "public.orders".into(),
            was: Recorded {
                status: RecordedStatus::Drift,
                expected: json!("present"),
                actual: json!("absent"),
            },
            message: "table public.orders does not exist".into(),
        }],
        undetermined: Vec::new(),
    }
}

fn baseline_use(file: FileId) -> BaselineUse {
    BaselineUse {
        file,
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
            place: place(file, line, 5),
        })
        .collect(),
        strict: true,
    }
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
