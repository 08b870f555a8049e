-- How members of staff prove who they are: passwords, second factors, sessions, devices; what
-- limits those who try; and the record of everybody who tried.
create table staff_credential (
    staff_id             uuid primary key references staff,
    security_version     bigint not null default 1,
    password_hash        text check (password_hash like '$argon2id$%'),
    password_changed_at  timestamptz,
    password_expires_at  timestamptz,
    must_change_password boolean not null default true,
    issuable_by          uuid references staff,
    issuable_until       timestamptz,
    totp_secret          bytea,
    totp_confirmed_at    timestamptz,
    totp_step            bigint not null default 0,
    totp_offered         bytea,
    signed_in_at         timestamptz,
    check ((totp_confirmed_at is null) = (totp_secret is null)),
    check ((issuable_by is null) = (issuable_until is null))
);
comment on table staff_credential is 'What a member of staff signs in with; seen by the gateway alone.';
comment on column staff_credential.security_version is 'Rises when password, second factor, role, scope or status change: a session of another version is over.';
comment on column staff_credential.password_hash is 'Argon2id, as libsodium writes it; null: no password opens the account.';
comment on column staff_credential.password_expires_at is 'A temporary password''s end; null: one of the holder''s own.';
comment on column staff_credential.issuable_by is 'Who may take a temporary password for this account, until issuable_until: its maker, or whoever was allowed to reset it.';
comment on column staff_credential.totp_secret is 'Encrypted with a key that is kept outside the database.';
comment on column staff_credential.totp_offered is 'A secret that was shown and not confirmed by a code of it yet; encrypted likewise.';
comment on column staff_credential.totp_step is 'The last 30 second step whose code was used: a code of it or before is refused.';

create table staff_recovery_code (
    hash     bytea primary key check (length(hash) = 32),
    staff_id uuid not null references staff,
    made_at  timestamptz not null default now(),
    used_at  timestamptz,
    void     boolean not null default false
);
create index staff_recovery_code_of on staff_recovery_code (staff_id)
    where used_at is null and not void;
comment on table staff_recovery_code is 'Codes that stand in for the second factor, once each; void when new ones were made.';

create table staff_device (
    id           uuid primary key default gen_random_uuid(),
    staff_id     uuid not null references staff,
    token_hash   bytea not null check (length(token_hash) = 32),
    user_agent   text not null,
    address      text not null,
    country      text not null default '',
    first_seen_at timestamptz not null default now(),
    last_seen_at  timestamptz not null default now(),
    revoked_at   timestamptz
);
create unique index staff_device_token on staff_device (token_hash, staff_id)
    where revoked_at is null;
create index staff_device_of on staff_device (staff_id, last_seen_at);
comment on table staff_device is 'Browsers from which a member of staff has signed in, known by a cookie.';

create table staff_session (
    id                  uuid primary key default gen_random_uuid(),
    token_hash          bytea not null unique check (length(token_hash) = 32),
    staff_id            uuid not null references staff,
    device_id           uuid not null references staff_device,
    security_version    bigint not null,
    state               text not null check (state in ('enrolling', 'active')),
    created_at          timestamptz not null default now(),
    last_seen_at        timestamptz not null default now(),
    idle_expires_at     timestamptz not null,
    absolute_expires_at timestamptz not null,
    stepped_up_at       timestamptz,
    address             text not null,
    country             text not null default '',
    user_agent          text not null,
    ended_at            timestamptz,
    ended_why           text check (ended_why in ('signed_out', 'signed_in_again', 'replaced',
                            'revoked', 'device_revoked', 'credentials_changed', 'left')),
    check ((ended_at is null) = (ended_why is null))
);
create index staff_session_of on staff_session (staff_id, created_at) where ended_at is null;
create index staff_session_of_device on staff_session (device_id) where ended_at is null;
comment on table staff_session is 'A signed-in browser. Its cookie holds a token of 256 random bits; only the hash is kept.';
comment on column staff_session.state is 'enrolling: a new password or second factor is still to be set, and nothing else is allowed.';
comment on column staff_session.last_seen_at is 'Written when a request comes some time after the last one, not at each.';
comment on column staff_session.stepped_up_at is 'When a code was last shown: sensitive acts need it to be recent.';

create table sign_in (
    id            bigint generated always as identity,
    at            timestamptz not null default clock_timestamp(),
    username_hash bytea not null,
    staff_id      uuid,
    session_id    uuid,
    address       text not null,
    country       text not null default '',
    device_id     uuid,
    user_agent    text not null default '',
    outcome       text not null check (outcome in ('signed_in', 'refused', 'throttled')),
    cause         text not null default '',
    flags         text[] not null default '{}',
    request_id    text not null default '',
    primary key (id, at)
) partition by range (at);
select declare_partitioned('sign_in', false, true);
create index sign_in_of_staff on sign_in (staff_id, id);
create index sign_in_by_address on sign_in (address, at);
create index sign_in_abnormal on sign_in (id) where flags <> '{}';
comment on table sign_in is 'Every attempt to sign in. Append-only.';
comment on column sign_in.username_hash is 'Keyed hash of what was typed: it may have been a password.';
comment on column sign_in.cause is 'Why it was refused; whoever tried is told one and the same.';
comment on column sign_in.flags is 'What was unusual: new_device, new_country, burst, dormant_privileged, recovery_code, credential_stuffing.';

