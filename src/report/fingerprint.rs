//! A short text by which other tools recognize a finding in the next run.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::finding::{Check, Target};

/// The fingerprint is the same in every run with the same finding in the same database, whatever its line in the file.
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
