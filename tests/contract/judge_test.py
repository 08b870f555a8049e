"""A wrong answer is found, each kind by its name. judge_test.py DOCUMENT"""

import dataclasses
import json
import pathlib
import sys
import tempfile
import types
import unittest

from description import SAFE, Description, Exchange
from generator import Known, Request
from judge import judge
from property_test import Run

DOCUMENT = sys.argv.pop(1)
DESCRIPTION = Description(DOCUMENT)
CLIENT = "/v1/clients/5f0c4f2e-8a2b-4c55-9a39-2f8d3c1f7a10"


def example_of(operation, status):
    response = operation.responses[status]
    media, content = next(iter(response["content"].items()))
    return media, content["example"]


def right_headers(response, media):
    headers = {name.lower(): str(header["example"])
               for name, header in response.get("headers", {}).items()}
    return {**headers, **SAFE, "content-type": media}


def target_of(operation):
    """Its path and the query that it needs, with the examples of its parameters."""
    path = operation.pattern
    for parameter in operation.parameters:
        path = path.replace("{" + parameter["name"] + "}", str(parameter["example"]))
    needed = [f"{parameter['name']}={parameter['example']}" for parameter in operation.parameters
              if parameter["in"] == "query" and parameter.get("required")]
    return path + ("?" + "&".join(needed) if needed else "")


def right(method, target, status, asked=None):
    """The exchange that the description's own examples make."""
    operation = DESCRIPTION.operation_of(method, target)
    asked = operation.body_example if asked is None else asked
    needed = [(parameter["name"].lower(), parameter["example"])
              for parameter in operation.parameters if parameter["in"] == "header"]
    media, body = example_of(operation, status)
    headers = right_headers(operation.responses[status], media)
    text = "" if method == "HEAD" else json.dumps(body) if media.endswith("json") else body
    return Exchange(method, target, needed, json.dumps(asked), status, list(headers.items()), text)


def with_body(exchange, **changes):
    body = json.loads(exchange.answer)
    for name, value in changes.items():
        if value is None:
            del body[name]
        else:
            body[name] = value
    return dataclasses.replace(exchange, answer=json.dumps(body))


def with_header(exchange, name, value):
    headers = [pair for pair in exchange.answer_headers if pair[0] != name]
    return dataclasses.replace(
        exchange, answer_headers=headers + ([(name, value)] if value is not None else []))


class Judge(unittest.TestCase):
    def found(self, exchange, words):
        problems = DESCRIPTION.problems_of(exchange)
        self.assertTrue(any(words in problem for problem in problems), problems)

    def test_every_example_of_every_operation_passes(self):
        for operation in DESCRIPTION.operations:
            for status, response in operation.responses.items():
                if "content" not in response:
                    continue
                with self.subTest(operation=operation.name, status=status):
                    exchange = right(operation.method, target_of(operation), status)
                    self.assertEqual(DESCRIPTION.problems_of(exchange), [])

    def test_a_head_has_no_body(self):
        self.assertEqual(DESCRIPTION.problems_of(right("HEAD", CLIENT, 200)), [])
        self.found(dataclasses.replace(right("HEAD", CLIENT, 200), answer="{}"), "a body")

    def test_an_undocumented_status_is_found(self):
        answer = right("GET", "/v1/clients", 200)
        self.found(dataclasses.replace(answer, status=204), "the status 204 is not described")
        self.found(dataclasses.replace(answer, status=404), "the status 404 is not described")

    def test_fields_that_are_missing_unknown_or_of_another_type_are_found(self):
        answer = right("GET", CLIENT, 200)
        self.found(with_body(answer, status=None), "'status' is a required property")
        self.found(with_body(answer, balance=1), "'balance' was unexpected")
        self.found(with_body(answer, version="12"), "body.version: '12' is not of type 'integer'")
        self.found(with_body(answer, status="lost"), "'lost' is not one of")
        self.found(with_body(answer, created_at="2026-02-30T00:00:00Z"), "is not a 'date-time'")
        self.found(with_body(answer, id="5F"), "is not a 'uuid'")

    def test_a_body_that_readers_may_understand_otherwise_is_found(self):
        answer = right("GET", "/livez", 200)
        for text in ('{"alive": true, "alive": true}', '{"alive": NaN}', '{"alive": true',
                     '{"alive": true} {}'):
            self.found(dataclasses.replace(answer, answer=text), "the body is not JSON")

    def test_headers_that_are_missing_wrong_twice_or_unknown_are_found(self):
        answer = right("GET", CLIENT, 200)
        self.found(with_header(answer, "etag", None), "the header etag is missing")
        self.found(with_header(answer, "etag", "v12"), "header etag: 'v12' does not match")
        self.found(dataclasses.replace(
            answer, answer_headers=answer.answer_headers + [("etag", '"v13"')]),
            "the header etag comes 2 times")
        self.found(with_header(answer, "server", "cambist/0.1"), "server is not described")
        self.found(with_header(answer, "content-type", "text/html"), "'text/html' is not described")
        self.found(with_header(answer, "cache-control", None), "cache-control is not no-store")
        self.found(with_header(answer, "content-security-policy", "default-src 'none'"),
                   "content-security-policy is not")

    def test_a_problem_of_another_status_is_found(self):
        self.found(with_body(right("GET", CLIENT, 404), status=409), "another status")

    def test_what_was_taken_must_have_been_asked_for_as_described(self):
        target = CLIENT + "/leverage-cap"
        asked = {"leverage_cap_x100": 3000, "reason": "new"}
        self.assertEqual(DESCRIPTION.problems_of(right("POST", target, 200, asked)), [])
        self.found(right("POST", target, 200, {**asked, "version": 3}), "taken request")

    def test_parameters_that_are_not_described_must_not_be_taken(self):
        accounts = dataclasses.replace(right("GET", "/v1/accounts", 200))
        for query, words in (("limit=1001", "taken parameter limit: 1001 is greater"),
                             ("limit=01", "taken parameter limit"),
                             ("offset=1", "the parameter offset was taken"),
                             ("server=1&pending=true", "exclude each other")):
            self.found(dataclasses.replace(accounts, target="/v1/accounts?" + query), words)
        self.found(dataclasses.replace(right("GET", CLIENT, 200), target="/v1/clients/5"),
                   "taken parameter client")
        added = right("POST", "/v1/servers", 201)
        self.found(dataclasses.replace(added, headers=[]),
                   "taken without the parameter idempotency-key")

    def test_options_tells_the_methods(self):
        headers = right_headers(DESCRIPTION.any_request[405], "")
        del headers["content-type"]
        answer = Exchange("OPTIONS", "/v1/clients", [], "", 204,
                          [*{**headers, "allow": "GET, HEAD, POST, OPTIONS"}.items()], "")
        self.assertEqual(DESCRIPTION.problems_of(answer), [])
        self.found(with_header(answer, "allow", "GET, HEAD, OPTIONS"), "Allow lacks POST")
        self.found(with_header(answer, "request-id", None), "the header request-id is missing")
        self.found(dataclasses.replace(answer, answer="{}"), "a body")

    def test_unknown_paths_and_methods_are_answered_as_any_request(self):
        lost = dataclasses.replace(right("GET", CLIENT, 404), target="/v1/nothing")
        self.assertEqual(DESCRIPTION.problems_of(lost), [])
        self.found(dataclasses.replace(lost, status=200), "the status 200 is not described")
        self.found(dataclasses.replace(lost, target="/v1/clients", method="PUT", status=405),
                   "the header allow is missing")


