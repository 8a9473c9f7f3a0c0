-- expect: column public.HomeSimulatedUsageBucket.homeId missing
-- expect: column public.HomeSimulatedUsageBucket.scenarioKey missing
-- expect: column public.HomeSimulatedUsageBucket.yearMonth missing
-- expect: column public.HomeSimulatedUsageBucket.bucketKey missing
-- expect: unique public.HomeSimulatedUsageBucket (homeId, scenarioKey, yearMonth, bucketKey) missing
-- Made by hand, without the quotes.
ALTER TABLE "HomeSimulatedUsageBucket" RENAME COLUMN "homeId" TO homeid;
ALTER TABLE "HomeSimulatedUsageBucket" RENAME COLUMN "scenarioKey" TO scenariokey;
ALTER TABLE "HomeSimulatedUsageBucket" RENAME COLUMN "yearMonth" TO yearmonth;
ALTER TABLE "HomeSimulatedUsageBucket" RENAME COLUMN "bucketKey" TO bucketkey;
