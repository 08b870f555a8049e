#!/usr/bin/python3
"""staff_test.py PROGRAMS: people log in to a real gateway, and decide what waits for them."""

import json
import os
import pathlib
import sys
import tempfile
import time
import unittest

from ctl_program import Ctl
from stub_gateway import STEP, totp

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "gateway"))
from running_programs import Database, Gateway, make_secret_key  # noqa: E402

PROGRAMS = sys.argv[1]


class Staff(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = Database()
        cls.addClassCleanup(cls.database.close)
        cls.ctl = Ctl(PROGRAMS)
        cls.addClassCleanup(cls.ctl.close)
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        made = cls.ctl.run("staff", "demo", cls.ctl.home, "--secret-key",
                           make_secret_key(folder.name), "--dsn", cls.database.dsn("postgres"))
        assert made.returncode == 0, made.stderr
        cls.staff = os.path.join(cls.ctl.home, "staff.json")
        cls.gateway = Gateway(os.path.join(PROGRAMS, "cambist-gateway"), folder.name,
                              cls.database.dsn())
        cls.addClassCleanup(cls.gateway.stop)

    def run_as(self, name, *words, **more):
        return self.ctl.run("--url", f"http://127.0.0.1:{self.gateway.port}", "--profile", name,
                            *words, **more)

    def done(self, name, *words):
        """The document that the command of one of the staff answers; logs in when need be."""
        if not os.path.exists(os.path.join(self.ctl.home, f".config/cambist/{name}.json")):
            begun = self.run_as(name, "login", "--credentials", self.staff, "--username", name)
            self.assertEqual(begun.returncode, 0, begun.stderr)
        answer = self.run_as(name, *words, "--output", "json")
        self.assertEqual(answer.returncode, 0, answer.stderr)
        return json.loads(answer.stdout)

    def test_each_of_the_staff_is_who_they_are(self):
        for name in ("support", "compliance", "finance", "auditor"):
            who = self.done(name, "whoami")
            self.assertEqual(who["staff"]["username"], name)
        shown = self.run_as("support", "whoami")
        self.assertRegex(shown.stdout, r"(?m)^staff\.username +support$")
        self.assertNotIn("csrf", shown.stdout)

    def test_who_asks_does_not_decide_and_others_do(self):
        client = self.done("support", "clients", "add", "--person.kind", "natural",
                           "--person.name", "Ada Byron", "--status", "registered")["id"]
        self.done("support", "clients", "status", client, "--to", "pending_review")
        asked = self.run_as("support", "clients", "status", client, "--to", "approved",
                            "--reason", "documents complete")
        self.assertEqual(asked.returncode, 4, asked.stderr)
        approval = asked.stderr.removeprefix("cambistctl: waits for approval ").strip()
        waiting = self.done("compliance", "approvals", "list", "--state", "pending")["items"]
        self.assertIn(approval, [each["id"] for each in waiting])
        own = self.run_as("support", "approvals", "approve", approval, "--remark", "ok")
        self.assertIn(own.returncode, (1, 3), own.stderr)
        decided = self.done("compliance", "approvals", "approve", approval, "--remark", "ok")
        self.assertEqual(decided["state"], "approved")
        self.assertEqual(self.done("support", "clients", "get", client)["status"], "approved")

    def test_a_session_that_ended_is_begun_again_where_credentials_allow(self):
        self.done("risk", "whoami")
        Database.run(self.database.dsn("postgres"),
                     "update cambist.staff_session "
                     "set idle_expires_at = now() - interval '1 second' "
                     "where staff_id = (select id from cambist.staff where username = 'risk')")
        self.assertEqual(self.done("risk", "whoami")["staff"]["username"], "risk")

    def test_a_logout_ends_it(self):
        self.done("dealing", "whoami")
        self.assertEqual(self.run_as("dealing", "logout").stdout, "logged out\n")
        self.assertEqual(self.run_as("dealing", "whoami").returncode, 3)

    def test_a_wrong_password_is_refused(self):
        password = os.path.join(self.ctl.home, "password")
        self.write_secret(password, "wrong")
        refused = self.run_as("sales", "login", "--username", "sales", "--password-file", password,
                              "--code", "000000")
        self.assertEqual(refused.returncode, 3)
        self.assertIn("401 sign_in_refused", refused.stderr)

    def test_another_password_is_set_and_the_session_goes_on(self):
        with open(self.staff, encoding="utf-8") as file:
            person = next(each for each in json.load(file) if each["username"] == "partners")
        self.done("partners", "whoami")
        files = {}
        for name, text in (("old", person["password"]), ("new", "a long new passphrase of mine")):
            files[name] = os.path.join(self.ctl.home, name)
            self.write_secret(files[name], text)
        code = self.fresh_code(person)
        changed = self.done("partners", "session", "password", "--password-file", files["old"],
                            "--new-password-file", files["new"], "--code", code)
        self.assertIn("csrf_token", changed)
        self.assertEqual(self.done("partners", "whoami")["staff"]["username"], "partners")
        self.assertEqual(self.run_as("partners", "logout").returncode, 0)

    @staticmethod
    def write_secret(path, text):
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
            file.write(text + "\n")

    @staticmethod
    def fresh_code(person):
        """Of the present step: the login took that of the one before, if it could."""
        while time.time() % STEP > STEP - 5 or time.time() % STEP < 1:
            time.sleep(0.2)
        return totp(person["totp_secret"], int(time.time()) // STEP)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
