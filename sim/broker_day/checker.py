#!/usr/bin/python3
"""Compares the trading server's own store with the office's record, and judges what happened.

checker.py --store SERVER_DB (--dsn DSN | --office-csv FOLDER) [--judged-from NS] [--json]
Prints each kind of difference with examples; exits 1 when there is any. It shares no code with what
it checks: it knows the two schemas, docs/trading-link.md, and the definition of a violation."""

import argparse
import collections
import json
import sys

from findings import Findings
from judge import CREDIT_KINDS, Judge, Policies, Scope, money_of
from stores import Office, Server

# office column -> column of the trading server's store
ACCOUNT = {"group_name": "group", "group_id": "group_id", "leverage_x100": "leverage_x100",
           "balance": "balance", "credit": "credit", "currency": "currency",
           "currency_digits": "currency_digits", "native_rights": "rights", "agent": "agent",
           "margin_mode": "margin_mode", "op_id": "op_id", "server_version": "version"}
DEAL = {"version": "version", "login": "login", "kind": "kind", "entry": "entry",
        "reason": "reason", "order_ticket": "order", "position_ticket": "position",
        "dealer": "dealer", "symbol": "symbol", "volume": "volume",
        "volume_closed": "volume_closed", "price": "price", "bid": "bid", "ask": "ask",
        "price_digits": "price_digits", "contract_size": "contract_size", "rate_e8": "rate_e8",
        "profit": "profit", "swap": "swap", "commission": "commission", "fee": "fee",
        "currency_digits": "currency_digits", "book": "book", "op_id": "op_id",
        "comment": "comment", "ts_ns": "ts_ns", "modified_ns": "modified_ns",
        "deleted": "deleted"}
POSITION = {"login": "login", "symbol": "symbol", "side": "side", "volume": "volume",
            "price_open": "price_open", "sl": "sl", "tp": "tp"}
DIFFERENT_DEALS = ("deal_missing", "deal_unknown", "deal_twice", "deal_differs", "deal_vanished")
DIFFERENT_ACCOUNTS = ("account_missing", "account_unknown", "account_differs",
                      "balance_not_deals_office", "balance_not_deals_server")
VIOLATIONS = ("violation_open", "violation_debit", "violation_reserved", "violation_leverage",
              "violation_group", "violation_command_debit")


