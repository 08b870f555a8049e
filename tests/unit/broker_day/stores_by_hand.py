"""Two small records of the same day, made by hand: the trading server's and the office's. A test
changes one of them and looks what the checker says."""

import copy
import csv
import pathlib
import sqlite3

SECOND = 1_000_000_000
NOON = 1_700_000_000 * SECOND
OPERATION = "00000000-0000-0001-0000-000000000002"

USER = {"login": 100, "group_id": 1, "group": "real/usd", "client_id": 0, "agent": 0, "version": 4,
        "balance": 9_500, "credit": 0, "currency": "USD", "currency_digits": 2,
        "registered_ns": NOON, "last_access_ns": 0, "rights": 2047, "leverage_x100": 1001,
        "margin_mode": 2, "is_demo": 0, "op_hi": 0, "op_lo": 0}
DEAL = {"deal": 1, "kind": 2, "order": 0, "position": 0, "login": 100, "dealer": 0, "version": 1,
        "op_hi": 0, "op_lo": 0, "volume": 0, "volume_closed": 0, "price": 0, "bid": 0, "ask": 0,
        "contract_size": 0, "rate_e8": 0, "profit": 10_000, "swap": 0, "commission": 0, "fee": 0,
        "ts_ns": NOON, "modified_ns": NOON, "entry": 0, "reason": 0, "price_digits": 0,
        "currency_digits": 2, "book": 0, "deleted": 0, "symbol": "", "comment": "opening balance",
        "hook_ns": 0, "hook_policy_version": 0, "path": "server"}
POLICY = {"login": 100, "version": 1, "rights": 31, "leverage_cap_x100": 0, "reserved": 0,
          "accepted_ns": NOON, "enforced_ns": NOON + 1000}


def deal(number, **changes):
    at = NOON + number * SECOND
    return {**DEAL, "deal": number, "ts_ns": at, "modified_ns": at, "comment": "", **changes}


def bought(number, **changes):
    return deal(number, **{"kind": 0, "order": number, "position": number, "profit": 0,
                           "volume": 10_000_000, "price": 110_000, "bid": 109_990, "ask": 110_000,
                           "price_digits": 5, "symbol": "EURUSD", "path": "hooked",
                           "hook_ns": NOON + number * SECOND - 1000, **changes})


def the_day():
    """(trading server's tables, office's tables) of a day without any difference."""
    server = {
        "users": [dict(USER)],
        "deals": [
            deal(1, comment="opening balance", profit=10_000),
            bought(2),
            deal(3, profit=-200, path="hooked", dealer=1001, hook_ns=NOON + 3 * SECOND - 1000),
            deal(4, profit=-300, path="command", op_hi=1, op_lo=2)],
        "positions": [{"ticket": 2, "login": 100, "symbol": "EURUSD", "side": 0,
                       "volume": 10_000_000, "version": 1, "price_open": 110_000,
                       "price_digits": 5, "sl": 0, "tp": 0, "opened_ns": NOON + 2 * SECOND}],
        "user_changes": [{"id": 1, "login": 100, "field": "leverage", "before": "10000",
                          "after": "1001", "at_ns": NOON + 5 * SECOND,
                          "hook_ns": NOON + 5 * SECOND, "hook_policy_version": 1,
                          "path": "command", "actor": 0}],
        "counters": [{"name": "deals", "value": 4}],
    }
    return server, office_of(server)


def office_of(server):
    """The record that a faithful mirror makes of the trading server's."""
    user = server["users"][0]
    account = {
        "login": user["login"], "client_id": "", "group_name": user["group"],
        "group_id": user["group_id"], "leverage_x100": user["leverage_x100"],
        "balance": user["balance"], "credit": user["credit"], "currency": user["currency"],
        "currency_digits": user["currency_digits"], "native_rights": user["rights"],
        "agent": user["agent"], "margin_mode": user["margin_mode"], "op_id": "",
        "server_version": user["version"], "deals_total": user["balance"], "in_scope": "t",
        "deleted": "f", "accepted_version": 1, "enforced_version": 1}
    deals = []
    for row in server["deals"]:
        mirrored = {name: value for name, value in row.items()
                    if name not in ("hook_ns", "hook_policy_version", "path", "op_hi", "op_lo")}
        mirrored["ticket"] = mirrored.pop("deal")
        mirrored["order_ticket"] = mirrored.pop("order")
        mirrored["position_ticket"] = mirrored.pop("position")
        mirrored["deleted"] = "t" if mirrored["deleted"] else "f"
        mirrored["op_id"] = OPERATION if row["op_hi"] else ""
        deals.append({**mirrored, "direct": "t" if row["path"] == "direct" else "f",
                      "vanished": "f"})
    positions = [{"position_ticket": row["ticket"], **{name: row[name] for name in (
        "login", "symbol", "side", "volume", "price_open", "sl", "tp", "version")}}
        for row in server["positions"]]
    return {
        "server": [{"id": 1, "mode": "enforce", "scope": "*", "money_out_stopped": "f"}],
        "account": [account],
        "deal": deals,
        "position": positions,
        "policy": [dict(POLICY)],
        "command": [
            {"id": OPERATION, "login": 100, "kind": "balance", "payload": "{}", "amount": -300,
             "status": "done", "requested_ns": NOON, "sent_ns": NOON + 3 * SECOND,
             "finished_ns": NOON + 5 * SECOND},
            {"id": "00000000-0000-0001-0000-000000000003", "login": 100, "kind": "leverage",
             "payload": '{"leverage_x100": 1001}', "amount": "", "status": "done",
             "requested_ns": NOON, "sent_ns": NOON + 4 * SECOND,
             "finished_ns": NOON + 6 * SECOND}],
        "stream_epoch": [{"epoch": 1, "first_seq": 1, "last_seq": 7, "events_applied": 7}],
        "quarantine": [],
        "drift": [],
        "refusal": [],
    }


QUARANTINED = {"epoch": 1, "seq": 3, "login": 100, "reason": "bad"}
DRIFTED = {"id": "1", "login": 100, "field": "balance", "office_value": "1", "server_value": "2",
           "found_by": "rescan", "repaired": "t", "since_ns": NOON, "resolved_ns": NOON}


def write(folder, server, office):
    """Both records as the checker reads them: an SQLite file and a folder of CSV files."""
    folder = pathlib.Path(folder)
    connection = sqlite3.connect(folder / "server.db")
    for table, rows in server.items():
        columns = list(rows[0]) if rows else ["id", "login", "path", "field"]
        names = ", ".join(f'"{column}"' for column in columns)
        connection.execute(f'create table "{table}" ({names})')
        connection.executemany(
            f'insert into "{table}" values ({", ".join("?" * len(columns))})',
            [[row[column] for column in columns] for row in rows])
    connection.commit()
    connection.close()
    for table, rows in office.items():
        with open(folder / f"{table}.csv", "w", newline="", encoding="utf-8") as out:
            writer = csv.DictWriter(out, list(rows[0]) if rows else ["nothing"])
            writer.writeheader()
            writer.writerows(rows)


def changed(rows, at=0, **changes):
    """A copy of the rows with one of them changed."""
    rows = copy.deepcopy(rows)
    rows[at].update(changes)
    return rows
