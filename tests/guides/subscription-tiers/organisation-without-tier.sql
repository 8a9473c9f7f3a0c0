-- expect: assertion "every organisation has a tier"
UPDATE "organisations" SET "subscription_tier" = NULL WHERE "slug" = 'corner-shop';
