//! The keys of expectation files that are not attributes and not sections of kinds.
//!
//! Each key is written here once. The parser and the JSON Schema match on these enums, so that a key that one of them
//! does not know does not compile.

use crate::kinds::Kind;

macro_rules! keys {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $key:literal: $description:expr,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name {
            $(#[doc = concat!("`", $key, "`.")] $variant,)*
        }

        impl $name {
            /// Every key, in the order of messages.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The names of all keys, in the order of messages.
            pub const NAMES: &[&'static str] = &[$($key),*];

            /// The key as it is written.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $key,)*
                }
            }

            /// What it means, as a sentence for the JSON Schema.
            #[must_use]
            pub fn description(self) -> &'static str {
                match self {
                    $(Self::$variant => $description,)*
                }
            }

            /// The key of this name.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|key| key.name() == name)
            }
        }
    };
}

const LEVEL: &str = "The weight of a finding.";

const REASON: &str = "Why this is expected. Reports show it.";

const SINCE: &str = "Expected when this migration is applied. Before that, nothing is expected.";

const UNTIL: &str = "Expected as long as this migration is not applied. After that, nothing is expected.";

const EXACT: &str =
    "Attributes that are left out must have their defaults, and objects that are not listed must not exist.";

keys! {
    /// A key of a file.
    FileKey {
        Driftgate = "driftgate": "The version of the file format.",
        Database = "database": "The environment variable that holds the URL of the database.",
        Against = "against": "The source that is compared with the file in place of a database: migrations, SQL, a model, a snapshot \
            or a program that prints SQL.",
        Consumer = "consumer": "Who needs what the file expects, such as an application. Reports name it with each finding.",
        Owner = "owner": "Who answers for the file, such as a team. Reports name it with each finding.",
        Schema = "schema": "The schema of names that are not qualified.",
        Migrations = "migrations": "The history that a migration tool keeps, or a list of histories.",
        Changes = "changes": "The table that an event trigger fills with who changed which object. Findings name them.",
        Assertions = "assertions": "Queries about the data, each with the expected result.",
        Exact = "exact": "Attributes that are left out must have their defaults, and objects that are not listed must not exist: \
            in the whole database, or in these schemas.",
        Ignore = "ignore": "Patterns of objects that an exact file does not report, by kind. A pattern that begins with `!` reports \
            them again.",
        Level = "level": LEVEL,
        Reason = "reason": REASON,
    }
}

keys! {
    /// A key of an object, beside its attributes and the sections of what it contains.
    ObjectKey {
        Present = "present": "The object must exist.",
        Absent = "absent": "The object must not exist.",
        Optional = "optional": "The object may be missing. If it exists, it must match.",
        Level = "level": LEVEL,
        Reason = "reason": REASON,
        Since = "since": SINCE,
        Until = "until": UNTIL,
        Exact = "exact": EXACT,
    }
}

keys! {
    /// A key of an entry of `migrations`.
    HistoryKey {
        Tool = "tool": "The migration tool; `auto` finds it by its table.",
        Applied = "applied": "The migrations that must be applied.",
        Latest = "latest": "The migration that must be the last applied one.",
        AtLeast = "at_least": "This migration or a later one must be the last applied one.",
        Directory = "directory": "The folder of the migrations, relative to this file, or a list of folders. All migrations must be \
            applied and unchanged, and no other migration may be applied.",
        Failed = "failed": "Whether a migration may have failed.",
        OutOfOrder = "out_of_order": "Whether a migration may have been applied after a later one.",
        Pending = "pending": "Whether migrations of the folder may be not applied yet, as before a deployment.",
        Ahead = "ahead": "Whether migrations after the last one of the folder may be applied, as those of a newer release.",
        Unknown = "unknown": "Whether migrations that are not in the folder may be applied, such as those of packages.",
        Ignore = "ignore": "Patterns of migrations that are not compared with the folder.",
        Contexts = "contexts": "The contexts with which Liquibase is run.",
        Labels = "labels": "The label filter with which Liquibase is run.",
        Accept = "accept": "Problems of the folder that are accepted: the file, version or migration that `driftgate lint` names, and \
            the reason.",
        Schema = "schema": "The schema of the tool's table.",
        Table = "table": "The tool's table, if it does not have its usual name.",
        Level = "level": LEVEL,
        Reason = "reason": REASON,
    }
}

keys! {
    /// A key of `changes`.
    ChangesKey {
        Table = "table": "The table that an event trigger fills.",
        Columns = "columns": "The columns of the table that have other names than the usual ones.",
    }
}

keys! {
    /// A column of the table that `changes` names.
    ChangeColumn {
        Object = "object": "The object, as `object_identity` of `pg_event_trigger_ddl_commands()`.",
        User = "user": "Who changed it.",
        Application = "application": "The `application_name` of the session.",
        Tag = "tag": "The command, such as `ALTER TABLE`.",
        Time = "time": "When it was changed.",
    }
}

impl ChangeColumn {
    /// The name of the column if the file names no other.
    #[must_use]
    pub fn usual_name(self) -> &'static str {
        match self {
            Self::Object => "object_identity",
            Self::User => "changed_by",
            Self::Application => "application",
            Self::Tag => "command_tag",
            Self::Time => "changed_at",
        }
    }
}

keys! {
    /// A key of an assertion.
    AssertionKey {
        Sql = "sql": "A single query that only reads.",
        Equals = "equals": "The result must be one row with one column that has this value, in any spelling that the type of the column knows.",
        Rows = "rows": "The result must be these rows, in this order.",
        Min = "min": "The result must be one number that is not less than this.",
        Max = "max": "The result must be one number that is not greater than this.",
        Empty = "empty": "`true`: the result must have no rows; `false`: it must have at least one.",
        ShowRows = "show_rows": "How many rows reports show; `0` shows only their number. By default 3 with `empty`, and 20 otherwise.",
        Level = "level": LEVEL,
        Reason = "reason": REASON,
        Since = "since": SINCE,
        Until = "until": UNTIL,
    }
}

keys! {
    /// A key that says how findings count, whatever they are about.
    TermKey {
        Level = "level": LEVEL,
        Reason = "reason": REASON,
        Since = "since": SINCE,
        Until = "until": UNTIL,
        Exact = "exact": EXACT,
    }
}

impl FileKey {
    /// Whether it is a setting of the whole file, which is read before the objects.
    pub(super) fn is_setting(self) -> bool {
        match self {
            Self::Driftgate
            | Self::Database
            | Self::Against
            | Self::Consumer
            | Self::Owner
            | Self::Schema
            | Self::Exact
            | Self::Level
            | Self::Reason => true,
            Self::Migrations | Self::Changes | Self::Assertions | Self::Ignore => false,
        }
    }
}

/// All keys of the top level of a file.
pub(super) fn file_keys() -> Vec<&'static str> {
    FileKey::NAMES
        .iter()
        .copied()
        .chain(Kind::roots().map(|kind| kind.spec().section))
        .collect()
}
