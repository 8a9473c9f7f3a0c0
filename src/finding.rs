//! The checks of a run and their results. They are typed: only reporters make strings of them.
//!
//! A [`Check`] is one comparison. A check that did not pass is a *finding*. It has an [`About`], a [`Code`], and the
//! expected and the actual value. No code parses them back from text.

mod cause;
pub mod checks;
pub mod code;
pub mod coverage;
pub mod earlier;
pub mod exit;
pub mod fleet;
pub mod mark;
pub mod report;
pub mod report_history;
pub mod severity;
pub mod since;

pub use cause::Cause;
pub use checks::{Checks, Passes};
pub use code::{Code, OtherCode, codes};
pub use exit::Exit;
pub use report::{FoundHistory, NotCompared, Report, Summary, Target, TargetStatus};

use crate::expectation::{Level, Terms};
use crate::fix::{Advised, Fix};
use crate::hint::Hint;
use crate::kinds::Kind;
use crate::object_id::ObjectId;
use crate::source_map::Place;
use crate::value::Value;
use mark::{Acceptance, Mark};
use since::Since;

/// One comparison that was made.
#[derive(Debug, Clone)]
pub struct Check {
    /// Its result.
    pub status: Status,
    /// The level of the finding if it did not pass.
    pub level: Level,
    /// The object, migration or assertion that was checked.
    pub about: About,
    /// What was compared.
    pub code: Code,
    /// What was expected.
    pub expected: Value,
    /// What was found.
    pub actual: Value,
    /// Where it was expected.
    pub place: Place,
    /// The result, as a sentence.
    pub message: String,
    /// The message of the server, or why the check could not be determined.
    pub detail: Option<String>,
    /// What to do.
    pub hint: Option<Hint>,
    /// What a script runs to make the finding go.
    pub fix: Option<Box<Fix>>,
    /// The finding that this one follows from. What to do is said there.
    pub caused_by: Option<Cause>,
    /// The `reason` of the expectation file.
    pub reason: Option<String>,
    /// When what it is about changed.
    pub since: Option<Box<Since>>,
    /// What a baseline and an earlier report record about it.
    pub mark: Mark,
}

/// What a check is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// An object.
    Object {
        /// Its kind.
        kind: Kind,
        /// Its identity.
        id: ObjectId,
    },
    /// An object that is expected by its meaning, whatever its name.
    ByMeaning {
        /// Its kind.
        kind: Kind,
        /// The object that it is in.
        parent: ObjectId,
        /// What identifies it: `org_id, period_start`.
        description: String,
    },
    /// The objects of a kind that no expectation lists, in one object or in the whole database.
    Unlisted {
        /// Their kind.
        kind: Kind,
        /// The object that they are in.
        parent: Option<ObjectId>,
    },
    /// A migration, by its name.
    Migration(String),
    /// The table of a migration tool. `None` if no tool was detected.
    MigrationHistory(Option<ObjectId>),
    /// An assertion, by its name.
    Assertion(String),
    /// A pattern of `ignore`.
    Pattern {
        /// The kind whose objects it ignores.
        kind: Kind,
        /// The pattern as it is written in the file.
        pattern: String,
    },
    /// An entry of the baseline, by the id of its finding.
    BaselineEntry(String),
}

/// The category of a check. Reports call it the kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Category {
    /// Objects of a kind.
    Object(Kind),
    /// Migrations and their history.
    Migration,
    /// Assertions.
    Assertion,
    /// Patterns of `ignore`.
    Pattern,
    /// Entries of the baseline.
    Baseline,
}

impl Category {
    /// The word of reports, in snake case.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Object(kind) => kind.spec().name,
            Self::Migration => "migration",
            Self::Assertion => "assertion",
            Self::Pattern => "ignore",
            Self::Baseline => "baseline",
        }
    }

    /// The category in plain words: `foreign key`.
    #[must_use]
    pub fn words(self) -> String {
        self.word().replace('_', " ")
    }

    /// The category that has this word in reports.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let others = [Self::Migration, Self::Assertion, Self::Pattern, Self::Baseline];
        let kinds = Kind::ALL.iter().map(|kind| Self::Object(*kind));
        kinds.chain(others).find(|category| category.word() == word)
    }
}

