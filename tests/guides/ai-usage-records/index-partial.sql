-- expect: index public.ai_usage_records.ix_ai_usage_records_user_id where
DROP INDEX ix_ai_usage_records_user_id;
CREATE INDEX ix_ai_usage_records_user_id ON ai_usage_records(user_id) WHERE user_id IS NOT NULL;
