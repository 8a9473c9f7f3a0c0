-- expect: column public.organisations.subscription_tier default
-- Every organisation of today has its tier; the next one will not.
ALTER TABLE "organisations" ALTER COLUMN "subscription_tier" DROP DEFAULT;
