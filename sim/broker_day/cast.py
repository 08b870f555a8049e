"""Who plays what on the day: every login has one part, so that each reason to refuse is met."""

import dataclasses
import random
import uuid

# Shares of a thousand accounts that have a client, in the order in which they are dealt.
PARTS = {
    "registered": 15,  # their client is not approved yet
    "restricted": 25,  # restricted before trading begins, all day
    "frozen": 15,  # an authority's freeze, all day
    "closing": 15,  # closed in the course of the day
    "held": 25,  # a withdrawal hold, all day
    "reserved": 25,  # most of the balance is reserved, all day
    "capped": 25,  # a low leverage cap, all day
    "bypassed": 40,  # the manager goes behind the office's back here
    "ordered": 400,  # the office orders commands here
}
LEAST = 4
UNKNOWN_SHARE = 50  # every n-th account is one that the office does not know


@dataclasses.dataclass
class Player:
    login: int
    group: str
    currency: str
    digits: int
    balance: int  # at the opening, minor units
    part: str = "trader"
    client: str = ""

    def money(self, minor):
        sign, minor = ("-", -minor) if minor < 0 else ("", minor)
        if self.digits == 0:
            text = f"{sign}{minor}"
        else:
            whole, rest = divmod(minor, 10 ** self.digits)
            text = f"{sign}{whole}.{rest:0{self.digits}d}"
        return {"amount": text, "currency": self.currency}


class Cast:
    def __init__(self, players, seed):
        self.players = players
        dice = random.Random(seed)
        # Out of scope, the gate judges nobody: such accounts only trade.
        judged = [player for player in players if not player.group.startswith("coverage/")]
        for player in players:
            if player.group.startswith("coverage/"):
                player.part = "unjudged"
        dice.shuffle(judged)
        self.unknown = judged[:max(LEAST, len(judged) // UNKNOWN_SHARE)]
        for player in self.unknown:
            player.part = "unknown"
        known = judged[len(self.unknown):]
        for player in known:
            player.client = str(uuid.UUID(int=dice.getrandbits(128), version=4))
        live = [player for player in known if not player.group.startswith("demo/")]
        at = 0
        for part, share in PARTS.items():
            count = max(LEAST, len(live) * share // 1000)
            for player in live[at:at + count]:
                player.part = part
            at += count
        self.known = known

    def of(self, *parts):
        return [player for player in self.players if player.part in parts]


def cast_of(users, groups, seed):
    """users, groups: rows of the trading server's store."""
    digits = {group["name"]: group["currency_digits"] for group in groups}
    return Cast([Player(row["login"], row["group"], row["currency"], digits[row["group"]],
                        row["balance"]) for row in users], seed)
