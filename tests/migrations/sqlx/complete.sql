CREATE TABLE public._sqlx_migrations (
    version bigint NOT NULL,
    description text NOT NULL,
    installed_on timestamp with time zone DEFAULT now() NOT NULL,
    success boolean NOT NULL,
    checksum bytea NOT NULL,
    execution_time bigint NOT NULL
);
INSERT INTO public._sqlx_migrations VALUES (20240101000000, 'clients', '2026-11-21 12:18:32.185697+00', true, '\xe3f75138e77a1d48571743fb2e86503e26b047cb83d90578f5f97ed5f44ae629c2304c6bbc13d7f927a67f02ad8a2794', 1104398);
INSERT INTO public._sqlx_migrations VALUES (20240102000000, 'orders', '2026-11-21 12:18:32.243301+00', true, '\x6aff3fbaec07620175538cdb64402aa231e122a37c5bb425cda01d71802ec673a4323cc24615215c05a8da454286e690', 1547285);
ALTER TABLE ONLY public._sqlx_migrations
    ADD CONSTRAINT _sqlx_migrations_pkey PRIMARY KEY (version);
