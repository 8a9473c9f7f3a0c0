//! The rows of the catalog that hold attributes.

use super::Attr;
use crate::kinds::Kind;

/// The row of the catalog that holds an attribute. The transaction that wrote the row last says when something changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CatalogRow {
    /// Several rows, or one that is also written for other reasons: it says nothing.
    Unknown,
    /// The row that [`crate::kinds::Probe`] finds.
    Own,
    /// A row that is written when the object is created and never again, if there is one; else [`Self::Own`].
    Creation,
    /// That of `pg_description`.
    Comment,
    /// That of `pg_shdepend`; an object of the first superuser has none.
    Owner,
    /// That of `pg_attrdef`. A column without a default has none: what is known then is in [`Self::Own`].
    Default,
    /// That of `pg_rewrite`.
    Definition,
    /// The last one of `pg_enum`.
    Labels,
}

/// What the transaction that wrote a row last says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// The row is written when the attribute is set, or the object created, and for no other reason.
    Exact,
    /// The row is written whenever a statement changes something about the object.
    Object,
    /// The row is also written for what other objects do, and when rows are rewritten: what it holds has not changed since.
    Bound,
}

impl Precision {
    /// The value that a query returns as this word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Exact, Self::Object, Self::Bound]
            .into_iter()
            .find(|precision| precision.word() == word)
    }

    /// The word of queries and reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Object => "object",
            Self::Bound => "bound",
        }
    }
}

impl Attr {
    /// Names the row of the catalog that holds it.
    #[must_use]
    pub const fn stored_in(mut self, row: CatalogRow) -> Self {
        self.stored_in = row;
        self
    }

    /// Names the kinds of object that its value names. Where the schema of the file has such an object, a name without a
    /// schema does not mean PostgreSQL's own object of that name.
    #[must_use]
    pub const fn refers_to(mut self, kinds: &'static [Kind]) -> Self {
        self.refers_to = kinds;
        self
    }
}
