-- expect: index public.usage_counters.usage_counters_org_period_unique valid
-- expect: unique public.usage_counters (org_id, period_start, period_end) missing
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'public.usage_counters_org_period_unique'::regclass;
