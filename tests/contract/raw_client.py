"""A connection that sends any bytes and reads strictly."""

import http.client
import socket


class RawClient:
    """Connects again whenever the other end closed."""

    def __init__(self, port):
        self._port = port
        self._socket = None

    def ask(self, request):
        """(status, [(header, value)], body) of a generator.Request."""
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=30)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(text_of(request))
        response = http.client.HTTPResponse(self._socket, method=request.method)
        response.begin()
        body = response.read()
        # What follows an answer that was read to its end would be an answer to nothing.
        if response.will_close:
            self.close()
        return response.status, response.getheaders(), body

    def close(self):
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def text_of(request):
    lines = [f"{request.method} {request.target} HTTP/1.1", "Host: localhost"]
    lines += [f"{name}: {value}" for name, value in request.headers]
    if request.body or request.method in ("POST", "PUT"):
        lines.append(f"Content-Length: {len(request.body)}")
    head = "\r\n".join(lines) + "\r\n\r\n"
    return head.encode("utf-8", "surrogateescape") + request.body
