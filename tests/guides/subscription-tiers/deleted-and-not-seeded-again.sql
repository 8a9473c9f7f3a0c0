-- expect: assertion "the four subscription tiers are seeded"
-- The guide's own way out of a failed seed, "delete and re-seed", left half way: the seed stopped after two.
DELETE FROM "subscription_tiers";
INSERT INTO "subscription_tiers" ("id", "name", "display_name", "price_monthly_cents") VALUES
    ('t5', 'free', 'Free', 0), ('t6', 'starter', 'Starter', 2900);
