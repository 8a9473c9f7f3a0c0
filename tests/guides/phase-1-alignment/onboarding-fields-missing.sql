-- expect: column public.onboarding_states.forwardingEnabled missing
-- expect: column public.onboarding_states.testCallDetected missing
ALTER TABLE "onboarding_states" DROP COLUMN "forwardingEnabled", DROP COLUMN "testCallDetected";
