-- expect: column public.clients.aiDisabled type
-- expect: column public.clients.aiDisabled default
-- expect: assertion "every client starts from the safe defaults"
ALTER TABLE "clients" ALTER COLUMN "aiDisabled" DROP DEFAULT;
ALTER TABLE "clients" ALTER COLUMN "aiDisabled" TYPE INTEGER USING ("aiDisabled"::integer);
