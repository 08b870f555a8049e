-- From which instant the snapshot of an epoch tells deals. It stands still until that snapshot has
-- ended: a crash in the middle of one must not let the next begin later.
alter table stream_epoch add column deals_since_ns bigint not null default 0;
comment on column stream_epoch.deals_since_ns is 'Deals modified from here on are told by the snapshot that this epoch begins with.';
