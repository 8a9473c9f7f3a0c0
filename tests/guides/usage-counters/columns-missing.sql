-- expect: column public.usage_counters.emails_sent missing
-- expect: column public.usage_counters.updated_at missing
-- "Creates usage_counters table if missing": it was not, and it was older.
ALTER TABLE usage_counters DROP COLUMN emails_sent, DROP COLUMN updated_at;
