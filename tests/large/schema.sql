-- A schema of the size that grows in ten years: 1,000 tables, most of them partitions of none, and what stands around
-- them. Always the same: what is different from table to table follows from its number.
create schema area_0;
create schema area_1;
create schema area_2;
create schema area_3;

do $$
declare
  area text;
begin
  for a in 0 .. 3 loop
    area := 'area_' || a;
    for e in 0 .. 9 loop
      execute format('create type %I.status_%s as enum (%s)', area, e,
        (select string_agg(quote_literal('state ' || l), ', ' order by l) from generate_series(1, 3 + e) l));
    end loop;
    for d in 0 .. 4 loop
      execute format('create domain %I.amount_%s as numeric(%s,2) not null default %s constraint amount_%s_bounds
        check (value between 0 and %s)', area, d, 10 + d, d, d, 1000 * (d + 1));
    end loop;
    execute format('create type %I.address as (street text, "Postal Code" varchar(10), city text)', area);
    execute format('create sequence %I.numbers increment 10 cache 5', area);
    execute format($f$create function %I.stamp() returns trigger language plpgsql as $b$
begin
  new.updated_at := now();
  return new;
end
$b$ $f$, area);
  end loop;

  -- 200 tables to which 800 refer.
  for i in 0 .. 199 loop
    area := 'area_' || i % 4;
    execute format('create table %I.main_%s (
        id bigint generated %s as identity primary key,
        code varchar(%s) not null,
        "displayName" text collate "C" default %L,
        status %I.status_%s not null default ''state 1'',
        amount %I.amount_%s,
        attributes jsonb not null default ''{}'',
        tags text[] default array[''a'', ''b''],
        home %I.address,
        valid tstzrange not null default tstzrange(now(), null),
        created_at timestamptz not null default now(),
        updated_at timestamp(3) without time zone default (now() at time zone ''utc''),
        length integer generated always as (length(code) + %s) stored,
        constraint main_%s_code unique (code) %s,
        constraint main_%s_known check (code in (''A'', ''B'', %L) or code like ''X%%''),
        constraint main_%s_length check (char_length("displayName") between 1 and %s)
      )', area, i, case when i % 2 = 0 then 'always' else 'by default' end, 10 + i % 50, 'name ' || i, area, i % 10, area, i % 5,
      area, i, i, case when i % 7 = 0 then 'deferrable initially deferred' else '' end, i, 'C' || i, i, 10 + i);
    execute format('create index main_%s_status on %I.main_%s (status, created_at desc nulls last) where status <> ''state 1''', i, area, i);
    execute format('create index main_%s_lower on %I.main_%s (lower("displayName") text_pattern_ops)', i, area, i);
    execute format('create trigger main_%s_stamp before update on %I.main_%s for each row when (old.code is distinct from new.code)
      execute function %I.stamp()', i, area, i, area);
    execute format('comment on table %I.main_%s is %L', area, i, 'Table number ' || i || E': it''s\nlong');
    execute format('comment on column %I.main_%s.code is %L', area, i, '"' || i || '" \ %');
    if i % 3 = 0 then
      execute format('alter table %I.main_%s enable row level security', area, i);
      execute format('create policy own on %I.main_%s for select to pg_monitor using (code = current_user::text or amount > %s)', area, i, i);
      execute format('create policy "write it" on %I.main_%s for insert with check (length(code) < %s)', area, i, 10 + i);
    end if;
    if i % 5 = 0 then
      execute format('grant select, insert on %I.main_%s to pg_monitor', area, i);
      execute format('grant update (code) on %I.main_%s to pg_read_all_stats', area, i);
    end if;
  end loop;

  -- 700 tables of which each refers to one of them.
  for i in 0 .. 699 loop
    area := 'area_' || i % 4;
    execute format('create table %I.detail_%s (
        id bigint default nextval(''%I.numbers'') primary key,
        main_id bigint not null constraint detail_%s_main references %I.main_%s (id) on delete %s,
        position integer not null default %s,
        note text,
        price double precision default %s,
        ratio real default 0.1,
        day date default ''2024-01-01'',
        during interval default ''%s days 02:00:00'',
        flags bit(8) default B''10101010'',
        bytes bytea default ''\x00ff'',
        uuid uuid default ''00000000-0000-0000-0000-000000000000'',
        constraint detail_%s_position unique (main_id, position),
        constraint detail_%s_check check (position >= 0 and (note is null or note <> ''''))
      )', area, i, area, i, area, i % 200, (array['cascade', 'restrict', 'no action', 'no action'])[1 + i % 4], i, i || '.25', i, i, i);
    execute format('create index detail_%s_main_id on %I.detail_%s (main_id) include (note)', i, area, i);
    if i % 10 = 0 then
      execute format('create view %I.view_%s as select d.id, d.note, m.code, count(*) over (partition by m.id) as n
        from %I.detail_%s d join %I.main_%s m on m.id = d.main_id where d.position > %s and m.status <> ''state 2''',
        area, i, area, i, area, i % 200, i);
      execute format('create function %I.total_%s(wanted bigint, lowest double precision default %s) returns numeric language sql stable as
        $b$ select sum(price)::numeric from %I.detail_%s where main_id = wanted and price >= lowest $b$', area, i, i, area, i);
    end if;
    if i % 50 = 0 then
      execute format('create materialized view %I.summary_%s as select main_id, sum(price) as price from %I.detail_%s group by main_id', area, i, area, i);
      execute format('create unique index summary_%s_main on %I.summary_%s (main_id)', i, area, i);
    end if;
  end loop;

  -- 10 partitioned tables with 90 partitions.
  for i in 0 .. 9 loop
    area := 'area_' || i % 4;
    execute format('create table %I.events_%s (at timestamptz not null, kind text not null, body jsonb, primary key (at, kind))
      partition by range (at)', area, i);
    execute format('create index events_%s_kind on %I.events_%s (kind, at desc)', i, area, i);
    for m in 1 .. 9 loop
      execute format('create table %I.events_%s_%s partition of %I.events_%s for values from (%L) to (%L)', area, i, m, area, i,
        make_date(2024, m, 1), make_date(2024, m + 1, 1));
    end loop;
  end loop;
end
$$;
