-- expect: unique public.HomeSimulatedUsageBucket (homeId, scenarioKey, yearMonth, bucketKey) missing
-- As CREATE UNIQUE INDEX CONCURRENTLY leaves it when it finds duplicates.
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'public."HomeSimulatedUsageBucket_homeId_scenarioKey_yearMonth_bucke_key"'::regclass;
