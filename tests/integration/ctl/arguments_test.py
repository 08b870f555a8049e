#!/usr/bin/python3
"""arguments_test.py DOCUMENT PROGRAMS: a request drawn from the description of the API becomes
arguments by the rules that docs/cambistctl.md states, and those arguments the same request again.
Arguments that mean nothing end with a usage error, never with a crash."""

import itertools
import json
import pathlib
import random
import re
import shlex
import sys
import unittest
import urllib.parse
import uuid

from ctl_program import Ctl

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "contract"))
from description import Description  # noqa: E402
from generator import Generator, Known  # noqa: E402

DOCUMENT, PROGRAMS = sys.argv[1:3]
DRAWN = 8  # requests of each operation
NONSENSE = 400
SEED = 20260131
# They keep the session in a profile, and have arguments of their own.
SESSION = (["login"], ["logout"], ["step-up"], ["whoami"])


class Drawing(Generator):
    """Draws what the description allows; where that is not enough to go by, its examples."""

    def __init__(self, description):
        super().__init__(random.Random(SEED), Known({"currency": ["USD"]}), "key")
        self.examples = {}
        for operation in description.operations:
            self._learn({each["name"]: each.get("example") for each in operation.parameters})
            self._learn(operation.body_example)

    def _learn(self, example):
        for each in example if isinstance(example, list) else [example]:
            for name, value in each.items() if isinstance(each, dict) else ():
                self.examples.setdefault(name, value)
                self._learn(value)

    def _string(self, schema, name):
        try:
            return super()._string(schema, name)
        except LookupError:
            return self.examples[name]


def is_money(value):
    return isinstance(value, dict) and set(value) == {"amount", "currency"}


def written(value):
    """One value as a person writes it."""
    if isinstance(value, str):
        return value
    if is_money(value):
        return f"{value['amount']} {value['currency']}"
    return json.dumps(value)


class Writer:
    """Argument lists of one command; `options` are all that it has."""

    def __init__(self, options, folder):
        self.options = options
        self.folder = pathlib.Path(folder)

    def of_secret(self, option, value):
        """A secret stands in no argument list: it comes of a file."""
        file = self.folder / option.strip("-")
        file.write_text(value + "\n", encoding="utf-8")
        file.chmod(0o600)
        return option + "-file", str(file)

    def option(self, place, name):
        plain = "--" + name.replace("_", "-")
        elsewhere = f"--{place}.{name.replace('_', '-')}"
        return elsewhere if elsewhere in self.options else plain

    def of_body(self, body, prefix=""):
        for name, value in body.items():
            path = prefix + name
            if self.option("body", path) + "-file" in self.options:
                yield from self.of_secret(self.option("body", path), value)
            elif self.goes_by_dots(path, value):
                yield from self.of_body(value, path + ".")
            elif isinstance(value, list):
                for each in value or [[]]:
                    yield from (self.option("body", path), written(each))
            elif isinstance(value, bool):
                yield f"{self.option('body', path)}={written(value)}"
            else:
                yield from (self.option("body", path), written(value))

    def goes_by_dots(self, path, value):
        start = "--" + path.replace("_", "-") + "."
        return (isinstance(value, dict) and not is_money(value)
                and self.option("body", path) not in self.options
                and any(option.startswith(start) for option in self.options))

    def of_query(self, query):
        for name, value in urllib.parse.parse_qsl(query, keep_blank_values=True):
            if value in ("true", "false"):
                yield f"{self.option('query', name)}={value}"
            else:
                yield from (self.option("query", name), value)


def words_in_path(operation, path):
    """One a place: server and login stand in one word."""
    values = [urllib.parse.unquote(given)
              for expected, given in zip(operation.segments, path.strip("/").split("/"))
              if expected.startswith("{")]
    if "{login}" in operation.segments:
        return ["/".join(values[:2]), *values[2:]]
    return values


def made_id(operation, value):
    """Whether the id may be left out, because it is that of something new."""
    return (operation.body and isinstance(value, dict) and "id" in value
            and "id" in operation.body.get("required", ())
            and operation.body["properties"]["id"].get("format") == "uuid")


