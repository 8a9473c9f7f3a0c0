-- expect: foreign_key public.ai_assist_events.ai_assist_events_company_id_fkey validated
ALTER TABLE ai_assist_events DROP CONSTRAINT ai_assist_events_company_id_fkey;
ALTER TABLE ai_assist_events ADD CONSTRAINT ai_assist_events_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id) NOT VALID;
