-- expect: table public.org_subscriptions missing
DROP TABLE org_subscriptions;
