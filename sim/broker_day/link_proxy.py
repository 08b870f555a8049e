"""A wire between plugin and bridge that can be cut: it forwards bytes until it is told not to."""

import selectors
import socket
import threading

CHUNK = 1 << 16


class LinkProxy:
    def __init__(self, port, target_port):
        self.port, self.target_port = port, target_port
        self._whole, self._ending = True, False
        self._lock = threading.Lock()
        self._pairs = {}  # socket -> the other end
        self._waiting = {}  # socket -> bytes that it has not taken yet
        self._selector = selectors.DefaultSelector()
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(("127.0.0.1", port))
        self._listener.listen()
        self._listener.setblocking(False)
        self._wake, self._woken = socket.socketpair()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._run, name="link-proxy", daemon=True)
        self._thread.start()

    def cut(self):
        self._tell(whole=False)

    def restore(self):
        self._tell(whole=True)

    def close(self):
        with self._lock:
            self._ending = True
        self._wake.send(b"!")
        self._thread.join()
        self._wake.close()

    def _tell(self, whole):
        with self._lock:
            self._whole = whole
        self._wake.send(b"!")

    def _run(self):
        while True:
            for key, events in self._selector.select():
                if key.fileobj is self._woken:
                    self._woken.recv(CHUNK)
                elif key.fileobj is self._listener:
                    self._accept()
                elif key.fileobj in self._pairs:
                    self._move(key.fileobj, events)
            with self._lock:
                whole, ending = self._whole, self._ending
            if not whole or ending:
                for end in list(self._pairs):
                    self._drop(end)
            if ending:
                for end in (self._listener, self._woken, self._selector):
                    end.close()
                return

    def _accept(self):
        try:
            near, _ = self._listener.accept()
        except OSError:
            return
        with self._lock:
            whole = self._whole
        far = socket.socket()
        try:
            if not whole:
                raise OSError("cut")
            far.connect(("127.0.0.1", self.target_port))
        except OSError:
            near.close()
            far.close()
            return
        for end, other in ((near, far), (far, near)):
            end.setblocking(False)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._pairs[end] = other
            self._waiting[end] = bytearray()
            self._selector.register(end, selectors.EVENT_READ)

    def _move(self, end, events):
        try:
            if events & selectors.EVENT_READ:
                received = end.recv(CHUNK)
                if not received:
                    self._drop(end)
                    return
                self._waiting[self._pairs[end]] += received
                self._flush(self._pairs[end])
            if events & selectors.EVENT_WRITE:
                self._flush(end)
        except BlockingIOError:
            pass
        except OSError:
            self._drop(end)

    def _flush(self, end):
        waiting = self._waiting[end]
        try:
            if waiting:
                del waiting[:end.send(waiting)]
        except BlockingIOError:
            pass
        self._watch(end)
        # Back-pressure: whoever sends waits while the other does not take.
        self._watch(self._pairs[end])

    def _watch(self, end):
        events = selectors.EVENT_WRITE if self._waiting[end] else 0
        if len(self._waiting[self._pairs[end]]) < 16 * CHUNK:
            events |= selectors.EVENT_READ
        registered = end in self._selector.get_map()
        if events and registered:
            self._selector.modify(end, events)
        elif events:
            self._selector.register(end, events)
        elif registered:
            self._selector.unregister(end)

    def _drop(self, end):
        other = self._pairs.pop(end, None)
        self._waiting.pop(end, None)
        if other is None:
            return
        self._pairs.pop(other, None)
        self._waiting.pop(other, None)
        for each in (end, other):
            if each in self._selector.get_map():
                self._selector.unregister(each)
            each.close()
