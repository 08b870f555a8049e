-- What happened on the trading servers.
create table deal (
    server_id       integer not null,
    ticket          bigint not null,
    version         bigint not null,
    login           bigint not null,
    kind            integer not null,
    entry           integer not null,
    reason          integer not null,
    order_ticket    bigint not null,
    position_ticket bigint not null,
    dealer          bigint not null,
    symbol          text not null,
    volume          bigint not null,
    volume_closed   bigint not null,
    price           bigint not null,
    bid             bigint not null,
    ask             bigint not null,
    price_digits    smallint not null,
    contract_size   bigint not null,
    rate_e8         bigint not null,
    profit          bigint not null,
    swap            bigint not null,
    commission      bigint not null,
    fee             bigint not null,
    currency_digits smallint not null,
    book            smallint not null,
    op_id           uuid,
    comment         text not null,
    ts_ns           bigint not null,
    modified_ns     bigint not null,
    epoch           bigint not null,
    seq             bigint not null,
    row_hash        bigint not null,
    deleted         boolean not null default false,
    direct          boolean not null default false,
    vanished        boolean not null default false,
    primary key (server_id, ticket, ts_ns)
) partition by range (ts_ns);
select declare_partitioned('deal', true, false);
create index deal_by_login on deal (server_id, login, ts_ns);
comment on table deal is 'Every deal of every trading server, applied by ticket and version.';
comment on column deal.kind is 'Buy 0, sell 1, balance 2, credit 3 ... as in plugin/abi/trading_server.h.';
comment on column deal.volume is '1e-8 lot.';
comment on column deal.price is '10^-price_digits; bid and ask are the quote at execution.';
comment on column deal.contract_size is 'Units of the base currency in one lot, x 10^8.';
comment on column deal.rate_e8 is 'Profit currency to account currency, x 10^8.';
comment on column deal.profit is 'Minor units of the account''s currency, as are swap, commission and fee.';
comment on column deal.op_id is 'The office command that made it.';
comment on column deal.ts_ns is 'When it was done, nanoseconds since 1970 UTC.';
comment on column deal.epoch is 'Stream and number of the event that last wrote this row.';
comment on column deal.deleted is 'Deleted at the trading server.';
comment on column deal.direct is 'Written past every hook.';
comment on column deal.vanished is 'The trading server no longer knows it and never said that it was deleted.';

create table refusal (
    server_id      integer not null,
    id_epoch       bigint not null,
    id_seq         bigint not null,
    login          bigint not null,
    kind           text not null,
    refusal        text not null,
    count          bigint not null check (count > 0),
    first_ns       bigint not null,
    last_ns        bigint not null,
    policy_version bigint not null,
    observed_only  boolean not null default false,
    primary key (server_id, id_epoch, id_seq, first_ns)
) partition by range (first_ns);
select declare_partitioned('refusal', true, false);
create index refusal_by_login on refusal (server_id, login, first_ns);
comment on table refusal is 'What the gate refused; equal refusals of one login within a second are one row.';
comment on column refusal.kind is 'What was asked: trade, funds, login or user_change.';
comment on column refusal.observed_only is 'True: in observe mode, counted and let through.';

create table position_event (
    server_id       integer not null,
    epoch           bigint not null,
    seq             bigint not null,
    login           bigint not null,
    position_ticket bigint not null,
    symbol          text not null,
    side            smallint not null,
    volume          bigint not null,
    price_open      bigint not null,
    price_digits    smallint not null,
    sl              bigint not null,
    tp              bigint not null,
    opened_ns       bigint not null,
    version         bigint not null,
    ts_ns           bigint not null,
    primary key (server_id, epoch, seq, ts_ns)
) partition by range (ts_ns);
select declare_partitioned('position_event', true, false);
comment on table position_event is 'Each change of a position; volume 0: it is gone.';

create table margin_event (
    server_id       integer not null,
    epoch           bigint not null,
    seq             bigint not null,
    login           bigint not null,
    so_state        smallint not null,
    balance         bigint not null,
    credit          bigint not null,
    equity          bigint not null,
    margin          bigint not null,
    margin_free     bigint not null,
    floating        bigint not null,
    margin_level_bp bigint not null,
    ts_ns           bigint not null,
    primary key (server_id, epoch, seq, ts_ns)
) partition by range (ts_ns);
select declare_partitioned('margin_event', true, false);
comment on table margin_event is 'Margin calls and stop-outs entered or left; so_state 0 none, 1 margin call, 2 stop-out.';

create table eod_equity (
    server_id       integer not null,
    login           bigint not null,
    day             timestamptz not null,
    balance         bigint not null,
    credit          bigint not null,
    equity          bigint not null,
    margin          bigint not null,
    floating        bigint not null,
    currency_digits smallint not null,
    primary key (server_id, login, day)
) partition by range (day);
select declare_partitioned('eod_equity', false, false);
comment on table eod_equity is 'Each account at the end of each trading day.';
comment on column eod_equity.day is 'Start of the trading day that ended.';

grant select on deal, refusal, position_event, margin_event, eod_equity
    to cambist_bridge, cambist_gateway, cambist_reports;
grant insert, update on deal, refusal, position_event, margin_event, eod_equity to cambist_bridge;
