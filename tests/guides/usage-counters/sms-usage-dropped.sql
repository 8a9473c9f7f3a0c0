-- expect: table public.sms_usage missing
-- A warning: the guide allows it after the verification.
DROP TABLE sms_usage;
