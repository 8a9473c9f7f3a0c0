//! The checks of a database, those that passed counted or kept.

use super::Check;

/// The checks that were made: a large database has millions, so those that passed are only counted, unless a report
/// lists them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Checks {
    /// How many passed.
    pub passed: usize,
    /// Those that did not pass.
    pub findings: Vec<Check>,
    /// What is kept of those that passed.
    pub passes: Passes,
}

/// What is kept of the checks that passed.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Passes {
    /// How many they are.
    #[default]
    Counted,
    /// Each of them.
    Kept(Vec<Check>),
}

impl Passes {
    /// Whether each of them is kept.
    #[must_use]
    pub fn are_kept(&self) -> bool {
        match self {
            Self::Counted => false,
            Self::Kept(_) => true,
        }
    }
}

impl Checks {
    /// No check yet, of which those that pass will be kept or not.
    #[must_use]
    pub fn keeping(passes: bool) -> Self {
        Self {
            passes: if passes {
                Passes::Kept(Vec::new())
            } else {
                Passes::Counted
            },
            ..Self::default()
        }
    }

    /// Adds a check that was made.
    pub fn push(&mut self, mut check: Check) {
        if check.is_finding() {
            self.findings.push(check);
            return;
        }
        self.passed += 1;
        match &mut self.passes {
            Passes::Counted => {}
            Passes::Kept(kept) => {
                // The words of a check are those of what would be wrong.
                check.message.clear();
                (check.detail, check.hint) = (None, None);
                if check.attribute.is_none() && check.expected != check.actual {
                    check.expected.clone_from(&check.actual);
                }
                kept.push(check);
            }
        }
    }

    /// Adds checks that were made elsewhere.
    pub fn absorb(&mut self, mut others: Self) {
        self.passed += others.passed;
        self.findings.append(&mut others.findings);
        match (&mut self.passes, others.passes) {
            (Passes::Kept(kept), Passes::Kept(mut more)) => kept.append(&mut more),
            (Passes::Counted | Passes::Kept(_), Passes::Counted) | (Passes::Counted, Passes::Kept(_)) => {}
        }
    }

    /// All checks of which more is known than their number, in the order of the files.
    #[must_use]
    pub fn known(&self) -> Vec<&Check> {
        let kept = match &self.passes {
            Passes::Counted => &[],
            Passes::Kept(kept) => kept.as_slice(),
        };
        let mut known: Vec<&Check> = self.findings.iter().chain(kept).collect();
        // That something is there comes before what it is.
        known.sort_by_key(|check| (check.place, check.attribute.is_some()));
        known
    }
}

impl Extend<Check> for Checks {
    fn extend<T: IntoIterator<Item = Check>>(&mut self, checks: T) {
        checks.into_iter().for_each(|check| self.push(check));
    }
}
