#!/usr/bin/python3
"""`./cambist up` as a person uses it, on a terminal of its own: up_test.py.

Everything answers; Ctrl-C, `down`, a closed terminal and a killed script leave no process behind; a
port in use, a second `up` and a program that dies say so in one line.
"""
import json
import os
import pathlib
import pty
import re
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
CAMBIST = str(ROOT / "cambist")
READY = "Ctrl-C stops everything."
PATIENCE = 300  # seconds for anything; nothing here is timed


class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, *command):
        self.pid, self.screen = pty.fork()
        if self.pid == 0:
            os.execv(command[0], command)
        self.text = ""
        self.status = None

    def read_until(self, words):
        """Everything said until these words, or until the end."""
        limit = time.monotonic() + PATIENCE
        while words not in self.text:
            if time.monotonic() > limit:
                raise AssertionError(f"no {words!r} within {PATIENCE} s:\n{self.text}")
            if not select.select([self.screen], [], [], 1)[0]:
                continue
            try:
                piece = os.read(self.screen, 65536)
            except OSError:  # how Linux says that the other side is gone
                break
            self.text += piece.decode(errors="replace")
        return self.text

    def press_ctrl_c(self):
        os.write(self.screen, b"\x03")

    def close(self):
        os.close(self.screen)
        self.screen = None

    def wait(self):
        if self.screen is not None:
            self.read_until("\0")
        self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.status


def four_free_ports():
    """The first of four neighbours that nobody listens on."""
    for first in range(20000 + os.getpid() % 5000 * 4, 60000, 4):
        try:
            for port in range(first, first + 4):
                with socket.socket() as listener:
                    listener.bind(("127.0.0.1", port))
            return first
        except OSError:
            continue
    raise AssertionError("no four free ports")


def processes_with(text):
    """Command lines of the processes that name the text, but for ourselves."""
    found = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if text in line and int(folder.name) != os.getpid():
            found.append(line)
    return found


def wait_until_gone(text):
    limit = time.monotonic() + PATIENCE
    while processes_with(text) and time.monotonic() < limit:
        time.sleep(0.05)
    return processes_with(text)


def run(*words):
    return subprocess.run([CAMBIST, *words], capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL, timeout=PATIENCE)


