-- What was there before, on a clean database.

CREATE TABLE orgs (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name text NOT NULL
);

CREATE TABLE org_subscriptions (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    org_id uuid NOT NULL REFERENCES orgs(id) ON DELETE CASCADE,
    status text NOT NULL DEFAULT 'trial',
    starts_at timestamp NOT NULL,
    ends_at timestamp
);

-- Deprecated: for historical reference only.
CREATE TABLE sms_usage (
    org_id uuid NOT NULL REFERENCES orgs(id) ON DELETE CASCADE,
    month text NOT NULL,
    sent integer NOT NULL DEFAULT 0,
    PRIMARY KEY (org_id, month)
);
