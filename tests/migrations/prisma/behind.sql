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
ALTER TABLE ONLY public._prisma_migrations
    ADD CONSTRAINT _prisma_migrations_pkey PRIMARY KEY (id);
