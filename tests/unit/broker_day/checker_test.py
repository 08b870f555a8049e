"""Each kind of difference and violation is found, and a faithful record has none."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "sim" / "broker_day"))

from checker import Checker  # noqa: E402
from stores import Office, Server  # noqa: E402
from stores_by_hand import (DRIFTED, NOON, OPERATION, POLICY, QUARANTINED, SECOND,  # noqa: E402
                            bought, changed, deal, office_of, the_day, write)


def findings_of(server, office):
    with tempfile.TemporaryDirectory() as folder:
        write(folder, server, office)
        store = Server(pathlib.Path(folder) / "server.db")
        try:
            checker = Checker(store, Office.of_folder(folder))
            checker.run()
            return dict(checker.findings.counts)
        finally:
            store.close()


class Record(unittest.TestCase):
    """The two records of one day, one of which is changed."""

    def setUp(self):
        self.server, self.office = the_day()

    def assert_found(self, **kinds):
        self.assertEqual(findings_of(self.server, self.office), kinds)

    def change(self, table, at=0, **changes):
        self.office[table] = changed(self.office[table], at, **changes)

    def mirror_again(self):
        """The office's record of what the trading server now says."""
        commands, policy = self.office["command"], self.office["policy"]
        self.office = {**office_of(self.server), "command": commands, "policy": policy}


class Comparison(Record):
    def test_a_faithful_record_has_no_difference(self):
        self.assert_found()

    def test_an_account_that_is_not_mirrored(self):
        self.office["account"] = changed(self.office["account"], server_version=0)
        self.assert_found(account_missing=1)

    def test_an_account_that_the_server_does_not_have(self):
        extra = changed(self.office["account"], login=101, balance=0)
        self.office["account"] += extra
        self.assert_found(account_unknown=1)

    def test_each_field_of_an_account(self):
        for field, value in (("group_name", "other"), ("group_id", 2), ("leverage_x100", 5000),
                             ("credit", 1), ("currency", "EUR"), ("currency_digits", 3),
                             ("native_rights", 1), ("agent", 7), ("margin_mode", 0),
                             ("server_version", 3)):
            with self.subTest(field=field):
                self.setUp()
                self.change("account", **{field: value})
                found = findings_of(self.server, self.office)
                self.assertEqual(found.pop("account_differs"), 1)
                self.assertLessEqual(found.keys(), {"balance_not_deals_office"})

    def test_a_balance_one_cent_off(self):
        self.change("account", balance=9_501)
        self.assert_found(account_differs=1, balance_not_deals_office=1)

    def test_a_balance_at_the_server_that_its_deals_do_not_say(self):
        self.server["users"] = changed(self.server["users"], balance=9_501)
        self.change("account", balance=9_501)
        self.assert_found(balance_not_deals_office=1, balance_not_deals_server=1)

    def test_a_policy_that_is_not_enforced(self):
        self.change("account", accepted_version=2)
        self.assert_found(policy_not_enforced=1)

    def test_a_deal_that_is_missing(self):
        del self.office["deal"][1]
        self.assert_found(deal_missing=1)

    def test_a_deal_that_stands_twice(self):
        self.office["deal"].append(dict(self.office["deal"][1]))
        self.assert_found(deal_twice=1)

    def test_a_deal_that_the_server_does_not_have(self):
        self.office["deal"] += changed(self.office["deal"][1:2], ticket=99)
        self.assert_found(deal_unknown=1)

    def test_each_column_of_a_deal(self):
        for column in self.office["deal"][1]:
            if column in ("ticket", "direct", "vanished", "deleted", "op_id"):
                continue
            with self.subTest(column=column):
                self.setUp()
                before = self.office["deal"][1][column]
                self.change("deal", 1, **{column: before + (1 if before != "" and not isinstance(
                    before, str) else "x")})
                self.assertEqual(findings_of(self.server, self.office).get("deal_differs"), 1)

    def test_a_deal_said_to_be_deleted(self):
        self.change("deal", 1, deleted="t")
        self.assert_found(deal_differs=1)

    def test_a_deal_said_to_have_vanished(self):
        self.change("deal", 1, vanished="t")
        self.assert_found(deal_vanished=1)

    def test_positions(self):
        self.change("position", volume=1)
        self.assert_found(position_differs=1)
        self.office["position"] = []
        self.assert_found(position_missing=1)
        self.setUp()
        self.server["positions"] = []
        self.assert_found(position_unknown=1)


