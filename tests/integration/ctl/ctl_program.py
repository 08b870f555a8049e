"""cambistctl run by a test: with a home of its own, and nothing of the tester's settings."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import tempfile
import termios

NOTHING_LISTENS = "http://127.0.0.1:1"


class Ctl:
    """`run` is where to start."""

    def __init__(self, programs):
        self.program = os.path.join(programs, "cambistctl")
        self._home = tempfile.TemporaryDirectory()
        self.home = self._home.name

    def close(self):
        self._home.cleanup()

    def environment(self, **more):
        return {"HOME": self.home, "PATH": os.environ["PATH"], "CAMBIST_URL": NOTHING_LISTENS,
                **more}

    def run(self, *words, stdin="", env=None, **more):
        """What came of it: returncode, stdout, stderr."""
        return subprocess.run([self.program, *words], input=stdin, capture_output=True, text=True,
                              check=False, timeout=60,
                              env=self.environment(**(env or {})), **more)

    def on_terminal(self, *words, typed="", width=80, env=None):
        """(exit code, all that a terminal of that width showed); `typed` answers a question."""
        environment = self.environment(TERM="xterm", **(env or {}))
        pid, screen = pty.fork()
        if pid == 0:
            try:
                set_width(width)
                os.execve(self.program, [self.program, *words], environment)
            finally:
                os._exit(127)
        shown = b""
        while select.select([screen], [], [], 60)[0]:
            try:
                piece = os.read(screen, 65536)
            except OSError:  # how Linux says that the other side is gone
                break
            shown += piece
            if typed and shown.endswith(b": "):
                answer, _, typed = typed.partition("\n")
                os.write(screen, answer.encode() + b"\n")
        os.close(screen)
        return (os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]),
                shown.decode().replace("\r\n", "\n"))


def set_width(columns):
    """Of the terminal that this process has."""
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
