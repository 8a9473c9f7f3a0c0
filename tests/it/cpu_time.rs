//! The time that a processor worked for a thread: other programs on the machine do not count.

use std::time::{Duration, Instant};

/// A moment in the work of the current thread.
pub struct ThreadTime {
    worked: Option<Duration>,
    wall: Instant,
}

impl ThreadTime {
    /// This moment.
    pub fn now() -> Self {
        Self {
            worked: worked(),
            wall: Instant::now(),
        }
    }

    /// How long a processor has worked for the thread since then. Where the system does not say that, how long ago it is.
    pub fn elapsed(&self) -> Duration {
        match (self.worked, worked()) {
            (Some(before), Some(now)) => now.saturating_sub(before),
            _ => self.wall.elapsed(),
        }
    }
}

/// How long a processor has worked for the current thread.
fn worked() -> Option<Duration> {
    // The system brings its figure up to date when it chooses the thread that runs next.
    std::thread::yield_now();
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = text.split(' ').next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}

#[test]
fn work_counts_and_waiting_does_not() {
    let start = ThreadTime::now();
    if start.worked.is_none() {
        return;
    }
    std::thread::sleep(Duration::from_millis(200));
    assert!(start.elapsed() < Duration::from_millis(100), "{:?}", start.elapsed());
    let wall = Instant::now();
    while start.elapsed() < Duration::from_millis(20) {
        assert!(wall.elapsed() < Duration::from_mins(1), "{:?}", start.elapsed());
    }
}
