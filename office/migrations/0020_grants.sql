-- What a scope covers is found out once a statement, not once a row; who is somebody's client stays
-- known as it was; names are searched by whoever may read them.

-- The rule itself, for one client and any permission. The filter below asks it last.
create function holds_everywhere(permission text) returns boolean
language plpgsql stable parallel safe as $$
begin
    return exists (
        select from effective_scope s
         where s.principal_id = acting_principal() and s.permission = holds_everywhere.permission
           and s.legal_entities is null and s.regions is null
           and not s.own_clients and s.partner_id is null);
end $$;
create function in_scope_for(permission text, entity text, region text, manager uuid, partner uuid)
returns boolean language plpgsql stable parallel safe as $$
begin
    return exists (
        select from effective_scope s
         where s.principal_id = acting_principal() and s.permission = in_scope_for.permission
           and (s.legal_entities is null or entity = any(s.legal_entities))
           and (s.regions is null or in_scope_for.region = any(s.regions))
           and (not s.own_clients or manager = s.holder_id)
           and (s.partner_id is null or exists (
                select from partner_subtree t
                 where t.ancestor_id = s.partner_id and t.partner_id = partner)));
end $$;
create or replace function in_acting_scope(entity text, region text, manager uuid, partner uuid)
returns boolean language plpgsql stable parallel safe as $$
begin
    return in_scope_for(acting_permission(), entity, region, manager, partner);
end $$;
comment on function holds_everywhere(text) is 'Does whoever acts hold that permission without bounds?';
comment on function in_scope_for(text, text, text, uuid, uuid) is 'Does whoever acts hold that permission for a client of that entity, region, manager and partner?';

-- Planned once a connection: a function in SQL would be planned at each call.
create or replace function lock_client(client_id uuid) returns void
language plpgsql security definer set search_path = cambist, pg_temp as $$
begin
    perform from client where id = client_id for update;
end $$;

-- Whose names may be read: of all clients, some or none; found out once a statement unless whoever
-- entered knew it already.
create function persons_read() returns text language plpgsql stable parallel safe as $$
declare
    known text := current_setting('cambist.persons_read', true);
begin
    if known <> '' then
        return known;
    end if;
    return (select case when count(*) = 0 then 'none'
                        when bool_or(s.legal_entities is null and s.regions is null
                                     and not s.own_clients and s.partner_id is null) then 'all'
                        else 'some' end
              from effective_scope s
             where s.principal_id = acting_principal() and s.permission = 'person.read');
end $$;
comment on function persons_read() is 'Does whoever acts read the names of all clients, of some or of none?';

-- Once a transaction the acting scope is taken apart by what bounds it, so that a row is compared
-- with plain arrays.
create or replace function act_as(principal uuid, permission text) returns boolean
language plpgsql as $$
declare
    held bigint;
    unbounded boolean;
    loose bigint;
    mixed boolean;
    entities text[];
    regions text[];
    places text[];
    managers uuid[];
    partners uuid[];
begin
    with scope as (
        select e.*, e.legal_entities is not null as by_entity, e.regions is not null as by_region,
               e.partner_id is not null as by_partner
          from effective_scope e
         where e.principal_id = act_as.principal and e.permission = act_as.permission)
    select count(*), count(*) filter (where not own_clients and not by_partner),
           coalesce(bool_or(not (by_entity or by_region or own_clients or by_partner)), false),
           coalesce(bool_or((own_clients or by_partner) and (by_entity or by_region)
                            or (own_clients and by_partner)), false),
           array(select v from scope, unnest(legal_entities) v
                  where not by_region and not own_clients and not by_partner),
           array(select v from scope, unnest(scope.regions) v
                  where not by_entity and not own_clients and not by_partner),
           array(select e || chr(31) || r from scope, unnest(legal_entities) e,
                  unnest(scope.regions) r where not own_clients and not by_partner),
           array(select holder_id from scope where own_clients),
           array(select partner_id from scope where by_partner)
      into held, loose, unbounded, mixed, entities, regions, places, managers, partners
      from scope;
    perform set_config('cambist.principal', coalesce(act_as.principal::text, ''), true),
            set_config('cambist.permission', act_as.permission, true),
            set_config('cambist.persons_read', '', true),
            set_config('cambist.sees_all', case when unbounded then 'on' else 'off' end, true),
            set_config('cambist.scope_mixes', case when mixed then 'on' else 'off' end, true),
            set_config('cambist.scope_is_few',
                       case when held > 0 and loose = 0 then 'on' else 'off' end, true),
            set_config('cambist.scope_entities', entities::text, true),
            set_config('cambist.scope_regions', regions::text, true),
            set_config('cambist.scope_places', places::text, true),
            set_config('cambist.scope_managers', managers::text, true),
            set_config('cambist.scope_partners', partners::text, true);
    return held > 0;
