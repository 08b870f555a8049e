#!/usr/bin/python3
"""Thousands of valid and spoiled requests, drawn from the description: every answer is as
described, none is 5xx, and nothing that breaks the description is done.

property_test.py DOCUMENT PROGRAMS [--seed N] [--requests N]; a seed replays exactly."""

import argparse
import collections
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import threading
import time

from description import Description, Exchange, NotJson, read_json
from generator import TEXTS, Generator, Known
from mutations import MUTATIONS
from raw_client import RawClient

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration" / "gateway"))
from running_programs import Database, Gateway  # noqa: E402

LOGINS = range(1001, 1301)
CLIENT = "5f0c4f2e-8a2b-4c55-9a39-2f8d3c1f7a10"
OTHERS = [f"5f0c4f2e-8a2b-4c55-9a39-{number:012}" for number in range(9)]
VALID_SHARE = 0.45
MOST_SHOWN = 20
FEWEST_OF_A_KIND = 10
LOG_FIELDS = {"time", "level", "message", "request_id", "trace_id", "principal", "method", "route",
              "status", "took_us"}
SETTINGS = """
[limits]
stranger_requests_per_second = 100000
stranger_burst = 100000
[log]
format = "json"
level = "debug"
"""
# Operations that cannot succeed here, and why.
DECIDED = "only people decide, and this caller is a key"
PEOPLE = "for people alone, and this caller is a key"
EXCUSED = {
    "approve": DECIDED,
    "reject": DECIDED,
    "decide_many": DECIDED,
    "claim_approval": DECIDED,
    "release_approval": DECIDED,
    **{name: PEOPLE for name in (
        "end_session", "step_up", "change_password", "offer_second_factor",
        "confirm_second_factor", "list_devices", "revoke_device", "add_staff", "suspend_staff",
        "resume_staff", "dismiss_staff", "reset_staff_password", "issue_temporary_password",
        "revoke_staff_session", "make_key", "collect_key", "revoke_key", "give_role",
        "revoke_role", "delegate", "end_delegation")},
    "change_configuration": "a document that is allowed is not drawn by chance",
    "sign_in": "nobody guesses a password",
    "edit_approval": "the new words must fit the route that the approval is about",
}


def world(database):
    """A trading server with groups and accounts of 1000.00 USD, most of approved clients."""
    clients = [CLIENT, *OTHERS]
    ids = ", ".join(f"'{each}'" for each in clients)
    Database.run(database.dsn("postgres"), f"""
        set search_path = cambist;
        insert into server (id, name, mode) values (1, 'first', 'enforce');
        insert into trading_group (server_id, group_id, name, currency)
            select 1, n, 'real\\usd' || n, 'USD' from generate_series(1, 30) n;
        insert into account (server_id, login, group_name, group_id, leverage_x100, balance,
                             currency, currency_digits, server_version)
            select 1, n, 'real\\usd1', 1, 10000, 100000, 'USD', 2, 1
            from generate_series({LOGINS[0]}, {LOGINS[-1]}) n;
        insert into person (id, name) select unnest(array[{ids}]::uuid[]), 'Ada Byron';
        insert into client (id, person_id, legal_entity, status)
            select id, id, 'main', 'approved' from person;
        insert into staff (id, person_id, username, name)
            values ('{CLIENT}', '{CLIENT}', 'ada', 'Ada Byron');
        update account set client_id = (array[{ids}]::uuid[])[login % {len(clients)} + 1],
                rights = 31
            where login < {LOGINS[0] + len(LOGINS) * 4 // 5};
        insert into command (id, server_id, login, kind, payload, body_hash, status, attempt_epoch,
                             deadline_ns, requested_by)
            select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 1, 1001,
                   'disconnect', '{{}}', '', 'unknown', 1, 1, 'test'
            from generate_series(1, 50) n;
        insert into quarantine (server_id, epoch, seq, login, reason, frame)
            select 1, 1, n, 1001, 'unknown_account', '' from generate_series(1, 30) n;
        insert into drift (server_id, login, field, office_value, server_value, found_by)
            select 1, 1001, 'balance', '1', '2', 'rescan' from generate_series(1, 30) n""")
    commands = Database.run(database.dsn("postgres"),
                            "select id from cambist.command order by id")
    return Known({"command": commands.split(), "server": ["1"], "staff": [CLIENT],
                  "person": clients, "login": [str(login) for login in LOGINS],
                  "group": ["real\\usd1", "real\\usd2"], "currency": ["USD"],
                  "legal_entity": ["main"], "subject": ["account:1/1001"],
                  "action": ["client.change_status"], "wait": ["1"],
                  "document": ["approvals", "deadlines", "entities", "rights"],
                  "version": ["1"]},
                 fixed=("login", "group", "currency", "legal_entity", "subject", "action",
                        "wait", "document", "version"))


