//! When something changed, in the JSON report.

use serde::Serialize;

use crate::finding::since::{Since, SinceMigration};
use crate::observed::ChangeAuthor;

#[derive(Default, Serialize)]
pub(super) struct JsonSince<'a> {
    text: String,
    /// How the row of the catalog is related to the finding. The keys up to `time` are only there if it says something.
    #[serde(skip_serializing_if = "Option::is_none")]
    precision: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by_migration: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by_migration_up_to: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after_last_migration: Option<&'a str>,
    /// Only with the key before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    or_in_savepoint: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<&'a str>,
    /// Who changed it, if the database records that.
    #[serde(skip_serializing_if = "Option::is_none")]
    changed_by: Option<JsonAuthor<'a>>,
    /// The times of the earlier run and of this one. Only with `--compare`.
    #[serde(skip_serializing_if = "Option::is_none")]
    between: Option<[&'a str; 2]>,
}

#[derive(Serialize)]
struct JsonAuthor<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    application: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recorded_at: Option<&'a str>,
}

impl<'a> JsonAuthor<'a> {
    fn of(author: &'a ChangeAuthor) -> Self {
        Self {
            user: author.user.as_deref(),
            application: author.application.as_deref(),
            command: author.tag.as_deref(),
            recorded_at: author.time.as_deref(),
        }
    }
}

impl<'a> JsonSince<'a> {
    pub(super) fn of(since: &'a Since) -> Self {
        let row = since.row.as_ref();
        let mut json = Self {
            text: since.text(),
            precision: row.map(|row| row.precision.word()),
            time: row.and_then(|row| row.time.as_deref()),
            changed_by: row.and_then(|row| row.author.as_ref()).map(JsonAuthor::of),
            ..Self::default()
        };
        match row.and_then(|row| row.migration.as_ref()) {
            Some(SinceMigration::By(migration)) => json.by_migration = Some(migration),
            Some(SinceMigration::UpTo(migration)) => json.by_migration_up_to = Some(migration),
            Some(SinceMigration::AfterLast { last, or_in_savepoint }) => {
                json.after_last_migration = Some(last);
                json.or_in_savepoint = or_in_savepoint.then_some(true);
            }
            None => {}
        }
        json.between = since
            .between
            .as_ref()
            .map(|between| [between.earlier.as_str(), between.now.as_str()]);
        json
    }
}
