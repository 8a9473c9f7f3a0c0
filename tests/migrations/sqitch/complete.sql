create schema sqitch;
CREATE TABLE sqitch.changes (
    change_id text NOT NULL,
    script_hash text,
    change text NOT NULL,
    project text NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    committed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    committer_name text NOT NULL,
    committer_email text NOT NULL,
    planned_at timestamp with time zone NOT NULL,
    planner_name text NOT NULL,
    planner_email text NOT NULL
);
CREATE TABLE sqitch.projects (
    project text NOT NULL,
    uri text,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    creator_name text NOT NULL,
    creator_email text NOT NULL
);
INSERT INTO sqitch.changes VALUES ('b4ce66f79626e6d8cbc8557d722b88bfe1543c68', 'd80fc5d1e8139c0c38ad4ec7ede10e90f3d8b15c', 'clients', 'shop', 'Adds clients', '2026-11-21 12:19:56.26875+00', 'Ann', 'ann@example.com', '2026-11-21 12:19:55+00', 'Ann', 'ann@example.com');
INSERT INTO sqitch.changes VALUES ('272f47a8cab185b8b5c9d61ae756545bcf8b5d79', '601e633b66993a04396a69ae1282509645cdd079', 'orders', 'shop', 'Adds orders', '2026-11-21 12:19:57.094051+00', 'Ann', 'ann@example.com', '2026-11-21 12:19:56+00', 'Ann', 'ann@example.com');
INSERT INTO sqitch.projects VALUES ('shop', NULL, '2026-11-21 12:19:56.237329+00', 'Ann', 'ann@example.com');
ALTER TABLE ONLY sqitch.changes
    ADD CONSTRAINT changes_pkey PRIMARY KEY (change_id);
ALTER TABLE ONLY sqitch.changes
    ADD CONSTRAINT changes_project_script_hash_key UNIQUE (project, script_hash);
ALTER TABLE ONLY sqitch.projects
    ADD CONSTRAINT projects_pkey PRIMARY KEY (project);
ALTER TABLE ONLY sqitch.projects
    ADD CONSTRAINT projects_uri_key UNIQUE (uri);
ALTER TABLE ONLY sqitch.changes
    ADD CONSTRAINT changes_project_fkey FOREIGN KEY (project) REFERENCES sqitch.projects(project) ON UPDATE CASCADE;
