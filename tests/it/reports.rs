//! Every format writes the same report, which has every outcome. `tests/golden` has what each of them writes: each file is
//! a test of the binary `scenarios`, such as `golden::json-marked.json`, and `UPDATE=1` rewrites it. Each format is also
//! read by a program that it is for.

mod browser;
mod fleet;
mod html;
mod invisible;
mod many;
mod passes;
mod programs;
mod sample;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use crate::trial::{names_are_distinct, trial};
use driftgate::finding::Target;
use driftgate::report::format::{Format, Rendering};
use driftgate::source_map::Parties;
use libtest_mimic::{Completion, Failed, Trial};
use sample::{Sample, TIMING, marked, nothing, sample, well};

/// A sample in a format.
fn render(format: Format, sample: &Sample, color: bool, width: Option<usize>) -> String {
    format.render(&Rendering {
        report: &sample.report,
        files: &sample.files,
        exit: sample.report.exit(false),
        timing: TIMING,
        color,
        width,
        target_series: true,
    })
}

fn plain(format: Format, sample: &Sample) -> String {
    render(format, sample, false, None)
}

/// What a format's files are called.
fn ending(format: Format) -> &'static str {
    match format {
        Format::Table | Format::Plain | Format::Github | Format::Azure | Format::Nagios => "txt",
        Format::Diff => "diff",
        Format::Json | Format::Gitlab | Format::Sarif => "json",
        Format::Jsonl => "jsonl",
        Format::Junit | Format::Checkstyle => "xml",
        Format::Tap => "tap",
        Format::Markdown => "md",
        Format::Html => "html",
        Format::Prometheus => "prom",
    }
}

fn golden_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// A golden file's name, and what writes its text.
type Golden = (String, Box<dyn FnOnce() -> String + Send>);

/// All golden files.
fn golden() -> Vec<Golden> {
    let mut all: Vec<Golden> = Vec::new();
    let mut add = |name: String, text: Box<dyn FnOnce() -> String + Send>| all.push((name, text));
    for format in Format::ALL {
        let (name, ending) = (format.spec().name, ending(*format));
        add(format!("{name}.{ending}"), Box::new(|| plain(*format, &sample())));
        add(
            format!("{name}-marked.{ending}"),
            Box::new(|| plain(*format, &marked())),
        );
        add(
            format!("{name}-fleet.{ending}"),
            Box::new(|| plain(*format, &fleet::sample())),
        );
    }
    for width in [80, 160] {
        let text = move || render(Format::Table, &marked(), false, Some(width));
        add(format!("table-{width}.txt"), Box::new(text));
    }
    for format in [Format::Table, Format::Diff] {
        let text = move || render(format, &marked(), true, Some(80));
        add(format!("{}-color.txt", format.spec().name), Box::new(text));
    }
    for (name, sample) in [("well.txt", well as fn() -> Sample), ("nothing.txt", nothing)] {
        add(name.to_owned(), Box::new(move || in_every_format(&sample())));
    }
    add(
        "html-whole.html".to_owned(),
        Box::new(|| plain(Format::Html, &html::whole())),
    );
    all
}

/// A sample in all formats, one below the other.
fn in_every_format(sample: &Sample) -> String {
    let all: Vec<String> = Format::ALL
        .iter()
        .map(|format| format!("== {}\n{}", format.spec().name, plain(*format, sample)))
        .collect();
    all.join("\n")
}

/// A test for each golden file.
pub fn trials() -> Vec<Trial> {
    let test = |(name, text): Golden| {
        trial(format!("golden::{name}"), move || {
            check(&name, &text()).map(|()| Completion::Completed)
        })
    };
    golden().into_iter().map(test).collect()
}

/// Compares a text with the golden file of this name; with `UPDATE=1`, writes it.
fn check(name: &str, text: &str) -> Result<(), Failed> {
    let path = golden_folder().join(name);
    // The version of the program is left out, so that golden files do not change with it.
    let text = without_files(text).replace(env!("CARGO_PKG_VERSION"), "{tool_version}");
    if crate::cases::is_update() {
        return fs::write(&path, &text).map_err(|e| format!("cannot write {}: {e}", path.display()).into());
    }
    let golden = fs::read_to_string(&path).map_err(|e| format!("cannot read {}: {e}", path.display()))?;
    if golden == text {
        return Ok(());
    }
    let diff = similar::TextDiff::from_lines(golden.as_str(), text.as_str());
    let diff = diff.unified_diff().header("expected", "actual").to_string();
    Err(format!("tests/golden/{name} differs; `UPDATE=1 cargo test golden` rewrites it\n{diff}").into())
}

