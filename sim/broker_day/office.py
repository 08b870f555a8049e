"""The back office at work: it restricts and releases clients, places and releases holds, sets caps
and orders commands, all over HTTP. Each worker keeps to clients of its own, so that the order of
its decisions is the order of the record."""

import random
import threading
import time
import uuid

from office_api import OfficeApi, OfficeGone

CAUSES = ("review", "abnormal_activity", "document_expired", "chargeback_dispute",
          "sanctions_match")
STATUS_CHANGES_PER_SECOND = 7.0
HOLDS_PER_SECOND = 4.0
COMMANDS_PER_SECOND = 30.0
RESTRICTED_FOR = (0.3, 4.0)
TWIN_GROUPS = {"real/usd-hedging": "real/usd-hedging-raw",
               "real/usd-hedging-raw": "real/usd-hedging",
               "real/usd-netting": "real/usd-netting-raw",
               "real/usd-netting-raw": "real/usd-netting"}
# Values that no trader and no group uses: an order always changes something.
FIRST_LEVERAGE_X100 = 1001


class Keys:
    """`narrow` may only take rights away; with `wide`, whatever gives rights is asked for, and the
    `approvers` agree."""

    def __init__(self, narrow, wide, approvers):
        self.narrow, self.wide, self.approvers = narrow, wide, approvers


