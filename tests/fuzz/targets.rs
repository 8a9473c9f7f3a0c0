//! What must hold of any input: the bodies of the fuzz targets, for cargo-fuzz and for the tests on stable.
//!
//! An input is read to its end, without a panic; what was written is read as it was.

#![allow(dead_code, reason = "each target of cargo-fuzz calls one of these functions")]

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use driftgate::baseline::{self, Day};
use driftgate::catalog::conninfo::{Conninfo, redact};
use driftgate::error::Problem;
use driftgate::expectation::{self, Level, Terms};
use driftgate::finding::mark::Change;
use driftgate::finding::{About, Check, Checks, Code, Report, Target, earlier, report_history};
use driftgate::hint::Hint;
use driftgate::kinds::Kind;
use driftgate::object_id::{ObjectId, show_part, split_name};
use driftgate::pull::PullOptions;
use driftgate::report::format::{Format, Rendering};
use driftgate::report::timing::Timing;
use driftgate::scratch::statements;
use driftgate::source::Source;
use driftgate::source_map::{FileId, Place, SourceMap};
use driftgate::sql_text::script::{self, ScriptPiece};
use driftgate::sql_text::{TokenKind, quote_literal, quote_name, show_name, split_commas, tokens, unquote_name};
use driftgate::terminal::visible;
use driftgate::value::Value;
use driftgate::yaml::{self, Places};
use driftgate::{pull, saved};
use serde_json::json;

/// What is run with an input.
pub type Body = fn(&[u8]);

/// All targets, by name.
pub const TARGETS: [(&str, Body); 5] = [
    ("yaml", yaml),
    ("sql", sql),
    ("urls", urls),
    ("snapshots", snapshots),
    ("reports", reports),
];

fn text(data: &[u8]) -> String {
    String::from_utf8_lossy(data).into_owned()
}

fn added(text: &str) -> (SourceMap, FileId) {
    let mut files = SourceMap::default();
    let file = files.add(PathBuf::from("input"), text.to_owned());
    (files, file)
}

/// A problem is shown at a place that the file has, on lines of which none acts on a terminal.
fn shown(problems: &[Problem], files: &SourceMap) {
    for problem in problems {
        let told = problem.render(files, false);
        assert!(!told.contains(|c: char| c != '\n' && c.is_control()), "{told:?}");
    }
}

/// The reader of YAML, and that of expectation files.
pub fn yaml(data: &[u8]) {
    let text = text(data);
    let (files, file) = added(&text);
    for places in [Places::OfUse, Places::OfDefinition] {
        match yaml::parse(&text, file, places) {
            Ok(document) => shown(&document.problems, &files),
            Err(problem) => shown(&[problem], &files),
        }
    }
    if let Err(problems) = expectation::parse::parse(&text, file) {
        assert!(!problems.is_empty());
        shown(&problems, &files);
    }
    if let Err(problems) = baseline::read(&text, file) {
        assert!(!problems.is_empty());
        shown(&problems, &files);
    }
    // A text in quotes is the text.
    let quoted = serde_json::Value::from(text.as_str()).to_string();
    if let Ok(document) = yaml::parse(&quoted, file, Places::OfUse) {
        let found = document.root.scalar().map(|scalar| scalar.text.clone());
        assert_eq!(found, Some(text));
    }
}

