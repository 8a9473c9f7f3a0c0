CREATE TABLE public.refinery_schema_history (
    version integer NOT NULL,
    name character varying(255),
    applied_on character varying(255),
    checksum character varying(255)
);
INSERT INTO public.refinery_schema_history VALUES (1, 'clients', '2026-11-21T12:18:31.22770877Z', '2858427645824808741');
INSERT INTO public.refinery_schema_history VALUES (2, 'orders', '2026-11-21T12:18:31.302838488Z', '6529195962286951354');
ALTER TABLE ONLY public.refinery_schema_history
    ADD CONSTRAINT refinery_schema_history_pkey PRIMARY KEY (version);