end $$;
create function scope_texts(part text) returns text[] language sql stable parallel safe as
$$ select coalesce(nullif(current_setting('cambist.scope_' || part, true), ''), '{}')::text[] $$;
create function scope_managers() returns uuid[] language sql stable parallel safe as
$$ select scope_texts('managers')::uuid[] $$;
create function scope_partners() returns setof uuid language plpgsql stable parallel safe as $$
begin
    return query select distinct t.partner_id from partner_subtree t
                  where t.ancestor_id = any(scope_texts('partners')::uuid[]);
end $$;
create function scope_says(what text) returns boolean language sql stable parallel safe as
$$ select coalesce(current_setting('cambist.scope_' || what, true) = 'on', false) $$;
comment on function scope_texts(text) is 'entities or regions whose clients are all in the acting scope; places: pairs of them; the managers and partners that bound it.';
comment on function scope_partners() is 'Those whose clients the acting scope names, with all below them.';
comment on function scope_says(text) is 'mixes: own clients or a partner''s, bounded further; is_few: only such scopes.';

drop policy in_scope on client;
create policy in_scope on client to cambist_gateway using (
    (select sees_all())
    or legal_entity = any((select scope_texts('entities'))::text[])
    or region = any((select scope_texts('regions'))::text[])
    or legal_entity || chr(31) || region = any((select scope_texts('places'))::text[])
    or ((manager_id = any((select scope_managers())::uuid[])
         or partner_id in (select scope_partners()))
        and (not (select scope_says('mixes'))
             or in_acting_scope(legal_entity, region, manager_id, partner_id))));

-- A scalar subquery is asked by the client's key for each row that is read; EXISTS would let the
-- planner gather all clients first.
do $$
declare
    filter record;
begin
    for filter in select * from (values
        ('person', 'for select', '(select sees_all()) '
            'or (select true from client c where c.person_id = person.id limit 1)'),
        ('restriction_cause', '',
         '(select sees_all()) or (select true from client c where c.id = client_id)'),
        ('client_assignment', '',
         '(select sees_all()) or (select true from client c where c.id = client_id)'),
        ('account', '',
         '(select sees_all()) or (select true from client c where c.id = client_id)'),
        ('hold', '', '(select sees_all()) or (select true from account a '
            'where a.server_id = hold.server_id and a.login = hold.login)'),
        ('policy_version', '', '(select sees_all()) or (select true from account a '
            'where a.server_id = policy_version.server_id and a.login = policy_version.login)'),
        ('command', '', '(select sees_all()) or (select true from account a '
            'where a.server_id = command.server_id and a.login = command.login) '
            'or (select true from client c where c.id = (payload->>''client'')::uuid)'),
        ('drift', '', '(select sees_all()) or (select true from account a '
            'where a.server_id = drift.server_id and a.login = drift.login)'),
        ('quarantine', '', '(select sees_all()) or (select true from account a '
            'where a.server_id = quarantine.server_id and a.login = quarantine.login)'),
        ('audit', 'for select',
         '(select sees_all()) or (select true from client c where c.id = client_id)'),
        ('outbox', 'for select',
         '(select sees_all()) or (select true from client c where c.id = client_id)'),
        ('approval', '', '(select sees_all()) or maker_id = (select acting_principal()) '
            'or (select true from client c where c.id = client_id)'),
        ('approval_party', '',
         '(select sees_all()) or (select true from approval a where a.id = approval_id)'),
        ('approval_decision', '',
         '(select sees_all()) or (select true from approval a where a.id = approval_id)')
    ) as f(relation, command, condition) loop
        execute format('drop policy in_scope on %I', filter.relation);
        execute format('create policy in_scope on %I %s to cambist_gateway using (%s)',
                       filter.relation, filter.command, filter.condition);
    end loop;
end $$;
drop function sees_client(uuid), sees_account(integer, bigint), sees_person(uuid),
    sees_approval(uuid);
create index approval_by_time on approval (requested_at, id);
create index approval_by_maker on approval (maker_id, requested_at);

-- Lists walk in their own order and drop what lies outside. Whose scope is a few own clients or a
-- partner's would walk far: such lists begin with these clients instead.
create function few_clients() returns uuid[] language plpgsql stable parallel safe as $$
declare
    most constant integer := 2000;
    found_ids uuid[];
begin
    if not scope_says('is_few') then
        return null;
    end if;
    found_ids := array(
        select c.id from client c where c.manager_id = any((select scope_managers())::uuid[])
        union
        select c.id from client c where c.partner_id = any(array(select scope_partners()))
        limit most + 1);
    return case when cardinality(found_ids) <= most then found_ids end;
