-- expect: enum public.BillingStatus missing
-- expect: column public.clients.billingStatus type
-- As the guide writes it itself, `\dT BillingStatus`: without the quotes.
ALTER TYPE "BillingStatus" RENAME TO billingstatus;
