-- expect: assertion "usage_counters and org_subscriptions have no timestamptz"
-- org_subscriptions was brought to timestamptz instead.
ALTER TABLE org_subscriptions ALTER COLUMN starts_at TYPE timestamptz, ALTER COLUMN ends_at TYPE timestamptz;
