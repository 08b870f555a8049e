#!/usr/bin/python3
"""outcome_test.py PROGRAMS: exit codes, and what is shown of every kind of answer."""

import json
import os
import subprocess
import sys
import unittest

from ctl_program import NOTHING_LISTENS, Ctl
from stub_gateway import Stub

PROGRAMS = sys.argv[1]
CLIENT = "5f0c4f2e-8a2b-4c55-9a39-2f8d3c1f7a10"
STATUS = ("clients", "status", CLIENT, "--to", "closed", "--reason", "left")
STATUS_ROUTE = f"POST /v1/clients/{CLIENT}/status"
LIST = ("clients", "list")


def problem(status, code, **more):
    return status, {"type": "urn:cambist:problem:" + code, "title": "No", "status": status,
                    "code": code, **more}, {}


def client(number, name="Ada Byron"):
    return {"id": f"5f0c4f2e-8a2b-4c55-9a39-{number:012d}", "status": "approved", "causes": [],
            "person": {"name": name}, "classification": "retail", "legal_entity": "main",
            "leverage_cap_x100": 0, "status_since": "2026-01-31T10:00:00Z"}


class Outcomes(unittest.TestCase):
    def setUp(self):
        self.stub = Stub()
        self.addCleanup(self.stub.close)
        self.ctl = Ctl(PROGRAMS)
        self.addCleanup(self.ctl.close)
        self.key = os.path.join(self.ctl.home, "key")
        with open(self.key, "w", encoding="utf-8") as file:
            file.write("cmb_good_key")
        os.chmod(self.key, 0o600)

    def answers(self, name, answer):
        self.stub.answers[name] = answer

    def arguments(self, *words):
        return ("--url", self.stub.url, "--api-key-file", self.key, *words)

    def run_ctl(self, *words, **more):
        return self.ctl.run(*self.arguments(*words), **more)

    def test_each_answer_has_its_exit_code(self):
        for answer, code in (((200, {"id": "1"}, {}), 0), ((202, {"id": "1"}, {}), 0),
                             (problem(404, "unknown_client"), 1),
                             (problem(409, "illegal_transition"), 1),
                             (problem(412, "stale_version"), 1),
                             (problem(422, "invalid_fields"), 1),
                             (problem(401, "unauthorized"), 3), (problem(403, "forbidden"), 3),
                             ((202, {"approval": {"id": "77"}}, {}), 4),
                             (problem(429, "too_many_requests"), 5),
                             (problem(503, "database_unavailable"), 5),
                             (problem(503, "outcome_unknown"), 6), ((502, b"<html>", {}), 6),
                             (problem(500, "internal"), 7), ((302, {}, {"Location": "/"}), 7),
                             ((200, b"no json", {}), 7)):
            with self.subTest(answer=answer):
                self.answers(STATUS_ROUTE, answer)
                done = self.run_ctl(*STATUS)
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertEqual(bool(done.stderr), code != 0)

    def test_a_problem_is_a_line_and_a_line_a_field(self):
        self.answers(STATUS_ROUTE, problem(
            422, "invalid_fields", detail="the body has fields that cannot be taken",
            errors=[{"field": "reason", "code": "too_long"}, {"field": "to", "code": "x"}]))
        done = self.run_ctl(*STATUS)
        self.assertEqual(done.stderr, "cambistctl: 422 invalid_fields: the body has fields that "
                                      "cannot be taken\n  reason: too_long\n  to: x\n")
        self.assertEqual(done.stdout, "")
        as_json = self.run_ctl(*STATUS, "--output", "json")
        self.assertEqual(json.loads(as_json.stdout)["code"], "invalid_fields")

    def test_what_waits_for_approval_names_it(self):
        self.answers(STATUS_ROUTE, (202, {"approval": {"id": "77", "state": "pending"}}, {}))
        done = self.run_ctl(*STATUS)
        self.assertEqual(done.stderr, "cambistctl: waits for approval 77\n")
        self.assertIn("approval.state  pending", done.stdout)

    def test_an_unknown_outcome_says_how_to_repeat_it_and_the_repeat_is_the_same(self):
        self.answers(STATUS_ROUTE, problem(503, "outcome_unknown"))
        done = self.run_ctl(*STATUS)
        key = done.stderr.split("--idempotency-key ")[1].split()[0]
        again = self.run_ctl(*STATUS, "--idempotency-key", key)
        self.assertIn(key, again.stderr)
        first, second = self.stub.asked[-2:]
        self.assertEqual(first[2]["Idempotency-Key"], key)
        self.assertEqual((first[2]["Idempotency-Key"], first[3]),
                         (second[2]["Idempotency-Key"], second[3]))

    def test_a_connection_that_ends_leaves_a_write_unknown_and_a_read_undone(self):
        self.answers(STATUS_ROUTE, (None, None, {}))
        self.answers("GET /v1/clients", (None, None, {}))
        written = self.run_ctl(*STATUS)
        self.assertEqual(written.returncode, 6, written.stderr)
        self.assertIn("it may have been done; the same command with --idempotency-key",
                      written.stderr)
        self.assertEqual(self.run_ctl(*LIST).returncode, 5)

    def test_a_write_that_is_not_answered_in_time_is_unknown(self):
        asked = []

        def wait(request, _):
            asked.append(request)
            request.rfile.read()  # until the other end gives up
            return None, None, {}

        self.answers(STATUS_ROUTE, wait)
        self.assertEqual(self.run_ctl(*STATUS, "--timeout", "1").returncode, 6)
        self.assertEqual(len(asked), 1)

    def test_nobody_at_the_other_end_is_unreachable_whatever_was_asked(self):
        for words in (STATUS, LIST):
            done = self.ctl.run("--url", NOTHING_LISTENS, "--api-key-file", self.key, *words)
            self.assertEqual(done.returncode, 5, done.stderr)
            self.assertTrue(done.stderr.startswith(f"cambistctl: {NOTHING_LISTENS}: "))

    def test_a_proxy_is_not_asked_about_this_machine(self):
        self.answers("GET /v1/clients", (200, {"items": [], "next": None}, {}))
        proxies = {"http_proxy": NOTHING_LISTENS, "ALL_PROXY": NOTHING_LISTENS}
        done = self.run_ctl(*LIST, env=proxies)
        self.assertEqual(done.returncode, 0, done.stderr)

    def certificate(self, name):
        """A file with a certificate for that name and its key; it is its own authority."""
        file = os.path.join(self.ctl.home, name.replace(":", "-") + ".pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=stub",
                        "-addext", "subjectAltName=" + name, "-keyout", file,
                        "-out", file + ".crt"], check=True, capture_output=True)
        with open(file, "a", encoding="utf-8") as both, open(file + ".crt",
                                                             encoding="utf-8") as crt:
            both.write(crt.read())
        return file

    def test_tls_is_believed_only_of_a_known_authority_and_for_the_right_name(self):
        for name, authority, code in (("IP:127.0.0.1", True, 0), ("IP:127.0.0.1", False, 5),
                                      ("DNS:elsewhere.example", True, 5)):
            file = self.certificate(name)
            stub = Stub(certificate=file)
            self.addCleanup(stub.close)
            stub.answers = {"GET /v1/clients": (200, {"items": [], "next": None}, {})}
            known = ("--cacert", file + ".crt") if authority else ()
            with self.subTest(name=name, authority=authority):
                done = self.ctl.run("--url", stub.url, "--api-key-file", self.key, *LIST, *known)
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertEqual(len(stub.asked), 1 if code == 0 else 0)

    def pages(self, count):
        """Clients in pages of two."""
        def page(request, _):
            after = request.path.partition("after=")[2].split("&")[0] or "0"
            first = int(after)
            items = [client(number) for number in range(first, min(first + 2, count))]
            more = str(first + 2) if first + 2 < count else None
            return 200, {"items": items, "next": more}, {}

        for start in range(0, count, 2):
            after = f"&after={start}" if start else ""
            self.answers(f"GET /v1/clients?limit=1000{after}", page)
            self.answers(f"GET /v1/clients?limit=2{after}", page)

    def test_all_pages_are_followed(self):
        self.pages(5)
        shown = self.run_ctl(*LIST, "--all", "--output", "json").stdout
        document = json.loads(shown)
        self.assertEqual([item["id"][-1] for item in document["items"]], list("01234"))
        self.assertIsNone(document["next"])
        lines = self.run_ctl(*LIST, "--all", "--output", "jsonl").stdout.splitlines()
        self.assertEqual([json.loads(line)["id"][-1] for line in lines], list("01234"))
        self.assertEqual(len(self.run_ctl(*LIST, "--all").stdout.splitlines()), 6)
        self.assertEqual(len(self.run_ctl(*LIST, "--all", "--limit", "2").stdout.splitlines()), 6)

    def test_who_asks_for_all_pages_waits_when_that_is_too_often(self):
        self.pages(3)
        pages = self.stub.answers["GET /v1/clients?limit=2"]
        refusals = [problem(429, "too_many_requests")[:2] + ({"Retry-After": "0"},)] * 2

        def busy(request, body):
            return refusals.pop() if refusals else pages(request, body)

        self.answers("GET /v1/clients?limit=2", busy)
        done = self.run_ctl(*LIST, "--all", "--limit", "2", "--output", "jsonl")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(len(done.stdout.splitlines()), 3)
        self.assertEqual(len(self.stub.asked), 4)

    def test_a_cursor_that_comes_twice_does_not_go_on_for_ever(self):
        self.answers("GET /v1/clients?limit=1000", (200, {"items": [], "next": "7"}, {}))
        self.answers("GET /v1/clients?limit=1000&after=7", (200, {"items": [], "next": "7"}, {}))
        done = self.run_ctl(*LIST, "--all")
        self.assertEqual(done.returncode, 7)

    def test_json_is_the_document_as_it_came(self):
        raw = b'{"items":[{"id" : "1","n":1.50}],"next":null}'
        self.answers("GET /v1/clients", (200, raw, {}))
        self.assertEqual(self.run_ctl(*LIST, "--output", "json").stdout, raw.decode() + "\n")

    def test_a_table_fits_its_terminal_and_shows_no_tricks(self):
        name = "艾达 \u202e\x1b[2J" + "x" * 200
        self.answers("GET /v1/clients", (200, {"items": [client(1, name)], "next": "9"}, {}))
        status, shown = self.ctl.on_terminal(*self.arguments(*LIST), width=100)
        self.assertEqual(status, 0)
        table = shown.splitlines()[:2]
        self.assertTrue(table[0].startswith("\033[1mid"))
        self.assertNotIn("\033", table[1])
        self.assertIn("艾达 \ufffd\ufffd[2Jx", table[1])
        self.assertLessEqual(len(table[1]) + 2, 100)  # two of its characters are wide
        self.assertIn("cambistctl: too narrow for ", shown)
        self.assertIn("cambistctl: there is more: --after 9, or --all", shown)
        self.assertIn("x" * 200, self.run_ctl(*LIST).stdout)
        self.assertNotIn("\033", self.run_ctl(*LIST).stdout)

    def test_columns_may_be_chosen(self):
        self.answers("GET /v1/clients", (200, {"items": [client(1)], "next": None}, {}))
        self.assertEqual(self.run_ctl(*LIST, "--columns", "person.name,status").stdout,
                         "person.name  status\nAda Byron    approved\n")
        done = self.run_ctl(*LIST, "--columns", "nothing")
        self.assertEqual((done.returncode, done.stdout), (2, ""))

    def test_the_version_that_is_changed_is_looked_up_unless_it_is_given(self):
        path = f"/v1/approvals/{CLIENT}"
        self.answers("GET " + path, (200, {"id": "1"}, {"ETag": '"v7"'}))
        self.answers(f"POST {path}/approve", (200, {"id": "1"}, {}))
        for words, expected in (((), '"v7"'), (("--if-match", "3"), '"v3"')):
            done = self.run_ctl("approvals", "approve", CLIENT, "--remark", "ok", *words)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(self.stub.asked[-1][2]["If-Match"], expected)
        self.assertEqual(len(self.stub.asked), 3)

    def test_text_is_passed_on_as_it_is(self):
        self.answers("GET /metrics", (200, b"# HELP x\nx 1\n", {"Content-Type": "text/plain"}))
        self.assertEqual(self.run_ctl("metrics").stdout, "# HELP x\nx 1\n")

    def test_an_output_that_cannot_be_written_is_said(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([self.ctl.program, "routes"], stdout=full, check=False,
                                  stderr=subprocess.PIPE, text=True, env=self.ctl.environment())
        self.assertEqual((done.returncode, done.stderr),
                         (7, "cambistctl: the standard output cannot be written to\n"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
