-- CreateTable
CREATE TABLE "HomeUsageInterval" (
    "id" TEXT NOT NULL,
    "homeId" TEXT NOT NULL,
    "startsAt" TIMESTAMP(3) NOT NULL,
    "kwh" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "HomeUsageInterval_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "HomeUsageInterval_homeId_startsAt_idx" ON "HomeUsageInterval"("homeId", "startsAt");
