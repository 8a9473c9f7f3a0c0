//! Parses the patterns for objects that an exact file does not report.

use super::parse::Parser;
use super::pattern::name_pattern;
use super::{IgnoreRule, shape};
use crate::error::Problem;
use crate::kinds::Kind;
use crate::yaml::{Entry, NodeValue};

/// Reads `ignore`.
pub(super) fn parse_ignore(parser: &mut Parser, entry: &Entry) {
    let sections: Vec<&str> = Kind::ALL.iter().map(|kind| kind.spec().section).collect();
    for entry in parser.mapping("ignore", &entry.value) {
        let Some(kind) = Kind::ALL.iter().find(|kind| kind.spec().section == entry.key) else {
            parser.unknown_key(entry, &sections);
            continue;
        };
        let NodeValue::List(items) = &entry.value.value else {
            parser.problems.push(Problem::at(
                entry.value.place,
                format!(
                    "`{}` takes a list of patterns, but this is {}",
                    entry.key,
                    entry.value.describe()
                ),
            ));
            continue;
        };
        if items.is_empty() {
            parser.problems.push(shape::empty_list(entry.value.place, &entry.key));
        }
        for item in items {
            let text = item.scalar().map_or("", |s| s.text.as_str());
            let (negated, pattern) = match text.strip_prefix('!') {
                Some(rest) => (true, rest),
                None => (false, text),
            };
            match name_pattern(pattern) {
                Ok(_) if pattern.is_empty() => {
                    parser
                        .problems
                        .push(Problem::at(item.place, "a pattern is a text, for example `tmp_*`"));
                }
                Ok(pattern) => parser.out.ignore.push(IgnoreRule {
                    kind: *kind,
                    pattern,
                    negated,
                    place: item.place,
                }),
                Err(e) => parser.problems.push(Problem::at(
                    item.place,
                    format!("the pattern `{text}` cannot be read: {}", e.msg),
                )),
            }
        }
    }
}
