#!/usr/bin/python3
"""The small demo broker of `./cambist up`, made through the front doors: the gateway's HTTP API and
the trading server's manager port.

demo_broker.py server PORT SECRETS    tells the office of the trading server
demo_broker.py clients PORT SECRETS   gives its accounts to clients, most approved, one restricted,
                                      one with a withdrawal hold, and waits until all is enforced
demo_broker.py ready PORT SECRETS     exits 0 when a bridge holds the server's lease and mirrors it

SECRETS is the folder of demo.key and staff.json. Running it again changes nothing: every id is
derived from a name.
"""
import http.client
import json
import pathlib
import socket
import sys
import time
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "sim" / "broker_day"))

from approvers import Approvers, NobodyDecides  # noqa: E402

SERVER = "1"
NAMESPACE = uuid.UUID("6f2c0d5e-5a56-4b19-9a3c-0d8f2c1f7e11")
UNKNOWN = 2  # so many accounts stay without a client: a broker's office never knows all of them
PATIENCE = 60  # seconds until everything must be enforced
NAMES = ("Ada Byron", "Boole Press Ltd", "Carla Gauss", "Daniel Weber", "Emmy Noether",
         "Felix Klein", "Grace Murray", "Henri Laurent", "Ines Silva", "Jonas Berg", "Kira Sato",
         "Liam Burke", "Mona Haddad", "Nils Holm", "Olga Petrova", "Paul Mendes", "Quinn Lee",
         "Rosa Marin")


class Refused(Exception):
    """The gateway's answer to a request that should have worked."""


class Office:
    def __init__(self, port, secrets):
        with open(f"{secrets}/demo.key", encoding="utf-8") as file:
            self.key = file.readline().strip()
        self.port = port
        self.approvers = Approvers(port, f"{secrets}/staff.json")

    def ask(self, method, path, body=None, fields=None):
        """(status, answer)"""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = dict(fields or {"Authorization": "Bearer " + self.key})
        if body is not None:
            headers["Content-Type"] = "application/json"
            headers["Idempotency-Key"] = str(derived(path + json.dumps(body)))
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None,
                               headers)
            response = connection.getresponse()
            text = response.read()
            return response.status, json.loads(text) if text else {}
        finally:
            connection.close()

    def must(self, method, path, body=None):
        """The answer; of what waits for approval, once somebody has agreed."""
        status, answer = self.ask(method, path, body)
        if status >= 300:
            raise Refused(f"{method} {path}: {status} {answer.get('code', answer)}")
        if status == 202 and "approval" in answer:
            return self.approve(answer["approval"])
        return answer

    def approve(self, approval):
        known = self.must("GET", f"/v1/approvals/{approval['id']}")
        if known["state"] != "pending":
            return None
        person = self.approvers.person_for(known)
        path = f"/v1/approvals/{known['id']}/approve"
        status, answer = self.ask("POST", path, {"remark": "demo"},
                                  {**person.fields(), "If-Match": f'"v{known["version"]}"'})
        if status != 200 or answer["state"] != "approved":
            raise Refused(f"POST {path}: {status} {answer.get('code', answer)}")
        return answer["result"]

    def accounts(self):
        after = ""
        while after is not None:
            page = self.must("GET", f"/v1/accounts?limit=200{after and '&after=' + after}")
            yield from page["items"]
            after = page["next"]


def derived(name):
    return uuid.uuid5(NAMESPACE, name)


def ask_trading_server(port, **request):
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall((json.dumps(request) + "\n").encode())
        answer = json.loads(connection.makefile("r", encoding="utf-8").readline())
    if not answer["ok"]:
        raise Refused(f"trading server: {request['cmd']}: {answer.get('error')}")
    return answer


def add_server(office, _):
    status, _ = office.ask("GET", "/v1/servers/" + SERVER)
    if status == 404:
        office.must("POST", "/v1/servers", {"id": SERVER, "name": "demo", "kind": "in_process",
                                            "mode": "enforce", "scope": ["real/*", "demo/*"]})


def client_of(user, number):
    """A client for this account; the same one each time."""
    name = NAMES[number % len(NAMES)]
    kind = "legal" if name.endswith("Ltd") else "natural"
    return {"id": str(derived(f"client {user['login']}")), "status": "approved",
            "person": {"id": str(derived(f"person {user['login']}")), "name": name, "kind": kind},
            "accounts": [{"server_id": SERVER, "login": str(user["login"]),
                          "kind": "demo" if user["group"].startswith("demo") else "live"}]}


def seed_clients(office, port):
    users = ask_trading_server(port + 3, cmd="users", limit=1000)["users"]
    clients = [client_of(user, number) for number, user in enumerate(users[:-UNKNOWN])]
    first, second = clients[0], clients[1]
    known, _ = office.ask("GET", "/v1/clients/" + first["id"])
    if known == 404:
        office.must("POST", "/v1/clients/batch", {"items": clients, "reason": "demo"})
        office.must("POST", f"/v1/clients/{first['id']}/status",
                    {"to": "restricted", "cause": "review",
                     "reason": "shows what a restriction does"})
        login = second["accounts"][0]["login"]
        office.must("POST", f"/v1/accounts/{SERVER}/{login}/holds",
                    {"id": str(derived("hold")), "kind": "withdrawal",
                     "reason": "shows what a hold does"})
    accounts = wait_until_enforced(office, len(users))
    print(f"    {len(clients)} clients, {len(accounts)} accounts, every right enforced in the "
          "trading server")
    print(f"    account {first['accounts'][0]['login']} is restricted, "
          f"{second['accounts'][0]['login']} has a withdrawal hold")


def wait_until_enforced(office, expected):
    limit = time.monotonic() + PATIENCE
    while True:
        accounts = [account for account in office.accounts() if account["mirrored"]]
        policies = [account["policy"] for account in accounts]
        waiting = sum(policy["accepted_version"] != policy["enforced_version"]
                      for policy in policies)
        if len(accounts) >= expected and not waiting:
            return accounts
        if time.monotonic() > limit:
            raise Refused(f"after {PATIENCE} s {len(accounts)} of {expected} accounts are mirrored "
                          f"and {waiting} wait for their rights")
        time.sleep(0.1)


def check_ready(office, _):
    lease = office.must("GET", "/v1/servers/" + SERVER)["lease"]
    if not lease["holder"]:
        raise Refused("no bridge holds the lease")


def main():
    steps = {"server": add_server, "clients": seed_clients, "ready": check_ready}
    step, port, secrets = sys.argv[1:]
    try:
        steps[step](Office(int(port), secrets), int(port))
    except (OSError, Refused, NobodyDecides, ValueError, http.client.HTTPException) as problem:
        sys.exit(f"cambist: the demo broker could not be made: {problem}")


if __name__ == "__main__":
    main()
