#!/usr/bin/python3
"""completion_test.py PROGRAMS: bash, zsh and fish complete as their scripts say."""

import os
import pty
import re
import select
import subprocess
import sys
import time
import unittest

from ctl_program import Ctl

PROGRAMS = sys.argv[1]
PATIENCE = 30  # seconds


class Completion(unittest.TestCase):
    def setUp(self):
        self.ctl = Ctl(PROGRAMS)
        self.addCleanup(self.ctl.close)
        self.environment = self.ctl.environment(
            PATH=PROGRAMS + ":" + os.environ["PATH"], TERM="xterm", LANG="C.UTF-8")

    def shell(self, *command):
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=PATIENCE,
                              env=self.environment, cwd=self.ctl.home).stdout.splitlines()

    def bash(self, *words):
        """What bash would offer for the last word."""
        quoted = " ".join(f"'{word}'" for word in words)
        return self.shell("bash", "--norc", "-c", f"""
            source <(cambistctl completion bash)
            compopt() {{ COMPREPLY+=("compopt $*"); shown=("${{COMPREPLY[@]}}"); }}
            COMP_WORDS=({quoted}) COMP_CWORD={len(words) - 1}
            _cambistctl
            printf '%s\\n' "${{COMPREPLY[@]-}}" "${{shown[@]-}}" | sed '/^$/d'""")

    def fish(self, line):
        found = self.shell("fish", "-c", f"cambistctl completion fish | source; "
                                         f"complete -C '{line}'")
        return [row.split("\t")[0] for row in found]

    def zsh(self, line):
        """What stands on the line of an interactive zsh after Tab."""
        script = os.path.join(self.ctl.home, ".zshrc")
        with open(script, "w", encoding="utf-8") as file:
            file.write("autoload -U compinit && compinit -u -D\n"
                       "source <(cambistctl completion zsh)\n"
                       "PS1='ready>' PS2= RPS1=\n"
                       "show() { print -r -- \"line=<$BUFFER>\"; BUFFER=; zle accept-line }\n"
                       "zle -N show; bindkey '^X' show\n")
        pid, screen = pty.fork()
        if pid == 0:
            try:
                os.chdir(self.ctl.home)
                os.execvpe("zsh", ["zsh", "-i"], {**self.environment, "ZDOTDIR": self.ctl.home})
            finally:
                os._exit(127)
        try:
            self.read_until(screen, "ready>")
            os.write(screen, line.encode() + b"\t\x18")
            return re.search(r"line=<(.*?)>", self.read_until(screen, r"line=<.*?>")).group(1)
        finally:
            os.close(screen)
            os.waitpid(pid, 0)

    def read_until(self, screen, pattern):
        text, limit = "", time.monotonic() + PATIENCE
        while not re.search(pattern, text):
            self.assertLess(time.monotonic(), limit, text)
            if select.select([screen], [], [], 1)[0]:
                text += os.read(screen, 65536).decode(errors="replace")
        return text

    def test_bash_offers_commands_options_words_and_files(self):
        self.assertEqual(self.bash("cambistctl", "clie"), ["clients"])
        self.assertIn("status", self.bash("cambistctl", "clients", ""))
        self.assertEqual(self.bash("cambistctl", "clients", "status", "--to", "app"), ["approved"])
        self.assertEqual(self.bash("cambistctl", "--output", "=", "jsonl"), ["jsonl"])
        self.assertIn("compopt -o default", self.bash("cambistctl", "clients", "add", "--body", ""))

    def test_fish_offers_commands_options_words_and_files(self):
        with open(os.path.join(self.ctl.home, "a body.json"), "w", encoding="utf-8") as file:
            file.write("{}")
        self.assertEqual(self.fish("cambistctl clie"), ["clients"])
        self.assertIn("status", self.fish("cambistctl clients "))
        self.assertEqual(self.fish("cambistctl clients status --to app"), ["approved"])
        self.assertIn("--person.name", self.fish("cambistctl clients add --person"))
        self.assertEqual(self.fish("cambistctl clients add --body a"), ["a body.json"])

    def test_zsh_completes_commands_options_words_and_files(self):
        with open(os.path.join(self.ctl.home, "body.json"), "w", encoding="utf-8") as file:
            file.write("{}")
        self.assertEqual(self.zsh("cambistctl clie"), "cambistctl clients ")
        self.assertEqual(self.zsh("cambistctl clients status --to app"),
                         "cambistctl clients status --to approved ")
        self.assertEqual(self.zsh("cambistctl clients add --person.n"),
                         "cambistctl clients add --person.name ")
        self.assertEqual(self.zsh("cambistctl clients add --body bo"),
                         "cambistctl clients add --body body.json ")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
