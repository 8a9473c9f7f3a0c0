-- expect: column public.clients.trialUsedAt missing
-- expect: column public.clients.pendingCancellation missing
-- expect: column public.clients.cancellationRequestedAt missing
ALTER TABLE "clients" DROP COLUMN "trialUsedAt", DROP COLUMN "pendingCancellation", DROP COLUMN "cancellationRequestedAt";
