-- expect: column public.HomeSimulatedUsageBucket.bucketKey missing
-- expect: unique public.HomeSimulatedUsageBucket (homeId, scenarioKey, yearMonth, bucketKey) missing
-- From an earlier draft of the schema.
ALTER TABLE "HomeSimulatedUsageBucket" DROP COLUMN "bucketKey";
