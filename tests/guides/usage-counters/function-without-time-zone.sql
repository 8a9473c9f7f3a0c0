-- expect: assertion "the current period can be asked for in a time zone"
DROP FUNCTION get_current_usage_period(text);
CREATE FUNCTION get_current_usage_period()
RETURNS TABLE (period_start timestamp, period_end timestamp)
LANGUAGE sql STABLE AS $$
    SELECT date_trunc('month', now() AT TIME ZONE 'UTC'), date_trunc('month', now() AT TIME ZONE 'UTC') + interval '1 month'
$$;
