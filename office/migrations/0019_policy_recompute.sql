-- A new rights matrix changes what accounts may do that nobody touches: how far that has come.
create table policy_recompute (
    version       bigint primary key check (version > 0),
    begun_at      timestamptz not null default now(),
    settled_after xid8,
    server_id     integer not null default 0,
    login         bigint not null default 0,
    seen          bigint not null default 0,
    changed       bigint not null default 0,
    ended_at      timestamptz,
    outcome       text not null default 'running'
        check (outcome in ('running', 'finished', 'overtaken')),
    check ((ended_at is null) = (outcome = 'running'))
);
create unique index policy_recompute_running on policy_recompute ((true)) where ended_at is null;
comment on table policy_recompute is 'What every account may do is decided anew after each new version of the rights matrix, some accounts a transaction.';
comment on column policy_recompute.version is 'Of the document rights of the configuration.';
comment on column policy_recompute.settled_after is 'Accounts are looked at once every transaction below has ended: it may have read the matrix before. Null: not looked at yet.';
comment on column policy_recompute.server_id is 'With login: the last account that was looked at, in the order of (server_id, login).';
comment on column policy_recompute.changed is 'Accounts that got another policy by it.';
comment on column policy_recompute.outcome is 'overtaken: by a newer matrix, which begins with the first account again.';

create function configuration_approvers(approval uuid) returns text[]
language sql stable security definer set search_path = cambist, pg_temp as $$
    select coalesce(array_agg(s.username order by d.decided_at), '{}')
      from approval a
      join approval_decision d on d.approval_id = a.id and d.decision = 'approve' and not d.void
      join staff s on s.id = d.staff_id
     where a.id = approval and a.subject like 'configuration:%'
$$;
comment on function configuration_approvers(uuid) is
    'Who agreed to a change of the configuration: shown to whoever may read the configuration.';
revoke execute on function configuration_approvers(uuid) from public;
grant execute on function configuration_approvers(uuid) to cambist_gateway, cambist_bridge;

grant select on policy_recompute to cambist_bridge, cambist_gateway, cambist_reports;
grant insert (version) on policy_recompute to cambist_gateway;
grant update (ended_at, outcome) on policy_recompute to cambist_gateway;
grant update (settled_after, server_id, login, seen, changed, ended_at, outcome)
    on policy_recompute to cambist_bridge;
