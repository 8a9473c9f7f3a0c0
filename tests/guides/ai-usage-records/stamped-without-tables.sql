-- expect: table public.ai_usage_records missing
-- expect: table public.ai_assist_events missing
-- alembic stamp head, after "the migration may have already been applied".
DROP TABLE ai_usage_records, ai_assist_events;
