-- expect: column public.clients.onboardingComplete missing
-- expect: column public.clients.outboundPaused missing
-- expect: column public.clients.aiDisabled missing
-- expect: assertion "no flag of a client is null"
-- expect: assertion "every client starts from the safe defaults"
-- Added by hand, and written as the guide writes them: without the quotes.
ALTER TABLE "clients" RENAME COLUMN "onboardingComplete" TO onboardingcomplete;
ALTER TABLE "clients" RENAME COLUMN "outboundPaused" TO outboundpaused;
ALTER TABLE "clients" RENAME COLUMN "aiDisabled" TO aidisabled;
