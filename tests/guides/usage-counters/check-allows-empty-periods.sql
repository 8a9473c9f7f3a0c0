-- expect: check public.usage_counters (period_end > period_start) missing
ALTER TABLE usage_counters DROP CONSTRAINT usage_counters_period_check;
ALTER TABLE usage_counters ADD CONSTRAINT usage_counters_period_check CHECK (period_end >= period_start);
