"""A manager at the trading server's own desk, behind the office's back: debits, deposits, leverage
and group moves by hand. By paths that hooks see, all of it must be refused; by paths that they do
not see, all of it must be noticed."""

import random
import threading
import time
import uuid

from trading_desk import DeskGone, TradingDesk

ATTEMPTS_PER_SECOND = 36.0
DIRECT_PER_SECOND = 1.5
EDITS_PER_SECOND = 1.0
LEAST_VOLUME = 1_000_000  # 0.01 lot


class Manager(threading.Thread):
    def __init__(self, port, cast, seed, tally, focus):
        super().__init__(name="manager", daemon=True)
        self.desk, self.cast, self.tally, self.focus = TradingDesk(port), cast, tally, focus
        self.dice = random.Random(seed)
        self.ending = threading.Event()
        self.untouched = cast.of("bypassed")
        self.deals = []  # of by-hand operations that were fine: to edit later
        self.attempts = [self.withdraw_held, self.withdraw_frozen, self.withdraw_reserved,
                         self.deposit_restricted, self.transfer_restricted, self.raise_leverage,
                         self.move_group, self.log_in_closed, self.pretend_command,
                         self.close_too_much, self.close_too_much]

    def run(self):
        started, done, direct, edits = time.monotonic(), 0, 0, 0
        while not self.ending.is_set():
            passed = time.monotonic() - started
            try:
                if direct < passed * DIRECT_PER_SECOND and self.untouched:
                    direct += 1
                    self.go_behind(self.untouched.pop())
                elif edits < passed * EDITS_PER_SECOND:
                    edits += 1
                    self.book_and_edit()
                elif done < passed * ATTEMPTS_PER_SECOND:
                    self.attempts[done % len(self.attempts)]()
                    done += 1
                else:
                    self.ending.wait(0.005)
            except DeskGone:
                self.ending.wait(0.1)
        self.desk.close()

    def pick(self, *parts):
        return self.dice.choice(self.cast.of(*parts))

    # -- paths that hooks see -----------------------------------------------------------------
    def must_fail(self, answer, what):
        self.tally.add("bypass_hooked")
        if answer.get("ok"):
            self.tally.add("bypass_hooked_succeeded")
            self.tally.surprise(f"{what} went through: {answer}")

    def withdraw(self, player, what):
        balance = self.desk.ask("user", login=player.login).get("balance", 0)
        if balance > 0:
            self.must_fail(self.desk.ask("balance", login=player.login, amount_minor=-balance,
                                         comment="by hand"), what)

    def withdraw_held(self):
        player = self.pick("held", "restricted", "registered", "unknown")
        self.withdraw(player, f"withdrawal from {player.part} {player.login}")

    def withdraw_frozen(self):
        player = self.pick("frozen")
        self.withdraw(player, f"withdrawal from frozen {player.login}")

    def withdraw_reserved(self):
        player = self.pick("reserved")
        self.withdraw(player, f"withdrawal of what is reserved at {player.login}")

    def deposit_restricted(self):
        player = self.pick("restricted", "registered")
        self.must_fail(self.desk.ask("balance", login=player.login, amount_minor=100,
                                     comment="by hand"), f"deposit to {player.login}")

    def transfer_restricted(self):
        player = self.pick("restricted", "registered", "held")
        others = [each for each in self.cast.of("trader")
                  if each.currency == player.currency] or [player]
        self.must_fail(self.desk.ask("transfer", login=player.login, amount_minor=1,
                                     to=self.dice.choice(others).login, dealer=True),
                       f"transfer from {player.login}")

    def raise_leverage(self):
        player = self.pick("capped")
        now = self.desk.ask("user", login=player.login).get("leverage_x100")
        if now is not None:
            self.must_fail(self.desk.ask("leverage", login=player.login,
                                         leverage_x100=min(100_000, max(now + 1, 20_000))),
                           f"leverage of {player.login}")

    def move_group(self):
        player = self.pick("capped", "held", "restricted")
        twin = {"real/usd-hedging": "real/usd-hedging-raw",
                "real/usd-netting": "real/usd-netting-raw"}.get(player.group)
        if twin:
            self.must_fail(self.desk.ask("group", login=player.login, group=twin),
                           f"move of {player.login} to {twin}")

    def log_in_closed(self):
        player = self.pick("closing")
        self.must_fail(self.desk.ask("login", login=player.login), f"login of {player.login}")

    def pretend_command(self):
        player = self.pick("trader")
        self.must_fail(self.desk.ask("balance", login=player.login, amount_minor=-1,
                                     comment="C:pretended", op=uuid.uuid4().hex),
                       f"pretended command on {player.login}")

    def close_too_much(self):
        """A close larger than the position, where the right to open was just lost. The office may
        be giving it back at this moment: then turning the position round is no offence."""
        logins = self.focus.lately()
        if not logins:
            return
        login = self.dice.choice(logins)
        positions = self.desk.ask("positions", login=login).get("positions")
        if positions:
            position = self.dice.choice(positions)
            self.desk.ask("order", login=login, symbol=position["symbol"], kind="close",
                          side="sell" if position["side"] == "buy" else "buy",
                          volume=position["volume"] + LEAST_VOLUME, ticket=position["ticket"],
                          close_flag=True)

    # -- paths that they do not ---------------------------------------------------------------
    def go_behind(self, player):
        """Each account once, so that every change has its own trace."""
        if self.dice.random() < 0.5:
            answer = self.desk.ask("balance_direct", login=player.login, comment="direct",
                                   amount_minor=-max(1, player.balance // 100))
        else:
            answer = self.desk.ask("leverage_direct", login=player.login,
                                   leverage_x100=60_000 + self.dice.randrange(30_000))
        if answer.get("ok"):
            self.tally.add("bypass_direct")

    # -- what a dealer may do -----------------------------------------------------------------
    def book_and_edit(self):
        """A small correction by hand, and the comment of an earlier one is mended or it is taken
        back: what was told about a deal changes."""
        player = self.pick("trader")
        answer = self.desk.ask("balance", login=player.login, comment="correction",
                               amount_minor=self.dice.choice((1, -1)))
        if answer.get("ok"):
            self.deals.append(answer["deal"])
        if len(self.deals) > 3:
            deal = self.deals.pop(0)
            if self.dice.random() < 0.5:
                self.desk.ask("deal_edit", deal=deal, comment="mended")
            else:
                self.desk.ask("deal_delete", deal=deal)
