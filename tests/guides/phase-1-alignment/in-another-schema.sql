-- expect: enum public.BillingStatus missing
-- expect: table public.clients missing
-- expect: table public.onboarding_states missing
-- expect: assertion "no flag of a client is null"
-- expect: assertion "every client starts from the safe defaults"
-- expect: assertion "clients has indexes on the guard fields"
CREATE SCHEMA app;
ALTER TABLE "clients" SET SCHEMA app;
ALTER TABLE "onboarding_states" SET SCHEMA app;
ALTER TYPE "BillingStatus" SET SCHEMA app;
