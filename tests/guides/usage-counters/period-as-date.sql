-- expect: column public.usage_counters.period_start type
-- expect: column public.usage_counters.period_end type
ALTER TABLE usage_counters ALTER COLUMN period_start TYPE date, ALTER COLUMN period_end TYPE date;
