"""A broker's day from the morning to the evening: opening, trading under faults, and the quiet
after which both records must be the same."""

import sys
import time

import opening
from broker import SCOPE, SERVER_ID
from cast import cast_of
from database import Watch
from faults import Faults
from manager import Manager
from office import (COMMANDS_PER_SECOND, STATUS_CHANGES_PER_SECOND, Focus, Keys, OfficeWorker)
from office_api import OfficeApi, Tally
from processes import DayBroken, wait_for
from stores import Server
from trading_desk import DeskGone

ORDERS_PER_SECOND = 650
FOCUS_PERCENT = 30
WORKERS = 4
QUIET_SECONDS = 180
STILL_SECONDS = 2.0  # several looks for margin calls
LONGEST_WAIT_FOR_COMMANDS = 20
COMMANDS_TO_MEET = 2
LONGEST_WAIT_FOR_DIGEST = 40
COMMANDS_UNDER_WAY = "select count(*) from command where status = 'sent'"
# Work that the day owes to whoever reads its figures, a second of its length.
STATUS_CHANGES_OWED = 0.8 * STATUS_CHANGES_PER_SECOND
COMMANDS_OWED = 0.8 * COMMANDS_PER_SECOND


def say(text):
    print(text, file=sys.stderr, flush=True)


