-- Tables that grow without bound are partitioned by month from the first day.
create table partitioned_table (
    name        text primary key,
    by_ns       boolean not null,
    append_only boolean not null
);
comment on table partitioned_table is 'Tables partitioned by month; ensure_partitions() creates their months ahead.';
comment on column partitioned_table.by_ns is 'True: the key is nanoseconds since 1970 UTC; false: a timestamptz.';
comment on column partitioned_table.append_only is 'True: rows are never changed, deleted or truncated.';

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name
        using errcode = 'insufficient_privilege', constraint = 'append_only';
end $$;
comment on function refuse_change() is 'Trigger: the table is append-only.';

create function guard_append_only(name text) returns void language plpgsql as $$
begin
    execute format('create or replace trigger append_only_truncate before truncate on %I '
                   'for each statement execute function refuse_change()', name);
    execute format('alter table %I enable always trigger append_only_truncate', name);
end $$;
comment on function guard_append_only(text) is
    'Forbids TRUNCATE of one table or partition, under session_replication_role = replica too.';

create function declare_partitioned(parent text, by_ns boolean, append_only boolean)
returns void language plpgsql as $$
begin
    insert into partitioned_table values (parent, by_ns, append_only);
    if append_only then
        execute format('create trigger append_only before update or delete on %I '
                       'for each row execute function refuse_change()', parent);
        execute format('alter table %I enable always trigger append_only', parent);
        perform guard_append_only(parent);
    end if;
    execute format('create table %I partition of %I default', parent || '_default', parent);
    if append_only then
        execute format('alter table %I enable always trigger append_only', parent || '_default');
        perform guard_append_only(parent || '_default');
    end if;
end $$;
comment on function declare_partitioned(text, boolean, boolean) is
    'Gives a partitioned table its default partition and, when append-only, its guards.';

-- One month of one table. Rows that waited in the default partition move into it, unless the table
-- is append-only: then the month stays in the default partition.
create function ensure_partition(parent text, month date) returns boolean language plpgsql as $$
declare
    kind partitioned_table;
    part text := parent || to_char(month, '"_"YYYY"_"MM');
    key text;
    low text;
    high text;
    occupied boolean;
begin
    if to_regclass(format('%I', part)) is not null then
        return false;
    end if;
    select * into strict kind from partitioned_table t where t.name = parent;
    select a.attname into strict key
      from pg_partitioned_table p join pg_attribute a
        on a.attrelid = p.partrelid and a.attnum = p.partattrs[0]
     where p.partrelid = to_regclass(format('%I', parent));
    if kind.by_ns then
        low := (extract(epoch from month::timestamp at time zone 'UTC')::bigint * 1000000000)::text;
        high := (extract(epoch from (month + interval '1 month')::timestamp
                         at time zone 'UTC')::bigint * 1000000000)::text;
    else
        low := quote_literal(to_char(month, 'YYYY-MM-DD') || ' 00:00:00+00');
        high := quote_literal(to_char(month + interval '1 month', 'YYYY-MM-DD') || ' 00:00:00+00');
    end if;
    execute format('select exists (select from %I where %I >= %s and %I < %s)',
                   parent || '_default', key, low, key, high) into occupied;
    if occupied and kind.append_only then
        return false;
    end if;
    execute format('create table %I (like %I including defaults including constraints)',
                   part, parent);
    if occupied then
        execute format('with moved as (delete from %I where %I >= %s and %I < %s returning *) '
                       'insert into %I select * from moved',
                       parent || '_default', key, low, key, high, part);
    end if;
    execute format('alter table %I attach partition %I for values from (%s) to (%s)',
                   parent, part, low, high);
    if kind.append_only then
        execute format('alter table %I enable always trigger append_only', part);
        perform guard_append_only(part);
    end if;
    return true;
end $$;
comment on function ensure_partition(text, date) is
    'Creates one monthly partition; true when it was made now.';

create function ensure_partitions(until timestamptz, since timestamptz default now())
returns integer language plpgsql security definer set search_path = cambist, pg_temp as $$
declare
    parent text;
    month timestamp;
    made integer := 0;
begin
    perform pg_advisory_xact_lock(hashtext('cambist.ensure_partitions'));
    for parent in select name from partitioned_table order by name loop
        for month in select generate_series(date_trunc('month', since at time zone 'UTC'),
                                            date_trunc('month', until at time zone 'UTC'),
                                            interval '1 month') loop
            if ensure_partition(parent, month::date) then
                made := made + 1;
            end if;
        end loop;
    end loop;
    return made;
end $$;
comment on function ensure_partitions(timestamptz, timestamptz) is
    'Creates the monthly partitions of every partitioned table from since to until; returns how many '
    'were made. Rows outside every month live in the default partition, so nothing is ever refused.';
revoke execute on function ensure_partitions(timestamptz, timestamptz) from public;
grant execute on function ensure_partitions(timestamptz, timestamptz)
    to cambist_bridge, cambist_gateway;
