-- expect: index public.ai_usage_records.ix_ai_usage_records_tenant_id valid
-- As CREATE INDEX CONCURRENTLY leaves it when it is broken off; IF NOT EXISTS then passes over it.
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'public.ix_ai_usage_records_tenant_id'::regclass;
