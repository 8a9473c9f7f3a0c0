-- expect: enum public.BillingStatus labels
ALTER TYPE "BillingStatus" RENAME VALUE 'canceled' TO 'cancelled';
