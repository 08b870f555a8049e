"""However a day ends, none of its programs outlives it: Ctrl-C, and SIGKILL of the driver."""

import argparse
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]


def programs_of(folder):
    """Command lines of living processes that name the folder."""
    found = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if str(folder) in command and "demo.py" not in command:
            found.append(command)
    return found


def wait_for(what, condition, seconds):
    limit = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > limit:
            sys.exit(f"{what}: not within {seconds} s")
        time.sleep(0.05)


def end(build, how):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="cambist-end-"))
    folder.rmdir()
    log = tempfile.TemporaryFile()
    day = subprocess.Popen(
        ["/usr/bin/python3", "-B", ROOT / "sim" / "broker_day" / "demo.py", "--accounts", "200",
         "--seconds", "60", "--build", build, "--data", folder], stderr=log)
    try:
        def trading():
            log.seek(0)
            return b"trading for" in log.read() or day.poll() is not None
        wait_for("the day trades", trading, 120)
        if day.poll() is not None:
            log.seek(0)
            sys.exit(f"the day ended by itself: {log.read().decode()}")
        running = programs_of(folder)
        day.send_signal(how)
        day.wait(timeout=60)
        wait_for(f"everything ends after {how.name}", lambda: not programs_of(folder), 60)
        print(f"ok: {len(running)} programs ended after {how.name}, exit {day.returncode}")
    finally:
        if day.poll() is None:
            day.kill()
            day.wait()
        shutil.rmtree(folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    options = parser.parse_args()
    for how in (signal.SIGINT, signal.SIGKILL):
        end(options.build.resolve(), how)


if __name__ == "__main__":
    main()