class Day:
    def __init__(self, broker, seed, seconds, fault_kinds):
        self.broker, self.seed, self.seconds = broker, seed, seconds
        self.fault_kinds = fault_kinds
        self.tally = Tally()
        self.judged_from_ns = 0
        self.faults = None
        self.workers, self.manager, self.focus = [], None, None

    # -- morning ------------------------------------------------------------------------------
    def open(self):
        broker = self.broker
        say(f"{broker.accounts} accounts; programs start in {broker.folder}")
        broker.open_office()
        self.keys = Keys(*broker.make_api_keys(), broker.approvers())
        api = OfficeApi(broker.http_port, self.keys.wide, self.tally, self.keys.approvers)
        opening.add_server(api, SERVER_ID, broker.mode, SCOPE)
        broker.open_trading()
        self.wait_until_mirrored()
        server = Server(broker.folder / "server" / "server.db")
        self.cast = cast_of(server.rows("users"), server.rows("groups"), self.seed)
        server.close()
        say(f"mirrored; registering {len(self.cast.known)} clients")
        opening.register(api, SERVER_ID, self.cast)
        opening.restrict_for_the_day(api, SERVER_ID, self.cast)
        api.close()
        self.wait_until_enforced()
        self.judged_from_ns = time.time_ns()

    def wait_until_mirrored(self):
        wait_for("every account is mirrored", lambda: self.broker.database.number(
            "select count(*) from account where server_version > 0") >= self.broker.accounts, 120)

    def wait_until_enforced(self):
        wait_for("every policy is enforced", lambda: self.broker.database.number(
            "select count(*) from account where accepted_version <> enforced_version") == 0, 120)

    # -- noon ---------------------------------------------------------------------------------
    def trade(self):
        say(f"trading for {self.seconds} s")
        self.started = time.time()
        self.focus = Focus(player.login for player in self.cast.of(
            "unknown", "registered", "restricted", "frozen", "closing", "held"))
        self.faults = Faults(self.fault_kinds, self.broker, self.seed, self.seconds,
                             self.order_a_burst, self.resume_trading)
        self.broker.desk.ordered("quotes_start", seconds=self.seconds)
        self.start_traders()
        self.start_people()
        self.run_until_done()

    def start_traders(self):
        self.broker.desk.ordered(
            "traders_start", seed=self.seed, orders_per_second=ORDERS_PER_SECOND,
            focus=self.focus.logins(), focus_percent=FOCUS_PERCENT)

    def resume_trading(self):
        self.broker.desk.ordered("quotes_start", seconds=self.seconds, resume=True)
        self.start_traders()

    def start_people(self):
        traders, ordered = self.cast.of("trader"), self.cast.of("ordered")
        for number in range(WORKERS):
            mine = ordered[number::WORKERS]
            self.workers.append(OfficeWorker(
                f"office-{number}", self.broker.http_port, self.keys, SERVER_ID,
                traders[number::WORKERS] + mine, mine, 1 / WORKERS, self.seed * WORKERS + number,
                self.tally, self.focus))
        self.manager = Manager(self.broker.manager_port, self.cast, self.seed, self.tally,
                               self.focus)
        for person in (*self.workers, self.manager):
            person.start()

    def run_until_done(self):
        shown = time.time()
        while not self.is_done():
            self.check_programs()
            if self.faults.due(time.time() - self.started):
                self.faults.fire(self.started)
                say(f"    {self.faults.fired[-1]}")
            self.show_focus()
            if time.time() - shown >= 10:
                shown = time.time()
                self.show_progress()
            time.sleep(0.02)

    def is_done(self):
        passed = time.time() - self.started
        if passed > 4 * self.seconds + 240:
            raise DayBroken(f"the day does not end: {self.tally.counts}")
        return (passed >= self.seconds and not self.faults.plan
                and self.tally.get("status_changes") >= STATUS_CHANGES_OWED * self.seconds
                and self.tally.get("commands") >= COMMANDS_OWED * self.seconds
                and self.quotes_played())

    def quotes_played(self):
        if not self.broker.quotes:
            return True
        try:
            return self.broker.desk.ask("quotes_status").get("finished", False)
        except DeskGone:
            return False

    def check_programs(self):
        ended = self.broker.fleet.ended()
        if ended:
            raise DayBroken(f"{ended[0].name} ended by itself; its log is {ended[0].log}")

    def show_focus(self):
        """Traders are asked to act where a right was just lost."""
        if not self.focus.changed.is_set():
            return
        self.focus.changed.clear()
        try:
            self.broker.desk.ask("traders_focus", logins=self.focus.logins(),
                                 percent=FOCUS_PERCENT)
        except DeskGone:
            self.focus.changed.set()

    def show_progress(self):
        try:
            stats = self.broker.desk.ask("stats")
        except DeskGone:
            return
        counts = self.tally.counts
        say(f"    {time.time() - self.started:5.0f} s  orders {stats.get('orders')}  deals "
            f"{stats.get('deals')}  status changes {counts.get('status_changes', 0)}  commands "
            f"{counts.get('commands', 0)}")

    def order_a_burst(self, record):
        """A fault should meet commands and requests under way: the first two of each kind wait
        until there are a few, since one may be answered before the fault strikes."""
        met = sum(fault["fault"] == record["fault"] and fault["met_commands"]
                  for fault in self.faults.fired)
        limit = time.monotonic() + (1 if met >= 2 else LONGEST_WAIT_FOR_COMMANDS)
        record["met_commands"], next_burst = False, 0.0
        with Watch(self.broker.database.dsn(), COMMANDS_UNDER_WAY) as watch:
            while time.monotonic() < limit and not record["met_commands"]:
                if time.monotonic() >= next_burst:
                    next_burst = time.monotonic() + 1
                    for worker in self.workers:
                        worker.burst.set()
                record["requests_in_flight"] = self.tally.in_flight
                record["met_commands"] = (watch.ask() or 0) >= COMMANDS_TO_MEET

    # -- evening ------------------------------------------------------------------------------
    def close(self):
        say("closing: traders stop, everything under way settles")
        self.broker.desk.ordered("traders_stop")
        self.broker.desk.ordered("quotes_stop")
        for person in (*self.workers, self.manager):
            person.ending.set()
        for person in (*self.workers, self.manager):
            person.join(timeout=150)
            if person.is_alive():
                raise DayBroken(f"{person.name} does not end")
        wait_for("every command is settled", lambda: self.broker.database.number(
            "select count(*) from command where status in ('queued', 'sent', 'unknown')") == 0,
            QUIET_SECONDS, 0.2)
        self.wait_until_still()
        self.broker.desk.ordered("quiesce", timeout_seconds=60)
        self.wait_until_enforced()
        self.settle_streams()
        self.wait_for_rescan()
        self.stats = self.broker.desk.ordered("stats")

    def wait_until_still(self):
        """The last quotes may have left accounts to be stopped out, one position at a time."""
        seen = {"deals": -1, "since": 0.0}

        def still():
            deals = self.broker.desk.ordered("stats")["deals"]
            if deals != seen["deals"]:
                seen.update(deals=deals, since=time.monotonic())
            return time.monotonic() - seen["since"] >= STILL_SECONDS
        wait_for("nothing trades any more", still, QUIET_SECONDS, 0.2)

    def settle_streams(self):
        """Waits until everything that the plugin numbered is applied. An ended epoch's tail was
        numbered again in the next one: what was sent of it is what was taken."""
        database = self.broker.database

        def all_applied():
            status = self.broker.plugin_status()
            rows = database.sql("select epoch, last_seq, events_applied from stream_epoch")
            self.events_sent = status["last_seq"] + sum(
                int(row["last_seq"]) for row in rows if int(row["epoch"]) != status["epoch"])
            self.events_applied = sum(int(row["events_applied"]) for row in rows)
            return self.events_sent == self.events_applied and self.events_sent > 0
        wait_for("every event is applied", all_applied, QUIET_SECONDS, 0.1)
        self.digests_equal = self.digests_compared()

    def wait_for_rescan(self):
        """A whole rescan that began in the quiet: the one under way may have begun before."""
        before = self.broker.rescans()
        wait_for("the server is read again", lambda: self.broker.rescans() >= before + 2,
                 QUIET_SECONDS, 0.2)

    def digests_compared(self):
        """Whether both sides' digests of what is there now are equal; the plugin numbers one every
        few seconds."""
        database = self.broker.database
        now = database.number("select seq from stream_cursor")
        try:
            wait_for("digests are compared", lambda: database.number(
                "select digest_seq from stream_cursor") >= now, LONGEST_WAIT_FOR_DIGEST, 0.2)
        except DayBroken:
            return False
        return database.number("select count(*) from drift where resolved_at is null"
                               " and field in ('account_digest', 'deal_digest')") == 0

