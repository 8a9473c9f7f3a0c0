-- expect: assertion "the four subscription tiers are seeded"
-- create where the guide has an upsert.
INSERT INTO "subscription_tiers" ("id", "name", "display_name", "price_monthly_cents")
    SELECT "id" || '-again', "name", "display_name", "price_monthly_cents" FROM "subscription_tiers";
