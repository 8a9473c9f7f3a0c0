//! Any changes to any file give the file that they should, and leave alone what they do not mean.

use std::collections::BTreeMap;

use crate::source_map::SourceMap;
use crate::yaml::splice::{Added, Changes, splice};
use crate::yaml::write::Fragment;
use crate::yaml::{self, AsWritten, Node, NodeValue, Places, Style};

const TEXTS: &[&str] = &[
    "a: 1\nb: 2\nc: 3\n",
    "a: 1\nb: 2\nc: 3",
    "# head\na:\n  b: x   # one\n\n  # own\n  # own, too\n  c: y\n  # deeper\n\n\nd: [p, q, r]\n# end\n",
    "a:\n    b:\n        c: 'it''s'\n        d: \"q\\\"x\"\n        e: |\n            line\n              deeper\n            # no comment\n\n    f: g\nh:\n- i\n- j: k\n  l: m\n- [n, o]\n",
    "a: {b: 1, c: [x, y], d: {e: f}}\ng: {h: i,\n    j: k,   # trailing\n    # above\n    l: m,\n}\nn: [\n  o,\n  p,\n  q\n]\nr: [s]\n",
    "x: &x {a: b}\ny: *x\nz:\n  - *x\n  - c\n",
    "a:\n  b: >-\n    folded\n    text\n\n  c:\n    plain\n    on lines\n  d:\n  e: ~\nf:\n  # first\n  - one   # 1\n  # second\n  - two\n\n  - three\n",
    "---\r\na:\r\n  b: c\r\n  d: |-\r\n    x\r\n    y\r\n  e: {f: g}\r\nh: i\r\n...\r\n",
    "\"q k\": v\n'single': w\n1: x\né: ü   # 表\nlong:   aligned\nk:\n  - a\n  -   b\n",
];

/// What a text says, with a mark for an alias: what it repeats is another's.
fn said(text: &str) -> Result<Json, String> {
    read(text).map(|root| of_node(&root))
}

fn read(text: &str) -> Result<Node, String> {
    let file = SourceMap::default().add("test.yaml".into(), text.to_owned());
    let document = yaml::parse(text, file, Places::OfUse).map_err(|p| format!("{p:?}"))?;
    Ok(document.root)
}

type Json = serde_json::Value;

fn of_node(node: &Node) -> Json {
    match &node.value {
        NodeValue::Scalar(scalar) if scalar.scalar_type == yaml::ScalarType::Null => Json::Null,
        NodeValue::Scalar(scalar) => scalar.text.clone().into(),
        NodeValue::List(items) => items.iter().map(of_node).collect(),
        NodeValue::Map(map) => map.iter().map(|e| (e.key.clone(), of_node(&e.value))).collect(),
    }
}

fn of_document(document: &Fragment) -> Json {
    match document {
        Fragment::Plain(text) | Fragment::Text(text) | Fragment::Lines(text) => text.clone().into(),
        Fragment::Flow(items) => items.iter().map(of_document).collect(),
        Fragment::FlowMap(entries) | Fragment::Map(entries) => {
            entries.iter().map(|(k, v)| (k.clone(), of_document(v))).collect()
        }
    }
}

/// What a text must say with the changes made.
fn expected(layout: &Node, was: &Json, changes: &Changes) -> Json {
    if let Some(value) = changes.replaced.get(&layout.written.id) {
        return of_document(value);
    }
    let removed = |at: usize| {
        changes
            .removed
            .get(&layout.written.id)
            .is_some_and(|removed| removed.contains(&at))
    };
    let added: &[Added] = changes.added.get(&layout.written.id).map_or(&[], Vec::as_slice);
    match layout.as_written() {
        AsWritten::Alias | AsWritten::Scalar => was.clone(),
        AsWritten::Map(entries) => {
            let mut out: BTreeMap<String, Json> = BTreeMap::new();
            for (at, entry) in entries.iter().enumerate().filter(|(at, _)| !removed(*at)) {
                out.insert(
                    layout.entries()[at].key.clone(),
                    expected(&entry.value, &was[&entry.key], changes),
                );
            }
            for added in added {
                out.insert(added.key.clone().unwrap_or_default(), of_document(&added.value));
            }
            if out.is_empty() {
                Json::Null
            } else {
                out.into_iter().collect()
            }
        }
        AsWritten::List(items) => {
            let mut out = Vec::new();
            for (at, item) in items.iter().enumerate() {
                out.extend(added.iter().filter(|a| a.at == at).map(|a| of_document(&a.value)));
                if !removed(at) {
                    out.push(expected(item, &was[at], changes));
                }
            }
            out.extend(
                added
                    .iter()
                    .filter(|a| a.at == items.len())
                    .map(|a| of_document(&a.value)),
            );
            if out.is_empty() { Json::Null } else { Json::Array(out) }
        }
    }
}

