CREATE TABLE public._prisma_migrations (
    id character varying(36) NOT NULL,
    checksum character varying(64) NOT NULL,
    finished_at timestamp with time zone,
    migration_name character varying(255) NOT NULL,
    logs text,
    rolled_back_at timestamp with time zone,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    applied_steps_count integer DEFAULT 0 NOT NULL
);
INSERT INTO public._prisma_migrations VALUES ('43cef677-3ea3-4502-b93e-941e86468b7b', '87afe9d45d8727705a6b35e89774677dd656317ab4ac9f6873cb5a7ef4fa55b6', '2026-11-21 12:13:15.273+00', '20240101000000_clients', NULL, NULL, '2026-11-21 12:13:15.238+00', 1);
INSERT INTO public._prisma_migrations VALUES ('50cbdbdc-0f43-4f7f-a5b4-300a50675eec', '10e9db565e8f4a1259cef9d91fd36b00b821e397e694a1451cd767a57798dc58', '2026-11-21 12:13:15.973+00', '20240102000000_orders', NULL, NULL, '2026-11-21 12:13:15.958+00', 1);
INSERT INTO public._prisma_migrations VALUES ('f862227a-cd16-4cc3-8bef-8c2a2e822b35', '6b8e8805c0600ab88e0ff519c31467c34b5b087a8c5665a2a535d9487184cf69', NULL, '20240103000000_broken', 'external connector error
Error querying the database: ERROR: type "nosuchtype" does not exist
   0: sql_schema_connector::apply_migration::apply_script
           with migration_name="20240103000000_broken"
             at schema-engine/connectors/sql-schema-connector/src/apply_migration.rs:113
   1: schema_commands::commands::apply_migrations::Applying migration
           with migration_name="20240103000000_broken"
             at schema-engine/commands/src/commands/apply_migrations.rs:95
   2: schema_engine_wasm::wasm::engine::ApplyMigrations
             at schema-engine/schema-engine-wasm/src/wasm/engine.rs:167', NULL, '2026-11-21 12:13:16.977+00', 0);
ALTER TABLE ONLY public._prisma_migrations
    ADD CONSTRAINT _prisma_migrations_pkey PRIMARY KEY (id);
