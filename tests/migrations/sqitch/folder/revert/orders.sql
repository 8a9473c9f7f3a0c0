-- Revert shop:orders from pg

BEGIN;

-- XXX Add DDLs here.

COMMIT;
