-- As the guide leaves it, but for the duplicate index, which is still unique.

CREATE TABLE orgs (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name text NOT NULL
);

CREATE TABLE org_subscriptions (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    org_id uuid NOT NULL REFERENCES orgs(id) ON DELETE CASCADE,
    status text NOT NULL DEFAULT 'trial',
    starts_at timestamp without time zone NOT NULL,
    ends_at timestamp without time zone
);

-- Deprecated: for historical reference only.
CREATE TABLE sms_usage (
    org_id uuid NOT NULL REFERENCES orgs(id) ON DELETE CASCADE,
    month text NOT NULL,
    sent integer NOT NULL DEFAULT 0,
    PRIMARY KEY (org_id, month)
);

CREATE TABLE IF NOT EXISTS usage_counters (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    org_id uuid NOT NULL REFERENCES orgs(id) ON DELETE CASCADE,
    period_start timestamp without time zone NOT NULL,
    period_end timestamp without time zone NOT NULL,
    sms_sent integer NOT NULL DEFAULT 0,
    emails_sent integer NOT NULL DEFAULT 0,
    created_at timestamp without time zone NOT NULL DEFAULT now(),
    updated_at timestamp without time zone NOT NULL DEFAULT now(),
    CONSTRAINT usage_counters_period_check CHECK (period_end > period_start)
);

CREATE UNIQUE INDEX usage_counters_org_period_unique ON usage_counters (org_id, period_start, period_end);
CREATE UNIQUE INDEX usage_counters_org_period_idx ON usage_counters (org_id, period_start);
CREATE INDEX usage_counters_period_end_idx ON usage_counters (period_end);

CREATE FUNCTION get_current_usage_period(tz text DEFAULT 'UTC')
RETURNS TABLE (period_start timestamp without time zone, period_end timestamp without time zone)
LANGUAGE sql STABLE AS $$
    SELECT date_trunc('month', now() AT TIME ZONE tz),
           date_trunc('month', now() AT TIME ZONE tz) + interval '1 month'
$$;

INSERT INTO orgs (id, name) VALUES
    ('10000000-0000-4000-8000-000000000001', 'Plumbing & Sons'),
    ('10000000-0000-4000-8000-000000000002', 'Bright Electric');
INSERT INTO org_subscriptions (org_id, status, starts_at) VALUES
    ('10000000-0000-4000-8000-000000000001', 'active', '2025-07-01 00:00:00');
INSERT INTO sms_usage (org_id, month, sent) VALUES
    ('10000000-0000-4000-8000-000000000001', '2025-07', 41);
INSERT INTO usage_counters (org_id, period_start, period_end, sms_sent, emails_sent) VALUES
    ('10000000-0000-4000-8000-000000000001', '2025-07-01', '2025-08-01', 41, 0),
    ('10000000-0000-4000-8000-000000000001', '2025-08-01', '2025-09-01', 18, 2),
    ('10000000-0000-4000-8000-000000000002', '2025-08-01', '2025-09-01', 7, 0);
