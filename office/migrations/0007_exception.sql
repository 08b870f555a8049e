-- What the mirror could not do or found wrong.
create table quarantine (
    server_id   integer not null references server,
    epoch       bigint not null,
    seq         bigint not null,
    login       bigint,
    reason      text not null,
    frame       bytea not null,
    at          timestamptz not null default now(),
    resolved_at timestamptz,
    primary key (server_id, epoch, seq)
);
create index quarantine_open on quarantine (server_id, at) where resolved_at is null;
comment on table quarantine is 'Events that could not be applied; the stream went on without them.';

create table drift (
    id           bigint generated always as identity primary key,
    server_id    integer not null references server,
    login        bigint not null,
    field        text not null,
    office_value text not null,
    server_value text not null,
    since        timestamptz not null default now(),
    found_by     text not null check (found_by in ('stream', 'rescan', 'bypass')),
    resolved_at  timestamptz,
    repaired     boolean not null default false
);
create index drift_open on drift (server_id, login, field) where resolved_at is null;
create index drift_by_login on drift (server_id, login, id);
comment on table drift is 'Differences between the office''s record and the trading server.';
comment on column drift.found_by is 'stream: an event showed it; rescan: the rescan found it; bypass: the change came past the hooks.';
comment on column drift.repaired is 'True: the record was corrected from the server.';

create table resync (
    id         bigint generated always as identity primary key,
    server_id  integer not null references server,
    epoch      bigint not null,
    cause      text not null,
    started_at timestamptz not null default now(),
    ended_at   timestamptz,
    rows       bigint not null default 0
);
create index resync_by_server on resync (server_id, id);
comment on table resync is 'Each time a server''s state was sent anew, and why.';

grant select on quarantine, drift, resync to cambist_bridge, cambist_gateway, cambist_reports;
grant insert, update on quarantine, drift, resync to cambist_bridge;
grant update (resolved_at) on quarantine, drift to cambist_gateway;
