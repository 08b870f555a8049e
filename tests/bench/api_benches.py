"""Benchmarks of the HTTP API: what staff and other systems wait for, each beside what the same
machine does at best in the same run. wrk asks, over 64 connections."""

import json
import re
import statistics
import subprocess
import tempfile

from link_benches import figure
from stand import Stand

CONNECTIONS = 64
CLIENTS = 100_000
ROUNDS = 5
SECONDS = 4
ONE_CLIENT = ("select json_build_object('id', c.id, 'person_id', c.person_id, 'legal_entity', "
              "c.legal_entity, 'status', c.status, 'causes', '[]'::json, 'classification', "
              "c.classification, 'leverage_cap_x100', coalesce(c.leverage_cap_x100, 0), 'version', "
              "c.version, 'person', json_build_object('id', p.id, 'kind', p.kind, 'name', p.name, "
              "'country', p.country), 'status_since', c.status_since, 'created_at', c.created_at) "
              "from cambist.client c join cambist.person p on p.id = c.person_id where c.id = $1")


def wrk(port, script, seconds=SECONDS):
    """(requests a second, answers that were not as wanted)"""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        done = subprocess.run(
            ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", file.name,
             f"http://127.0.0.1:{port}/"], check=True, capture_output=True, text=True)
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", done.stdout)
    return (float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout).group(1)),
            int(bad.group(1)) if bad else 0)


def add_clients(stand, count):
    stand.sql(f"""
insert into person (id, name, country)
  select ('10000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'Person ' || n, 'GB'
  from generate_series(1, {count}) n;
insert into client (id, person_id, legal_entity, status)
  select ('20000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
         ('10000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'main', 'approved'
  from generate_series(1, {count}) n""")
    stand.sql("analyze client; analyze person")
    stand.sql("checkpoint")


def reading(path, key=None):
    header = f'wrk.headers["Authorization"] = "Bearer {key}"' if key else ""
    return f"""
{header}
local n = 0
request = function()
  n = n % {CLIENTS} + 1
  return wrk.format("GET", string.format("{path}20000000-0000-4000-8000-%012x", n))
end
"""


def start_bare_http(stand):
    process = subprocess.Popen(
        [stand.build / "bin" / "cambist-bench-bare-http", stand.dsn(), "4", ONE_CLIENT],
        stdout=subprocess.PIPE, text=True)
    stand.processes["bare_http"] = process
    return int(process.stdout.readline())


def api_read(build):
    ours, floors = [], []
    with Stand(build) as stand:
        add_clients(stand, CLIENTS)
        key = stand.make_api_key()
        stand.start_gateway()
        bare = start_bare_http(stand)
        for _ in range(ROUNDS):
            answered, bad = wrk(stand.http_port, reading("/v1/clients/", key))
            if bad:
                raise RuntimeError(f"{bad} reads were refused")
            ours.append(answered)
            floors.append(wrk(bare, reading("/"))[0])
    ratio = statistics.median(a / b for a, b in zip(ours, floors))
    yield figure("api_read", f"GET /v1/clients/{{id}}, {CONNECTIONS} connections",
                 statistics.median(ours), "requests/s", statistics.median(floors), ">= 0.7 x",
                 ratio >= 0.7, ratio)


def writing(key, first):
    body = json.dumps({"to": "restricted", "cause": "review", "reason": "bench"})
    return f"""
wrk.method = "POST"
wrk.body = '{body}'
wrk.headers["Authorization"] = "Bearer {key}"
wrk.headers["Content-Type"] = "application/json"
local n = {first}
request = function()
  n = n + 1
  return wrk.format(nil, string.format("/v1/clients/20000000-0000-4000-8000-%012x/status", n))
end
"""


def start_pgbench(stand):
    stand.sql("create database bank", database="postgres")
    stand.pgbench("bank", "-i", "-q", "-s", "30")


def api_write(build):
    ours, floors = [], []
    with Stand(build) as stand:
        add_clients(stand, CLIENTS)
        key = stand.make_api_key()
        start_pgbench(stand)
        stand.start_gateway()
        done = 0
        for _ in range(ROUNDS):
            answered, bad = wrk(stand.http_port, writing(key, done))
            count = "select count(*) from client where status = 'restricted'"
            changed = int(stand.sql(count)[0][0])
            if bad or changed - done < answered * SECONDS * 0.9:
                raise RuntimeError(f"{bad} writes were refused, {changed - done} counted")
            ours.append((changed - done) / SECONDS)
            done = changed + CONNECTIONS
            floors.append(stand.pgbench("bank", "-c16", "-j2", f"-T{SECONDS}", "-n"))
    ratio = statistics.median(a / b for a, b in zip(ours, floors))
    yield figure("api_write", f"status change, distinct clients, {CONNECTIONS} connections",
                 statistics.median(ours), "changes/s", statistics.median(floors), ">= 1 x",
                 ratio >= 1, ratio)


ALL = {"api_read": api_read, "api_write": api_write}
