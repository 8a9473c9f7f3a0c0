-- expect: nothing
-- "enabled by unique constraint": the key under its name, as a constraint.
DROP INDEX usage_counters_org_period_unique;
ALTER TABLE usage_counters ADD CONSTRAINT usage_counters_org_period_unique UNIQUE (org_id, period_start, period_end);
