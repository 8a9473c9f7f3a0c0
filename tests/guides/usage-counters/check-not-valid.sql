-- expect: check public.usage_counters.usage_counters_period_check validated
-- Old rows violate it, so somebody added NOT VALID.
ALTER TABLE usage_counters DROP CONSTRAINT usage_counters_period_check;
INSERT INTO usage_counters (org_id, period_start, period_end) VALUES ('10000000-0000-4000-8000-000000000002', '2025-07-01', '2025-06-30');
ALTER TABLE usage_counters ADD CONSTRAINT usage_counters_period_check CHECK (period_end > period_start) NOT VALID;
