-- The audit is searched by subject, client, actor, action and time, page after page in the order of
-- commits, in either direction.
drop index audit_by_subject;
drop index audit_by_client;
create index audit_by_subject on audit (subject, xid, id);
create index audit_by_client on audit (client_id, xid, id) where client_id is not null;
create index audit_by_actor on audit (actor, xid, id);
create index audit_by_action on audit (action, xid, id);
create index audit_by_time on audit using brin (at);
