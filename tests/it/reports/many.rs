//! Thousands of findings in the formats for people: like ones are one entry, nothing is hidden from the counts, and a
//! command can be copied.

use driftgate::finding::{Cause, Code, OtherCode, Report, Status, Target};
use driftgate::hint::Hint;
use driftgate::kinds::Kind;
use driftgate::report::format::Format;
use driftgate::source_map::SourceMap;

use super::sample::{Sample, check, place};
use super::{plain, render};

/// A database in which this number of columns is missing.
pub fn many(findings: u32) -> Sample {
    let mut files = SourceMap::default();
    let file = files.add("expectations/shop.yaml".into(), "driftgate: 1\n".into());
    let mut target = Target::named("env:SHOP_URL".into());
    for i in 0..findings {
        let table = format!("public.table_{i:04}");
        let sql = format!(
            "ALTER TABLE {table} ADD COLUMN updated_at timestamp with time zone DEFAULT 'a literal  with blanks' NOT NULL;"
        );
        let missing = check(
            Status::Drift,
            "column",
            &format!("{table}.updated_at"),
            place(file, i + 1, 1),
        );
        target.checks.push(missing.hint(Hint::sql(sql)));
    }
    let report = Report::new(vec![target]);
    Sample { report, files }
}

#[test]
fn two_thousand_like_findings_are_one_screen() {
    let text = render(Format::Table, &many(2000), false, Some(80));
    assert!(text.lines().count() < 30, "{text}");
    for part in [
        "2,000 columns",
        "and 1,993 more",
        "-- and the same for 1,993 more",
        "2,000 checks: 0 passed, 2,000 drift",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[test]
fn a_command_can_be_copied_from_the_terminal() {
    for findings in [1, 2, 10] {
        let text = render(Format::Table, &many(findings), false, Some(60));
        let sql = "ALTER TABLE public.table_0000 ADD COLUMN updated_at timestamp with time zone DEFAULT 'a literal  with blanks' NOT NULL;";
        assert!(text.lines().any(|line| line.trim_start() == sql), "{text}");
    }
}

#[test]
fn the_formats_for_programs_list_every_finding() {
    for format in [Format::Plain, Format::Jsonl, Format::Tap] {
        let text = plain(format, &many(2000));
        let name = format.spec().name;
        for i in 0..2000 {
            assert!(text.contains(&format!("public.table_{i:04}.updated_at")), "{name}: {i}");
        }
    }
}

/// A database with this number of findings in tables of their own, no two of which are alike.
fn unlike(findings: u32) -> Sample {
    let mut sample = many(findings);
    for (i, check) in sample.report.targets[0].checks.findings.iter_mut().enumerate() {
        check.detail = Some(format!(
            "the reason number {} is another one: {}",
            i / 2,
            "words ".repeat(20)
        ));
    }
    sample
}

#[test]
fn markdown_fits_a_comment_and_counts_what_was_cut() {
    for (sample, shown) in [(many(5000), 5000), (unlike(6), 6)] {
        let text = plain(Format::Markdown, &sample);
        assert!(text.len() < 65_536, "{}", text.len());
        assert!(!text.contains("There is no room"), "{shown}: {text}");
        assert_eq!(
            text.matches("<details>").count(),
            0,
            "a short report is unfolded: {text}"
        );
    }
    let sample = different(3000);
    let text = plain(Format::Markdown, &sample);
    assert!(text.len() < 65_536 && text.len() > 40_000, "{}", text.len());
    let (_, rest) = text.split_once("There is no room here for ").expect("a count");
    let (cut, _) = rest.split_once(" more findings").expect("a count");
    let cut: usize = cut.replace(',', "").parse().expect("a number");
    let shown = text.matches("- **drift**").count();
    assert_eq!(shown + cut, 3000, "{shown} shown");
    assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
}

/// A database with findings with codes of their own.
fn different(findings: usize) -> Sample {
    let mut sample = many(u32::try_from(findings).expect("a number"));
    let codes = OtherCode::ALL;
    let attributes = Kind::ALL
        .iter()
        .flat_map(|kind| kind.spec().attrs.iter().map(|attr| Code::Differs(*kind, attr)));
    let causes: Vec<Code> = attributes.collect();
    assert!(findings <= codes.len() * causes.len(), "{findings}");
    for (i, check) in sample.report.targets[0].checks.findings.iter_mut().enumerate() {
        check.code = codes[i % codes.len()].into();
        // The baseline and the migrations have no objects; the code of what they follow from makes each another entry.
        check.caused_by = Some(Cause {
            id: format!("column-missing:public.x{i}"),
            code: causes[i / codes.len()],
            subject: format!("column public.x{i}"),
        });
    }
    sample
}
