-- expect: table public.HomeSimulatedUsageBucket missing
-- expect: migration add_home_simulated_usage_bucket
DROP TABLE "HomeSimulatedUsageBucket";
UPDATE "_prisma_migrations" SET finished_at = NULL, applied_steps_count = 0,
    logs = E'A migration failed to apply. New migrations cannot be applied before the error is recovered from.\n\nDatabase error code: 42501\n\nDatabase error:\nERROR: permission denied for schema public'
WHERE migration_name LIKE '%_add_home_simulated_usage_bucket';
