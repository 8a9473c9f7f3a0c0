-- expect: foreign_key public.ai_usage_records (user_id -> public.users(id)) missing
-- expect: foreign_key public.ai_assist_events (session_id -> public.validation_sessions(id)) missing
-- expect: foreign_key public.ai_assist_events (lc_session_id -> public.validation_sessions(id)) missing
ALTER TABLE ai_usage_records DROP CONSTRAINT ai_usage_records_user_id_fkey;
ALTER TABLE ai_assist_events DROP CONSTRAINT ai_assist_events_session_id_fkey, DROP CONSTRAINT ai_assist_events_lc_session_id_fkey;
