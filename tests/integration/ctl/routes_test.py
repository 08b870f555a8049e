#!/usr/bin/python3
"""routes_test.py PROGRAMS: the commands against a real gateway, with an API key."""

import json
import os
import pathlib
import sys
import tempfile
import unittest
import uuid

from ctl_program import Ctl

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "gateway"))
from running_programs import Database, Gateway  # noqa: E402

PROGRAMS = sys.argv[1]
CLIENT = "5f0c4f2e-8a2b-4c55-9a39-2f8d3c1f7a10"
# What must be asked for.
ASKED = {"/v1/search": ["--q", "1001"]}
# What the places of a path are filled with; of other things there is none of that name.
THERE = {"{server}": "1", "{login}": "1001", "{client}": CLIENT}


def world(database):
    """A server with an account of 1000.00 USD that belongs to an approved client."""
    Database.run(database.dsn("postgres"), f"""
        set search_path = cambist;
        insert into server (id, name, mode) values (1, 'first', 'enforce');
        insert into trading_group (server_id, group_id, name, currency)
            values (1, 1, 'real\\usd', 'USD');
        insert into account (server_id, login, group_name, group_id, leverage_x100, balance,
                             currency, currency_digits, server_version)
            values (1, 1001, 'real\\usd', 1, 10000, 100000, 'USD', 2, 1);
        insert into person (id, name) values ('{CLIENT}', 'Ada Byron');
        insert into client (id, person_id, legal_entity, status)
            values ('{CLIENT}', '{CLIENT}', 'main', 'approved');
        update account set client_id = '{CLIENT}', rights = 31""")


# What a key may not ask.
FOR_PEOPLE = {"/v1/session/devices"}