-- Shared by all gateways; what is a day old is forgotten.
create table sign_in_counter (
    kind           text not null check (kind in ('account', 'device', 'address')),
    key            bytea not null check (length(key) = 32),
    failures       bigint not null default 0 check (failures >= 0),
    last_failed_at timestamptz not null default 'epoch',
    free_at        timestamptz not null default 'epoch',
    throttled      bigint not null default 0,
    primary key (kind, key)
);
create index sign_in_counter_by_age on sign_in_counter (last_failed_at);
create table sign_in_spread (
    address_key bytea not null check (length(address_key) = 32),
    account_key bytea not null check (length(account_key) = 32),
    failed_at   timestamptz not null default now(),
    primary key (address_key, account_key)
);
create index sign_in_spread_by_age on sign_in_spread (failed_at);
comment on table sign_in_counter is 'Attempts that failed, an account, a known device or an address each: how long the next has to wait.';
comment on column sign_in_counter.throttled is 'Attempts refused unread since the last that was read.';
comment on table sign_in_spread is 'For which accounts an address failed: many of them are stolen passwords being tried.';

alter table audit
    add column session_id uuid default nullif(current_setting('cambist.session', true), '')::uuid;
comment on column audit.session_id is 'The session through which it was done, never its token; null: by key or by the system. Whoever begins the transaction says so.';

create function make_credential() returns trigger
language plpgsql security definer set search_path = cambist, pg_temp as $$
begin
    insert into staff_credential (staff_id) values (new.id);
    return null;
end $$;
create trigger make_credential after insert on staff
    for each row execute function make_credential();
insert into staff_credential (staff_id) select id from staff;

-- Whoever changes what somebody may do cuts them off in the same transaction, whatever the way in;
-- gateways hear of it on cambist_access and end requests that are under way.
create function cut_access(staff uuid) returns void
language plpgsql security definer set search_path = cambist, pg_temp as $$
begin
    update staff_credential set security_version = security_version + 1
     where staff_id = cut_access.staff;
    perform pg_notify('cambist_access', cut_access.staff::text);
end $$;
revoke execute on function cut_access(uuid) from public;
comment on function cut_access(uuid) is 'Ends every session of a member of staff.';

create function cut_on_change() returns trigger
language plpgsql security definer set search_path = cambist, pg_temp as $$
begin
    if tg_table_name = 'staff' then
        perform cut_access(new.id);
    else
        perform cut_access(new.staff_id);
    end if;
    return null;
end $$;
create trigger cut_on_change after update of status on staff
    for each row when (old.status <> new.status) execute function cut_on_change();
create trigger cut_on_change after insert or update on role_grant
    for each row execute function cut_on_change();
alter table staff enable always trigger cut_on_change;
alter table role_grant enable always trigger cut_on_change;

create function raise_security_version() returns trigger
language plpgsql security definer set search_path = cambist, pg_temp as $$
begin
    if (old.password_changed_at, old.totp_secret, old.totp_confirmed_at)
       is distinct from (new.password_changed_at, new.totp_secret, new.totp_confirmed_at) then
        new.security_version := old.security_version + 1;
        perform pg_notify('cambist_access', new.staff_id::text);
    end if;
    return new;
end $$;
create trigger raise_security_version before update on staff_credential
    for each row execute function raise_security_version();
alter table staff_credential enable always trigger raise_security_version;

create function tell_access() returns trigger
language plpgsql security definer set search_path = cambist, pg_temp as $$
begin
    if tg_table_name = 'api_key' then
        perform pg_notify('cambist_access', new.principal_id::text);
    elsif tg_table_name = 'delegation' then
        perform pg_notify('cambist_access', new.to_staff::text);
    elsif tg_table_name = 'staff_session' then
        perform pg_notify('cambist_access', new.staff_id::text);
    else
        perform pg_notify('cambist_access', '');
    end if;
    return null;
end $$;
comment on function tell_access() is 'Tells gateways whose rights changed; nobody named: everybody''s may have.';
create trigger tell_access after update on api_key
    for each row execute function tell_access();
create trigger tell_access after insert or update on delegation
    for each row execute function tell_access();
create trigger tell_access after update of ended_at on staff_session
    for each row when (new.ended_at is not null) execute function tell_access();
create trigger tell_access after insert or update or delete on role_permission
    for each statement execute function tell_access();

-- A key is made by whoever manages keys, and its text is taken once, by its owner alone. It may do
-- what its owner may do at that moment: what the owner loses, the key loses.
alter table api_key alter column hash drop not null,
                    add column created_by text not null default '',
                    add column collect_until timestamptz,
                    add column collected_at timestamptz,
                    add column used_at timestamptz;
