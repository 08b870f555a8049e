#!/usr/bin/python3
"""A route that asks for no permission, or for one that does not exist, does not compile:
route_permission_test.py BUILD."""
import json
import pathlib
import shlex
import subprocess
import sys
import tempfile
import unittest

ROW = """#include "gateway/routes/table.hpp"
namespace cambist::gateway {{
extern const Route row;
const Route row{{Verb::get, "/v1/clients"{permission}, KeyRule::none, {{}}, nullptr}};
}}
"""


class Compiling(unittest.TestCase):
    def compiled(self, permission):
        """What the compiler says of a row, with the words that compile the real ones."""
        commands = json.loads((pathlib.Path(BUILD) / "compile_commands.json").read_text())
        real = next(each for each in commands
                    if each["file"].endswith("gateway/routes/table.cpp"))
        with tempfile.TemporaryDirectory() as folder:
            source = pathlib.Path(folder) / "row.cpp"
            source.write_text(ROW.format(permission=permission))
            words = [word for word in shlex.split(real["command"]) if word != real["file"]]
            words = words[:words.index("-o")] + ["-fsyntax-only", str(source)]
            return subprocess.run(words, cwd=real["directory"], text=True, capture_output=True,
                                  check=False)

    def test_a_row_with_a_permission_compiles(self):
        done = self.compiled(', "client.read"')
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_row_without_one_does_not(self):
        for nothing in ("", ", {}"):
            done = self.compiled(nothing)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("NeededPermission", done.stderr)

    def test_a_row_with_one_that_nobody_can_hold_does_not(self):
        done = self.compiled(', "client.raed"')
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("NeededPermission", done.stderr)

    def test_a_row_with_one_that_is_only_known_later_does_not(self):
        done = self.compiled(', std::getenv("PERMISSION")')
        self.assertNotEqual(done.returncode, 0)


if __name__ == "__main__":
    BUILD = sys.argv.pop()
    unittest.main()
