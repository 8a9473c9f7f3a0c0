CREATE TABLE public.schema_migrations (
    version bigint NOT NULL PRIMARY KEY,
    inserted_at timestamp(0) without time zone
);
INSERT INTO public.schema_migrations VALUES (20240101000000, '2024-01-01 00:00:00');
INSERT INTO public.schema_migrations VALUES (20240102000000, '2024-01-02 00:00:00');