class Commands(Record):
    def test_a_command_that_was_lost(self):
        del self.server["deals"][3]
        self.server["users"] = changed(self.server["users"], balance=9_800)
        self.mirror_again()
        self.assert_found(command_lost=1)

    def test_a_command_that_was_done_twice(self):
        self.server["deals"].append(deal(5, profit=-300, path="command", op_hi=1, op_lo=2))
        self.server["users"] = changed(self.server["users"], balance=9_200)
        self.mirror_again()
        self.assert_found(command_twice=1)

    def test_a_command_with_another_amount(self):
        self.change("command", amount=-301)
        self.assert_found(command_other_effect=1)

    def test_an_effect_of_a_refused_command(self):
        self.change("command", status="refused")
        self.assert_found(effect_of_refused=1)

    def test_an_effect_without_a_command(self):
        self.server["deals"][3]["op_lo"] = 9
        self.office["deal"][3]["op_id"] = OPERATION[:-1] + "9"
        self.assert_found(command_lost=1, effect_without_command=1)

    def test_a_command_that_is_not_settled(self):
        for status in ("queued", "sent", "unknown", "in_doubt"):
            with self.subTest(status=status):
                self.change("command", status=status)
                self.assert_found(command_unsettled=1)

    def test_a_change_of_leverage_that_was_lost_or_done_twice(self):
        again = changed(self.server["user_changes"], id=2)
        self.server["user_changes"] += again
        self.assert_found(command_twice=1)
        self.server["user_changes"] = []
        self.assert_found(command_lost=1)

    def test_a_change_of_leverage_that_nobody_ordered(self):
        del self.office["command"][1]
        self.assert_found(effect_without_command=1)


class Streams(Record):
    def test_an_event_applied_twice(self):
        self.change("stream_epoch", events_applied=8)
        self.assert_found(applied_twice=1)

    def test_a_gap_in_a_stream(self):
        self.change("stream_epoch", events_applied=6)
        self.assert_found(stream_gap=1)
        self.change("stream_epoch", first_seq=2)
        self.assert_found(stream_gap=1)

    def test_an_event_in_quarantine(self):
        self.office["quarantine"] = [dict(QUARANTINED)]
        self.assert_found(quarantined=1)

    def test_a_drift_that_nobody_caused(self):
        self.office["drift"] = [dict(DRIFTED)]
        self.assert_found(drift=1)

    def test_a_change_past_the_hooks_has_to_be_noticed(self):
        self.server["deals"].append(deal(5, profit=-100, path="direct"))
        self.server["users"] = changed(self.server["users"], balance=9_400)
        self.mirror_again()
        self.assert_found(bypass_unnoticed=1)
        self.office["drift"] = changed([DRIFTED], found_by="bypass")
        self.assert_found()