end $$;
comment on function few_clients() is
    'All clients of a scope of own clients or partners; null: too many, or bounded otherwise.';

-- Region, manager and partner as they were: what is there has been so since the beginning.
insert into client_assignment (client_id, region, manager_id, partner_id, since)
select id, region, manager_id, partner_id, created_at from client c
 where not exists (select from client_assignment a where a.client_id = c.id);
create index client_by_region on client (region, id) where region <> '';
create unique index client_assignment_current on client_assignment (client_id)
    where until is null;

-- Names by their words, for searching by whoever may read them.
create function words_of(name text) returns setof text language sql immutable parallel safe as $$
    select distinct left(word, 60)
      from regexp_split_to_table(
               lower(regexp_replace(normalize(name, NFKD), '[\u0300-\u036f]', '', 'g')
                     collate "und-x-icu"), '[[:space:][:punct:]]+') as word
     where word <> ''
$$;
create table person_word (
    word      text collate "C" not null,
    person_id uuid not null references person,
    primary key (word, person_id)
);
create index person_word_of on person_word (person_id);
comment on table person_word is 'The words of a person''s name, small and without accents; seen only where personal data may be read.';
create function keep_person_words() returns trigger
language plpgsql security definer set search_path = cambist, pg_temp as $$
begin
    insert into person_word (word, person_id)
        select word, n.id from added n, words_of(n.name) word;
    return null;
end $$;
create trigger keep_words after insert on person referencing new table as added
    for each statement execute function keep_person_words();
insert into person_word (word, person_id) select word, p.id from person p, words_of(p.name) word;
alter table person_word enable row level security;
create policy readable on person_word for select to cambist_gateway using (
    (select true from client c
      where c.person_id = person_word.person_id
        and case (select persons_read()) when 'all' then true when 'none' then false
                 else in_scope_for('person.read', c.legal_entity, c.region, c.manager_id,
                                   c.partner_id) end
      limit 1));
grant select on person_word to cambist_gateway;

create or replace function client_of(subject text) returns uuid
language plpgsql stable security definer set search_path = cambist, pg_temp as $$
declare
    kind text := split_part(subject, ':', 1);
    key text := substr(subject, length(split_part(subject, ':', 1)) + 2);
begin
    if kind = 'client' then
        return key::uuid;
    elsif kind = 'account' then
        return (select a.client_id from account a
                 where a.server_id = split_part(key, '/', 1)::integer
                   and a.login = split_part(key, '/', 2)::bigint);
    elsif kind = 'command' then
        return (select coalesce(a.client_id, (m.payload->>'client')::uuid)
                  from command m left join account a using (server_id, login)
                 where m.id = key::uuid);
    elsif kind = 'hold' then
        return (select a.client_id from hold h join account a using (server_id, login)
                 where h.id = key::uuid);
    elsif kind = 'person' then
        -- One who is a client twice over is nobody's alone.
        return (select case when count(*) = 1 then (array_agg(c.id))[1] end
                  from client c where c.person_id = key::uuid);
    elsif kind = 'approval' then
        return (select p.client_id from approval p where p.id = key::uuid);
    end if;
    return null;
end $$;

insert into role_permission (role, permission)
select role, 'client.export' from unnest('{compliance, finance, risk, auditor}'::text[]) as role;

insert into configuration (name, version, body, author, reason)
select name, version + 1,
       jsonb_set(body, '{actions}', '{"client.assign": {"levels":
           [{"roles": ["partner_manager", "finance"]}]}}'::jsonb || (body->'actions')),
       'system:migrate', 'what gives clients to a partner takes an approval'
  from (select * from configuration where name = 'approvals'
         order by version desc limit 1) newest
 where not body->'actions' ? 'client.assign';

-- What ends and what begins are two statements: an assignment is the only one in force.
create or replace function reassign_clients(leaver uuid, successor uuid) returns setof uuid
language plpgsql security definer set search_path = cambist, pg_temp as $$
declare
    moved uuid[];
begin
    if not exists (select from staff s where s.id = leaver and s.status = 'left')
       or not exists (select from staff s where s.id = successor and s.status = 'active') then
        raise exception 'work goes from who left to who is active'
            using errcode = 'check_violation', constraint = 'work_goes_from_leavers';
    end if;
    with changed as (
        update client c set manager_id = successor, version = c.version + 1
         where c.manager_id = leaver returning c.id)
    select coalesce(array_agg(id order by id), '{}') into moved from changed;
    update client_assignment set until = now() where client_id = any(moved) and until is null;
    insert into client_assignment (client_id, region, manager_id, partner_id, since)
        select id, region, manager_id, partner_id, now() from client where id = any(moved);
    return query select unnest(moved);
end $$;
