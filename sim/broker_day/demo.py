#!/usr/bin/python3
"""A broker's day on real quotes: traders trade, the back office restricts and orders, a manager
goes behind its back, programs are killed; then an independent checker compares every account and
deal."""

import argparse
import json
import pathlib
import shutil
import signal
import sys
import tempfile

from broker import Broker
from checker import Checker
from day import Day, say
from faults import parsed
from processes import DayBroken, Fleet
from report import (enforced_ms, machine, refused, unmet_faults, with_commands_in_flight)
from stores import Office, Server

# Each reason is met so often on a day of two minutes.
REFUSALS_OWED = 100
ROOT = pathlib.Path(__file__).resolve().parents[2]


def arguments():
    parser = argparse.ArgumentParser(prog="cambist demo", description=__doc__)
    parser.add_argument("--quotes", metavar="DIR|FILE", type=pathlib.Path,
                        help="ticks to replay, .csv or .csv.gz (default: a seeded model)")
    parser.add_argument("--accounts", type=int, default=1000, metavar="N")
    parser.add_argument("--seconds", type=int, default=30, metavar="S",
                        help="how long they trade; quotes are replayed as fast as that needs")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", default="", metavar="LIST",
                        help="kill:bridge,kill:gateway,kill:postgres,kill:server,cut:link")
    parser.add_argument("--bridges", type=int, default=1, choices=(1, 2),
                        help="how many compete for the server")
    parser.add_argument("--json", action="store_true",
                        help="one JSON object on standard output")
    parser.add_argument("--data", type=pathlib.Path, metavar="DIR",
                        help="where everything is kept, a new folder (default: a temporary one)")
    parser.add_argument("--keep", action="store_true", help="keep the folder and say where it is")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "dev",
                        metavar="DIR", help="the build whose programs run")
    parser.add_argument("--plugin", type=pathlib.Path, metavar="FILE",
                        help="another plugin than the build's")
    options = parser.parse_args()
    if options.accounts < 200 or options.seconds < 1:
        parser.error("a day needs at least 200 accounts and one second")
    if options.quotes and not options.quotes.exists():
        parser.error(f"{options.quotes} does not exist")
    return options


def make_folder(options):
    if options.data:
        options.data.mkdir(parents=True)
        return options.data.resolve()
    return pathlib.Path(tempfile.mkdtemp(prefix="cambist-day-"))


def play(options, folder):
    """The day's figures."""
    kinds = parsed(options.faults)
    quotes = options.quotes.resolve() if options.quotes else None
    with Fleet() as fleet:
        broker = Broker(options.build.resolve(), folder, fleet, options.accounts, options.seed,
                        options.bridges, quotes, plugin=options.plugin)
        day = Day(broker, options.seed, options.seconds, kinds)
        try:
            day.open()
            day.trade()
            day.close()
            say("checking")
            return figures(day, options, kinds)
        finally:
            broker.close()


def figures(day, options, kinds):
    office = Office.of_database(day.broker.database.dsn("cambist_reports"))
    server = Server(day.broker.folder / "server" / "server.db")
    checker = Checker(server, office, day.judged_from_ns)
    findings = checker.run()
    for line in findings.lines():
        say(line)
    for text in day.tally.unexpected:
        say(f"unexpected: {text}")
    summary, stats = checker.summary(), day.stats
    faults = with_commands_in_flight(day.faults.fired, office.rows("command"))
    result = {
        "quotes": stats["quotes"], "accounts": stats["accounts"], "orders": stats["orders"],
        "deals": stats["deals"], "commands": day.tally.get("commands"),
        "status_changes": day.tally.get("status_changes"), "refused": refused(checker.counters),
        "events_sent": day.events_sent, "events_applied": day.events_applied,
        **{name: summary[name] for name in ("applied_twice", "gaps_open", "quarantined",
                                            "accounts_differing", "deals_differing")},
        "digests_equal": day.digests_equal,
        "enforced_ms": enforced_ms(office.rows("policy"), day.judged_from_ns),
        "hook_ns": {name: stats["hook_ns"][name] for name in ("p50", "p99", "p999")},
        "bypass_hooked": day.tally.get("bypass_hooked"),
        "bypass_hooked_succeeded": day.tally.get("bypass_hooked_succeeded"),
        "bypass_direct": summary["bypass_direct"],
        "bypass_direct_detected": summary["bypass_direct_detected"],
        "violations": summary["violations"], "findings": summary["findings"],
        "seed": options.seed, "seconds": options.seconds, "bridges": options.bridges,
        "faults": faults, "machine": machine()}
    result["unmet"] = unmet(result, kinds)
    result["ok"] = not result["unmet"]
    return result


def unmet(result, kinds):
    """What had to hold and did not, a sentence each."""
    wrong = [f"{kind}: {count}" for kind, count in result["findings"].items()]
    if result["events_sent"] != result["events_applied"]:
        wrong.append(f"{result['events_sent']} events sent, {result['events_applied']} applied")
    owed = min(REFUSALS_OWED, REFUSALS_OWED * result["seconds"] // 120)
    wrong += [f"{reason} was refused {count} times, not {owed}"
              for reason, count in result["refused"].items() if count < owed]
    if not result["digests_equal"]:
        wrong.append("the digests of the two sides differ or were not compared")
    if result["bypass_hooked_succeeded"]:
        wrong.append(f"{result['bypass_hooked_succeeded']} by-hand operations that hooks saw "
                     "went through")
    if result["bypass_direct"] != result["bypass_direct_detected"]:
        wrong.append(f"{result['bypass_direct']} operations past the hooks, "
                     f"{result['bypass_direct_detected']} noticed")
    return wrong + list(unmet_faults(kinds, result["faults"]))


def raise_interrupt(*_):
    raise KeyboardInterrupt


def main():
    options = arguments()
    signal.signal(signal.SIGTERM, raise_interrupt)
    signal.signal(signal.SIGHUP, raise_interrupt)
    folder = make_folder(options)
    try:
        result = play(options, folder)
    except DayBroken as broken:
        say(f"the day broke off: {broken}")
        return 2
    except KeyboardInterrupt:
        say("stopped")
        return 130
    finally:
        if options.keep or options.data:
            say(f"everything is in {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    if options.json:
        print(json.dumps(result))
    for text in result["unmet"]:
        say(f"does not hold: {text}")
    say("the day holds" if result["ok"] else "the day does not hold")
    return 0 if result["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
