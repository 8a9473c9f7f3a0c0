-- expect: table public.HomeSimulatedUsageBucket missing
-- prisma migrate resolve --applied, and nobody ran the SQL.
DROP TABLE "HomeSimulatedUsageBucket";
