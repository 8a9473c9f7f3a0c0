-- expect: table public.HomeSimulatedUsageBucket missing
-- Made by hand, without the quotes.
ALTER TABLE "HomeSimulatedUsageBucket" RENAME TO homesimulatedusagebucket;
