"""The figures of a day as one JSON object, and whether all that must hold does."""

import platform
import re

# Reasons that a healthy day meets, by number as the trading server stores them; `degraded` is not.
REASONS = {1: "no_policy", 2: "trade_disabled", 3: "close_only", 4: "account_closed", 5: "frozen",
           6: "close_volume", 7: "position_gone", 8: "unknown_action", 9: "withdraw_forbidden",
           10: "reserved_amount", 11: "deposit_forbidden", 12: "transfer_forbidden",
           13: "command_mismatch", 14: "leverage_cap", 15: "group_not_ordered",
           16: "login_forbidden"}


def percentile(values, share):
    if not values:
        return None
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def enforced_ms(policies, since_ns):
    delays = [(row["enforced_ns"] - row["accepted_ns"]) / 1e6 for row in policies
              if row["enforced_ns"] is not None and row["accepted_ns"] >= since_ns]
    return {name: None if not delays else round(percentile(delays, share), 3)
            for name, share in (("p50", 0.5), ("p99", 0.99), ("max", 1.0))}


def refused(counters):
    """{reason: how often}, as the trading server counted what the plugin said."""
    counts = dict.fromkeys(REASONS.values(), 0)
    for name, value in counters.items():
        match = re.fullmatch(r"plugin:\d+:(\d+)", name)
        if match:
            reason = REASONS.get(int(match[1]), f"reason_{match[1]}")
            counts[reason] = counts.get(reason, 0) + value
    return counts


def with_commands_in_flight(faults, commands):
    """Says of each fault how many commands had been sent and not answered when it fired."""
    for fault in faults:
        del fault["met_commands"]
        fault["commands_in_flight"] = sum(
            1 for command in commands
            if command["sent_ns"] is not None and command["sent_ns"] <= fault["at_ns"]
            and (command["finished_ns"] is None or command["finished_ns"] > fault["at_ns"]))
    return faults


def machine():
    model, cores = "", 0
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as lines:
        for line in lines:
            if line.startswith("model name"):
                model, cores = line.split(":", 1)[1].strip(), cores + 1
    with open("/proc/meminfo", encoding="ascii") as lines:
        memory = int(next(lines).split()[1]) // 1024
    return {"processor": model, "cores": cores, "memory_mib": memory, "kernel": platform.release()}


def unmet_faults(kinds, faults):
    """Each kind fires three times, at least once with a command in flight."""
    for kind in kinds:
        fired = [fault for fault in faults if fault["fault"] == kind]
        if len(fired) < 3:
            yield f"{kind} fired {len(fired)} times"
        if not any(fault["commands_in_flight"] for fault in fired):
            yield f"{kind} never met a command in flight"
