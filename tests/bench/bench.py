"""Measures the installed programs beside their peers, in one run, and writes RESULTS.md. Called by scripts/bench."""
from __future__ import annotations

import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from datetime import datetime, timezone
from pathlib import Path
from urllib.parse import quote

from tests.bench import history_rows
from tests.bench.agents import AgentBench
from tests.bench.batches import BatchBench
from tests.bench.crowds import CrowdBench
from tests.bench.logins import LoginBench
from tests.relevance import score
from tests.support.agenta import World, wait_until
from tests.support.published_catalogue import PublishedCatalogue
from tests.support.sandbox import ISSUES, Sandbox

ROOT = Path(__file__).resolve().parents[2]
TOOLS = Path(os.environ["AGENTA_BENCH_DIR"])
ROUNDS, RUNS = int(os.environ.get("AGENTA_BENCH_ROUNDS", "10")), 50
JOURNAL_ROWS = int(os.environ.get("AGENTA_BENCH_ROWS", "1000000"))
ARGUMENTS = {"owner": "o", "repo": "r"}


def many(world: World, count: int, *argv) -> dict:
    """`count` runs of a command, timed from outside."""
    done = subprocess.run([TOOLS / "run_many", str(count), *map(str, argv)], env=world.environ(), capture_output=True,
                          text=True, check=True)
    figures = json.loads(done.stdout)
    if figures["failures"]:
        raise SystemExit(f"bench: {figures['failures']} of {count} runs failed: {' '.join(map(str, argv))}")
    return figures


def alternate(rounds: int, contestants: dict) -> dict:
    """The contestants in turns, so that a busy moment hits all of them. The median of the rounds' figures."""
    figures = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, measure in contestants.items():
            figures[name].append(measure())
    return {name: {key: statistics.median(r[key] for r in rows) if key != "max_rss_kb" else max(r[key] for r in rows)
                   for key in rows[0]} for name, rows in figures.items()}


def request(method: str, path: str, body: dict, headers: dict, file: Path) -> Path:
    data = json.dumps(body).encode()
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *(f"{k}: {v}" for k, v in headers.items()),
             "Content-Type: application/json", f"Content-Length: {len(data)}", "", ""]
    file.write_bytes("\r\n".join(lines).encode() + data)
    return file


def latency(count: int, file: Path, *where) -> dict:
    done = subprocess.run([TOOLS / "latency", str(count), file, *map(str, where)], capture_output=True, text=True, check=True)
    figures = json.loads(done.stdout)
    if figures["failures"]:
        raise SystemExit(f"bench: {figures['failures']} answers were errors: {where}")
    return figures


