-- Who acts, what each role may do, to whom it was granted and for which clients; and the one filter
-- that every read and write of the gateway passes: row level security by the acting principal.
create table staff (
    id         uuid primary key,
    person_id  uuid not null references person,
    username   text not null unique check (username ~ '^[a-z0-9][a-z0-9._-]{1,62}$'),
    name       text not null check (name <> ''),
    status     text not null default 'active' check (status in ('active', 'suspended', 'left')),
    version    bigint not null default 1 check (version > 0),
    created_at timestamptz not null default now(),
    left_at    timestamptz,
    check ((left_at is not null) = (status = 'left'))
);
create index staff_by_person on staff (person_id);
comment on table staff is 'People of the broker who sign in. Two accounts of one person count as one where four eyes are needed.';
comment on column staff.version is 'Rises with every change; edits name the version they saw.';

create table partner (
    id        uuid primary key,
    parent_id uuid references partner,
    name      text not null check (name <> '')
);
create table partner_subtree (
    ancestor_id uuid not null references partner,
    partner_id  uuid not null references partner,
    primary key (ancestor_id, partner_id)
);
create index partner_subtree_by_partner on partner_subtree (partner_id);
comment on table partner is 'Introducing brokers; clients come through them.';
comment on table partner_subtree is 'Each partner with everybody above it, itself included; kept by a trigger.';
create function keep_partner_subtree() returns trigger
language plpgsql security definer set search_path = cambist, pg_temp as $$
begin
    insert into partner_subtree
        select ancestor_id, new.id from partner_subtree where partner_id = new.parent_id
        union all select new.id, new.id;
    return null;
end $$;
create trigger keep_subtree after insert on partner
    for each row execute function keep_partner_subtree();

alter table client add column region text not null default '',
                   add column manager_id uuid references staff,
                   add column partner_id uuid references partner;
create index client_by_manager on client (manager_id, id) where manager_id is not null;
create index client_by_partner on client (partner_id, id) where partner_id is not null;
comment on column client.region is 'The sales region; empty: none.';
comment on column client.manager_id is 'The account manager.';
comment on column client.partner_id is 'The introducing broker.';

create table client_assignment (
    client_id  uuid not null references client,
    region     text not null,
    manager_id uuid references staff,
    partner_id uuid references partner,
    since      timestamptz not null,
    until      timestamptz,
    primary key (client_id, since),
    check (until > since)
);
comment on table client_assignment is 'Region, manager and partner of a client as they were at any time.';

-- Roles are data; what each may do is seeded here and changed by approval.
create table role (
    name     text primary key,
    describe text not null
);
create table role_permission (
    role       text not null references role,
    permission text not null check (permission ~ '^[a-z_]+\.[a-z_]+$'),
    primary key (role, permission)
);
create index role_permission_by_permission on role_permission (permission, role);
create table role_grantable (
    role      text not null references role,
    grantable text not null references role,
    primary key (role, grantable)
);
create table role_conflict (
    role  text not null references role,
    other text not null references role,
    primary key (role, other),
    check (role < other)
);
comment on table role is 'Jobs of the broker''s people.';
comment on table role_permission is 'What a role may do; permissions are noun.verb.';
comment on table role_grantable is 'Which roles a role holds with the grant option: it may ask that they be granted, within its own scope.';
comment on table role_conflict is 'Roles that one person may not hold together: separation of duties.';

create table role_grant (
    id             uuid primary key,
    staff_id       uuid not null references staff,
    role           text not null references role,
    legal_entities text[],
    regions        text[],
    own_clients    boolean not null default false,
    partner_id     uuid references partner,
    granted_by     text not null,
    granted_at     timestamptz not null default now(),
    approval_id    uuid,
    expires_at     timestamptz,
    revoked_by     text,
    revoked_at     timestamptz,
    check ((revoked_at is null) = (revoked_by is null)),
    check (legal_entities <> '{}' and regions <> '{}')
);
create index role_grant_of_staff on role_grant (staff_id) where revoked_at is null;
comment on table role_grant is 'A role given to a member of staff for some clients and some time.';
comment on column role_grant.legal_entities is 'Only clients of these; null: of all.';
comment on column role_grant.own_clients is 'Only clients whose account manager the holder is.';
comment on column role_grant.partner_id is 'Only clients who came through this partner or one below it; null: any.';

