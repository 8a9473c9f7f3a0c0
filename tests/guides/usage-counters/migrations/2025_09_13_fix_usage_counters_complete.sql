-- "Fixed migration ordering hazard by consolidation", "Atomic", "Works on both clean and existing databases".

BEGIN;

CREATE TABLE IF NOT EXISTS usage_counters (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    org_id uuid NOT NULL REFERENCES orgs(id) ON DELETE CASCADE,
    period_start timestamp without time zone NOT NULL,
    period_end timestamp without time zone NOT NULL,
    sms_sent integer NOT NULL DEFAULT 0,
    emails_sent integer NOT NULL DEFAULT 0,
    created_at timestamp without time zone NOT NULL DEFAULT now(),
    updated_at timestamp without time zone NOT NULL DEFAULT now()
);

-- "Fixes timestamp types (removes timezone inconsistencies)"
ALTER TABLE usage_counters
    ALTER COLUMN period_start TYPE timestamp without time zone,
    ALTER COLUMN period_end TYPE timestamp without time zone;

-- "Migrates `sms_usage` data with correct boundaries"
INSERT INTO usage_counters (org_id, period_start, period_end, sms_sent)
SELECT org_id, to_date(month, 'YYYY-MM'), to_date(month, 'YYYY-MM') + interval '1 month', sent FROM sms_usage
WHERE NOT EXISTS (SELECT FROM usage_counters u WHERE u.org_id = sms_usage.org_id AND u.period_start = to_date(month, 'YYYY-MM'));

-- "Adds CHECK constraint for period validation"
ALTER TABLE usage_counters DROP CONSTRAINT IF EXISTS usage_counters_period_check;
ALTER TABLE usage_counters ADD CONSTRAINT usage_counters_period_check CHECK (period_end > period_start);

-- "Creates proper unique and lookup indexes"
DROP INDEX IF EXISTS usage_counters_org_period_idx;
CREATE UNIQUE INDEX IF NOT EXISTS usage_counters_org_period_unique ON usage_counters (org_id, period_start, period_end);
CREATE INDEX usage_counters_org_period_idx ON usage_counters (org_id, period_start DESC);

-- "Adds helper function `get_current_usage_period()`"
CREATE OR REPLACE FUNCTION get_current_usage_period(tz text DEFAULT 'UTC')
RETURNS TABLE (period_start timestamp without time zone, period_end timestamp without time zone)
LANGUAGE sql STABLE AS $$
    SELECT date_trunc('month', now() AT TIME ZONE tz),
           date_trunc('month', now() AT TIME ZONE tz) + interval '1 month'
$$;

COMMIT;
