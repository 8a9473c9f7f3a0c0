-- expect: column public.usage_counters.period_end type
-- expect: assertion "usage_counters and org_subscriptions have no timestamptz"
-- One column of two was converted.
ALTER TABLE usage_counters DROP CONSTRAINT usage_counters_period_check;
ALTER TABLE usage_counters ALTER COLUMN period_end TYPE timestamptz;
ALTER TABLE usage_counters ADD CONSTRAINT usage_counters_period_check CHECK (period_end > period_start);
