-- Answers to Idempotency-Keys are kept for ever where accounts or money come of them, others for
-- 72 hours; and they are given again with the headers that they had.
alter table idempotency
    add column keep_until timestamptz,
    add column etag       text not null default '',
    add column location   text not null default '';
comment on table idempotency is 'The first answer to each Idempotency-Key, given again as long as it is kept. No answer yet: the request is being worked on.';
comment on column idempotency.keep_until is 'Null: for ever.';
create index idempotency_ending on idempotency (keep_until) where keep_until is not null;

create function forget_answers(most integer) returns integer
language sql security definer set search_path = cambist, pg_temp as $$
    with gone as (
        delete from idempotency where (actor, key) in
            (select actor, key from idempotency where keep_until < now()
             order by keep_until limit most for update skip locked)
        returning 1)
    select count(*)::integer from gone
$$;
comment on function forget_answers(integer) is
    'Deletes at most so many answers whose time is over; the count tells whether more may be left.';
revoke execute on function forget_answers(integer) from public;
grant execute on function forget_answers(integer) to cambist_bridge;
