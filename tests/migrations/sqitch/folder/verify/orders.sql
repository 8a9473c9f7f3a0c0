-- Verify shop:orders on pg

BEGIN;

-- XXX Add verifications here.

ROLLBACK;
