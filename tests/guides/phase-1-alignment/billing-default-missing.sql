-- expect: column public.clients.billingStatus default
ALTER TABLE "clients" ALTER COLUMN "billingStatus" DROP DEFAULT;