class Bench:
    def __init__(self, world: World):
        self.world, self.rows, self.notes = world, [], []
        self.sandbox = Sandbox(world)
        world.environment |= {"COMPOSIO_BASE_URL": self.sandbox.url, "COMPOSIO_API_KEY": self.sandbox.api_key}
        begun = json.loads(self.ok("connect", "github", "--as", "work", "--no-wait", "--json").out)
        self.sandbox.approve(begun["redirect_url"])
        self.connection = json.loads(self.ok("connect", "--resume", begun["id"], "--json").out)
        self.execute = (world.cli, "execute", ISSUES, *(f"{k}={v}" for k, v in ARGUMENTS.items()), "--json")
        account = self.sandbox.api("GET", f"/connected_accounts/{self.connection['composio_account_id']}").json
        self.user = account["user_id"]

    def ok(self, *args):
        result = self.world.run(*args)
        if result.code != 0:
            raise SystemExit(f"bench: {result}")
        return result

    def row(self, what: str, value: str, peer: str, ratio: str, goal: str) -> None:
        self.rows.append((what, value, peer, ratio, goal))

    def ratio(self, what: str, ours: dict, peer_name: str, peer: dict, goal: str) -> None:
        self.row(what, f"{ours['p50_us'] / 1000:.2f} ms", f"{peer_name}: {peer['p50_us'] / 1000:.2f} ms",
                 f"{ours['p50_us'] / peer['p50_us']:.3f}×", goal)

    def listing(self) -> dict:
        world, socket = self.world, self.world.root / "echo.sock"
        server = subprocess.Popen([TOOLS / "echo_server", socket])
        wait_until(socket.exists)
        contestants = {
            "ours": lambda: many(world, RUNS, world.cli, "connections", "list", "--json"),
            "bare": lambda: many(world, RUNS, TOOLS / "echo_client", socket),
        }
        redis = self.redis()
        if redis:
            contestants["redis"] = lambda: many(world, RUNS, "redis-cli", "-s", redis[1], "ping")
        try:
            figures = alternate(ROUNDS, contestants)
        finally:
            for process in (server, *redis[:1]):
                process.terminate()
                process.wait()
        if redis:
            self.ratio("`connections list --json`, warm", figures["ours"], "`redis-cli ping`", figures["redis"], "≤ 0.5×")
        else:
            self.notes.append("redis is not installed: not compared with.")
        self.ratio("the same", figures["ours"], "bare C client, C echo socket", figures["bare"], "")
        return figures["ours"]

    def redis(self) -> tuple:
        if not (shutil.which("redis-server") and shutil.which("redis-cli")):
            return ()
        socket = self.world.root / "redis.sock"
        process = subprocess.Popen(["redis-server", "--port", "0", "--unixsocket", socket, "--save", "", "--dir", self.world.root],
                                   stdout=subprocess.DEVNULL)
        wait_until(socket.exists)
        return process, socket

    def executing(self) -> None:
        world, sandbox = self.world, self.sandbox
        body = json.dumps({"connected_account_id": self.connection["composio_account_id"], "user_id": self.user,
                           "arguments": ARGUMENTS, "version": "latest"})
        curl = ("curl", "-sf", "-H", f"x-api-key: {sandbox.api_key}", "-H", "content-type: application/json", "-d", body,
                f"{sandbox.url}/api/v3.1/tools/execute/{ISSUES}")
        figures = alternate(ROUNDS, {"ours": lambda: many(world, RUNS, *self.execute), "curl": lambda: many(world, RUNS, *curl)})
        self.ratio("`execute` (read-only), warm", figures["ours"], "`curl` one-shot to the same server", figures["curl"], "≤ 0.5×")
        self.peak_rss = figures["ours"]["max_rss_kb"]
        modules = TOOLS / "node_modules" / "@composio" / "core"
        if not modules.exists():
            self.notes.append("npm could not be reached: the official SDK was not compared with.")
            return
        script = shutil.copy(ROOT / "tests" / "bench" / "sdk_execute.mjs", TOOLS)
        sdk = ("node", script, sandbox.url, sandbox.api_key, self.user, self.connection["composio_account_id"], ISSUES, json.dumps(ARGUMENTS))
        self.ratio("the same", figures["ours"], "`@composio/core@0.19.0` one-shot (node)", many(world, 10, *sdk), "≤ 0.010×")

    def added(self) -> None:
        sandbox, root = self.sandbox, self.world.root
        through = request("POST", "/api/tools/executions", {"tool": ISSUES, "arguments": ARGUMENTS, "connection": "work"},
                          {"Agenta-Tools-Protocol": "1-1", "Agenta-Tools-Composio-Key": sandbox.api_key,
                           "Agenta-Tools-Composio-Url": sandbox.url}, root / "through.http")
        direct = request("POST", f"/api/v3.1/tools/execute/{ISSUES}",
                         {"connected_account_id": self.connection["composio_account_id"], "user_id": self.user,
                          "arguments": ARGUMENTS, "version": "latest"}, {"x-api-key": sandbox.api_key}, root / "direct.http")
        port = sandbox.url.rsplit(":", 1)[1]
        figures = alternate(ROUNDS, {"through": lambda: latency(500, through, "unix", self.world.socket()),
                                     "direct": lambda: latency(500, direct, "tcp", port)})
        for name, key, goal in (("p50", "p50_us", "≤ 150 µs"), ("p99", "p99_us", "≤ 1 ms")):
            ours, peer = figures["through"][key], figures["direct"][key]
            self.row(f"added by the daemon to an `execute`, {name}", f"{ours - peer:.0f} µs",
                     f"{ours:.0f} µs through, {peer:.0f} µs direct", f"{ours / peer:.2f}×", goal)

    def starting(self, warm: dict) -> None:
        times = []
        for _ in range(20):
            self.ok("daemon", "stop")
            times.append(many(self.world, 1, self.world.cli, "connections", "list", "--json")["p50_us"])
        self.ratio("cold start to the first answer", {"p50_us": statistics.median(times)}, "warm", warm, "≤ 10×")

    def catalogue(self) -> None:
        """The same figures over fifteen thousand tools: another world, so that the others stay what they were."""
        world = World()
        try:
            CatalogueBench(self, world).run()
        finally:
            world.close()

    def memory(self) -> None:
        self.ok("daemon", "stop")
        self.ok("connections", "list", "--json")
        time.sleep(2)  # what starting left to do is done
        status = Path(f"/proc/{self.world.daemon_pid()}/status").read_text()
        rss = int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])
        self.row("resident set of the idle daemon", f"{rss / 1024:.1f} MB", "", "", "≤ 12 MB")
        self.row("peak resident set of the CLI (`execute`)", f"{self.peak_rss / 1024:.1f} MB", "", "", "≤ 10 MB")

    def run(self) -> None:
        warm = self.listing()
        self.executing()
        self.added()
        self.starting(warm)
        self.memory()
        LoginBench(self, ROUNDS, many, alternate).run()
        CrowdBench(self, ROUNDS, ARGUMENTS, TOOLS).run(request)
        BatchBench(self, ROUNDS, ARGUMENTS).run()
        AgentBench(self, ARGUMENTS, many, latency, request).run()
        self.catalogue()
        history_rows.add_rows(self, JOURNAL_ROWS)


