//! The values of attributes that follow from something else in the same file.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::{ExpectationFile, ExpectedObject, Presence, Subject};
use crate::error::Problem;
use crate::kinds::{Implication, Implied, KeyForm, Kind};

/// The objects of kinds of which a parent has only one, by their parent and kind. They are found when they are first needed,
/// after the last object has been added.
#[derive(Debug, Default)]
pub struct Singles(OnceLock<BTreeMap<(usize, Kind), usize>>);

impl Singles {
    fn of(&self, objects: &[ExpectedObject], parent: usize, kind: Kind) -> Option<usize> {
        let singles = self.0.get_or_init(|| {
            let all = objects.iter().enumerate();
            let singles = all.filter(|(_, object)| object.kind.spec().syntax.key == KeyForm::Only);
            singles
                .filter_map(|(at, object)| Some(((object.parent?, object.kind), at)))
                .collect()
        });
        singles.get(&(parent, kind)).copied()
    }
}

impl ExpectationFile {
    /// The value of an attribute of an object that follows from something else in this file. `surely` leaves out what
    /// follows from objects that need not exist.
    #[must_use]
    pub fn implied(&self, object: &ExpectedObject, attribute: &str, surely: bool) -> Option<Implied> {
        let implied = object.kind.spec().matching.implied?;
        let Subject::Named(id) = &object.subject else {
            return None;
        };
        let counts = |other: &&ExpectedObject| match other.presence {
            Presence::Required => !surely || is_whenever(other, object),
            Presence::Optional => !surely,
            Presence::Absent => false,
        };
        let beside = |kind: Kind, name: &str| {
            let single = self.singles.of(&self.objects, object.parent?, kind)?;
            self.objects.get(single).filter(counts)?.written(name)
        };
        implied(&Implication {
            id,
            attribute,
            own: &|name| object.written(name),
            beside: &beside,
        })
    }
}

/// Whether an object is expected whenever another one is.
fn is_whenever(object: &ExpectedObject, other: &ExpectedObject) -> bool {
    let mut ends = object.terms.window.iter();
    ends.all(|end| {
        let mut others = other.terms.window.iter();
        others.any(|other| (other.side, &other.migration) == (end.side, &end.migration))
    })
}

/// The problems that attributes cannot have the written values, because of something else that the file expects.
pub(super) fn contradictions(file: &ExpectationFile) -> Vec<Problem> {
    let mut problems = Vec::new();
    for object in &file.objects {
        for attribute in &object.attributes {
            if let Some(Implied { value, because }) = file.implied(object, attribute.attr.name, true)
                && value != attribute.value
            {
                let (name, written) = (attribute.attr.name, &attribute.value);
                problems.push(
                    Problem::at(attribute.place, format!("`{name}` cannot be `{written}`: {because}"))
                        .hint(format!("remove it, or write `{name}: {value}`")),
                );
            }
        }
    }
    problems
}
