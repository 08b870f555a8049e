-- Who did what, in the same transaction as the change; and what other parts are told afterwards.
create table audit (
    id         bigint generated always as identity,
    at         timestamptz not null default clock_timestamp(),
    actor      text not null check (actor <> ''),
    action     text not null check (action <> ''),
    subject    text not null,
    before     jsonb,
    after      jsonb,
    reason     text not null default '',
    request_id text not null default '',
    address    text not null default '',
    xid        xid8 not null default pg_current_xact_id(),
    primary key (id, at)
) partition by range (at);
select declare_partitioned('audit', false, true);
create index audit_by_subject on audit (subject, id);
create index audit_by_xid on audit (xid, id);
comment on table audit is 'One row a change of state, written in the transaction of the change. Append-only.';
comment on column audit.actor is 'Who: a key, a person or a part of the system, e.g. key:backoffice.';
comment on column audit.action is 'What was done, e.g. status_changed; refusals of policy are not changes and are not here.';
comment on column audit.subject is 'On what: client:<uuid>, account:<server>/<login>, server:<id>, command:<uuid>.';
comment on column audit.before is 'The changed values before; null when the subject is new.';
comment on column audit.after is 'The changed values after.';
comment on column audit.xid is 'The transaction; readers take rows below pg_snapshot_xmin, never by id.';

create table outbox (
    id      bigint generated always as identity,
    xid     xid8 not null default pg_current_xact_id(),
    topic   text not null check (topic <> ''),
    subject text not null,
    payload jsonb not null,
    at      timestamptz not null default clock_timestamp(),
    primary key (id, at)
) partition by range (at);
select declare_partitioned('outbox', false, true);
create index outbox_by_xid on outbox (xid, id);
comment on table outbox is 'What happened, for other parts to act on. Append-only; each consumer keeps its own place.';
comment on column outbox.xid is 'A consumer reads rows with xid < pg_snapshot_xmin(pg_current_snapshot()): ids are taken before commit and show gaps.';

create table outbox_consumer (
    name text primary key,
    xid  xid8 not null default '0',
    id   bigint not null default 0
);
comment on table outbox_consumer is 'How far each consumer has read the outbox, in the order (xid, id).';

grant select, insert on audit, outbox to cambist_bridge, cambist_gateway;
grant select, insert, update on outbox_consumer to cambist_bridge, cambist_gateway;
grant select on audit, outbox, outbox_consumer to cambist_reports;