class Arguments(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ctl = Ctl(PROGRAMS)
        cls.description = Description(DOCUMENT)
        rows = json.loads(cls.ctl.run("routes", "--output", "json").stdout)["items"]
        cls.commands = {row["operation"]: row["command"].split() for row in rows}
        cls.operations = [each for each in cls.description.operations
                          if cls.commands[each.name] not in SESSION]
        cls.generator = Drawing(cls.description)

    @classmethod
    def tearDownClass(cls):
        cls.ctl.close()

    def options_of(self, command):
        found = self.ctl.run("__complete", *command, "--").stdout
        return {line.split("\t")[0] for line in found.splitlines()}

    def draw(self, operation):
        """A valid request that an argument list can say: no object in it is there but empty."""
        def says_nothing(name, value):
            return value == {} and "properties" in operation.body["properties"][name]

        while True:
            request = self.generator.valid(operation)
            if not any(says_nothing(*field) for field in (request.value or {}).items()):
                return request

    def arguments(self, operation, request, options):
        path, _, query = request.target.partition("?")
        writer = Writer(options, self.ctl.home)
        words = [*self.commands[operation.name], *words_in_path(operation, path),
                 *writer.of_query(query), *writer.of_body(request.value or {})]
        for header, option in (("Idempotency-Key", "--idempotency-key"),
                               ("If-Match", "--if-match")):
            if request.header(header):
                words += [option, request.header(header)]
        return words

    def shown(self, *words, stdin=""):
        answer = self.ctl.run(*words, "--dry-run", stdin=stdin)
        self.assertEqual((answer.returncode, answer.stderr), (0, ""), words)
        return json.loads(answer.stdout)

    def assert_same(self, shown, request):
        self.assertEqual(shown["method"], request.method)
        got, expected = (urllib.parse.urlsplit(url) for url in (shown["url"], request.target))
        self.assertEqual(urllib.parse.unquote(got.path), urllib.parse.unquote(expected.path))
        self.assertEqual(sorted(urllib.parse.parse_qsl(got.query, keep_blank_values=True)),
                         sorted(urllib.parse.parse_qsl(expected.query, keep_blank_values=True)))
        for header in ("Idempotency-Key", "If-Match"):
            if request.header(header):
                self.assertEqual(shown["headers"][header], request.header(header))
        if request.value is not None:
            self.assertEqual(shown["headers"]["Content-Type"], "application/json")

    def test_a_drawn_request_is_what_its_arguments_say(self):
        for operation in self.operations:
            options = self.options_of(self.commands[operation.name])
            for _ in range(DRAWN):
                request = self.draw(operation)
                words = self.arguments(operation, request, options)
                with self.subTest(words=words):
                    shown = self.shown(*words)
                    self.assert_same(shown, request)
                    body = json.loads(shown["body"]) if "body" in shown else None
                    self.assertEqual(body, request.value)
                    if operation.body:
                        self.assertEqual(
                            self.description.mismatches(body, operation.body, "body"), [])

    def test_ids_of_new_things_are_made_and_the_same_for_the_same_key(self):
        seen = 0
        for operation in self.operations:
            request = self.draw(operation)
            if not made_id(operation, request.value):
                continue
            seen += 1
            options = self.options_of(self.commands[operation.name])
            body = {name: value for name, value in request.value.items() if name != "id"}
            words = self.arguments(operation, request.with_value(body), options)
            with self.subTest(words=words):
                first, again = (json.loads(self.shown(*words)["body"]) for _ in range(2))
                self.assertEqual(first, again)
                uuid.UUID(first.pop("id"))
                self.assertEqual(first, body)
        self.assertGreater(seen, 5)

    def test_a_body_goes_as_it_is(self):
        for operation in self.operations:
            if not operation.body:
                continue
            request = self.draw(operation)
            text = json.dumps(request.value, indent=3)
            options = self.options_of(self.commands[operation.name])
            words = self.arguments(operation, request.with_value({}), options)
            with self.subTest(words=words):
                shown = self.shown(*words, "--body", "-", stdin=text)
                self.assertEqual(shown["body"], text)

    def test_every_group_and_command_has_help(self):
        groups = {tuple(words[:length]) for words in self.commands.values()
                  for length in range(len(words) + 1)}
        for words in sorted(groups):
            with self.subTest(words=words):
                answer = self.ctl.run(*words, "--help")
                self.assertEqual((answer.returncode, answer.stderr), (0, ""))
                self.assertIn("Usage: " + " ".join(("cambistctl",) + words), answer.stdout)
                self.assertTrue(all(len(line) <= 100 for line in answer.stdout.splitlines()))

    def test_it_knows_its_version(self):
        answer = self.ctl.run("--version")
        self.assertEqual(answer.returncode, 0)
        self.assertRegex(answer.stdout, r"^cambistctl \d+\.\d+\.\d+\n$")

    def test_nonsense_is_a_usage_error_and_never_a_crash(self):
        rng = random.Random(SEED)
        vocabulary = [word for words in self.commands.values() for word in words]
        vocabulary += ["--", "-", "", "--to", "--to=", "--limit", "-1", "--body", "/nowhere", "[]",
                       "null", "--output", "xml", "--=", "---", "-h=1", "\u202e", "%s%n", "1/1001",
                       "--timeout", "9" * 40, "--url", "::", "--all", "--all=maybe", "x" * 5000,
                       "--person.name", "--profile", ".", "--columns", ",", "--dry-run", "-x",
                       "--scope", "{}", "@", "login", "--code", "key", "completion", "$(id)"]
        ends = set()
        drawn = (rng.choices(vocabulary, k=rng.randint(0, 7)) for _ in range(NONSENSE))
        # Nobody is there to answer the first, and nobody is logged in for the second.
        for words in itertools.chain([["livez"], ["logout"]], drawn):
            answer = self.ctl.run(*words)
            with self.subTest(words=words):
                self.assertIn(answer.returncode, (0, 2, 3, 5), answer.stderr)
                self.assertEqual(bool(answer.stderr), answer.returncode != 0)
                self.assertNotIn("terminate", answer.stderr)
            ends.add(answer.returncode)
        self.assertEqual(ends, {0, 2, 3, 5})

    def test_the_examples_of_the_documentation_are_understood(self):
        text = (pathlib.Path(DOCUMENT).parents[1] / "docs/cambistctl.md").read_text("utf-8")
        seen = 0
        for line in re.findall(r"(?m)^    cambistctl ((?!login|completion).*)$", text):
            words = shlex.split(line.partition(" > ")[0])
            seen += 1
            with self.subTest(line=line):
                self.shown(*words)
        self.assertGreater(seen, 5)

    def test_bytes_that_are_no_text_are_a_usage_error(self):
        answer = self.ctl.run("clients", b"\xff\xfe", "list")
        self.assertEqual((answer.returncode, answer.stderr),
                         (2, "cambistctl: an argument is no UTF-8\n"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
