"""HTTP over the daemon's Unix socket, by the standard library's client: it knows nothing of ours."""
from __future__ import annotations

import http.client
import json
import os
import socket
from pathlib import Path


def connect(path: Path, timeout: float) -> socket.socket:
    """Connects through the directory's descriptor, so that a long path does not matter."""
    directory = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        # Without a timeout: with one, a full queue is an error instead of a wait.
        try:
            sock.connect(f"/proc/self/fd/{directory}/{path.name}")
        except OSError:
            sock.close()
            raise
        sock.settimeout(timeout)
        return sock
    finally:
        os.close(directory)


class Reply:
    def __init__(self, status: int, headers: dict[str, str], body: bytes):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    def __str__(self) -> str:
        return f"{self.status} {self.headers} {self.body[:2000]!r}"


class UnixHttp(http.client.HTTPConnection):
    """One keep-alive connection."""

    def __init__(self, path: Path, timeout: float):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self) -> None:
        self.sock = connect(self.path, self.timeout)

    def call(self, method: str, target: str, body=None, headers: dict | None = None) -> Reply:
        data = None if body is None else body if isinstance(body, (bytes, str)) else json.dumps(body)
        send = {"Agenta-Tools-Protocol": "1-1", **(headers or {})}
        if data is not None:
            send.setdefault("Content-Type", "application/json")
        self.request(method, target, data, send)
        reply = self.getresponse()
        return Reply(reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read())
