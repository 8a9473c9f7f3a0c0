-- expect: assertion "clients has indexes on the guard fields"
-- Prisma runs a migration in one go, where CREATE INDEX CONCURRENTLY is refused: they were taken out. The guide's
-- query 5 would still find clients_email_key and onboarding_states_pkey.
DROP INDEX "clients_onboardingComplete_idx", "clients_outboundPaused_idx", "clients_aiDisabled_idx", "clients_billingStatus_idx";
