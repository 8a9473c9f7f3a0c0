CREATE TABLE public.flyway_schema_history (
    installed_rank integer NOT NULL PRIMARY KEY,
    version character varying(50),
    description character varying(200) NOT NULL,
    type character varying(20) NOT NULL,
    script character varying(1000) NOT NULL,
    checksum integer,
    installed_by character varying(100) NOT NULL,
    installed_on timestamp without time zone DEFAULT now() NOT NULL,
    execution_time integer NOT NULL,
    success boolean NOT NULL
);
INSERT INTO public.flyway_schema_history VALUES (1, '1', 'clients', 'SQL', 'V1__clients.sql', 2085328462, 'postgres', '2024-01-01 00:00:00', 12, true);
INSERT INTO public.flyway_schema_history VALUES (2, '2', 'orders', 'SQL', 'V2__orders.sql', 500689597, 'postgres', '2024-01-02 00:00:00', 12, true);
INSERT INTO public.flyway_schema_history VALUES (3, '3', 'broken', 'SQL', 'V3__broken.sql', 558006356, 'postgres', '2024-01-03 00:00:00', 12, false);
