-- The database after a migration that stopped half-way: the second half of its statements is missing.
create type "BillingStatus" as enum ('none', 'trial', 'active', 'canceled');
create table orgs (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  billing_status "BillingStatus",
  trial_ends_at timestamptz(3),
  -- Of a migration that was taken back.
  plan_code text not null
);
