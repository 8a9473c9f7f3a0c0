//! Random numbers.

use std::hash::{BuildHasher as _, RandomState};
use std::time::SystemTime;

/// A number that cannot be guessed.
pub(crate) fn number() -> u64 {
    // Each state has its own key, from the randomness of the operating system.
    RandomState::new().hash_one((std::process::id(), SystemTime::now()))
}
