-- expect: column public.ai_assist_events.input_data type
-- expect: column public.ai_assist_events.rule_references type
-- expect: column public.ai_assist_events.created_at type
-- sa.JSON and sa.DateTime() without timezone=True.
ALTER TABLE ai_assist_events
    ALTER COLUMN input_data TYPE json,
    ALTER COLUMN rule_references TYPE json,
    ALTER COLUMN created_at TYPE timestamp without time zone;
