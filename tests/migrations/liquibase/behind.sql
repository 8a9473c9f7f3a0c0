CREATE TABLE public.databasechangelog (
    id character varying(255) NOT NULL,
    author character varying(255) NOT NULL,
    filename character varying(255) NOT NULL,
    dateexecuted timestamp without time zone NOT NULL,
    orderexecuted integer NOT NULL,
    exectype character varying(10) NOT NULL,
    md5sum character varying(35),
    description character varying(255),
    comments character varying(255),
    tag character varying(255),
    liquibase character varying(20),
    contexts character varying(255),
    labels character varying(255),
    deployment_id character varying(10)
);
INSERT INTO public.databasechangelog VALUES ('clients', 'ann', 'changelog/001-clients.sql', '2026-11-21 12:14:51.051711', 1, 'EXECUTED', '9:3469a0f1ce7b38a805cc48b1cd2c5bfe', 'sql', '', NULL, '4.28.0', NULL, NULL, '5263291010');
