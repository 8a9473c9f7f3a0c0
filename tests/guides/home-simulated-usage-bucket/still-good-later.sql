-- expect: nothing
-- Later migrations add what this one does not speak of.
ALTER TABLE "HomeSimulatedUsageBucket" ADD COLUMN "source" TEXT;
ALTER TABLE "HomeSimulatedUsageBucket" ALTER COLUMN "yearMonth" TYPE VARCHAR(7);
INSERT INTO "_prisma_migrations" (id, checksum, finished_at, migration_name, applied_steps_count) VALUES
    ('5b0c1d8e-3c56-4c63-9d0b-6a8f0f2f7a03', '4e07408562bedb8b60ce05c1decfe3ad16b72230967de01f640b7e4729b49fce', '2025-03-01 06:00:00+00', '20250301060000_add_bucket_source', 1);
