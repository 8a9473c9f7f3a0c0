-- CreateTable
CREATE TABLE "HomeSimulatedUsageBucket" (
    "id" TEXT NOT NULL,
    "homeId" TEXT NOT NULL,
    "scenarioKey" TEXT NOT NULL,
    "yearMonth" TEXT NOT NULL,
    "bucketKey" TEXT NOT NULL,
    "kwhTotal" DOUBLE PRECISION NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "HomeSimulatedUsageBucket_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "HomeSimulatedUsageBucket_homeId_idx" ON "HomeSimulatedUsageBucket"("homeId");

-- CreateIndex
CREATE UNIQUE INDEX "HomeSimulatedUsageBucket_homeId_scenarioKey_yearMonth_bucke_key" ON "HomeSimulatedUsageBucket"("homeId", "scenarioKey", "yearMonth", "bucketKey");
