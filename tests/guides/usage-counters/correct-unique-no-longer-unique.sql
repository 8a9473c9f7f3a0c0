-- expect: index public.usage_counters.usage_counters_org_period_unique unique
-- expect: unique public.usage_counters (org_id, period_start, period_end) missing
DROP INDEX usage_counters_org_period_unique;
CREATE INDEX usage_counters_org_period_unique ON usage_counters (org_id, period_start, period_end);
