//! How much of a catalog the expectations mention.

/// How much of the catalog of a database the expectations mention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// The kinds that have an object, in the order of reports.
    pub kinds: Vec<KindCoverage>,
    /// The objects that no expectation mentions, in the order of reports, without what is in such an object.
    pub unmentioned: Vec<Unmentioned>,
}

/// How many objects of a kind the expectations mention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindCoverage {
    /// The kind.
    pub kind: &'static str,
    /// Several of it, for people.
    pub many: String,
    /// How many are mentioned.
    pub mentioned: usize,
    /// How many there are.
    pub objects: usize,
}

/// An object that no expectation mentions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmentioned {
    /// Its kind.
    pub kind: &'static str,
    /// Several of its kind, for people.
    pub many: String,
    /// The object.
    pub object: String,
    /// Its name in the object that it is in; empty if it needs none there.
    pub name: String,
    /// The object that it is in, which is mentioned: kind and object.
    pub parent: Option<(&'static str, String)>,
    /// How much is in it, by kind: the kind, the words for so many of it, how many.
    pub contains: Vec<(&'static str, String, usize)>,
}

impl Coverage {
    /// How many objects are mentioned, and how many there are.
    #[must_use]
    pub fn total(&self) -> (usize, usize) {
        let sum = |of: fn(&KindCoverage) -> usize| self.kinds.iter().map(of).sum();
        (sum(|kind| kind.mentioned), sum(|kind| kind.objects))
    }
}
