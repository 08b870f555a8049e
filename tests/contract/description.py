"""gateway/openapi.yaml as something that answers are judged by."""

import dataclasses
import json
import re
import urllib.parse
import uuid
from datetime import datetime

import jsonschema
import yaml

METHODS = ("get", "post", "put")
# What any answer may have besides what the description says of it.
COMMON_HEADERS = {"connection", "content-length", "content-type", "strict-transport-security"}
# What every answer must have.
SAFE = {"cache-control": "no-store", "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "cross-origin-resource-policy": "same-origin", "referrer-policy": "no-referrer"}

formats = jsonschema.FormatChecker(formats=())


@formats.checks("uuid", raises=ValueError)
def is_uuid(text):
    return not isinstance(text, str) or str(uuid.UUID(text)) == text.lower()


@formats.checks("date-time", raises=ValueError)
def is_time(text):
    if isinstance(text, str):
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z", text):
            return False
        datetime.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")
    return True


@dataclasses.dataclass(frozen=True)
class Exchange:
    """One request and its answer; header names in lower case."""
    method: str
    target: str
    headers: list
    body: str
    status: int
    answer_headers: list
    answer: str

    @staticmethod
    def of(line):
        def lower(pairs):
            return [(name.lower(), value) for name, value in pairs]
        return Exchange(line["method"], line["target"], lower(line["headers"]),
                        line["body"] or "", line["status"], lower(line["answer_headers"]),
                        line["answer"])

    def __str__(self):
        return f"{self.method} {self.target} -> {self.status}"


class NotJson(ValueError):
    """The text is not one JSON value that every reader understands alike."""


def read_json(text):
    def without_twins(pairs):
        names = [name for name, _ in pairs]
        if len(set(names)) != len(names):
            raise NotJson("an object names a key twice")
        return dict(pairs)

    def no_number(name):
        raise NotJson(f"{name} is not JSON")

    try:
        return json.loads(text, object_pairs_hook=without_twins, parse_constant=no_number)
    except json.JSONDecodeError as problem:
        raise NotJson(str(problem)) from problem


def typed(text, schema):
    """What a header or parameter says, as its schema counts it."""
    if schema.get("type") == "integer" and re.fullmatch(r"0|[1-9][0-9]*", text):
        return int(text)
    if schema.get("type") == "boolean" and text in ("true", "false"):
        return text == "true"
    return text


@dataclasses.dataclass(frozen=True)
class Operation:
    """One method of one path, with everything it refers to in its place."""
    name: str
    method: str
    pattern: str
    parameters: list
    at_most_one_of: list
    body: dict
    body_example: object
    responses: dict

    @property
    def segments(self):
        return self.pattern.strip("/").split("/")


class Description:
    """The whole document; `problems_of` is where to start."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self._document = yaml.safe_load(file)
        self._validators = {}
        self.any_request = {int(status): self._resolved(response) for status, response
                            in self._document["x-any-request"].items()}
        self.operations = [self._operation(pattern, item, method)
                           for pattern, item in self._document["paths"].items()
                           for method in METHODS if method in item]

    def _operation(self, pattern, item, method):
        described = self._resolved(item[method])
        parameters = self._resolved(item.get("parameters", [])) + described.get("parameters", [])
        content = described.get("requestBody", {}).get("content", {}).get("application/json", {})
        return Operation(described["operationId"], method.upper(), pattern, parameters,
                         described.get("x-at-most-one-of", []), content.get("schema"),
                         content.get("example"),
                         {int(status): response
                          for status, response in described["responses"].items()})

    def _resolved(self, node, open_references=()):
        if isinstance(node, list):
            return [self._resolved(item, open_references) for item in node]
        if not isinstance(node, dict):
            return node
        if "$ref" not in node:
            return {key: self._resolved(value, open_references) for key, value in node.items()}
        reference = node["$ref"]
        if reference in open_references:
            raise ValueError(f"{reference} refers to itself")
        target = self._document
        for part in reference.removeprefix("#/").split("/"):
            target = target[part]
        return self._resolved(target, (*open_references, reference))

    def operations_at(self, target):
        """Those of the path that answers; a literal segment wins over a variable one."""
        given = [urllib.parse.unquote(segment)
                 for segment in target.split("?")[0].strip("/").split("/")]

        def fits(operation):
            return len(operation.segments) == len(given) and all(
                expected.startswith("{") or expected == segment
                for expected, segment in zip(operation.segments, given))

        found = [operation for operation in self.operations if fits(operation)]
        least = min((operation.pattern.count("{") for operation in found), default=0)
        return [operation for operation in found if operation.pattern.count("{") == least]

    def operation_of(self, method, target):
        wanted = "GET" if method == "HEAD" else method
        return next((operation for operation in self.operations_at(target)
                     if operation.method == wanted), None)

    def problems_of(self, exchange):
        """What is wrong with the answer, one line each; nothing when all is as described."""
        operation = self.operation_of(exchange.method, exchange.target)
        if exchange.method == "OPTIONS" and exchange.status == 204:
            return self._problems_of_options(exchange)
        if operation and exchange.status in operation.responses:
            response = operation.responses[exchange.status]
        elif exchange.status in self.any_request and (
                not operation or exchange.status not in (404, 405)):
            response = self.any_request[exchange.status]
        else:
            return [f"the status {exchange.status} is not described"]
        problems = self._problems_of_headers(exchange, response.get("headers", {}))
        problems += self._problems_of_body(exchange, response.get("content", {}))
        if operation and exchange.status < 300:
            problems += self._problems_of_request(exchange, operation)
        return problems

    def _problems_of_options(self, exchange):
        allow = dict(exchange.answer_headers).get("allow", "")
        missing = [operation.method for operation in self.operations_at(exchange.target)
                   if operation.method not in allow.split(", ")]
        problems = [f"Allow lacks {method}" for method in missing]
        problems += self._problems_of_headers(exchange, self.any_request[405]["headers"])
        return problems + (["a body"] if exchange.answer else [])

    def _problems_of_headers(self, exchange, described):
        problems = []
        known = {name.lower(): header for name, header in described.items()}
        for name, header in known.items():
            values = [value for given, value in exchange.answer_headers if given == name]
            if not values and header.get("required"):
                problems.append(f"the header {name} is missing")
            if len(values) > 1 and name != "set-cookie":
                problems.append(f"the header {name} comes {len(values)} times")
            for value in values:
                schema = header["schema"]
                problems += self.mismatches(typed(value, schema), schema, f"header {name}")
        for name, _ in exchange.answer_headers:
            if name not in known and name not in COMMON_HEADERS and name not in SAFE:
                problems.append(f"the header {name} is not described")
        given = dict(exchange.answer_headers)
        return problems + [f"the header {name} is not {value}" for name, value in SAFE.items()
                           if given.get(name) != value]

    def _problems_of_body(self, exchange, content):
        given = dict(exchange.answer_headers).get("content-type", "")
        if not content:
            return ["a body"] if exchange.answer or given else []
        media = given.split(";")[0].strip()
        if media not in content:
            return [f"the content type {given!r} is not described"]
        if exchange.method == "HEAD":
            return ["a body"] if exchange.answer else []
        if not media.endswith("json"):
            return self.mismatches(exchange.answer, content[media]["schema"], "body")
        try:
            body = read_json(exchange.answer)
        except NotJson as problem:
            return [f"the body is not JSON: {problem}"]
        problems = self.mismatches(body, content[media]["schema"], "body")
        if media == "application/problem+json" and body.get("status") != exchange.status:
            problems.append("the problem has another status")
        return problems

    def _problems_of_request(self, exchange, operation):
        """What was done must have been asked for as described."""
        problems = self._problems_of_parameters(exchange, operation)
        if operation.body:
            try:
                body = read_json(exchange.body)
                problems += self.mismatches(body, operation.body, "taken request")
            except NotJson as problem:
                problems.append(f"a body that is not JSON was taken: {problem}")
        return problems

    def _problems_of_parameters(self, exchange, operation):
        path, _, query = exchange.target.partition("?")
        pairs = urllib.parse.parse_qsl(query, keep_blank_values=True)
        given = {("query", name): value for name, value in pairs}
        given |= {("header", name): value for name, value in exchange.headers}
        for expected, segment in zip(operation.segments, path.strip("/").split("/")):
            if expected.startswith("{"):
                given["path", expected[1:-1]] = urllib.parse.unquote(segment)
        known = {("query", parameter["name"]) for parameter in operation.parameters}
        problems = [f"the parameter {name} was taken" for name, _ in pairs
                    if ("query", name) not in known]
        if sum(name in operation.at_most_one_of for name, _ in pairs) > 1:
            problems.append("parameters that exclude each other were taken")
        for parameter in operation.parameters:
            name = parameter["name"].lower()
            value = given.get((parameter["in"], name))
            if value is None and parameter.get("required"):
                problems.append(f"taken without the parameter {name}")
            elif value is not None:
                problems += self.mismatches(typed(value, parameter["schema"]),
                                            parameter["schema"], f"taken parameter {name}")
        return problems

    def mismatches(self, value, schema, where):
        validator = self._validators.get(id(schema))
        if validator is None:
            validator = jsonschema.Draft202012Validator(schema, format_checker=formats)
            self._validators[id(schema)] = validator
        return [f"{where}{problem.json_path[1:]}: {problem.message[:200]}"
                for problem in validator.iter_errors(value)]
