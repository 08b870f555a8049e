#!/usr/bin/python3
"""The closing line of ./cambist test counts every case once, and no failure is lost."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

TALLY = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "tally.py"
GTEST = """<testsuites><testsuite>
<testcase name="a" status="run" result="completed"/>
<testcase name="b" status="run" result="completed"/>
<testcase name="c" status="run" result="skipped"><skipped message=""/></testcase>
<testcase name="d" status="notrun" result="suppressed"/>%s
</testsuite></testsuites>"""
FAILED_CASE = '<testcase name="e" status="run"><failure message=""/></testcase>'


def closing_line(ctest_cases, reports):
    with tempfile.TemporaryDirectory() as folder:
        junit = pathlib.Path(folder) / "ctest.junit"
        junit.write_text("<testsuite>" + ctest_cases + "</testsuite>")
        for name, text in reports.items():
            (pathlib.Path(folder) / (name + ".xml")).write_text(text)
        return subprocess.run([sys.executable, "-B", TALLY, junit, folder], capture_output=True,
                              text=True, check=True).stdout.strip()


class ClosingLine(unittest.TestCase):
    def test_counts_the_cases_of_gtest_and_other_tests_as_one(self):
        line = closing_line('<testcase name="unit" status="run"/><testcase name="x" status="run"/>',
                            {"unit": GTEST % ""})
        self.assertEqual(line, "3 passed, 0 failed, 2 skipped")

    def test_a_failed_case_counts_once(self):
        line = closing_line('<testcase name="unit" status="fail"><failure/></testcase>',
                            {"unit": GTEST % FAILED_CASE})
        self.assertEqual(line, "2 passed, 1 failed, 2 skipped")

    def test_a_program_that_crashed_counts_as_failed(self):
        self.assertEqual(closing_line('<testcase name="unit" status="fail"><failure/></testcase>',
                                      {}), "0 passed, 1 failed, 0 skipped")
        self.assertEqual(closing_line('<testcase name="unit" status="fail"><failure/></testcase>',
                                      {"unit": GTEST % ""}), "2 passed, 1 failed, 2 skipped")

    def test_a_test_that_did_not_run_is_not_passed(self):
        line = closing_line('<testcase name="x" status="notrun"><skipped/></testcase>'
                            '<testcase name="y" status="disabled"/>', {})
        self.assertEqual(line, "0 passed, 0 failed, 2 skipped")


if __name__ == "__main__":
    unittest.main()
