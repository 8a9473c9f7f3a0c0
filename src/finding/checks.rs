//! The checks of a database. Passed checks are counted or kept.

use super::Check;

/// The checks of a database. A large database has millions, so passed checks are only counted unless a report lists
/// them.
#[derive(Debug, Clone, Default)]
pub struct Checks {
    /// How many passed.
    pub passed: usize,
    /// The checks that did not pass.
    pub findings: Vec<Check>,
    /// What is kept of the passed checks.
    pub passes: Passes,
}

/// What is kept of passed checks.
#[derive(Debug, Clone, Default)]
pub enum Passes {
    /// Only their number.
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
    /// An empty collection that keeps passed checks or only counts them.
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

    /// Adds a check.
    pub fn push(&mut self, mut check: Check) {
        if check.is_finding() {
            self.findings.push(check);
            return;
        }
        self.passed += 1;
        match &mut self.passes {
            Passes::Counted => {}
            Passes::Kept(kept) => {
                // The message describes what would be wrong.
                check.message.clear();
                (check.detail, check.hint) = (None, None);
                if check.attribute().is_none() && check.expected != check.actual {
                    check.expected.clone_from(&check.actual);
                }
                kept.push(check);
            }
        }
    }

    /// Adds all checks of another collection.
    pub fn absorb(&mut self, mut others: Self) {
        self.passed += others.passed;
        self.findings.append(&mut others.findings);
        match (&mut self.passes, others.passes) {
            (Passes::Kept(kept), Passes::Kept(mut more)) => kept.append(&mut more),
            (Passes::Counted | Passes::Kept(_), Passes::Counted) | (Passes::Counted, Passes::Kept(_)) => {}
        }
    }

    /// The findings and, if they are kept, the passed checks, in the order of the files.
    #[must_use]
    pub fn listed(&self) -> Vec<&Check> {
        let kept = match &self.passes {
            Passes::Counted => &[],
            Passes::Kept(kept) => kept.as_slice(),
        };
        let mut listed: Vec<&Check> = self.findings.iter().chain(kept).collect();
        // The check that an object exists comes before those of its attributes.
        listed.sort_by_key(|check| (check.place, check.attribute().is_some()));
        listed
    }
}

impl Extend<Check> for Checks {
    fn extend<T: IntoIterator<Item = Check>>(&mut self, checks: T) {
        checks.into_iter().for_each(|check| self.push(check));
    }
}
