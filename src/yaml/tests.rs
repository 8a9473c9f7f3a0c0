//! Values keep their text and place, and another YAML reader reads the same.

use super::*;
use crate::source_map::SourceMap;
use std::path::PathBuf;

fn parse_text(text: &str) -> Result<Node, Problem> {
    let mut files = SourceMap::default();
    let file = files.add(PathBuf::from("test.yaml"), text.to_owned());
    parse(text, file, Places::OfUse).map(|document| document.root)
}

fn flat(node: &Node, out: &mut Vec<String>) {
    match &node.value {
        NodeValue::Scalar(s) => out.push(format!(
            "{}:{} {:?} {:?}",
            node.place.line, node.place.column, s.text, s.scalar_type
        )),
        NodeValue::List(items) => items.iter().for_each(|i| flat(i, out)),
        NodeValue::Map(entries) => {
            for e in entries {
                out.push(format!("{}:{} {}:", e.place.line, e.place.column, e.key));
                flat(&e.value, out);
            }
        }
    }
}

#[test]
fn scalars_keep_their_text_and_place() {
    let node = parse_text(
        "a: [yes, no, 1.50, 012, true, ~, 'null', 1e999, .inf, 99999999999999999999, \"é\\n\", -0]\n1: x\nb:\né: &anchor 0x1F\nc: *anchor\n",
    )
    .expect("valid");
    let mut out = Vec::new();
    flat(&node, &mut out);
    assert_eq!(
        out.join("\n"),
        "1:1 a:\n1:5 \"yes\" Text\n1:10 \"no\" Text\n1:14 \"1.50\" Number\n1:20 \"012\" Number\n1:25 \"true\" Bool(true)\n1:31 \"~\" Null\n1:34 \"null\" Text\n1:42 \"1e999\" Number\n1:49 \".inf\" Number\n1:55 \"99999999999999999999\" Number\n1:77 \"é\\n\" Text\n1:84 \"-0\" Number\n2:1 1:\n2:4 \"x\" Text\n3:1 b:\n3:2 \"\" Null\n4:1 é:\n4:12 \"0x1F\" Number\n5:1 c:\n5:4 \"0x1F\" Number"
    );
}

/// What another reader makes of a text.
fn other(text: &str) -> serde_json::Value {
    let options = serde_saphyr::options! { strict_booleans: true };
    serde_saphyr::from_str_with_options(text, options).unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

/// Whether two readers have read the same. Of a number only that it is one: ours keeps how it was written.
fn is_same(node: &Node, other: &serde_json::Value) -> bool {
    use serde_json::Value as Json;
    match (&node.value, other) {
        (NodeValue::Scalar(scalar), other) => match (scalar.scalar_type, other) {
            (ScalarType::Text, Json::String(text)) => scalar.text == *text,
            (ScalarType::Bool(one), Json::Bool(other)) => one == *other,
            (ScalarType::Null, Json::Null) | (ScalarType::Number, Json::Number(_)) => true,
            _ => false,
        },
        (NodeValue::List(items), Json::Array(others)) => {
            items.len() == others.len() && items.iter().zip(others).all(|(item, other)| is_same(item, other))
        }
        (NodeValue::Map(entries), Json::Object(others)) => {
            let found = |entry: &Entry| others.get(&entry.key).is_some_and(|other| is_same(&entry.value, other));
            entries.iter().count() == others.len() && entries.iter().all(found)
        }
        _ => false,
    }
}

#[test]
fn another_reader_reads_the_same() {
    let scalars = "yes no on off y n true True TRUE tRue false null Null NULL ~ nul 0 -0 +0 1 -1 +1 12 012 -012 0o17 0O7 \
        0x1F 0X1f -0x1F 0xG 0b101 0b2 1_000 1__0 1_ _1 0x_1 1.50 .5 5. -.5 +.5 . .. + -- 1e5 1E-5 e5 1e 1.5.2 \
        18446744073709551615 18446744073709551616 -9223372036854775808 -9223372036854775809 \
        0xFFFFFFFFFFFFFFFF 0x10000000000000000 99999999999999999999_0 inf nan infinity -inf 2024-01-02 12:30 1,5 é";
    for scalar in scalars.split_whitespace() {
        for text in [
            format!("- {scalar} \n"),
            format!("k: {scalar}"),
            format!("- '{scalar}'\n- \"{scalar}\""),
        ] {
            let node = parse_text(&text).expect("valid");
            assert!(
                is_same(&node, &other(&text)),
                "{text:?}: {node:?} and {:?}",
                other(&text)
            );
        }
    }
    for text in [
        "x: &x {a: &y 1, b: [1, *y], c:}\nz: *x\nw: {<<: *x, b: 2}\nv: {<<: [*x, {q: 1, a: 4}], <<: {q: 3, r: 1}, b: }\n",
        "a: &a\n  - &b text\n  - {k: *b}\n*b : *a\n\"<<\": 1\n",
        "a: !!str 5\nb: !!int \"5\"\nc: !!float 1\nd: !!null x\ne: !!bool TRUE\nf: ! 5\ng: !own {h: !own 5, i: !!seq []}\nj: !!map {}\nk: !!str\nl: !own\n",
        "a: |\n  one\n    two\n\n  three\nb: >-\n  one\n  two\n\n  three\nc: one\n  two\nd: 'one\n\n  two'\ne: \"one\\\n  two\"\n",
        "? a\n: b\n? 'c d'\n:\n- e\n",
        "%YAML 1.2\n---\r\na:\r\n  b: [c,\r\n    d]\r\n...\r\n",
        "---\n...\n",
        "# nothing\n",
        "",
    ] {
        let node = parse_text(text).expect("valid");
        assert!(is_same(&node, &other(text)), "{text:?}: {node:?} and {:?}", other(text));
    }
}

#[test]
fn what_an_alias_repeats_has_the_place_that_is_asked_for() {
    let text = "x: &x {a: &y 1, b: [*y]}\nz: *x\nw: {<<: *x, b: 2}\nv: {<<: [{q: 3}]}\n";
    let file = SourceMap::default().add(PathBuf::from("test.yaml"), text.to_owned());
    let read = |places: Places| {
        let mut out = Vec::new();
        flat(&parse(text, file, places).expect("valid").root, &mut out);
        let from = out.iter().position(|line| line.ends_with("z:"));
        out.split_off(from.unwrap_or_default()).join(", ")
    };
    assert_eq!(
        read(Places::OfUse),
        "2:1 z:, 2:4 a:, 2:4 \"1\" Number, 2:4 b:, 2:4 \"1\" Number, 3:1 w:, 3:13 b:, 3:16 \"2\" Number, 3:9 a:, 3:9 \"1\" Number, \
         4:1 v:, 4:11 q:, 4:14 \"3\" Number"
    );
    assert_eq!(
        read(Places::OfDefinition),
        "2:1 z:, 1:8 a:, 1:14 \"1\" Number, 1:17 b:, 1:14 \"1\" Number, 3:1 w:, 3:13 b:, 3:16 \"2\" Number, 1:8 a:, 1:14 \"1\" Number, \
         4:1 v:, 4:11 q:, 4:14 \"3\" Number"
    );
}
