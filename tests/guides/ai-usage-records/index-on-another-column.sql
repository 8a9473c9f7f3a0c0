-- expect: index public.ai_assist_events.ix_ai_assist_events_session_id keys
-- The name is right, IF NOT EXISTS passes over it, and the column is not the one.
DROP INDEX ix_ai_assist_events_session_id;
CREATE INDEX ix_ai_assist_events_session_id ON ai_assist_events(lc_session_id);