def rss_mb(world: World, field: str = "VmRSS") -> float:
    status = Path(f"/proc/{world.daemon_pid()}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith(field)).split()[1]) / 1024


def made_catalogue(directory: Path) -> Path:
    """850 toolkits with 15,000 tools whose schemas are as large as real ones."""
    catalogue = PublishedCatalogue()
    fields = {f"field_{number}": {"type": "string", "title": f"Field {number}", "description": "What it is for. " * 6}
              for number in range(20)}
    schema = {"type": "object", "properties": fields, "required": ["field_0"]}
    actions = [f"{verb}_{noun}" for verb in ("CREATE", "LIST", "UPDATE", "DELETE", "SEARCH", "GET")
               for noun in ("ISSUE", "MESSAGE", "CUSTOMER", "FILE")]
    for number in range(850):
        slug = f"service{number:03}"
        count = 823 if number == 0 else 17
        catalogue.add_toolkit(slug, 0, tools_count=count)
        for each in range(count):
            name = actions[each] if each < len(actions) else f"{actions[each % len(actions)]}_{each}"
            catalogue.add_tool(slug, f"{slug.upper()}_{name}", description=f"Does it for {slug}. " * 4, input_parameters=schema)
    return catalogue.write(directory)


class CatalogueBench:
    def __init__(self, bench: Bench, world: World):
        self.bench, self.world = bench, world
        given = os.environ.get("AGENTA_BENCH_CATALOGUE")
        self.real = bool(given)
        self.sandbox = Sandbox(world, "--catalog", given or str(made_catalogue(world.root / "published")))
        world.environment |= {"COMPOSIO_BASE_URL": self.sandbox.url, "COMPOSIO_API_KEY": self.sandbox.api_key}

    def ok(self, *args):
        result = self.world.run(*args, timeout=300)
        if result.code != 0:
            raise SystemExit(f"bench: {result}")
        return result

    def run(self) -> None:
        try:
            self.bench.notes.append("The catalogue is " + ("Composio's published one." if self.real else "a made one."))
            self.ingest()
            self.asking()
            self.searching()
            self.naming_one()
            self.idle()
        finally:
            self.sandbox.close()

    def ingest(self) -> None:
        self.ok("config", "set", "catalog.warm", "false")
        self.ok("connections", "list")
        before = rss_mb(self.world)
        began = time.monotonic()
        status = json.loads(self.ok("integrations", "refresh", "--all", "--json").out)
        took = time.monotonic() - began
        self.tools = status["tools"]
        self.bench.row(f"fetch and keep the whole catalogue ({self.tools:,} tools)", f"{self.tools / took:,.0f} tools/s",
                       f"{took:.2f} s", "", "≥ 5,000 tools/s")
        self.bench.row("extra resident set while it runs", f"{rss_mb(self.world, 'VmHWM') - before:.1f} MB", "", "", "≤ 64 MB")

    def asking(self) -> None:
        world = self.world
        words = ("create", "github", "issue") if self.real else ("create", "service123", "issue")
        figures = alternate(ROUNDS, {
            "connections": lambda: many(world, RUNS, world.cli, "connections", "list", "--json"),
            "search": lambda: many(world, RUNS, world.cli, "tools", "search", *words, "--json"),
            "list": lambda: many(world, RUNS, world.cli, "integrations", "list", "--json"),
        })
        peer = figures["connections"]
        self.bench.ratio("`tools search` over all of them, warm", figures["search"], "`connections list`", peer, "≤ 2×")
        self.bench.ratio("`integrations list`, warm", figures["list"], "`connections list`", peer, "≤ 1.5×")
        names = many(world, RUNS, world.cli, "__complete", "tool", "GITHUB_C" if self.real else "SERVICE1")
        self.bench.row("a completion of tool names", f"{names['p50_us'] / 1000:.2f} ms", "", "", "≤ 30 ms")

    def headers(self) -> dict:
        return {"Agenta-Tools-Protocol": "1-1", "Agenta-Tools-Composio-Key": self.sandbox.api_key,
                "Agenta-Tools-Composio-Url": self.sandbox.url}

    def latency_of(self, target: str) -> dict:
        file = self.world.root / "request.http"
        lines = [f"GET {target} HTTP/1.1", "Host: localhost", *(f"{k}: {v}" for k, v in self.headers().items()), "", ""]
        file.write_bytes("\r\n".join(lines).encode())
        return latency(100, file, "unix", self.world.socket())

    def searching(self) -> None:
        queries = score.load(score.PUBLISHED) if self.real else score.load(score.OWN)
        times = sorted(self.latency_of("/api/tools/search?kind=tool&q=" + quote(query.words))["p50_us"] for query in queries)
        p50, p99 = statistics.median(times), times[min(len(times) - 1, len(times) * 99 // 100)]
        self.bench.row(f"a search at the socket, {len(times)} queries, p50", f"{p50:.0f} µs", "", "", "≤ 1 ms")
        self.bench.row("the same, p99 of the queries", f"{p99:.0f} µs", "", "", "≤ 5 ms")

    def naming_one(self) -> None:
        """What names one tool must not cost more where many are known."""
        tool = "GITHUB_CREATE_AN_ISSUE" if self.real else "SERVICE123_CREATE_ISSUE"
        many_known = self.latency_of(f"/api/tools/tools/{tool}")
        few, world = self.bench, self.bench.world
        file = request("GET", f"/api/tools/tools/{ISSUES}", {}, {"Agenta-Tools-Protocol": "1-1", "Agenta-Tools-Composio-Key": few.sandbox.api_key,
                       "Agenta-Tools-Composio-Url": few.sandbox.url}, world.root / "tool.http")
        few_known = latency(100, file, "unix", world.socket())
        self.bench.row("`tools show` at the socket, many tools known", f"{many_known['p50_us']:.0f} µs",
                       f"few tools known: {few_known['p50_us']:.0f} µs", f"{many_known['p50_us'] / few_known['p50_us']:.2f}×", "flat")

    def idle(self) -> None:
        self.ok("daemon", "stop")
        self.ok("connections", "list")
        self.ok("tools", "search", "create", "issue")
        time.sleep(4)  # what starting left to do is done
        self.bench.row("resident set of the idle daemon, everything cached", f"{rss_mb(self.world):.1f} MB", "", "", "≤ 12 MB")


def processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def write(bench: Bench) -> str:
    text = ["# Measured", "",
            "Written by `scripts/bench`: everything in one run, peers in turns with us, medians of the rounds. Read the ratios; the",
            "milliseconds belong to the machine. Nothing here is asserted by a test.", "",
            f"{datetime.now(timezone.utc):%Y-%m-%d}, {processor()}, {os.cpu_count()} cores, Linux {platform.release()}, release build.", "",
            "| what | ours | beside | ratio | goal |", "|---|---|---|---|---|"]
    text += ["| " + " | ".join(row) + " |" for row in bench.rows]
    text += [""] + [f"- {note}" for note in bench.notes] if bench.notes else []
    return "\n".join(text) + "\n"


def main() -> None:
    world = World()
    try:
        bench = Bench(world)
        try:
            bench.run()
        finally:
            bench.sandbox.close()
        text = write(bench)
        (ROOT / "tests" / "bench" / "RESULTS.md").write_text(text)
        sys.stdout.write(text)
    finally:
        world.close()


if __name__ == "__main__":
    main()
