-- expect: column public.clients.outboundPaused default
-- expect: assertion "every client starts from the safe defaults"
ALTER TABLE "clients" ALTER COLUMN "outboundPaused" SET DEFAULT true;
UPDATE "clients" SET "outboundPaused" = true;
