//! `check --wait`: looks again until all is well, or the time is over.

use std::io::{self, IsTerminal as _};
use std::time::{Duration, Instant};

use crate::console::tell;
use crate::expectation::Level;
use crate::report::{Check, Status, Target};
use crate::terminal::visible;

/// How long to wait before the second look. Every further wait is half as long again, up to [`LONGEST`].
const SHORTEST: Duration = Duration::from_millis(500);

/// The longest time between two looks.
const LONGEST: Duration = Duration::from_secs(5);

/// How many characters a line has on every terminal.
const SHORTEST_LINE: usize = 79;

/// Looks at a database until nothing is left that could change by waiting, or until `deadline`, and then no more. The
/// result is that of the last look, which begins no later than at the deadline.
pub(crate) fn until(deadline: Instant, fail_on_unknown: bool, mut look: impl FnMut() -> Target) -> Target {
    let start = Instant::now();
    let mut progress = Progress::new();
    let mut pause = SHORTEST;
    loop {
        let target = look();
        let Some(why) = pending(&target, fail_on_unknown) else {
            progress.end(&target, start, true);
            return target;
        };
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            progress.end(&target, start, false);
            return target;
        }
        progress.waiting(&target, &why, left);
        std::thread::sleep(pause.min(left));
        pause = (pause * 3 / 2).min(LONGEST);
    }
}

/// What there is to wait for; none if all is well, or if nothing of it can change by waiting.
fn pending(target: &Target, fail_on_unknown: bool) -> Option<String> {
    if let Some(failure) = &target.failure {
        return (!failure.lasting).then(|| failure.to_string());
    }
    let summary = target.summary();
    // An assertion that is no query stays none.
    let is_lasting = |check: &&Check| {
        check.status == Status::Unverified
            && check.code == "assertion-refused"
            && check.level == Level::Error
            && !check.is_known()
    };
    let lasting = target.findings().filter(is_lasting).count();
    let unverified = summary.unverified.saturating_sub(lasting);
    let unknown = if fail_on_unknown {
        summary.unknown.saturating_sub(lasting)
    } else {
        unverified
    };
    match (summary.drift, unknown) {
        (0, 0) => None,
        (drift, 0) => Some(format!("{drift} drift")),
        (drift, unknown) => Some(format!("{drift} drift, {unknown} unknown")),
    }
}

/// What is said on standard error while waiting: on a terminal one line that changes, else a line when something has
/// changed.
struct Progress {
    terminal: bool,
    last: Option<String>,
}

impl Progress {
    fn new() -> Self {
        Self {
            terminal: io::stderr().is_terminal(),
            last: None,
        }
    }

    fn waiting(&mut self, target: &Target, why: &str, left: Duration) {
        let database = visible(&target.database);
        let text = format!("waiting for {database}: {}", one_line(why));
        if self.terminal {
            let short = target.failure.as_ref().map_or(why, |failure| &failure.why);
            let line = format!(
                "{:.0} s left, waiting for {database}: {}",
                left.as_secs_f64().ceil(),
                one_line(short)
            );
            // What is longer than a line could not be taken back.
            let line: String = line.chars().take(SHORTEST_LINE).collect();
            tell(&format!("\r\u{1b}[K{line}"));
        } else if self.last.as_ref() != Some(&text) {
            tell(&format!("{text}\n"));
        }
        self.last = Some(text);
    }

    fn end(&self, target: &Target, start: Instant, well: bool) {
        if self.last.is_none() {
            return;
        }
        if self.terminal {
            tell("\r\u{1b}[K");
        }
        let outcome = if well { "waited" } else { "gave up waiting" };
        let took = start.elapsed().as_secs_f64();
        let database = visible(&target.database);
        tell(&format!("{outcome} for {database}, which took {took:.1} s\n"));
    }
}

fn one_line(text: &str) -> String {
    visible(&text.replace('\n', " "))
}
