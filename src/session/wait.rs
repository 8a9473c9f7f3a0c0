//! `check --wait`: repeats the check until it passes or the deadline is reached.

use std::io::{self, IsTerminal as _};
use std::time::{Duration, Instant};

use crate::console::{clear_progress, note, show_progress};
use crate::expectation::Level;
use crate::finding::{Check, OtherCode, Status, Target};
use crate::terminal::visible;

/// The pause before the second check. Each further pause is half as long again, up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// The longest pause between two checks.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Repeats a check until it passes, until waiting cannot change the result, or until the deadline. Returns the result
/// of the last check, which begins before the deadline.
pub(crate) fn until(deadline: Instant, fail_on_unknown: bool, mut check: impl FnMut() -> Target) -> Target {
    let start = Instant::now();
    let mut messages = WaitMessages::new();
    let mut pauses = Pauses::new(deadline);
    loop {
        let target = check();
        let Some(why) = pending(&target, fail_on_unknown) else {
            messages.end(&target, start, true);
            return target;
        };
        let left = pauses.left();
        if left.is_zero() {
            messages.end(&target, start, false);
            return target;
        }
        messages.waiting(&target, &why, left);
        pauses.pause();
    }
}

/// The pauses between the checks of a run that waits.
pub(crate) struct Pauses {
    deadline: Instant,
    next: Duration,
}

impl Pauses {
    /// The pauses until a deadline.
    pub(crate) fn new(deadline: Instant) -> Self {
        Self {
            deadline,
            next: FIRST_PAUSE,
        }
    }

    fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// Pauses, unless the deadline is reached.
    pub(crate) fn pause(&mut self) -> bool {
        let left = self.left();
        if left.is_zero() {
            return false;
        }
        std::thread::sleep(self.next.min(left));
        self.next = (self.next * 3 / 2).min(LONGEST_PAUSE);
        true
    }
}

/// What to wait for. `None` if the check passes, or if waiting cannot change the result.
pub(crate) fn pending(target: &Target, fail_on_unknown: bool) -> Option<String> {
    if let Some(failure) = &target.failure {
        return (!failure.lasting).then(|| failure.to_string());
    }
    let summary = target.summary();
    // Waiting does not turn the text of an assertion into a query.
    let is_lasting = |check: &&Check| {
        check.status == Status::Unverified
            && check.code.is(OtherCode::AssertionRefused)
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

/// The messages on standard error while waiting: on a terminal one line that changes, elsewhere a new line whenever the
/// reason changes.
struct WaitMessages {
    is_terminal: bool,
    last: Option<String>,
}

impl WaitMessages {
    fn new() -> Self {
        Self {
            is_terminal: io::stderr().is_terminal(),
            last: None,
        }
    }

    fn waiting(&mut self, target: &Target, why: &str, left: Duration) {
        let database = visible(&target.database);
        let text = format!("waiting for {database}: {}", one_line(why));
        if self.is_terminal {
            let short = target.failure.as_ref().map_or(why, |failure| &failure.why);
            let left = left.as_secs_f64().ceil();
            show_progress(&format!(
                "{left:.0} s left, waiting for {database}: {}",
                one_line(short)
            ));
        } else if self.last.as_ref() != Some(&text) {
            note(&format!("{text}\n"));
        }
        self.last = Some(text);
    }

    fn end(&self, target: &Target, start: Instant, passed: bool) {
        if self.last.is_none() {
            return;
        }
        clear_progress();
        let outcome = if passed { "waited" } else { "gave up waiting" };
        let took = start.elapsed().as_secs_f64();
        let database = visible(&target.database);
        note(&format!("{outcome} for {database}, which took {took:.1} s\n"));
    }
}

fn one_line(text: &str) -> String {
    visible(&text.replace('\n', " "))
}