/// The scanner of SQL, and what stands on it.
pub fn sql(data: &[u8]) {
    let text = text(data);
    let found = tokens(&text);
    let mut end = 0;
    for token in &found {
        assert!(token.range.start >= end && token.range.end > token.range.start);
        // Nothing but white space and comments stands between, and a token is one alone.
        assert_eq!(tokens(&text[end..token.range.start]), []);
        let alone = tokens(&text[token.range.clone()]);
        assert_eq!(alone.len(), 1, "{:?}", &text[token.range.clone()]);
        assert_eq!((alone[0].kind, alone[0].range.len()), (token.kind, token.range.len()));
        end = token.range.end;
    }
    assert_eq!(tokens(&text[end..]), []);
    for range in script::statements(&text) {
        assert!(!tokens(&text[range]).is_empty());
    }
    let mut end = 0;
    for piece in script::pieces(&text) {
        let (range, after) = match piece {
            ScriptPiece::Plain(range) => (range.clone(), range.end),
            ScriptPiece::Copy { statement, rows } => (statement, rows.end),
            ScriptPiece::Command(command) => (command.range.clone(), command.range.end),
        };
        assert!(range.end > range.start && after >= range.end && text.get(range).is_some());
        end = end.max(after);
    }
    assert!(end <= text.len());
    let _ = statements::find_psql_command(&text);
    let lines = |text: &str| text.matches('\n').count();
    assert_eq!(lines(&statements::without_guards(text.clone())), lines(&text));
    assert!(split_commas(&text).len() <= text.len() + 1);
    let _ = visible(&text);
    quoted(&text);
    shorthands(&text);
}

/// What is quoted is one token and is read as it was.
fn quoted(text: &str) {
    let is_one = |sql: &str, sorts: &[TokenKind]| match tokens(sql).as_slice() {
        [token] => sorts.contains(&token.kind) && token.range.end == sql.len(),
        _ => false,
    };
    assert!(is_one(&quote_literal(text), &[TokenKind::QuotedText]));
    assert!(is_one(&quote_name(text), &[TokenKind::QuotedName]));
    assert!(is_one(&show_name(text), &[TokenKind::QuotedName, TokenKind::Word]));
    if text.is_empty() || text.contains('\0') {
        return;
    }
    assert_eq!(unquote_name(&quote_name(text)).as_deref(), Some(text));
    assert_eq!(split_name(&show_part(text)), Some(vec![text.to_owned()]));
    let id = ObjectId::new(vec![text.to_owned(), "b.c".to_owned(), text.to_owned()]);
    assert_eq!(split_name(&id.to_string()).map(ObjectId::new), Some(id));
}

/// The places of an expectation file at which people write SQL in short.
fn shorthands(text: &str) {
    let sql = serde_json::Value::from(text);
    let file = json!({
        "driftgate": 1,
        "schema": "public",
        "tables": {
            "t": {
                "columns": {"a": sql, "b": {"type": sql, "default": sql}},
                "indexes": [sql], "unique": [sql], "checks": [sql], "foreign_keys": [sql], "policies": {"p": sql},
                "triggers": {"g": sql}, "exclusions": [sql], "partition_of": sql,
            },
            text: "present",
        },
        "functions": {"f": sql, text: "present"},
        "views": {"v": {"definition": sql}},
        "domains": {"d": sql},
        "sequences": {"s": sql},
        "enums": {"e": [sql]},
        "publications": {"p": {"tables": [sql]}},
        "assertions": {"a": {"sql": sql, "equals": sql}},
    });
    let text = file.to_string();
    let (files, file) = added(&text);
    if let Err(problems) = expectation::parse::parse(&text, file) {
        shown(&problems, &files);
    }
}

/// URLs, settings of connections and sources. A password is in no message.
pub fn urls(data: &[u8]) {
    const SECRET: &str = "s3cr3t-pa55";
    let text = text(data);
    let _ = Source::parse(&text).map(|source| source.report_label());
    let _ = redact(&text);
    // What stands in a URL may name files of this machine.
    if text.contains('/') && (text.contains("file") || text.contains("cert") || text.contains("key")) {
        return;
    }
    for url in [
        text.clone(),
        format!("postgres://{text}"),
        format!("postgres://user:{SECRET}@{text}"),
        format!("postgresql://user:{SECRET}@host:5432/db?{text}"),
        format!("postgres://host/db?password={SECRET}&{text}"),
    ] {
        let nothing = |_: &str| None;
        let told = match Conninfo::resolve(&url, &nothing) {
            Ok(info) => format!(
                "{} {} {} {:?}",
                info.display(),
                info.host(),
                info.dbname(),
                info.notes()
            ),
            Err(problem) => format!("{problem} {:?}", problem.hint),
        };
        // A second `@` makes what stands before it part of the password, or of a host that is told.
        if !text.contains('@') {
            assert!(!told.contains(SECRET), "{told}");
        }
    }
}

