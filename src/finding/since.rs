//! When something about a finding changed: a hint, never a verdict.

use crate::attribute::Precision;
use crate::observed::ChangeAuthor;

/// What is known about when something changed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Since {
    /// What the row of the catalog says, and when it was written.
    pub row: Option<SinceRow>,
    /// The finding appeared between the earlier run and this one.
    pub between: Option<BetweenRuns>,
}

/// What the row of the catalog behind a finding says.
#[derive(Debug, Clone, PartialEq)]
pub struct SinceRow {
    /// How the row is related to the finding.
    pub precision: Precision,
    /// What was changed, for sentences: `column`. `None` if the finding is about an attribute that has a row of its own.
    pub subject: Option<String>,
    /// Whether the finding is that an object exists.
    pub is_creation: bool,
    /// The migration, if it is known.
    pub migration: Option<SinceMigration>,
    /// When the row was written, `YYYY-MM-DD HH:MM:SS` in UTC, if the server keeps that.
    pub time: Option<String>,
    /// Who changed it, if the database records that.
    pub author: Option<ChangeAuthor>,
}

/// The migration that a change belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SinceMigration {
    /// The change was made in the transaction of this migration.
    By(String),
    /// The change was made in the transaction of this migration, which may be that of migrations before it, too.
    UpTo(String),
    /// The change was made after the last migration.
    AfterLast {
        /// The migration.
        last: String,
        /// Whether a savepoint of that migration may have made it, too.
        or_in_savepoint: bool,
    },
}

/// The times of two runs, `2026-01-01T12:00:00Z`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BetweenRuns {
    /// That of the earlier one.
    pub earlier: String,
    /// That of this one.
    pub now: String,
}

impl Since {
    /// The hint as text, for people: `last altered by migration V3, at 2026-01-01 12:00:00 UTC`.
    #[must_use]
    pub fn text(&self) -> String {
        let between =
            |between: &BetweenRuns| format!("appeared between the runs of {} and {}", between.earlier, between.now);
        let parts = [
            self.row.as_ref().and_then(SinceRow::text),
            self.between.as_ref().map(between),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        parts.join("; ")
    }
}

impl SinceRow {
    /// Whether nothing can be said.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.text().is_none()
    }

    fn text(&self) -> Option<String> {
        let recorded = self.author.as_ref().and_then(|author| author.time.clone());
        let time = self.time.as_ref().map(|time| format!("{time} UTC")).or(recorded);
        let subject = self.subject.as_deref().unwrap_or_default();
        let verb = match (self.precision, self.is_creation) {
            (Precision::Exact, true) => "created".to_owned(),
            (Precision::Exact, false) => "last set".to_owned(),
            (Precision::Object, true) => "created or last altered".to_owned(),
            (Precision::Object, false) => format!("the {subject} was last altered"),
            (Precision::Bound, _) => {
                let by = match (&self.migration, &time) {
                    (Some(SinceMigration::By(migration) | SinceMigration::UpTo(migration)), _) => {
                        format!("migration {migration}")
                    }
                    (_, Some(time)) => time.clone(),
                    (_, None) => return None,
                };
                return Some(format!("unchanged since {by}"));
            }
        };
        let when = match &self.migration {
            Some(SinceMigration::By(migration)) => Some(format!("by migration {migration}")),
            Some(SinceMigration::UpTo(migration)) => Some(format!("by a migration up to {migration}")),
            Some(SinceMigration::AfterLast { last, or_in_savepoint }) => {
                let unless = if *or_in_savepoint {
                    ", unless a savepoint or an EXCEPTION block of it did it"
                } else {
                    ""
                };
                Some(format!(
                    "after the last migration ({last}), so probably by hand{unless}"
                ))
            }
            None => None,
        };
        let author = self.author.as_ref().and_then(author_words);
        let (when, author) = (
            when.map(|when| format!(" {when}")).unwrap_or_default(),
            author.map(|author| format!(": {author}")).unwrap_or_default(),
        );
        match time {
            Some(time) if when.is_empty() && author.is_empty() => Some(format!("{verb} at {time}")),
            Some(time) => Some(format!("{verb}{when}{author}, at {time}")),
            None if when.is_empty() && author.is_empty() => None,
            None => Some(format!("{verb}{when}{author}")),
        }
    }
}

