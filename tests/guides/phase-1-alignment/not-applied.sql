-- expect: migration 20241223_align_schema_with_production
-- expect: enum public.BillingStatus missing
-- expect: column public.clients.onboardingComplete missing
-- expect: column public.clients.outboundPaused missing
-- expect: column public.clients.aiDisabled missing
-- expect: column public.clients.billingStatus missing
-- expect: column public.clients.paymentActive missing
-- expect: column public.clients.trialUsedAt missing
-- expect: column public.clients.pendingCancellation missing
-- expect: column public.clients.cancellationRequestedAt missing
-- expect: table public.onboarding_states missing
-- expect: assertion "no flag of a client is null"
-- expect: assertion "every client starts from the safe defaults"
-- expect: assertion "clients has indexes on the guard fields"
-- The guide: "relation onboarding_states does not exist", "Migration not applied yet".
DELETE FROM "_prisma_migrations" WHERE migration_name = '20241223_align_schema_with_production';
DROP TABLE "onboarding_states";
ALTER TABLE "clients"
    DROP COLUMN "onboardingComplete", DROP COLUMN "outboundPaused", DROP COLUMN "aiDisabled", DROP COLUMN "billingStatus",
    DROP COLUMN "paymentActive", DROP COLUMN "trialUsedAt", DROP COLUMN "pendingCancellation", DROP COLUMN "cancellationRequestedAt";
DROP TYPE "BillingStatus";
