-- expect: enum public.UsageFeature missing
-- The feature is kept as text.
ALTER TABLE "usage_events" ALTER COLUMN "feature" TYPE TEXT USING ("feature"::text);
DROP TYPE "UsageFeature";