create table delegation (
    id          uuid primary key,
    from_staff  uuid not null references staff,
    to_staff    uuid not null references staff,
    valid_from  timestamptz not null,
    valid_until timestamptz not null,
    reason      text not null,
    approval_id uuid,
    created_at  timestamptz not null default now(),
    ended_by    text,
    ended_at    timestamptz,
    check (valid_from < valid_until),
    constraint delegation_to_oneself check (from_staff <> to_staff),
    check ((ended_at is null) = (ended_by is null))
);
create index delegation_to on delegation (to_staff, valid_until) where ended_at is null;
comment on table delegation is 'Somebody decides approvals in another''s place between two dates, with that one''s scopes.';

alter table api_key add column principal_id uuid not null unique default gen_random_uuid(),
                    add column owner_id uuid references staff,
                    add column permissions text[] not null default '{}',
                    add column legal_entities text[],
                    add column regions text[],
                    add column own_clients boolean not null default false,
                    add column partner_id uuid references partner,
                    add column expires_at timestamptz,
                    add column revoked_by text,
                    add check (legal_entities <> '{}' and regions <> '{}');
alter table api_key drop column scopes, drop column narrow_only;
create index api_key_of_owner on api_key (owner_id) where revoked_at is null;
comment on column api_key.principal_id is 'Who acts when the key is shown.';
comment on column api_key.owner_id is 'Whose key it is: it ends when its owner leaves; null: of the installation.';
comment on column api_key.permissions is 'What it may do, for the clients that the scope columns name as in role_grant; never to approve.';

create view effective_scope as
    select g.staff_id as principal_id, p.permission, g.role, g.legal_entities, g.regions,
           g.own_clients, g.partner_id, g.staff_id as holder_id, null::uuid as on_behalf_of
      from role_grant g
      join role_permission p using (role)
      join staff s on s.id = g.staff_id
     where g.revoked_at is null and (g.expires_at is null or g.expires_at > now())
       and s.status = 'active'
    union all
    select d.to_staff, p.permission, g.role, g.legal_entities, g.regions,
           g.own_clients, g.partner_id, g.staff_id, d.from_staff
      from delegation d
      join staff deputy on deputy.id = d.to_staff
      join staff s on s.id = d.from_staff
      join role_grant g on g.staff_id = d.from_staff
      join role_permission p using (role)
     where d.ended_at is null and d.valid_from <= now() and d.valid_until > now()
       and p.permission in ('approval.read', 'approval.decide')
       and g.revoked_at is null and (g.expires_at is null or g.expires_at > now())
       and s.status = 'active' and deputy.status = 'active'
    union all
    select k.principal_id, p.permission, '', k.legal_entities, k.regions,
           k.own_clients, k.partner_id, k.owner_id, null
      from api_key k
      left join staff s on s.id = k.owner_id
      cross join unnest(k.permissions) as p(permission)
     where k.revoked_at is null and (k.expires_at is null or k.expires_at > now())
       and (k.owner_id is null or s.status = 'active') and p.permission <> 'approval.decide';
comment on view effective_scope is 'What every principal may do now, and for which clients: grants in force, what was delegated, and the keys of the API.';

create function acting_principal() returns uuid language sql stable parallel safe as
$$ select nullif(current_setting('cambist.principal', true), '')::uuid $$;
create function acting_permission() returns text language sql stable parallel safe as
$$ select nullif(current_setting('cambist.permission', true), '') $$;
comment on function acting_principal() is 'Who acts in this transaction: set by whoever began it.';
comment on function acting_permission() is 'Under which permission this transaction reads and writes.';

