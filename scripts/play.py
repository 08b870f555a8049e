#!/usr/bin/python3
"""Plays scenario files against what `./cambist up` runs: play.py CAMBIST DATA FILE...

A line is who, what and what must come of it; what is said is a command of cambistctl:

    dealing  accounts leverage $ACCOUNT --leverage-x100 20000 --reason better -> waits as ASKED
    dealing  approvals approve $ASKED --remark fine     -> refused maker_decides
    risk     approvals approve $ASKED --remark fine     -> done state=approved
    program  accounts get $ACCOUNT                      -> eventually leverage_x100=20000

Who: a member of the demo's staff, `program` (the demo's API key), or somebody who joined:

    vera     joins with $PASSWORD        signs in with a temporary password, sets one of her own and
                                         a second factor; her username is vera-$RUN
    vera     signs in                    again, with both
    let      NEW = $OLD with a.b=yes     a document like the other but for one value

Outcomes: `done`, `waits` (for approval) or `refused CODE`; then what the answer holds, by path:
`items.0.id=5`, `items.username:risk.id=5` (of the item that has it), `name!=Ada`, `items#3` (so
many), `as NAME=path` keeps a value for later lines; `waits as NAME` keeps the approval's id.
`eventually` asks again for half a minute. An indented line goes on with the one before. $RUN
differs in every run, $NOW and $TOMORROW are times.
"""
import json
import os
import pathlib
import re
import secrets
import shlex
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "sim" / "broker_day"))

from approvers import CODE_SECONDS, one_time_code  # noqa: E402

PATIENCE = 30  # seconds until what was ordered is done
NEEDS_APPROVAL = 4
LINE = re.compile(r"(?P<who>\w+)\s+(?P<words>.*?)\s*(?:->\s*(?P<outcome>.*))?$")
CHECK = re.compile(r"(?P<path>[\w.:/@-]+)(?P<relation>!=|=|#)(?P<value>.*)$")


class Different(Exception):
    """Something else came of a line than it says."""


