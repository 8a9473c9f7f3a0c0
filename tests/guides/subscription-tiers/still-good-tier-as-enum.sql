-- expect: nothing
-- The guide gives the tier no type: an enum of its own will do, and 'free' is then 'free'::"Tier".
CREATE TYPE "Tier" AS ENUM ('free', 'starter', 'pro', 'business');
ALTER TABLE "organisations" ALTER COLUMN "subscription_tier" DROP DEFAULT;
ALTER TABLE "organisations" ALTER COLUMN "subscription_tier" TYPE "Tier" USING ("subscription_tier"::"Tier");
ALTER TABLE "organisations" ALTER COLUMN "subscription_tier" SET DEFAULT 'free';
ALTER TABLE "organisations" ALTER COLUMN "subscription_tier" SET NOT NULL;
