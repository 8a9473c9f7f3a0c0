-- AlterEnum
ALTER TYPE "UsageFeature" ADD VALUE 'AI_MESSAGES';
ALTER TYPE "UsageFeature" ADD VALUE 'DOCUMENT_SCANS';

-- AlterTable
ALTER TABLE "organisations" ADD COLUMN "subscription_tier" TEXT DEFAULT 'free';

-- CreateTable
CREATE TABLE "subscription_tiers" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "display_name" TEXT NOT NULL,
    "price_monthly_cents" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "subscription_tiers_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "organisations_subscription_tier_idx" ON "organisations"("subscription_tier");
