"""Requests as the API's description allows them, about things that exist where any are known."""

import dataclasses
import json
import re
import urllib.parse
import uuid

# What strings are tried as, in random order, where nothing better is known: the first that the
# schema allows. Lengths are counted in bytes, as the gateway does.
TEXTS = ("a", "main", "reason given", "Ada Byron", "naïve façade", "東京", "Ω≈ç√", "🙂🙃", "e\u0301",
         "1", "17", "4711", "12.34", "GB", "USD", "x" * 31, "y" * 63, "z" * 200, "\u202eabc",
         "%00", "'; drop table client; --", "<script>", "key_1", "2026-01-31T23:59:59Z",
         '"v1"', "0", "a-b", "123456", "0123456789abcdef", "client.read")

INSTANTS = ("2026-01-31T23:59:59Z", "1999-12-31T00:00:00.123456Z", "2199-12-31T23:59:59.999999Z")


@dataclasses.dataclass
class Request:
    """What is sent; `value` is the body before it became text."""
    method: str
    target: str
    headers: list
    body: bytes = b""
    value: object = None
    made_by: str = "valid"
    must_be_refused: bool = False

    def with_value(self, value):
        return dataclasses.replace(self, value=value, body=json.dumps(value).encode())

    def header(self, name):
        return next((value for given, value in self.headers if given == name), None)

    def without(self, name):
        return dataclasses.replace(
            self, headers=[pair for pair in self.headers if pair[0] != name])

    def with_header(self, name, value):
        return dataclasses.replace(self, headers=self.headers + [(name, value)])


class Known:
    """Ids, cursors and tags of things that exist, by the name of the parameter that takes them."""

    MOST = 500

    def __init__(self, given, fixed=()):
        """`given` exists from the beginning; nothing is learned about the `fixed` names."""
        self._given = given
        self._fixed = fixed
        self._learned = {}
        self.etags = {}
        self.cursors = {}

    def some(self, rng, name):
        given, learned = self._given.get(name), self._learned.get(name)
        if given and (not learned or rng.random() < 0.75):
            return rng.choice(given)
        return rng.choice(learned) if learned else None

    def add(self, name, value):
        if name in self._fixed:
            return
        found = self._learned.setdefault(name, [])
        if isinstance(value, str) and value not in found[-20:]:
            found.append(value)
            del found[:-self.MOST]

    def learn(self, operation, request, status, headers, body):
        """Takes from a good answer what later requests can be about."""
        if status >= 300 or not isinstance(body, dict):
            return
        if "etag" in headers:
            self.etags[request.target] = headers["etag"]
        if body.get("next"):
            self.cursors.setdefault(operation.name, []).append((request.target, body["next"]))
        words = [word for word in operation.segments if not word.startswith("{")]
        name = "command" if "requested_by" in body else words[-1].removesuffix("s")
        for item in body.get("items", [body]):
            if isinstance(item, dict):
                self.add(name, item.get("id"))
        if isinstance(request.value, dict) and operation.segments[-1] == words[-1]:
            self.add(name, request.value.get("id"))


