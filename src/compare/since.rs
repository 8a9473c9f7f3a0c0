//! When something about a finding changed, from the ages of the rows behind it and of those of the migration histories.

use std::collections::BTreeSet;

use crate::attribute::{CatalogRow, Precision};
use crate::finding::since::{SinceMigration, SinceRow};
use crate::finding::{Check, Code, Status};
use crate::kinds::Kind;
use crate::migrations::{Keeps, Migration, MigrationState, RecordTime, RowAge};
use crate::object_id::ObjectId;
use crate::observed::{Anchors, ChangeAuthor, MigrationHistory, RecordedChange, RowAges, TracedRow};

/// The most findings that are asked about. A run with more of them has a common cause.
const MOST: usize = 500;

/// The row of the catalog that speaks for a finding; none for what does not exist or is not known.
#[must_use]
pub fn question(check: &Check) -> Option<(Kind, CatalogRow, &ObjectId)> {
    let (kind, id) = check.about.as_object().filter(|_| check.status == Status::Drift)?;
    let row = match check.code {
        Code::Differs(_, attribute) => attribute.stored_in,
        Code::Unexpected(_) => CatalogRow::Creation,
        Code::Missing(_) | Code::AssertionFailed(_) | Code::Other(_) => CatalogRow::Unknown,
    };
    (row != CatalogRow::Unknown && kind.spec().advice.probe.is_some()).then_some((kind, row, id))
}

/// The findings that can be asked about, by their positions.
#[must_use]
pub fn asked(findings: &[Check]) -> Vec<usize> {
    let positions = (0..findings.len()).filter(|i| question(&findings[*i]).is_some());
    positions.take(MOST).collect()
}

/// What the histories of a run say about transactions.
pub struct RecordedMigrations<'a> {
    /// Every row with its age, and what its tool keeps.
    rows: Vec<(&'a Migration, &'a RowAge, Keeps)>,
    /// The last migration, if what is younger than every row was done by none of them.
    last: Option<(&'a str, RecordTime)>,
}

