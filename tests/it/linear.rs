//! What takes time in proportion to its input takes some eight times as long for eight times the input, not 64 times: a
//! text that somebody made to keep the program busy cannot.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use driftgate::report::unified::unified;
use driftgate::source_map::SourceMap;
use driftgate::sql_text::script;
use driftgate::sql_text::{is_balanced, split_commas, tokens, unquote_name, words};
use driftgate::terminal::{Palette, visible};
use driftgate::{expectation, object_id, scratch::statements, suggest, yaml};

use crate::cpu_time::ThreadTime;
use crate::run::Driftgate;

/// How much larger the second input is.
const GROWTH: usize = 8;

/// How much longer it may take. 64 times would be quadratic; large inputs need memory from the system.
const FACTOR: u32 = 32;

/// Below this nothing can be measured.
const SHORTEST: Duration = Duration::from_millis(4);

/// More than any linear reading of the inputs takes.
const LONGEST: Duration = Duration::from_secs(20);

/// Reads a text to its end.
type Reading<'a> = &'a dyn Fn(&str);

/// How often it is measured: other programs do not disturb each time.
const ATTEMPTS: usize = 20;

fn time(work: &dyn Fn(&str), text: &str) -> Duration {
    let start = ThreadTime::now();
    work(text);
    start.elapsed()
}

/// What `work` does to a text of `unit` repeated takes time in proportion to it.
fn check(name: &str, unit: &str, work: &dyn Fn(&str)) {
    let mut count = (20_000 / unit.len()).max(1);
    while time(work, &unit.repeat(count)) < SHORTEST && count * unit.len() < 1_000_000 {
        count *= 2;
    }
    let (small, large) = (unit.repeat(count), unit.repeat(count * GROWTH));
    let (mut one, mut other) = (Duration::MAX, Duration::MAX);
    for _ in 0..ATTEMPTS {
        one = one.min(time(work, &small));
        other = other.min(time(work, &large));
        assert!(one < LONGEST, "{name} of {count} {unit:?} takes {one:?}");
        if other <= one.max(SHORTEST) * FACTOR {
            return;
        }
    }
    panic!("{name} of {count} {unit:?} takes {one:?}, of {GROWTH} times as many {other:?}");
}

/// What a scanner of SQL could read twice, or look ahead for.
const UNITS: [&str; 46] = [
    "/*",
    "*/",
    "/* */",
    "(",
    "[",
    ")",
    "()",
    "(a",
    "$",
    "$a",
    "$a$",
    "$$",
    "'",
    "\"",
    "''",
    "E'\\",
    "--",
    "-- \r",
    ",",
    "a,",
    ";",
    "begin atomic ",
    "end ",
    "copy ",
    "copy from stdin;",
    "\u{a0}",
    " ",
    "\n",
    "#",
    "##",
    "##[",
    "::",
    "\n::a",
    "\\",
    "a b ",
    "case ",
    "é",
    "/",
    "*",
    "$1$",
    "$é",
    "exception when ",
    "\"a\".",
    "a.",
    "\u{202e}",
    "\u{fffe}\n",
];

