//! The report history as a plot and as a table of the same numbers.

use maud::{Markup, html};

use super::{findings_words, minute, name};
use crate::finding::report_history::{ReportHistory, RunTotals};
use crate::plural::plural;

/// The height of the plot in units of the drawing. A run is ten units wide.
const HEIGHT: usize = 100;
const STEP: usize = 10;

/// The results of earlier runs and of this one.
pub(super) fn history(history: &ReportHistory, now: &RunTotals) -> Markup {
    let runs: Vec<&RunTotals> = history.runs.iter().chain([now]).collect();
    let most = runs.iter().map(|run| run.findings()).max().unwrap_or(0);
    let top = ceiling(most);
    html! {
        p { (trend(&history.runs, now)) " " (left_out(history)) }
        @if !history.runs.is_empty() {
            figure.plot {
                (legend(&runs))
                div.axes {
                    div.scale aria-hidden="true" { span { (top) } span { (top / 2) } span { "0" } }
                    (bars(&runs, top))
                }
                div.dates aria-hidden="true" {
                    span { (runs.first().map_or(String::new(), |run| minute(run.began))) } span { (minute(now.began)) }
                }
                figcaption { "Findings of each run, the oldest first." }
            }
            (table(&runs))
        }
    }
}

/// A sentence that describes the plot.
fn trend(earlier: &[RunTotals], now: &RunTotals) -> String {
    let words = match (earlier.last(), earlier.iter().map(|run| run.drift).max()) {
        (Some(last), Some(most)) => {
            let how = match now.drift.cmp(&last.drift) {
                std::cmp::Ordering::Less => format!("fewer than the {} of the previous run", last.drift),
                std::cmp::Ordering::Equal => "as many as in the previous run".to_owned(),
                std::cmp::Ordering::Greater => format!("more than the {} of the previous run", last.drift),
            };
            format!(
                "{how}; the maximum of the {} before was {most}",
                plural(earlier.len(), "run", "runs")
            )
        }
        (None, _) | (_, None) => "there is no earlier report to compare with yet".to_owned(),
    };
    format!("{} of drift now, {words}.", findings_words(now.drift))
}

/// Which reports of the folder are not shown.
fn left_out(history: &ReportHistory) -> Markup {
    html! {
        "The reports are those of " code { (name(&history.folder)) }
        @if history.earlier > 0 { ", without " (plural(history.earlier, "run", "runs")) " before them" }
        @if history.others > 0 {
            ", without " (plural(history.others, "report", "reports")) " that "
            (if history.others == 1 { "is" } else { "are" }) " about other databases"
        }
        "."
    }
}

fn legend(runs: &[&RunTotals]) -> Markup {
    html! {
        ul.legend {
            li { span.key.drift {} "drift" }
            li { span.key.unknown {} "unknown" }
            li { span.key.warning {} "warnings" }
            @if runs.iter().any(|run| run.failed > 0) { li { span.key.failed {} "not all databases could be verified" } }
        }
    }
}

/// One bar per run. The findings are stacked, the worst at the bottom.
fn bars(runs: &[&RunTotals], top: usize) -> Markup {
    let width = runs.len() * STEP;
    // A few runs must not become very wide bars.
    let room = width.max(12 * STEP);
    let label = format!(
        "Findings of {}; the table below has the numbers",
        plural(runs.len(), "run", "runs")
    );
    html! {
        svg role="img" aria-label=(label) viewBox={ "0 0 " (room) " " (HEIGHT) } preserveAspectRatio="none" {
            @for line in [0, HEIGHT / 2, HEIGHT] {
                line.grid x1="0" x2=(room) y1=(line) y2=(line) {}
            }
            @for (i, run) in runs.iter().enumerate() {
                "\n" g {
                    title { (words(run)) }
                    rect class=(if run.failed > 0 { "failed" } else { "area" }) x=(i * STEP) y="0" width=(STEP) height=(HEIGHT) {}
                    @for (class, y, height) in stacked(run, top) {
                        rect class=(class) x=(i * STEP + 1) y=(y) width=(STEP - 2) height=(height) {}
                    }
                }
            }
        }
    }
}

/// The parts of a bar: the class, the distance from the top, and the height.
fn stacked(run: &RunTotals, top: usize) -> Vec<(&'static str, usize, usize)> {
    let mut under = 0;
    let mut parts = Vec::new();
    for (class, count) in [
        ("drift", run.drift),
        ("unknown", run.unknown),
        ("warning", run.warnings),
    ] {
        // A part with findings is always visible, however small its share.
        let height = count
            .saturating_mul(HEIGHT)
            .div_ceil(top)
            .min(HEIGHT.saturating_sub(under));
        under += height;
        if height > 0 {
            parts.push((class, HEIGHT - under, height));
        }
    }
    parts
}

/// The findings of one run, as text.
fn words(run: &RunTotals) -> String {
    let mut words = format!(
        "{}: {} drift, {} unknown, {}",
        minute(run.began),
        run.drift,
        run.unknown,
        plural(run.warnings, "warning", "warnings")
    );
    if run.failed > 0 {
        words.push_str(", not all databases could be verified");
    }
    words
}

/// The numbers, the newest first.
fn table(runs: &[&RunTotals]) -> Markup {
    html! {
        details {
            summary { "The numbers of " (plural(runs.len(), "run", "runs")) }
            div.wide role="region" aria-label="The numbers of the runs" tabindex="0" {
                table.counted {
                    thead {
                        tr {
                            th scope="col" { "RunTotals" }
                            @for title in ["Drift", "Unknown", "Warnings", "Known", "Not verified"] { th.n scope="col" { (title) } }
                            th scope="col" { "Report" }
                        }
                    }
                    tbody {
                        @for run in runs.iter().rev() {
                            "\n" tr {
                                th scope="row" { (minute(run.began)) }
                                @for count in [run.drift, run.unknown, run.warnings, run.known, run.failed] { td.n { (count) } }
                                td { @if run.file.is_empty() { "this one" } @else { (name(&run.file)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The next round, even number, as the end of the scale.
fn ceiling(most: usize) -> usize {
    let mut unit: usize = 1;
    loop {
        for step in [2, 4, 10] {
            let top = unit.saturating_mul(step);
            if top >= most || top == usize::MAX {
                return top;
            }
        }
        unit = unit.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use super::ceiling;

    #[test]
    fn the_scale_ends_at_a_round_number() {
        for (most, top) in [
            (0, 2),
            (2, 2),
            (3, 4),
            (5, 10),
            (10, 10),
            (11, 20),
            (41, 100),
            (9999, 10_000),
        ] {
            assert_eq!(ceiling(most), top);
        }
        assert!(ceiling(usize::MAX) == usize::MAX);
    }
}