create view acting_scope as
    select * from effective_scope
     where principal_id = acting_principal() and permission = acting_permission();
comment on view acting_scope is 'For which clients the acting principal holds the acting permission.';

-- Looked up once a transaction: row filters only ask what was found. In PL/pgSQL, whose plans are
-- kept, where those of SQL functions are made at each call.
create function act_as(principal uuid, permission text) returns boolean language plpgsql as $$
declare
    held boolean;
    unbounded boolean;
begin
    perform set_config('cambist.principal', coalesce(act_as.principal::text, ''), true),
            set_config('cambist.permission', act_as.permission, true);
    -- The plain cases first: most of a request's cost is finding out who asks.
    select count(*) > 0,
           coalesce(bool_or(g.legal_entities is null and g.regions is null
                            and not g.own_clients and g.partner_id is null), false)
      into held, unbounded
      from role_grant g
      join role_permission p on p.role = g.role and p.permission = act_as.permission
      join staff s on s.id = g.staff_id and s.status = 'active'
     where g.staff_id = act_as.principal and g.revoked_at is null
       and (g.expires_at is null or g.expires_at > now());
    if not unbounded then
        select count(*) > 0,
               coalesce(bool_or(e.legal_entities is null and e.regions is null
                                and not e.own_clients and e.partner_id is null), false)
          into held, unbounded
          from effective_scope e
         where e.principal_id = act_as.principal and e.permission = act_as.permission;
    end if;
    perform set_config('cambist.sees_all', case when unbounded then 'on' else 'off' end, true);
    return held;
end $$;
comment on function act_as(uuid, text) is
    'Says who acts under which permission for the rest of the transaction; true: for some clients at least.';

create function sees_all() returns boolean language sql stable parallel safe as
$$ select coalesce(current_setting('cambist.sees_all', true) = 'on', false) $$;
comment on function sees_all() is 'True when the acting scope has no bounds: also what belongs to no client is seen.';

create function in_acting_scope(entity text, region text, manager uuid, partner uuid)
returns boolean language plpgsql stable parallel safe as $$
begin
    return exists (
        select from acting_scope s
         where (s.legal_entities is null or entity = any(s.legal_entities))
           and (s.regions is null or in_acting_scope.region = any(s.regions))
           and (not s.own_clients or manager = s.holder_id)
           and (s.partner_id is null or exists (
                select from partner_subtree t
                 where t.ancestor_id = s.partner_id and t.partner_id = partner)));
end $$;
comment on function in_acting_scope(text, text, uuid, uuid) is
    'Does a client of that entity, region, manager and partner lie in the acting scope?';

-- Which client a record is about, so that the filter reaches it.
alter table audit add column client_id uuid, add column approval_id uuid,
                  add column on_behalf_of text not null default '';
alter table outbox add column client_id uuid;
comment on column audit.client_id is 'The client that it is about; null: none.';
comment on column audit.approval_id is 'The approval that it was done with, if it needed one.';
comment on column audit.on_behalf_of is 'In whose place the actor decided, if by delegation.';
create index audit_by_client on audit (client_id, id) where client_id is not null;

-- What belongs to a client is seen with the client. These run with the caller's rights: the
-- client's own filter decides.
create function sees_client(id uuid) returns boolean language plpgsql stable parallel safe as $$
begin
    return exists (select from client c where c.id = sees_client.id);
end $$;
create function sees_account(server integer, login bigint) returns boolean
language plpgsql stable parallel safe as $$
begin
    return exists (select from account a
                    where a.server_id = server and a.login = sees_account.login);
end $$;
create function sees_person(id uuid) returns boolean language plpgsql stable parallel safe as $$
begin
    return exists (select from client c where c.person_id = sees_person.id)
        or exists (select from staff s where s.person_id = sees_person.id);
end $$;

do $$
declare
    name text;
