//! The tests of the binary `scenarios`, and how long they take.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use libtest_mimic::{Completion, Failed, Trial};

/// How long each test has taken.
pub static TIMES: Mutex<Vec<(Duration, String)>> = Mutex::new(Vec::new());

/// A test with this name.
pub fn trial(name: String, run: impl FnOnce() -> Result<Completion, Failed> + Send + 'static) -> Trial {
    Trial::ignorable_test(name.clone(), move || {
        let start = Instant::now();
        let result = run();
        let took = (start.elapsed(), name);
        TIMES.lock().unwrap_or_else(PoisonError::into_inner).push(took);
        result
    })
}

/// Fails where two tests have one name.
pub fn names_are_distinct(trials: &[Trial]) {
    let mut names = BTreeSet::new();
    for trial in trials {
        assert!(names.insert(trial.name()), "two tests are named {}", trial.name());
    }
}
