CREATE TABLE public."SequelizeMeta" (
    name character varying(255) NOT NULL
);
INSERT INTO public."SequelizeMeta" VALUES ('20240101000000-clients.js');
ALTER TABLE ONLY public."SequelizeMeta"
    ADD CONSTRAINT "SequelizeMeta_pkey" PRIMARY KEY (name);