class Rights(Record):
    """Version 2 takes rights away: accepted at 10.0 s, enforced at 10.5 s."""

    def set_up_policies(self, **narrow):
        self.office["policy"] = [dict(POLICY), {
            **POLICY, "version": 2, "accepted_ns": NOON + 10 * SECOND,
            "enforced_ns": NOON + 10 * SECOND + SECOND // 2, **narrow}]

    def play(self, row):
        self.server["deals"].append(row)
        total = sum(each["profit"] for each in self.server["deals"])
        self.server["users"] = changed(self.server["users"], balance=total)
        policy = self.office["policy"]
        self.mirror_again()
        self.office["policy"] = policy

    def test_opening_after_it_was_forbidden(self):
        self.set_up_policies(rights=29)
        self.play(bought(20, hook_ns=NOON + 10 * SECOND + SECOND // 2 + 1, position=2))
        self.assert_found(violation_open=1)

    def test_opening_while_the_ban_was_under_way(self):
        self.set_up_policies(rights=29)
        self.play(bought(20, hook_ns=NOON + 10 * SECOND + 1, position=2))
        self.assert_found()

    def test_opening_under_a_ban_that_was_about_to_be_lifted(self):
        self.set_up_policies(rights=29)
        self.office["policy"].append({**POLICY, "version": 3, "accepted_ns": NOON + 12 * SECOND,
                                      "enforced_ns": NOON + 13 * SECOND})
        self.play(bought(20, hook_ns=NOON + 12 * SECOND + 1, position=2))
        self.assert_found()
        self.server["deals"][-1]["hook_ns"] = NOON + 12 * SECOND - 1
        self.assert_found(violation_open=1)

    def test_opening_before_there_was_any_policy(self):
        self.office["policy"] = []
        self.server["deals"] = [row for row in self.server["deals"] if row["profit"] >= 0]
        self.office["command"] = self.office["command"][1:]
        self.server["users"] = changed(self.server["users"], balance=10_000)
        commands = self.office["command"]
        self.office = {**office_of(self.server), "command": commands, "policy": []}
        self.assert_found(violation_open=1)

    def test_closing_is_never_a_violation(self):
        self.set_up_policies(rights=0)
        self.play(bought(20, entry=1, kind=1))
        self.assert_found()

    def test_reversing_is_opening(self):
        self.set_up_policies(rights=29)
        self.play(bought(20, entry=2, kind=1, position=2))
        self.assert_found(violation_open=1)

    def test_a_group_out_of_scope_is_not_judged(self):
        self.set_up_policies(rights=29)
        self.play(bought(20, position=2))
        self.change("server", scope="*,!real/*")
        self.assert_found()

    def test_a_debit_after_it_was_forbidden(self):
        self.set_up_policies(rights=7)
        self.play(deal(20, profit=-1, path="hooked", hook_ns=NOON + 19 * SECOND))
        self.assert_found(violation_debit=1)

    def test_a_transfer_after_it_was_forbidden(self):
        self.set_up_policies(rights=15)
        self.play(deal(20, profit=-1, path="hooked", hook_ns=NOON + 19 * SECOND))
        self.assert_found()
        self.play(deal(21, profit=-1, path="hooked", hook_ns=NOON + 20 * SECOND,
                       comment="transfer"))
        self.assert_found(violation_debit=1)

    def test_a_debit_into_what_is_reserved(self):
        self.set_up_policies(reserved=9_000)
        self.play(deal(20, profit=-500, path="hooked", hook_ns=NOON + 19 * SECOND))
        self.assert_found()
        self.play(deal(21, profit=-1, path="hooked", hook_ns=NOON + 20 * SECOND))
        self.assert_found(violation_reserved=1)

    def test_a_command_sent_after_the_withdrawal_was_forbidden(self):
        self.set_up_policies(rights=7)
        self.change("command", sent_ns=NOON + 11 * SECOND, finished_ns=NOON + 12 * SECOND)
        self.assert_found(violation_command_debit=1)

    def test_leverage_above_the_cap_by_hand(self):
        self.set_up_policies(leverage_cap_x100=3000)
        self.server["user_changes"].append({
            **self.server["user_changes"][0], "id": 2, "before": "1001", "after": "3001",
            "path": "hooked", "at_ns": NOON + 20 * SECOND, "hook_ns": NOON + 20 * SECOND})
        self.assert_found(violation_leverage=1)
        self.server["user_changes"][-1]["after"] = "3000"
        self.assert_found()

    def test_a_group_move_by_hand(self):
        self.server["user_changes"].append({
            **self.server["user_changes"][0], "id": 2, "field": "group", "before": "real/eur",
            "after": "real/usd", "path": "hooked", "at_ns": NOON + 20 * SECOND,
            "hook_ns": NOON + 20 * SECOND})
        self.assert_found(violation_group=1)

    def test_what_happened_before_it_enforced_is_not_judged(self):
        self.set_up_policies(rights=29)
        self.play(bought(20, position=2))
        with tempfile.TemporaryDirectory() as folder:
            write(folder, self.server, self.office)
            store = Server(pathlib.Path(folder) / "server.db")
            checker = Checker(store, Office.of_folder(folder), NOON + 30 * SECOND)
            checker.run()
            store.close()
        self.assertEqual(dict(checker.findings.counts), {})


if __name__ == "__main__":
    unittest.main()
