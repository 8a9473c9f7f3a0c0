-- expect: column public.onboarding_states.customerId unexpected
-- expect: column public.onboarding_states.clientId missing
-- The relationship bug, as it was.
ALTER TABLE "onboarding_states" RENAME COLUMN "clientId" TO "customerId";