class Files(unittest.TestCase):
    def judged(self, exchanges, least):
        with tempfile.TemporaryDirectory() as folder:
            with open(pathlib.Path(folder) / "a.jsonl", "w", encoding="utf-8") as file:
                for exchange in exchanges:
                    file.write(json.dumps(dataclasses.asdict(exchange)) + "\n")
            return judge(DESCRIPTION, folder, least)

    def test_silence_is_a_problem(self):
        answer = right("GET", "/livez", 200)
        self.assertEqual(self.judged([answer, answer], {"a": 2}), ({}, {"a": 2}))
        problems, _ = self.judged([answer, answer], {"a": 3, "b": 1})
        self.assertEqual(len(problems), 2)

    def test_a_problem_names_its_exchange_once(self):
        wrong = with_body(right("GET", "/livez", 200), alive=False)
        problems, _ = self.judged([wrong, wrong], {"a": 1})
        (text, times), = problems.items()
        self.assertIn("a: GET /livez -> 200: body.alive", text)
        self.assertEqual(times, 2)


class Property(unittest.TestCase):
    def setUp(self):
        nobody = types.SimpleNamespace(port=0)
        self.run_of_none = Run(DESCRIPTION, nobody, Known({}), "cmb_1_secret", 1)

    def found(self, request, exchange, words):
        problems = self.run_of_none.problems_of(request, exchange)
        self.assertTrue(any(words in problem for problem in problems), problems)

    def test_what_must_be_refused_and_what_must_not_are_told_apart(self):
        valid = Request("GET", CLIENT, [])
        spoiled = dataclasses.replace(valid, made_by="credential_twice", must_be_refused=True)
        self.assertEqual(self.run_of_none.problems_of(valid, right("GET", CLIENT, 200)), [])
        self.assertEqual(self.run_of_none.problems_of(spoiled, right("GET", CLIENT, 401)), [])
        self.found(spoiled, right("GET", CLIENT, 200), "was not refused")
        self.found(valid, right("GET", CLIENT, 400), "a valid request was refused")
        self.found(valid, right("GET", CLIENT, 503), "503: ")

    def test_a_log_that_holds_what_was_sent_or_lacks_a_line_is_found(self):
        run = self.run_of_none
        run.log = ['{"time": "t", "level": "info", "message": "listening"}\n']
        self.assertEqual(list(run.log_problems()), [])
        run.log.append('{"time": "t", "level": "info", "message": "hello Ada Byron"}\n')
        run.log.append('{"time": "t", "level": "info", "query": "limit=1"}\n')
        run.sent["get_client"] = 1
        self.assertEqual([problem.split(":")[0] for problem in run.log_problems()],
                         ["the log holds 'Ada Byron'", "a line of the log has other fields",
                          "the log has 0 answers of 1"])

    def test_operations_that_were_not_asked_or_never_succeeded_are_named(self):
        problems = list(self.run_of_none.coverage_problems(1))
        self.assertIn("get_client: 0 requests, expected 1", problems)
        self.assertIn("get_client: 0 successes, EXCUSED says otherwise; refused for {}", problems)
        self.assertIn("broken_json: only 0 requests", problems)


if __name__ == "__main__":
    unittest.main()
