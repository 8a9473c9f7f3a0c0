-- expect: table public.subscription_tiers missing
-- expect: assertion "the four subscription tiers are seeded"
-- The @@map attribute was forgotten.
ALTER TABLE "subscription_tiers" RENAME TO "SubscriptionTier";