begin
    foreach name in array array['client', 'person', 'restriction_cause', 'client_assignment',
                                'account', 'hold', 'policy_version', 'command', 'drift',
                                'quarantine', 'audit', 'outbox'] loop
        execute format('alter table %I enable row level security', name);
        execute format('create policy all_rows on %I to cambist_bridge, cambist_reports '
                       'using (true) with check (true)', name);
    end loop;
end $$;

create policy in_scope on client to cambist_gateway
    using ((select sees_all()) or in_acting_scope(legal_entity, region, manager_id, partner_id));
create policy in_scope on person for select to cambist_gateway
    using ((select sees_all()) or sees_person(id));
create policy new on person for insert to cambist_gateway with check (true);
create policy in_scope on restriction_cause to cambist_gateway
    using ((select sees_all()) or sees_client(client_id));
create policy in_scope on client_assignment to cambist_gateway
    using ((select sees_all()) or sees_client(client_id));
create policy in_scope on account to cambist_gateway
    using ((select sees_all()) or sees_client(client_id));
create policy in_scope on hold to cambist_gateway
    using ((select sees_all()) or sees_account(server_id, login));
create policy in_scope on policy_version to cambist_gateway
    using ((select sees_all()) or sees_account(server_id, login));
create policy in_scope on command to cambist_gateway
    using ((select sees_all()) or sees_account(server_id, login)
           or sees_client((payload->>'client')::uuid));
create policy in_scope on drift to cambist_gateway
    using ((select sees_all()) or sees_account(server_id, login));
create policy in_scope on quarantine to cambist_gateway
    using ((select sees_all()) or sees_account(server_id, login));
create policy in_scope on audit for select to cambist_gateway
    using ((select sees_all()) or sees_client(client_id));
create policy new on audit for insert to cambist_gateway with check (true);
create policy in_scope on outbox for select to cambist_gateway
    using ((select sees_all()) or sees_client(client_id));
create policy new on outbox for insert to cambist_gateway with check (true);

-- COPY cannot pass row level security, and the gateway has no business with what the bridge copies.
revoke select on deal, refusal, position_event, margin_event, eod_equity from cambist_gateway;

create function office_backlog(out commands_pending bigint, out policies_pending bigint,
                               out drift_open bigint, out quarantine_open bigint)
language sql stable security definer set search_path = cambist, pg_temp as $$
    select (select count(*) from command where status = 'queued')
           + (select count(*) from command where status in ('sent', 'in_doubt', 'unknown')),
           (select count(*) from account where accepted_version <> enforced_version),
           (select count(*) from drift where resolved_at is null),
           (select count(*) from quarantine where resolved_at is null)
$$;
comment on function office_backlog() is 'What waits, in numbers alone: for the metrics.';
revoke execute on function office_backlog() from public;
grant execute on function office_backlog() to cambist_gateway;

grant select on staff, role, role_permission, role_grantable, role_conflict, role_grant,
    delegation, partner, partner_subtree, effective_scope, acting_scope, client_assignment
    to cambist_bridge, cambist_gateway, cambist_reports;
grant insert on staff, role_grant, delegation, client_assignment to cambist_gateway;
grant update (username, name, status, version, left_at) on staff to cambist_gateway;
grant update (expires_at, revoked_by, revoked_at) on role_grant to cambist_gateway;
grant update (ended_by, ended_at) on delegation to cambist_gateway;
grant update (until) on client_assignment to cambist_gateway;
grant update (region, manager_id, partner_id) on client to cambist_gateway;
grant insert on api_key to cambist_gateway;
grant update (revoked_at, revoked_by) on api_key to cambist_gateway;

insert into role values
    ('support', 'answers clients and opens accounts'),
    ('sales', 'brings and keeps clients'),
    ('compliance', 'identifies clients, approves and restricts them'),
    ('reporting_officer', 'decides on suspicion and high risk'),
    ('finance', 'moves money'),
    ('dealing', 'runs the trading servers'),
    ('risk', 'sets leverage and exposure'),
    ('partner_manager', 'looks after introducing brokers'),
    ('administrator', 'runs staff, roles and configuration'),
    ('auditor', 'reads everything and changes nothing');

