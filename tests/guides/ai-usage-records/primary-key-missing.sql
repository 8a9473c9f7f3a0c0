-- expect: primary_key public.ai_assist_events missing
ALTER TABLE ai_assist_events DROP CONSTRAINT ai_assist_events_pkey;
