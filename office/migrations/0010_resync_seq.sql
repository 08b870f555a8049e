-- Where a snapshot began in its stream: what it did not tell is gone.
alter table resync add column first_seq bigint not null default 0;
comment on column resync.first_seq is 'The event that began it.';
