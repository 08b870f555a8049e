"""The gateway's HTTP API as a back office uses it: every write carries an Idempotency-Key and is
repeated with the same key until there is an answer; what waits for approval is approved by
staff."""

import http.client
import json
import threading
import time
import uuid

from exchanges import exchanges

NOT_AN_ANSWER = (429, 500, 502, 503, 504)
GIVE_UP_SECONDS = 120


class OfficeGone(Exception):
    """No answer within the time that a back office would wait."""


class Tally:
    """What all workers counted; thread-safe."""

    def __init__(self):
        self._lock = threading.Lock()
        self.counts = {}
        self.in_flight = 0
        self.unexpected = []

    def add(self, name, by=1):
        with self._lock:
            self.counts[name] = self.counts.get(name, 0) + by

    def get(self, name):
        with self._lock:
            return self.counts.get(name, 0)

    def flying(self, by):
        with self._lock:
            self.in_flight += by

    def surprise(self, text):
        with self._lock:
            if len(self.unexpected) < 100:
                self.unexpected.append(text)


class OfficeApi:
    """One worker's connection. With approvers, what needs an approval gets it at once."""

    def __init__(self, port, key, tally, approvers=None, timeout=10):
        self.port, self.key, self.tally, self.timeout = port, key, tally, timeout
        self.approvers = approvers
        self._connection = None

    def post(self, path, body, key=None):
        """(status, body) of the first real answer; of what was approved, 200 and what it did."""
        key = key or str(uuid.uuid4())
        text = json.dumps(body)
        self.tally.flying(+1)
        try:
            answer = self._until_answered("POST", path, text, key)
            while self.approvers and answer[0] == 202 and "approval" in answer[1]:
                answer = self._approve(answer[1]["approval"])
            return answer
        finally:
            self.tally.flying(-1)

    def _approve(self, approval):
        """One level agreed to, by somebody who may."""
        person = self.approvers.person_for(approval)
        text = json.dumps({"remark": "seen"})
        path = f"/v1/approvals/{approval['id']}/approve"
        key = str(uuid.uuid4())
        while True:
            status, body = self._until_answered(
                "POST", path, text, key,
                {**person.fields(), "If-Match": f'"v{approval["version"]}"'})
            if status != 403 or body.get("code") != "step_up_required":
                break
            person.step_up()
            key = str(uuid.uuid4())
        self.tally.add("approvals")
        if status != 200:
            return status, body
        if body["state"] == "pending":
            return 202, {"approval": body}
        if body["state"] != "approved":
            return 409, {"code": body["closed"]["code"]}
        return 200, body["result"]

    def get(self, path):
        return self._until_answered("GET", path, None, None)

    def _until_answered(self, method, path, text, key, fields=None):
        limit = time.monotonic() + GIVE_UP_SECONDS
        pause = 0.02
        while True:
            answer = self._once(method, path, text, key, fields)
            if answer is not None:
                return answer
            if time.monotonic() > limit:
                raise OfficeGone(f"{method} {path}: no answer within {GIVE_UP_SECONDS} s")
            self.tally.add("http_repeated")
            time.sleep(pause)
            pause = min(pause * 2, 0.5)

    def _once(self, method, path, text, key, fields):
        """None when nothing is known about what happened."""
        headers = dict(fields or {"Authorization": f"Bearer {self.key}"})
        if text is not None:
            headers["Content-Type"] = "application/json"
            headers["Idempotency-Key"] = key
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection("127.0.0.1", self.port,
                                                              timeout=self.timeout)
            self._connection.request(method, path, body=text, headers=headers)
            response = self._connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException):
            self.close()
            return None
        if response.will_close:
            self.close()
        exchanges.keep(method, path, headers.items(), text, response, body.decode())
        if response.status in NOT_AN_ANSWER:
            self.tally.add(f"http_{response.status}")
            return None
        answer = json.loads(body) if body else {}
        if response.status == 409 and answer.get("code") == "request_in_flight":
            return None
        return response.status, answer

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None
