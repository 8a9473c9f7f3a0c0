-- expect: nothing
-- The key as a constraint, its columns in another order: the same guarantee.
DROP INDEX "HomeSimulatedUsageBucket_homeId_scenarioKey_yearMonth_bucke_key";
ALTER TABLE "HomeSimulatedUsageBucket" ADD CONSTRAINT home_simulated_usage_bucket_key UNIQUE ("bucketKey", "yearMonth", "scenarioKey", "homeId");
