-- expect: unique public.HomeSimulatedUsageBucket (homeId, scenarioKey, yearMonth, bucketKey) missing
DROP INDEX "HomeSimulatedUsageBucket_homeId_scenarioKey_yearMonth_bucke_key";
CREATE UNIQUE INDEX "HomeSimulatedUsageBucket_homeId_scenarioKey_yearMonth_bucke_key" ON "HomeSimulatedUsageBucket" ("homeId", "scenarioKey", "yearMonth", "bucketKey") WHERE "scenarioKey" = 'past';
