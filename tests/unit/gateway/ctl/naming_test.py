#!/usr/bin/python3
"""naming_test.py CATALOGUE: what commands and options are called."""
import sys
import unittest

sys.path.insert(0, sys.argv.pop(1))
import naming  # noqa: E402


def names(*operations):
    """{"get /path": "words"} of ("get /path", is_page, x-command)."""
    asked = [(*name.split(), page, word) for name, page, word in operations]
    return {" ".join(key): " ".join(words) for key, words in naming.commands_of(asked).items()}


class Commands(unittest.TestCase):
    def test_a_list_its_items_and_what_is_added(self):
        self.assertEqual(names(("get /v1/clients", True, None), ("post /v1/clients", False, None),
                               ("get /v1/clients/{client}", False, None)),
                         {"get /v1/clients": "clients list", "post /v1/clients": "clients add",
                          "get /v1/clients/{client}": "clients get"})

    def test_an_act_is_called_by_its_last_word(self):
        self.assertEqual(names(("post /v1/clients/{client}/status", False, None),
                               ("post /v1/clients/batch", False, None)),
                         {"post /v1/clients/{client}/status": "clients status",
                          "post /v1/clients/batch": "clients batch"})

    def test_what_is_inside_a_thing_keeps_both_nouns(self):
        path = "/v1/accounts/{server}/{login}/holds"
        self.assertEqual(names(("get " + path, True, None), ("post " + path, False, None)),
                         {"get " + path: "accounts holds list",
                          "post " + path: "accounts holds add"})

    def test_what_is_read_and_set(self):
        self.assertEqual(names(("get /v1/policy", False, None), ("put /v1/policy", False, None),
                               ("delete /v1/clients/{client}/tag", False, None),
                               ("post /v1/staff/{staff}", False, None)),
                         {"get /v1/policy": "policy get", "put /v1/policy": "policy set",
                          "delete /v1/clients/{client}/tag": "clients tag remove",
                          "post /v1/staff/{staff}": "staff change"})

    def test_what_is_not_of_the_api_has_its_own_name(self):
        self.assertEqual(names(("get /livez", False, None)), {"get /livez": "livez"})

    def test_the_contract_may_say_better(self):
        self.assertEqual(names(("post /v1/a/{b}/c", False, "a attach")),
                         {"post /v1/a/{b}/c": "a attach"})

    def test_a_name_that_others_continue_gets_a_verb(self):
        self.assertEqual(names(("post /v1/a/{a}/b", False, None),
                               ("post /v1/a/{a}/b/{b}/c", False, None)),
                         {"post /v1/a/{a}/b": "a b add", "post /v1/a/{a}/b/{b}/c": "a b c"})

    def test_two_operations_of_one_name_are_refused(self):
        with self.assertRaisesRegex(naming.Ambiguous, "`a b` would be both"):
            names(("post /v1/a/{a}/b", False, None), ("post /v1/a/{a}/{c}/b", False, None))


class Options(unittest.TestCase):
    def test_words_are_joined_by_dashes_and_objects_by_dots(self):
        self.assertEqual(naming.option_of("person.birth_date"), "--person.birth-date")

    def test_an_option_that_means_something_else_already_says_where_it_belongs(self):
        self.assertEqual(
            naming.free_options([("body", "url", "text"), ("query", "kind", "text"),
                                 ("body", "kind", "text"), ("body", "name", "text")], {"--url"}),
            {("body", "url"): "--body.url", ("query", "kind"): "--kind",
             ("body", "kind"): "--body.kind", ("body", "name"): "--name"})

    def test_a_secret_comes_of_a_file(self):
        self.assertEqual(naming.free_options([("body", "new_password", "secret")], ()),
                         {("body", "new_password"): "--new-password-file"})


if __name__ == "__main__":
    unittest.main()
