-- expect: table public.ai_assist_events missing
-- The SQL editor ran the first half.
DROP TABLE ai_assist_events;