class Run:
    """One seed: what was sent, what came back, what was wrong."""

    def __init__(self, description, gateway, known, bearer, seed):
        self.description, self.known = description, known
        self.rng = random.Random(seed)
        self.generator = Generator(self.rng, known, bearer)
        self.client = RawClient(gateway.port)
        self.sent = collections.Counter()
        self.succeeded = collections.Counter()
        self.statuses = collections.Counter()
        self.by_mutation = collections.Counter()
        self.refusals = collections.defaultdict(collections.Counter)
        self.log = []
        self.private = [bearer.rsplit("_", 1)[1], *(text for text in TEXTS if len(text) > 8)]
        self.problems = []

    def step(self, operation):
        request = self.generator.valid(operation)
        if self.rng.random() > VALID_SHARE:
            request = self.spoiled(request, operation)
        self.sent[operation.name] += 1
        self.by_mutation[request.made_by] += 1
        status, headers, body = self.client.ask(request)
        self.statuses[status] += 1
        if 200 <= status < 300 and request.made_by == "valid":
            self.succeeded[operation.name] += 1
        exchange = Exchange(request.method, request.target, lower(request.headers),
                            request.body.decode("utf-8", "replace"), status, lower(headers),
                            body.decode("utf-8", "replace"))
        for problem in self.problems_of(request, exchange):
            self.problems.append((sum(self.sent.values()), request, exchange, problem))
        self.learn(operation, request, exchange)

    def spoiled(self, request, operation):
        while True:
            found = self.rng.choice(MUTATIONS)(self.rng, request, operation)
            if found:
                return found

    def problems_of(self, request, exchange):
        problems = self.description.problems_of(exchange)
        if exchange.status >= 500:
            problems.append(f"{exchange.status}: {exchange.answer[:200]}")
        if request.must_be_refused and exchange.status < 300 and request.method != "OPTIONS":
            problems.append("was not refused")
        if request.made_by == "valid" and exchange.status in (400, 405, 413, 415, 431):
            problems.append(f"a valid request was refused: {exchange.answer[:200]}")
        return problems

    def learn(self, operation, request, exchange):
        if request.made_by == "valid" and exchange.answer:
            try:
                body = read_json(exchange.answer)
            except NotJson:
                return
            if exchange.status >= 400:
                self.refusals[operation.name][body["code"]] += 1
            self.known.learn(operation, request, exchange.status,
                             dict(exchange.answer_headers), body)

    def log_problems(self):
        """Each request has its line, of known fields, and no line holds what was sent."""
        answers = 0
        for line in self.log:
            fields = read_json(line)
            answers += "took_us" in fields
            if not set(fields) <= LOG_FIELDS:
                yield f"a line of the log has other fields: {line.strip()}"
            yield from (f"the log holds {text!r}: {line.strip()}" for text in self.private
                        if text in line)
        if answers < sum(self.sent.values()):
            yield f"the log has {answers} answers of {sum(self.sent.values())}"

    def coverage_problems(self, least):
        for operation in self.description.operations:
            name = operation.name
            if self.sent[name] < least:
                yield f"{name}: {self.sent[name]} requests, expected {least}"
            if bool(self.succeeded[name]) == (name in EXCUSED):
                yield (f"{name}: {self.succeeded[name]} successes, EXCUSED says otherwise; "
                       f"refused for {dict(self.refusals[name])}")
        for mutation in MUTATIONS:
            if self.by_mutation[mutation.__name__] < FEWEST_OF_A_KIND:
                yield f"{mutation.__name__}: only {self.by_mutation[mutation.__name__]} requests"


def lower(pairs):
    return [(name.lower(), value) for name, value in pairs]


def play(description, programs, folder, seed, requests):
    database = Database()
    try:
        known = world(database)
        subprocess.run([os.path.join(programs, "cambistctl"), "--dsn", database.dsn("postgres"),
                        "demo-keys", folder], check=True, capture_output=True)
        bearer = (pathlib.Path(folder) / "demo.key").read_text(encoding="utf-8").strip()
        gateway = Gateway(os.path.join(programs, "cambist-gateway"), folder, database.dsn(),
                          SETTINGS)
        run = Run(description, gateway, known, bearer, seed)
        reader = threading.Thread(target=lambda: run.log.extend(gateway.process.stderr))
        reader.start()
        operations = list(description.operations)
        try:
            for number in range(requests):
                if number % len(operations) == 0:
                    run.rng.shuffle(operations)
                run.step(operations[number % len(operations)])
            if gateway.process.poll() is not None:
                run.problems.append((0, None, None, "the gateway died"))
        finally:
            run.client.close()
            gateway.process.terminate()
            reader.join()
            gateway.stop()
        return run
    finally:
        database.close()


def report(run, seed, least, seconds):
    for number, request, exchange, problem in run.problems[:MOST_SHOWN]:
        print(f"request {number} ({request and request.made_by}): {exchange}: {problem}")
        if request:
            print(f"    {request.headers}\n    {request.body[:300]!r}")
    coverage = [*run.coverage_problems(least), *run.log_problems()]
    print("\n".join(coverage[:MOST_SHOWN]))
    print("  ".join(f"{status}: {count}" for status, count in sorted(run.statuses.items())))
    print("  ".join(f"{name}: {count}" for name, count in run.by_mutation.most_common()))
    print(f"seed {seed}: {sum(run.sent.values())} requests to {len(run.sent)} operations in "
          f"{seconds:.1f} s, {sum(run.succeeded.values())} valid ones done, "
          f"{len(run.problems)} problems")
    return 1 if run.problems or coverage else 0


def main():
    options = argparse.ArgumentParser()
    options.add_argument("document")
    options.add_argument("programs")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--requests", type=int, default=12000)
    given = options.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        run = play(Description(given.document), given.programs, folder, given.seed, given.requests)
    least = given.requests // len(run.description.operations)
    return report(run, given.seed, least, time.monotonic() - started)


if __name__ == "__main__":
    sys.exit(main())
