"""The two records that the checker compares: the trading server's own store (SQLite) and the
office's database (PostgreSQL through psql, or a folder of CSV files with the same columns)."""

import csv
import pathlib
import sqlite3

from database import query

# Every instant as nanoseconds UTC; one query a table.
NS = "(extract(epoch from {0}) * 1000000)::bigint * 1000 as {1}"
OFFICE = {
    "server": (
        "select id, mode, array_to_string(scope, ',') as scope, money_out_stopped from server"),
    "account": (
        "select login, client_id, group_name, group_id, leverage_x100, balance, credit, currency,"
        " currency_digits, native_rights, agent, margin_mode, op_id, server_version, deals_total,"
        " in_scope, deleted, accepted_version, enforced_version from account"),
    "deal": (
        "select ticket, version, login, kind, entry, reason, order_ticket, position_ticket, dealer,"
        " symbol, volume, volume_closed, price, bid, ask, price_digits, contract_size, rate_e8,"
        " profit, swap, commission, fee, currency_digits, book, op_id, comment, ts_ns,"
        " modified_ns, deleted, direct, vanished from deal"),
    "position": (
        "select distinct on (login, position_ticket) login, position_ticket, symbol, side, volume,"
        " price_open, sl, tp, version from position_event"
        " order by login, position_ticket, version desc, ts_ns desc"),
    "policy": (
        "select login, version, rights, leverage_cap_x100, reserved, "
        + NS.format("accepted_at", "accepted_ns") + ", " + NS.format("enforced_at", "enforced_ns")
        + " from policy_version"),
    "command": (
        "select id, login, kind, payload, amount, status, "
        + NS.format("requested_at", "requested_ns") + ", " + NS.format("sent_at", "sent_ns") + ", "
        + NS.format("finished_at", "finished_ns") + " from command"),
    "stream_epoch": "select epoch, first_seq, last_seq, events_applied from stream_epoch",
    "quarantine": "select epoch, seq, login, reason from quarantine",
    "drift": (
        "select id, login, field, office_value, server_value, found_by, repaired, "
        + NS.format("since", "since_ns") + ", " + NS.format("resolved_at", "resolved_ns")
        + " from drift"),
    "refusal": "select login, refusal, count, observed_only from refusal",
}
WORDS = {"mode", "scope", "group_name", "currency", "symbol", "comment", "kind_name", "status",
         "reason_text", "field", "office_value", "server_value", "found_by", "refusal", "id",
         "client_id", "op_id", "payload"}
FLAGS = {"in_scope", "deleted", "direct", "vanished", "repaired", "observed_only",
         "money_out_stopped"}


def _typed(name, text, table):
    if name in FLAGS:
        return text in ("t", "true", "1")
    if name in WORDS or (table, name) in {("command", "kind"), ("quarantine", "reason")}:
        return text
    return int(text) if text != "" else None


class Office:
    """The office's tables as lists of dicts; numbers are int, null numbers are None."""

    def __init__(self, read):
        self._read = read

    @classmethod
    def of_database(cls, dsn):
        return cls(lambda table: query(dsn, OFFICE[table]))

    @classmethod
    def of_folder(cls, folder):
        def read(table):
            file = pathlib.Path(folder) / f"{table}.csv"
            with open(file, newline="", encoding="utf-8") as lines:
                return list(csv.DictReader(lines))
        return cls(read)

    def rows(self, table):
        return [{name: _typed(name, text, table) for name, text in row.items()}
                for row in self._read(table)]


def uuid_of(high, low):
    """The operation id as the office writes it; '' when there is none."""
    if not high and not low:
        return ""
    text = f"{high % 2**64:016x}{low % 2**64:016x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


class Server:
    """The trading server's own store, read only."""

    def __init__(self, file):
        self._connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
        self._connection.row_factory = sqlite3.Row

    def rows(self, table):
        rows = [dict(row) for row in self._connection.execute(f'select * from "{table}"')]
        for row in rows:
            if "op_hi" in row:
                row["op_id"] = uuid_of(row.pop("op_hi"), row.pop("op_lo"))
        return rows

    def counters(self):
        return {row["name"]: row["value"] for row in self.rows("counters")}

    def close(self):
        self._connection.close()
