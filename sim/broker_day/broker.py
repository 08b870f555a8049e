"""All programs of one broker: PostgreSQL, bridges, gateway and the trading server with the plugin,
with keys, settings and logs of their own under one folder."""

import pathlib
import re
import subprocess
import urllib.request

from approvers import Approvers
from database import Database
from link_proxy import LinkProxy
from processes import DayBroken, Program, free_ports
from trading_desk import TradingDesk

SERVER_ID = 1
SCOPE = ["*", "!coverage/*"]


def fetched(port, path):
    """The text that the program at the port answers; None when it does not."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as response:
            return response.read().decode() if response.status == 200 else None
    except OSError:
        return None


def answers(port, path):
    return fetched(port, path) is not None


class Broker:
    def __init__(self, build, folder, fleet, accounts, seed, bridges=1, quotes=None,
                 mode="enforce", plugin=None):
        self.build, self.folder, self.fleet = pathlib.Path(build), pathlib.Path(folder), fleet
        self.plugin = pathlib.Path(plugin or self.build / "lib" / "libcambist_plugin.so")
        self.accounts, self.seed, self.quotes, self.mode = accounts, seed, quotes, mode
        self.folder.chmod(0o755)  # PostgreSQL's user must pass through
        for name in ("keys", "server", "plugin", "log"):
            (self.folder / name).mkdir()
        ports = iter(free_ports(2 + 3 * bridges))
        self.http_port, self.manager_port = next(ports), next(ports)
        self.bridge_ports = [(next(ports), next(ports), next(ports)) for _ in range(bridges)]
        self.bridges, self.proxies = [], []
        self.gateway = self.server = None
        self.desk = TradingDesk(self.manager_port)

    # -- in the order of what needs what ------------------------------------------------------
    def open_office(self):
        self.database = Database(self.folder, self.fleet)
        self.database.migrate(self.program("migrate"))
        self._start_gateway()

    def open_trading(self):
        """The office must know the server by now."""
        self._make_keys()
        self._start_bridges()
        self._start_server()

    def program(self, name):
        path = self.build / "bin" / (name if name == "cambistctl" else f"cambist-{name}")
        if not path.exists():
            raise DayBroken(f"{path} is not built: run ./cambist demo, or build it")
        return path

    def _make_keys(self):
        for name in ("bridge", "server"):
            self._run("keys", name, self.folder / "keys")

    def _run(self, program, *words):
        done = subprocess.run([self.program(program), *words], capture_output=True, text=True,
                              check=False)
        if done.returncode:
            raise DayBroken(f"{program}: {done.stderr.strip()}")
        return done.stdout

    def _settings(self, name, text):
        file = self.folder / f"{name}.toml"
        file.write_text(text)
        file.chmod(0o600)
        return file

    def _start_gateway(self):
        self._run("cambistctl", "secret-key", self._secret_key())
        file = self._settings("gateway", f"""
[http]
address = "127.0.0.1"
port = {self.http_port}
[database]
dsn = "{self.database.dsn('cambist_gateway')}"
[auth]
secret_key_file = "{self._secret_key()}"
""")
        self.gateway = self._add("gateway", [self.program("gateway"), "--config", file])
        self.start_gateway()

    def start_gateway(self):
        self.gateway.start()
        self.gateway.wait_until_ready(lambda: answers(self.http_port, "/readyz"))


    def _start_bridges(self):
        for number, (port, link_port, metrics) in enumerate(self.bridge_ports, 1):
            file = self._settings(f"bridge-{number}", f"""
name = "bridge-{number}"
lease_seconds = 3
[database]
dsn = "{self.database.dsn('cambist_bridge')}"
[link]
endpoint = "tcp://127.0.0.1:{link_port}"
key_file = "{self.folder}/keys/bridge.key"
[[server]]
id = {SERVER_ID}
public_keys = ["{self.folder}/keys/server.pub"]
[metrics]
port = {metrics}
[rescan]
pages_a_second = 40
pause_seconds = 2
""")
            self.proxies.append(LinkProxy(port, link_port))
            bridge = self._add(f"bridge-{number}", [self.program("bridge"), "--config", file])
            self.bridges.append(bridge)
            self.start_bridge(bridge)

    def start_bridge(self, bridge):
        metrics = self.bridge_ports[self.bridges.index(bridge)][2]
        bridge.start()
        bridge.wait_until_ready(lambda: answers(metrics, "/metrics"))

    def _start_server(self):
        endpoints = ",".join(f"tcp://127.0.0.1:{port}" for port, _, _ in self.bridge_ports)
        quotes = "" if not self.quotes else f'files = ["{self.quotes}"]'
        file = self._settings("server", f"""
seed = {self.seed}
[server]
id = {SERVER_ID}
data_dir = "{self.folder}/server"
[plugin]
path = "{self.plugin}"
[plugin.parameters]
server_id = "{SERVER_ID}"
data_dir = "{self.folder}/plugin"
bridge_endpoints = "{endpoints}"
bridge_public_key_file = "{self.folder}/keys/bridge.pub"
secret_key_file = "{self.folder}/keys/server.key"
scope = "{','.join(SCOPE)}"
mode = "{self.mode}"
policy_capacity = "{2 * self.accounts + 10_000}"
[manager]
port = {self.manager_port}
[quotes]
{quotes}
[population]
accounts = {self.accounts}
""")
        self.server = self._add("server", [self.program("sim"), "--config", file])
        self.start_server()

    def start_server(self):
        self.server.start()
        self.server.wait_until_ready(self.desk.alive, 120)

    def _add(self, name, command):
        return self.fleet.add(Program(name, command, self.folder / "log" / f"{name}.log"))

    # -- who asks and who agrees --------------------------------------------------------------
    def _secret_key(self):
        return self.folder / "keys" / "gateway.key"

    def approvers(self):
        """Staff of every role, who sign in when they are needed."""
        self._run("cambistctl", "--dsn", self.database.dsn(), "staff", "demo",
                  self.folder / "keys", "--secret-key", self._secret_key())
        return Approvers(self.http_port, self.folder / "keys" / "staff.json")

    def make_api_keys(self):
        """(the key that may only narrow, the one that may ask for everything)"""
        self._run("cambistctl", "--dsn", self.database.dsn(), "demo-keys", self.folder / "keys")
        return tuple((self.folder / "keys" / f"{name}.key").read_text().strip()
                     for name in ("backoffice", "demo"))

    # -- facts --------------------------------------------------------------------------------
    def plugin_status(self):
        """What the plugin says of itself: numbers by name."""
        answer = self.desk.ordered("plugin_command", hex="status".encode().hex())
        words = bytes.fromhex(answer["hex"]).decode().split()
        return {name: int(value) for name, value in (word.split("=") for word in words)}

    def rescans(self):
        """How often the bridges have read the whole server again since each started."""
        cycles = 0
        for _, _, metrics in self.bridge_ports:
            text = fetched(metrics, "/metrics") or ""
            cycles += sum(int(float(value)) for value in re.findall(
                r"^cambist_bridge_rescan_cycles_total(?:\{[^}]*\})? (\S+)$", text, re.M))
        return cycles

    def lease_holder(self):
        """The bridge that owns the server's streams now, or the first one."""
        rows = self.database.sql(f"select lease_holder from server where id = {SERVER_ID}")
        holder = rows[0]["lease_holder"] if rows else ""
        for bridge in self.bridges:
            if holder.startswith(bridge.name):
                return bridge
        return self.bridges[0]

    def close(self):
        self.desk.close()
        for proxy in self.proxies:
            proxy.close()
