"""The plugin in a server with 10,000 accounts that the office does not know: in observe mode it
refuses nothing and mirrors all; switched to enforce, it judges only groups in scope."""

import argparse
import pathlib
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "sim" / "broker_day"))

import opening  # noqa: E402
from broker import SCOPE, SERVER_ID, Broker  # noqa: E402
from checker import Checker  # noqa: E402
from office_api import OfficeApi, Tally  # noqa: E402
from processes import Fleet, wait_for  # noqa: E402
from stores import Office, Server  # noqa: E402

ACCOUNTS = 10_000
STILL_SECONDS = 2


class Scene:
    def __init__(self, broker):
        self.broker, self.desk, self.failed = broker, broker.desk, []

    def hold(self, what, true):
        print(("ok      " if true else "FAILED  ") + what, flush=True)
        if not true:
            self.failed.append(what)

    def office_number(self, sql):
        return self.broker.database.number(sql)

    def mirrored_whole(self):
        return self.office_number(
            "select count(*) from account where server_version > 0") == ACCOUNTS

    def trade_until(self, what, condition):
        self.desk.ordered("traders_start", seed=7, orders_per_second=500)
        wait_for(what, condition, 60, 0.2)
        self.desk.ordered("traders_stop")
        self.desk.ordered("quotes_stop")
        self.wait_until_still()
        self.desk.ordered("quiesce", timeout_seconds=30)

    def wait_until_still(self):
        """The last quotes may have left positions to be closed, one look for margin at a time."""
        seen = {"deals": -1, "since": 0.0}

        def still():
            deals = self.stats()["deals"]
            if deals != seen["deals"]:
                seen.update(deals=deals, since=time.monotonic())
            return time.monotonic() - seen["since"] >= STILL_SECONDS
        wait_for("nothing trades any more", still, 60, 0.2)

    def stats(self):
        return self.desk.ordered("stats")

    def settled(self):
        """The stream's last event is applied."""
        status = self.broker.plugin_status()
        return self.office_number(
            f"select count(*) from stream_cursor where epoch = {status['epoch']} and seq = "
            f"{status['last_seq']}") == 1

    def open_order(self, group, expected):
        users = [row for row in Server(self.broker.folder / "server" / "server.db").rows("users")
                 if row["group"] == group]
        answer = self.desk.ask("order", login=users[0]["login"], symbol="EURUSD", side="buy",
                               volume=1_000_000, kind="open")
        self.hold(f"an order of {group} is {'let through' if expected else 'refused'}: {answer}",
                  answer["ok"] == expected)

    def play(self):
        wait_for("all are mirrored", self.mirrored_whole, 120, 0.2)
        self.hold("10,000 accounts are mirrored", True)
        self.hold("the office knows none of them", self.office_number(
            "select count(*) from account where client_id is not null") == 0)
        self.trade_until("2,000 deals", lambda: self.stats()["deals"] >= ACCOUNTS + 2000)
        stats = self.stats()
        self.hold(f"observing, the plugin refused nothing of {stats['orders']} orders",
                  stats["refused_by_plugin"] == 0 and stats["orders"] > 2000)
        wait_for("the stream is applied", self.settled, 60, 0.2)
        self.hold("what it would have refused is recorded", self.office_number(
            "select coalesce(sum(count), 0) from refusal where observed_only") > 1000)
        self.hold("nothing is said to be refused", self.office_number(
            "select count(*) from refusal where not observed_only") == 0)
        self.same_records()
        self.switch_to_enforce()
        self.open_order("real/usd-hedging", False)
        self.open_order("coverage/usd-netting", True)

    def same_records(self):
        store = Server(self.broker.folder / "server" / "server.db")
        checker = Checker(store, Office.of_database(
            self.broker.database.dsn("cambist_reports")), judged_from_ns=2**62)
        findings = checker.run()
        for line in findings.lines():
            print(line)
        self.hold("both records are the same", not findings)
        store.close()

    def switch_to_enforce(self):
        _, key = self.broker.make_api_keys()
        api = OfficeApi(self.broker.http_port, key, Tally(), self.broker.approvers())
        status, answer = api.post(f"/v1/servers/{SERVER_ID}/mode", {
            "mode": "enforce", "scope": SCOPE, "reason": "observed long enough"})
        self.hold(f"the office switches to enforce: {status} {answer.get('code', '')}",
                  status == 200)
        api.close()
        wait_for("the plugin enforces", lambda: self.broker.plugin_status()["enforcing"] == 1, 30)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cambist-observe-") as folder, Fleet() as fleet:
        broker = Broker(options.build.resolve(), folder, fleet, ACCOUNTS, seed=3)
        scene = Scene(broker)
        try:
            broker.open_office()
            _, key = broker.make_api_keys()
            api = OfficeApi(broker.http_port, key, Tally())
            opening.add_server(api, SERVER_ID, "observe", SCOPE)
            api.close()
            broker.open_trading()
            scene.play()
        finally:
            broker.close()
    return 1 if scene.failed else 0


if __name__ == "__main__":
    sys.exit(main())
