//! The codes of findings, with their documentation.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use super::Category;
use crate::attribute::Attr;
use crate::kinds::Kind;

/// What was compared, as the code of a finding.
#[derive(Debug, Clone, Copy)]
pub enum Code {
    /// Whether an object of the kind exists.
    Missing(Kind),
    /// Whether an object exists that must not exist, or that is not listed.
    Unexpected(Kind),
    /// An attribute of an object of the kind.
    Differs(Kind, &'static Attr),
    /// A test of an assertion, by its key.
    AssertionFailed(&'static str),
    /// Anything else.
    Other(OtherCode),
}

macro_rules! other_codes {
    ($($code:ident => $text:literal, $doc:literal;)*) => {
        /// The codes that do not belong to a kind of object.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum OtherCode {
            $(
                #[doc = $doc]
                $code,
            )*
        }

        impl OtherCode {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$code),*];

            /// The code in kebab case.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$code => $text,)*
                }
            }

            /// What it means.
            #[must_use]
            pub fn doc(self) -> &'static str {
                match self {
                    $(Self::$code => $doc,)*
                }
            }
        }
    };
}

other_codes! {
    AssertionError => "assertion-error",
        "the query of an assertion cannot be run: it refers to something that does not exist, or it is not SQL";
    AssertionRefused => "assertion-refused", "an assertion is not a single query that only reads";
    AssertionUnverified => "assertion-unverified",
        "the query of an assertion did not finish: permission, timeout, a lock";
    BaselineChanged => "baseline-changed", "the finding of a baseline entry has changed since it was accepted";
    BaselineExpired => "baseline-expired", "a baseline entry has expired";
    BaselineGone => "baseline-gone", "a baseline entry accepts a finding that no longer exists";
    IgnoreIdle => "ignore-idle", "a pattern of `ignore` matches nothing";
    MigrationMissing => "migration-missing", "a migration is not applied";
    MigrationFailed => "migration-failed", "a migration started and did not finish, or ended with an error";
    MigrationRolledBack => "migration-rolled-back", "a migration was rolled back";
    MigrationPending => "migration-pending", "a migration of the folder is not applied";
    MigrationUnknown => "migration-unknown", "an applied migration is not in the folder";
    MigrationAhead => "migration-ahead", "an applied migration comes after the last one of the folder";
    MigrationChanged => "migration-changed", "the file of a migration was changed after it was applied";
    MigrationOutOfOrder => "migration-out-of-order",
        "a migration is not applied, or was applied later, although a migration that comes after it was applied";
    MigrationLatest => "migration-latest", "the last applied migration is not the expected one";
    MigrationBehind => "migration-behind", "the last applied migration comes before the expected one";
    MigrationToolUnclear => "migration-tool-unclear",
        "several migration tools have a history in the database, and the file does not name one";
    MigrationFolderUnreadable => "migration-folder-unreadable",
        "the folder does not belong to the tool that owns the migration history, or the tool refuses it";
    MigrationIgnoreIdle => "migration-ignore-idle", "a pattern of `ignore` under `migrations` matches no migration";
    MigrationNotRecorded => "migration-not-recorded",
        "a migration is not in the history, but the database has what it creates";
    MigrationAmbiguous => "migration-ambiguous", "several migrations have this name";
    MigrationHistoryMissing => "migration-history-missing", "the table of the migration tool does not exist";
    MigrationHistoryUnreadable => "migration-history-unreadable", "the table of the migration tool cannot be read";
    NotVerified => "not-verified", "the database could not be verified, or only in part";
    NothingChecked => "nothing-checked", "nothing was checked in the database";
}

impl OtherCode {
    /// What its findings are about. `None` if no finding has this code.
    fn category(self) -> Option<Category> {
        match self {
            Self::AssertionError | Self::AssertionRefused | Self::AssertionUnverified => Some(Category::Assertion),
            Self::BaselineChanged | Self::BaselineExpired | Self::BaselineGone => Some(Category::Baseline),
            Self::IgnoreIdle => Some(Category::Pattern),
            Self::MigrationMissing
            | Self::MigrationFailed
            | Self::MigrationRolledBack
            | Self::MigrationPending
            | Self::MigrationUnknown
            | Self::MigrationAhead
            | Self::MigrationIgnoreIdle
            | Self::MigrationNotRecorded
            | Self::MigrationChanged
            | Self::MigrationOutOfOrder
            | Self::MigrationLatest
            | Self::MigrationBehind
            | Self::MigrationToolUnclear
            | Self::MigrationFolderUnreadable
            | Self::MigrationAmbiguous
            | Self::MigrationHistoryMissing
            | Self::MigrationHistoryUnreadable => Some(Category::Migration),
            Self::NotVerified | Self::NothingChecked => None,
        }
    }
}