/// Numbers that look like chance and are the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % end.max(1)
    }

    fn document(&mut self, block: bool) -> Fragment {
        let kinds = if block { 6 } else { 4 };
        match self.below(kinds) {
            0 => Fragment::Plain("present".into()),
            1 => Fragment::text("it's, [odd]: #x"),
            2 => Fragment::Flow(vec![Fragment::text("n"), Fragment::text("a, b")]),
            3 => Fragment::FlowMap(vec![("k".into(), Fragment::text("'v'"))]),
            4 => Fragment::Map(vec![(
                "deep".into(),
                Fragment::Map(vec![("er".into(), Fragment::text(" x\ny\n"))]),
            )]),
            _ => Fragment::text("lines\n\n  # more\nend\n"),
        }
    }
}

/// Some changes; never ones that leave a list or mapping empty, which is its holder's to see to.
fn some(node: &Node, chance: &mut Chance, changes: &mut Changes, block: bool, fresh: &mut usize) {
    let (style, length) = match node.as_written() {
        AsWritten::Map(_) | AsWritten::List(_) => (node.written.style, node.len()),
        AsWritten::Alias | AsWritten::Scalar => return,
    };
    let is_map = matches!(node.as_written(), AsWritten::Map(_));
    let block = block && style == Style::Block;
    for (at, value) in node.values().enumerate() {
        if node.written.is_repeated || value.holds_repeated() {
            continue;
        }
        let left = length
            - changes
                .removed
                .get(&node.written.id)
                .map_or(0, std::collections::BTreeSet::len);
        match chance.below(6) {
            0 if left > 1 => {
                changes.removed.entry(node.written.id).or_default().insert(at);
            }
            // In a list of lines, only what is on one line is replaced.
            1 if is_map || matches!(value.as_written(), AsWritten::Scalar) && value.written.style == Style::Plain => {
                changes
                    .replaced
                    .insert(value.written.id, chance.document(block && is_map));
            }
            _ => some(value, chance, changes, block, fresh),
        }
    }
    for _ in 0..[0, 0, 1, 2][chance.below(4)] {
        *fresh += 1;
        changes.added.entry(node.written.id).or_default().push(Added {
            at: chance.below(length + 1),
            key: is_map.then(|| format!("new {fresh}")),
            value: chance.document(block && is_map),
        });
    }
    if let Some(added) = changes.added.get_mut(&node.written.id) {
        added.sort_by_key(|added| added.at);
    }
}

#[test]
fn any_changes_give_what_they_should() {
    let mut chance = Chance(7);
    let (mut made, mut refused) = (0, 0);
    for text in TEXTS {
        let was = said(text).expect("a document");
        for _ in 0..800 {
            let layout = read(text).expect("a layout");
            let mut changes = Changes::default();
            some(&layout, &mut chance, &mut changes, true, &mut 0);
            let Ok(new) = splice(text, &layout, &changes) else {
                refused += 1;
                continue;
            };
            made += 1;
            let expected = expected(&layout, &was, &changes);
            let found = said(&new).unwrap_or_else(|p| panic!("{p}\n{text}\n---\n{new}\n{changes:#?}"));
            assert_eq!(found, expected, "{text}\n---\n{new}\n{changes:#?}");
            if changes.is_empty() {
                assert_eq!(new, *text);
            }
            assert_eq!(new.ends_with('\n'), text.ends_with('\n'), "{text}\n---\n{new:?}");
            let alone = if text.contains('\r') { '\n' } else { '\r' };
            assert!(!new.replace("\r\n", "").contains(alone), "{new:?}");
        }
    }
    assert!(made > 10 * refused, "{refused} of {made} were refused");
}

#[test]
fn a_layout_has_the_spans_of_what_is_written() {
    for text in TEXTS {
        let layout = read(text).expect("a layout");
        check(text, &layout);
    }
}

fn check(text: &str, node: &Node) {
    let written = &text[node.written.span()];
    match node.written.style {
        Style::Alias => assert!(written.starts_with('*'), "{written}"),
        Style::SingleQuoted => assert!(written.starts_with('\'') && written.ends_with('\''), "{written}"),
        Style::DoubleQuoted => assert!(written.starts_with('"') && written.ends_with('"'), "{written}"),
        Style::Plain | Style::BlockScalar => assert!(!written.ends_with(['\n', ' ']), "{written:?}"),
        Style::Flow if node.entries().is_empty() => {
            assert!(written.starts_with('[') && written.ends_with(']'), "{written}");
        }
        Style::Flow => assert!(written.starts_with('{') && written.ends_with('}'), "{written}"),
        Style::Block => assert!(!written.ends_with('\n'), "{written:?}"),
    }
    node.values().for_each(|value| check(text, value));
}
