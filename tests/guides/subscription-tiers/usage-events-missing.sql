-- expect: table public.usage_events missing
DROP TABLE "usage_events";
