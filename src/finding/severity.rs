//! How much a finding matters, compared with others of the same status. Reports for people list what matters most first.

use super::{Check, Code};
use crate::attribute::Weight;

/// How much a finding matters, the most first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Who may read and change what is not as expected.
    Security,
    /// Something exists and does not work.
    Broken,
    /// Something does not exist, or a migration or an assertion is not as expected.
    Missing,
    /// Something is different.
    Different,
    /// Something exists that is not expected.
    Unexpected,
    /// A difference that changes no result, as a comment does.
    Minor,
}

impl Severity {
    /// That of a finding.
    #[must_use]
    pub fn of(check: &Check) -> Self {
        let (kind, usual) = match check.code {
            Code::Missing(kind) => (kind, Self::Missing),
            Code::Unexpected(kind) => (kind, Self::Unexpected),
            Code::Differs(kind, attr) => match attr.weight {
                Weight::Security => return Self::Security,
                Weight::Minor => return Self::Minor,
                Weight::Usual if attr.always_checked.is_some() => (kind, Self::Broken),
                Weight::Usual => (kind, Self::Different),
            },
            Code::AssertionFailed(_) | Code::Other(_) => return Self::Missing,
        };
        match kind.spec().weight {
            Weight::Security => Self::Security,
            Weight::Minor => Self::Minor,
            Weight::Usual => usual,
        }
    }
}
