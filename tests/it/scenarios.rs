//! The tests that are written as files, each by its name: the scenarios of `tests/cases`, the changes of `tests/changes`,
//! the guides of `tests/guides`, the golden files of `tests/golden` and the random schemas of `tests/random`. `cargo test
//! enums` runs those with `enums` in their names, and `cargo test --test scenarios -- --list` lists all.
//!
//! The modules are shared with `main.rs`, the binary `it`, whose tests are functions.

#![allow(
    dead_code,
    unused_imports,
    reason = "the modules are shared with the binary `it`, whose test functions are left out here"
)]

mod altered;
mod cases;
mod changes;
mod folder;
mod guides;
mod odd_names;
mod paths;
mod repair_pairs;
mod repairs;
mod reports;
mod run;
mod server;
mod trial;

use std::process::ExitCode;
use std::sync::PoisonError;

use libtest_mimic::{Arguments, FormatSetting};

/// How many tests run at the same time for each processor: while a test waits for its server, another one can work.
const TESTS_PER_PROCESSOR: usize = 2;

/// How many of the slowest tests are listed at the end.
const SLOWEST: usize = 10;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = arguments.test_threads.or_else(threads);
    let mut trials = cases::trials();
    trials.extend(cases::advice_trials());
    trials.extend(altered::trials());
    trials.extend(changes::trials());
    trials.extend(paths::trials());
    trials.extend(repairs::trials());
    trials.extend(repair_pairs::trials());
    trials.extend(guides::trials());
    trials.extend(reports::trials());
    let conclusion = libtest_mimic::run(&arguments, trials);
    changes::ORIGINAL.lock().unwrap_or_else(PoisonError::into_inner).take();
    if arguments.format != Some(FormatSetting::Json) {
        print_slowest();
    }
    conclusion.exit_code()
}

/// How many tests run at the same time, unless `--test-threads` says it.
fn threads() -> Option<usize> {
    let named = std::env::var("RUST_TEST_THREADS").ok();
    let processors = std::thread::available_parallelism().ok();
    named
        .and_then(|text| text.parse().ok())
        .or_else(|| processors.map(|count| count.get() * TESTS_PER_PROCESSOR))
}

/// Prints which tests took longest, if there were many.
fn print_slowest() {
    let mut times = trial::TIMES.lock().unwrap_or_else(PoisonError::into_inner);
    if times.len() <= SLOWEST {
        return;
    }
    times.sort_by(|one, other| other.cmp(one));
    println!("slowest:");
    for (took, name) in times.iter().take(SLOWEST) {
        println!("{:8.2} s  {name}", took.as_secs_f64());
    }
}
