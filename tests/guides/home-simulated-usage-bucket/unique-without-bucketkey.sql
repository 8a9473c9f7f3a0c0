-- expect: unique public.HomeSimulatedUsageBucket (homeId, scenarioKey, yearMonth, bucketKey) missing
DROP INDEX "HomeSimulatedUsageBucket_homeId_scenarioKey_yearMonth_bucke_key";
DELETE FROM "HomeSimulatedUsageBucket";
CREATE UNIQUE INDEX "HomeSimulatedUsageBucket_homeId_scenarioKey_yearMonth_bucke_key" ON "HomeSimulatedUsageBucket" ("homeId", "scenarioKey", "yearMonth");
