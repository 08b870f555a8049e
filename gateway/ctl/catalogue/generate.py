#!/usr/bin/python3
"""generate.py OPENAPI OUTPUT: the operations of the contract as a table in C++."""
import json
import pathlib
import sys

import yaml

from naming import commands_of, free_options
from schema import Field, Schemas, one_line

METHODS = ("get", "put", "post", "patch", "delete")
# Options of their own, or nothing that a person would say.
HEADERS = {"Idempotency-Key", "If-Match", "If-None-Match", "X-CSRF-Token"}
# Options that every command has, or that a route has beside the contract's own fields.
RESERVED = ("--help", "--version", "--dsn", "--url", "--profile", "--api-key-file", "--cacert",
            "--timeout", "--output", "--columns", "--dry-run", "--body", "--idempotency-key",
            "--if-match", "--all")


class Operation:
    """One operation, references followed."""

    def __init__(self, schemas, method, path, shared, node):
        self.schemas, self.method, self.path, self.node = schemas, method, path, node
        everything = [schemas.resolve(each) for each in [*shared, *node.get("parameters", ())]]
        self.parameters = {(each["in"], each["name"]): each for each in everything}

    def header(self, name):
        return self.parameters.get(("header", name))

    def content(self, node):
        """(media type, schema) of a body; JSON first. Nothing where there is no body."""
        content = self.schemas.resolve(node).get("content", {})
        types = sorted(content, key=lambda media: media != "application/json")
        return (types[0], content[types[0]].get("schema", {})) if types else (None, {})

    def answer(self):
        """(media type, schema) of what comes when all went well."""
        for status in sorted(self.node["responses"], key=str):
            if str(status).startswith("2"):
                return self.content(self.node["responses"][status])
        return None, {}

    def item(self):
        """The schema of the items when the answer is a page."""
        properties = self.schemas.flat(self.answer()[1])[0].get("properties", {})
        if "next" not in properties or "items" not in properties:
            return None
        return self.schemas.flat(properties["items"])[0]["items"]

    def body(self):
        """(media type, whether it is needed, fields)."""
        node = self.schemas.resolve(self.node.get("requestBody", {}))
        media, schema = self.content(node)
        fields = self.schemas.body_fields(schema) if media == "application/json" else ()
        return media or "", bool(node.get("required")), list(fields)

    def query_and_headers(self):
        for (place, name), parameter in self.parameters.items():
            if place == "query" or (place == "header" and name not in HEADERS):
                field = self.schemas.field(name, parameter["schema"], place=place,
                                           required=bool(parameter.get("required")))
                field.help = described(parameter, field)
                yield field

    def places(self):
        """What stands in the path, in order: an account is one word, server/login."""
        steps = self.path.split("/")
        names = [step[1:-1] if step.startswith("{") else None for step in steps]
        index = 0
        while index < len(names):
            if names[index:index + 2] == ["server", "login"]:
                yield "ACCOUNT", ("server", "login"), "server/login, e.g. 1/1001", ""
                index += 2
                continue
            if names[index]:
                parameter = self.parameters["path", names[index]]
                field = self.schemas.field(names[index], parameter["schema"])
                yield (names[index].upper().replace("_", "-"), (names[index],),
                       described(parameter, field), field.format)
            index += 1


def described(parameter, field):
    return "; ".join(text for text in (one_line(parameter.get("description", "")), field.help)
                     if text)


def operations_of(document):
    schemas = Schemas(document)
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield Operation(schemas, method, path, item.get("parameters", ()), item[method])


def text(value):
    return json.dumps(value, ensure_ascii=False)


def flag(value):
    return "true" if value else "false"


def number(value):
    return "INT64_MIN" if value == -2**63 else f"{value}"


class Table:
    """Writes the table; arrays come before what points at them."""

    def __init__(self):
        self.lines, self.arrays = [], 0

    def array(self, kind, values):
        if not values:
            return "{}"
        self.arrays += 1
        name = f"array_{self.arrays}"
        self.lines.append(f"constexpr {kind} {name}[] = {{{', '.join(values)}}};")
        return name

    def texts(self, values):
        return self.array("std::string_view", [text(value) for value in values])

    def field(self, field: Field, option):
        words = self.texts(field.words)
        return (f"{{.option = {text(option)}, .name = {text(field.name)}, "
                f".help = {text(field.help)}, .format = {text(field.format)}, "
                f".within = {text(field.within)}, .words = {words}, "
                f".minimum = {number(field.minimum)}, .maximum = {number(field.maximum)}, "
                f".place = Place::{field.place}, .kind = Kind::{field.kind}, "
                f".required = {flag(field.required)}, .repeated = {flag(field.repeated)}, "
                f".nullable = {flag(field.nullable)}, .made = {flag(field.made)}}}")

    def operation(self, operation, command):
        media, needed, fields = operation.body()
        fields = [*operation.query_and_headers(), *fields]
        options = free_options([(field.place, field.name, field.kind) for field in fields],
                               RESERVED)
        item = operation.item()
        columns = operation.schemas.columns(item) if item is not None else ()
        places = [f"{{.label = {text(label)}, .help = {text(about)}, .format = {text(form)}, "
                  f".parameters = {self.texts(parameters)}}}"
                  for label, parameters, about, form in operation.places()]
        rows = [self.field(field, options[field.place, field.name]) for field in fields]
        key, seen = operation.header("Idempotency-Key"), operation.header("If-Match")
        return (f"{{.id = {text(operation.node['operationId'])}, "
                f".method = {text(operation.method.upper())}, .path = {text(operation.path)}, "
                f".summary = {text(one_line(operation.node.get('summary', '')))}, "
                f".command = {self.texts(command)}, .places = {self.array('Position', places)}, "
                f".fields = {self.array('Field', rows)}, .columns = {self.texts(columns)}, "
                f".body_type = {text(media)}, "
                f".permission = {text(operation.node.get('x-permission', ''))}, "
                f".needs_body = {flag(needed)}, "
                f".takes_key = {flag(key)}, .takes_if_match = {flag(seen)}, "
                f".needs_if_match = {flag(seen and seen.get('required'))}, "
                f".page = {flag(item is not None)}, "
                f".open = {flag(operation.node.get('security') == [])}}}")

    def written(self, document):
        operations = list(operations_of(document))
        commands = commands_of([(each.method, each.path, each.item() is not None,
                                 each.node.get("x-command")) for each in operations])
        rows = [self.operation(each, commands[each.method, each.path]) for each in operations]
        tags = [f"{{.name = {text(tag['name'])}, .about = {text(one_line(tag['description']))}}}"
                for tag in document.get("tags", ()) if "description" in tag]
        nouns = self.array("Noun", tags)
        return "\n".join([
            "// Made from openapi.yaml: change that.", "#include <cstdint>", "",
            '#include "gateway/ctl/catalogue/catalogue.hpp"', "", "namespace cambist::ctl {",
            "namespace {", *self.lines, "constexpr Operation table[] = {",
            *(row + "," for row in rows), "};", "}  // namespace",
            "std::span<const Operation> operations() { return table; }",
            f"std::span<const Noun> nouns() {{ return {nouns}; }}",
            "}  // namespace cambist::ctl", ""])


def main():
    source, target = sys.argv[1:]
    document = yaml.safe_load(pathlib.Path(source).read_text(encoding="utf-8"))
    pathlib.Path(target).write_text(Table().written(document), encoding="utf-8")


if __name__ == "__main__":
    main()
