-- What the trading link keeps besides: how far digests were compared, the order of commands on
-- their way, and the order in which the rescan reads deals.
alter table stream_cursor add column digest_seq bigint not null default 0;
comment on column stream_cursor.digest_seq is 'The last event up to which a digest was equal.';

create sequence command_number;
comment on sequence command_number is 'Numbers commands as they are dispatched; plugins forget results below a low-water mark.';
alter table command add column number bigint;
comment on column command.number is 'Its place among the dispatched commands; null while it waits.';
grant update (number) on command to cambist_bridge;
grant usage, select on command_number to cambist_bridge;

create index deal_by_modified on deal (server_id, modified_ns, ticket);
