-- expect: index public.ai_usage_records.ix_ai_usage_records_validation_session_id missing
-- expect: index public.ai_assist_events.ix_ai_assist_events_company_id missing
DROP INDEX ix_ai_usage_records_validation_session_id, ix_ai_assist_events_company_id;