#[test]
fn scanners_are_linear() {
    let scanners: [(&str, Reading<'_>); 4] = [
        ("the scanner", &|text| {
            drop((tokens(text), split_commas(text)));
            _ = (words(text).count(), is_balanced(text));
        }),
        ("statements", &|text| {
            drop((script::statements(text), script::pieces(text)));
            _ = statements::find_psql_command(text);
            drop(statements::without_guards(text.to_owned()));
            _ = statements::catches_errors(text);
        }),
        ("names", &|text| drop((unquote_name(text), object_id::split_name(text)))),
        ("visible", &|text| drop(visible(text))),
    ];
    for (name, scanner) in scanners {
        for unit in UNITS {
            check(name, unit, scanner);
        }
    }
}

#[test]
fn readers_of_yaml_are_linear() {
    let read = |text: &str| {
        let file = SourceMap::default().add(PathBuf::from("test.yaml"), String::new());
        let _ = yaml::parse(text, file, yaml::Places::OfUse);
        let _ = expectation::parse::parse(text, file);
    };
    for unit in [
        "- a\n",
        "[",
        "{",
        "a: ",
        "'",
        "\"",
        "\"a\" ",
        "- |\n",
        "- \"\\u2028\"\n",
        "? ",
        "- - ",
        "&a ",
        "*a ",
        "#",
        "\t",
        "!a ",
        "- &a b\n",
        "- {a: b}\n",
        "---\n",
        "- (\n",
        "\u{feff}",
        ", ",
        "\r",
        "| ",
        "%",
        "- 'a\n",
        "- '(' \n- ')'\n",
    ] {
        check("the reader", unit, &read);
        check("the reader, in brackets,", unit, &|text| read(&format!("[{text}")));
        check("the reader, behind a key,", unit, &|text| {
            read(&format!("driftgate: 1\ntables:\n  {text}"));
        });
    }
}

/// What people write in short is taken apart by the kind of object.
#[test]
fn shorthands_are_linear() {
    let forms = [
        "tables: {t: {columns: {a: TEXT}}}",
        "tables: {t: {columns: {a: {type: TEXT, default: TEXT}}, checks: [TEXT]}}",
        "tables: {t: {indexes: [TEXT], unique: [[TEXT]], foreign_keys: [TEXT]}}",
        "tables: {t: {foreign_keys: {k: TEXT}, triggers: {g: TEXT}, partition_of: TEXT}}",
        "functions: {TEXT: present}",
        "functions: {f: TEXT}",
        "tables: {TEXT: present}",
        "domains: {d: TEXT}",
        "views: {v: {definition: TEXT}}",
        "publications: {p: {tables: [TEXT]}}",
    ];
    for unit in [
        "(",
        ")",
        ",",
        "a",
        "a ",
        "a.",
        "\"a\".",
        "\"",
        "'",
        "$$",
        "/*",
        "--",
        " not null",
        " default 1",
        " check (a)",
        " desc",
        " collate x",
        "a(b)",
        "[]",
        "a -> b(c) ",
        " as ",
        " returns ",
    ] {
        for form in forms {
            check(form, unit, &|text| {
                let quoted = serde_json::Value::from(text).to_string();
                let text = format!("driftgate: 1\nschema: public\n{}\n", form.replace("TEXT", &quoted));
                let file = SourceMap::default().add(PathBuf::from("test.yaml"), String::new());
                let _ = expectation::parse::parse(&text, file);
            });
        }
    }
}

#[test]
fn suggestions_are_linear() {
    let known = ["columns", "checks", "comment"];
    for unit in ["a", "columns", "é"] {
        check("nearest", unit, &|text| _ = suggest::nearest(text, known));
        check("nearest", unit, &|text| {
            _ = suggest::nearest(text, [text, "columns", &text[2..]]);
        });
    }
}

#[test]
fn differences_are_shown_in_bounded_time() {
    let lines = |range: &mut dyn Iterator<Item = usize>| range.map(|i| i.to_string() + "\n").collect::<String>();
    for (one, other) in [
        (lines(&mut (0..50_000)), lines(&mut (50_000..100_000))),
        (lines(&mut (0..50_000)), lines(&mut (0..50_000).rev())),
        (
            lines(&mut (0..50_000)),
            lines(&mut (0..50_000).map(|i| i * 7919 % 50_000)),
        ),
        (
            lines(&mut (0..50_000).map(|i| i % 7)),
            lines(&mut (0..50_000).map(|i| i % 5)),
        ),
    ] {
        let start = Instant::now();
        let _ = unified(&one, &other, ("one", "other"), Palette { color: false });
        assert!(start.elapsed() < LONGEST, "{:?}", start.elapsed());
    }
}

/// A database whose enumeration has these labels, as a saved snapshot.
fn snapshot_with(labels: &[String]) -> String {
    let db = crate::server::server().database("create type mood as enum ('one label', 'other label')");
    let driftgate = Driftgate::new().env("DATABASE_URL", db.url());
    let run = driftgate.run(["pull", "--snapshot"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let json = |labels: &[String]| serde_json::json!(labels).to_string();
    let both = ["one label", "other label"].map(str::to_owned);
    let mut compact: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    let text = compact.take().to_string();
    assert_eq!(text.matches(&json(&both)).count(), 1, "{text}");
    text.replace(&json(&both), &json(labels))
}

#[test]
fn long_lists_of_labels_are_compared_fast() {
    const MANY: usize = 30_000;
    let labels = |from: usize| (from..from + MANY).map(|i| format!("label {i}")).collect::<Vec<_>>();
    let snapshot = snapshot_with(&labels(MANY / 2));
    let list = labels(0).join(", ");
    for enums in [
        format!("{{mood: [{list}]}}"),
        format!("{{mood: {{includes: [{list}]}}}}"),
        format!("{{mood: [{}]}}", labels(MANY).join(", ")),
    ] {
        let driftgate = Driftgate::new().file("snapshot.json", &snapshot).file(
            "expectations/a.yaml",
            &format!("driftgate: 1\nschema: public\nenums: {enums}\n"),
        );
        let mut arguments = vec!["check".to_owned(), "--against=snapshot:snapshot.json".to_owned()];
        for format in driftgate::cli::Format::ALL {
            arguments.push(format!("-o={0}=report.{0}", format.spec().name));
        }
        let run = driftgate.run(&arguments);
        assert_eq!(run.code, Some(1), "{:.1000}", run.stderr);
        assert!(run.duration < LONGEST, "{:?}", run.duration);
        let run = driftgate.run([
            "pull",
            "--from",
            "snapshot:snapshot.json",
            "--update",
            "expectations",
            "--yes",
        ]);
        assert_eq!(run.code, Some(0), "{:.1000}", run.stderr);
        assert!(run.duration < LONGEST, "{:?}", run.duration);
    }
}
