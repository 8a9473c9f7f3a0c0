-- The database as the guide leaves it: migrated and seeded.

-- CreateEnum
CREATE TYPE "VatReturnStatus" AS ENUM ('DRAFT', 'SUBMITTED', 'ACCEPTED');

-- CreateEnum
CREATE TYPE "UsageFeature" AS ENUM ('API_CALLS', 'STORAGE_GB', 'AI_MESSAGES', 'DOCUMENT_SCANS');

-- CreateTable
CREATE TABLE "subscription_tiers" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "display_name" TEXT NOT NULL,
    "price_monthly_cents" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "subscription_tiers_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "organisations" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "name" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "subscription_tier" TEXT DEFAULT 'free',
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "organisations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "usage_events" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "organisation_id" UUID NOT NULL,
    "feature" "UsageFeature" NOT NULL,
    "quantity" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "usage_events_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "organisations_slug_key" ON "organisations"("slug");

-- CreateIndex
CREATE INDEX "organisations_subscription_tier_idx" ON "organisations"("subscription_tier");

-- CreateIndex
CREATE INDEX "usage_events_organisation_id_feature_created_at_idx" ON "usage_events"("organisation_id", "feature", "created_at");

-- AddForeignKey
ALTER TABLE "usage_events" ADD CONSTRAINT "usage_events_organisation_id_fkey" FOREIGN KEY ("organisation_id") REFERENCES "organisations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- prisma db seed
INSERT INTO "subscription_tiers" ("id", "name", "display_name", "price_monthly_cents") VALUES
    ('t1', 'free', 'Free', 0),
    ('t2', 'starter', 'Starter', 2900),
    ('t3', 'pro', 'Pro', 7900),
    ('t4', 'business', 'Business', 14900);

INSERT INTO "organisations" ("id", "name", "slug", "subscription_tier") VALUES
    ('0a4f6a0e-5c43-4b8e-8f0e-000000000001', 'Acme', 'acme', 'pro'),
    ('0a4f6a0e-5c43-4b8e-8f0e-000000000002', 'Enterprise Corp', 'enterprise-corp', 'business');
INSERT INTO "organisations" ("id", "name", "slug") VALUES
    ('0a4f6a0e-5c43-4b8e-8f0e-000000000003', 'Corner Shop', 'corner-shop');

INSERT INTO "usage_events" ("organisation_id", "feature", "quantity") VALUES
    ('0a4f6a0e-5c43-4b8e-8f0e-000000000001', 'AI_MESSAGES', 3),
    ('0a4f6a0e-5c43-4b8e-8f0e-000000000002', 'API_CALLS', 40);

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
    ('8d2a47cb-0f0e-4d15-9c8e-2f6f5a1b9e01', 'ef2d127de37b942baad06145e54b0c619a1f22327b2ebbcfbec78f5564afe39d', '2025-06-14 08:30:00+00', '2025-06-14 08:30:02+00', '20250614083000_init', 1),
    ('8d2a47cb-0f0e-4d15-9c8e-2f6f5a1b9e02', 'e7f6c011776e8db7cd330b54174fd76f7d0216b612387a5ffcfb81e6f0919683', '2025-12-07 21:15:10+00', '2025-12-07 21:15:11+00', '20251207211500_add_usage_tracking_features', 1);
