//! A file that is read piece by piece is the one that is read as a whole.

use std::path::{Path, PathBuf};

use driftgate::expectation::parse::{check, parse, parse_whole};
use driftgate::source_map::SourceMap;

/// Reads a text in pieces, keeping and dropping the objects, and as a whole: all must find the same. Returns whether the
/// objects were dropped.
fn is_read_alike(text: &str) -> bool {
    let file = SourceMap::default().add(PathBuf::from("test.yaml"), String::new());
    let mut whole = parse_whole(text, file);
    let kept = parse(text, file);
    let (one, other) = (format!("{kept:#?}"), format!("{whole:#?}"));
    // Which objects are alone in their parents is known when it was asked for.
    assert!(one == other, "{text}\n{one}\n{other}");
    let dropped = check(text, file);
    let is_dropped = dropped.as_ref().is_ok_and(|file| file.objects.is_empty());
    if let (true, Ok(whole)) = (is_dropped, &mut whole) {
        whole.objects.clear();
    }
    let shown = |file: &driftgate::expectation::ExpectationFile| {
        format!(
            "{:#?}",
            (
                &file.objects,
                &file.histories,
                &file.assertions,
                &file.ignore,
                &file.cut_names,
                file.exact
            )
        )
    };
    let (one, other) = (
        format!("{:#?}", dropped.as_ref().map(shown)),
        format!("{:#?}", whole.as_ref().map(shown)),
    );
    assert!(one == other, "{text}\n{one}\n{other}");
    is_dropped
}

#[test]
fn a_file_read_in_pieces_is_the_one_read_as_a_whole() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let (mut dropped, mut all) = (0, 0);
    for entry in std::fs::read_dir(cases).expect("tests/cases") {
        let path = entry.expect("an entry").path();
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        for block in text.split("\n```yaml").skip(1) {
            let block = block.split_once('\n').map_or("", |(_, block)| block);
            let block = block.split("\n```").next().unwrap_or_default();
            all += 1;
            dropped += usize::from(is_read_alike(block));
        }
    }
    assert!(all > 500 && dropped > all / 3, "{dropped} of {all}");
}

#[test]
fn what_only_several_pieces_show_is_found() {
    let long = "x".repeat(70);
    for body in [
        "tables: {t: present, t: absent}",
        "tables: {t: present}\ntables: {u: present}",
        "tables: {t: present, u: {columns: {a: text, a: int}}}\nschema: other",
        "tables: {t: present}\ndatabase: OTHER\nexact: true",
        "x-a: &a {t: {columns: {a: text}}}\ntables: {<<: *a, u: present}",
        "x-a: &a {t: {colums: {a: text}}}\ntables: *a",
        "tables: &a {t: present}\nviews: *a",
        "tables: !!map {t: present}",
        "tables: {}",
        "tables:\n",
        "tables: [a]",
        "tables:\n  t:\n  columns: {a: text}",
        "enums: {mood: sad, ok: , happy: }",
        "enums: {mood: [sad], other: present}",
        "functions:\n  f(a: present\n  b): \n",
        "tables: {t: {columns: {a: {type: int, nullable: true}}, primary_key: [a]}}",
        "tables: {t: {columns: {a: {type: int, nullable: true}}, primary_key: [a]}, u: {indexs: [a]}, v: {checks: [{valid: true}]}}",
        "tables: {p: {partition_by: list (a), partitions: {p1: for values in (1)}}, p1: {partition_of: q}}",
        "tables: {p: {partition_by: list (a), partitions: {p1: for values in (1)}}, p1: {owner: a}}",
        "tables: {p: {partitions: {p1: for values in (1)}}, q: {partitions: {p1: for values in (1)}}}",
        "tables: {LONG1: present, LONG2: present}",
        "tables: {LONG1: {columns: {LONG2: text}}, t: {owner: LONG1}}\nignore: {tables: [LONG2]}",
        "tables: {t: present}\ntable: {t: present}\nassertions: {a: {sql: select 1, equals: 1}}",
        "tables: {t: present}\nviews: {a: [",
        "tables: {t: present}\n---\ntables: {}",
        "tables: {~: present}",
        "tables: {t: present}\n~: present",
        "tables: {? [a] : present}",
        "[]",
        "",
    ] {
        let body = body.replace("LONG", &long);
        is_read_alike(&format!("driftgate: 1\n{body}\n"));
        is_read_alike(&body);
    }
}
