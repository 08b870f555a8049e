#!/usr/bin/python3
"""./cambist bench [NAME...]: one JSON line a figure, ours beside its floor."""

import argparse
import json
import subprocess
import sys

import api_benches
import audit_benches
import link_benches
import policy_benches
from stand import ROOT

ON_A_STAND = {**link_benches.ALL, **policy_benches.ALL, **api_benches.ALL}
IN_ONE_PROCESS = ("gate_decision", "event_capture", "plugin_memory")


def main():
    names = [*IN_ONE_PROCESS, *ON_A_STAND, "audit_verify"]
    arguments = argparse.ArgumentParser(prog="cambist bench", description=__doc__)
    arguments.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names))
    arguments.add_argument("--build", default=ROOT / "build" / "release", help="build folder")
    arguments.add_argument("--rows", type=int, default=audit_benches.ROWS,
                           help="of the audit that audit_verify verifies")
    asked = arguments.parse_args()
    on_a_stand = {**ON_A_STAND,
                  "audit_verify": lambda build: audit_benches.audit_verify(build, asked.rows)}
    unknown = [name for name in asked.names if name not in names]
    if unknown:
        arguments.error(f"no such benchmark: {', '.join(unknown)}")
    for name in asked.names or names:
        print(f"measuring {name}", file=sys.stderr)
        if name in IN_ONE_PROCESS:
            subprocess.run([f"{asked.build}/bin/cambist-bench-micro", name], check=True)
            continue
        for figure in on_a_stand[name](asked.build):
            print(json.dumps(figure), flush=True)


if __name__ == "__main__":
    main()
