-- What follows when this database was restored from an older copy: a new era of policies, begun by
-- people or raised by a bridge that meets a later one, and commands under higher numbers.
grant update (policy_era) on server to cambist_gateway, cambist_bridge;
grant update on command_number to cambist_bridge;

alter table server add column asks_first boolean not null default false;
comment on column server.asks_first is 'The database was restored once: an id may have been used before, so every command is asked about before it is sent.';
grant update (asks_first) on server to cambist_bridge;
