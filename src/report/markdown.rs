//! The report as Markdown, for chat, issues and job summaries: the verdict on one line, then the findings by database and
//! object. It is never longer than a comment on GitHub may be.

use std::fmt::Write as _;

use super::facts::{facts, headline, shared_facts};
use super::fleet;
use super::format::{FormatSpec, Rendering};
use super::notes::notes;
use super::rollup::{self, FindingGroup};
use super::table_marks;
use super::values::{one_line, shortened};
use super::words::{Obstacle, ReportedStatus, describe_with_role, stale, summary_line, targets, verdict};
use crate::finding::{Check, Target};
use crate::plural::{plural, thousands};
use crate::terminal::Palette;

/// The format.
pub static FORMAT: FormatSpec = FormatSpec::new(
    "markdown",
    "For chat, issues and job summaries: the verdict first, details folded",
    render,
    fleet::markdown,
)
.with_notes();

/// The maximum number of annotations that the log of a CI service shows.
pub(super) const MAX_FINDINGS: usize = 100;

/// The maximum length in bytes. GitHub takes 65,536 characters for a comment, and a template may add some.
const LONGEST: usize = 60_000;

/// The maximum length of what follows the findings.
const LONGEST_END: usize = 8_000;

/// The room for what surrounds the name of an object.
const HEADING: usize = 100;

/// The maximum length of a message, in characters.
const FACT: usize = 2_000;

/// A database with more entries than this has them folded by object.
const UNFOLDED: usize = 10;

fn render(rendering: &Rendering<'_>) -> String {
    let report = rendering.report;
    let mut out = format!("**driftgate: {}** ({})\n", verdict(report), summary_line(report));
    if report.targets.len() > 1 {
        overview(&mut out, rendering);
    }
    let end = end(rendering);
    let mut budget = Budget {
        room: LONGEST.saturating_sub(out.len() + end.len()),
        cut: 0,
    };
    let stale = stale(report);
    for target in targets(report, stale.as_ref()) {
        database(&mut out, target, rendering, &mut budget);
    }
    if budget.cut > 0 {
        let more = plural(budget.cut, "more finding", "more findings");
        let _ = writeln!(out, "\nThere is no room here for {more}: the other reports have all.");
    }
    out + &end
}

/// How much may still be written about findings.
struct Budget {
    /// The bytes that are left.
    room: usize,
    /// The findings that were left out.
    cut: usize,
}

impl Budget {
    /// Whether there is room for a text about this number of findings. If not, they are counted.
    fn fits(&mut self, text: &str, findings: usize) -> bool {
        match self.room.checked_sub(text.len()) {
            Some(room) if self.cut == 0 => {
                self.room = room;
                true
            }
            Some(_) | None => {
                self.cut += findings;
                false
            }
        }
    }
}

/// What follows the findings: what has changed, and the notes.
fn end(rendering: &Rendering<'_>) -> String {
    let mut out = String::new();
    let since = table_marks::since(rendering.report, rendering.files, Palette { color: false });
    if !since.is_empty() {
        let since = first_lines(since.trim_end(), LONGEST_END / 2);
        let fence = fence(&since);
        let _ = writeln!(
            out,
            "\n<details><summary>what has changed since the earlier report</summary>\n\n\
             {fence}text\n{since}\n{fence}\n\n</details>"
        );
    }
    for note in first_lines(&notes(rendering.report), LONGEST_END / 2).lines() {
        let _ = writeln!(out, "\n{}", escaped(note));
    }
    out
}

/// The first lines of a text, at most this many bytes, and the number of the others.
fn first_lines(text: &str, longest: usize) -> String {
    let mut out = String::new();
    for (at, line) in text.lines().enumerate() {
        if out.len() + line.len() > longest {
            let more = plural(text.lines().count() - at, "more line", "more lines");
            let _ = write!(out, "and {more}");
            return out;
        }
        let _ = writeln!(out, "{line}");
    }
    out.trim_end().to_owned()
}

/// One row per database.
fn overview(out: &mut String, rendering: &Rendering<'_>) {
    let known = rendering.report.baseline.is_some();
    let (title, rule) = if known { (" known |", "--:|") } else { ("", "") };
    let _ = writeln!(
        out,
        "\n| database | verdict | checks | passed | drift | warnings | unknown |{title}\n\
         |---|---|--:|--:|--:|--:|--:|{rule}"
    );
    for target in &rendering.report.targets {
        let summary = target.summary();
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} |{}",
            escaped(&target.database),
            target.status().word(),
            thousands(summary.checks),
            thousands(summary.passed),
            thousands(summary.drift),
            thousands(summary.warnings),
            thousands(summary.unknown),
            if known {
                format!(" {} |", thousands(summary.known))
            } else {
                String::new()
            }
        );
    }
}