class Generator:
    """`valid` is where to start."""

    def __init__(self, rng, known, bearer):
        self.rng, self.known, self.bearer = rng, known, bearer

    def fresh_uuid(self):
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    def valid(self, operation):
        values = {}
        for parameter in operation.parameters:
            if parameter["in"] == "path":
                values[parameter["name"]] = self.text_of(parameter["name"], parameter["schema"])
        path = operation.pattern
        for name, value in values.items():
            path = path.replace("{" + name + "}", urllib.parse.quote(value, safe=""))
        request = Request(operation.method, path + self._query(operation, path),
                          [("Authorization", "Bearer " + self.bearer)])
        for parameter in operation.parameters:
            if parameter["in"] == "header":
                value = self._header(parameter, path)
                if value:
                    request = request.with_header(parameter["name"], value)
        if operation.body:
            request = request.with_header("Content-Type", "application/json")
            request = request.with_value(self.value(operation.body))
        return request

    def _query(self, operation, path):
        pairs = []
        for parameter in operation.parameters:
            if parameter["in"] != "query" or not (
                    parameter.get("required") or self.rng.random() < 0.4):
                continue
            if parameter["name"] == "after":
                # A cursor belongs to the list and the filters that gave it.
                pages = [(target, cursor) for target, cursor
                         in self.known.cursors.get(operation.name, ())
                         if target.split("?")[0] == path]
                if pages:
                    target, cursor = self.rng.choice(pages)
                    given = urllib.parse.parse_qsl(target.partition("?")[2])
                    pairs = [(name, value) for name, value in given if name != "after"]
                    pairs.append(("after", cursor))
                    break
                continue
            exclusive = operation.at_most_one_of
            if parameter["name"] not in exclusive or not any(
                    name in exclusive for name, _ in pairs):
                pairs.append((parameter["name"],
                              self.text_of(parameter["name"], parameter["schema"])))
        return "?" + urllib.parse.urlencode(pairs) if pairs else ""

    def _header(self, parameter, path):
        name = parameter["name"]
        if name == "Idempotency-Key" and (parameter.get("required") or self.rng.random() < 0.5):
            return self.fresh_uuid()
        if name == "If-Match" and (parameter.get("required") or self.rng.random() < 0.3):
            return self.known.etags.get(path.rsplit("/", 1)[0], '"v1"')
        if name == "If-None-Match" and self.rng.random() < 0.5:
            return self.known.etags.get(path)
        return None

    def text_of(self, name, schema):
        """A value as path and query spell it."""
        value = self.value(schema, name)
        return json.dumps(value) if not isinstance(value, str) else value

    def value(self, schema, name=""):
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self.rng.choice(schema["enum"])
        if "oneOf" in schema:
            return self.value(self.rng.choice(schema["oneOf"]), name)
        kind = schema.get("type", "object")
        if isinstance(kind, list):
            kind = kind[0]
        return {"object": self._object, "array": self._array, "integer": self._integer,
                "string": self._string, "boolean": self._boolean,
                "null": lambda *_: None}[kind](schema, name)

    def _object(self, schema, _):
        required = schema.get("required", ())
        return {name: self.value(inner, name)
                for name, inner in schema.get("properties", {}).items()
                if name in required or self.rng.random() < 0.4}

    def _array(self, schema, name):
        least = schema.get("minItems", 0)
        count = self.rng.randint(least, min(schema.get("maxItems", 3), max(least, 3)))
        return [self.value(schema["items"], name) for _ in range(count)]

    def _integer(self, schema, _):
        least, most = schema["minimum"], schema["maximum"]
        return self.rng.choice((least, most, self.rng.randint(least, most),
                                self.rng.randint(least, min(most, least + 5000))))

    def _boolean(self, _schema, _name):
        return self.rng.random() < 0.5

    def _string(self, schema, name):
        known = self.known.some(self.rng, name.removesuffix("_id"))
        if known is not None and name != "id" and self.rng.random() < 0.9:
            return known
        if schema.get("format") == "uuid":
            return self.fresh_uuid()
        if schema.get("format") == "date-time":
            return self.rng.choice(INSTANTS)
        if name == "id":
            return str(self.rng.randint(1000, 2_000_000_000))
        if name == "amount":
            sign = self.rng.choice(("", "-"))
            return f"{sign}{self.rng.randint(0, 500)}.{self.rng.randint(10, 99)}"
        texts = list(TEXTS)
        self.rng.shuffle(texts)
        for text in texts:
            if (schema.get("minLength", 0) <= len(text.encode()) <= schema["maxLength"]
                    and re.search(schema.get("pattern", ""), text)):
                return text
        if known is not None:
            return known
        raise LookupError(f"no text for {name}: {schema}; add one to TEXTS or to what is known")
