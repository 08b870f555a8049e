-- Trading servers, who owns their streams, and what is mirrored of their settings.
create table server (
    id                    integer primary key check (id > 0),
    name                  text not null unique check (name <> ''),
    kind                  text not null default 'in_process'
        check (kind in ('in_process', 'remote')),
    mode                  text not null default 'observe' check (mode in ('observe', 'enforce')),
    scope                 text[] not null default '{*}',
    config_version        bigint not null default 1 check (config_version > 0),
    policy_era            integer not null default 1 check (policy_era > 0),
    money_out_stopped     boolean not null default false,
    money_out_stop_reason text not null default '',
    lease_holder          text,
    bridge_epoch          bigint not null default 0,
    lease_until           timestamptz,
    created_at            timestamptz not null default now(),
    check (money_out_stopped = (money_out_stop_reason <> ''))
);
comment on table server is 'A trading server and the lease of the bridge that owns its streams.';
comment on column server.kind is 'in_process: a plugin refuses inside the server; remote: breaches are detected and native rights are set.';
comment on column server.mode is 'observe: decide and count, refuse nothing; enforce: refuse.';
comment on column server.scope is 'Group patterns that are judged; * any characters, a leading ! takes out, the last match decides.';
comment on column server.config_version is 'Rises with every change of mode or scope.';
comment on column server.policy_era is 'Rises when a restored database starts over; the plugin takes only higher (era, version).';
comment on column server.bridge_epoch is 'Fencing number of the current lease; writes of an older epoch are refused.';
comment on column server.money_out_stopped is 'No money leaves this server''s accounts by command while this is set.';

create table stream_cursor (
    server_id    integer primary key references server,
    bridge_epoch bigint not null default 0,
    epoch        bigint not null default 0,
    seq          bigint not null default 0 check (seq >= 0),
    applied_at   timestamptz not null default now()
);
comment on table stream_cursor is 'The last event applied of each server; moved in the same transaction as the rows.';
comment on column stream_cursor.bridge_epoch is 'The lease that may move it.';
comment on column stream_cursor.epoch is 'The plugin''s stream; a new one begins with a resync.';

create table stream_epoch (
    server_id      integer not null references server,
    epoch          bigint not null,
    first_seq      bigint not null default 1,
    last_seq       bigint not null default 0,
    events_applied bigint not null default 0 check (events_applied >= 0),
    started_at     timestamptz not null default now(),
    ended_at       timestamptz,
    cause          text not null default '',
    primary key (server_id, epoch)
);
comment on table stream_epoch is 'Every stream that a plugin began, and how many of its events were really applied.';

create table trading_group (
    server_id            integer not null references server,
    group_id             bigint not null,
    name                 text not null,
    currency             text not null default '',
    currency_digits      smallint not null default 2,
    permissions          bigint not null default 0,
    trade_flags          bigint not null default 0,
    default_leverage_x100 bigint not null default 0,
    stopout_bp           bigint not null default 0,
    margin_call_bp       bigint not null default 0,
    margin_mode          smallint not null default 0,
    is_demo              boolean not null default false,
    default_trade_mode   smallint not null default 4,
    version              bigint not null default 0,
    row_hash             bigint not null default 0,
    deleted              boolean not null default false,
    primary key (server_id, group_id)
);
comment on table trading_group is 'Groups as the trading server has them.';
comment on column trading_group.row_hash is 'Hash of the mirrored record, summed into the stream''s digest.';

create table trading_symbol (
    server_id       integer not null references server,
    symbol_id       bigint not null,
    name            text not null,
    contract_size   bigint not null default 0,
    price_digits    smallint not null default 0,
    trade_mode      smallint not null default 4,
    currency_base   text not null default '',
    currency_profit text not null default '',
    currency_margin text not null default '',
    version         bigint not null default 0,
    row_hash        bigint not null default 0,
    deleted         boolean not null default false,
    primary key (server_id, symbol_id)
);
comment on table trading_symbol is 'Symbols as the trading server has them.';
comment on column trading_symbol.contract_size is 'Units of the base currency in one lot, x 10^8.';

grant select on server, stream_cursor, stream_epoch, trading_group, trading_symbol
    to cambist_bridge, cambist_gateway, cambist_reports;
grant insert, update on stream_cursor, stream_epoch, trading_group, trading_symbol
    to cambist_bridge;
grant insert on server to cambist_gateway;
grant update (money_out_stopped, money_out_stop_reason, lease_holder, bridge_epoch, lease_until,
              policy_era) on server to cambist_bridge;
grant update (name, mode, scope, config_version, money_out_stopped, money_out_stop_reason)
    on server to cambist_gateway;
