//! Cleaning up before the process ends, also if a signal ends it.
//!
//! An [`Undo`] does its work when it is dropped, and an [`OnSignal`] only if a signal comes. If SIGINT, SIGTERM or SIGHUP
//! comes first, a thread does the work, and then the process ends by the signal as it would have otherwise.

use std::cell::Cell;
use std::collections::BTreeMap;
#[cfg(unix)]
use std::sync::OnceLock;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The work of an [`Undo`].
type Work = Box<dyn FnOnce() + Send>;

/// The pending work, by number.
static PENDING: Mutex<BTreeMap<u64, Work>> = Mutex::new(BTreeMap::new());

/// Where work is until it is done.
enum WorkPlace {
    /// Among the pending work, under this number.
    Pending(u64),
    /// Here, because this thread ends the process: it holds the lock, and does what it registers itself.
    Here(Option<Work>),
}

thread_local! {
    /// Whether this thread does the pending work because of a signal.
    static ENDS: Cell<bool> = const { Cell::new(false) };
}

/// Work that is done when this is dropped.
pub(crate) struct Undo {
    place: WorkPlace,
}

impl Undo {
    /// Registers work that is done once: when this is dropped, or when a signal ends the process.
    pub(crate) fn new(work: impl FnOnce() + Send + 'static) -> Self {
        Self {
            place: register(Box::new(work)),
        }
    }
}

impl Drop for Undo {
    fn drop(&mut self) {
        if let Some(work) = take(&mut self.place) {
            work();
        }
    }
}

/// Work that is done only if a signal ends the process before this is dropped.
pub(crate) struct OnSignal {
    place: WorkPlace,
}

impl OnSignal {
    /// Registers the work.
    pub(crate) fn new(work: impl FnOnce() + Send + 'static) -> Self {
        Self {
            place: register(Box::new(work)),
        }
    }
}

impl Drop for OnSignal {
    fn drop(&mut self) {
        take(&mut self.place);
    }
}

fn register(work: Work) -> WorkPlace {
    // What the work does may register more: a connection that drops a database can be cancelled, too.
    if ENDS.get() {
        return WorkPlace::Here(Some(work));
    }
    listen();
    let mut pending = pending();
    let number = pending.last_key_value().map_or(0, |(last, _)| last + 1);
    pending.insert(number, work);
    WorkPlace::Pending(number)
}

/// The work, if it is not done yet.
fn take(place: &mut WorkPlace) -> Option<Work> {
    match place {
        WorkPlace::Pending(number) => pending().remove(number),
        WorkPlace::Here(work) => work.take(),
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
        // If signals cannot be waited for, they end the process as usual.
        let Ok(mut signals) = Signals::new([SIGHUP, SIGINT, SIGTERM]) else {
            return;
        };
        std::thread::spawn(move || {
            for signal in signals.forever() {
                // The lock is held to the end: a thread that drops an Undo waits for it, and so does the process.
                let mut pending = pending();
                ENDS.set(true);
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
