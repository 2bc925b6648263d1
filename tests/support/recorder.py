"""An HTTP server between the daemon and a Composio: passes everything on, remembers it, and can answer instead."""
from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .sandbox import fetch


class Seen:
    def __init__(self, method: str, path: str, headers: dict[str, str], body: bytes):
        self.method, self.path, self.headers, self.body = method, path, headers, body

    @property
    def json(self):
        return json.loads(self.body or b"{}")


class Recorder:
    """`instead(seen)` gives (status, headers, body) to answer with, or None to pass the request on."""

    def __init__(self, upstream: str):
        self.upstream, self.seen, self.instead = upstream, [], None
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                seen = Seen(self.command, self.path, headers, body)
                recorder.seen.append(seen)
                reply = recorder.instead(seen) if recorder.instead else None
                if reply is None:
                    passed = {k: v for k, v in headers.items() if k not in ("host", "connection", "content-length")}
                    page = fetch(recorder.upstream + self.path, self.command, body or None, passed, timeout=60)
                    reply = page.status, {"Content-Type": page.headers.get("content-type", "application/json")}, page.raw
                status, more, data = reply
                self.send_response(status)
                for name, value in more.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_DELETE = do_PATCH = answer

            def log_message(self, *_) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def of(self, method: str, part: str) -> list[Seen]:
        return [seen for seen in self.seen if seen.method == method and part in seen.path]

    def callback_url(self) -> str:
        """What the latest link was asked to come back to."""
        return self.of("POST", "/link")[-1].json["callback_url"]
