"""Plants one bug on purpose, plays a short day with it, and demands that the independent checker
finds it and calls it by its name: mutants.py BUG --build DIR."""

import argparse
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "sim" / "broker_day"))

from processes import die_with_parent  # noqa: E402

# What the checker must call the consequence of each bug: one of these.
EXPECTED = {
    "ignore_one_login": {"violation_open", "violation_debit"},
    "policy_two_seconds_late": {"violation_open", "violation_debit"},
    "trust_close_flag": {"violation_open"},
    "drop_one_event_in_10000": {"deal_missing", "drift"},
    "double_a_deal": {"deal_unknown", "drift"},
    "one_cent_off": {"deal_differs", "drift"},
}
DAY = ["--accounts", "500", "--seconds", "10", "--seed", "11"]


def planted(bug, build):
    """A build folder beside the other one, of which only the plugin differs."""
    folder = build.parent / f"mutant-{bug}"
    for command in (
            ["cmake", "--preset", "dev", "-B", folder, f"-DCAMBIST_PLANTED_BUG={bug}",
             "-DCAMBIST_PURE_ONLY=ON", "-DCAMBIST_TESTS=OFF"],
            ["cmake", "--build", folder, "--parallel", "2", "--target", "cambist_plugin"]):
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{bug}: {' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return folder / "lib" / "libcambist_plugin.so"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bug", choices=sorted(EXPECTED))
    parser.add_argument("--build", type=pathlib.Path, required=True)
    options = parser.parse_args()
    build = options.build.resolve()
    plugin = planted(options.bug, build)
    day = subprocess.run(
        ["/usr/bin/python3", "-B", ROOT / "sim" / "broker_day" / "demo.py", "--json", "--build",
         build, "--plugin", plugin, *DAY],
        stdout=subprocess.PIPE, text=True, check=False, preexec_fn=die_with_parent)
    findings = json.loads(day.stdout)["findings"] if day.stdout else {}
    found = EXPECTED[options.bug] & findings.keys()
    print(f"{options.bug}: exit {day.returncode}, findings {findings}")
    if day.returncode != 1 or not found:
        sys.exit(f"{options.bug} was not found: one of {sorted(EXPECTED[options.bug])} was "
                 "expected")


if __name__ == "__main__":
    main()
