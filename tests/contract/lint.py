#!/usr/bin/python3
"""lint.py redocly|spectral PACKAGES DOCUMENT: fails when that linter says anything."""

import sys

from linters import LINTERS


def main():
    name, packages, document = sys.argv[1:]
    code, text = LINTERS[name](packages, document)
    print(text)
    return 1 if code else 0


if __name__ == "__main__":
    sys.exit(main())
