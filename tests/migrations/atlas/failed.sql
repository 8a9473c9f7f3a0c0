CREATE SCHEMA atlas_schema_revisions;
CREATE TABLE atlas_schema_revisions.atlas_schema_revisions (
    version character varying NOT NULL PRIMARY KEY,
    description character varying NOT NULL,
    type bigint DEFAULT 2 NOT NULL,
    applied bigint DEFAULT 0 NOT NULL,
    total bigint DEFAULT 0 NOT NULL,
    executed_at timestamp with time zone NOT NULL,
    execution_time bigint NOT NULL,
    error text,
    error_stmt text,
    hash character varying NOT NULL,
    partial_hashes jsonb,
    operator_version character varying NOT NULL
);
INSERT INTO atlas_schema_revisions.atlas_schema_revisions VALUES ('20240101000000', 'clients', 2, 1, 1, '2024-01-01 00:00:00+00', 1000, NULL, NULL, 'BiSfbT0/AY78NI+1XccqYUQJL+Co6G74gFqklTRaAKg=', 'null', 'Atlas CLI v0.30.0');
INSERT INTO atlas_schema_revisions.atlas_schema_revisions VALUES ('20240102000000', 'orders', 2, 1, 1, '2024-01-02 00:00:00+00', 1000, NULL, NULL, 'ZB7j6mlbk6t8VIE8cJIIaEMMhdzW1Z8/lAkCHyVCjHQ=', 'null', 'Atlas CLI v0.30.0');
INSERT INTO atlas_schema_revisions.atlas_schema_revisions VALUES ('20240103000000', 'broken', 2, 0, 1, '2024-01-03 00:00:00+00', 1000, 'type does not exist', NULL, 'bLAQt3z5zGNJqn2EzdXXPaEr6cte36Pck7oXOyubRwM=', 'null', 'Atlas CLI v0.30.0');
