-- expect: index public.usage_counters.usage_counters_org_period_unique missing
-- expect: unique public.usage_counters (org_id, period_start, period_end) missing
-- Of the two, the wrong one was removed: ON CONFLICT finds no key.
DROP INDEX usage_counters_org_period_unique;