/// Saved snapshots: what was read is written so that the same is read.
pub fn snapshots(data: &[u8]) {
    let text = text(data);
    let (files, file) = added(&text);
    let snapshot = match saved::read(&text, file) {
        Ok(snapshot) => snapshot,
        Err(problem) => return shown(&[problem], &files),
    };
    let once = saved::write(&snapshot);
    let again = saved::read(&once, file).unwrap_or_else(|problem| panic!("{problem}\n{once}"));
    assert_eq!(saved::write(&again), once);
    let choice = PullOptions {
        any_partitions: false,
        requirements: false,
        ignored: &[],
        schema: "public",
        schemas: &[],
        whole: true,
        database: None,
        history: None,
        wanted: &|_, _| true,
    };
    if let Some(text) = pull::pull(&snapshot, &choice) {
        // What a hand has changed may be no schema at all; it is YAML.
        yaml::parse(&text, file, Places::OfUse).unwrap_or_else(|problem| panic!("{problem}\n{text}"));
    }
}

/// Reports and baselines that are read back.
pub fn reports(data: &[u8]) {
    let text = text(data);
    let (mut files, file) = added(&text);
    let read = [
        earlier::read(&text, file).err(),
        report_history::read(&text, file, "input".into(), Duration::ZERO).err(),
    ];
    shown(&read.into_iter().flatten().collect::<Vec<_>>(), &files);
    let mut report = report_of(&text, file);
    // As an earlier report, it has all of it.
    let rendered = Format::Json.render(&Rendering {
        report: &report,
        files: &files,
        exit: report.exit(false),
        timing: Timing {
            began: Duration::ZERO,
            took: Duration::ZERO,
        },
        color: false,
        width: None,
        target_series: true,
    });
    let earlier = earlier::read(&rendered, file).unwrap_or_else(|problem| panic!("{problem}\n{rendered}"));
    earlier::compare(&mut report, &earlier, std::time::SystemTime::UNIX_EPOCH);
    for check in report.targets[0].findings() {
        let since = check.mark.change.as_ref().map(Change::words);
        assert_eq!(since, Some("still there"), "{rendered}");
    }
    // As a baseline, too, and written once more it is the same.
    let baseline = baseline::write(&report.targets, None);
    let file = files.add("baseline.yaml".into(), baseline.clone());
    let read = baseline::read(&baseline, file).unwrap_or_else(|problems| panic!("{problems:?}\n{baseline}"));
    read.mark(&mut report.targets[0], &Day::of(SystemTime::UNIX_EPOCH));
    let outcome = read.outcome(&report.targets, true);
    assert!(outcome.stale.is_empty(), "{:?}\n{baseline}", outcome.stale);
    assert!(report.targets[0].findings().all(Check::is_known), "{baseline}");
    assert_eq!(baseline::write(&report.targets, Some(&read)), baseline);
}

/// A report of findings in which a text stands wherever one may.
fn report_of(text: &str, file: FileId) -> Report {
    let mut kinds = Kind::ALL.iter().copied();
    let kind = kinds.find(|kind| kind.spec().name == "column").expect("columns");
    let attr = kind.attr("type").expect("columns have types");
    let terms = Terms {
        level: Level::Error,
        reason: Some(text.to_owned()),
        exact: false,
        window: Vec::new(),
    };
    let place = Place {
        file,
        line: 1,
        column: 1,
    };
    let check = |object: String, expected: Value| {
        let about = About::Object {
            kind,
            id: ObjectId::new(vec![object]),
        };
        Check::drift(about, Code::Differs(kind, attr), place, &terms, text)
            .values(expected, text)
            .detail(text.to_owned())
            .hint(Hint::advice(text))
    };
    let mut checks = Checks::keeping(true);
    checks.push(check(format!("other {text}"), Value::from(text)));
    checks.push(check(text.to_owned(), Value::from(json!([text, {text: text}]))));
    let mut target = Target::named(format!("env:{text}"));
    target.checks = checks;
    Report::new(vec![target])
}
