"""Benchmarks of the whole link: plugin, CURVE, bridge and PostgreSQL, each against what the same
machine does at best in the same run."""

import http.client
import json
import os
import pathlib
import statistics
import sys
import time
import uuid

from stand import Stand, wait_for

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "sim" / "broker_day"))

from approvers import Approvers  # noqa: E402


def figure(bench, case, value, unit, floor, goal, ok, ratio=None):
    return {"bench": bench, "case": case, "value": round(value, 3), "unit": unit,
            "floor": None if floor is None else round(floor, 3),
            "ratio": None if ratio is None else round(ratio, 3), "goal": goal, "ok": bool(ok)}


def mirrored(stand, accounts):
    """A stand whose bridge has mirrored every account of the host."""
    stand.sql("insert into server (id, name) values (1, 'bench')")
    stand.start_bridge()
    host = stand.start_host(accounts)
    wait_for("the first snapshot", lambda: stand.deals() >= accounts and stand.sql(
        "select 1 from resync where ended_at is not null"), 120, 0.2)
    return host


def mirror_throughput(build):
    accounts, deals, rounds = 10_000, 200_000, 3
    ours, floors = [], []
    with Stand(build) as stand:
        stand.sql("create database floor", database="postgres")
        stand.migrate("floor")
        host = mirrored(stand, accounts)
        for _ in range(rounds):
            held = stand.deals()
            events = stand.events_applied()
            began = time.monotonic()
            host.ask(f"burst {deals} 300")
            wait_for("the burst in PostgreSQL",
                     lambda: stand.newest_deal() >= held + deals and stand.deals() >= held + deals,
                     300, 0.1)
            seconds = time.monotonic() - began
            ours.append((stand.events_applied() - events) / seconds)
            floors.append(stand.floor("rows", stand.dsn(database="floor"), deals, accounts,
                                      4096)["events_per_second"])
            stand.sql("truncate deal", database="floor")
        host.stop()
    ratio = statistics.median(a / b for a, b in zip(ours, floors))
    yield figure("mirror_throughput", f"{accounts} accounts, half deals", statistics.median(ours),
                 "events/s", statistics.median(floors), ">= 0.8 x", ratio >= 0.8, ratio)


