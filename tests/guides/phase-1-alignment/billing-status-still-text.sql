-- expect: column public.clients.billingStatus type
-- The enum was made, the column that was there already was skipped.
ALTER TABLE "clients" ALTER COLUMN "billingStatus" DROP DEFAULT;
ALTER TABLE "clients" ALTER COLUMN "billingStatus" TYPE TEXT USING ("billingStatus"::text);
ALTER TABLE "clients" ALTER COLUMN "billingStatus" SET DEFAULT 'none';
