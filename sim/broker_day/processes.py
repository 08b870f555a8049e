"""Start, readiness and end of the programs of the day. A program dies with the thread that started
it (the kernel sees to that), so all are started by the main thread, which outlives them."""

import ctypes
import os
import pathlib
import signal
import socket
import subprocess
import time

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


class DayBroken(Exception):
    """Something of the day's own machinery failed; the text is for people."""


def free_ports(count):
    """Ports that nobody listens on, all different."""
    listeners = [socket.socket() for _ in range(count)]
    try:
        for listener in listeners:
            listener.bind(("127.0.0.1", 0))
        return [listener.getsockname()[1] for listener in listeners]
    finally:
        for listener in listeners:
            listener.close()


def wait_for(what, condition, seconds, every=0.05):
    """The first true value of condition(); DayBroken when none comes in time."""
    limit = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= limit:
            raise DayBroken(f"{what}: not within {seconds} s")
        time.sleep(every)


def last_words(path, lines=3):
    try:
        text = pathlib.Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "(no log)"
    return " / ".join(text.strip().splitlines()[-lines:]) or "(it said nothing)"


def as_user_postgres():
    """PostgreSQL refuses to run as root, so root runs it as the user postgres."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]


def die_with_parent():
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


class Program:
    """One program of the day: a command line, a log, and whether it runs."""

    def __init__(self, name, command, log, stop_signal=signal.SIGTERM, own_user=False):
        self.name, self.log = name, pathlib.Path(log)
        self.command = [str(word) for word in command]
        self.stop_signal, self.own_user = stop_signal, own_user
        self.process = None

    def start(self):
        command = self.command
        if self.own_user:
            # A change of user clears the death signal: set it again behind that.
            command = [*as_user_postgres(), "setpriv", "--pdeathsig", "KILL", "--", *command]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd="/",
                start_new_session=True, preexec_fn=die_with_parent)

    @property
    def running(self):
        return self.process is not None and self.process.poll() is None

    def wait_until_ready(self, ready, seconds=60):
        def ended_or_ready():
            if not self.running:
                raise DayBroken(f"{self.name} ended while starting "
                                f"(exit {self.process.returncode}): {last_words(self.log)}")
            return ready()
        wait_for(f"{self.name} is ready", ended_or_ready, seconds)

    def kill(self, how=signal.SIGKILL):
        """Ends it at once; returns when it is gone."""
        if self.running:
            self.process.send_signal(how)
        self._reap(30)

    def stop(self, seconds=30):
        """Asks it to end and insists when it does not; False when it had to be killed."""
        if not self.running:
            return True
        self.process.send_signal(self.stop_signal)
        return self._reap(seconds)

    def _reap(self, seconds):
        if self.process is None:
            return True
        try:
            self.process.wait(timeout=seconds)
            return True
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return False


class Fleet:
    """The programs in the order in which they started; whatever happens, none outlives it."""

    def __init__(self):
        self.programs = []

    def __enter__(self):
        return self

    def add(self, program):
        self.programs.append(program)
        return program

    def ended(self):
        """Programs that should run and do not."""
        return [program for program in self.programs if not program.running]

    def __exit__(self, *_):
        # A second Ctrl-C must not leave half of them running.
        before = {number: signal.signal(number, signal.SIG_IGN)
                  for number in (signal.SIGINT, signal.SIGTERM)}
        for program in reversed(self.programs):
            program.stop()
        for number, handler in before.items():
            signal.signal(number, handler)
