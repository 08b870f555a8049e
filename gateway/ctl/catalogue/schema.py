"""What of a JSON schema a command line shows: the fields of an object, each with its kind."""
import dataclasses
import json

SMALLEST, LARGEST = -2**63, 2**63 - 1


@dataclasses.dataclass
class Field:
    """One value that an option gives."""
    name: str  # by dots: person.name
    place: str = "body"
    kind: str = "text"
    help: str = ""
    words: tuple = ()
    format: str = ""
    minimum: int = SMALLEST
    maximum: int = LARGEST
    within: str = ""  # the nearest object around it that may be left out
    required: bool = False  # of its object
    repeated: bool = False
    nullable: bool = False
    made: bool = False  # an id of something new: made here when it is not given


class Schemas:
    """The schemas of one document, references followed."""

    def __init__(self, document):
        self.document = document

    def resolve(self, node):
        """A node that is not a reference; what stands beside a reference wins."""
        while isinstance(node, dict) and "$ref" in node:
            target = self.document
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            node = {**target, **{key: value for key, value in node.items() if key != "$ref"}}
        return node

    def flat(self, schema):
        """(schema without references, allOf, oneOf and anyOf; whether null is allowed)."""
        schema = self.resolve(schema)
        nullable = False
        types = schema.get("type")
        if isinstance(types, list):
            nullable = "null" in types
            rest = [each for each in types if each != "null"]
            schema = {**schema, "type": rest[0] if len(rest) == 1 else None}
        for part in schema.get("allOf", ()):
            schema = merged(schema, self.flat(part)[0], required=set.union)
        for key in ("oneOf", "anyOf"):
            choices = [self.resolve(choice) for choice in schema.get(key, ())]
            nullable = nullable or any(choice.get("type") == "null" for choice in choices)
            choices = [self.flat(choice)[0] for choice in choices if choice.get("type") != "null"]
            if choices:
                schema = self.one_of(schema, choices)
        return schema, nullable

    @staticmethod
    def one_of(schema, choices):
        """All that any choice allows, and needed what every choice needs."""
        rest = {key: value for key, value in schema.items() if key not in ("oneOf", "anyOf")}
        if len({choice.get("type") for choice in choices}) > 1:
            return {**rest, "type": None}
        united = choices[0]
        for choice in choices[1:]:
            united = merged(united, choice, required=set.intersection)
        return merged(rest, united, required=set.union)

    def is_money(self, schema):
        return set(schema.get("properties", ())) == {"amount", "currency"}

    def kind_of(self, schema):
        kinds = {"string": "text", "integer": "integer", "number": "number", "boolean": "boolean"}
        if "type" not in schema and all(isinstance(word, str) for word in words_of(schema) or [0]):
            return "text"
        return kinds.get(schema.get("type"), "json")

    def field(self, name, schema, **known):
        """The field that one option gives."""
        field = Field(name, **known)
        flat, field.nullable = self.flat(schema)
        field.help = one_line(flat.get("description", ""))
        if flat.get("type") == "array":
            field.repeated = True
            flat = self.flat(flat.get("items", {}))[0]
        field.kind = "money" if self.is_money(flat) else self.kind_of(flat)
        field.format = flat.get("format", "")
        if field.format == "password":
            field.kind = "secret"
        if field.kind == "text":
            field.words = tuple(word for word in words_of(flat) if word is not None)
        if field.kind == "integer":
            field.minimum = max(SMALLEST, flat.get("minimum", SMALLEST))
            field.maximum = min(LARGEST, flat.get("maximum", LARGEST))
        if "default" in flat:
            field.help += f"{'; ' if field.help else ''}{shown(flat['default'])} when not given"
        return field

    def body_fields(self, schema, prefix="", within="", depth=0):
        """The fields of an object, those of objects inside it by dots."""
        schema = self.flat(schema)[0]
        for name, inner in schema.get("properties", {}).items():
            flat, nullable = self.flat(inner)
            if flat.get("readOnly"):
                continue
            required = name in schema.get("required", ())
            path = prefix + name
            if flat.get("properties") and not self.is_money(flat) and depth < 3:
                around = within if required and not nullable else path
                yield from self.body_fields(flat, path + ".", around, depth + 1)
                continue
            field = self.field(path, inner, required=required, within=within)
            field.made = name == "id" and required and field.format == "uuid"
            yield field

    def columns(self, schema):
        """What a table of such objects shows: as x-columns says, or what is no object or list."""
        schema = self.flat(schema)[0]
        if "x-columns" in schema:
            for column in schema["x-columns"]:
                self.at(schema, column)
            return tuple(schema["x-columns"])
        found = []
        for name, inner in schema.get("properties", {}).items():
            flat = self.flat(inner)[0]
            if self.is_money(flat) or flat.get("type") not in ("array", "object", None):
                found.append(name)
        return tuple(found)

    def at(self, schema, path):
        """The schema of a field by dots; a KeyError names what is not there."""
        for step in path.split("."):
            schema = self.flat(schema)[0]
            if step not in schema.get("properties", {}):
                raise KeyError(f"x-columns names {path}, which is not there")
            schema = schema["properties"][step]
        return schema


def merged(one, other, required):
    """Both schemas as one; where they differ in words, the words of both."""
    result = {**other, **one}
    properties = dict(other.get("properties", {}))
    for name, schema in one.get("properties", {}).items():
        properties[name] = both(properties[name], schema) if name in properties else schema
    if properties:
        result["properties"] = properties
    result.pop("allOf", None)
    result["required"] = sorted(required(set(one.get("required", ())),
                                         set(other.get("required", ()))))
    return result


def both(one, other):
    """A property that two choices have: all words of either."""
    words = words_of(one) + words_of(other)
    if not words:
        return other
    rest = {key: value for key, value in other.items() if key != "const"}
    return {**rest, "enum": list(dict.fromkeys(words))}


def words_of(schema):
    """All that it allows, when it says so."""
    return schema.get("enum", [schema["const"]] if "const" in schema else [])


def one_line(text):
    return " ".join(text.split())


def shown(value):
    """As a person writes it."""
    return value if isinstance(value, str) else json.dumps(value)
