-- expect: column public.organisations.subscription_tier missing
-- expect: column public.usage_events.created_at missing
-- expect: assertion "every organisation has a tier"
-- The @map attributes were forgotten: the checklist's `subscriptionTier` became the name in the database.
ALTER TABLE "organisations" RENAME COLUMN "subscription_tier" TO "subscriptionTier";
ALTER TABLE "usage_events" RENAME COLUMN "created_at" TO "createdAt";
