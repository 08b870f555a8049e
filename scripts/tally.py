#!/usr/bin/python3
"""Adds up the results of a test run: tally.py JUNIT_XML FOLDER_OF_GTEST_XML.

A GoogleTest program counts with each of its cases, any other test as one. A program that failed
before it could write its results counts as one failed test.
"""
import pathlib
import sys
import xml.etree.ElementTree as ElementTree


def cases_of(report):
    """(passed, failed, skipped) of one GoogleTest report."""
    passed = failed = skipped = 0
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        if case.find("failure") is not None:
            failed += 1
        elif case.get("status") == "notrun" or case.get("result") in ("skipped", "suppressed"):
            skipped += 1
        else:
            passed += 1
    return passed, failed, skipped


def outcome_of(case):
    """(passed, failed, skipped) of one test as ctest saw it."""
    status = case.get("status")
    if status == "run":
        return 1, 0, 0
    if case.find("skipped") is not None or status == "disabled":
        return 0, 0, 1
    return 0, 1, 0


def tally(junit, reports):
    total = [0, 0, 0]
    for case in ElementTree.parse(junit).getroot().iter("testcase"):
        seen = outcome_of(case)
        report = reports / (case.get("name") + ".xml")
        counts = cases_of(report) if report.exists() else seen
        if seen[1] and not counts[1]:
            counts = (counts[0], counts[1] + 1, counts[2])
        total = [sum(pair) for pair in zip(total, counts)]
    return total


if __name__ == "__main__":
    print("%d passed, %d failed, %d skipped" % tuple(tally(sys.argv[1], pathlib.Path(sys.argv[2]))))
