//! The text of a finding, short or long.

use std::fmt::Write as _;

use similar::TextDiff;

use super::rollup::{FindingGroup, LISTED};
use super::table_marks;
use super::values::{SENTENCE, compared, one_line, shortened};
use super::words::{capital, describe};
use crate::finding::{Check, Code, Status, Target};
use crate::hint::Hint;
use crate::plural::thousands;
use crate::redact;
use crate::source_map::SourceMap;
use crate::terminal::visible;
use crate::value::Value;

/// The maximum length of a value, in characters.
const LONGEST: usize = 2000;

/// The finding as one self-contained sentence on one line. Values that are too long are left out.
pub(super) fn headline(check: &Check) -> String {
    let is_long = |value: &Value| matches!(value, Value::Text(text) if text.contains('\n') || text.len() > SENTENCE);
    let sentence = check.sentence();
    let sentence = match check.attribute() {
        Some(attribute)
            if check.status == Status::Drift
                && (is_long(&check.expected) || is_long(&check.actual) || sentence.len() > 5 * SENTENCE) =>
        {
            let end = check
                .detail
                .as_ref()
                .map_or(String::new(), |detail| format!("; {detail}"));
            format!("{}: {attribute} differs{end}", check.subject())
        }
        Some(_) | None => sentence,
    };
    shortened(&one_line(&sentence), 5 * SENTENCE)
}

/// The lines in which long texts differ, to follow the headline on the same line.
pub(super) fn differing(check: &Check) -> String {
    let Some(diff) = difference(check) else {
        return String::new();
    };
    let lines: Vec<String> = diff
        .lines()
        .skip(2)
        .filter_map(|line| {
            let words = if line.starts_with('-') { "lacks" } else { "has" };
            let text = line.strip_prefix('-').or(line.strip_prefix('+'))?;
            Some(format!("{words} `{}`", text.trim()))
        })
        .collect();
    format!(": {}", one_line(&shortened(&lines.join(", "), 2 * SENTENCE)))
}

/// The headline, the place, the hint and the reason in one text, for formats that show nothing else.
pub(super) fn paragraph(check: &Check, files: &SourceMap) -> String {
    let place = one_line(&files.locate(check.place));
    let mut text = format!("{}{}. Expected at {place}", headline(check), differing(check));
    if let Some(hint) = &check.hint {
        let _ = write!(text, ". {}: {}", hint_label(hint), one_line(&hint.text()));
    }
    if let Some(since) = since(check) {
        let _ = write!(text, ". Since: {since}");
    }
    if let Some(cause) = &check.caused_by {
        let _ = write!(text, ". Follows from {}", one_line(&cause.subject));
    }
    for (label, party) in files.parties(check.place.file).named() {
        let _ = write!(text, ". {}: {}", capital(label), one_line(party));
    }
    if let Some(reason) = &check.reason {
        let _ = write!(text, ". Reason: {}", one_line(reason));
    }
    text
}

/// When what a finding is about changed, on one line.
pub(super) fn since(check: &Check) -> Option<String> {
    let since = check.since.as_ref()?;
    Some(one_line(&since.text()))
}

/// The label of a hint at the beginning of a sentence.
fn hint_label(hint: &Hint) -> &'static str {
    match hint {
        Hint::Sql(_) => "Fix",
        Hint::Advice(_) | Hint::AdviceWithSql { .. } => "Help",
    }
}

/// The details of a finding besides its headline: labels and texts, which may have several lines.
pub(super) fn facts(check: &Check, target: &Target, files: &SourceMap) -> Vec<(&'static str, String)> {
    let value = |value: &Value| visible(&shortened(&value.to_string(), LONGEST));
    let mut facts = Vec::new();
    match difference(check) {
        Some(diff) => facts.push(("differs", visible(&shortened(&diff, 4 * LONGEST)))),
        None if check.attribute().is_some() && check.is_finding() => {
            let (expected, found) = compared(check);
            facts.push(("expected", value(&expected)));
            facts.push(("found", value(&found)));
        }
        None => {}
    }
    facts.extend(because(check, files));
    facts.push(("at", one_line(&files.locate(check.place))));
    facts.push(("database", one_line(&describe(target))));
    facts.extend(changed(check, files));
    facts.extend(follows(check, files));
    facts.extend(hint_facts(check));
    for of in [parties_of, reason, marks] {
        facts.extend(of(check, files));
    }
    facts
}