def lines_of(text):
    """(number of the line, line), without comments, with what goes on joined."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if line[0].isspace() and found:
            found[-1] = (found[-1][0], f"{found[-1][1]} {line.strip()}")
        else:
            found.append((number, line.rstrip()))
    return found


def at(document, path):
    """The value at a path such as items.0.id; KeyError when there is none."""
    for step in path.split("."):
        if isinstance(document, list) and ":" in step:
            name, _, value = step.partition(":")
            found = [item for item in document if text_of(item.get(name)) == value]
            if not found:
                raise KeyError(path)
            document = found[0]
        elif isinstance(document, list):
            if not step.isdigit() or int(step) >= len(document):
                raise KeyError(path)
            document = document[int(step)]
        elif isinstance(document, dict):
            document = document[step]
        else:
            raise KeyError(path)
    return document


def rfc3339(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def text_of(value):
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return value if isinstance(value, str) else json.dumps(value)


def holds(document, check):
    """Whether the answer is as one check says."""
    parts = CHECK.match(check)
    if not parts:
        raise Different(f"{check!r} is no check")
    try:
        value = at(document, parts["path"])
    except KeyError:
        return parts["relation"] == "!="
    if parts["relation"] == "#":
        return len(value) == int(parts["value"])
    return (text_of(value) == parts["value"]) == (parts["relation"] == "=")


class Player:
    """One scenario, played."""

    def __init__(self, cambist, data, folder):
        self.cambist, self.data = cambist, pathlib.Path(data)
        self.folder = pathlib.Path(folder)
        self.values = {"RUN": secrets.token_hex(4), "NOW": rfc3339(time.time()),
                       "TOMORROW": rfc3339(time.time() + 86400)}
        self.joined, self.known = {}, {}

    def play(self, file):
        for number, line in lines_of(pathlib.Path(file).read_text(encoding="utf-8")):
            try:
                self.play_line(line)
            except Different as different:
                raise Different(f"{file}:{number}: {line}\n    {different}") from None

    def play_line(self, line):
        parts = LINE.match(line)
        words = [self.filled(word) for word in shlex.split(parts["words"])]
        if words[:2] == ["joins", "with"]:
            self.join(parts["who"], words[2])
            return
        outcome = shlex.split(parts["outcome"] or "done")
        if parts["who"] == "let":
            self.let(*words)
            return
        if words == ["signs", "in"]:
            self.judge(outcome, *self.sign_in(parts["who"]))
            return
        limit = time.monotonic() + PATIENCE
        patient = outcome[0] == "eventually"
        if patient:
            outcome = ["done", *outcome[1:]]
        while True:
            try:
                self.judge(outcome, *self.ask(parts["who"], words))
                return
            except Different:
                if not patient or time.monotonic() > limit:
                    raise
                time.sleep(0.1)

    def let(self, name, _equals, document, _with, change):
        path, _, value = change.partition("=")
        made = json.loads(document)
        *above, last = path.split(".")
        at(made, ".".join(above))[last] = value
        self.values[name] = json.dumps(made)

    def filled(self, word):
        def value_of(match):
            if match[1] not in self.values:
                raise Different(f"nothing is known as {match[0]}")
            return self.values[match[1]]
        return re.sub(r"\$(\w+)", value_of, word)

    def ask(self, who, words):
        """(exit code, answer, what was said)"""
        done = self.run(self.caller(who), words)
        try:
            answer = json.loads(done.stdout) if done.stdout.strip() else {}
        except ValueError:
            answer = {"text": done.stdout}
        return done.returncode, answer, done.stderr.strip()

    def caller(self, who):
        if who in self.joined:
            return ["--profile", str(self.joined[who])]
        if who == "program":
            return ["--api-key-file", str(self.data / "secrets/demo.key")]
        return ["--as", who]

    def run(self, caller, words):
        before, after = (caller, []) if caller[0] == "--as" else ([], caller)
        command = [self.cambist, "ctl", "--data", str(self.data), *before, *words,
                   "--output", "json", *after]
        return subprocess.run(command, text=True, capture_output=True, check=False,
                              stdin=subprocess.DEVNULL)

    def judge(self, outcome, code, answer, said):
        words = list(outcome)
        kind = words.pop(0) if words and words[0] in ("done", "waits", "refused") else "done"
        got = f"got exit code {code}: {said or json.dumps(answer)}"
        if kind == "refused":
            wanted = words.pop(0)
            if code in (0, NEEDS_APPROVAL) or answer.get("code") != wanted:
                raise Different(f"expected {wanted}, {got}")
        elif code != (NEEDS_APPROVAL if kind == "waits" else 0):
            raise Different(f"expected {kind}, {got}")
        while words:
            word = words.pop(0)
            if word == "as":
                self.keep(words.pop(0), answer)
            elif not holds(answer, self.filled(word)):
                raise Different(f"not {self.filled(word)}: {json.dumps(answer)}")

    def keep(self, what, answer):
        name, _, path = self.filled(what).partition("=")
        try:
            self.values[name] = text_of(at(answer, path or "approval.id"))
        except KeyError:
            raise Different(f"nothing at {path}: {json.dumps(answer)}") from None

    def join(self, who, temporary):
        """Somebody new takes up their account as a person would."""
        profile = self.folder / f"{who}.json"
        self.joined[who] = profile
        given, own = self.secret(temporary), self.secret(secrets.token_hex(12))
        username = f"{who}-{self.values['RUN']}"
        self.must(who, "login", "--username", username, "--password-file", given, "--code", "")
        self.must(who, "session", "password", "--password-file", given,
                  "--new-password-file", own)
        offered = self.must(who, "session", "totp", "add")
        now = time.time()
        self.must(who, "session", "totp", "confirm", "--code",
                  one_time_code(offered["secret"], now))
        self.known[who] = own, offered["secret"], int(now) // CODE_SECONDS

    def sign_in(self, who):
        """With a code that was not used before; what came of it as `ask` gives it."""
        own, secret, used = self.known[who]
        while int(time.time()) // CODE_SECONDS <= used:
            time.sleep(0.2)
        now = time.time()
        self.known[who] = own, secret, int(now) // CODE_SECONDS
        return self.ask(who, ["login", "--username", f"{who}-{self.values['RUN']}",
                              "--password-file", own, "--code", one_time_code(secret, now)])

    def must(self, who, *words):
        code, answer, said = self.ask(who, words)
        if code != 0:
            raise Different(f"{' '.join(words[:3])}: {said or answer}")
        return answer

    def secret(self, text):
        file = self.folder / secrets.token_hex(4)
        with open(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as stream:
            stream.write(text + "\n")
        return str(file)


def title_of(file):
    first = pathlib.Path(file).read_text(encoding="utf-8").partition("\n")[0]
    return first.lstrip("# ")


def main():
    cambist, data, *files = sys.argv[1:]
    failed = 0
    for file in files:
        with tempfile.TemporaryDirectory() as folder:
            try:
                Player(cambist, data, folder).play(file)
                print(f"as told   {title_of(file)}", flush=True)
            except (Different, OSError) as different:
                failed += 1
                print(f"OTHERWISE {title_of(file)}\n{different}", flush=True)
    return 1 if failed or not files else 0


if __name__ == "__main__":
    sys.exit(main())
