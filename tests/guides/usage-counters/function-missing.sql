-- expect: function public.get_current_usage_period missing
-- expect: assertion "the current period can be asked for without a time zone"
-- expect: assertion "the current period can be asked for in a time zone"
DROP FUNCTION get_current_usage_period(text);
