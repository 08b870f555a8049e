#!/usr/bin/python3
"""session_test.py PROGRAMS: who asks: profiles, logins, renewed sessions, keys."""

import json
import os
import stat
import subprocess
import sys
import time
import unittest

from ctl_program import Ctl
from stub_gateway import DEVICE, STEP, Person, Stub, totp

PROGRAMS = sys.argv[1]
STATUS = ("clients", "status", "5f0c4f2e-8a2b-4c55-9a39-2f8d3c1f7a10", "--to", "closed")
STATUS_ROUTE = "POST /v1/clients/5f0c4f2e-8a2b-4c55-9a39-2f8d3c1f7a10/status"


def present():
    """The present step of one-time codes; never its last moments, which may be over meanwhile."""
    while time.time() % STEP > STEP - 5:
        time.sleep(0.2)
    return int(time.time()) // STEP


class Sessions(unittest.TestCase):
    def setUp(self):
        self.ada, self.root = Person("ada"), Person("root", "administrator")
        self.stub = Stub((self.ada, self.root))
        self.addCleanup(self.stub.close)
        self.stub.answers = {"GET /v1/clients": (200, {"items": [], "next": None}, {}),
                             STATUS_ROUTE: (200, {"id": "1"}, {})}
        self.ctl = Ctl(PROGRAMS)
        self.addCleanup(self.ctl.close)
        self.staff = self.write("staff.json", json.dumps(
            [person.as_credentials() for person in (self.ada, self.root)]))

    def write(self, name, text, mode=0o600):
        path = os.path.join(self.ctl.home, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def run_ctl(self, *words, **more):
        return self.ctl.run("--url", self.stub.url, *words, **more)

    def log_in(self, person, *more):
        password = self.write("password", person.password + "\n")
        code = totp(person.totp_secret, max(present() - 1, person.last_step + 1))
        return self.run_ctl("login", "--username", person.username, "--password-file", password,
                            "--code", code, *more)

    def asked(self):
        method, path, headers, _ = self.stub.asked[-1]
        return f"{method} {path}", headers

    def test_a_login_is_kept_for_the_next_commands(self):
        done = self.log_in(self.ada)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        file = os.path.join(self.ctl.home, ".config/cambist/default.json")
        self.assertEqual(stat.S_IMODE(os.stat(file).st_mode), 0o600)
        self.assertEqual(done.stdout, f"logged in as ada at {self.stub.url} ({file})\n")
        with open(file, encoding="utf-8") as stream:
            self.assertNotIn(self.ada.password, stream.read())
        self.assertEqual(self.run_ctl("clients", "list").returncode, 0)
        self.assertIn("username  ada", self.run_ctl("whoami").stdout)

    def test_the_address_is_kept_too_and_a_session_goes_nowhere_else(self):
        self.log_in(self.ada)
        self.assertEqual(self.ctl.run("whoami", env={"CAMBIST_URL": ""}).returncode, 0)
        other = Stub()
        self.addCleanup(other.close)
        refused = self.ctl.run("--url", other.url, "clients", "list")
        self.assertEqual(refused.returncode, 3)
        self.assertIn(f"nobody is logged in at {other.url} (the profile is of {self.stub.url})",
                      refused.stderr)
        self.assertEqual(other.asked, [])

    def test_what_writes_carries_the_token_against_forged_requests(self):
        self.log_in(self.ada)
        self.assertEqual(self.run_ctl(*STATUS).returncode, 0)
        name, headers = self.asked()
        self.assertEqual(name, STATUS_ROUTE)
        self.assertTrue(headers["X-CSRF-Token"])
        self.run_ctl("clients", "list")
        self.assertNotIn("X-CSRF-Token", self.asked()[1])

    def test_several_people_at_once_have_profiles_of_their_own(self):
        for person in (self.ada, self.root):
            self.assertEqual(self.log_in(person, "--profile", person.username).returncode, 0)
        for person in (self.ada, self.root, self.ada):
            shown = self.run_ctl("whoami", env={"CAMBIST_PROFILE": person.username}).stdout
            self.assertIn(person.username, shown)
        file = os.path.join(self.ctl.home, "there", "eve.json")
        self.log_in(self.ada, "--profile", file)
        self.assertIn("ada", self.run_ctl("whoami", "--profile", file).stdout)

    def test_wrong_words_are_refused_and_nothing_is_kept(self):
        done = self.run_ctl("login", "--username", "ada", "--password-file",
                            self.write("password", "wrong"), "--code", "000000")
        self.assertEqual(done.returncode, 3)
        self.assertIn("401 wrong_credentials: name, password or code is wrong", done.stderr)
        self.assertEqual(self.run_ctl("whoami").returncode, 3)

    def test_a_terminal_is_asked_and_shows_no_password(self):
        code = totp(self.ada.totp_secret, present())
        status, shown = self.ctl.on_terminal("--url", self.stub.url, "login",
                                             typed=f"ada\n{self.ada.password}\n{code}\n")
        self.assertEqual(status, 0, shown)
        self.assertNotIn(self.ada.password, shown)
        self.assertIn("logged in as ada", shown)

    def test_without_a_terminal_the_option_is_named(self):
        done = self.run_ctl("login", "--username", "ada", start_new_session=True)
        self.assertEqual((done.returncode, done.stderr),
                         (2, "cambistctl: there is no terminal to ask on: give --password-file\n"))

    def test_a_password_may_come_of_the_standard_input_and_a_code_of_its_secret(self):
        secret = self.write("secret", self.ada.totp_secret)
        done = self.run_ctl("login", "--username", "ada", "--password-file", "-",
                            "--totp-secret-file", secret, stdin=self.ada.password + "\n")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_who_has_no_second_factor_yet_shows_no_code(self):
        self.ada.totp_secret = ""
        password = self.write("password", self.ada.password)
        done = self.run_ctl("login", "--username", "ada", "--password-file", password, "--code", "")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("code", json.loads(self.stub.asked[-1][3]))

    def test_credentials_log_in_the_administrator_and_renew_what_ended(self):
        done = self.run_ctl("login", "--credentials", self.staff)
        self.assertIn("logged in as root", done.stdout)
        self.stub.end_sessions()
        self.assertEqual(self.run_ctl(*STATUS).returncode, 0)
        self.assertEqual(self.stub.logins, 2)
        self.run_ctl("login", "--credentials", self.staff, "--username", "ada")
        self.assertIn("ada", self.run_ctl("whoami").stdout)

    def test_of_many_commands_at_once_one_renews_the_session(self):
        self.run_ctl("login", "--credentials", self.staff)
        self.stub.end_sessions()
        running = [subprocess.Popen([self.ctl.program, "--url", self.stub.url, "clients", "list"],
                                    env=self.ctl.environment(), stdout=subprocess.DEVNULL)
                   for _ in range(8)]
        self.assertEqual([each.wait(timeout=60) for each in running], [0] * 8)
        self.assertEqual(self.stub.logins, 2)

    def test_a_session_that_ended_is_not_renewed_without_credentials(self):
        self.log_in(self.ada)
        self.stub.end_sessions()
        done = self.run_ctl("clients", "list")
        self.assertEqual(done.returncode, 3)
        self.assertIn("401 unauthorized", done.stderr)
        self.assertIn("cambistctl login", done.stderr)

    def test_a_fresh_code_is_asked_for_and_shown_by_step_up(self):
        self.stub.needs_step_up.add(STATUS_ROUTE)
        self.log_in(self.ada)
        done = self.run_ctl(*STATUS)
        self.assertEqual(done.returncode, 3)
        self.assertIn("cambistctl step-up --code", done.stderr)
        code = totp(self.ada.totp_secret, self.ada.last_step + 1)
        self.assertEqual(self.run_ctl("step-up", "--code", code).stdout, "stepped up\n")
        self.assertEqual(self.run_ctl(*STATUS).returncode, 0)
        self.assertEqual(self.run_ctl("step-up", "--code", "000000").returncode, 3)

    def test_credentials_step_up_by_themselves_with_a_code_not_used_before(self):
        self.stub.needs_step_up.add(STATUS_ROUTE)
        self.run_ctl("login", "--credentials", self.staff, "--username", "ada")
        self.assertEqual(self.run_ctl(*STATUS).returncode, 0)
        self.assertEqual(len([each for each in self.stub.asked
                              if each[1] == "/v1/session/step-up"]), 1)

    def test_a_code_that_was_used_elsewhere_is_waited_out_once(self):
        self.ada.last_step = present()
        done = self.run_ctl("login", "--credentials", self.staff, "--username", "ada")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("waiting for the next one", done.stderr)
        self.assertEqual(len(self.stub.asked), 2)

    def test_the_gateway_knows_the_profile_again(self):
        self.log_in(self.ada)
        self.assertNotIn("Cookie", self.asked()[1])
        self.run_ctl("logout")
        self.log_in(self.ada)
        self.assertEqual(self.asked()[1]["Cookie"], f"{DEVICE}=ada-1")
        self.log_in(self.root)
        self.assertNotIn("Cookie", self.asked()[1])

    def test_a_logout_ends_the_session_and_forgets_it(self):
        self.log_in(self.ada)
        self.assertEqual(self.run_ctl("logout").stdout, "logged out\n")
        self.assertEqual(self.stub.sessions, {})
        self.assertEqual(self.run_ctl("logout").returncode, 3)
        self.log_in(self.ada)
        self.stub.end_sessions()
        self.assertEqual(self.run_ctl("logout").stdout, "logged out\n")

    def test_a_key_asks_without_a_session(self):
        key = self.write("key", "cmb_good_key\n")
        self.assertEqual(self.run_ctl("clients", "list", "--api-key-file", key).returncode, 0)
        name, headers = self.asked()
        self.assertEqual((headers["Authorization"], headers.get("Cookie")),
                         ("Bearer cmb_good_key", None))
        self.assertEqual(
            self.run_ctl("clients", "list", env={"CAMBIST_API_KEY_FILE": key}).returncode, 0)
        both = self.run_ctl("clients", "list", "--api-key-file", key, "--profile", "ada")
        self.assertEqual(both.returncode, 2)
        self.assertEqual(self.run_ctl("login", "--api-key-file", key).returncode, 2)
        self.assertEqual(name, "GET /v1/clients")

    def test_secrets_that_others_may_read_are_not_used(self):
        self.log_in(self.ada)
        file = os.path.join(self.ctl.home, ".config/cambist/default.json")
        os.chmod(file, 0o644)
        done = self.run_ctl("whoami")
        self.assertEqual((done.returncode, done.stderr),
                         (2, f"cambistctl: {file}: others may read it (chmod 600 would help)\n"))
        key = self.write("key", "cmb_good_key", 0o640)
        self.assertEqual(self.run_ctl("whoami", "--api-key-file", key).returncode, 2)

    def test_secrets_go_over_tls_or_to_this_machine(self):
        key = self.write("key", "cmb_good_key\n")
        done = self.ctl.run("--url", "http://broker.invalid", "--api-key-file", key, "whoami")
        self.assertEqual(done.returncode, 2)
        self.assertIn("a secret goes over https or to this machine only", done.stderr)
        password = self.write("password", "x")
        done = self.ctl.run("--url", "http://broker.invalid", "login", "--username", "ada",
                            "--password-file", password, "--code", "1")
        self.assertEqual(done.returncode, 2)

    def test_nobody_asks_for_nothing(self):
        done = self.run_ctl("clients", "list")
        self.assertEqual(done.returncode, 3)
        self.assertIn("nobody is logged in", done.stderr)
        self.assertEqual(self.stub.asked, [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
