-- expect: enum public.BillingStatus labels
-- The guide: "enum BillingStatus already exists", "This is SAFE. The migration … will skip existing objects".
-- An earlier run had made it in another order, and it was skipped.
ALTER TYPE "BillingStatus" RENAME VALUE 'canceled' TO 'was_canceled';
ALTER TYPE "BillingStatus" RENAME VALUE 'past_due' TO 'canceled';
ALTER TYPE "BillingStatus" RENAME VALUE 'was_canceled' TO 'past_due';
