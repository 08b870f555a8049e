"""The linters find what they are there for. lint_test.py PACKAGES DOCUMENT"""

import pathlib
import re
import sys
import tempfile
import unittest

from linters import LINTERS

DOCUMENT = pathlib.Path(sys.argv.pop(2))
PACKAGES = sys.argv.pop(1)

# What is done to the description: (linter, its rule, what is looked for, what stands there then).
FAULTS = (
    ("redocly", "no-invalid-media-type-examples",
     r"^          example: \{alive: true\}", "          example: {alive: yes please}"),
    ("redocly", "operation-summary",
     r"^      summary: 'Trading servers'\n", ""),
    ("redocly", "parameter-description",
     r"^      description: 'items a page'\n", ""),
    ("spectral", "owasp:api4:2023-string-limit",
     r"^(    login: \{type: string, .*), maxLength: 19\}", r"\1}"),
    ("spectral", "owasp:api8:2023-define-error-responses-500",
     r"^        '500': .*\n", ""),
    ("spectral", "every-body-has-an-example",
     r"^          example: \{reason: .*\n", ""),
    ("spectral", "every-object-is-closed",
     r"(    reason_only:\n      type: object\n).*\n", r"\1"),
    ("spectral", "every-answer-has-a-request-id",
     r"(    alive:\n.*\n)      headers: .*\n", r"\1      headers: {}\n"),
)


class Lint(unittest.TestCase):
    def said(self, linter):
        """What the linter says of a description with all faults that it must find."""
        text = DOCUMENT.read_text(encoding="utf-8")
        for name, _, pattern, instead in FAULTS:
            if name == linter:
                text, changed = re.subn(pattern, instead, text, count=1, flags=re.MULTILINE)
                self.assertEqual(changed, 1, pattern)
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "openapi.yaml"
            file.write_text(text, encoding="utf-8")
            code, said = LINTERS[linter](PACKAGES, file)
        self.assertNotEqual(code, 0, said)
        return said

    def test_each_fault_is_found_by_its_linter(self):
        for linter in LINTERS:
            said = self.said(linter)
            for name, rule, _, _ in FAULTS:
                if name == linter:
                    with self.subTest(linter=linter, rule=rule):
                        self.assertIn(rule, said)


if __name__ == "__main__":
    unittest.main()
