-- The mirror writes money often and an account's terms seldom: one number tells whether they stand.
alter table account add column terms_hash bigint not null default 0;
comment on column account.terms_hash is 'Hash of the mirrored record but for its version, balance and credit.';