impl About {
    /// An object of a kind.
    #[must_use]
    pub fn object(kind: Kind, id: &ObjectId) -> Self {
        Self::Object { kind, id: id.clone() }
    }

    /// Its class.
    #[must_use]
    pub fn category(&self) -> Category {
        match self {
            Self::Object { kind, .. } | Self::ByMeaning { kind, .. } | Self::Unlisted { kind, .. } => {
                Category::Object(*kind)
            }
            Self::Migration(_) | Self::MigrationHistory(_) => Category::Migration,
            Self::Assertion(_) => Category::Assertion,
            Self::Pattern { .. } => Category::Pattern,
            Self::BaselineEntry(_) => Category::Baseline,
        }
    }

    /// The kind of the object, if the check is about objects.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        match self.category() {
            Category::Object(kind) => Some(kind),
            Category::Migration | Category::Assertion | Category::Pattern | Category::Baseline => None,
        }
    }

    /// The object, if the check is about an object with a name.
    #[must_use]
    pub fn as_object(&self) -> Option<(Kind, &ObjectId)> {
        match self {
            Self::Object { kind, id } => Some((*kind, id)),
            Self::ByMeaning { .. }
            | Self::Unlisted { .. }
            | Self::Migration(_)
            | Self::MigrationHistory(_)
            | Self::Assertion(_)
            | Self::Pattern { .. }
            | Self::BaselineEntry(_) => None,
        }
    }

    /// The name of the object, as reports show it.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Object { kind, id } => kind.show(id),
            Self::ByMeaning {
                kind,
                parent,
                description,
            } => format!("{} ({description})", kind.show(parent)),
            Self::Unlisted { parent, .. } => parent.as_ref().map_or_else(String::new, ToString::to_string),
            Self::MigrationHistory(table) => table.as_ref().map_or_else(|| "auto".to_owned(), ToString::to_string),
            Self::Migration(name) | Self::Assertion(name) | Self::BaselineEntry(name) => name.clone(),
            // The same pattern may be in the lists of several kinds.
            Self::Pattern { kind, pattern } => format!("{}: {pattern}", kind.spec().section),
        }
    }

    /// The subject of the check in plain words: `foreign key public.a.b`.
    #[must_use]
    pub fn subject(&self) -> String {
        let subject = format!("{} {}", self.category().words(), self.name());
        subject.trim_end().to_owned()
    }
}

/// The result of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// The database is as expected.
    Passed,
    /// The database differs.
    Drift,
    /// It could not be determined, and nothing failed: no server was asked, or the server cannot answer.
    Unknown,
    /// It could not be determined because a query was refused or did not finish: permission, timeout, a statement
    /// that is not a query. It is reported as unknown, and it fails the run.
    Unverified,
}

impl Status {
    /// The word of reports: `passed`, `drift` or `unknown`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Drift => "drift",
            Self::Unknown | Self::Unverified => "unknown",
        }
    }
}

impl Check {
    /// A check that passed.
    #[must_use]
    pub fn passed(about: About, code: Code, place: Place, terms: &Terms) -> Self {
        Self {
            status: Status::Passed,
            level: terms.level,
            about,
            code,
            expected: Value::Null,
            actual: Value::Null,
            place,
            message: String::new(),
            detail: None,
            hint: None,
            fix: None,
            caused_by: None,
            reason: terms.reason.clone(),
            since: None,
            mark: Mark::default(),
        }
    }

    /// A finding that the database differs, with its message.
    #[must_use]
    pub fn drift(about: About, code: Code, place: Place, terms: &Terms, message: impl Into<String>) -> Self {
        Self {
            status: Status::Drift,
            message: message.into(),
            ..Self::passed(about, code, place, terms)
        }
    }

    /// Sets the expected and the actual value.
    #[must_use]
    pub fn values(self, expected: impl Into<Value>, actual: impl Into<Value>) -> Self {
        Self {
            expected: expected.into(),
            actual: actual.into(),
            ..self
        }
    }

    /// Sets the detail.
    #[must_use]
    pub fn detail(self, detail: impl Into<Option<String>>) -> Self {
        Self {
            detail: detail.into(),
            ..self
        }
    }

