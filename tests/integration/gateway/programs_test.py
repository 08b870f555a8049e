"""cambist-gateway and cambistctl as processes: settings, keys, signals. Standard library only."""

import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import unittest
import uuid

from running_programs import Database, Gateway, make_secret_key

PROGRAMS = sys.argv.pop(1)
GATEWAY = os.path.join(PROGRAMS, "cambist-gateway")
CTL = os.path.join(PROGRAMS, "cambistctl")


class Programs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def database(self):
        database = Database()
        self.addCleanup(database.close)
        return database

    def gateway(self, dsn):
        gateway = Gateway(GATEWAY, self.folder, dsn)
        self.addCleanup(gateway.stop)
        return gateway

    def ctl(self, database, *arguments):
        return subprocess.run([CTL, "--dsn", database.dsn("postgres"), *arguments],
                              capture_output=True, text=True, check=False)

    def write(self, name, text, mode=0o600):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def refusal(self, settings):
        ended = subprocess.run([GATEWAY, "--config", settings], capture_output=True, text=True,
                               check=False, timeout=30)
        self.assertEqual(ended.returncode, 2, ended.stderr)
        return ended.stderr.splitlines()

    def test_the_printed_settings_are_settings(self):
        text = subprocess.run([GATEWAY, "--print-config"], capture_output=True, text=True,
                              check=True).stdout
        text = text.replace('dsn = ""', 'dsn = "host=x"')
        text = text.replace('secret_key_file = ""', 'secret_key_file = "k"')
        settings = self.write("all.toml", text)
        again = subprocess.run([GATEWAY, "--config", settings, "--print-config"],
                               capture_output=True, text=True, check=True).stdout
        self.assertEqual(again, text)

    def test_every_problem_with_the_settings_has_its_line(self):
        lines = self.refusal(self.write("bad.toml", "[http]\nport = -1\nhost = 1\n"))
        self.assertEqual(len(lines), 4, lines)
        self.assertTrue(all("bad.toml" in line for line in lines), lines)

    def test_secrets_that_others_may_read_are_refused(self):
        open_file = self.write("open.pgpass", "*:*:*:*:x", 0o644)
        keys = f'[auth]\nsecret_key_file = "{make_secret_key(self.folder)}"\n'
        lines = self.refusal(self.write(
            "a.toml", f'{keys}[database]\ndsn = "passfile={open_file}"\n'))
        self.assertEqual(len(lines), 1, lines)
        self.assertIn("others may read it", lines[0])
        lines = self.refusal(self.write(
            "b.toml", keys + '[database]\ndsn = "password=x"\n', 0o644))
        self.assertIn("holds a password and others may read it", lines[0])
        lines = self.refusal(self.write(
            "d.toml", keys + f'[http]\ncursor_key_file = "{open_file}"\n'
                             '[database]\ndsn = "host=x"\n'))
        self.assertEqual(len(lines), 1, lines)
        self.assertIn("others may read it", lines[0])

    def test_a_cursor_key_that_is_missing_or_short_is_said_in_one_line(self):
        short = self.write("short.key", "x" * 31)
        keys = f'[auth]\nsecret_key_file = "{make_secret_key(self.folder)}"\n'
        for file in (short, short + ".not"):
            lines = self.refusal(self.write(
                "e.toml", f'{keys}[http]\ncursor_key_file = "{file}"\n'
                          '[database]\ndsn = "host=x"\n'))
            self.assertEqual(len(lines), 1, lines)
            self.assertIn("cannot be read, or has less than 32 characters", lines[0])

    def test_a_port_in_use_is_said_in_one_line(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            lines = self.refusal(self.write(
                "c.toml", f'[http]\nport = {port}\n[database]\ndsn = "host=x"\n[auth]\n'
                          f'secret_key_file = "{make_secret_key(self.folder)}"\n'))
        self.assertEqual(len(lines), 1, lines)
        self.assertIn(f"cannot listen on 127.0.0.1:{port}: Address already in use", lines[0])

    def test_keys_are_made_listed_and_revoked_at_once(self):
        database = self.database()
        made = self.ctl(database, "demo-keys", self.folder)
        self.assertEqual(made.returncode, 0, made.stderr)
        file = os.path.join(self.folder, "demo.key")
        self.assertEqual(stat.S_IMODE(os.stat(file).st_mode), 0o600)
        with open(file, encoding="utf-8") as stream:
            key = stream.read().strip()
        self.assertEqual(self.ctl(database, "demo-keys", self.folder).stdout, "")
        self.assertEqual(len(self.ctl(database, "key", "list").stdout.splitlines()), 2)
        self.assertEqual(
            Database.run(database.dsn("postgres"),
                         "select count(*) from cambist.api_key where hash::text like "
                         f"'%{key[21:]}%'"), "0")
        gateway = self.gateway(database.dsn())
        self.assertEqual(gateway.ask("GET", "/v1/servers", key)[0], 200)
        self.assertEqual(self.ctl(database, "key", "revoke", key[4:20]).returncode, 0)
        self.assertEqual(gateway.ask("GET", "/v1/servers", key)[0], 401)
        again = self.ctl(database, "key", "revoke", key[4:20])
        self.assertEqual(again.returncode, 1)
        self.assertIn("no valid key", again.stderr)
        wrong = self.ctl(database, "key", "create", "--name", "a", "--permissions", "everything")
        self.assertNotEqual(wrong.returncode, 0)
        self.assertIn("not a permission", wrong.stderr)

    def test_a_signal_lets_the_request_in_flight_finish(self):
        database = self.database()
        Database.run(database.dsn("postgres"),
                     "set search_path = cambist; insert into server (id, name) values (1, 'a'); "
                     "insert into account (server_id, login) values (1, 1001)")
        self.ctl(database, "key", "create", "--name", "t", "--permissions", "hold.place", "--file",
                 os.path.join(self.folder, "t.key"))
        with open(os.path.join(self.folder, "t.key"), encoding="utf-8") as stream:
            key = stream.read().strip()
        gateway = self.gateway(database.dsn())
        holder = subprocess.Popen(["psql", "-X", "-qAt", "-d", database.dsn("postgres")],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(holder.stdout.close)
        holder.stdin.write("begin; select login from cambist.account for update;\n")
        holder.stdin.flush()
        self.assertEqual(holder.stdout.readline(), "1001\n")
        answers = []
        body = {"id": str(uuid.uuid4()), "kind": "trading", "reason": "r"}
        request = threading.Thread(target=lambda: answers.append(
            gateway.ask("POST", "/v1/accounts/1/1001/holds", key, body, "k")))
        request.start()
        waiting = ("select count(*) from pg_stat_activity where wait_event_type = 'Lock' "
                   "and datname = current_database()")
        while Database.run(database.dsn("postgres"), waiting) == "0":
            pass
        gateway.process.send_signal(signal.SIGTERM)
        self.assertIn("finishing 1 connections", gateway.process.stderr.readline())
        holder.stdin.write("commit;\n")
        holder.stdin.close()
        holder.wait(timeout=30)
        request.join(timeout=30)
        self.assertEqual(answers[0][0], 201, answers)
        self.assertEqual(gateway.process.wait(timeout=30), 0)


if __name__ == "__main__":
    unittest.main()
