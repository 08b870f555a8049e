"""What Redocly and Spectral say of a description of the API."""

import os
import pathlib
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
SPECTRAL = "@stoplight/spectral-cli/dist/index.js"


def run(packages, command):
    environment = {**os.environ, "NODE_PATH": packages}
    ended = subprocess.run(["node", *command], capture_output=True, text=True, check=False,
                           timeout=100, env=environment)
    return ended.returncode, ended.stdout + ended.stderr


def redocly(packages, document):
    """(exit code, text): zero when there is no problem, however small."""
    return run(packages, [HERE / "lint.cjs", HERE / "redocly.yaml", document])


def spectral(packages, document):
    return run(packages, [os.path.join(packages, SPECTRAL), "lint", "--fail-severity", "hint",
                          "--ruleset", HERE / "spectral.yaml", "--format", "text", document])


LINTERS = {"redocly": redocly, "spectral": spectral}