/// The findings of a database: the new and the worst ones first, those that a baseline accepts last and folded.
fn database(out: &mut String, target: &Target, rendering: &Rendering<'_>, budget: &mut Budget) {
    if let Some(obstacle) = Obstacle::of(target) {
        let _ = writeln!(out, "\n{}", escaped(&shortened(&obstacle.message, FACT)));
        if let Some(hint) = &obstacle.hint {
            let _ = writeln!(out, "\nhelp: {}", escaped(&shortened(hint, FACT)));
        }
    }
    let entries = rollup::entries(target);
    if entries.is_empty() {
        return;
    }
    let _ = writeln!(out, "\nDatabase **{}**", escaped(&describe_with_role(target)));
    let folded = entries.len() > UNFOLDED;
    let (known, counted): (Vec<_>, Vec<_>) = entries
        .into_iter()
        .partition(|entry| entry.status == ReportedStatus::Known);
    for (object, entries) in rollup::by_object(counted) {
        let texts = written(&entries, budget, |entry| finding(entry, target, rendering));
        // A heading and the tags around it need room, too.
        budget.room = budget.room.saturating_sub(escaped(&object).len() + HEADING);
        match (texts.is_empty(), folded) {
            (true, _) => {}
            (false, true) => {
                let title = format!("{}: {}", html(&object), counts(&entries));
                let _ = writeln!(out, "\n<details><summary>{title}</summary>\n\n{texts}\n</details>");
            }
            (false, false) => {
                let _ = write!(out, "\n**{}**\n\n{texts}", escaped(&object));
            }
        }
    }
    let texts = written(&known, budget, |entry| format!("- {}\n", escaped(&entry.headline())));
    if !texts.is_empty() {
        let title = counts(&known);
        let _ = writeln!(out, "\n<details><summary>{title}</summary>\n\n{texts}\n</details>");
    }
}

/// The texts of the entries for which there is room.
fn written<'a>(
    entries: &[FindingGroup<'a>],
    budget: &mut Budget,
    text: impl Fn(&FindingGroup<'a>) -> String,
) -> String {
    let texts = entries.iter().map(|entry| (text(entry), entry.checks.len()));
    let fitting = texts.filter(|(text, findings)| budget.fits(text, *findings));
    fitting.map(|(text, _)| text).collect()
}

/// `2 drift, 1 known`.
fn counts(entries: &[FindingGroup<'_>]) -> String {
    let of = |status: &ReportedStatus| {
        let same = entries.iter().filter(|entry| entry.status == *status);
        let count: usize = same.map(|entry| entry.checks.len()).sum();
        (count > 0).then(|| format!("{} {}", thousands(count), status.word()))
    };
    let counts: Vec<String> = ReportedStatus::ALL.iter().filter_map(of).collect();
    counts.join(", ")
}

/// An item of a list, with what is known about the finding below it.
fn finding(entry: &FindingGroup<'_>, target: &Target, rendering: &Rendering<'_>) -> String {
    let new = if entry.is_new() { " (new)" } else { "" };
    let (title, facts) = if let Some(check) = entry.single() {
        (title(check), facts(check, target, rendering.files))
    } else {
        let title = format!("{} {}", entry.subject(), entry.predicate());
        (escaped(&title), shared_facts(entry, rendering.files))
    };
    let mut out = format!("- **{}**{new}: {title}\n", entry.status.word());
    for (label, fact) in facts {
        match label {
            // The heading contains it, and the word `new` is in the title.
            "database" => {}
            "compared" if fact == "new" => {}
            "differs" => block(&mut out, "diff", &fact),
            "fix" | "sql" => {
                let _ = writeln!(out, "  - {label}:");
                block(&mut out, "sql", &fact);
            }
            "objects" => {
                for line in fact.lines() {
                    let _ = writeln!(out, "  - {}", code_of_object(line));
                }
            }
            "because" | "reason" | "help" | "follows" | "compared" | "accepted" | "expired" => {
                let _ = writeln!(out, "  - {label}: {}", escaped(&fact));
            }
            _ => {
                let _ = writeln!(out, "  - {label}: {}", code(&fact));
            }
        }
    }
    out
}

/// A line about an object as code, or how many more there are.
fn code_of_object(line: &str) -> String {
    if line.starts_with("and ") {
        line.to_owned()
    } else {
        code(line)
    }
}

/// What a finding is about and what is wrong. The values follow it, if it has some.
fn title(check: &Check) -> String {
    let subject = check.subject();
    let name = check.about.name();
    let words = check.about.category().words();
    let named = format!("{} {}", escaped(&words), code(&name));
    match check.attribute() {
        Some(attribute) if check.about.as_object().is_some() => format!("{named}: {}", escaped(attribute)),
        Some(_) | None => {
            let sentence = headline(check);
            match sentence.strip_prefix(&subject) {
                Some(rest) if !name.is_empty() => format!("{named}{}", escaped(rest)),
                Some(_) | None => escaped(&sentence),
            }
        }
    }
}

/// A block of code in an item of a list.
fn block(out: &mut String, language: &str, text: &str) {
    let fence = fence(text);
    let text = text.trim_end().replace('\n', "\n  ");
    let _ = writeln!(out, "\n  {fence}{language}\n  {text}\n  {fence}\n");
}

/// A fence that is longer than any in the text.
pub(super) fn fence(text: &str) -> String {
    "`".repeat(longest_run(text).max(2) + 1)
}

/// The length of the longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// A text as inline code, in which no character has a special meaning.
fn code(text: &str) -> String {
    let text = one_line(text);
    let ticks = "`".repeat(longest_run(&text) + 1);
    // A space separates the delimiter from a backtick of the text. Markdown removes it.
    let space = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{ticks}{space}{text}{space}{ticks}")
}

/// A text with HTML escaped.
fn html(text: &str) -> String {
    one_line(text)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// A text with HTML, Markdown, mentions and links escaped.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in html(text).chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#') {
            out.push('\\');
        }
        out.push(c);
        // The comment prevents mentions, which notify users, and links.
        if c == '@'
            || ["http:", "https:", "www", "ftp:"]
                .iter()
                .any(|start| out.ends_with(start))
        {
            out.push_str("<!-- -->");
        }
    }
    out
}
