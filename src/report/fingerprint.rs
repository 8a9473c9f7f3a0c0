//! A short text by which other tools recognize a finding in the next run.

use sha2::{Digest as _, Sha256};

use crate::finding::{Check, Target};
use crate::hex::hex;

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
    hex(&hash.finalize()[..16])
}
