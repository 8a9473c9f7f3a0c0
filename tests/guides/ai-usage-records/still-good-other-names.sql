-- expect: nothing
-- Names that Alembic or a naming convention would give, two heads in the history, and what came later.
ALTER TABLE ai_usage_records RENAME CONSTRAINT ai_usage_records_pkey TO pk_ai_usage_records;
ALTER TABLE ai_usage_records RENAME CONSTRAINT ai_usage_records_tenant_id_fkey TO fk_ai_usage_records_tenant_id_companies;
ALTER TABLE ai_usage_records ADD COLUMN provider varchar(50);
CREATE INDEX ix_ai_usage_records_created_at ON ai_usage_records(created_at);
INSERT INTO alembic_version (version_num) VALUES ('20251102_add_lc_rules');