comment on column api_key.hash is 'SHA-256 of the text; null: its owner has not taken it yet.';
comment on column api_key.collect_until is 'Until when the owner may take the text; null: it was handed over when it was made.';
comment on column api_key.used_at is 'Last use, to the hour.';

create function scope_covers(
    wide_entities text[], wide_regions text[], wide_own boolean, wide_partner uuid,
    entities text[], regions text[], own boolean, partner uuid)
returns boolean language sql stable parallel safe as $$
    select (wide_entities is null or coalesce(entities <@ wide_entities, false))
       and (wide_regions is null or coalesce(regions <@ wide_regions, false))
       and (not wide_own or own)
       and (wide_partner is null or exists (
            select from partner_subtree t
             where t.ancestor_id = wide_partner and t.partner_id = partner))
$$;
comment on function scope_covers(text[], text[], boolean, uuid, text[], text[], boolean, uuid) is
    'Does the first scope reach all that the second reaches, for one holder?';

create or replace view effective_scope as
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
      cross join unnest(k.permissions) as p(permission)
     where k.hash is not null and k.revoked_at is null
       and (k.expires_at is null or k.expires_at > now())
       and p.permission <> 'approval.decide'
       and (k.owner_id is null or exists (
            select from role_grant g
              join role_permission r on r.role = g.role and r.permission = p.permission
              join staff s on s.id = g.staff_id
             where g.staff_id = k.owner_id and s.status = 'active'
               and g.revoked_at is null and (g.expires_at is null or g.expires_at > now())
               and scope_covers(g.legal_entities, g.regions, g.own_clients, g.partner_id,
                                k.legal_entities, k.regions, k.own_clients, k.partner_id)));

grant select on staff_credential, staff_recovery_code, staff_device, staff_session, sign_in
    to cambist_gateway;
grant update (password_hash, password_changed_at, password_expires_at, must_change_password,
              issuable_by, issuable_until, totp_secret, totp_confirmed_at, totp_step, totp_offered,
              signed_in_at)
    on staff_credential to cambist_gateway;
grant insert on staff_recovery_code, staff_device, staff_session, sign_in to cambist_gateway;
grant update (used_at, void) on staff_recovery_code to cambist_gateway;
grant update (user_agent, address, country, last_seen_at, revoked_at) on staff_device
    to cambist_gateway;
grant update (last_seen_at, idle_expires_at, stepped_up_at, address, country, ended_at, ended_why)
    on staff_session to cambist_gateway;
grant select, insert, update, delete on sign_in_counter, sign_in_spread to cambist_gateway;
grant update (hash, collected_at, used_at) on api_key to cambist_gateway;

-- What a leaver looked after goes to the named successor, whichever clients whoever dismisses the
-- leaver may see.
create function reassign_clients(leaver uuid, successor uuid) returns setof uuid
language plpgsql security definer set search_path = cambist, pg_temp as $$
begin
    if not exists (select from staff s where s.id = leaver and s.status = 'left')
       or not exists (select from staff s where s.id = successor and s.status = 'active') then
        raise exception 'work goes from who left to who is active'
            using errcode = 'check_violation', constraint = 'work_goes_from_leavers';
    end if;
    return query
        with moved as (
            update client c set manager_id = successor, version = c.version + 1
             where c.manager_id = leaver returning c.id, c.region, c.partner_id),
        closed as (
            update client_assignment a set until = now() from moved m
             where a.client_id = m.id and a.until is null),
        opened as (
            insert into client_assignment (client_id, region, manager_id, partner_id, since)
            select m.id, m.region, successor, m.partner_id, now() from moved m)
        select m.id from moved m order by m.id;
end $$;
create function reassign_claims(leaver uuid, successor uuid) returns setof uuid
language plpgsql security definer set search_path = cambist, pg_temp as $$
begin
    if not exists (select from staff s where s.id = leaver and s.status = 'left')
       or not exists (select from staff s where s.id = successor and s.status = 'active') then
        raise exception 'work goes from who left to who is active'
            using errcode = 'check_violation', constraint = 'work_goes_from_leavers';
    end if;
    return query
        update approval a
           set claimed_by = case when not exists (
                   select from approval_party p join staff s on s.person_id = p.person_id
                    where p.approval_id = a.id and s.id = successor) then successor end,
               claimed_until = case when not exists (
                   select from approval_party p join staff s on s.person_id = p.person_id
                    where p.approval_id = a.id and s.id = successor) then a.claimed_until end
         where a.claimed_by = leaver and a.state = 'pending'
        returning a.id;
end $$;
comment on function reassign_clients(uuid, uuid) is 'Gives the clients of somebody who left another manager, with the history of it.';
comment on function reassign_claims(uuid, uuid) is 'Gives the requests that somebody who left was deciding to the successor, unless the successor is a party.';
revoke execute on function reassign_clients(uuid, uuid), reassign_claims(uuid, uuid) from public;
grant execute on function reassign_clients(uuid, uuid), reassign_claims(uuid, uuid)
    to cambist_gateway;
