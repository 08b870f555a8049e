"""Judges every deal, debit and change of settings by the policies that may have been in force when
its last hook was called.

At an instant t the trading server answers with the latest version that it had acknowledged by then,
or with a later one that the office had accepted by then and whose acknowledgement was still under
way. What happened is a violation when every one of these forbids it."""

import bisect
import collections
import dataclasses
import fnmatch

OPEN, WITHDRAW, TRANSFER = 2, 8, 16
ENTRY_IN, ENTRY_INOUT = 0, 2
CREDIT_KINDS = (3, 20)


@dataclasses.dataclass(frozen=True)
class Policy:
    version: int = 0
    rights: int = 0
    leverage_cap_x100: int = 0
    reserved: int = 0
    accepted_ns: int = 0
    enforced_ns: int | None = None


# An account that the office has not sent yet: exits only.
NO_POLICY = Policy()


class Policies:
    def __init__(self, rows):
        by_login = collections.defaultdict(list)
        for row in rows:
            by_login[row["login"]].append(Policy(
                row["version"], row["rights"], row["leverage_cap_x100"], row["reserved"],
                row["accepted_ns"], row["enforced_ns"]))
        self._by_login = {login: sorted(versions, key=lambda policy: policy.version)
                          for login, versions in by_login.items()}

    def possibly_in_force(self, login, at_ns):
        versions = self._by_login.get(login, [])
        latest = NO_POLICY
        for policy in versions:
            if policy.enforced_ns is not None and policy.enforced_ns <= at_ns:
                latest = policy
        return [latest] + [policy for policy in versions
                           if policy.version > latest.version and policy.accepted_ns <= at_ns]

    def possibly_accepted(self, login, from_ns, until_ns):
        """The version accepted last at from_ns, and those accepted since."""
        versions = self._by_login.get(login, [])
        before = [policy for policy in versions if policy.accepted_ns <= from_ns]
        return (before[-1:] or [NO_POLICY]) + [
            policy for policy in versions if from_ns < policy.accepted_ns <= until_ns]


def money_of(deal):
    return deal["profit"] + deal["swap"] + deal["commission"] + deal["fee"]


class Judge:
    """judged_from_ns: when the server began to enforce; in_scope: (login, at_ns) -> bool."""

    def __init__(self, policies, findings, in_scope, judged_from_ns=0):
        self.policies, self.findings = policies, findings
        self.in_scope, self.judged_from_ns = in_scope, judged_from_ns

    def _judged(self, row, hook_ns):
        return (row["path"] == "hooked" and hook_ns >= self.judged_from_ns
                and self.in_scope(row["login"], hook_ns))

    def deals(self, deals):
        balances = Balances(deals)
        for deal in deals:
            if not self._judged(deal, deal["hook_ns"]):
                continue
            if deal["kind"] in (0, 1):
                if deal["entry"] in (ENTRY_IN, ENTRY_INOUT):
                    self._opening(deal)
            elif deal["profit"] < 0:
                self._debit(deal, balances)

    def _opening(self, deal):
        possible = self.policies.possibly_in_force(deal["login"], deal["hook_ns"])
        if not any(policy.rights & OPEN for policy in possible):
            self._violation("violation_open", deal, deal["hook_ns"], possible)

    def _debit(self, deal, balances):
        needed = TRANSFER if deal["comment"] == "transfer" else WITHDRAW
        possible = self.policies.possibly_in_force(deal["login"], deal["hook_ns"])
        allowing = [policy for policy in possible if policy.rights & needed]
        if not allowing:
            self._violation("violation_debit", deal, deal["hook_ns"], possible)
            return
        least = min(policy.reserved for policy in allowing)
        before = balances.before(deal)
        if least > 0 and before is not None and before + deal["profit"] < least:
            self._violation("violation_reserved", deal, deal["hook_ns"], possible)

    def _violation(self, kind, deal, at_ns, possible):
        last = possible[-1]
        self.findings.add(kind, f"deal {deal['deal']} of {deal['login']}: hook asked at {at_ns}, "
                                f"version {possible[0].version} was enforced at "
                                f"{possible[0].enforced_ns}, latest accepted {last.version}")

    def changes(self, changes):
        for change in changes:
            if not self._judged(change, change["hook_ns"]):
                continue
            possible = self.policies.possibly_in_force(change["login"], change["hook_ns"])
            if change["field"] == "leverage":
                before, after = int(change["before"]), int(change["after"])
                if after > before and all(0 < policy.leverage_cap_x100 < after
                                          for policy in possible):
                    self.findings.add(
                        "violation_leverage", f"{change['login']}: {before} to {after} at "
                        f"{change['hook_ns']}, cap {possible[0].leverage_cap_x100}")
            if change["field"] == "group" and all(policy.version > 0 for policy in possible):
                self.findings.add("violation_group", f"{change['login']}: moved by hand from "
                                  f"{change['before']} to {change['after']}")

    def command_debits(self, deals, commands):
        """Money that a command took out: dispatch must have seen that it may."""
        by_id = {command["id"]: command for command in commands}
        for deal in deals:
            command = by_id.get(deal["op_id"])
            if deal["profit"] >= 0 or command is None or command["kind"] != "balance":
                continue
            until = command["finished_ns"] or deal["ts_ns"]
            possible = self.policies.possibly_accepted(deal["login"], command["sent_ns"], until)
            if not any(policy.rights & WITHDRAW for policy in possible):
                self._violation("violation_command_debit", deal, command["sent_ns"], possible)


class Scope:
    """Which groups are judged, and in which group a login was at an instant."""

    def __init__(self, patterns, users, changes):
        self.patterns = patterns
        self._groups = {login: user["group"] for login, user in users.items()}
        self._moves = collections.defaultdict(list)
        for change in sorted(changes, key=lambda each: each["at_ns"]):
            if change["field"] == "group":
                self._moves[change["login"]].append(change)

    def group_at(self, login, at_ns):
        for move in self._moves.get(login, ()):
            if at_ns < move["at_ns"]:
                return move["before"]
        return self._groups.get(login, "")

    def covers(self, login, at_ns):
        """The last pattern that matches decides; one with a leading ! takes out."""
        group, covered = self.group_at(login, at_ns), False
        for pattern in self.patterns:
            takes_out = pattern.startswith("!")
            if fnmatch.fnmatchcase(group, pattern.removeprefix("!")):
                covered = not takes_out
        return covered


class Balances:
    """Each login's balance before a deal, as long as nobody edited its deals."""

    def __init__(self, deals):
        self._by_login = collections.defaultdict(list)
        for deal in sorted(deals, key=lambda each: each["ts_ns"]):
            moves = 0 if deal["kind"] in CREDIT_KINDS else money_of(deal)
            self._by_login[deal["login"]].append((deal["ts_ns"], deal["deal"], moves,
                                                  deal["version"] > 1))
        self._sums = {}

    def before(self, deal):
        """None when it cannot be told."""
        rows = self._by_login[deal["login"]]
        if any(edited for *_, edited in rows):
            return None
        if deal["login"] not in self._sums:
            total, sums = 0, []
            for _, _, moves, _ in rows:
                sums.append(total)
                total += moves
            self._sums[deal["login"]] = sums
        at = bisect.bisect_left(rows, (deal["ts_ns"], deal["deal"]))
        return self._sums[deal["login"]][at]
