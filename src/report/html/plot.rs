//! The report history as a plot and as a table of the same numbers.

use maud::{Markup, html};

use super::{findings_words, minute, name};
use crate::finding::report_history::{ReportHistory, RunTotals};
use crate::plural::{plural, thousands};

/// The height of the plot in units of the drawing.
const HEIGHT: usize = 100;

/// The maximum width of the bar of a run.
const STEP: usize = 20;

/// The results of earlier runs and of this one.
pub(in crate::report) fn history(history: &ReportHistory, now: &RunTotals) -> Markup {
    let runs: Vec<&RunTotals> = history.runs.iter().chain([now]).collect();
    let most = runs.iter().map(|run| run.findings() + run.known).max().unwrap_or(0);
    let top = ceiling(most);
    html! {
        p { (trend(&history.runs, now)) " " (left_out(history)) }
        @if !history.runs.is_empty() {
            figure.plot {
                (legend(&runs))
                div.axes {
                    div.scale aria-hidden="true" { span { (thousands(top)) } span { (thousands(top / 2)) } span { "0" } }
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
                std::cmp::Ordering::Less => format!("fewer than the {} of the previous run", thousands(last.drift)),
                std::cmp::Ordering::Equal => "as many as in the previous run".to_owned(),
                std::cmp::Ordering::Greater => format!("more than the {} of the previous run", thousands(last.drift)),
            };
            format!(
                "{how}; the maximum of the {} before was {}",
                plural(earlier.len(), "run", "runs"),
                thousands(most)
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
            @if runs.iter().any(|run| run.known > 0) { li { span.key.known {} "known" } }
            @if runs.iter().any(|run| run.failed > 0) { li { span.key.failed {} "not all databases could be verified" } }
        }
    }
}

/// One bar per run, at the time at which it began. The findings are stacked, the worst at the bottom and the known ones at
/// the top.
fn bars(runs: &[&RunTotals], top: usize) -> Markup {
    let places = places(runs);
    let room = ROOM + STEP;
    let label = format!(
        "Findings of {}; the table below has the numbers",
        plural(runs.len(), "run", "runs")
    );
    html! {
        svg role="img" aria-label=(label) viewBox={ "0 0 " (room) " " (HEIGHT) } preserveAspectRatio="none" {
            @for line in [0, HEIGHT / 2, HEIGHT] {
                line.grid x1="0" x2=(room) y1=(line) y2=(line) {}
            }
            @for (run, (x, width)) in runs.iter().zip(places) {
                "\n" g {
                    title { (words(run)) }
                    rect class=(if run.failed > 0 { "failed" } else { "area" }) x=(x) y="0" width=(width) height=(HEIGHT) {}
                    @for (class, y, height) in stacked(run, top) {
                        rect class=(class) x=(x) y=(y) width=(width) height=(height) {}
                    }
                }
            }
        }
    }
}

/// The length of the time axis.
const ROOM: usize = 1000;

/// Where the bar of each run begins on the axis of time, and its width. A bar ends before the next one begins.
fn places(runs: &[&RunTotals]) -> Vec<(usize, usize)> {
    let began = |run: &RunTotals| run.began.as_secs();
    let first = runs.first().map_or(0, |run| began(run));
    let span = runs.last().map_or(0, |run| began(run).saturating_sub(first)).max(1);
    let room = u64::try_from(ROOM).unwrap_or(u64::MAX);
    let x = |run: &RunTotals| {
        let since = began(run).saturating_sub(first).min(span);
        usize::try_from(since.saturating_mul(room) / span).unwrap_or(ROOM)
    };
    let starts: Vec<usize> = runs.iter().map(|run| x(run)).collect();
    let ends = starts.iter().skip(1).copied().chain([ROOM + STEP + 1]);
    let widths = starts.iter().zip(ends).map(|(start, end)| {
        let free = end.saturating_sub(*start);
        (*start, free.saturating_sub(1).clamp(1, STEP))
    });
    widths.collect()
}

/// The parts of a bar: the class, the distance from the top, and the height.
fn stacked(run: &RunTotals, top: usize) -> Vec<(&'static str, usize, usize)> {
    let mut under = 0;
    let mut parts = Vec::new();
    for (class, count) in [
        ("drift", run.drift),
        ("unknown", run.unknown),
        ("warning", run.warnings),
        ("known", run.known),
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
        "{}: {} drift, {} unknown, {}, {} known",
        minute(run.began),
        thousands(run.drift),
        thousands(run.unknown),
        plural(run.warnings, "warning", "warnings"),
        thousands(run.known)
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
                            th scope="col" { "Run" }
                            @for title in ["Drift", "Unknown", "Warnings", "Known", "Not verified"] { th.n scope="col" { (title) } }
                            th scope="col" { "Report" }
                        }
                    }
                    tbody {
                        @for run in runs.iter().rev() {
                            "\n" tr {
                                th scope="row" { (minute(run.began)) }
                                @for count in [run.drift, run.unknown, run.warnings, run.known, run.failed] { td.n { (thousands(count)) } }
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
    use std::time::Duration;

    use super::{ROOM, STEP, ceiling, places};
    use crate::finding::report_history::RunTotals;

    fn began(seconds: &[u64]) -> Vec<(usize, usize)> {
        let runs: Vec<RunTotals> = seconds
            .iter()
            .map(|seconds| RunTotals {
                began: Duration::from_secs(*seconds),
                ..RunTotals::default()
            })
            .collect();
        places(&runs.iter().collect::<Vec<_>>())
    }

    #[test]
    fn runs_are_where_their_time_is() {
        assert_eq!(began(&[100, 150, 200]), [(0, STEP), (ROOM / 2, STEP), (ROOM, STEP)]);
        // A week without a run is a gap.
        assert_eq!(began(&[0, 10, 100]), [(0, STEP), (100, STEP), (ROOM, STEP)]);
        // Bars do not cover each other.
        assert_eq!(began(&[0, 10, 1000]), [(0, 9), (10, STEP), (ROOM, STEP)]);
        assert_eq!(began(&[5]), [(0, STEP)]);
    }

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
