-- expect: migration 20241223_align_schema_with_production
-- expect: assertion "clients has indexes on the guard fields"
-- It stopped at the indexes. The columns were there from an earlier run.
DROP INDEX "clients_onboardingComplete_idx", "clients_outboundPaused_idx", "clients_aiDisabled_idx", "clients_billingStatus_idx";
UPDATE "_prisma_migrations" SET finished_at = NULL, applied_steps_count = 0,
    logs = E'A migration failed to apply. New migrations cannot be applied before the error is recovered from.\n\nDatabase error code: 25001\n\nDatabase error:\nERROR: CREATE INDEX CONCURRENTLY cannot run inside a transaction block'
WHERE migration_name = '20241223_align_schema_with_production';
