"""What a long history costs: `execute` and `history list` with a million rows, in turns with a journal of one page.

usage: python3 -m tests.bench.history_rows [ROWS]
"""
from __future__ import annotations

import json
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable

from tests.support.agenta import World
from tests.support.sandbox import ISSUES, Sandbox

ROUNDS, CALLS = 20, 50
# Enough that each list has a full page, and that what it counts ends at the same thousand: what is compared is the
# history behind it.
FEW = 4000


def connect(world: World, sandbox: Sandbox) -> None:
    world.environment |= {"COMPOSIO_BASE_URL": sandbox.url, "COMPOSIO_API_KEY": sandbox.api_key}
    begun = world.run("connect", "github", "--as", "work", "--no-wait", "--json").json
    sandbox.approve(begun["redirect_url"])
    assert world.run("connect", "--resume", begun["id"], "--json").json["status"] == "ACTIVE"
    assert world.run("execute", ISSUES, "owner=o", "repo=r", "--json").code == 0


def fill(world: World, rows: int, other: int, failed: int) -> None:
    """Copies the one row; every `other`th is of another tool, every `failed`th failed."""
    world.run("daemon", "stop")
    with sqlite3.connect(world.database()) as database:
        columns = [row[1] for row in database.execute("PRAGMA table_info(executions)") if row[1] != "seq"]
        values = {"id": "lower(hex(randomblob(16)))", "tool_slug": f"CASE WHEN n % {other} = 0 THEN 'OTHER' ELSE tool_slug END",
                  "state": f"CASE WHEN n % {failed} = 0 THEN 'failed' ELSE state END", "started_at": "started_at + n"}
        database.execute(
            f"WITH RECURSIVE counter (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counter WHERE n < {rows}) "
            f"INSERT INTO executions ({', '.join(columns)}) SELECT {', '.join(values.get(c, c) for c in columns)} "
            "FROM counter, (SELECT * FROM executions ORDER BY seq LIMIT 1) AS one")
        database.execute("INSERT INTO journal_chain (record, hash) SELECT record, hash FROM journal_chain, "
                         f"(WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {2 * rows}) SELECT n FROM c) "
                         "WHERE journal_chain.seq = 2")
    database.close()


def calls(world: World) -> dict[str, Callable]:
    http = world.http(timeout=60)
    key = {"Agenta-Tools-Composio-Key": world.environment["COMPOSIO_API_KEY"],
           "Agenta-Tools-Composio-Url": world.environment["COMPOSIO_BASE_URL"]}
    body = json.dumps({"tool": ISSUES, "arguments": {"owner": "o", "repo": "r"}})

    def timed(method: str, path: str, data: str | None = None) -> float:
        begin = time.perf_counter()
        reply = http.call(method, path, data, key)
        assert reply.status == 200, reply
        return time.perf_counter() - begin

    root = "/api/tools/executions"
    return {"history list": lambda: timed("GET", root), "history list --tool": lambda: timed("GET", root + "?tool=OTHER"),
            "history list --state failed": lambda: timed("GET", root + "?state=failed"),
            "history list --since 1h": lambda: timed("GET", root + "?since=2020-01-01T00:00:00Z"),
            "execute": lambda: timed("POST", root, body)}


def measure(rows: int) -> dict[str, tuple[float, float]]:
    """Medians in seconds, with `rows` rows and with few, of calls in turns."""
    few, full = World(), World()
    sandbox = Sandbox(few)
    try:
        for world in (few, full):
            connect(world, sandbox)
        fill(full, rows, 100, 1000)
        fill(few, FEW, 2, 4)
        sides = []
        for world in (full, few):
            assert world.run("history", "--json").code == 0
            sides.append(calls(world))
        figures = {}
        for name in sides[0]:
            times: tuple[list, list] = ([], [])
            for _ in range(ROUNDS):
                for side, kept in zip(sides, times):
                    kept += [side[name]() for _ in range(CALLS)]
            figures[name] = (statistics.median(times[0]), statistics.median(times[1]))
        return figures
    finally:
        sandbox.close()
        few.close()
        full.close()


def add_rows(bench, rows: int) -> None:
    """What they cost, as rows of the table of results."""
    for name, (full, few) in measure(rows).items():
        bench.row(f"`{name}` at the socket, {rows:,} rows in the journal", f"{full * 1000:.2f} ms",
                  f"{FEW} rows: {few * 1000:.2f} ms", f"{full / few:.2f}×", "≤ 1.1×")


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    for name, (full, few) in measure(rows).items():
        print(f"{name}: {full * 1000:.2f} ms with {rows} rows, {few * 1000:.2f} ms with {FEW}: {full / few:.3f}×")


if __name__ == "__main__":
    main()
