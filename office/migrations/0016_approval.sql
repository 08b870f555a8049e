-- Sensitive acts wait here until enough other people agree; and the settings of the broker's rules.
create table configuration (
    name        text not null check (name ~ '^[a-z_]+$'),
    version     bigint not null check (version > 0),
    body        jsonb not null,
    author      text not null,
    reason      text not null default '',
    approval_id uuid,
    at          timestamptz not null default now(),
    primary key (name, version)
);
create trigger append_only before update or delete on configuration
    for each row execute function refuse_change();
alter table configuration enable always trigger append_only;
select guard_append_only('configuration');
comment on table configuration is 'Rules as data: the rights matrix, approval levels and so on. Each change is a new version; the highest is in force.';

create table approval (
    id              uuid primary key,
    action          text not null,
    subject         text not null,
    subject_version text not null,
    client_id       uuid,
    payload         text not null,
    payload_hash    bytea not null,
    reason          text not null check (reason <> ''),
    maker           text not null,
    maker_id        uuid not null,
    maker_person_id uuid,
    levels          jsonb not null,
    state           text not null default 'pending' check (state in
        ('pending', 'approved', 'rejected', 'withdrawn', 'expired', 'stale')),
    level           integer not null default 0,
    version         bigint not null default 1,
    claimed_by      uuid references staff,
    claimed_until   timestamptz,
    requested_at    timestamptz not null default now(),
    expires_at      timestamptz not null,
    closed_at       timestamptz,
    closed_by       text,
    closed_code     text not null default '',
    constraint approval_payload check (payload_hash = sha256(convert_to(payload, 'UTF8'))),
    constraint approval_closed check ((closed_at is null) = (state = 'pending'))
);
create unique index approval_waiting on approval (subject, action) where state = 'pending';
create index approval_by_state on approval (state, requested_at, id);
create index approval_by_client on approval (client_id, requested_at) where client_id is not null;
comment on table approval is 'A sensitive act that waits for, or was decided by, other people than its maker. Never deleted.';
comment on column approval.action is 'The permission of the route that would do it.';
comment on column approval.subject_version is 'As subject_state gave it when it was asked for: another one makes it stale.';
comment on column approval.payload is 'The request that is carried out, word for word.';
comment on column approval.levels is 'Who must agree, in this order, as configured when it was asked for.';
comment on column approval.level is 'How many levels are complete.';
comment on column approval.version is 'Rises with every change: decisions name the version that they saw.';

create table approval_party (
    approval_id uuid not null references approval,
    person_id   uuid not null,
    part        text not null check (part in ('maker', 'editor', 'source')),
    primary key (approval_id, person_id, part)
);
comment on table approval_party is 'Who may not decide it: whoever asked, edited it or raised the facts that it cites.';

create table approval_decision (
    approval_id  uuid not null references approval,
    level        integer not null,
    decision     text not null check (decision in ('approve', 'reject')),
    staff_id     uuid not null references staff,
    person_id    uuid not null,
    on_behalf_of uuid references staff,
    role         text not null,
    remark       text not null check (remark <> ''),
    payload_hash bytea not null,
    void         boolean not null default false,
    decided_at   timestamptz not null default now()
);
create unique index approval_decision_once on approval_decision (approval_id, person_id)
    where not void;
comment on table approval_decision is 'What each approver decided, on which words; void when the request was edited afterwards.';

create function refuse_party() returns trigger
language plpgsql security definer set search_path = cambist, pg_temp as $$
begin
    if exists (select from approval_party p
                where p.approval_id = new.approval_id
                  and p.person_id in (new.person_id,
                      (select s.person_id from staff s where s.id = new.on_behalf_of))) then
        raise exception 'a party to the request decides it'
            using errcode = 'check_violation', constraint = 'approver_is_no_party';
    end if;
    return new;
end $$;
create trigger approver_is_no_party before insert on approval_decision
    for each row execute function refuse_party();
alter table approval_decision enable always trigger approver_is_no_party;

-- How a subject stands, under its lock: client first, then account, as everybody locks them.
create function subject_state(subject text, out known boolean, out version text, out client uuid)
language plpgsql security definer set search_path = cambist, pg_temp as $$
declare
    kind text := split_part(subject, ':', 1);
    key text := substr(subject, length(split_part(subject, ':', 1)) + 2);
    the_server integer;
    the_login bigint;
