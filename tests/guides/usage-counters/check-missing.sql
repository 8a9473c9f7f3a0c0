-- expect: check public.usage_counters (period_end > period_start) missing
-- The guide's fourth issue, as it was.
ALTER TABLE usage_counters DROP CONSTRAINT usage_counters_period_check;
