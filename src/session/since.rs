//! Asks a live database when something about findings changed.

use super::Session;
use crate::catalog;
use crate::compare::since;
use crate::error::Failure;
use crate::finding::Check;
use crate::observed::MigrationHistory;

impl Session<'_> {
    /// Adds to findings when something changed, as far as a live database says it.
    ///
    /// # Errors
    /// The connection breaks.
    pub(crate) async fn tell_since(
        &mut self,
        findings: &mut [Check],
        histories: &[&MigrationHistory],
    ) -> Result<(), Failure> {
        let Self::Connected(open) = self else {
            return Ok(());
        };
        let asked = since::asked(findings);
        if open.live.is_none() || asked.is_empty() {
            return Ok(());
        }
        let migrations = since::RecordedMigrations::of(histories);
        let questions: Vec<_> = asked.iter().filter_map(|i| since::question(&findings[*i])).collect();
        let anchors = migrations.anchors();
        let reading = catalog::row_age::read(&mut open.client, &questions, anchors.as_ref());
        let ages = open.deadline.enforce(reading).await?;
        since::tell(findings, &asked, &ages, &migrations);
        Ok(())
    }
}
