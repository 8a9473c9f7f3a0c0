-- expect: column public.onboarding_states.customerId unexpected
-- clientId was added, the data copied, and the old column kept.
ALTER TABLE "onboarding_states" ADD COLUMN "customerId" TEXT;
UPDATE "onboarding_states" SET "customerId" = "clientId";
