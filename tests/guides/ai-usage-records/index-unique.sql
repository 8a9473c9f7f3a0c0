-- expect: index public.ai_assist_events.ix_ai_assist_events_user_id unique
DROP INDEX ix_ai_assist_events_user_id;
CREATE UNIQUE INDEX ix_ai_assist_events_user_id ON ai_assist_events(user_id);
