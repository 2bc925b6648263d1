"""An MCP client that knows nothing of ours: lines of JSON-RPC to a server on stdio, both eras."""
from __future__ import annotations

import json
import queue
import subprocess
import threading
import time

from .agenta import World, seconds

MODERN = "2026-07-28"
PREFIX = "io.modelcontextprotocol/"


class Closed(Exception):
    """The server has closed its output."""


class Mcp:
    """A server that was started, and its client."""

    def __init__(self, world: World, *args, era: str = "modern", capabilities: dict | None = None, revision: str = "2025-11-25",
                 env: dict | None = None, cli=None):
        self.era, self.capabilities, self.next_id = era, capabilities or {}, 0
        self.process = world.start("mcp", *args, env=env, cli=cli, stdin=subprocess.PIPE)
        self.lines: queue.Queue[bytes | None] = queue.Queue()
        self.seen: list[dict] = []
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        if era == "legacy":
            self.agreed = self.ask("initialize", {"protocolVersion": revision, "capabilities": self.capabilities,
                                                  "clientInfo": {"name": "test", "version": "1"}})["result"]
            self.tell("notifications/initialized")

    def read(self) -> None:
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put(None)

    # Saying.
    def write(self, data: bytes) -> None:
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def say(self, message) -> None:
        self.write(json.dumps(message).encode() + b"\n")

    def params(self, params: dict | None, meta: dict | None) -> dict:
        out = dict(params or {})
        if self.era == "modern":
            out["_meta"] = {PREFIX + "protocolVersion": MODERN, PREFIX + "clientCapabilities": self.capabilities, **(meta or {})}
        elif meta:
            out["_meta"] = meta
        return out

    def begin(self, method: str, params: dict | None = None, meta: dict | None = None, id=None):
        """Sends a request; its id."""
        if id is None:
            self.next_id += 1
            id = self.next_id
        self.say({"jsonrpc": "2.0", "id": id, "method": method, "params": self.params(params, meta)})
        return id

    def tell(self, method: str, params: dict | None = None) -> None:
        message = {"jsonrpc": "2.0", "method": method}
        self.say(message if params is None else {**message, "params": params})

    # Hearing.
    def next(self, timeout: float = 30.0) -> dict:
        line = self.lines.get(timeout=seconds(timeout))
        if line is None:
            raise Closed()
        message = json.loads(line)
        self.seen.append(message)
        return message

    def until(self, wanted, timeout: float = 30.0) -> dict:
        """The first message that is wanted, those already heard included."""
        for message in self.seen:
            if wanted(message):
                return message
        end = time.monotonic() + seconds(timeout)
        while True:
            message = self.next(max(0.01, end - time.monotonic()))
            if wanted(message):
                return message

    def answer(self, id, timeout: float = 30.0) -> dict:
        return self.until(lambda m: m.get("id") == id and type(m.get("id")) is type(id) and ("result" in m or "error" in m), timeout)

    def ask(self, method: str, params: dict | None = None, meta: dict | None = None, timeout: float = 30.0) -> dict:
        return self.answer(self.begin(method, params, meta), timeout)

    def call(self, tool: str, arguments: dict | None = None, meta: dict | None = None, **more) -> dict:
        reply = self.ask("tools/call", {"name": tool, "arguments": arguments or {}, **more}, meta)
        if "error" in reply:
            raise AssertionError(f"{tool} is refused: {reply['error']}")
        return reply["result"]

    def tools(self) -> list[dict]:
        return self.ask("tools/list")["result"]["tools"]

    def notifications(self, method: str) -> list[dict]:
        return [m for m in self.seen if m.get("method") == method]

    def end(self, timeout: float = 10.0) -> int:
        """Closes its stdin; the exit code."""
        if not self.process.stdin.closed:
            self.process.stdin.close()
        return self.process.wait(seconds(timeout))
