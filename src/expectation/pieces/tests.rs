use std::path::{Path, PathBuf};

use super::super::parse;
use super::*;
use crate::source_map::SourceMap;

/// Reads a text in pieces, keeping and dropping the objects, and as a whole: all must find the same. Returns whether it
/// could be read in pieces.
fn is_read_alike(text: &str) -> bool {
    let file = SourceMap::default().add(PathBuf::from("test.yaml"), String::new());
    for places in [Places::OfUse, Places::OfDefinition] {
        let whole = parse::read(text, file, places);
        let kept = read(text, file, places, Objects::Kept);
        if let Some(kept) = kept.transpose() {
            let (one, other) = (format!("{kept:#?}"), format!("{whole:#?}"));
            assert!(one == other, "{text}\n{one}\n{other}");
        }
        let dropped = read(text, file, places, Objects::Dropped);
        match (dropped.transpose(), whole) {
            (None, _) => return false,
            (Some(Ok(dropped)), Ok(whole)) => {
                assert!(dropped.objects.is_empty(), "{text}");
                assert_eq!(dropped.cut_names, whole.cut_names, "{text}");
                assert_eq!(
                    format!("{:?}", (dropped.histories, dropped.assertions, dropped.ignore)),
                    format!("{:?}", (whole.histories, whole.assertions, whole.ignore)),
                    "{text}"
                );
            }
            (Some(Err(dropped)), Err(whole)) => assert_eq!(format!("{dropped:#?}"), format!("{whole:#?}"), "{text}"),
            (Some(dropped), whole) => panic!("{text}\n{dropped:#?}\n{whole:#?}"),
        }
    }
    true
}

#[test]
fn a_file_read_in_pieces_is_the_one_read_as_a_whole() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let (mut in_pieces, mut all) = (0, 0);
    for entry in std::fs::read_dir(cases).expect("tests/cases") {
        let path = entry.expect("an entry").path();
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        for block in text.split("\n```yaml").skip(1) {
            let block = block.split_once('\n').map_or("", |(_, block)| block);
            let block = block.split("\n```").next().unwrap_or_default();
            all += 1;
            in_pieces += usize::from(is_read_alike(block));
        }
    }
    assert!(all > 500 && in_pieces > all / 2, "{in_pieces} of {all}");
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
