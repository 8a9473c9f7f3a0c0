-- Revert shop:clients from pg

BEGIN;

-- XXX Add DDLs here.

COMMIT;
