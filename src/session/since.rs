//! Asks a live database when something about findings changed, and who changed it.

use std::collections::BTreeSet;

use super::{Session, Transaction};
use crate::catalog;
use crate::catalog::change_log::ChangesFound;
use crate::compare::since;
use crate::console::note_once;
use crate::error::Failure;
use crate::expectation::ChangeLog;
use crate::finding::Check;
use crate::observed::{MigrationHistory, RecordedChange, RowAges};
use crate::terminal::visible;

impl Session<'_> {
    /// Adds to findings when something changed and who changed it, as far as a live database says it.
    ///
    /// # Errors
    /// The connection breaks.
    pub(crate) async fn tell_since(
        &mut self,
        findings: &mut [Check],
        histories: &[&MigrationHistory],
        logs: &[&ChangeLog],
        role: &str,
    ) -> Result<(), Failure> {
        let Self::Connected(open) = self else {
            return Ok(());
        };
        let asked = since::asked(findings);
        if open.live.is_none() || asked.is_empty() && logs.is_empty() {
            return Ok(());
        }
        let migrations = since::RecordedMigrations::of(histories);
        let questions: Vec<_> = asked.iter().filter_map(|i| since::question(&findings[*i])).collect();
        let anchors = migrations.anchors();
        let reading = catalog::row_age::read(&mut open.client, &questions, anchors.as_ref(), !logs.is_empty());
        let ages = open.deadline.enforce(reading).await?;
        let changes = open.changes(logs, &ages, role).await?;
        since::tell(findings, &asked, &ages, &migrations, &changes);
        Ok(())
    }
}

impl Transaction<'_> {
    /// What the tables say about the transactions that wrote these rows. A table that cannot be read is a note: it is no part
    /// of the verdict.
    async fn changes(
        &mut self,
        logs: &[&ChangeLog],
        ages: &RowAges,
        role: &str,
    ) -> Result<Vec<RecordedChange>, Failure> {
        let transactions: BTreeSet<&str> = ages.rows.values().map(|row| row.transaction.as_str()).collect();
        let transactions: Vec<&str> = transactions.into_iter().collect();
        let (mut read, mut changes) = (BTreeSet::new(), Vec::new());
        for log in logs {
            // Several files can name the same table.
            if !read.insert((&log.table, &log.columns)) {
                continue;
            }
            let reading = catalog::change_log::read(&mut self.client, log, &transactions, role);
            match self.deadline.enforce(reading).await? {
                ChangesFound::Rows(rows) => changes.extend(rows),
                ChangesFound::Unreadable(why, hint) => {
                    let help = hint.map(|hint| format!("\n  help: {}", visible(&hint.to_string())));
                    note_once(&format!(
                        "note: who changed objects is not known: {}: {}{}\n",
                        visible(&log.table.to_string()),
                        visible(&why),
                        help.unwrap_or_default()
                    ));
                }
            }
        }
        Ok(changes)
    }
}
