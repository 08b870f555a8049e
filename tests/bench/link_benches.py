"""Benchmarks of the whole link: plugin, CURVE, bridge and PostgreSQL, each against what the same
machine does at best in the same run."""

import os
import statistics
import time

from stand import Stand, wait_for


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
    with Stand(build) as stand:
        host = mirrored(stand, 10_000)
        floors = [stand.floor("insert", stand.dsn(), 300)["p50_ns"]]
        held = stand.deals()
        host.ask(f"rate {per_second} {seconds}")
        wait_for("the deals", lambda: stand.deals() >= held + per_second * seconds // 2)
        floors.append(stand.floor("insert", stand.dsn(), 300)["p50_ns"])
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
       "recovery": recovery, "memory": memory}