begin
    known := true;
    if kind = 'client' then
        select c.version::text, c.id into version, client
          from client c where c.id = key::uuid for update;
    elsif kind = 'account' then
        the_server := split_part(key, '/', 1)::integer;
        the_login := split_part(key, '/', 2)::bigint;
        perform from client c where c.id = (select a.client_id from account a
            where a.server_id = the_server and a.login = the_login) for update;
        perform from account a where a.server_id = the_server and a.login = the_login for update;
        select concat_ws('/', a.accepted_version, a.group_name, a.leverage_x100, a.state,
                         c.version), a.client_id into version, client
          from account a left join client c on c.id = a.client_id
         where a.server_id = the_server and a.login = the_login;
    elsif kind = 'hold' then
        select (h.released_at is null)::text, a.client_id into version, client
          from hold h join account a using (server_id, login)
         where h.id = key::uuid for update of h;
    elsif kind = 'command' then
        select m.status, coalesce(a.client_id, (m.payload->>'client')::uuid) into version, client
          from command m left join account a using (server_id, login)
         where m.id = key::uuid for update of m;
    elsif kind = 'quarantine' then
        select (q.resolved_at is null)::text, a.client_id into version, client
          from quarantine q left join account a using (server_id, login)
         where q.server_id = split_part(key, '/', 1)::integer
           and q.epoch = split_part(key, '/', 2)::bigint
           and q.seq = split_part(key, '/', 3)::bigint for update of q;
    elsif kind = 'server' then
        select concat_ws('/', s.config_version, s.policy_era, s.money_out_stopped) into version
          from server s where s.id = key::integer for update;
    elsif kind = 'staff' then
        select s.version::text into version from staff s where s.id = key::uuid for update;
    elsif kind = 'configuration' then
        perform pg_advisory_xact_lock(hashtextextended(subject, 16));
        select max(c.version)::text into version from configuration c where c.name = key;
    end if;
    if version is null then
        known := false;
        version := '';
    end if;
exception when invalid_text_representation or numeric_value_out_of_range then
    known := false;
    version := '';
end $$;
comment on function subject_state(text) is
    'Locks what an approval is about and tells its version and client; not known: it does not exist yet.';

create function client_of(subject text) returns uuid
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
    elsif kind = 'approval' then
        return (select p.client_id from approval p where p.id = key::uuid);
    end if;
    return null;
end $$;
comment on function client_of(text) is 'The client whom a subject belongs to; null: none.';

create function sources_of(subject text) returns setof uuid
language sql stable security definer set search_path = cambist, pg_temp as $$
    select s.person_id from command m join staff s on m.requested_by = 'staff:' || s.username
     where subject like 'command:%' and m.id = substr(subject, 9)::uuid
$$;
comment on function sources_of(text) is
    'Whose own doing a request about that subject judges: they do not decide it.';

revoke execute on function subject_state(text), client_of(text), sources_of(text) from public;
grant execute on function subject_state(text), sources_of(text) to cambist_gateway;
grant execute on function client_of(text) to cambist_gateway, cambist_bridge;

create function sees_approval(id uuid) returns boolean language plpgsql stable parallel safe as $$
begin
    return exists (select from approval a where a.id = sees_approval.id);
end $$;

alter table approval enable row level security;
alter table approval_party enable row level security;
alter table approval_decision enable row level security;
create policy all_rows on approval to cambist_bridge, cambist_reports using (true);
create policy all_rows on approval_party to cambist_bridge, cambist_reports using (true);
create policy all_rows on approval_decision to cambist_bridge, cambist_reports using (true);
create policy in_scope on approval to cambist_gateway
    using ((select sees_all()) or maker_id = acting_principal() or sees_client(client_id));
create policy in_scope on approval_party to cambist_gateway
    using ((select sees_all()) or sees_approval(approval_id));
create policy in_scope on approval_decision to cambist_gateway
    using ((select sees_all()) or sees_approval(approval_id));

grant select on configuration, approval, approval_party, approval_decision
    to cambist_bridge, cambist_gateway, cambist_reports;
grant insert on configuration, approval, approval_party, approval_decision to cambist_gateway;
grant update (payload, payload_hash, subject_version, state, level, version, claimed_by,
              claimed_until, expires_at, closed_at, closed_by, closed_code) on approval
    to cambist_gateway;
grant update (void) on approval_decision to cambist_gateway;
grant update (resolved_at) on quarantine to cambist_gateway;
grant update (status, finished_at, result) on command to cambist_gateway;
grant update (policy_era) on server to cambist_gateway;
