-- The audit is sealed: a chain of signed seals, each over the rows of a range of transactions.
create table audit_seal (
    number       bigint primary key check (number > 0),
    columns      smallint not null check (columns > 0),
    xid_from     xid8 not null,
    id_from      bigint not null,
    xid_to       xid8 not null,
    id_to        bigint not null,
    first_number bigint not null check (first_number > 0),
    rows         bigint not null check (rows >= 0),
    root         bytea not null check (length(root) = 32),
    leaves_hash  bytea not null check (length(leaves_hash) = 32),
    previous     bytea not null check (length(previous) = 32),
    hash         bytea not null unique check (length(hash) = 32),
    signature    bytea not null check (length(signature) = 64),
    sealed_at    timestamptz not null,
    check ((xid_from, id_from) <= (xid_to, id_to))
);
comment on table audit_seal is 'Seals of the audit, each signed and chained to the one before; docs/audit.md says how they are made and verified. Append-only.';
comment on column audit_seal.columns is 'How many columns of a row its hash covers, in the order of docs/audit.md.';
comment on column audit_seal.xid_from is 'The first place (xid, id) that it covers; where the seal before ends.';
comment on column audit_seal.xid_to is 'The first place (xid, id) that it no longer covers: every transaction below had ended.';
comment on column audit_seal.first_number is 'Number of its first row: sealed rows are numbered from 1 in the order (xid, id).';
comment on column audit_seal.root is 'Root of the Merkle tree (RFC 9162) over its rows.';
comment on column audit_seal.leaves_hash is 'SHA-256 of the list of its rows that stands in the anchors.';
comment on column audit_seal.previous is 'Hash of the seal before; zeros in the first.';
comment on column audit_seal.hash is 'SHA-256 of all the others but the signature.';
comment on column audit_seal.signature is 'Ed25519 signature of the hash; the key is outside the database.';

create trigger append_only before update or delete on audit_seal
    for each row execute function refuse_change();
alter table audit_seal enable always trigger append_only;
select guard_append_only('audit_seal');
grant select, insert on audit_seal to cambist_bridge;
grant select on audit_seal to cambist_gateway, cambist_reports;

-- Number, time and transaction of a row are the database's own word.
revoke insert on audit from cambist_bridge, cambist_gateway;
grant insert (actor, action, subject, before, after, reason, request_id, address, client_id,
              approval_id, on_behalf_of) on audit to cambist_bridge, cambist_gateway;
