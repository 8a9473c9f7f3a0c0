-- expect: nothing
-- A first attempt failed and was marked as rolled back; Prisma keeps its row beside that of the second.
INSERT INTO "_prisma_migrations" (id, checksum, started_at, migration_name, logs, rolled_back_at) VALUES
    ('8d2a47cb-0f0e-4d15-9c8e-2f6f5a1b9e03', 'e7f6c011776e8db7cd330b54174fd76f7d0216b612387a5ffcfb81e6f0919683', '2025-12-07 20:00:00+00', '20251207211500_add_usage_tracking_features', 'ERROR: type "VatReturnStatus" already exists', '2025-12-07 20:30:00+00');
