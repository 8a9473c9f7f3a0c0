-- expect: column public.ai_usage_records.user_id nullable
-- expect: column public.ai_assist_events.ai_output nullable
-- expect: column public.ai_assist_events.processing_time_ms nullable
DELETE FROM ai_usage_records;
ALTER TABLE ai_usage_records ALTER COLUMN user_id SET NOT NULL;
ALTER TABLE ai_assist_events ALTER COLUMN ai_output DROP NOT NULL, ALTER COLUMN processing_time_ms DROP NOT NULL;
