#!/usr/bin/python3
"""`./cambist ctl` finds the instance of a data folder and asks as one of
its staff. The instance is a stub here; tests/script/up_test.py asks the real one."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

from stub_gateway import Person, Stub

CAMBIST = pathlib.Path(__file__).resolve().parents[3] / "cambist"


def started_at(pid):
    """The kernel's start time of a process, as `up` keeps it beside the pid."""
    return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[19]


class Script(unittest.TestCase):
    def setUp(self):
        self.people = [Person("root", "administrator"), Person("ada"), Person("bob")]
        self.stub = Stub(self.people)
        self.addCleanup(self.stub.close)
        self.stub.answers = {"GET /v1/clients": (200, {"items": [], "next": None}, {})}
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.data = pathlib.Path(folder.name)
        os.chmod(self.data, 0o755)
        for name in ("config", "run", "secrets"):
            (self.data / name).mkdir()
        self.runs()

    def runs(self):
        """As `up` leaves it while the gateway runs: here this process is the gateway."""
        port = self.stub.url.rpartition(":")[2]
        pid = os.getpid()
        (self.data / "config/gateway.toml").write_text(f"[http]\nport = {port}\n[x]\nport = 1\n")
        (self.data / "run/gateway.pid").write_text(f"{pid} {started_at(pid)}\n")
        self.write_secret("demo.key", "cmb_good_key\n")

    def write_secret(self, name, text):
        path = self.data / "secrets" / name
        path.write_text(text)
        path.chmod(0o600)

    def has_staff(self):
        self.write_secret("staff.json", json.dumps([each.as_credentials() for each in self.people]))

    def ctl(self, *words, data=None):
        return subprocess.run([CAMBIST, "ctl", "--data", str(data or self.data), *words],
                              capture_output=True, text=True, check=False, timeout=60,
                              stdin=subprocess.DEVNULL)

    def test_one_of_the_staff_asks_and_stays_logged_in(self):
        self.has_staff()
        for _ in range(2):
            for name in ("ada", "bob"):
                done = self.ctl("--as", name, "whoami")
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertIn(f"username  {name}", done.stdout)
        self.assertEqual(self.stub.logins, 2)
        kept = self.data / "run" / "ctl" / "ada.json"
        self.assertEqual(kept.stat().st_mode & 0o777, 0o600)

    def test_many_at_once_log_in_once(self):
        self.has_staff()
        running = [subprocess.Popen([CAMBIST, "ctl", "--data", self.data, "--as", "ada", "whoami"],
                                    stdout=subprocess.DEVNULL) for _ in range(5)]
        self.assertEqual([each.wait(timeout=60) for each in running], [0] * 5)
        self.assertEqual(self.stub.logins, 1)

    def test_without_a_name_it_is_the_administrator(self):
        self.has_staff()
        self.assertIn("username  root", self.ctl("whoami").stdout)

    def test_an_instance_that_began_anew_is_logged_in_to_again(self):
        self.has_staff()
        self.ctl("--as", "ada", "whoami")
        self.stub.end_sessions()
        self.assertIn("username  ada", self.ctl("--as", "ada", "whoami").stdout)
        self.assertEqual(self.stub.logins, 2)

    def test_an_instance_that_moved_to_another_port_is_logged_in_to_again(self):
        self.has_staff()
        self.ctl("--as", "ada", "whoami")
        self.stub.close()
        self.stub.close = lambda: None
        again = Stub(self.people)
        self.addCleanup(again.close)
        self.stub.url = again.url
        self.runs()
        self.assertIn("username  ada", self.ctl("--as", "ada", "whoami").stdout)

    def test_a_stranger_is_not_let_in(self):
        self.has_staff()
        done = self.ctl("--as", "eve", "whoami")
        self.assertEqual(done.returncode, 2)
        self.assertIn("knows nobody called eve", done.stderr)

    def test_without_staff_it_asks_with_the_key_of_the_demo(self):
        self.assertEqual(self.ctl("clients", "list").returncode, 0)
        self.assertEqual(self.stub.asked[-1][2]["Authorization"], "Bearer cmb_good_key")
        done = self.ctl("--as", "ada", "clients", "list")
        self.assertEqual(done.returncode, 1)
        self.assertIn("there is no staff", done.stderr)

    def test_the_exit_code_is_that_of_the_command(self):
        self.assertEqual(self.ctl("clients", "get", "ada").returncode, 2)
        self.assertEqual(self.ctl("servers", "list").returncode, 1)
        self.assertEqual(self.ctl().returncode, 2)

    def test_when_nothing_runs_it_says_what_to_start(self):
        with tempfile.TemporaryDirectory() as other:
            done = self.ctl("clients", "list", data=other)
            self.assertEqual((done.returncode, done.stderr),
                             (5, f"cambist: nothing runs in {other}: start it with ./cambist up\n"))
            self.assertEqual(self.ctl("clients", "--help", data=other).returncode, 0)
            self.assertEqual(self.ctl("routes", data=other).returncode, 0)

    def test_it_has_help(self):
        done = self.ctl("--help")
        self.assertEqual(done.returncode, 0)
        self.assertTrue(done.stdout.startswith("./cambist ctl [--data DIR] [--as NAME] COMMAND..."))


if __name__ == "__main__":
    unittest.main()
