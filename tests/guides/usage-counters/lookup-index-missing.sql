-- expect: assertion "usage_counters has a lookup index that is not unique"
-- The duplicate was removed, and nothing was added in its place.
DROP INDEX usage_counters_org_period_idx, usage_counters_period_end_idx;
