"""A database and a cambist-gateway for tests that start processes. Standard library only."""

import http.client
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../../sim/broker_day"))
from exchanges import exchanges  # noqa: E402


def cluster():
    with open(os.path.join(os.environ["CAMBIST_TEST_CLUSTER"], "env"), encoding="utf-8") as file:
        return dict(line.rstrip("\n").split("=", 1) for line in file)


class Database:
    """A copy of the migrated template, dropped at the end."""

    def __init__(self):
        values = cluster()
        self.admin = values["CAMBIST_TEST_DSN"]
        self.name = "test_" + uuid.uuid4().hex
        self.run(self.admin, f"create database {self.name} "
                             f"template {values['CAMBIST_TEST_TEMPLATE']}")

    def dsn(self, role="cambist_gateway"):
        plain = self.admin.replace("dbname=postgres", "dbname=" + self.name)
        return plain.replace("user=postgres", "user=" + role)

    @staticmethod
    def run(dsn, sql):
        return subprocess.run(["psql", "-X", "-qAt", "-v", "ON_ERROR_STOP=1", "-d", dsn, "-c", sql],
                              check=True, capture_output=True, text=True).stdout.strip()

    def close(self):
        self.run(self.admin, f"drop database {self.name} with (force)")


def make_secret_key(folder):
    """What encrypts second factors, as `cambistctl secret-key` makes it."""
    path = os.path.join(folder, "gateway.key")
    if not os.path.exists(path):
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
            file.write(secrets.token_hex(32) + "\n")
    return path


class Gateway:
    """The program on a free port."""

    def __init__(self, program, folder, dsn, more=""):
        """`more` is settings besides."""
        self.settings = os.path.join(folder, "gateway.toml")
        key = os.path.join(folder, "cursor.key")
        with open(os.open(key, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
            file.write(uuid.uuid4().hex)
        with open(self.settings, "w", encoding="utf-8") as file:
            file.write(f'[http]\nport = 0\ncursor_key_file = "{key}"\n'
                       f'[database]\ndsn = "{dsn}"\n'
                       f'[auth]\nsecret_key_file = "{make_secret_key(folder)}"\n{more}')
        self.process = subprocess.Popen([program, "--config", self.settings],
                                        stderr=subprocess.PIPE, text=True)
        line = self.process.stderr.readline()
        self.port = int(re.search(r"listening on 127\.0\.0\.1:(\d+)", line).group(1))

    def ask(self, method, path, key=None, body=None, request_key=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {}
        if key:
            headers["Authorization"] = "Bearer " + key
        if body is not None:
            headers["Content-Type"] = "application/json"
        if request_key:
            headers["Idempotency-Key"] = request_key
        asked = None if body is None else json.dumps(body)
        connection.request(method, path, asked, headers)
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        exchanges.keep(method, path, headers.items(), asked, response, text)
        return response.status, text

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=60)
        self.process.stderr.close()
        return status
