#!/usr/bin/python3
"""schema_test.py CATALOGUE: which options the schema of a body has."""
import sys
import unittest

sys.path.insert(0, sys.argv.pop(1))
import schema  # noqa: E402

MONEY = {"type": "object", "properties": {"amount": {"type": "string"},
                                          "currency": {"type": "string"}}}
DOCUMENT = {"components": {"schemas": {
    "money": MONEY,
    "word": {"type": "string", "enum": ["live", "demo"], "description": "which"},
}}}
SCHEMAS = schema.Schemas(DOCUMENT)


def reference(name):
    return {"$ref": "#/components/schemas/" + name}


def fields(properties, required=()):
    body = {"type": "object", "properties": properties, "required": list(required)}
    return {field.name: field for field in SCHEMAS.body_fields(body)}


class Fields(unittest.TestCase):
    def test_references_are_followed_and_words_known(self):
        field = fields({"kind": reference("word")}, ["kind"])["kind"]
        self.assertEqual((field.kind, field.words, field.help, field.required),
                         ("text", ("live", "demo"), "which", True))

    def test_a_description_beside_a_reference_wins(self):
        field = fields({"kind": {**reference("word"), "description": "of what"}})["kind"]
        self.assertEqual(field.help, "of what")

    def test_money_is_one_option_and_may_be_null(self):
        known = fields({"a": reference("money"),
                        "b": {"oneOf": [reference("money"), {"type": "null"}]}})
        self.assertEqual([(known[name].kind, known[name].nullable) for name in "ab"],
                         [("money", False), ("money", True)])

    def test_numbers_have_their_limits(self):
        field = fields({"x": {"type": ["integer", "null"], "minimum": 1, "maximum": 9}})["x"]
        self.assertEqual((field.kind, field.minimum, field.maximum, field.nullable),
                         ("integer", 1, 9, True))

    def test_lists_repeat_their_items(self):
        field = fields({"x": {"type": "array", "items": reference("word")}})["x"]
        self.assertEqual((field.kind, field.repeated, field.words),
                         ("text", True, ("live", "demo")))

    def test_objects_go_by_dots_and_know_what_may_be_left_out(self):
        person = {"type": "object", "required": ["name"],
                  "properties": {"name": {"type": "string"}}}
        self.assertEqual(fields({"p": person}, ["p"])["p.name"].within, "")
        self.assertEqual(fields({"p": person})["p.name"].within, "p")
        self.assertTrue(fields({"p": person})["p.name"].required)

    def test_what_is_too_deep_or_free_is_json(self):
        self.assertEqual(fields({"x": {"type": "object"}})["x"].kind, "json")
        self.assertEqual(fields({"x": {"oneOf": [{"type": "string"}, {"type": "integer"}]}})
                         ["x"].kind, "json")

    def test_one_of_several_objects_has_the_options_of_all(self):
        one = {"type": "object", "required": ["kind", "a"],
               "properties": {"kind": {"const": "one"}, "a": {"type": "string"}}}
        two = {"type": "object", "required": ["kind"],
               "properties": {"kind": {"const": "two"}, "b": {"type": "string"}}}
        body = {"oneOf": [one, two]}
        known = {field.name: field for field in SCHEMAS.body_fields(body)}
        self.assertEqual(set(known), {"kind", "a", "b"})
        self.assertEqual((known["kind"].required, known["a"].required), (True, False))
        self.assertEqual(set(known["kind"].words), {"one", "two"})

    def test_the_id_of_something_new_is_made(self):
        uuid = {"type": "string", "format": "uuid"}
        known = fields({"id": uuid, "client_id": uuid}, ["id", "client_id"])
        self.assertEqual([known[name].made for name in ("id", "client_id")], [True, False])
        self.assertFalse(fields({"id": uuid})["id"].made)

    def test_a_password_is_a_secret(self):
        self.assertEqual(fields({"x": {"type": "string", "format": "password"}})["x"].kind,
                         "secret")

    def test_a_default_is_told(self):
        self.assertEqual(fields({"x": {"type": "integer", "default": 300}})["x"].help,
                         "300 when not given")


class Columns(unittest.TestCase):
    def test_all_but_objects_and_lists(self):
        item = {"type": "object", "properties": {
            "id": {"type": "string"}, "balance": reference("money"),
            "tags": {"type": "array", "items": {"type": "string"}}, "policy": {"type": "object"}}}
        self.assertEqual(SCHEMAS.columns(item), ("id", "balance"))

    def test_the_contract_may_choose_and_names_what_is_there(self):
        inner = {"type": "object", "properties": {"name": {"type": "string"}}}
        item = {"type": "object", "properties": {"person": inner}, "x-columns": ["person.name"]}
        self.assertEqual(SCHEMAS.columns(item), ("person.name",))
        with self.assertRaisesRegex(KeyError, "person.nam, which is not there"):
            SCHEMAS.columns({**item, "x-columns": ["person.nam"]})


if __name__ == "__main__":
    unittest.main()
