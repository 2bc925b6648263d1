"""What the MCP server costs: its start, its list, what it adds to a call, and its memory."""
from __future__ import annotations

import statistics
import time
from pathlib import Path

from tests.support.agenta import World
from tests.support.mcp import Mcp
from tests.support.published_catalogue import PublishedCatalogue
from tests.support.sandbox import ISSUES, Sandbox

STARTS, CALLS, LISTS, TOOLS = 20, 300, 20, 600


def wide_catalogue(directory: Path) -> Path:
    """One service without login, with schemas as large as real ones."""
    catalogue = PublishedCatalogue()
    fields = {f"field_{number}": {"type": "string", "title": f"Field {number}", "description": "What it is for. " * 4} for number in range(8)}
    catalogue.add_toolkit("wide", 0, tools_count=TOOLS)
    catalogue.toolkits[-1]["no_auth"] = True
    for number in range(TOOLS):
        catalogue.add_tool("wide", f"WIDE_TOOL_{number:03}", no_auth=True, tags=["readOnlyHint"], description="Does it. " * 8,
                           input_parameters={"type": "object", "properties": fields, "required": ["field_0"]})
    return catalogue.write(directory)


class AgentBench:
    def __init__(self, bench, arguments: dict, many, latency, request):
        self.bench, self.arguments, self.many, self.latency, self.request = bench, arguments, many, latency, request
        self.world, self.sandbox = bench.world, bench.sandbox

    def first_list(self, world: World, *args) -> float:
        began = time.perf_counter()
        server = Mcp(world, *args)
        server.ask("tools/list")
        took = time.perf_counter() - began
        server.end()
        return took

    def starting(self) -> None:
        warm = self.many(self.world, 50, self.world.cli, "connections", "list", "--json")["p50_us"]
        took = statistics.median(self.first_list(self.world, "--tools", "github") for _ in range(STARTS)) * 1e6
        self.bench.row("`mcp` to its first `tools/list` reply", f"{took / 1000:.1f} ms", f"`connections list`, warm: {warm / 1000:.1f} ms",
                       f"{took / warm:.1f}×", "≤ 5×")

    def calling(self) -> None:
        file = self.request("POST", "/api/tools/executions", {"tool": ISSUES, "arguments": self.arguments, "connection": "work"},
                            {"Agenta-Tools-Protocol": "1-1", "Agenta-Tools-Composio-Key": self.sandbox.api_key,
                             "Agenta-Tools-Composio-Url": self.sandbox.url}, self.world.root / "agent.http")
        server = Mcp(self.world, "--tools", "github")
        server.ask("tools/list")
        times = []
        for _ in range(CALLS):
            began = time.perf_counter()
            reply = server.call(ISSUES, self.arguments)
            times.append((time.perf_counter() - began) * 1e6)
            if reply.get("isError"):
                raise SystemExit(f"bench: {reply}")
        peer = self.latency(CALLS, file, "unix", self.world.socket())
        server.end()
        ours = statistics.median(times)
        self.bench.row("added by `mcp` to a call, p50", f"{ours - peer['p50_us']:.0f} µs",
                       f"{ours:.0f} µs (the client is Python), {peer['p50_us']:.0f} µs at the socket", f"{ours / peer['p50_us']:.2f}×", "≤ 300 µs")

    def listing(self) -> None:
        world = World()
        sandbox = None
        try:
            sandbox = Sandbox(world, "--catalog", str(wide_catalogue(world.root / "published")))
            world.environment |= {"COMPOSIO_BASE_URL": sandbox.url, "COMPOSIO_API_KEY": sandbox.api_key}
            server = Mcp(world, "--tools", "wide")
            count = len(server.ask("tools/list")["result"]["tools"])
            times = []
            for _ in range(LISTS):
                began = time.perf_counter()
                server.ask("tools/list")
                times.append(time.perf_counter() - began)
            status = Path(f"/proc/{server.process.pid}/status").read_text()
            rss = int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024
            server.end()
            self.bench.row(f"`tools/list` of {count} tools", f"{statistics.median(times) * 1000:.1f} ms", "", "", "≤ 20 ms")
            self.bench.row("resident set of `mcp` then", f"{rss:.1f} MB", "", "", "≤ 12 MB")
        finally:
            if sandbox:
                sandbox.close()
            world.close()

    def run(self) -> None:
        self.starting()
        self.calling()
        self.listing()
