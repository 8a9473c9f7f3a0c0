-- expect: migration add_home_simulated_usage_bucket
-- prisma db push, or the SQL by hand: the next deploy will run into the table.
DELETE FROM "_prisma_migrations" WHERE migration_name LIKE '%_add_home_simulated_usage_bucket';
