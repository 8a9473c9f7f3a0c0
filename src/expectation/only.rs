//! Limits a file to some of its objects.

use super::{ExpectationFile, ExpectedObject, Singles, Subject, is_wanted};

impl ExpectationFile {
    /// Keeps the objects that one of the patterns matches, with what they contain. Histories and assertions are dropped.
    /// Returns the patterns that match something, by their numbers.
    pub fn keep_only(&mut self, patterns: &[glob::Pattern]) -> Vec<usize> {
        let mut matched = Vec::new();
        let mut positions: Vec<Option<usize>> = Vec::with_capacity(self.objects.len());
        let mut kept: Vec<ExpectedObject> = Vec::new();
        for object in std::mem::take(&mut self.objects) {
            let parent = object.parent.map(|parent| positions[parent]);
            let own = matching(&object, patterns, &self.schema);
            matched.extend(own.iter().copied());
            let is_kept = parent.map_or(!own.is_empty(), |parent| parent.is_some());
            positions.push(is_kept.then_some(kept.len()));
            if is_kept {
                kept.push(ExpectedObject {
                    parent: parent.flatten(),
                    ..object
                });
            }
        }
        self.objects = kept;
        self.histories.clear();
        self.assertions.clear();
        self.singles = Singles::default();
        self.only = patterns.to_vec();
        matched
    }
}

/// The numbers of the patterns that match an object, if it is not in another one.
fn matching(object: &ExpectedObject, patterns: &[glob::Pattern], schema: &str) -> Vec<usize> {
    let (None, Subject::Named(id)) = (object.parent, &object.subject) else {
        return Vec::new();
    };
    let all = patterns.iter().enumerate();
    let matching = all.filter(|(_, pattern)| is_wanted(object.kind, id, std::slice::from_ref(*pattern), schema, &[]));
    matching.map(|(number, _)| number).collect()
}
