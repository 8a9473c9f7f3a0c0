-- expect: migration 20251116_add_ai_usage_and_events
-- Option 3 without its last statement: the next `alembic upgrade head` stops at "relation already exists".
UPDATE alembic_version SET version_num = '20251102_add_lc_rules';
