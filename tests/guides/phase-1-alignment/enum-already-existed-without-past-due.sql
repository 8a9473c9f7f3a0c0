-- expect: enum public.BillingStatus labels
-- The same, and the earlier run did not know of past_due.
ALTER TYPE "BillingStatus" RENAME TO "BillingStatus_new";
CREATE TYPE "BillingStatus" AS ENUM ('none', 'trial', 'active', 'canceled');
ALTER TABLE "clients" ALTER COLUMN "billingStatus" DROP DEFAULT;
ALTER TABLE "clients" ALTER COLUMN "billingStatus" TYPE "BillingStatus" USING ("billingStatus"::text::"BillingStatus");
ALTER TABLE "clients" ALTER COLUMN "billingStatus" SET DEFAULT 'none';
DROP TYPE "BillingStatus_new";
