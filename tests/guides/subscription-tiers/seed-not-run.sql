-- expect: assertion "the four subscription tiers are seeded"
-- Migrated, and `prisma db seed` forgotten.
DELETE FROM "subscription_tiers";
