"""The trading server's manager port: JSON lines, one answer a request."""

import json
import socket
import threading


class DeskGone(Exception):
    """The trading server does not answer; whether it did what was asked is not known."""


class TradingDesk:
    """One connection, made anew when it broke; threads take turns on it."""

    def __init__(self, port, timeout=60):
        self.port, self.timeout = port, timeout
        self._lock = threading.Lock()
        self._file = None

    def ask(self, command, **fields):
        """The answer's fields; those of a refusal too ({"ok": false, "error": code})."""
        line = json.dumps({"cmd": command, **fields}).encode() + b"\n"
        with self._lock:
            try:
                if self._file is None:
                    self._connect()
                self._file.write(line)
                self._file.flush()
                answer = self._file.readline()
            except OSError as error:
                self._close()
                raise DeskGone(str(error)) from error
            if not answer.endswith(b"\n"):
                self._close()
                raise DeskGone("the connection ended within an answer")
        return json.loads(answer)

    def ordered(self, command, **fields):
        """Like ask, for what may not be refused."""
        answer = self.ask(command, **fields)
        if not answer.get("ok"):
            raise DeskGone(f"{command}: {answer}")
        return answer

    def alive(self):
        try:
            return self.ask("ping").get("ok", False)
        except DeskGone:
            return False

    def close(self):
        with self._lock:
            self._close()

    def _connect(self):
        connection = socket.create_connection(("127.0.0.1", self.port), self.timeout)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._file = connection.makefile("rwb")
        connection.close()  # the file keeps the socket

    def _close(self):
        if self._file is not None:
            try:
                self._file.close()
            except OSError:
                pass
            self._file = None
