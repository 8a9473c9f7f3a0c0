-- expect: table public.HomeSimulatedUsageBucket missing
-- expect: migration add_home_simulated_usage_bucket
-- What the guide warns of: Prisma said that the schema was already in sync (or --create-only was where it ended).
DROP TABLE "HomeSimulatedUsageBucket";
DELETE FROM "_prisma_migrations" WHERE migration_name LIKE '%_add_home_simulated_usage_bucket';
