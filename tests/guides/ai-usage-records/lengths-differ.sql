-- expect: column public.ai_assist_events.confidence_level type
-- expect: column public.ai_assist_events.language type
-- expect: column public.ai_assist_events.prompt_template_id type
ALTER TABLE ai_assist_events
    ALTER COLUMN confidence_level TYPE varchar(50),
    ALTER COLUMN language TYPE varchar(2),
    ALTER COLUMN prompt_template_id TYPE varchar;
