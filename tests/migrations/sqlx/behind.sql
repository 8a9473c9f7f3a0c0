CREATE TABLE public._sqlx_migrations (
    version bigint NOT NULL,
    description text NOT NULL,
    installed_on timestamp with time zone DEFAULT now() NOT NULL,
    success boolean NOT NULL,
    checksum bytea NOT NULL,
    execution_time bigint NOT NULL
);
INSERT INTO public._sqlx_migrations VALUES (20240101000000, 'clients', '2026-11-21 12:18:32.185697+00', true, '\xe3f75138e77a1d48571743fb2e86503e26b047cb83d90578f5f97ed5f44ae629c2304c6bbc13d7f927a67f02ad8a2794', 1104398);
ALTER TABLE ONLY public._sqlx_migrations
    ADD CONSTRAINT _sqlx_migrations_pkey PRIMARY KEY (version);
