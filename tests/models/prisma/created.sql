-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "billing";

-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateExtension
CREATE EXTENSION IF NOT EXISTS "citext";

-- CreateEnum
CREATE TYPE "billing"."billing_status" AS ENUM ('TRIAL', 'ACTIVE', 'past due');

-- CreateTable
CREATE TABLE "billing"."clients" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "token" TEXT NOT NULL,
    "email" CITEXT NOT NULL,
    "name" VARCHAR(120) NOT NULL,
    "status" "billing"."billing_status" NOT NULL DEFAULT 'TRIAL',
    "history" "billing"."billing_status"[] DEFAULT ARRAY['TRIAL', 'ACTIVE']::"billing"."billing_status"[],
    "tags" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "scores" INTEGER[],
    "settings" JSONB NOT NULL DEFAULT '{"a": [1, 2]}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMP(3) NOT NULL,
    "parent_id" UUID,

    CONSTRAINT "clients_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Group" (
    "id" SERIAL NOT NULL,
    "name" TEXT NOT NULL,

    CONSTRAINT "Group_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "orders" (
    "tenant" SMALLINT NOT NULL,
    "number" BIGSERIAL NOT NULL,
    "clientId" UUID NOT NULL,
    "total" DECIMAL(12,2) NOT NULL DEFAULT 0,
    "rate" REAL,
    "paid" BOOLEAN NOT NULL DEFAULT false,
    "note" CHAR(3),
    "due" DATE,
    "at" TIMESTAMP(3) NOT NULL DEFAULT (now() + '1 day'::interval),
    "raw" BYTEA,

    CONSTRAINT "orders_pkey" PRIMARY KEY ("tenant","number")
);

-- CreateTable
CREATE TABLE "order_lines" (
    "tenant" SMALLINT NOT NULL,
    "number" BIGINT NOT NULL,
    "line" INTEGER NOT NULL,
    "kind" tsvector,

    CONSTRAINT "order_lines_key" PRIMARY KEY ("tenant","number","line")
);

-- CreateTable
CREATE TABLE "billing"."_ClientToGroup" (
    "A" UUID NOT NULL,
    "B" INTEGER NOT NULL,

    CONSTRAINT "_ClientToGroup_AB_pkey" PRIMARY KEY ("A","B")
);

-- CreateTable
CREATE TABLE "billing"."_Friends" (
    "A" UUID NOT NULL,
    "B" UUID NOT NULL,

    CONSTRAINT "_Friends_AB_pkey" PRIMARY KEY ("A","B")
);

-- CreateIndex
CREATE UNIQUE INDEX "clients_token_key" ON "billing"."clients"("token");

-- CreateIndex
CREATE UNIQUE INDEX "clients_email_key" ON "billing"."clients"("email");

-- CreateIndex
CREATE INDEX "clients by status" ON "billing"."clients"("status", "created_at" DESC);

-- CreateIndex
CREATE INDEX "clients_tags_idx" ON "billing"."clients" USING GIN ("tags");

-- CreateIndex
CREATE UNIQUE INDEX "group_name_is_unique" ON "Group"("name");

-- CreateIndex
CREATE UNIQUE INDEX "orders_tenant_clientId_due_key" ON "orders"("tenant", "clientId", "due");

-- CreateIndex
CREATE INDEX "_ClientToGroup_B_index" ON "billing"."_ClientToGroup"("B");

-- CreateIndex
CREATE INDEX "_Friends_B_index" ON "billing"."_Friends"("B");

-- AddForeignKey
ALTER TABLE "billing"."clients" ADD CONSTRAINT "clients_parent_id_fkey" FOREIGN KEY ("parent_id") REFERENCES "billing"."clients"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "orders" ADD CONSTRAINT "orders_clientId_fkey" FOREIGN KEY ("clientId") REFERENCES "billing"."clients"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "order_lines" ADD CONSTRAINT "order_lines_tenant_number_fkey" FOREIGN KEY ("tenant", "number") REFERENCES "orders"("tenant", "number") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "billing"."_ClientToGroup" ADD CONSTRAINT "_ClientToGroup_A_fkey" FOREIGN KEY ("A") REFERENCES "billing"."clients"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "billing"."_ClientToGroup" ADD CONSTRAINT "_ClientToGroup_B_fkey" FOREIGN KEY ("B") REFERENCES "Group"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "billing"."_Friends" ADD CONSTRAINT "_Friends_A_fkey" FOREIGN KEY ("A") REFERENCES "billing"."clients"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "billing"."_Friends" ADD CONSTRAINT "_Friends_B_fkey" FOREIGN KEY ("B") REFERENCES "billing"."clients"("id") ON DELETE CASCADE ON UPDATE CASCADE;


-- What `prisma migrate deploy` keeps its history in.
CREATE TABLE _prisma_migrations (
    id                      VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum                VARCHAR(64) NOT NULL,
    finished_at             TIMESTAMPTZ,
    migration_name          VARCHAR(255) NOT NULL,
    logs                    TEXT,
    rolled_back_at          TIMESTAMPTZ,
    started_at              TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count     INTEGER NOT NULL DEFAULT 0
);
