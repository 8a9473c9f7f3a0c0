-- expect: column public.organisations.subscription_tier default
ALTER TABLE "organisations" ALTER COLUMN "subscription_tier" SET DEFAULT 'FREE';