class Up(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.data = tempfile.mkdtemp(prefix="cambist-up-")
        os.chmod(cls.data, 0o755)
        cls.port = four_free_ports()

    @classmethod
    def tearDownClass(cls):
        run("down", "--data", cls.data)
        shutil.rmtree(cls.data, ignore_errors=True)

    def up(self):
        terminal = Terminal(CAMBIST, "up", "--data", self.data, "--port", str(self.port))
        self.assertIn(READY, terminal.read_until(READY), terminal.text)
        return terminal

    def get(self, path, port=None, key=None):
        request = urllib.request.Request(f"http://127.0.0.1:{port or self.port}{path}")
        if key:
            request.add_header("Authorization", "Bearer " + key)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read().decode()

    def test_1_everything_answers_and_ctrl_c_leaves_nothing_behind(self):
        terminal = self.up()
        key = (pathlib.Path(self.data) / "secrets" / "demo.key").read_text().strip()
        for path in ("/livez", "/readyz", "/metrics"):
            self.assertEqual(self.get(path)[0], 200, path)
        self.assertEqual(self.get("/v1/accounts")[0], 401)
        for path in ("/v1/servers", "/v1/clients", "/v1/accounts", "/v1/servers/1/groups",
                     "/v1/drift", "/v1/servers/1/quarantine", "/v1/audit"):
            status, body = self.get(path, key=key)
            self.assertEqual(status, 200, path + body)
        accounts = json.loads(self.get("/v1/accounts?limit=100", key=key)[1])["items"]
        self.assertEqual(len(accounts), 20)
        self.assertTrue(all(account["mirrored"] for account in accounts))
        asked = run("ctl", "--data", self.data, "--as", "support", "accounts", "list", "--all",
                    "--output", "json")
        self.assertEqual(asked.returncode, 0, asked.stderr)
        self.assertEqual(len(json.loads(asked.stdout)["items"]), 20)
        self.assertEqual(self.get("/metrics", port=self.port + 2)[0], 200)
        terminal.press_ctrl_c()
        self.assertEqual(terminal.wait(), 0, terminal.text)
        self.assertEqual(processes_with(self.data), [])

    def test_1_every_scenario_of_people_goes_as_told(self):
        terminal = self.up()
        played = run("play", "--data", self.data)
        scenarios = len(list(ROOT.glob("tests/scenarios/people/*.txt")))
        self.assertEqual(played.returncode, 0, played.stdout + played.stderr)
        self.assertEqual(len(re.findall("^as told ", played.stdout, re.M)), scenarios)
        with tempfile.TemporaryDirectory() as folder:
            other = pathlib.Path(folder) / "other.txt"
            other.write_text("# No.\nsales servers stop-trading 1\n")
            self.assertEqual(run("play", "--data", self.data, str(other)).returncode, 1)
            other.write_text("# No.\nadmin servers get 1 -> name=another\n")
            self.assertEqual(run("play", "--data", self.data, str(other)).returncode, 1)
        terminal.press_ctrl_c()
        self.assertEqual(terminal.wait(), 0, terminal.text)

    def test_2_a_second_up_and_a_port_in_use_say_so_and_down_stops_it(self):
        terminal = self.up()
        second = run("up", "--data", self.data, "--port", str(self.port))
        self.assertEqual(second.returncode, 1)
        self.assertRegex(second.stderr, r"^cambist: another ./cambist up runs in .*\n$")
        with tempfile.TemporaryDirectory() as other:
            os.chmod(other, 0o755)
            occupied = run("up", "--data", other, "--port", str(self.port))
        self.assertEqual(occupied.returncode, 1)
        self.assertRegex(occupied.stderr, rf"^cambist: port {self.port} is in use .*\n$")
        down = run("down", "--data", self.data)
        self.assertEqual((down.returncode, down.stdout), (0, "stopped\n"))
        self.assertEqual(terminal.wait(), 0, terminal.text)
        self.assertEqual(processes_with(self.data), [])

    def test_3_a_program_that_dies_is_named_and_the_others_stop(self):
        terminal = self.up()
        pid = int((pathlib.Path(self.data) / "run" / "gateway.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)
        self.assertEqual(terminal.wait(), 1)
        self.assertIsNotNone(re.search(r"cambist: gateway ended: ", terminal.text), terminal.text)
        self.assertEqual(processes_with(self.data), [])

    def test_4_a_closed_terminal_and_a_killed_script_leave_nothing_behind(self):
        terminal = self.up()
        terminal.close()
        terminal.wait()
        self.assertEqual(processes_with(self.data), [])
        terminal = self.up()
        os.kill(terminal.pid, signal.SIGKILL)
        terminal.wait()
        self.assertEqual(wait_until_gone(self.data), [])
        self.assertEqual(run("down", "--data", self.data).stdout, f"nothing runs in {self.data}\n")

    def test_5_wrong_words_are_refused_in_one_line(self):
        for words in (("up", "--port", "80"), ("up", "--prot", "8600"), ("down", "now"),
                      ("test", "--preset", "fast"), ("bogus",)):
            answer = run(*words)
            self.assertEqual(answer.returncode, 2, words)
            self.assertTrue(answer.stderr.startswith("cambist: "), answer.stderr)
        for command in ("up", "down", "test", "bench", "demo", "prepare", "ctl"):
            self.assertEqual(run(command, "--help").returncode, 0, command)

    def test_6_settings_take_any_port_and_any_folder(self):
        with tempfile.TemporaryDirectory() as folder:
            data = os.path.join(folder, "8602 & co|")
            os.makedirs(os.path.join(data, "config"))
            done = subprocess.run(
                ["bash", "-euc", f'root={ROOT}; data=$1; . "$root/scripts/settings.sh"; '
                 'socket_folder() { printf /sockets; }; write_settings 8601', "_", data],
                capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            read = {name: pathlib.Path(data, "config", name + ".toml").read_text()
                    for name in ("bridge", "gateway", "sim")}
        self.assertIn("port = 8601\n", read["gateway"])
        self.assertIn(':8602"\n', read["bridge"])
        self.assertIn("port = 8603\n", read["bridge"])
        self.assertIn("port = 8604\n", read["sim"])
        self.assertIn(f'key_file = "{data}/keys/bridge.key"', read["bridge"])


if __name__ == "__main__":
    unittest.main()
