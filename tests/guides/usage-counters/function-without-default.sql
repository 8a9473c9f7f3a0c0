-- expect: assertion "the current period can be asked for without a time zone"
DROP FUNCTION get_current_usage_period(text);
CREATE FUNCTION get_current_usage_period(tz text)
RETURNS TABLE (period_start timestamp, period_end timestamp)
LANGUAGE sql STABLE AS $$
    SELECT date_trunc('month', now() AT TIME ZONE tz), date_trunc('month', now() AT TIME ZONE tz) + interval '1 month'
$$;
