-- expect: table public.HomeSimulatedUsageBucket missing
-- expect: migration add_home_simulated_usage_bucket
-- The migration went where another URL pointed (?schema=simulation), with its history.
CREATE SCHEMA simulation;
ALTER TABLE "HomeSimulatedUsageBucket" SET SCHEMA simulation;
CREATE TABLE simulation."_prisma_migrations" (LIKE public."_prisma_migrations" INCLUDING ALL);
INSERT INTO simulation."_prisma_migrations" SELECT * FROM public."_prisma_migrations" WHERE migration_name LIKE '%_add_home_simulated_usage_bucket';
DELETE FROM public."_prisma_migrations" WHERE migration_name LIKE '%_add_home_simulated_usage_bucket';
