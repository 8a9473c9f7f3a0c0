-- expect: migration add_usage_tracking_features
-- expect: enum public.UsageFeature labels
-- expect: table public.subscription_tiers missing
-- expect: column public.organisations.subscription_tier missing
-- expect: assertion "the four subscription tiers are seeded"
-- expect: assertion "every organisation has a tier"
-- What the guide warns of: "enum VatReturnStatus already exists". PostgreSQL took everything back.
UPDATE "_prisma_migrations" SET finished_at = NULL, applied_steps_count = 0,
    logs = E'A migration failed to apply. New migrations cannot be applied before the error is recovered from.\n\nDatabase error code: 42710\n\nDatabase error:\nERROR: type "VatReturnStatus" already exists'
WHERE migration_name LIKE '%_add_usage_tracking_features';
DROP TABLE "subscription_tiers";
ALTER TABLE "organisations" DROP COLUMN "subscription_tier";
DELETE FROM "usage_events" WHERE "feature" = 'AI_MESSAGES';
ALTER TYPE "UsageFeature" RENAME TO "UsageFeature_new";
CREATE TYPE "UsageFeature" AS ENUM ('API_CALLS', 'STORAGE_GB');
ALTER TABLE "usage_events" ALTER COLUMN "feature" TYPE "UsageFeature" USING ("feature"::text::"UsageFeature");
DROP TYPE "UsageFeature_new";
