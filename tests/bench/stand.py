"""The test stand of the link's benchmarks: a durable PostgreSQL cluster of its own, a bridge, a
gateway, and the bench host that loads the plugin. Everything lives in a temporary folder and ends
with the stand."""

import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
POSTGRES = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))[-1]
DATABASE_ROLES = ("cambist_owner", "cambist_bridge", "cambist_gateway", "cambist_reports")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def as_postgres():
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]


def wait_for(what, condition, seconds=60, every=0.02):
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        value = condition()
        if value:
            return value
        time.sleep(every)
    raise TimeoutError(f"{what}: not within {seconds} s")


class BenchHost:
    """A bench host that answers one JSON line a command."""

    def __init__(self, command, log):
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)
        self._answer()

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self._answer()

    def _answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the bench host ended")
        return json.loads(line, strict=False)

    def stop(self):
        if self.process.poll() is None:
            self.process.stdin.write("quit\n")
            self.process.stdin.close()
            self.process.wait(timeout=30)


class Stand:
    def __init__(self, build):
        self.build = pathlib.Path(build).resolve()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="cambist-bench-"))
        self.folder.chmod(0o755)
        self.processes = {}
        self.link_port, self.http_port = free_port(), free_port()
        self.metrics_port = free_port()
        self._start_postgres()
        self._make_keys()
        self._write_settings()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for name in list(self.processes):
            if name != "postgres":
                self.stop(name)
        self.stop("postgres", signal.SIGINT)
        shutil.rmtree(self.folder, ignore_errors=True)

    # -- PostgreSQL ---------------------------------------------------------------------------
    def _start_postgres(self):
        self.cluster = self.folder / "postgres"
        self.cluster.mkdir()
        if os.geteuid() == 0:
            shutil.chown(self.cluster, "postgres", "postgres")
        subprocess.run(
            [*as_postgres(), POSTGRES / "initdb", "-D", self.cluster / "data", "-U", "postgres",
             "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"],
            check=True, stdout=subprocess.DEVNULL, cwd="/")
        self.start(
            "postgres",
            [*as_postgres(), POSTGRES / "postgres", "-D", self.cluster / "data", "-c",
             "listen_addresses=", "-c", f"unix_socket_directories={self.cluster}", "-c",
             "shared_buffers=512MB", "-c", "max_wal_size=8GB", "-c", "track_commit_timestamp=on"])
        wait_for("postgres", lambda: self._psql_quietly("select 1", "postgres"))
        self.sql("create database cambist", database="postgres")
        self.migrate("cambist")

    def migrate(self, database):
        subprocess.run([self.build / "bin" / "cambist-migrate", "--dsn",
                        self.dsn("postgres", database)],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def dsn(self, role="postgres", database="cambist"):
        return f"host={self.cluster} user={role} dbname={database}"

    def sql(self, text, database="cambist"):
        done = subprocess.run(
            ["psql", "-X", "-q", "-t", "-A", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-c",
             f"set search_path = cambist; {text}" if database != "postgres" else text,
             self.dsn(database=database)],
            capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return [line.split("\t") for line in done.stdout.splitlines()]

    def script(self, text, database="cambist"):
        """Each statement for itself: procedures of a script may commit."""
        subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", "-",
                        self.dsn(database=database)],
                       input=f"set search_path = cambist; {text}", check=True,
                       capture_output=True, text=True)

    def pgbench(self, database, *words):
        """Transactions a second; nothing while it only makes its tables."""
        done = subprocess.run(
            [POSTGRES / "pgbench", *words, self.dsn(database=database)], check=True,
            capture_output=True, text=True)
        found = re.search(r"tps = ([\d.]+)", done.stdout)
        return float(found.group(1)) if found else None

    def _psql_quietly(self, text, database):
        try:
            return self.sql(text, database)
        except RuntimeError:
            return None

    # -- programs -----------------------------------------------------------------------------
    def _make_keys(self):
        self.keys = self.folder / "keys"
        self.keys.mkdir(mode=0o700)
        for name in ("bridge", "server"):
            subprocess.run([self.build / "bin" / "cambist-keys", name, self.keys], check=True,
                           stdout=subprocess.DEVNULL)
        subprocess.run([self.build / "bin" / "cambistctl", "secret-key",
                        self.keys / "gateway.key"], check=True)

    def _write_settings(self):
        (self.folder / "bridge.toml").write_text(f"""
name = "bench"
[database]
dsn = "{self.dsn('cambist_bridge')}"
[link]
endpoint = "tcp://127.0.0.1:{self.link_port}"
key_file = "{self.keys}/bridge.key"
[[server]]
id = 1
public_keys = ["{self.keys}/server.pub"]
[metrics]
port = {self.metrics_port}
""")
        (self.folder / "gateway.toml").write_text(f"""
[http]
address = "127.0.0.1"
port = {self.http_port}
[database]
dsn = "{self.dsn('cambist_gateway')}"
# What is measured is not how often one caller may ask.
[limits]
requests_per_second = 1000000
burst = 10000000
stranger_requests_per_second = 1000000
stranger_burst = 10000000
[auth]
secret_key_file = "{self.keys}/gateway.key"
""")

    def start(self, name, command):
        log = open(self.folder / f"{name}.log", "ab")
        self.processes[name] = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "--", *map(str, command)], stdout=log, stderr=log,
            stdin=subprocess.DEVNULL, cwd="/")
        return self.processes[name]

    def stop(self, name, how=signal.SIGTERM):
        process = self.processes.pop(name, None)
        if process is None or process.poll() is not None:
            return
        process.send_signal(how)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def start_bridge(self):
        self.start("bridge", [self.build / "bin" / "cambist-bridge", "--config",
                              self.folder / "bridge.toml"])

    def start_gateway(self):
        self.start("gateway", [self.build / "bin" / "cambist-gateway", "--config",
                               self.folder / "gateway.toml"])
        wait_for("gateway", self._gateway_ready)

    def _gateway_ready(self):
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{self.http_port}/readyz").status == 200
        except OSError:
            return False

    def make_api_key(self):
        """The text of a key that may do everything."""
        subprocess.run([self.build / "bin" / "cambistctl", "--dsn", self.dsn(), "demo-keys",
                        self.keys], check=True, stdout=subprocess.DEVNULL)
        return (self.keys / "demo.key").read_text().strip()

    def make_staff(self):
        """The file with what the demo's staff sign in with."""
        subprocess.run([self.build / "bin" / "cambistctl", "--dsn", self.dsn(), "staff", "demo",
                        self.keys, "--secret-key", self.keys / "gateway.key"], check=True,
                       stdout=subprocess.DEVNULL)
        return self.keys / "staff.json"

    def start_host(self, accounts, journal_mib=512):
        data = self.folder / "plugin"
        data.mkdir(exist_ok=True)
        log = open(self.folder / "host.log", "ab")
        return BenchHost(
            [self.build / "bin" / "cambist-bench-host", "--plugin",
             self.build / "lib" / "libcambist_plugin.so", "--accounts", str(accounts),
             "--server_id", "1", "--data_dir", str(data), "--bridge_endpoints",
             f"tcp://127.0.0.1:{self.link_port}", "--bridge_public_key_file",
             f"{self.keys}/bridge.pub", "--secret_key_file", f"{self.keys}/server.key", "--scope",
             "*", "--mode", "enforce", "--journal_mib", str(journal_mib), "--policy_capacity",
             str(2 * accounts)], log)

    # -- what PostgreSQL holds ----------------------------------------------------------------
    def events_applied(self):
        rows = self.sql("select coalesce(sum(events_applied), 0) from stream_epoch")
        return int(rows[0][0])

    def deals(self):
        return int(self.sql("select count(*) from deal")[0][0])

    def newest_deal(self):
        """The highest ticket: one look into an index, where counting reads every row."""
        return int(self.sql("select coalesce(max(ticket), 0) from deal where server_id = 1")[0][0])

    def floor(self, *words):
        done = subprocess.run([self.build / "bin" / "cambist-bench-floors", *map(str, words)],
                              check=True, capture_output=True, text=True)
        return json.loads(done.stdout)
