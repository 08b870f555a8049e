"""The day's own PostgreSQL cluster, durable as a real one is, and SQL through psql."""

import csv
import io
import os
import pathlib
import secrets
import shutil
import signal
import subprocess

from processes import DayBroken, Program, as_user_postgres, last_words

ROLES = ("cambist_bridge", "cambist_gateway", "cambist_reports")


def programs_folder():
    folders = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"),
                     key=lambda folder: int(folder.parent.name))
    if not folders:
        raise DayBroken("PostgreSQL's programs are not under /usr/lib/postgresql")
    return folders[-1]


class Database:
    def __init__(self, folder, fleet, max_connections=120):
        self.folder = pathlib.Path(folder)
        self.bin = programs_folder()
        # The path of a socket is limited to 107 bytes.
        self.place = self.folder / "postgres"
        self.place.mkdir()
        if os.geteuid() == 0:
            shutil.chown(self.place, "postgres", "postgres")
        self._initdb()
        self.server = fleet.add(Program(
            "postgres",
            [self.bin / "postgres", "-D", self.place / "data", "-c", "listen_addresses=", "-c",
             f"unix_socket_directories={self.place}", "-c", f"max_connections={max_connections}",
             "-c", "shared_buffers=256MB", "-c", "max_wal_size=2GB", "-c",
             "log_min_messages=warning"],
            self.folder / "postgres.log", stop_signal=signal.SIGINT, own_user=True))
        self.start()
        self.sql("create database cambist", database="postgres")

    def _initdb(self):
        log = self.folder / "initdb.log"
        with open(log, "wb") as out:
            done = subprocess.run(
                [*as_user_postgres(), self.bin / "initdb", "-D", self.place / "data", "-U",
                 "cambist_admin", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"],
                stdout=out, stderr=out, cwd="/", check=False)
        if done.returncode:
            raise DayBroken(f"initdb failed: {last_words(log)}")

    def start(self):
        self.server.start()
        self.server.wait_until_ready(self.answers)

    def answers(self):
        ready = [self.bin / "pg_isready", "--quiet", f"--host={self.place}"]
        return subprocess.run(ready, check=False).returncode == 0

    def dsn(self, role="cambist_admin", database="cambist"):
        return f"host={self.place} user={role} dbname={database}"

    def migrate(self, migrate_program):
        passwords = self.folder / "passwords"
        passwords.write_text("".join(f"{role} = {secrets.token_hex(16)}\n" for role in ROLES))
        passwords.chmod(0o600)
        done = subprocess.run(
            [migrate_program, "--dsn", self.dsn(), "--passwords", passwords],
            capture_output=True, text=True, check=False)
        if done.returncode:
            raise DayBroken(f"the migration failed: {done.stderr.strip()}")

    def sql(self, text, database="cambist"):
        """Rows as dicts of text; what is null is ''."""
        return query(self.dsn(database=database), text)

    def number(self, text):
        rows = self.sql(text)
        return int(next(iter(rows[0].values())) or 0)


class Watch:
    """One question asked over and over on a connection that stays; each answer is one number. It
    ends with the database."""

    def __init__(self, dsn, question):
        self.question = question
        self._psql = subprocess.Popen(
            ["psql", "-X", "-q", "-A", "-t", "-d", dsn], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self._psql.stdin.write("set search_path = cambist, public;\n")

    def ask(self):
        """None when the database is gone."""
        try:
            self._psql.stdin.write(self.question + ";\n")
            self._psql.stdin.flush()
            line = self._psql.stdout.readline()
        except OSError:
            return None
        return int(line) if line.strip() else None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._psql.kill()
        self._psql.wait()
        self._psql.stdout.close()
        try:
            self._psql.stdin.close()
        except OSError:
            pass


def query(dsn, text):
    """Runs one statement as psql does and returns its rows as dicts of text."""
    done = subprocess.run(
        ["psql", "-X", "-q", "--csv", "-v", "ON_ERROR_STOP=1", "-d", dsn, "-f", "-"],
        input=f"set search_path = cambist, public;\n{text};\n", capture_output=True, text=True,
        check=False)
    if done.returncode:
        raise DayBroken(f"psql: {done.stderr.strip()}")
    return list(csv.DictReader(io.StringIO(done.stdout)))
