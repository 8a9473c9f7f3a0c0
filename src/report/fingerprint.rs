//! A short text by which other tools know a finding again.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::finding::{Check, Target};

/// The same in every run that finds the same in the same database, whatever is written above or below it in the file.
pub(super) fn fingerprint(check: &Check, target: &Target) -> String {
    of(&[&target.database, &check.id()])
}

/// The fingerprint of some texts.
pub(super) fn of(texts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update(text.as_bytes());
        hash.update([0]);
    }
    hash.finalize().iter().take(16).fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}
