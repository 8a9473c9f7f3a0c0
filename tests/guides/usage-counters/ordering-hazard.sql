-- expect: table public.usage_counters missing
-- expect: assertion "usage_counters has a lookup index that is not unique"
-- expect: assertion "no organisation has overlapping periods"
-- What the guide warns of: on a clean database the boundary migration ran first, and there was no table to fix.
DROP TABLE usage_counters;
