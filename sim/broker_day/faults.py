"""Things that go wrong on purpose: programs are killed and started again, the link is cut."""

import random
import signal
import time

from processes import DayBroken

KINDS = ("kill:bridge", "kill:gateway", "kill:postgres", "kill:server", "cut:link")
TIMES_EACH = 3
DOWN_SECONDS = (0.1, 1.5)
SETTLING_SECONDS = 1.0


def parsed(text):
    """The kinds of a comma list; DayBroken names one that is not known."""
    kinds = [word for word in text.split(",") if word]
    for kind in kinds:
        if kind not in KINDS:
            raise DayBroken(f"no fault is called {kind}; known are: {', '.join(KINDS)}")
    return kinds


class Faults:
    """Each kind three times, evenly over the day in an order of the seed; one at a time. Programs
    are started again by whoever calls, which must be the main thread."""

    def __init__(self, kinds, broker, seed, seconds, commands_on_their_way, server_is_back):
        self.broker, self.dice = broker, random.Random(seed)
        self.commands_on_their_way = commands_on_their_way
        self.server_is_back = server_is_back
        kinds = kinds * TIMES_EACH
        self.dice.shuffle(kinds)
        self.plan = [((number + self.dice.uniform(0.2, 0.8)) * seconds * 0.9 / len(kinds), kind)
                     for number, kind in enumerate(kinds)]
        self.fired = []
        self.owner = None
        self.settled_at = 0.0

    def due(self, passed):
        return bool(self.plan) and passed >= self.plan[0][0] and time.monotonic() > self.settled_at

    def fire(self, started):
        """Does the next fault and makes it good again."""
        kind = self.plan.pop(0)[1]
        act = {"kill:bridge": self.kill_bridge, "kill:gateway": self.kill_gateway,
               "kill:postgres": self.kill_postgres, "kill:server": self.kill_server,
               "cut:link": self.cut_link}[kind]
        record = {"fault": kind, "requests_in_flight": 0}
        # Known before commands are met: asking afterwards gives them time to be done.
        self.owner = self.broker.lease_holder()
        self.commands_on_their_way(record)
        act(record)
        record["after_s"] = round(record["at_ns"] / 1e9 - started, 3)
        record["down_s"] = round((time.time_ns() - record["at_ns"]) / 1e9, 3)
        self.fired.append(record)
        self.settled_at = time.monotonic() + SETTLING_SECONDS

    def pause(self):
        time.sleep(self.dice.uniform(*DOWN_SECONDS))

    def kill(self, program, record, how=signal.SIGKILL):
        record["at_ns"] = time.time_ns()
        program.kill(how)
        record["program"] = program.name

    def kill_bridge(self, record):
        self.kill(self.owner, record)
        self.pause()
        self.broker.start_bridge(self.owner)

    def kill_gateway(self, record):
        self.kill(self.broker.gateway, record)
        self.pause()
        self.broker.start_gateway()

    def kill_postgres(self, record):
        # SIGQUIT is PostgreSQL's immediate shutdown: no checkpoint, recovery at the next start.
        self.kill(self.broker.database.server, record, signal.SIGQUIT)
        self.pause()
        self.broker.database.start()

    def kill_server(self, record):
        self.kill(self.broker.server, record)
        self.pause()
        self.broker.start_server()
        self.server_is_back()

    def cut_link(self, record):
        record["at_ns"] = time.time_ns()
        for proxy in self.broker.proxies:
            proxy.cut()
        self.pause()
        for proxy in self.broker.proxies:
            proxy.restore()