/// The details that several like findings share, and their objects.
pub(super) fn shared_facts(entry: &FindingGroup<'_>, files: &SourceMap) -> Vec<(&'static str, String)> {
    let check = entry.first();
    let mut facts = Vec::new();
    if entry.same_values && check.attribute().is_some() {
        let (expected, found) = compared(check);
        facts.push(("expected", visible(&shortened(&expected.to_string(), LONGEST))));
        facts.push(("found", visible(&shortened(&found.to_string(), LONGEST))));
    }
    let (common, own) = divided(entry, files);
    let (before, after): (Vec<_>, Vec<_>) = common
        .into_iter()
        .partition(|(label, _)| BEFORE_OBJECTS.contains(label));
    facts.extend(before);
    facts.push(("objects", objects(entry, files, &own)));
    facts.extend(shared_hint(entry));
    facts.extend(after);
    facts
}

/// Facts about a finding, as labels and texts.
type LabelledFacts = Vec<(&'static str, String)>;

/// A function that tells some of them.
type FactsOf = fn(&Check, &SourceMap) -> LabelledFacts;

/// What like findings say once if it is the same for all, or else beside each object.
const COMMON: [FactsOf; 6] = [because, follows, changed, parties_of, reason, marks];

/// The labels of those that come before the objects.
const BEFORE_OBJECTS: [&str; 2] = ["because", "follows"];

/// The facts that are the same for all like findings, and the functions for those that are not.
fn divided(entry: &FindingGroup<'_>, files: &SourceMap) -> (LabelledFacts, Vec<FactsOf>) {
    let (mut common, mut own) = (Vec::new(), Vec::new());
    for of in COMMON {
        let first = of(entry.first(), files);
        if entry.checks.iter().all(|check| of(check, files) == first) {
            common.extend(first);
        } else {
            own.push(of);
        }
    }
    (common, own)
}

/// Since when.
fn changed(check: &Check, _: &SourceMap) -> LabelledFacts {
    since(check).map(|text| ("since", text)).into_iter().collect()
}

/// Who needs it, and who looks after it.
fn parties_of(check: &Check, files: &SourceMap) -> LabelledFacts {
    let parties = files.parties(check.place.file).named();
    parties.map(|(label, party)| (label, visible(party))).collect()
}

/// The reason of the expectation file.
fn reason(check: &Check, _: &SourceMap) -> LabelledFacts {
    let reason = check.reason.iter();
    reason.map(|reason| ("reason", visible(reason))).collect()
}

/// What a baseline and an earlier report record.
fn marks(check: &Check, files: &SourceMap) -> LabelledFacts {
    let marks = table_marks::lines(check, files).into_iter();
    marks.map(|(label, text)| (label, visible(&text))).collect()
}

/// Why two values differ that look alike.
fn because(check: &Check, _: &SourceMap) -> LabelledFacts {
    let detail = check.detail.iter();
    detail.map(|detail| ("because", visible(detail))).collect()
}

/// The finding that it follows from.
fn follows(check: &Check, _: &SourceMap) -> LabelledFacts {
    let cause = check.caused_by.iter();
    cause
        .map(|cause| ("follows", visible(&format!("from {}", cause.subject))))
        .collect()
}

/// Who needs what a finding is about, and who looks after it, as its file names them: `consumer billing, owner team-x`.
pub(super) fn parties(check: &Check, files: &SourceMap) -> Option<String> {
    let parties = files.parties(check.place.file).named();
    let words: Vec<String> = parties
        .map(|(label, party)| format!("{label} {}", one_line(party)))
        .collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// What the message of a finding says beyond what it shares with like findings.
fn own_words(check: &Check) -> Option<&str> {
    match check.code {
        // What follows the standard words, which come after the name.
        Code::Missing(_) | Code::Unexpected(_) => {
            let words = check.message.strip_prefix(&check.about.subject())?;
            words.split_once("; ").map(|(_, more)| more)
        }
        Code::Differs(..) | Code::AssertionFailed(_) => None,
        Code::Other(_) => Some(&check.message),
    }
}

/// The objects of like findings, one per line with its place, and how many more there are.
fn objects(entry: &FindingGroup<'_>, files: &SourceMap, own: &[FactsOf]) -> String {
    let line = |check: &Check| {
        let mut line = format!(
            "{} ({})",
            one_line(&check.about.name()),
            one_line(&files.locate(check.place))
        );
        if !entry.same_values {
            let (expected, found) = compared(check);
            let short = |value: &Value| one_line(&shortened(&value.to_string(), SENTENCE / 4));
            let _ = write!(line, ": expected {}, found {}", short(&expected), short(&found));
        }
        if let Some(words) = own_words(check) {
            let _ = write!(line, ": {}", one_line(&shortened(words, 5 * SENTENCE)));
        }
        for (label, text) in own.iter().flat_map(|of| of(check, files)) {
            let _ = write!(line, "; {label}: {}", one_line(&shortened(&text, SENTENCE)));
        }
        line
    };
    let mut lines: Vec<String> = entry.listed().map(line).collect();
    if entry.more() > 0 {
        lines.push(format!("and {} more", thousands(entry.more())));
    }
    lines.join("\n")
}

/// What to do about like findings: the words, each once, and the statements for the listed objects.
fn shared_hint(entry: &FindingGroup<'_>) -> Vec<(&'static str, String)> {
    let mut facts: Vec<(&'static str, String)> = Vec::new();
    let hint = |check: &Check| check.hint.clone();
    for words in entry.listed().filter_map(|check| check.hint.as_ref()?.words()) {
        let fact = ("help", visible(words));
        if !facts.contains(&fact) {
            facts.push(fact);
        }
    }
    let statements: Vec<String> = entry
        .listed()
        .filter_map(hint)
        .filter_map(|hint| hint.statements().map(visible))
        .collect();
    if !statements.is_empty() {
        let mut sql = statements.join("\n");
        let more = entry.checks.iter().skip(LISTED);
        let more = more.filter(|check| check.hint.as_ref().and_then(Hint::statements).is_some());
        match more.count() {
            0 => {}
            more => {
                let _ = write!(sql, "\n-- and the same for {} more", thousands(more));
            }
        }
        facts.push((if facts.is_empty() { "fix" } else { "sql" }, sql));
    }
    facts
}

/// What to do: words and statements apart, so that the statements can be copied.
fn hint_facts(check: &Check) -> Vec<(&'static str, String)> {
    let hint = check.hint.iter().flat_map(|hint| {
        let words = hint.words().map(|words| (hint.label(), visible(words)));
        let label = if words.is_some() { "sql" } else { hint.label() };
        let sql = hint.statements().map(|sql| (label, visible(sql)));
        words.into_iter().chain(sql)
    });
    hint.collect()
}

/// The details as text, one per line.
pub(super) fn facts_text(check: &Check, target: &Target, files: &SourceMap) -> String {
    let mut text = String::new();
    for (label, fact) in facts(check, target, files) {
        let fact = fact.trim_end();
        let (start, indent) = if fact.contains('\n') {
            ("\n  ", "\n  ")
        } else {
            (" ", "\n")
        };
        let _ = writeln!(text, "{label}:{start}{}", fact.replace('\n', indent));
    }
    text
}

/// The lines in which two texts differ, if one of them has more than one line.
pub(super) fn difference(check: &Check) -> Option<String> {
    let (expected, actual) = compared(check);
    let (Value::Text(expected), Value::Text(actual)) = (&*expected, &*actual) else {
        return None;
    };
    if !expected.contains('\n') && !actual.contains('\n') || check.status == Status::Passed {
        return None;
    }
    let (expected, actual) = (format!("{}\n", expected.trim()), format!("{}\n", actual.trim()));
    let diff = TextDiff::from_lines(expected.as_str(), actual.as_str());
    Some(
        diff.unified_diff()
            .context_radius(2)
            .header("expected", "found")
            .to_string(),
    )
}

/// The path of the expectation file.
pub(super) fn path(check: &Check, files: &SourceMap) -> String {
    redact::path(files.path(check.place.file))
}
