//! What must be undone before the process ends, also where a signal ends it.
//!
//! What is to be undone is undone when the value is dropped. Where SIGINT, SIGTERM or SIGHUP comes first, a thread does
//! it, and the process dies of the signal as it would have without.

use std::collections::BTreeMap;
#[cfg(unix)]
use std::sync::OnceLock;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What there is to do.
type Work = Box<dyn FnOnce() + Send>;

/// Everything that is still to be undone, by number.
static PENDING: Mutex<BTreeMap<u64, Work>> = Mutex::new(BTreeMap::new());

/// Something that is undone when this is dropped.
pub(super) struct Undo {
    number: u64,
}

impl Undo {
    /// Sees to it that `work` is done: once, at the latest when the process ends by itself or by a signal.
    pub(super) fn new(work: impl FnOnce() + Send + 'static) -> Self {
        listen();
        let mut pending = pending();
        let number = pending.last_key_value().map_or(0, |(last, _)| last + 1);
        pending.insert(number, Box::new(work));
        Self { number }
    }
}

impl Drop for Undo {
    fn drop(&mut self) {
        let work = pending().remove(&self.number);
        if let Some(work) = work {
            work();
        }
    }
}

fn pending() -> MutexGuard<'static, BTreeMap<u64, Work>> {
    PENDING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts the thread that waits for signals.
#[cfg(unix)]
fn listen() {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    static LISTENING: OnceLock<()> = OnceLock::new();
    LISTENING.get_or_init(|| {
        // Where signals cannot be waited for, they end the process as ever.
        let Ok(mut signals) = Signals::new([SIGHUP, SIGINT, SIGTERM]) else {
            return;
        };
        std::thread::spawn(move || {
            for signal in signals.forever() {
                // Held to the end: what else is to be undone waits for it, and so does the process.
                let mut pending = pending();
                for work in std::mem::take(&mut *pending).into_values() {
                    work();
                }
                let _ = emulate_default_handler(signal);
            }
        });
    });
}

#[cfg(not(unix))]
fn listen() {}
