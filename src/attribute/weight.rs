//! How much a difference matters.

use super::Attr;

/// How much a difference matters, compared with others. Reports for people list what matters most first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// It changes who may read and change what.
    Security,
    /// As most do.
    Usual,
    /// It changes no result, as a comment does.
    Minor,
}

impl Attr {
    /// Sets how much a difference matters.
    #[must_use]
    pub const fn weight(mut self, weight: Weight) -> Self {
        self.weight = weight;
        self
    }
}
