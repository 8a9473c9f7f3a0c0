//! How much of a catalog the expectations mention.

/// How much of the catalog of a database the expectations mention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// The kinds that have an object, in the order of the registry.
    pub kinds: Vec<KindCoverage>,
    /// The objects that no expectation mentions, without their contents. Objects without a mentioned parent come first.
    pub unmentioned: Vec<Unmentioned>,
}

/// How many objects of a kind the expectations mention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindCoverage {
    /// The kind.
    pub kind: &'static str,
    /// The plural of the kind in plain words.
    pub many: String,
    /// How many are mentioned.
    pub mentioned: usize,
    /// How many exist.
    pub objects: usize,
}

/// An object that no expectation mentions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmentioned {
    /// Its kind.
    pub kind: &'static str,
    /// The plural of its kind in plain words.
    pub many: String,
    /// The object.
    pub object: String,
    /// Its name within its parent. Empty if the parent has at most one.
    pub name: String,
    /// Its parent, which is mentioned: kind and object.
    pub parent: Option<(&'static str, String)>,
    /// Its contents by kind: the kind, the kind in plain words, and the number of objects.
    pub contains: Vec<(&'static str, String, usize)>,
}

impl Coverage {
    /// How many objects are mentioned, and how many exist.
    #[must_use]
    pub fn total(&self) -> (usize, usize) {
        let sum = |of: fn(&KindCoverage) -> usize| self.kinds.iter().map(of).sum();
        (sum(|kind| kind.mentioned), sum(|kind| kind.objects))
    }
}
