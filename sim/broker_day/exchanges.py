"""Keeps what was asked and answered over HTTP, a JSON object a line, so that it can be judged by
the API's description later."""

import json
import os
import threading

MOST = 20_000


class Exchanges:
    """Writes to a file that is begun anew; thread-safe. Without a file it keeps nothing."""

    def __init__(self, path):
        self._lock = threading.Lock()
        self._kept = 0
        self._file = None
        if path:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            self._file = open(path, "w", encoding="utf-8")  # open as long as the process runs

    def keep(self, method, target, headers, body, response, answer):
        """`headers` are pairs; `body` and `answer` are text; `response` is http.client's."""
        line = {"method": method, "target": target, "headers": [list(pair) for pair in headers],
                "body": body, "status": response.status,
                "answer_headers": [list(pair) for pair in response.getheaders()],
                "answer": answer}
        with self._lock:
            if self._file and self._kept < MOST:
                self._kept += 1
                self._file.write(json.dumps(line) + "\n")
                self._file.flush()


# Those of this process; CAMBIST_EXCHANGES names the file.
exchanges = Exchanges(os.environ.get("CAMBIST_EXCHANGES"))
