-- expect: column public.usage_counters.period_start type
-- expect: column public.usage_counters.period_end type
-- expect: assertion "usage_counters and org_subscriptions have no timestamptz"
-- The guide's third issue, as it was.
ALTER TABLE usage_counters
    ALTER COLUMN period_start TYPE timestamptz,
    ALTER COLUMN period_end TYPE timestamptz,
    ALTER COLUMN created_at TYPE timestamptz,
    ALTER COLUMN updated_at TYPE timestamptz;
