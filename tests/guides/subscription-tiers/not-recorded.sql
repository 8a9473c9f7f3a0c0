-- expect: migration add_usage_tracking_features
-- prisma db push, or the SQL by hand.
DELETE FROM "_prisma_migrations" WHERE migration_name LIKE '%_add_usage_tracking_features';
