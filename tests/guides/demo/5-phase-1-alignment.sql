-- As the guide leaves it, but for the enum, which an earlier run had made in another order.

-- CreateEnum
CREATE TYPE "BillingStatus" AS ENUM ('none', 'trial', 'active', 'past_due', 'canceled');

-- CreateTable
CREATE TABLE "clients" (
    "id" TEXT NOT NULL,
    "businessName" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "onboardingComplete" BOOLEAN NOT NULL DEFAULT false,
    "outboundPaused" BOOLEAN NOT NULL DEFAULT false,
    "aiDisabled" BOOLEAN NOT NULL DEFAULT false,
    "billingStatus" "BillingStatus" NOT NULL DEFAULT 'none',
    "paymentActive" BOOLEAN NOT NULL DEFAULT false,
    "trialUsedAt" TIMESTAMP(3),
    "pendingCancellation" BOOLEAN NOT NULL DEFAULT false,
    "cancellationRequestedAt" TIMESTAMP(3),

    CONSTRAINT "clients_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "onboarding_states" (
    "id" TEXT NOT NULL,
    "clientId" TEXT NOT NULL,
    "currentStep" INTEGER NOT NULL DEFAULT 1,
    "forwardingEnabled" BOOLEAN NOT NULL DEFAULT false,
    "testCallDetected" BOOLEAN NOT NULL DEFAULT false,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "onboarding_states_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "clients_email_key" ON "clients"("email");

-- CreateIndex
CREATE INDEX "clients_onboardingComplete_idx" ON "clients"("onboardingComplete");

-- CreateIndex
CREATE INDEX "clients_outboundPaused_idx" ON "clients"("outboundPaused");

-- CreateIndex
CREATE INDEX "clients_aiDisabled_idx" ON "clients"("aiDisabled");

-- CreateIndex
CREATE INDEX "clients_billingStatus_idx" ON "clients"("billingStatus");

-- CreateIndex
CREATE UNIQUE INDEX "onboarding_states_clientId_key" ON "onboarding_states"("clientId");

-- AddForeignKey
ALTER TABLE "onboarding_states" ADD CONSTRAINT "onboarding_states_clientId_fkey" FOREIGN KEY ("clientId") REFERENCES "clients"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

INSERT INTO "clients" ("id", "businessName", "email") VALUES
    ('c1', 'Lakeside Dental', 'office@lakeside.example'),
    ('c2', 'Northgate Roofing', 'hello@northgate.example'),
    ('c3', 'Fern & Field', 'shop@fernfield.example');
INSERT INTO "onboarding_states" ("id", "clientId", "updatedAt") VALUES
    ('o1', 'c1', '2024-12-23 10:00:00'),
    ('o2', 'c2', '2024-12-23 10:00:00');

-- The history, as Prisma Migrate keeps it.
CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
    id                      VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum                VARCHAR(64) NOT NULL,
    finished_at             TIMESTAMPTZ,
    migration_name          VARCHAR(255) NOT NULL,
    logs                    TEXT,
    rolled_back_at          TIMESTAMPTZ,
    started_at              TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count     INTEGER NOT NULL DEFAULT 0
);
INSERT INTO "_prisma_migrations" (id, checksum, started_at, finished_at, migration_name, applied_steps_count) VALUES
    ('c7e05d31-94b2-4b52-8d55-77d2a1b0aa01', '6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b', '2024-10-01 12:00:00+00', '2024-10-01 12:00:03+00', '20241001120000_baseline', 1),
    ('c7e05d31-94b2-4b52-8d55-77d2a1b0aa02', 'd4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35', '2024-12-23 09:59:48+00', '2024-12-23 09:59:55+00', '20241223_align_schema_with_production', 1);
