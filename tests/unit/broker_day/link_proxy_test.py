"""The wire that faults cut: it forwards whole, ends connections when cut, and works again."""

import pathlib
import socket
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "sim" / "broker_day"))

from link_proxy import LinkProxy  # noqa: E402
from processes import free_ports  # noqa: E402


class Echo:
    """Sends back whatever comes, on one thread a connection."""

    def __init__(self, port):
        self.listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._echo, args=(connection,), daemon=True).start()

    @staticmethod
    def _echo(connection):
        with connection:
            while data := connection.recv(65536):
                connection.sendall(data)


class LinkProxyTest(unittest.TestCase):
    def setUp(self):
        port, target = free_ports(2)
        self.echo = Echo(target)
        self.proxy = LinkProxy(port, target)
        self.addCleanup(self.echo.listener.close)
        self.addCleanup(self.proxy.close)

    def connect(self):
        connection = socket.create_connection(("127.0.0.1", self.proxy.port), 10)
        self.addCleanup(connection.close)
        return connection

    def echoed(self, connection, data):
        sender = threading.Thread(target=connection.sendall, args=(data,))
        sender.start()
        received = bytearray()
        while len(received) < len(data):
            chunk = connection.recv(65536)
            if not chunk:
                break
            received += chunk
        sender.join()
        return bytes(received)

    def test_everything_arrives_in_order_and_whole(self):
        data = bytes(range(256)) * 40_000
        self.assertEqual(self.echoed(self.connect(), data), data)

    def test_a_cut_ends_connections_and_refuses_new_ones_until_restored(self):
        before = self.connect()
        self.assertEqual(self.echoed(before, b"one"), b"one")
        self.proxy.cut()
        self.assertEqual(before.recv(10), b"")
        try:
            during = self.connect()
            self.assertEqual(during.recv(10), b"")
        except ConnectionError:
            pass
        self.proxy.restore()
        self.assertEqual(self.echoed(self.connect(), b"two"), b"two")


if __name__ == "__main__":
    unittest.main()
