-- What the office orders the trading server to do; what callers asked; which keys may ask.
create table command (
    id            uuid primary key,
    server_id     integer not null references server,
    login         bigint,
    kind          text not null check (kind in
        ('balance', 'credit', 'leverage', 'group', 'rights', 'create_account', 'disconnect')),
    payload       jsonb not null,
    amount        bigint,
    body_hash     bytea not null,
    status        text not null default 'queued' check (status in
        ('queued', 'sent', 'done', 'refused', 'failed', 'in_doubt', 'unknown')),
    attempt_epoch bigint,
    deadline_ns   bigint not null,
    requested_by  text not null,
    requested_at  timestamptz not null default clock_timestamp(),
    sent_at       timestamptz,
    finished_at   timestamptz,
    result        jsonb,
    constraint command_login check ((login is null) = (kind = 'create_account')),
    constraint command_amount check
        ((amount is not null and amount <> 0) = (kind in ('balance', 'credit'))),
    constraint command_sent check
        (status in ('queued', 'refused', 'failed') or attempt_epoch is not null),
    constraint command_finished check
        ((finished_at is null) = (status in ('queued', 'sent', 'unknown')))
);
create index command_waiting on command (server_id, requested_at, id) where status = 'queued';
create index command_open on command (server_id, status, requested_at)
    where status in ('sent', 'in_doubt', 'unknown');
create index command_by_account on command (server_id, login, requested_at);
comment on table command is 'An order to a trading server, executed at most once for ever; never deleted.';
comment on column command.id is 'Made by whoever asked, before asking; the same id with another body is refused.';
comment on column command.amount is 'Minor units, signed; negative takes money out.';
comment on column command.status is 'refused: a rule said no; failed: the server answered with an error and did nothing; in_doubt: the server cannot say; unknown: no answer yet after sending.';
comment on column command.attempt_epoch is 'The lease under which it was dispatched.';
comment on column command.deadline_ns is 'The plugin refuses it after this instant, nanoseconds since 1970 UTC.';

create table idempotency (
    actor           text not null,
    key             text not null check (length(key) between 1 and 255),
    route           text not null,
    request_hash    bytea not null,
    response_status integer,
    response_body   text,
    at              timestamptz not null default now(),
    primary key (actor, key)
);
comment on table idempotency is 'The first answer to each Idempotency-Key, given again for ever. No answer yet: the request is being worked on.';

create table api_key (
    id          text primary key,
    name        text not null check (name <> ''),
    hash        bytea not null unique,
    scopes      text[] not null default '{}',
    narrow_only boolean not null default true,
    created_at  timestamptz not null default now(),
    revoked_at  timestamptz
);
comment on table api_key is 'Keys of the HTTP API; only their hash is kept.';
comment on column api_key.narrow_only is 'True: may take rights away, never give them.';

grant select on command to cambist_bridge, cambist_gateway, cambist_reports;
grant insert on command to cambist_gateway;
grant update (status, attempt_epoch, deadline_ns, sent_at, finished_at, result) on command
    to cambist_bridge;
grant select, insert, update on idempotency, api_key to cambist_gateway;
