"""A gateway that answers as a test tells it, with the session routes of the real one: passwords,
one-time codes that are used once, a cookie with a token against forged requests, step-up."""

import base64
import hashlib
import hmac
import http.server
import json
import secrets
import ssl
import struct
import threading
import time

COOKIE, DEVICE = "__Host-cambist_session", "__Host-cambist_device"
STEP = 30


def totp(secret, step):
    """RFC 6238 with SHA-1 and six digits."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1)
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start:start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


class Person:
    """One member of staff."""

    def __init__(self, username, role="support"):
        self.username, self.role = username, role
        self.password = secrets.token_urlsafe(12)
        self.totp_secret = base64.b32encode(secrets.token_bytes(20)).decode()
        self.last_step = 0

    def as_credentials(self):
        return {"username": self.username, "password": self.password,
                "totp_secret": self.totp_secret, "role": self.role}

    def takes(self, code):
        """A code of the present step or of the one before; each once."""
        now = int(time.time()) // STEP
        for step in (now - 1, now):
            if step > self.last_step and code == totp(self.totp_secret, step):
                self.last_step = step
                return True
        return False


class Refused(Exception):
    def __init__(self, status, code, **more):
        super().__init__(code)
        self.status = status
        self.body = {"type": "urn:cambist:problem:" + code, "title": "Refused", "status": status,
                     "code": code, **more}


class Stub:
    """`answers` are what other routes than those of the session get; `asked` is what came."""

    def __init__(self, people=(), certificate=None):
        """With a certificate (one file with its key) it speaks TLS."""
        self.people = {person.username: person for person in people}
        self.sessions = {}  # cookie: {"username", "token", "fresh"}
        self.needs_step_up = set()
        self.answers = {}  # "GET /v1/x": (status, body or None, {header: value})
        self.asked = []
        self.logins = 0
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
            scheme = "https"
        self.url = f"{scheme}://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def end_sessions(self):
        self.sessions.clear()

    def handler(stub):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                stub.asked.append((self.command, self.path, dict(self.headers), body))
                try:
                    status, answer, headers = stub.answer(self, body)
                except Refused as refused:
                    status, answer, headers = refused.status, refused.body, {}
                if status is None:  # the connection ends without an answer
                    self.close_connection = True
                    return
                self.reply(status, answer, headers)

            do_POST = do_GET

            def reply(self, status, answer, headers):
                kind = "application/problem+json" if status >= 400 else "application/json"
                raw = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(status)
                given = list(headers.items()) if isinstance(headers, dict) else headers
                if "Content-Type" not in dict(given):
                    self.send_header("Content-Type", kind)
                for name, value in [("Content-Length", str(len(raw))), *given]:
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *_):
                pass

        return Handler

    def answer(self, request, body):
        name = f"{request.command} {request.path}"
        if name == "POST /v1/session":
            return self.log_in(json.loads(body))
        session = self.session_of(request)
        if name == "GET /v1/session":
            return 200, {"username": session["username"], "kind": "staff"}, {}
        if name == "POST /v1/session/end":
            json.loads(body)
            del self.sessions[session["cookie"]]
            return 200, {}, {}
        if name == "POST /v1/session/step-up":
            if not self.people[session["username"]].takes(json.loads(body)["code"]):
                raise Refused(401, "wrong_code")
            session["fresh"] = True
            return 200, {}, {}
        if name in self.needs_step_up and not session["fresh"]:
            raise Refused(403, "step_up_required")
        if name not in self.answers:
            raise Refused(404, "unknown_route", detail=name)
        answer = self.answers[name]
        return answer(request, body) if callable(answer) else answer

    def log_in(self, body):
        person = self.people.get(body["username"])
        if not person or body["password"] != person.password or (
                person.totp_secret and not person.takes(body.get("code"))):
            raise Refused(401, "wrong_credentials", detail="name, password or code is wrong")
        cookie, token = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
        self.sessions[cookie] = {"username": person.username, "token": token, "cookie": cookie,
                                 "fresh": False}
        self.logins += 1
        end = "; Secure; HttpOnly; SameSite=Strict; Path=/"
        return 201, {"csrf_token": token}, [("Set-Cookie", f"{COOKIE}={cookie}{end}"),
                                            ("Set-Cookie", f"{DEVICE}={person.username}-1{end}")]

    def session_of(self, request):
        if request.headers.get("Authorization") == "Bearer cmb_good_key":
            return {"username": "key", "fresh": True}
        cookies = dict(each.split("=", 1) for each
                       in (request.headers.get("Cookie") or "=").split("; "))
        session = self.sessions.get(cookies.get(COOKIE))
        if session is None:
            raise Refused(401, "unauthorized", detail="no session")
        if request.command != "GET" and request.headers.get("X-CSRF-Token") != session["token"]:
            raise Refused(403, "csrf_token_missing")
        return session
