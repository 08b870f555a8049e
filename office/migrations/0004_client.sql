-- Persons, clients, their status and why it is restricted.
create table legal_entity (
    code text primary key check (code <> ''),
    name text not null
);
comment on table legal_entity is 'A company of the broker; a client belongs to one.';

create table classification_cap (
    legal_entity       text not null references legal_entity,
    classification     text not null
        check (classification in ('retail', 'professional', 'eligible_counterparty')),
    leverage_cap_x100  bigint not null check (leverage_cap_x100 >= 0),
    primary key (legal_entity, classification)
);
comment on table classification_cap is 'The highest leverage of each classification in a legal entity.';
comment on column classification_cap.leverage_cap_x100 is 'x 100: 1:30 is 3000; 0 is no cap.';
insert into legal_entity values ('main', 'Main entity');
insert into classification_cap values ('main', 'retail', 50000), ('main', 'professional', 100000),
                                      ('main', 'eligible_counterparty', 0);

create table person (
    id         uuid primary key,
    kind       text not null default 'natural' check (kind in ('natural', 'legal')),
    name       text not null check (name <> ''),
    country    text not null default '' check (length(country) in (0, 2)),
    created_at timestamptz not null default now()
);
comment on table person is 'A natural or legal person, identified and screened once.';

create table client (
    id                uuid primary key,
    person_id         uuid not null references person,
    legal_entity      text not null references legal_entity,
    status            text not null default 'registered' check (status in
        ('registered', 'pending_review', 'pending_documents', 'approved', 'restricted', 'closed')),
    classification    text not null default 'retail'
        check (classification in ('retail', 'professional', 'eligible_counterparty')),
    leverage_cap_x100 bigint check (leverage_cap_x100 > 0),
    version           bigint not null default 1 check (version > 0),
    status_since      timestamptz not null default now(),
    created_at        timestamptz not null default now()
);
create index client_by_person on client (person_id);
create index client_by_status on client (status, id);
comment on table client is 'A person in relation to one legal entity: what status, risk and accounts belong to.';
comment on column client.leverage_cap_x100 is 'A cap of this client''s own; null: the classification''s alone.';
comment on column client.version is 'Rises with every change; edits name the version they saw.';

create table restriction_cause (
    id         bigint generated always as identity primary key,
    client_id  uuid not null references client,
    cause      text not null check (cause in ('document_expired', 'review', 'abnormal_activity',
        'chargeback_dispute', 'sanctions_match', 'authority_freeze')),
    reason     text not null default '',
    imposed_by text not null,
    imposed_at timestamptz not null default now(),
    lifted_by  text,
    lifted_at  timestamptz,
    check ((lifted_at is null) = (lifted_by is null))
);
create unique index restriction_cause_in_force on restriction_cause (client_id, cause)
    where lifted_at is null;
comment on table restriction_cause is 'Why a client is restricted: a set, each cause imposed and lifted on its own.';

create function lock_client(client_id uuid) returns void
language sql security definer set search_path = cambist, pg_temp as $$
    select from client where id = client_id for update
$$;
comment on function lock_client(uuid) is
    'Locks a client''s row for a role that may not change it.';
revoke execute on function lock_client(uuid) from public;
grant execute on function lock_client(uuid) to cambist_bridge, cambist_gateway;

grant select on legal_entity, classification_cap, client, restriction_cause
    to cambist_bridge, cambist_gateway, cambist_reports;
grant select, insert on person to cambist_gateway;
grant insert on client, restriction_cause to cambist_gateway;
grant update (status, classification, leverage_cap_x100, version, status_since) on client
    to cambist_gateway;
grant update (lifted_by, lifted_at) on restriction_cause to cambist_gateway;
