-- expect: column public.clients.onboardingComplete default
-- expect: assertion "no flag of a client is null"
-- The guide: "column clients.onboardingComplete already exists", "The migration will skip existing columns".
-- The earlier run had added it without a default, so old clients have NULL.
ALTER TABLE "clients" ALTER COLUMN "onboardingComplete" DROP NOT NULL, ALTER COLUMN "onboardingComplete" DROP DEFAULT;
UPDATE "clients" SET "onboardingComplete" = NULL WHERE "id" IN ('c1', 'c2');
