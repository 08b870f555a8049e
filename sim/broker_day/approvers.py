"""The people who agree: members of staff who signed in with password and one-time code, and decide
what a back-office system asked for."""

import base64
import hashlib
import hmac
import http.client
import json
import struct
import threading
import time

CODE_SECONDS = 30


class NobodyDecides(Exception):
    """No member of staff holds a role that the request asks for, or the sign-in failed."""


def one_time_code(secret, at):
    """Six digits of RFC 6238 (SHA-1, 30 s) for a base32 secret."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(at) // CODE_SECONDS), hashlib.sha1).digest()
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start:start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


class Person:
    """One member of staff and their session; thread-safe."""

    def __init__(self, port, kept):
        self.port, self.username, self.role = port, kept["username"], kept["role"]
        self._password, self._secret = kept["password"], kept["totp_secret"]
        self._last_step = 0
        self._lock = threading.Lock()
        self._fields = None

    def fields(self):
        """The header fields that show who this is."""
        with self._lock:
            if self._fields is None:
                self._sign_in()
            return self._fields

    def step_up(self):
        """Shows a fresh code; each counts once."""
        with self._lock:
            status, answer, _ = self._ask("/v1/session/step-up", {"code": self._fresh_code()},
                                          self._fields)
            if status != 200:
                raise NobodyDecides(f"{self.username} steps up: {status} {answer.get('code')}")

    def _sign_in(self):
        status, answer, response = self._ask(
            "/v1/session", {"username": self.username, "password": self._password,
                            "code": self._fresh_code()}, {})
        if status != 201:
            raise NobodyDecides(f"{self.username} signs in: {status} {answer.get('code')}")
        cookies = [value.partition(";")[0] for name, value in response.getheaders()
                   if name.lower() == "set-cookie"]
        token = answer.get("csrf_token") or answer["session"]["csrf_token"]
        self._fields = {"Cookie": "; ".join(cookies), "X-CSRF-Token": token}

    def _fresh_code(self):
        while int(time.time()) // CODE_SECONDS <= self._last_step:
            time.sleep(0.2)
        now = time.time()
        self._last_step = int(now) // CODE_SECONDS
        return one_time_code(self._secret, now)

    def _ask(self, path, body, fields):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("POST", path, json.dumps(body),
                               {"Content-Type": "application/json", **fields})
            response = connection.getresponse()
            text = response.read()
            return response.status, json.loads(text) if text else {}, response
        finally:
            connection.close()


class Approvers:
    """Finds somebody who may decide."""

    def __init__(self, port, staff_file):
        with open(staff_file, encoding="utf-8") as file:
            people = [Person(port, kept) for kept in json.load(file)]
        self._by_role = {}
        for person in people:
            self._by_role.setdefault(person.role, person)

    def person_for(self, approval):
        for role in approval["levels"][approval["level"]]["roles"]:
            if role in self._by_role:
                return self._by_role[role]
        raise NobodyDecides(f"nobody decides {approval['action']}")
