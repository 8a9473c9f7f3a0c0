-- expect: assertion "every client starts from the safe defaults"
-- Query 4 counts no_billing: a client without a status is not among them.
ALTER TABLE "clients" ALTER COLUMN "billingStatus" DROP NOT NULL;
UPDATE "clients" SET "billingStatus" = NULL WHERE "id" = 'c3';
