#!/usr/bin/python3
"""judge.py DOCUMENT FOLDER NAME=LEAST ...: judges every exchange that the tests of these names kept
in the folder by the description; each must have kept at least that many."""

import collections
import json
import pathlib
import sys

from description import Description, Exchange

MOST_SHOWN = 40


def read_exchanges(file):
    with open(file, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if line.endswith("\n"):  # else the process was killed while it wrote
                yield Exchange.of(json.loads(line))


def judge(description, folder, least):
    """(problems, exchanges judged by file)."""
    problems = collections.Counter()
    judged = {}
    for name, count in least.items():
        file = pathlib.Path(folder) / f"{name}.jsonl"
        judged[name] = 0
        for exchange in read_exchanges(file) if file.exists() else ():
            judged[name] += 1
            for problem in description.problems_of(exchange):
                problems[f"{name}: {exchange}: {problem}"] += 1
        if judged[name] < count:
            problems[f"{name}: {judged[name]} exchanges kept, expected at least {count}"] = 1
    return problems, judged


def main():
    document, folder, *least = sys.argv[1:]
    least = {name: int(count) for name, count in (word.split("=") for word in least)}
    problems, judged = judge(Description(document), folder, least)
    for problem, times in list(problems.items())[:MOST_SHOWN]:
        print(f"{problem}" + (f" ({times} times)" if times > 1 else ""))
    for name, count in judged.items():
        print(f"{name}: {count} exchanges judged")
    print(f"{sum(judged.values())} exchanges, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