insert into role_permission (role, permission)
select role, permission from (values
    ('server.read',
        '{support, sales, compliance, reporting_officer, finance, dealing, risk,
          partner_manager, administrator, auditor}'),
    ('server.register', '{administrator}'),
    ('server.stop_money', '{compliance,reporting_officer,finance,dealing,risk,administrator}'),
    ('server.resume_money', '{finance,dealing,administrator}'),
    ('server.change_mode', '{dealing,administrator}'),
    ('server.begin_era', '{dealing,administrator}'),
    ('client.read',
        '{support, sales, compliance, reporting_officer, finance, dealing, risk,
          partner_manager, auditor}'),
    ('client.register', '{support,sales,compliance,administrator}'),
    ('client.change_status', '{support,compliance,reporting_officer,risk}'),
    ('client.set_cap', '{compliance,dealing,risk}'),
    ('client.classify', '{compliance,risk}'),
    ('client.assign', '{partner_manager,administrator}'),
    ('person.read', '{compliance,reporting_officer,finance,auditor}'),
    ('account.read',
        '{support, sales, compliance, reporting_officer, finance, dealing, risk,
          partner_manager, auditor}'),
    ('account.open', '{support,sales}'),
    ('account.attach', '{support,compliance,administrator}'),
    ('account.set_state', '{support,compliance,dealing,risk}'),
    ('account.set_cap', '{compliance,dealing,risk}'),
    ('account.set_leverage', '{support,dealing,risk}'),
    ('account.move_group', '{support,dealing,risk}'),
    ('account.operate_balance', '{finance,dealing}'),
    ('account.disconnect', '{support,dealing,risk}'),
    ('hold.read', '{support,compliance,reporting_officer,finance,dealing,risk,auditor}'),
    ('hold.place', '{compliance,reporting_officer,finance,risk}'),
    ('hold.release', '{compliance,finance}'),
    ('command.read', '{support,compliance,finance,dealing,risk,auditor}'),
    ('command.resolve', '{finance,dealing}'),
    ('drift.read', '{compliance,finance,dealing,risk,auditor}'),
    ('quarantine.read', '{finance,dealing,risk,auditor}'),
    ('quarantine.resolve', '{finance,dealing}'),
    ('audit.read', '{compliance,reporting_officer,administrator,auditor}'),
    ('event.read',
        '{support, sales, compliance, reporting_officer, finance, dealing, risk,
          partner_manager, administrator, auditor}'),
    ('approval.read',
        '{support, sales, compliance, reporting_officer, finance, dealing, risk,
          partner_manager, administrator, auditor}'),
    ('approval.decide',
        '{compliance, reporting_officer, finance, dealing, risk, partner_manager,
          administrator}'),
    ('delegation.create',
        '{compliance, reporting_officer, finance, dealing, risk, partner_manager,
          administrator}'),
    ('staff.read', '{administrator,auditor}'),
    ('staff.manage', '{administrator}'),
    ('role.read', '{administrator,auditor}'),
    ('role.grant', '{administrator}'),
    ('key.read', '{administrator,auditor}'),
    ('key.manage', '{administrator}'),
    ('configuration.read',
        '{compliance, reporting_officer, finance, dealing, risk, administrator, auditor}'),
    ('configuration.change', '{compliance,risk,administrator}')
) as p(permission, roles), unnest(p.roles::text[]) as role;

insert into role_grantable select 'administrator', name from role;

insert into role_conflict (role, other)
select least(a, b), greatest(a, b) from (
    select 'auditor' as a, name as b from role where name <> 'auditor'
    union
    select 'administrator', name from role where name not in ('administrator', 'auditor')
    union values ('finance', 'dealing'), ('finance', 'compliance'), ('finance', 'partner_manager'),
                 ('compliance', 'sales'), ('compliance', 'partner_manager'), ('sales', 'finance')
) as pairs;