class Checker:
    def __init__(self, server, office, judged_from_ns=0):
        self.findings = Findings()
        self.judged_from_ns = judged_from_ns
        self.counters = server.counters()
        self.users = {row["login"]: row for row in server.rows("users")}
        self.deals = {row["deal"]: row for row in server.rows("deals")}
        self.positions = {row["ticket"]: row for row in server.rows("positions")}
        self.changes = server.rows("user_changes")
        self.accounts = {row["login"]: row for row in office.rows("account")}
        self.office_deals = collections.defaultdict(list)
        for row in office.rows("deal"):
            self.office_deals[row["ticket"]].append(row)
        self.office = office
        patterns = office.rows("server")[0]["scope"].split(",")
        self.scope = Scope(patterns, self.users, self.changes)

    def run(self):
        self.compare_accounts()
        self.compare_deals()
        self.compare_balances()
        self.compare_positions()
        self.compare_commands()
        self.compare_streams()
        self.compare_drift()
        self.judge()
        return self.findings

    # -- the same on both sides ---------------------------------------------------------------
    def _differing(self, kind, name, ours, theirs, columns):
        differing = [f"{column} {ours[column]!r}, server {theirs[other]!r}"
                     for column, other in columns.items() if ours[column] != theirs[other]]
        if differing:
            self.findings.add(kind, f"{name}: " + "; ".join(differing))

    def compare_accounts(self):
        for login, user in self.users.items():
            account = self.accounts.get(login)
            if account is None or account["server_version"] == 0:
                self.findings.add("account_missing", f"{login} is not mirrored")
            else:
                self._differing("account_differs", login, account, user, ACCOUNT)
            if account and account["accepted_version"] != account["enforced_version"]:
                self.findings.add("policy_not_enforced",
                                  f"{login}: accepted {account['accepted_version']}, "
                                  f"enforced {account['enforced_version']}")
        for login in self.accounts.keys() - self.users.keys():
            self.findings.add("account_unknown", f"{login} is not on the server")

    def compare_deals(self):
        for ticket, deal in self.deals.items():
            rows = self.office_deals.get(ticket, [])
            if not rows:
                self.findings.add("deal_missing", f"deal {ticket} of {deal['login']}")
                continue
            if len(rows) > 1:
                self.findings.add("deal_twice", f"deal {ticket} stands {len(rows)} times")
            deal = {**deal, "deleted": bool(deal["deleted"])}
            self._differing("deal_differs", f"deal {ticket}", rows[0], deal, DEAL)
            if rows[0]["vanished"]:
                self.findings.add("deal_vanished", f"deal {ticket} is there and said to be gone")
        for ticket in self.office_deals.keys() - self.deals.keys():
            self.findings.add("deal_unknown", f"deal {ticket} is not on the server")

    def compare_balances(self):
        self._balances("balance_not_deals_server", self.deals.values(), self.users)
        self._balances("balance_not_deals_office",
                       [row for rows in self.office_deals.values() for row in rows], self.accounts)

    def _balances(self, kind, deals, accounts):
        balances, credits = collections.Counter(), collections.Counter()
        for deal in deals:
            if not deal["deleted"]:
                (credits if deal["kind"] in CREDIT_KINDS else balances)[deal["login"]] += money_of(
                    deal)
        for login, account in accounts.items():
            for name, sums in (("balance", balances), ("credit", credits)):
                if account[name] != sums[login]:
                    self.findings.add(kind, f"{login}: {name} {account[name]}, "
                                            f"deals say {sums[login]}")

    def compare_positions(self):
        mirrored = {row["position_ticket"]: row for row in self.office.rows("position")}
        for ticket, position in self.positions.items():
            row = mirrored.get(ticket)
            if row is None:
                self.findings.add("position_missing", f"position {ticket}")
            else:
                self._differing("position_differs", f"position {ticket}", row, position, POSITION)
        for ticket, row in mirrored.items():
            if row["volume"] and ticket not in self.positions:
                self.findings.add("position_unknown", f"position {ticket} is closed on the server")

    # -- commands: exactly once ---------------------------------------------------------------
    def compare_commands(self):
        commands = self.office.rows("command")
        effects = collections.Counter(
            deal["op_id"] for deal in self.deals.values() if self.is_effect(deal))
        self.compare_money_commands(commands, effects)
        created = collections.Counter(
            user["op_id"] for user in self.users.values() if user["op_id"])
        known = {command["id"]: command for command in commands}
        for command in commands:
            if command["status"] in ("queued", "sent", "unknown", "in_doubt"):
                self.findings.add("command_unsettled", f"{command['id']} is {command['status']}")
            if command["kind"] == "create_account":
                self._once(command, created[command["id"]])
        for effect in (effects | created).keys() - known.keys():
            self.findings.add("effect_without_command", f"operation {effect}")
        for kind in ("leverage", "group"):
            self.compare_settings(kind, [each for each in commands if each["kind"] == kind])

    def is_effect(self, deal):
        """Out of scope, and while the plugin only observes, nobody is refused: there, anybody may
        write an operation id on a deal."""
        return deal["op_id"] and (deal["path"] == "command"
                                  or (deal["ts_ns"] >= self.judged_from_ns
                                      and self.scope.covers(deal["login"], deal["ts_ns"])))

    def compare_money_commands(self, commands, effects):
        by_operation = {deal["op_id"]: deal for deal in self.deals.values()
                        if self.is_effect(deal)}
        for command in commands:
            if command["kind"] not in ("balance", "credit"):
                continue
            self._once(command, effects[command["id"]])
            deal = by_operation.get(command["id"])
            if deal and (deal["login"], deal["profit"]) != (command["login"], command["amount"]):
                self.findings.add("command_other_effect",
                                  f"{command['id']}: {command['amount']} of {command['login']}, "
                                  f"done {deal['profit']} of {deal['login']}")

    def _once(self, command, effects):
        done = command["status"] == "done"
        if effects > 1:
            self.findings.add("command_twice", f"{command['id']}: {effects} effects")
        elif done and effects == 0:
            self.findings.add("command_lost", f"{command['id']} is done and has no effect")
        elif effects == 1 and command["status"] in ("refused", "failed"):
            self.findings.add("effect_of_refused", f"{command['id']} is {command['status']}")

    def compare_settings(self, kind, commands):
        """Changes carry no operation id: what was done and what changed must be the same set. The
        day's office never orders what is so already."""
        done = collections.Counter(
            (command["login"], ordered_value(command)) for command in commands
            if command["status"] == "done")
        changed = collections.Counter(
            (change["login"], change["after"]) for change in self.changes
            if change["path"] == "command" and change["field"] == kind)
        for (login, value), count in (changed - done).items():
            self.findings.add("command_twice" if done[login, value] else "effect_without_command",
                              f"{kind} of {login} became {value} {count} times too often")
        for (login, value), count in (done - changed).items():
            self.findings.add("command_lost",
                              f"{kind} of {login} to {value}: {count} done without effect")

    # -- streams ------------------------------------------------------------------------------
    def compare_streams(self):
        for epoch in self.office.rows("stream_epoch"):
            expected = epoch["last_seq"] - epoch["first_seq"] + 1 if epoch["last_seq"] else 0
            if epoch["last_seq"] and epoch["first_seq"] != 1:
                self.findings.add("stream_gap", f"epoch {epoch['epoch']} begins with "
                                                f"{epoch['first_seq']}")
            if epoch["events_applied"] > expected:
                self.findings.add("applied_twice", f"epoch {epoch['epoch']}: "
                                  f"{epoch['events_applied']} of {expected}")
            elif epoch["events_applied"] < expected:
                self.findings.add("stream_gap", f"epoch {epoch['epoch']}: "
                                  f"{epoch['events_applied']} of {expected}")
        for row in self.office.rows("quarantine"):
            self.findings.add("quarantined", f"event {row['epoch']}/{row['seq']}: {row['reason']}")

    def compare_drift(self):
        """Every change past the hooks was noticed; nothing else ever drifted."""
        noticed = collections.Counter()
        for row in self.office.rows("drift"):
            if row["found_by"] == "bypass":
                noticed[row["login"]] += 1
            else:
                self.findings.add("drift", f"{row['login']} {row['field']}: office "
                                  f"{row['office_value']}, server {row['server_value']}, "
                                  f"found by {row['found_by']}")
        self.direct, self.direct_noticed = 0, 0
        happened = collections.Counter(
            row["login"] for row in [*self.deals.values(), *self.changes]
            if row["path"] == "direct")
        for login, count in happened.items():
            self.direct += count
            self.direct_noticed += min(count, noticed[login])
            if noticed[login] < count:
                self.findings.add("bypass_unnoticed",
                                  f"{login}: {count} changes past the hooks, {noticed[login]} "
                                  "noticed")

    # -- rights -------------------------------------------------------------------------------
    def judge(self):
        judge = Judge(Policies(self.office.rows("policy")), self.findings, self.scope.covers,
                      self.judged_from_ns)
        deals = list(self.deals.values())
        judge.deals(deals)
        judge.changes(self.changes)
        judge.command_debits(deals, self.office.rows("command"))

    def summary(self):
        count = self.findings.total
        return {
            "accounts_compared": len(self.users), "deals_compared": len(self.deals),
            "accounts_differing": count(*DIFFERENT_ACCOUNTS),
            "deals_differing": count(*DIFFERENT_DEALS),
            "applied_twice": count("applied_twice"), "gaps_open": count("stream_gap"),
            "quarantined": count("quarantined"), "violations": count(*VIOLATIONS),
            "bypass_direct": self.direct, "bypass_direct_detected": self.direct_noticed,
            "findings": dict(sorted(self.findings.counts.items()))}


def ordered_value(command):
    """What a leverage or group command asked for, as the trading server's store spells it."""
    payload = json.loads(command["payload"])
    return str(payload["leverage_x100"] if command["kind"] == "leverage" else payload["group"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--store", required=True, help="the trading server's server.db")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--dsn", help="the office's database")
    where.add_argument("--office-csv", help="a folder with one CSV file a table")
    parser.add_argument("--judged-from", type=int, default=0, metavar="NS",
                        help="hooks asked before this instant are not judged")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    options = parser.parse_args()
    office = (Office.of_database(options.dsn) if options.dsn
              else Office.of_folder(options.office_csv))
    checker = Checker(Server(options.store), office, options.judged_from)
    findings = checker.run()
    for line in findings.lines():
        print(line, file=sys.stderr)
    if options.json:
        print(json.dumps(checker.summary()))
    elif not findings:
        print(f"{len(checker.users)} accounts and {len(checker.deals)} deals: no difference, "
              "no violation")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