/// The code of a failed test of an assertion, and its documentation.
const ASSERTION_FAILED: (&str, &str) = (
    "assertion-failed",
    "the rows of an assertion differ from the expected ones",
);

impl Code {
    /// The attribute of the object or the key of the assertion's test that was compared.
    #[must_use]
    pub fn attribute(self) -> Option<&'static str> {
        match self {
            Self::Differs(_, attr) => Some(attr.name),
            Self::AssertionFailed(key) => Some(key),
            Self::Missing(_) | Self::Unexpected(_) | Self::Other(_) => None,
        }
    }

    /// The attribute, if the code does not identify it: two attributes share the code, or several tests of one
    /// assertion can fail.
    pub(super) fn attribute_in_id(self) -> Option<&'static str> {
        match self {
            Self::Differs(_, attr) => {
                let end = kebab(attr.code_suffix.unwrap_or(attr.name));
                (!end.ends_with(&kebab(attr.name))).then_some(attr.name)
            }
            Self::AssertionFailed(key) => Some(key),
            Self::Missing(_) | Self::Unexpected(_) | Self::Other(_) => None,
        }
    }

    /// Whether this is the other code.
    #[must_use]
    pub fn is(self, other: OtherCode) -> bool {
        match self {
            Self::Other(code) => code == other,
            Self::Missing(_) | Self::Unexpected(_) | Self::Differs(..) | Self::AssertionFailed(_) => false,
        }
    }

    /// The codes of the findings about objects of a kind.
    fn of_kind(kind: Kind) -> impl Iterator<Item = Self> {
        let attrs = kind.spec().attrs.iter().map(move |attr| Self::Differs(kind, attr));
        [Self::Missing(kind), Self::Unexpected(kind)].into_iter().chain(attrs)
    }

    /// What its findings are about.
    fn category(self) -> Option<Category> {
        match self {
            Self::Missing(kind) | Self::Unexpected(kind) | Self::Differs(kind, _) => Some(Category::Object(kind)),
            Self::AssertionFailed(_) => Some(Category::Assertion),
            Self::Other(code) => code.category(),
        }
    }

    /// All of them.
    fn all() -> impl Iterator<Item = Self> {
        let of_kinds = Kind::ALL.iter().flat_map(|kind| Self::of_kind(*kind));
        let others = OtherCode::ALL.iter().map(|code| Self::Other(*code));
        of_kinds.chain(others).chain([Self::AssertionFailed("")])
    }

    /// What it means.
    fn doc(self) -> String {
        match self {
            Self::Missing(kind) => format!("{} does not exist", kind.one()),
            Self::Unexpected(kind) => format!("{} exists but must not, or is not listed", kind.one()),
            Self::Differs(kind, attr) => format!("`{}` of {} differs", attr.name, kind.one()),
            Self::AssertionFailed(_) => ASSERTION_FAILED.1.to_owned(),
            Self::Other(code) => code.doc().to_owned(),
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(kind) => write!(f, "{}-missing", kebab(kind.spec().name)),
            Self::Unexpected(kind) => write!(f, "{}-unexpected", kebab(kind.spec().name)),
            Self::Differs(kind, attr) => {
                let end = attr.code_suffix.unwrap_or(attr.name);
                write!(f, "{}-{}", kebab(kind.spec().name), kebab(end))
            }
            Self::AssertionFailed(_) => f.write_str(ASSERTION_FAILED.0),
            Self::Other(code) => f.write_str(code.as_str()),
        }
    }
}

impl From<OtherCode> for Code {
    fn from(code: OtherCode) -> Self {
        Self::Other(code)
    }
}

fn kebab(name: &str) -> String {
    name.replace(['_', ' '], "-")
}

/// Every code that a finding can have, with its documentation, sorted by code.
#[must_use]
pub fn codes() -> Vec<(String, String)> {
    let mut codes: Vec<(String, String)> = Code::all().map(|code| (code.to_string(), code.doc())).collect();
    codes.sort();
    codes
}

/// What the findings with a recorded code are about. `None` if this version of driftgate does not know the code.
#[must_use]
pub fn category_of(recorded: &str) -> Option<Category> {
    static CATEGORIES: LazyLock<BTreeMap<String, Category>> = LazyLock::new(|| {
        let known = Code::all().filter_map(|code| Some((code.to_string(), code.category()?)));
        known.collect()
    });
    CATEGORIES.get(recorded).copied()
}
