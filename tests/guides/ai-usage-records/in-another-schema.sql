-- expect: table public.ai_usage_records missing
-- expect: table public.ai_assist_events missing
-- The role's search_path began elsewhere; the guide's query on pg_indexes does not ask for the schema.
CREATE SCHEMA trdrhub;
ALTER TABLE ai_usage_records SET SCHEMA trdrhub;
ALTER TABLE ai_assist_events SET SCHEMA trdrhub;