class OfficeWorker(threading.Thread):
    """Restrictions and holds of its traders, commands for its `ordered` accounts."""

    def __init__(self, name, port, keys, server_id, traders, ordered, share, seed, tally, focus):
        super().__init__(name=name, daemon=True)
        self.narrow = OfficeApi(port, keys.narrow, tally)
        self.release = OfficeApi(port, keys.wide, tally, keys.approvers)
        self.server_id, self.tally, self.focus = server_id, tally, focus
        self.free = list(traders)
        self.ordered, self.next_ordered = list(ordered), 0
        self.moved = set()
        self.leverage = {player.login: FIRST_LEVERAGE_X100 for player in ordered}
        self.share = share
        self.dice = random.Random(seed)
        self.to_release = []  # (when, what to call)
        self.ending = threading.Event()
        self.burst = threading.Event()
        self.done = {"status": 0, "hold": 0, "command": 0}

    # -- pace ---------------------------------------------------------------------------------
    def run(self):
        started = time.monotonic()
        rates = {"status": STATUS_CHANGES_PER_SECOND * self.share,
                 "hold": HOLDS_PER_SECOND * self.share,
                 "command": COMMANDS_PER_SECOND * self.share}
        acts = {"status": self.restrict, "hold": self.place_hold, "command": self.order}
        while not self.ending.is_set():
            try:
                self.release_due(time.monotonic())
                if self.burst.is_set():
                    self.burst.clear()
                    for _ in range(10):
                        self.order()
                late = {name: (time.monotonic() - started) * rate - self.done[name]
                        for name, rate in rates.items()}
                most = max(late, key=late.get)
                if late[most] >= 1:
                    acts[most]()
                else:
                    self.ending.wait(0.01)
            except OfficeGone as gone:
                self.tally.surprise(str(gone))
        self.narrow.close()
        self.release.close()

    def release_due(self, now):
        while self.to_release and self.to_release[0][0] <= now:
            _, act, player = self.to_release.pop(0)
            act()
            self.free.append(player)

    def later(self, player, act):
        self.to_release.append((time.monotonic() + self.dice.uniform(*RESTRICTED_FOR), act, player))
        self.to_release.sort(key=lambda each: each[0])

    def take(self):
        return self.free.pop(self.dice.randrange(len(self.free))) if self.free else None

    # -- what it decides ----------------------------------------------------------------------
    def expect(self, answer, status, what):
        if answer[0] == status:
            return True
        self.tally.surprise(f"{what}: {answer[0]} {answer[1].get('code')}")
        return False

    def change_status(self, api, player, to, cause=None):
        body = {"to": to, "reason": "broker's day"}
        if cause:
            body["cause"] = cause
        self.done["status"] += 1
        if self.expect(api.post(f"/v1/clients/{player.client}/status", body), 200, f"to {to}"):
            self.tally.add("status_changes")

    def restrict(self):
        player = self.take()
        if player is None:
            self.done["status"] += 1
            return
        self.focus.add(player.login)
        self.change_status(self.narrow, player, "restricted", self.dice.choice(CAUSES))

        def lift():
            self.change_status(self.release, player, "approved")
            self.focus.remove(player.login)
        self.later(player, lift)

    def place_hold(self):
        self.done["hold"] += 1
        player = self.take()
        if player is None:
            return
        account = f"/v1/accounts/{self.server_id}/{player.login}"
        if self.dice.random() < 0.25:
            self.set_cap(player, account)
            return
        hold = str(uuid.uuid4())
        kind = self.dice.choice(("withdrawal", "reserve", "trading"))
        body = {"id": hold, "kind": kind, "reason": "broker's day"}
        if kind == "reserve":
            body["amount"] = player.money(max(1, player.balance // 2))
        if self.expect(self.narrow.post(account + "/holds", body), 201, f"hold {kind}"):
            self.tally.add("holds")
        self.focus.add(player.login)

        def release():
            self.expect(self.release.post(f"/v1/holds/{hold}/release", {"reason": "done"}), 200,
                        "release")
            self.focus.remove(player.login)
        self.later(player, release)

    def set_cap(self, player, account):
        cap = {"leverage_cap_x100": self.dice.choice((2000, 3000, 5000)), "reason": "day"}
        if self.expect(self.narrow.post(account + "/leverage-cap", cap), 200, "cap"):
            self.tally.add("caps")

        def lift():
            none = {"leverage_cap_x100": 0, "reason": "day"}
            self.expect(self.release.post(account + "/leverage-cap", none), 200, "no cap")
        self.later(player, lift)

    # -- commands -----------------------------------------------------------------------------
    def order(self):
        self.done["command"] += 1
        player = self.ordered[self.next_ordered % len(self.ordered)]
        self.next_ordered += 1
        luck = self.dice.random()
        if luck < 0.45:
            self.send(player, "balance-operations", self.money(player, "balance", +1))
        elif luck < 0.70:
            self.send(player, "balance-operations", self.money(player, "balance", -1))
        elif luck < 0.78:
            self.send(player, "balance-operations", self.money(player, "credit", +1))
        elif luck < 0.90:
            self.leverage[player.login] += 1
            self.send(player, "leverage", {"leverage_x100": self.leverage[player.login]})
        elif luck < 0.95 and player.group in TWIN_GROUPS and player.login not in self.moved:
            self.moved.add(player.login)
            self.send(player, "group", {"group": TWIN_GROUPS[player.group]})
        elif luck < 0.97:
            self.create(player)
        else:
            self.send(player, "disconnect", {})

    def money(self, player, operation, sign):
        amount = sign * self.dice.randint(1, max(1, player.balance // 1000))
        return {"operation": operation, "amount": player.money(amount), "comment": "broker's day"}

    def create(self, player):
        body = {"id": str(uuid.uuid4()), "server_id": str(self.server_id),
                "client_id": player.client, "group": player.group,
                "leverage_x100": 5000, "kind": "live"}
        self.count(self.release.post("/v1/accounts", body))

    def send(self, player, route, body):
        body = {"id": str(uuid.uuid4()), "reason": "broker's day", **body}
        self.count(self.release.post(f"/v1/accounts/{self.server_id}/{player.login}/{route}", body))

    def count(self, answer):
        """A rule may refuse: the account has another operation pending, or too little money."""
        if answer[0] in (200, 202):
            self.tally.add("commands")
        elif answer[0] == 409:
            self.tally.add("commands_refused")
            self.done["command"] -= 1
        else:
            self.tally.surprise(f"command: {answer[0]} {answer[1].get('code')}")

    def finish(self, targets_met):
        """Works on until the day's targets are met, then ends with nothing left to release."""
        while self.is_alive() and not targets_met():
            time.sleep(0.05)
        self.ending.set()


class Focus:
    """The logins that just lost a right: traders are asked to act there."""

    def __init__(self, always):
        self._always, self._now = list(always), {}
        self._lock = threading.Lock()
        self.changed = threading.Event()

    def add(self, login):
        with self._lock:
            self._now[login] = self._now.get(login, 0) + 1
        self.changed.set()

    def remove(self, login):
        with self._lock:
            self._now[login] = self._now.get(login, 1) - 1
            if self._now[login] <= 0:
                del self._now[login]
        self.changed.set()

    def logins(self):
        with self._lock:
            return self._always + list(self._now)

    def lately(self):
        with self._lock:
            return list(self._now)
