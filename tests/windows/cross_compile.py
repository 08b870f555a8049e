#!/usr/bin/python3
"""Compiles the plugin's core for Windows and fails on what does not compile there."""
import concurrent.futures
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
COMPILER = ["ccache", "x86_64-w64-mingw32-g++-posix"]
FLAGS = ["-std=c++23", "-Wall", "-Wextra", "-I", str(ROOT), "-c"]
# How many sources may be left out: one platform file and one that talks to libzmq.
MAY_BE_LEFT_OUT = 2


def left_out(source):
    return "posix" in source.name or "#include <zmq" in source.read_text(encoding="utf-8")


def compile_one(source, folder):
    target = pathlib.Path(folder) / (str(source.relative_to(ROOT)).replace("/", "-") + ".o")
    answer = subprocess.run([*COMPILER, *FLAGS, str(source), "-o", str(target)],
                            capture_output=True, text=True, check=False)
    return source.relative_to(ROOT), answer


def main():
    sources = sorted(source for part in ("sync", "plugin")
                     for source in (ROOT / part).rglob("*.cpp"))
    excluded = [source for source in sources if left_out(source)]
    if len(excluded) > MAY_BE_LEFT_OUT:
        print("too much of the core is of one platform:",
              *(source.relative_to(ROOT) for source in excluded))
        return 1
    compiled = failed = 0
    with tempfile.TemporaryDirectory() as folder, \
            concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [pool.submit(compile_one, source, folder)
                for source in sources if source not in excluded]
        for job in concurrent.futures.as_completed(jobs):
            source, answer = job.result()
            compiled += 1
            if answer.returncode != 0:
                failed += 1
                print(f"{source} does not compile for Windows:\n{answer.stderr}")
    print(f"{compiled} sources compiled for Windows, {failed} failed, {len(excluded)} left out")
    return 1 if failed or not compiled else 0


if __name__ == "__main__":
    sys.exit(main())