/// A text in which the style and the script of a page, which are files of their own, are not told again.
fn without_files(text: &str) -> String {
    let mut text = text.to_owned();
    for (before, after) in [
        ("<style>", "</style>"),
        ("<script>\n", "</script>"),
        ("style-src ", ";"),
        ("script-src ", ";"),
    ] {
        let parts: Vec<&str> = text.split(before).collect();
        let (first, rest) = parts.split_first().expect("a part");
        let rest = rest.iter().map(|part| {
            let (_, end) = part.split_once(after).expect("its end");
            format!("{before}…{after}{end}")
        });
        text = format!("{first}{}", rest.collect::<String>());
    }
    text
}

#[test]
fn every_format_has_its_golden_files() {
    let trials = trials();
    names_are_distinct(&trials);
    let expected: BTreeSet<String> = trials
        .iter()
        .map(|trial| trial.name().replacen("golden::", "", 1))
        .collect();
    let files = fs::read_dir(golden_folder()).expect("a folder");
    let found: BTreeSet<String> = files
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(found, expected, "tests/golden");
    assert!(expected.len() > 2 * Format::ALL.len());
}

#[test]
fn the_table_fits_the_terminal() {
    for width in [80, 160] {
        let text = render(Format::Table, &sample(), false, Some(width));
        let (table, details) = text.split_once("\n\n").expect("details");
        for line in table.lines() {
            assert!(line.chars().count() <= width, "{width}: {line}");
        }
        // Only words are broken into lines.
        for line in details.lines().filter(|line| line.starts_with("    help")) {
            assert!(line.chars().count() <= width, "{width}: {line}");
        }
    }
}

#[test]
fn every_format_distinguishes_success_from_nothing_checked() {
    for format in Format::ALL {
        assert_ne!(
            plain(*format, &well()),
            plain(*format, &nothing()),
            "{}",
            format.spec().name
        );
    }
}

/// Whether a character acts on a terminal or changes the direction of writing.
fn acts(c: char) -> bool {
    c != '\n'
        && (c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}'))
}

#[test]
fn hostile_names_do_nothing_in_any_format() {
    for format in Format::ALL {
        let name = format.spec().name;
        for sample in [sample(), marked(), fleet::sample()] {
            for (number, line) in plain(*format, &sample).lines().enumerate() {
                let at = format!("{name}:{}: {line}", number + 1);
                assert!(!line.chars().any(acts), "{at}");
                let commands = line.matches("##").count();
                let own = usize::from(*format == Format::Azure && line.starts_with("##vso[task.logissue "));
                assert_eq!(commands, own, "{at}");
                let is_command = line.trim_start().starts_with("::");
                assert!(
                    !is_command || *format == Format::Github && line.starts_with("::"),
                    "{at}"
                );
                assert!(
                    !is_command || line.starts_with("::error ") || line.starts_with("::warning "),
                    "{at}"
                );
                let is_xml = matches!(format, Format::Junit | Format::Checkstyle);
                assert!(!is_xml || !line.contains("<script") && !line.contains("<img"), "{at}");
            }
        }
    }
}

#[test]
fn every_finding_says_what_is_wrong_where_and_what_to_do() {
    let facts = [
        "column public.clients.email does not exist",
        "expectations/shop.yaml:7:7",
        "ALTER TABLE public.clients ADD COLUMN email text",
        "every client must be reachable",
    ];
    for format in [
        Format::Github,
        Format::Azure,
        Format::Checkstyle,
        Format::Gitlab,
        Format::Sarif,
        Format::Junit,
        Format::Tap,
    ] {
        let text = plain(format, &sample()).replace("%0A", "\n").replace("%3A", ":");
        for fact in facts {
            assert!(text.contains(fact), "{}: {fact}", format.spec().name);
        }
    }
    let markdown = plain(Format::Markdown, &sample());
    for fact in [
        "expectations/shop.yaml:7:7",
        "ADD COLUMN email",
        "every client must be reachable",
    ] {
        assert!(markdown.contains(fact), "{fact}");
    }
}

#[test]
fn every_format_names_the_consumer_and_the_owner_of_a_finding() {
    let mut named = sample();
    let parties = Parties {
        consumer: Some("billing".into()),
        owner: Some("team-money".into()),
    };
    let findings = named.report.targets.iter().flat_map(Target::findings);
    let files: BTreeSet<_> = findings.map(|check| check.place.file).collect();
    for file in files {
        named.files.set_parties(file, parties.clone());
    }
    for format in Format::ALL {
        let text = plain(*format, &named);
        for name in ["billing", "team-money"] {
            assert!(text.contains(name), "{}: {name}", format.spec().name);
        }
    }
}
