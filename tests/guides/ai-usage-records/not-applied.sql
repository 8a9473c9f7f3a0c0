-- expect: table public.ai_usage_records missing
-- expect: table public.ai_assist_events missing
-- expect: migration 20251116_add_ai_usage_and_events
-- The deployment has not run `alembic upgrade head` yet.
DROP TABLE ai_usage_records, ai_assist_events;
UPDATE alembic_version SET version_num = '20251102_add_lc_rules';
