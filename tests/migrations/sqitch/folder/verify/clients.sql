-- Verify shop:clients on pg

BEGIN;

-- XXX Add verifications here.

ROLLBACK;
