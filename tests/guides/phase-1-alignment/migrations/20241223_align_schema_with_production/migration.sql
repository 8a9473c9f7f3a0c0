-- "Idempotent (can be re-run safely)", "Uses safe defaults for all new fields".

-- CreateEnum
DO $$ BEGIN
    CREATE TYPE "BillingStatus" AS ENUM ('none', 'trial', 'active', 'canceled', 'past_due');
EXCEPTION
    WHEN duplicate_object THEN NULL;
END $$;

-- AlterTable
ALTER TABLE "clients"
    ADD COLUMN IF NOT EXISTS "onboardingComplete" BOOLEAN NOT NULL DEFAULT false,
    ADD COLUMN IF NOT EXISTS "outboundPaused" BOOLEAN NOT NULL DEFAULT false,
    ADD COLUMN IF NOT EXISTS "aiDisabled" BOOLEAN NOT NULL DEFAULT false,
    ADD COLUMN IF NOT EXISTS "billingStatus" "BillingStatus" NOT NULL DEFAULT 'none',
    ADD COLUMN IF NOT EXISTS "paymentActive" BOOLEAN NOT NULL DEFAULT false,
    ADD COLUMN IF NOT EXISTS "trialUsedAt" TIMESTAMP(3),
    ADD COLUMN IF NOT EXISTS "pendingCancellation" BOOLEAN NOT NULL DEFAULT false,
    ADD COLUMN IF NOT EXISTS "cancellationRequestedAt" TIMESTAMP(3);

-- "Fixes OnboardingState relationship bug (customerId → clientId)"
DO $$ BEGIN
    IF EXISTS (SELECT FROM information_schema.columns WHERE table_name = 'onboarding_states' AND column_name = 'customerId') THEN
        ALTER TABLE "onboarding_states" RENAME COLUMN "customerId" TO "clientId";
    END IF;
END $$;

-- AlterTable
ALTER TABLE "onboarding_states"
    ADD COLUMN IF NOT EXISTS "forwardingEnabled" BOOLEAN NOT NULL DEFAULT false,
    ADD COLUMN IF NOT EXISTS "testCallDetected" BOOLEAN NOT NULL DEFAULT false;

-- CreateIndex
CREATE INDEX IF NOT EXISTS "clients_onboardingComplete_idx" ON "clients"("onboardingComplete");
CREATE INDEX IF NOT EXISTS "clients_outboundPaused_idx" ON "clients"("outboundPaused");
CREATE INDEX IF NOT EXISTS "clients_aiDisabled_idx" ON "clients"("aiDisabled");
CREATE INDEX IF NOT EXISTS "clients_billingStatus_idx" ON "clients"("billingStatus");
CREATE UNIQUE INDEX IF NOT EXISTS "onboarding_states_clientId_key" ON "onboarding_states"("clientId");

-- AddForeignKey
ALTER TABLE "onboarding_states" ADD CONSTRAINT "onboarding_states_clientId_fkey" FOREIGN KEY ("clientId") REFERENCES "clients"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
