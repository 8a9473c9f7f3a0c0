-- expect: assertion "no organisation has overlapping periods"
-- The guide's fifth issue: the same month once with its last second and once as [start, end).
INSERT INTO usage_counters (org_id, period_start, period_end, sms_sent) VALUES
    ('10000000-0000-4000-8000-000000000001', '2025-08-01 00:00:00', '2025-08-31 23:59:59', 3);
