-- Trading accounts: what the server says, what the office decided, and what is enforced.
create table account (
    server_id          integer not null references server,
    login              bigint not null check (login > 0),
    client_id          uuid references client,
    kind               text not null default 'live' check (kind in ('live', 'demo')),
    state              text not null default 'active' check (state in
        ('requested', 'creating', 'active', 'close_only', 'dormant', 'archived', 'closed')),
    in_scope           boolean not null default false,
    -- mirrored from the trading server
    group_name         text not null default '',
    group_id           bigint not null default 0,
    leverage_x100      bigint not null default 0,
    balance            bigint not null default 0,
    credit             bigint not null default 0,
    currency           text not null default '',
    currency_digits    smallint not null default 2,
    native_rights      bigint not null default 0,
    agent              bigint not null default 0,
    registered_ns      bigint not null default 0,
    last_access_ns     bigint not null default 0,
    margin_mode        smallint not null default 0,
    op_id              uuid,
    server_version     bigint not null default 0,
    row_hash           bigint not null default 0,
    deals_total        bigint not null default 0,
    opening_balance    bigint not null default 0,
    deleted            boolean not null default false,
    -- decided by the office
    own_leverage_cap_x100 bigint check (own_leverage_cap_x100 > 0),
    accepted_version   bigint not null default 0,
    enforced_version   bigint not null default 0,
    enforced_at        timestamptz,
    rights             smallint not null default 0,
    reason             text not null default 'none',
    leverage_cap_x100  bigint not null default 0 check (leverage_cap_x100 >= 0),
    reserved           bigint not null default 0 check (reserved >= 0),
    money_out_stopped  boolean not null default false,
    created_at         timestamptz not null default now(),
    primary key (server_id, login),
    check (enforced_version <= accepted_version)
) with (fillfactor = 70);
create index account_policy_pending on account (server_id, login)
    where accepted_version <> enforced_version;
create index account_by_client on account (client_id) where client_id is not null;
comment on table account is 'A login on a trading server. Logins that the office does not know are mirrored too: client_id is null and accepted_version 0.';
comment on column account.kind is 'demo accounts are mirrored and stay out of money and reports.';
comment on column account.server_version is 'Version of the record at the trading server; 0: not mirrored yet.';
comment on column account.row_hash is 'Hash of the mirrored record, summed into the stream''s digest.';
comment on column account.balance is 'Minor units of the account''s currency, as are credit, reserved and deals_total.';
comment on column account.deals_total is 'Sum of the mirrored deals that move the balance.';
comment on column account.opening_balance is 'Balance when first met, less the deals known then.';
comment on column account.op_id is 'The command that created the account, if one did.';
comment on column account.own_leverage_cap_x100 is 'A cap of this account''s own; leverage_cap_x100 is the effective one.';
comment on column account.accepted_version is 'Version of the policy that the office decided; 0: no policy yet.';
comment on column account.enforced_version is 'Version that the trading server has acknowledged.';
comment on column account.rights is 'Bits: 1 connect, 2 open, 4 deposit, 8 withdraw, 16 transfer. Closing is never taken away.';
comment on column account.reason is 'The public class of reason why rights are missing.';
comment on column account.leverage_cap_x100 is 'Effective cap, x 100; 0 is no cap.';
comment on column account.reserved is 'Sum of the reserve holds in force.';
comment on column account.money_out_stopped is 'Set when the mirror of this account is not to be trusted; no money leaves by command.';

create table policy_version (
    server_id         integer not null,
    login             bigint not null,
    version           bigint not null check (version > 0),
    rights            smallint not null,
    reason            text not null,
    leverage_cap_x100 bigint not null,
    reserved          bigint not null,
    accepted_at       timestamptz not null default clock_timestamp(),
    enforced_at       timestamptz,
    primary key (server_id, login, version, accepted_at)
) partition by range (accepted_at);
select declare_partitioned('policy_version', false, false);
comment on table policy_version is 'Every policy that an account ever had: when the office accepted it and when the trading server acknowledged it. A version that was overtaken before it was sent has no enforced_at.';

create table hold (
    id          uuid primary key,
    server_id   integer not null,
    login       bigint not null,
    kind        text not null check (kind in ('withdrawal', 'reserve', 'trading')),
    amount      bigint not null default 0,
    reason      text not null default '',
    placed_by   text not null,
    placed_at   timestamptz not null default now(),
    released_by text,
    released_at timestamptz,
    foreign key (server_id, login) references account,
    check ((released_at is null) = (released_by is null)),
    constraint hold_amount check (case when kind = 'reserve' then amount > 0 else amount = 0 end)
);
create index hold_in_force on hold (server_id, login) where released_at is null;
comment on table hold is 'Something of one account is kept back: withdrawals, an amount, or new positions.';

grant select on account, policy_version, hold to cambist_bridge, cambist_gateway, cambist_reports;
grant insert on account, policy_version to cambist_bridge, cambist_gateway;
grant update on account to cambist_bridge;
grant update (client_id, kind, state, own_leverage_cap_x100, accepted_version, rights, reason,
              leverage_cap_x100, reserved, money_out_stopped) on account to cambist_gateway;
grant update (enforced_at) on policy_version to cambist_bridge;
grant insert on hold to cambist_gateway;
grant update (released_by, released_at) on hold to cambist_gateway;