    /// Sets the hint. Statements that replaced ones were to run do not run.
    #[must_use]
    pub fn hint(self, hint: impl Into<Option<Hint>>) -> Self {
        Self {
            hint: hint.into(),
            fix: None,
            ..self
        }
    }

    /// Sets the hint and the fix.
    #[must_use]
    pub fn advised(self, advised: Advised) -> Self {
        let Advised { hint, fix } = advised;
        Self { hint, fix, ..self }
    }

    /// The same finding as one that follows from another one, without advice of its own.
    pub fn follow(&mut self, cause: Cause) {
        (self.hint, self.fix) = (None, None);
        self.caused_by = Some(cause);
    }

    /// The same check with another status.
    #[must_use]
    pub fn status(self, status: Status) -> Self {
        Self { status, ..self }
    }

    /// The same check as one that could not be determined, for this reason.
    #[must_use]
    pub fn undetermined(self, status: Status, why: impl Into<String>) -> Self {
        Self {
            status,
            detail: Some(why.into()),
            hint: None,
            fix: None,
            ..self
        }
    }

    /// The attribute of the object or the test of the assertion, if the check is about one.
    #[must_use]
    pub fn attribute(&self) -> Option<&'static str> {
        self.code.attribute()
    }

    /// Identifies the finding. The id is the same in every run with the same finding, whatever its position in the
    /// files. It is unique among the findings of a target in a [`Report`].
    #[must_use]
    pub fn id(&self) -> String {
        let id = self.common_id();
        match self.mark.copies {
            0 => id,
            copies => format!("{id}~{}", copies + 1),
        }
    }

    /// The id that equal expectations in other places share.
    #[must_use]
    pub fn common_id(&self) -> String {
        let (code, name, suffix) = (&self.code, self.about.name(), &self.mark.suffix);
        match code.attribute_in_id() {
            Some(attribute) => format!("{code}:{name}:{attribute}{suffix}"),
            None => format!("{code}:{name}{suffix}"),
        }
    }

    /// Whether a baseline accepts the finding, so that it does not fail the run.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.mark
            .accepted
            .as_ref()
            .is_some_and(|accepted| accepted.state == Acceptance::Known)
    }

    /// The finding as one self-contained sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        match (self.status, &self.detail) {
            // The detail is a line of the query with a mark below it.
            (Status::Drift | Status::Unverified, Some(_))
                if matches!(self.code, Code::Other(OtherCode::AssertionError)) =>
            {
                self.message.clone()
            }
            (Status::Passed, _) => match self.attribute() {
                Some(attribute) => format!("{attribute} of {} is as expected", self.subject()),
                None if self.is_about_unlisted() => format!("there is {}", self.title()),
                None => format!("{} is as expected", self.subject()),
            },
            (Status::Drift, Some(detail)) => format!("{}; {detail}", self.message),
            (Status::Unknown | Status::Unverified, Some(detail)) => match self.code {
                Code::Differs(..) => format!("{}; could not determine whether they are equal: {detail}", self.message),
                Code::Missing(_) | Code::Unexpected(_) | Code::AssertionFailed(_) | Code::Other(_) => {
                    format!("could not determine whether {}: {detail}", self.message)
                }
            },
            (_, None) => self.message.clone(),
        }
    }

    /// The subject of the check in plain words: `foreign key public.a.b`.
    #[must_use]
    pub fn subject(&self) -> String {
        self.about.subject()
    }

    fn is_about_unlisted(&self) -> bool {
        matches!(self.about, About::Unlisted { .. })
    }

    /// The heading of the check in a list.
    #[must_use]
    pub fn title(&self) -> String {
        let About::Unlisted { parent, .. } = &self.about else {
            return self.subject();
        };
        let words = self.about.category().words();
        match parent {
            None => format!("no unlisted {words}"),
            Some(parent) => format!("no unlisted {words} in {parent}"),
        }
    }

    /// Whether the check did not pass.
    #[must_use]
    pub fn is_finding(&self) -> bool {
        match self.status {
            Status::Passed => false,
            Status::Drift | Status::Unknown | Status::Unverified => true,
        }
    }
}
