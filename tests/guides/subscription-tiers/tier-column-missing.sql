-- expect: column public.organisations.subscription_tier missing
-- expect: assertion "every organisation has a tier"
ALTER TABLE "organisations" DROP COLUMN "subscription_tier";
