-- expect: enum public.UsageFeature labels
-- The tables were made by hand, the enum was left as it was.
DELETE FROM "usage_events" WHERE "feature" = 'AI_MESSAGES';
ALTER TYPE "UsageFeature" RENAME TO "UsageFeature_new";
CREATE TYPE "UsageFeature" AS ENUM ('API_CALLS', 'STORAGE_GB');
ALTER TABLE "usage_events" ALTER COLUMN "feature" TYPE "UsageFeature" USING ("feature"::text::"UsageFeature");
DROP TYPE "UsageFeature_new";
