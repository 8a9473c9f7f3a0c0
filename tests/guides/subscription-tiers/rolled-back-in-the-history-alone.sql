-- expect: migration add_usage_tracking_features
-- The guide's rollback, `migrate resolve --rolled-back`, changes the history and nothing else.
UPDATE "_prisma_migrations" SET finished_at = NULL, rolled_back_at = '2025-12-07 22:00:00+00'
WHERE migration_name LIKE '%_add_usage_tracking_features';