def mirror_latency(build):
    per_second, seconds = 1_000, 10
    pause_us = 2_000_000 // per_second  # events come in pairs
    with Stand(build) as stand:
        host = mirrored(stand, 10_000)
        floors = [stand.floor("insert", stand.dsn(), 300, pause_us)["p50_ns"]]
        held = stand.deals()
        host.ask(f"rate {per_second} {seconds}")
        wait_for("the deals", lambda: stand.deals() >= held + per_second * seconds // 2)
        floors.append(stand.floor("insert", stand.dsn(), 300, pause_us)["p50_ns"])
        rows = stand.sql(
            "select percentile_cont(0.5) within group (order by late), percentile_cont(0.99) within"
            " group (order by late) from (select extract(epoch from pg_xact_commit_timestamp(xmin))"
            " * 1e9 - ts_ns as late from deal where kind < 2) l")
        host.stop()
    p50, p99 = (float(value) for value in rows[0])
    floor = statistics.median(floors)
    yield figure("mirror_latency", "p50 at 1,000 events/s", p50 / 1e6, "ms", floor / 1e6, "<= 3 x",
                 p50 <= 3 * floor, p50 / floor)
    yield figure("mirror_latency", "p99 at 1,000 events/s", p99 / 1e6, "ms", floor / 1e6, "stated",
                 True, p99 / floor)


def enforcement_latency(build, changes=300):
    """From the moment a back office sends a status over HTTP until the bridge holds the plugin's
    word that the account's hooks judge by it. Changes are paced, so that none waits for another,
    and so is the floor."""
    with Stand(build) as stand:
        host = mirrored(stand, 10_000)
        stand.start_gateway()
        clients = [str(uuid.uuid4()) for _ in range(changes)]
        office = Office(stand)
        office.approved("/v1/clients/batch", {"reason": "benchmark", "items": [
            {"id": client, "status": "approved",
             "person": {"id": str(uuid.uuid4()), "name": f"Client {login}", "kind": "natural"},
             "accounts": [{"server_id": "1", "login": str(login), "kind": "live"}]}
            for login, client in enumerate(clients, 1)]})
        wait_for("the first rights", lambda: stand.sql(UNENFORCED) == [["0"]])
        floors = [enforcement_floor(stand)]
        sent = {}
        for login, client in enumerate(clients, 1):
            sent[login] = time.time_ns()
            office.post(f"/v1/clients/{client}/status",
                        {"to": "restricted", "cause": "review", "reason": "benchmark"})
            time.sleep(PAUSE_US / 1e6)
        wait_for("every restriction enforced", lambda: stand.sql(UNENFORCED) == [["0"]])
        floors.append(enforcement_floor(stand))
        rows = stand.sql("select login, (extract(epoch from enforced_at) * 1e9)::bigint"
                         f" from account where login <= {changes}")
        host.stop()
    late = sorted((int(enforced) - sent[int(login)]) / 1e6 for login, enforced in rows)
    floor = statistics.median(floors) / 1e6
    p50, p99 = statistics.median(late), late[len(late) * 99 // 100]
    yield figure("enforcement_latency", "p50, HTTP request to acknowledged", p50, "ms", floor,
                 "<= 3 x", p50 <= 3 * floor, p50 / floor)
    yield figure("enforcement_latency", "p99, HTTP request to acknowledged", p99, "ms", floor,
                 "stated", True, p99 / floor)


PAUSE_US = 5_000  # between two changes, and between two parts of the floor
UNENFORCED = "select count(*) from account where accepted_version <> enforced_version"


def enforcement_floor(stand):
    """What cannot be saved, one after the other: a commit, a round trip, a record made durable."""
    return sum(stand.floor(*words)["p50_ns"] for words in (
        ("insert", stand.dsn(), 300, PAUSE_US), ("curve", 300, PAUSE_US),
        ("fdatasync", stand.folder, 300, PAUSE_US)))


class Office:
    """The gateway as a back office sees it, over one connection."""

    def __init__(self, stand):
        self.connection = http.client.HTTPConnection("127.0.0.1", stand.http_port, timeout=30)
        self.fields = {"Authorization": f"Bearer {stand.make_api_key()}"}
        self.approvers = Approvers(stand.http_port, stand.make_staff())

    def post(self, path, body, fields=None):
        self.connection.request("POST", path, json.dumps(body), {
            "Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4()),
            **(fields or self.fields)})
        response = self.connection.getresponse()
        answer = response.read()
        if response.status >= 300:
            raise RuntimeError(f"{path}: {response.status} {answer!r}")
        return json.loads(answer)

    def approved(self, path, body):
        """What needs somebody to agree, with whom it needs."""
        approval = self.post(path, body)["approval"]
        person = self.approvers.person_for(approval)
        return self.post(f"/v1/approvals/{approval['id']}/approve", {"remark": "benchmark"},
                         {**person.fields(), "If-Match": f'"v{approval["version"]}"'})


def recovery(build, outage=60):
    per_second = 2_000
    with Stand(build) as stand:
        host = mirrored(stand, 10_000)
        held = stand.deals()
        stand.stop("bridge")
        host.ask(f"rate {per_second} {outage}")
        began = time.monotonic()
        stand.start_bridge()
        wait_for("the deals of the outage",
                 lambda: stand.deals() >= held + per_second * outage // 2, 120, 0.05)
        digests = int(stand.sql("select seq from stream_cursor")[0][0])
        wait_for("a digest after the outage", lambda: compared(stand, digests), 60, 0.05)
        seconds = time.monotonic() - began
        drifts = int(stand.sql("select count(*) from drift")[0][0])
        host.stop()
    yield figure("recovery", f"bridge down {outage} s at {per_second} events/s", seconds, "s", None,
                 "<= 10 s", seconds <= 10 and drifts == 0)


def compared(stand, seq):
    """Whether the bridge has compared digests at or past the number."""
    rows = stand.sql("select digest_seq from stream_cursor")
    return rows and int(rows[0][0]) >= seq


def memory(build):
    """The bridge's resident memory while a million events wait in the plugin's journal."""
    deals = 500_000
    with Stand(build) as stand:
        host = mirrored(stand, 10_000)
        idle = resident(stand)
        stand.stop("bridge")
        host.ask(f"burst {deals} 2000")
        held = stand.deals()
        stand.start_bridge()
        most = 0
        while stand.deals() < held + deals:
            most = max(most, resident(stand))
            time.sleep(0.2)
        host.stop()
    yield figure("memory", "bridge RSS, 1M events waiting", most / 2**20, "MiB", idle / 2**20,
                 "<= 256 MiB", most <= 256 * 2**20, most / idle)


def resident(stand):
    with open(f"/proc/{stand.processes['bridge'].pid}/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


ALL = {"mirror_throughput": mirror_throughput, "mirror_latency": mirror_latency,
       "enforcement_latency": enforcement_latency, "recovery": recovery, "memory": memory}
