-- The usage database as the guide leaves it.

-- CreateTable
CREATE TABLE "HomeUsageInterval" (
    "id" TEXT NOT NULL,
    "homeId" TEXT NOT NULL,
    "startsAt" TIMESTAMP(3) NOT NULL,
    "kwh" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "HomeUsageInterval_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "HomeUsageInterval_homeId_startsAt_idx" ON "HomeUsageInterval"("homeId", "startsAt");

-- CreateTable
CREATE TABLE "HomeSimulatedUsageBucket" (
    "id" TEXT NOT NULL,
    "homeId" TEXT NOT NULL,
    "scenarioKey" TEXT NOT NULL,
    "yearMonth" TEXT NOT NULL,
    "bucketKey" TEXT NOT NULL,
    "kwhTotal" DOUBLE PRECISION NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "HomeSimulatedUsageBucket_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "HomeSimulatedUsageBucket_homeId_idx" ON "HomeSimulatedUsageBucket"("homeId");

-- CreateIndex (Prisma cuts the name at 63 bytes)
CREATE UNIQUE INDEX "HomeSimulatedUsageBucket_homeId_scenarioKey_yearMonth_bucke_key" ON "HomeSimulatedUsageBucket"("homeId", "scenarioKey", "yearMonth", "bucketKey");

INSERT INTO "HomeSimulatedUsageBucket" ("id", "homeId", "scenarioKey", "yearMonth", "bucketKey", "kwhTotal", "updatedAt") VALUES
    ('b1', 'home-1', 'past', '2025-01', 'kwh.m.all.total', 812.4, '2025-02-01 06:00:00'),
    ('b2', 'home-1', 'future', '2025-01', 'kwh.m.all.total', 790.1, '2025-02-01 06:00:00'),
    ('b3', 'home-2', 'past', '2025-01', 'kwh.m.all.total', 455.0, '2025-02-01 06:00:00');

-- The history, as Prisma Migrate keeps it.
CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
    id                      VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum                VARCHAR(64) NOT NULL,
    finished_at             TIMESTAMPTZ,
    migration_name          VARCHAR(255) NOT NULL,
    logs                    TEXT,
    rolled_back_at          TIMESTAMPTZ,
    started_at              TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count     INTEGER NOT NULL DEFAULT 0
);
INSERT INTO "_prisma_migrations" (id, checksum, started_at, finished_at, migration_name, applied_steps_count) VALUES
    ('5b0c1d8e-3c56-4c63-9d0b-6a8f0f2f7a01', '3f79bb7b435b05321651daefd374cdc681dc06faa65e374e38337b88ca046dea', '2024-11-02 09:00:00+00', '2024-11-02 09:00:01+00', '20241102090000_usage_init', 1),
    ('5b0c1d8e-3c56-4c63-9d0b-6a8f0f2f7a02', '4b227777d4dd1fc61c6f884f48641d02b4d121d3fd328cb08b5531fcacdabf8a', '2025-02-01 05:59:58+00', '2025-02-01 05:59:59+00', '20250201055900_add_home_simulated_usage_bucket', 1);
