-- expect: nothing
ALTER TABLE usage_counters DROP CONSTRAINT usage_counters_period_check;
ALTER TABLE usage_counters ADD CHECK (((period_end) > (period_start)));