/// Who changed something, and how: `ALTER TABLE by alice (psql)`.
fn author_words(author: &ChangeAuthor) -> Option<String> {
    let by = match (&author.user, &author.application) {
        (Some(user), Some(application)) => Some(format!("by {user} ({application})")),
        (Some(user), None) => Some(format!("by {user}")),
        (None, Some(application)) => Some(format!("by {application}")),
        (None, None) => None,
    };
    match (&author.tag, by) {
        (Some(tag), Some(by)) => Some(format!("{tag} {by}")),
        (Some(tag), None) => Some(tag.clone()),
        (None, by) => by,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_says_no_more_than_the_row() {
        let by = SinceMigration::By("V2".to_owned());
        let after = SinceMigration::AfterLast {
            last: "V2".to_owned(),
            or_in_savepoint: false,
        };
        let at = Some("2026-01-02 03:04:05");
        for (precision, is_creation, migration, time, expected) in [
            (Precision::Exact, true, Some(&by), None, "created by migration V2"),
            (
                Precision::Exact,
                false,
                Some(&by),
                at,
                "last set by migration V2, at 2026-01-02 03:04:05 UTC",
            ),
            (
                Precision::Object,
                false,
                Some(&by),
                None,
                "the column was last altered by migration V2",
            ),
            (
                Precision::Object,
                true,
                Some(&after),
                None,
                "created or last altered after the last migration (V2), so probably by hand",
            ),
            (Precision::Bound, false, Some(&by), None, "unchanged since migration V2"),
            (
                Precision::Bound,
                false,
                None,
                at,
                "unchanged since 2026-01-02 03:04:05 UTC",
            ),
            // TRUNCATE of the application and GRANT write the row, too.
            (Precision::Bound, false, Some(&after), None, ""),
        ] {
            let row = SinceRow {
                precision,
                subject: Some("column".to_owned()),
                is_creation,
                migration: migration.cloned(),
                time: time.map(str::to_owned),
                author: None,
            };
            let since = Since {
                row: Some(row),
                ..Since::default()
            };
            assert_eq!(since.text(), expected);
        }
    }

    #[test]
    fn who_is_named_as_far_as_it_was_recorded() {
        let text = |[user, application, tag, time]: [&str; 4], migration: Option<SinceMigration>| {
            let known = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
            let row = SinceRow {
                precision: Precision::Object,
                subject: Some("column".to_owned()),
                is_creation: false,
                migration,
                time: None,
                author: Some(ChangeAuthor {
                    user: known(user),
                    application: known(application),
                    tag: known(tag),
                    time: known(time),
                }),
            };
            row.text().unwrap_or_default()
        };
        let at = "2026-01-02 03:04:05 UTC";
        for (author, migration, expected) in [
            (
                ["alice", "psql", "ALTER TABLE", at],
                None,
                "the column was last altered: ALTER TABLE by alice (psql), at 2026-01-02 03:04:05 UTC",
            ),
            (
                ["alice", "", "ALTER TABLE", ""],
                Some(SinceMigration::By("V2".to_owned())),
                "the column was last altered by migration V2: ALTER TABLE by alice",
            ),
            (["", "psql", "", ""], None, "the column was last altered: by psql"),
            (
                ["", "", "ALTER TABLE", ""],
                None,
                "the column was last altered: ALTER TABLE",
            ),
            (
                ["", "", "", at],
                None,
                "the column was last altered at 2026-01-02 03:04:05 UTC",
            ),
            (["", "", "", ""], None, ""),
        ] {
            assert_eq!(text(author, migration), expected);
        }
    }
}