class Routes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = Database()
        cls.addClassCleanup(cls.database.close)
        world(cls.database)
        cls.ctl = Ctl(PROGRAMS)
        cls.addClassCleanup(cls.ctl.close)
        made = cls.ctl.run("demo-keys", cls.ctl.home, "--dsn", cls.database.dsn("postgres"))
        assert made.returncode == 0, made.stderr
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.gateway = Gateway(os.path.join(PROGRAMS, "cambist-gateway"), folder.name,
                              cls.database.dsn())
        cls.addClassCleanup(cls.gateway.stop)
        cls.rows = json.loads(cls.ctl.run("routes", "--output", "json").stdout)["items"]

    def run_ctl(self, *words, key="demo.key", **more):
        return self.ctl.run("--url", f"http://127.0.0.1:{self.gateway.port}", "--api-key-file",
                            os.path.join(self.ctl.home, key), *words, **more)

    def done(self, *words):
        """The document that a command answers, when it is done."""
        answer = self.run_ctl(*words, "--output", "json")
        self.assertEqual(answer.returncode, 0, answer.stderr)
        return json.loads(answer.stdout)

    def test_each_get_runs(self):
        asked = 0
        for row in self.rows:
            if row["method"] != "GET":
                continue
            asked += 1
            steps = [step for step in row["path"].split("/") if step.startswith("{")]
            words = [THERE.get(step, str(uuid.uuid4())) for step in steps]
            words += ASKED.get(row["path"], [])
            if "{login}" in steps:
                words[:2] = ["/".join(words[:2])]
            with self.subTest(path=row["path"]):
                answer = self.run_ctl(*row["command"].split(), *words)
                if row["path"] in FOR_PEOPLE:
                    self.assertEqual(answer.returncode, 3, answer.stderr)
                    self.assertIn("403 people_only", answer.stderr)
                elif all(step in THERE for step in steps):
                    self.assertEqual((answer.returncode, answer.stderr), (0, ""))
                    self.assertTrue(answer.stdout)
                else:
                    self.assertEqual(answer.returncode, 1, answer.stderr)
                    self.assertTrue(answer.stderr.startswith("cambistctl: 404 unknown_"),
                                    answer.stderr)
        self.assertGreater(asked, 10)

    def test_a_client_is_added_found_and_restricted(self):
        added = self.done("clients", "add", "--person.kind", "natural", "--person.name",
                          "Zoë 艾达", "--person.country", "GB", "--status", "registered")
        found = self.done("clients", "get", added["id"])
        self.assertEqual((found["person"]["name"], found["status"]), ("Zoë 艾达", "registered"))
        self.assertIn("Zoë 艾达", self.run_ctl("clients", "list").stdout)
        changed = self.done("clients", "status", CLIENT, "--to", "restricted", "--cause", "review",
                            "--reason", "documents look altered")
        self.assertEqual((changed["status"], changed["causes"]), ("restricted", ["review"]))
        account = self.run_ctl("accounts", "get", "1/1001").stdout
        self.assertRegex(account, r"(?m)^balance +1000\.00 USD$")
        asked = self.run_ctl("clients", "status", CLIENT, "--to", "approved", "--reason", "well")
        self.assertEqual(asked.returncode, 4, asked.stderr)
        approval = asked.stderr.removeprefix("cambistctl: waits for approval ").strip()
        self.assertEqual(self.done("approvals", "get", approval)["state"], "pending")

    def test_the_same_key_makes_the_same_hold(self):
        words = ("accounts", "holds", "add", "1/1001", "--kind", "reserve", "--amount", "10.50 USD",
                 "--reason", "chargeback", "--idempotency-key", "once")
        self.assertEqual(self.done(*words), self.done(*words))
        holds = self.done("accounts", "holds", "list", "1/1001")["items"]
        self.assertEqual([hold["amount"] for hold in holds],
                         [{"amount": "10.50", "currency": "USD"}])

    def test_lists_go_on_over_their_pages(self):
        everything = self.done("audit", "list", "--all")["items"]
        by_twos = self.done("audit", "list", "--all", "--limit", "2")["items"]
        self.assertGreater(len(everything), 2)
        self.assertEqual([row["id"] for row in by_twos[:len(everything)]],
                         [row["id"] for row in everything])

    def test_refusals_end_as_documented(self):
        for words, code, says in (
                (("servers", "get", "9"), 1, "404 unknown_server"),
                (("clients", "status", CLIENT, "--to", "closed", "--if-match", "999"), 1, "412 "),
                (("servers", "mode", "1", "--mode", "enforce", "--scope", "", "--reason", "r"), 1,
                 "422 invalid_fields"),
                (("clients", "get", "ada"), 2, "CLIENT: ada is not a UUID"),
                (("clients", "list", "--status", "lost"), 2, "--status lost: is one of"),
                (("clients", "list", "--limit", "5000"), 2, "must not be more than 1000")):
            with self.subTest(words=words):
                answer = self.run_ctl(*words)
                self.assertEqual(answer.returncode, code, answer.stderr)
                self.assertIn(says, answer.stderr)

    def test_a_key_that_ended_asks_for_nothing(self):
        dsn = self.database.dsn("postgres")
        file = os.path.join(self.ctl.home, "t.key")
        made = self.ctl.run("--dsn", dsn, "key", "create", "--name", "t", "--file", file,
                            "--permissions", "server.read")
        self.assertEqual(made.returncode, 0, made.stderr)
        self.assertEqual(self.run_ctl("servers", "list", key="t.key").returncode, 0)
        text = pathlib.Path(file).read_text(encoding="utf-8")
        self.assertEqual(self.ctl.run("key", "revoke", text[4:20], "--dsn", dsn).returncode, 0)
        refused = self.run_ctl("servers", "list", key="t.key")
        self.assertEqual(refused.returncode, 3)
        self.assertIn("401 ", refused.stderr)

    def test_commands_in_the_database_say_what_is_wrong(self):
        self.assertEqual(self.ctl.run("key", "list").returncode, 2)
        self.assertEqual(self.ctl.run("key", "list", "--dsn", "host=/nowhere").returncode, 5)
        gone = self.ctl.run("key", "revoke", "0" * 16, "--dsn", self.database.dsn("postgres"))
        self.assertEqual((gone.returncode, gone.stderr),
                         (1, "cambistctl: no valid key has the id 0000000000000000\n"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
