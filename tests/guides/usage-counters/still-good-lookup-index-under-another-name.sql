-- expect: nothing
DROP INDEX usage_counters_org_period_idx, usage_counters_period_end_idx;
CREATE INDEX usage_counters_lookup_idx ON usage_counters (org_id, period_start, period_end);
