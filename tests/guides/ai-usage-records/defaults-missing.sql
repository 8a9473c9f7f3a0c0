-- expect: column public.ai_usage_records.tokens_out default
-- expect: column public.ai_usage_records.created_at default
-- expect: column public.ai_assist_events.fallback_used default
-- The models have default=, not server_default=: the application is content, plain SQL is not.
ALTER TABLE ai_usage_records ALTER COLUMN tokens_out DROP DEFAULT, ALTER COLUMN created_at DROP DEFAULT;
ALTER TABLE ai_assist_events ALTER COLUMN fallback_used DROP DEFAULT;
