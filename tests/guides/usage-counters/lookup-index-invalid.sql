-- expect: index public.usage_counters.usage_counters_org_period_idx valid
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'public.usage_counters_org_period_idx'::regclass;
