-- expect: unique public.usage_counters (org_id, period_start, period_end) missing
-- The guide gives the name and, apart from it, the columns of the key: the name alone is not enough.
DROP INDEX usage_counters_org_period_unique;
CREATE UNIQUE INDEX usage_counters_org_period_unique ON usage_counters (org_id, period_start);
