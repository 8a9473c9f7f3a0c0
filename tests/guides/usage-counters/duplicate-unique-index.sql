-- expect: index public.usage_counters.usage_counters_org_period_idx unique
-- The guide's second issue: both indexes are unique, so a second period that starts at the same time is refused.
DROP INDEX usage_counters_org_period_idx;
CREATE UNIQUE INDEX usage_counters_org_period_idx ON usage_counters (org_id, period_start);
