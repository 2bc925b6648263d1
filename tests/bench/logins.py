"""What a login and its rows cost: from the provider's redirect to the end of `connect`, and a list of many connections."""
from __future__ import annotations

import json
import os
import re
import socket
import sqlite3
import statistics
import threading
import time
import uuid
from urllib.parse import urljoin, urlsplit

from tests.support.agenta import World
from tests.support.sandbox import Sandbox, answer

ROWS = 10_000


def read_link(process) -> str:
    """The link that a waiting `connect` prints."""
    said = b""
    while not (link := re.search(rb"http\S+(?=\s)", said)):
        piece = os.read(process.stderr.fileno(), 4096)
        if not piece:
            raise SystemExit(f"bench: connect ended: {said.decode()}")
        said += piece
    return link[0].decode()


def redirect_to_exit(world: World, sandbox: Sandbox, slug: str) -> float:
    """One login; the seconds from the browser's way back to the end of the command that waited."""
    process = world.start("connect", "github", "--as", slug, "--no-browser", "--json")
    page = answer(read_link(process), "approve", follow=False)
    back = urlsplit(urljoin(page.url, page.headers["location"]))
    request = f"GET {back.path}?{back.query} HTTP/1.1\r\nHost: {back.netloc}\r\nSec-Fetch-Mode: navigate\r\n\r\n".encode()
    browser = socket.create_connection((back.hostname, back.port))
    began = time.monotonic()
    browser.sendall(request)
    reader = threading.Thread(target=browser.recv, args=(65536,))  # the page, meanwhile
    reader.start()
    process.wait()
    took = time.monotonic() - began
    reader.join()
    browser.close()
    if process.returncode != 0:
        raise SystemExit(f"bench: connect ended with {process.returncode}")
    world.finish(process)
    return took


def fill(world: World, rows: int) -> None:
    """Copies the one connection there is. The daemon is stopped meanwhile."""
    stopped = world.run("daemon", "stop")
    if stopped.code != 0:
        raise SystemExit(f"bench: {stopped}")
    with sqlite3.connect(world.database()) as database:
        columns = [row[1] for row in database.execute("PRAGMA table_info(tool_connections)")]
        model = dict(zip(columns, database.execute(f"SELECT {', '.join(columns)} FROM tool_connections LIMIT 1").fetchone()))
        copies = ({**model, "id": str(uuid.UUID(int=(0x0197 << 112) | (0x7 << 76) | (0x8 << 60) | n)), "slug": f"copy-{n}",
                   "name": f"copy {n}", "is_default": 0, "composio_account_id": f"ca_copy{n}"} for n in range(rows))
        database.executemany(f"INSERT INTO tool_connections ({', '.join(columns)}) VALUES ({', '.join(':' + c for c in columns)})", copies)
    database.close()


class LoginBench:
    """In worlds of its own, so that the others stay what they were."""

    def __init__(self, bench, rounds: int, many, alternate):
        self.bench, self.rounds, self.many, self.alternate = bench, rounds, many, alternate

    def logging_in(self) -> None:
        world = World()
        sandbox = Sandbox(world)
        try:
            world.environment |= {"COMPOSIO_BASE_URL": sandbox.url, "COMPOSIO_API_KEY": sandbox.api_key}
            times = [redirect_to_exit(world, sandbox, f"work-{n}") for n in range(2 * self.rounds + 1)]
            self.bench.row("from the provider's redirect to the end of a waiting `connect`", f"{statistics.median(times) * 1000:.1f} ms",
                           f"slowest of {len(times)}: {max(times) * 1000:.1f} ms", "", "≤ 50 ms")
        finally:
            sandbox.close()
            world.close()

    def listing(self) -> None:
        worlds = [World(), World()]
        sandboxes = [Sandbox(world) for world in worlds]
        try:
            for world, sandbox in zip(worlds, sandboxes):
                world.environment |= {"COMPOSIO_BASE_URL": sandbox.url, "COMPOSIO_API_KEY": sandbox.api_key}
            many_rows, none = worlds
            begun = json.loads(many_rows.run("connect", "github", "--as", "work", "--no-wait", "--json").out)
            sandboxes[0].approve(begun["redirect_url"])
            many_rows.run("connect", "--resume", begun["id"], "--json")
            fill(many_rows, ROWS)
            figures = self.alternate(self.rounds, {
                name: lambda world=world: self.many(world, 20, world.cli, "connections", "list", "--json")
                for name, world in (("many", many_rows), ("none", none))})
            self.bench.ratio(f"`connections list`, the first page of {ROWS:,}", figures["many"], "of none", figures["none"], "≤ 1.1×")
        finally:
            for each in (*sandboxes, *worlds):
                each.close()

    def run(self) -> None:
        self.logging_in()
        self.listing()