impl<'a> RecordedMigrations<'a> {
    /// What these histories say.
    #[must_use]
    pub fn of(histories: &[&'a MigrationHistory]) -> Self {
        let mut all = Self {
            rows: Vec::new(),
            last: None,
        };
        let (mut is_complete, mut newest) = (true, None);
        // Several files can name the same history.
        let mut tables = BTreeSet::new();
        for history in histories {
            let MigrationHistory::Read {
                tool,
                table,
                migrations,
            } = history
            else {
                is_complete = false;
                continue;
            };
            if !tables.insert(table) {
                continue;
            }
            // What failed may have changed something without a row that is younger.
            is_complete &= tool.recorded != RecordTime::Unknown
                && migrations
                    .iter()
                    .all(|row| row.state != MigrationState::Failed && row.written_in.is_some());
            let ages = migrations
                .iter()
                .filter_map(|row| Some((row, row.written_in.as_ref()?, tool.keeps)));
            all.rows.extend(ages);
            newest = migrations
                .iter()
                .rev()
                .find(|row| row.state == MigrationState::Applied)
                .map(|row| (row.name.as_str(), tool.recorded))
                .or(newest);
        }
        // With several histories, there is no last one by name.
        all.last = newest.filter(|_| is_complete && tables.len() == 1);
        if all.last.is_some_and(|(_, recorded)| recorded == RecordTime::OneByOne) {
            let youngest = all.youngest();
            let same = all.rows.iter().filter(|(_, row, _)| row.age == youngest);
            all.last = all.last.filter(|_| same.count() == 1);
        }
        all
    }

    /// The age of the youngest row, if it is known.
    fn youngest(&self) -> Option<i64> {
        self.rows.iter().filter_map(|(_, row, _)| row.age).min()
    }

    /// What the catalog of a database must have in which these migrations ran. `None` if that says nothing.
    #[must_use]
    pub fn anchors(&self) -> Option<Anchors> {
        let youngest = self.last.and_then(|_| self.youngest())?;
        let (_, row, _) = self.rows.iter().find(|(_, row, _)| row.age == Some(youngest))?;
        let older = self.rows.iter().filter_map(|(_, row, _)| row.age);
        let second = older.filter(|age| *age > youngest).min();
        // A long history has enough in its last rows.
        let own = self.rows.iter().rev().filter(|(_, row, _)| self.is_own(row)).take(100);
        Some(Anchors {
            transactions: own.map(|(_, row, _)| row.transaction.clone()).collect(),
            youngest: row.transaction.clone(),
            between: second.map(|second| (youngest, second)),
        })
    }

    /// Whether a row was written in a transaction of its own, which is that of a migration unless a database was restored.
    fn is_own(&self, row: &RowAge) -> bool {
        let same = self
            .rows
            .iter()
            .filter(|(_, other, _)| other.transaction == row.transaction);
        row.age.is_some() && !row.with_table && same.count() == 1
    }

    fn of_row(&self, traced: &TracedRow, ages: &RowAges) -> Option<SinceMigration> {
        let same = self
            .rows
            .iter()
            .find(|(_, row, _)| row.transaction == traced.transaction && self.is_own(row));
        if let Some((migration, _, keeps)) = same {
            let name = migration.name.clone();
            return (migration.state == MigrationState::Applied).then_some(match keeps {
                Keeps::All => SinceMigration::By(name),
                // It may have applied several in one transaction.
                Keeps::Last => SinceMigration::UpTo(name),
            });
        }
        let is_certain = ages.is_anchored && !ages.is_wrapped && traced.precision != Precision::Bound;
        let (last, recorded) = self.last.filter(|_| is_certain)?;
        let is_after = traced.age < self.youngest()? && traced.is_later != Some(false);
        is_after.then(|| SinceMigration::AfterLast {
            last: last.to_owned(),
            or_in_savepoint: recorded != RecordTime::Afterwards && traced.is_later.is_none(),
        })
    }
}

/// Who wrote a row of the catalog, if that is certain: what was recorded in its transaction, about its object, by the first
/// command after the one that wrote it. An event trigger writes its rows when a command ends; a restore writes them before
/// the objects are created.
fn author(traced: &TracedRow, ages: &RowAges, changes: &[RecordedChange]) -> Option<ChangeAuthor> {
    // The row of a table is written by commands that do not change what the finding is about.
    if traced.precision == Precision::Bound || ages.is_wrapped {
        return None;
    }
    let written = traced.command?;
    let same = changes.iter().filter(|change| change.transaction == traced.transaction);
    // A transaction has one user. Rows of several ones were copied.
    let users: BTreeSet<_> = same.clone().map(|change| &change.author.user).collect();
    let own = same.filter(|change| change.command > written && traced.identities.contains(&change.object));
    let first = own.clone().map(|change| change.command).min()?;
    let authors: Vec<&ChangeAuthor> = own
        .filter(|change| change.command == first)
        .map(|change| &change.author)
        .collect();
    let common = |value: fn(&ChangeAuthor) -> Option<&String>| {
        let all: BTreeSet<_> = authors.iter().map(|author| value(author)).collect();
        all.first().copied().flatten().filter(|_| all.len() == 1).cloned()
    };
    (users.len() == 1).then(|| ChangeAuthor {
        user: common(|author| author.user.as_ref()),
        application: common(|author| author.application.as_ref()),
        tag: common(|author| author.tag.as_ref()),
        time: common(|author| author.time.as_ref()),
    })
}

/// Adds to the findings at these positions what the ages say, and who changed them as far as that was recorded.
pub fn tell(
    findings: &mut [Check],
    asked: &[usize],
    ages: &RowAges,
    migrations: &RecordedMigrations<'_>,
    changes: &[RecordedChange],
) {
    for (number, position) in asked.iter().enumerate() {
        let (Some(check), Some(traced)) = (findings.get_mut(*position), ages.rows.get(&number)) else {
            continue;
        };
        let row = SinceRow {
            precision: traced.precision,
            subject: check.about.kind().map(Kind::words),
            is_creation: matches!(check.code, Code::Unexpected(_)),
            migration: migrations.of_row(traced, ages),
            // A row that is not young may have the number of a later transaction.
            time: traced.time.clone().filter(|_| !ages.is_wrapped),
            author: author(traced, ages, changes),
        };
        if !row.is_silent() {
            check.since.get_or_insert_default().row = Some(row);
        }
    }
}
