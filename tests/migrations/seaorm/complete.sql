CREATE TABLE public.seaql_migrations (
    version character varying NOT NULL,
    applied_at bigint NOT NULL
);
INSERT INTO public.seaql_migrations VALUES ('m20240101_000001_create_clients', 1795263511);
INSERT INTO public.seaql_migrations VALUES ('m20240102_000001_create_orders', 1795263511);
ALTER TABLE ONLY public.seaql_migrations
    ADD CONSTRAINT seaql_migrations_pkey PRIMARY KEY (version);
