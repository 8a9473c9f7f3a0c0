//! Cleaning up before the process ends, also if a signal ends it.
//!
//! An [`Undo`] does its work when it is dropped, and an [`OnSignal`] only if a signal comes. If SIGINT, SIGTERM or SIGHUP comes first, a thread does the work, and
//! then the process ends by the signal as it would have otherwise.

use std::collections::BTreeMap;
#[cfg(unix)]
use std::sync::OnceLock;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The work of an [`Undo`].
type Work = Box<dyn FnOnce() + Send>;

/// The pending work, by number.
static PENDING: Mutex<BTreeMap<u64, Work>> = Mutex::new(BTreeMap::new());

/// Work that is done when this is dropped.
pub(crate) struct Undo {
    number: u64,
}

impl Undo {
    /// Registers work that is done once: when this is dropped, or when a signal ends the process.
    pub(crate) fn new(work: impl FnOnce() + Send + 'static) -> Self {
        Self {
            number: register(Box::new(work)),
        }
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

/// Work that is done only if a signal ends the process before this is dropped.
pub(crate) struct OnSignal {
    number: u64,
}

impl OnSignal {
    /// Registers the work.
    pub(crate) fn new(work: impl FnOnce() + Send + 'static) -> Self {
        Self {
            number: register(Box::new(work)),
        }
    }
}

impl Drop for OnSignal {
    fn drop(&mut self) {
        pending().remove(&self.number);
    }
}

fn register(work: Work) -> u64 {
    listen();
    let mut pending = pending();
    let number = pending.last_key_value().map_or(0, |(last, _)| last + 1);
    pending.insert(number, work);
    number
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
        // If signals cannot be waited for, they end the process as usual.
        let Ok(mut signals) = Signals::new([SIGHUP, SIGINT, SIGTERM]) else {
            return;
        };
        std::thread::spawn(move || {
            for signal in signals.forever() {
                // The lock is held to the end: a thread that drops an Undo waits for it, and so does the process.
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
