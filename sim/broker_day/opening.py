"""The morning: the office learns of its clients and accounts, and what is restricted all day."""

import uuid

BATCH = 250
CAP_X100 = 3000


def add_server(api, server_id, mode, scope):
    _expect(api.post("/v1/servers", {"id": str(server_id), "name": "day", "kind": "in_process",
                                     "mode": mode, "scope": scope}), 201)


def register(api, server_id, cast):
    """Every known client with its account; those of the part `registered` stay unapproved."""
    for at in range(0, len(cast.known), BATCH):
        items = [{
            "id": player.client,
            "person": {"id": str(uuid.uuid5(uuid.UUID(player.client), "person")),
                       "name": f"Trader {player.login}", "kind": "natural"},
            "status": "registered" if player.part == "registered" else "approved",
            "accounts": [{"server_id": str(server_id), "login": str(player.login),
                          "kind": "demo" if player.group.startswith("demo/") else "live"}],
        } for player in cast.known[at:at + BATCH]]
        answer = _expect(api.post("/v1/clients/batch",
                                  {"items": items, "reason": "the day opens"}), 200)
        refused = [item for item in answer["items"] if item["code"]]
        if refused:
            raise RuntimeError(f"clients refused: {refused[:3]}")


def restrict_for_the_day(api, server_id, cast):
    def of(player):
        return f"/v1/accounts/{server_id}/{player.login}"

    for player in cast.of("restricted"):
        status_change(api, player, "restricted", "review")
    for player in cast.of("frozen"):
        status_change(api, player, "restricted", "authority_freeze")
    for player in cast.of("closing"):
        _expect(api.post(of(player) + "/state", {"state": "closed", "reason": "day"}), 200)
    # Where the manager will go past the hooks, a debit is forbidden too.
    for player in cast.of("held", "bypassed"):
        _expect(api.post(of(player) + "/holds",
                         {"id": str(uuid.uuid4()), "kind": "withdrawal", "reason": "day"}), 201)
    for player in cast.of("reserved"):
        _expect(api.post(of(player) + "/holds",
                         {"id": str(uuid.uuid4()), "kind": "reserve", "reason": "day",
                          "amount": player.money(player.balance * 9 // 10)}), 201)
    for player in cast.of("capped", "bypassed"):
        _expect(api.post(of(player) + "/leverage-cap",
                         {"leverage_cap_x100": CAP_X100, "reason": "day"}), 200)


def status_change(api, player, to, cause=None):
    body = {"to": to, "reason": "broker's day"}
    if cause:
        body["cause"] = cause
    return _expect(api.post(f"/v1/clients/{player.client}/status", body), 200)


def _expect(answer, status):
    if answer[0] != status:
        raise RuntimeError(f"the office answered {answer[0]} instead of {status}: {answer[1]}")
    return answer[1]
