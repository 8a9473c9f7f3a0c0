-- expect: assertion "no flag of a client is null"
-- The default came after the rows.
ALTER TABLE "clients" ALTER COLUMN "outboundPaused" DROP NOT NULL, ALTER COLUMN "aiDisabled" DROP NOT NULL;
UPDATE "clients" SET "outboundPaused" = NULL WHERE "id" = 'c2';
UPDATE "clients" SET "aiDisabled" = NULL;
