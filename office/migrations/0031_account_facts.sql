-- What an account's policy follows from, read by one rule: whoever may see the account sees all of
-- it, and the scope is asked once instead of at each table that the facts lie in.
create view account_facts as
    select a.server_id, a.login, a.client_id, a.kind, a.state, c.status,
           array(select r.cause from restriction_cause r
                  where r.client_id = a.client_id and r.lifted_at is null) as causes,
           coalesce(h.withdrawal, false) as withdrawal_hold,
           coalesce(h.trading, false) as trading_hold,
           least(coalesce(h.reserved, 0), 9223372036854775807)::bigint as reserved_by_holds,
           coalesce(k.leverage_cap_x100, 0) as classification_cap_x100,
           coalesce(c.leverage_cap_x100, 0) as client_cap_x100,
           coalesce(a.own_leverage_cap_x100, 0) as account_cap_x100,
           a.rights, a.reason, a.leverage_cap_x100, a.reserved, a.accepted_version,
           coalesce(c.legal_entity, '') as legal_entity,
           a.enforced_version, a.balance, a.credit, a.leverage_x100, a.group_name, a.currency,
           a.server_version > 0 and not a.deleted as mirrored,
           a.money_out_stopped
               or (select s.money_out_stopped from server s where s.id = a.server_id)
               as money_out_stopped,
           exists (select from command m
                    where m.server_id = a.server_id and m.login = a.login
                      and m.kind in ('balance', 'credit')
                      and m.status in ('queued', 'sent', 'unknown', 'in_doubt')) as money_pending
      from account a
      left join client c on c.id = a.client_id
      left join classification_cap k on k.legal_entity = c.legal_entity
           and k.classification = c.classification
      left join lateral (
           select bool_or(kind = 'withdrawal') as withdrawal, bool_or(kind = 'trading') as trading,
                  sum(amount) as reserved
             from hold where hold.server_id = a.server_id and hold.login = a.login
              and released_at is null) h on true
     where current_user <> 'cambist_gateway' or (select sees_all())
           or (c.id is not null
               and in_acting_scope(c.legal_entity, c.region, c.manager_id, c.partner_id));
comment on view account_facts is 'Everything that the policy of an account follows from, of the accounts that whoever acts may see.';
grant select on account_facts to cambist_bridge, cambist_gateway;
