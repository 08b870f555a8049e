"""What a new rights matrix takes to reach a trading server, against PostgreSQL that writes the same
rows by itself."""

import json
import statistics
import time

from link_benches import figure, mirrored
from stand import Stand, wait_for

ACCOUNTS = 100_000
BATCH = 2_000
ROUNDS = 3

# Each account belongs to an approved client of its own, and the server has its policy.
OWNERS = f"""
    insert into person (id, name) select md5('p' || n)::uuid, 'Client ' || n
        from generate_series(1, {ACCOUNTS}) n;
    insert into client (id, person_id, legal_entity, status)
        select md5('c' || n)::uuid, md5('p' || n)::uuid, 'main', 'approved'
        from generate_series(1, {ACCOUNTS}) n;
    update account set client_id = md5('c' || login)::uuid, kind = 'live', rights = 31,
        accepted_version = 1 where server_id = 1;
    insert into policy_version (server_id, login, version, rights, reason, leverage_cap_x100,
        reserved) select server_id, login, 1, rights, reason, 0, 0 from account"""
UNENFORCED = "select count(*) from account where accepted_version <> enforced_version"
STILL_TO_DO = f"""select (select count(*) from policy_recompute where ended_at is null)
    + ({UNENFORCED})"""

# The rows that a new policy of an account is: accepted, told to others, and enforced.
SAME_ROWS = """
create procedure write_same_rows(accounts integer, batch integer, version_now bigint)
language plpgsql as $$
declare
    logins bigint[];
begin
    for at in 1 .. accounts by batch loop
        select array_agg(n) into logins from generate_series(at, at + batch - 1) n;
        update account a set accepted_version = version_now, rights = 15
            from unnest(logins) u(login) where a.server_id = 1 and a.login = u.login;
        insert into policy_version (server_id, login, version, rights, reason, leverage_cap_x100,
            reserved) select 1, u.login, version_now, 15, 'none', 0, 0 from unnest(logins) u(login);
        insert into outbox (topic, subject, payload)
            select 'policy_accepted', 'account:1/' || u.login, '{"version":1}'
            from unnest(logins) u(login);
        commit;
        update account a set enforced_version = version_now, enforced_at = now()
            from unnest(logins) u(login) where a.server_id = 1 and a.login = u.login;
        update policy_version p set enforced_at = now()
            from unnest(logins) u(login)
            where p.server_id = 1 and p.login = u.login and p.version = version_now;
        commit;
    end loop;
end $$;
create procedure write_accounts_alone(accounts integer, batch integer, version_now bigint)
language plpgsql as $$
declare
    logins bigint[];
begin
    for at in 1 .. accounts by batch loop
        select array_agg(n) into logins from generate_series(at, at + batch - 1) n;
        update account a set accepted_version = version_now, enforced_version = version_now,
            rights = 15
            from unnest(logins) u(login) where a.server_id = 1 and a.login = u.login;
        commit;
    end loop;
end $$"""


def put_matrix_in_force(stand, transfer):
    """As an approval does: a version, and the mark that accounts are to follow it."""
    stand.sql(f"""
        insert into configuration (name, version, body, author, reason)
            select name, version + 1,
                   jsonb_set(body, '{{default,status,approved,transfer}}', '"{transfer}"'),
                   'bench', 'bench'
            from configuration where name = 'rights' order by version desc limit 1;
        insert into policy_recompute (version)
            select max(version) from configuration where name = 'rights';
        notify cambist_policy""")


def accounts_a_second(work):
    began = time.monotonic()
    work()
    return ACCOUNTS / (time.monotonic() - began)


def followed(stand, transfer):
    put_matrix_in_force(stand, transfer)
    wait_for("every account's new policy acknowledged",
             lambda: stand.sql(STILL_TO_DO) == [["0"]], 300, 0.1)


def prepared_floor(stand):
    stand.sql("create database floor", database="postgres")
    stand.migrate("floor")
    stand.sql("insert into server (id, name) values (1, 'floor')", database="floor")
    stand.sql(f"""insert into account (server_id, login, server_version, group_name, currency)
        select 1, n, 1, 'real', 'USD' from generate_series(1, {ACCOUNTS}) n""", database="floor")
    stand.sql(SAME_ROWS, database="floor")


def bulk_policy(build):
    ours, same_rows, accounts_alone = [], [], []
    with Stand(build) as stand:
        prepared_floor(stand)
        host = mirrored(stand, ACCOUNTS)
        stand.sql(OWNERS + "; notify cambist_policy")
        wait_for("the first rights", lambda: stand.sql(UNENFORCED) == [["0"]], 300, 0.2)
        stand.script("vacuum analyze;")
        stand.script("vacuum analyze;", database="floor")
        for number in range(ROUNDS):
            transfer = ("no", "yes")[number % 2]
            ours.append(accounts_a_second(lambda word=transfer: followed(stand, word)))
            for kind, found in (("same_rows", same_rows), ("accounts_alone", accounts_alone)):
                version = 2 * number + 1 + (kind == "accounts_alone")
                found.append(accounts_a_second(lambda k=kind, v=version: stand.script(
                    f"call cambist.write_{k}({ACCOUNTS}, {BATCH}, {v});", database="floor")))
        check(stand)
        host.stop()
    for case, floors, goal in (
            ("100k accounts: accepted, sent, acknowledged, versus the same rows", same_rows, 0.5),
            ("the same versus one raw update of the accounts alone", accounts_alone, None)):
        ratio = statistics.median(a / b for a, b in zip(ours, floors))
        yield figure("bulk_policy", case, statistics.median(ours), "accounts/s",
                     statistics.median(floors), f">= {goal} x" if goal else "stated",
                     goal is None or ratio >= goal, ratio)


def check(stand):
    """What was measured happened: each account has one policy a matrix."""
    rows = stand.sql("select count(*), min(accepted_version), max(enforced_version) from account "
                     "where client_id is not null")
    wanted = [[str(ACCOUNTS), str(ROUNDS + 1), str(ROUNDS + 1)]]
    if rows != wanted:
        raise RuntimeError(f"{json.dumps(rows)}, expected {json.dumps(wanted)}")


ALL = {"bulk_policy": bulk_policy}
