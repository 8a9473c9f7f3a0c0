-- expect: column public.ai_usage_records.tenant_id nullable
-- expect: column public.ai_usage_records.feature type
-- expect: column public.ai_usage_records.tokens_in type
-- expect: column public.ai_usage_records.tokens_in default
-- expect: column public.ai_usage_records.tokens_out missing
-- expect: column public.ai_usage_records.estimated_cost_usd type
-- expect: column public.ai_usage_records.created_at type
-- expect: foreign_key public.ai_usage_records (tenant_id -> public.companies(id)) missing
-- What the guide warns of, "relation already exists": CREATE TABLE IF NOT EXISTS passes over a table of another shape.
ALTER TABLE ai_usage_records
    DROP CONSTRAINT ai_usage_records_tenant_id_fkey,
    ALTER COLUMN tenant_id DROP NOT NULL,
    ALTER COLUMN feature TYPE text,
    ALTER COLUMN tokens_in DROP DEFAULT,
    ALTER COLUMN tokens_in TYPE bigint,
    DROP COLUMN tokens_out,
    ALTER COLUMN estimated_cost_usd TYPE numeric(10, 4) USING estimated_cost_usd::numeric,
    ALTER COLUMN created_at TYPE timestamp without time zone;
