"""What the daemon takes of a crowd: 64 clients that run a read-only tool again and again, beside nginx before the same upstream."""
from __future__ import annotations

import json
import shutil
import socket
import statistics
import subprocess
from pathlib import Path

from tests.support.agenta import wait_until
from tests.support.sandbox import ISSUES

CLIENTS, SECONDS = 64, 4
# What an upstream on this machine answers at once, Composio answers after tenths of a second. Both are measured: the
# first tells what an execution costs here, the second what anybody notices of it.
DELAYS_MS = (0, 20)

NGINX = """
worker_processes 1; daemon off; pid {root}/nginx.pid; error_log {root}/nginx.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; client_body_temp_path {root}/n1; proxy_temp_path {root}/n2; fastcgi_temp_path {root}/n3;
  uwsgi_temp_path {root}/n4; scgi_temp_path {root}/n5;
  upstream composio {{ server 127.0.0.1:{upstream}; keepalive 64; keepalive_requests 1000000; }}
  server {{
    listen unix:{socket}; keepalive_requests 1000000;
    location / {{ proxy_pass http://composio; proxy_http_version 1.1; proxy_set_header Connection ""; }}
  }}
}}
"""


class CrowdBench:
    def __init__(self, bench, rounds: int, arguments: dict, tools: Path):
        self.bench, self.rounds, self.arguments, self.tools = bench, min(rounds, 3), arguments, tools
        self.world, self.sandbox = bench.world, bench.sandbox

    def load(self, file: Path, *where) -> dict:
        done = subprocess.run([self.tools / "load", str(CLIENTS), str(SECONDS), file, *map(str, where)], capture_output=True, text=True, check=True)
        figures = json.loads(done.stdout)
        if figures["failures"]:
            raise SystemExit(f"bench: {figures['failures']} answers were errors: {where}")
        return figures

    def nginx(self) -> tuple[subprocess.Popen, Path] | None:
        program = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
        if not program:
            return None
        root = self.world.root / "nginx"
        root.mkdir()
        config, listening = root / "nginx.conf", root / "n.sock"
        config.write_text(NGINX.format(root=root, upstream=self.sandbox.url.rsplit(":", 1)[1], socket=listening))
        process = subprocess.Popen([program, "-p", root, "-c", config], stderr=subprocess.DEVNULL)

        def answers() -> bool:
            with socket.socket(socket.AF_UNIX) as probe:
                return probe.connect_ex(str(listening)) == 0
        wait_until(answers)
        return process, listening

    def run(self, request) -> None:
        root, sandbox = self.world.root, self.sandbox
        ours = request("POST", "/api/tools/executions", {"tool": ISSUES, "arguments": self.arguments, "connection": "work"},
                       {"Agenta-Tools-Protocol": "1-1", "Agenta-Tools-Composio-Key": sandbox.api_key,
                        "Agenta-Tools-Composio-Url": sandbox.url}, root / "crowd.http")
        direct = request("POST", f"/api/v3.1/tools/execute/{ISSUES}",
                         {"connected_account_id": self.bench.connection["composio_account_id"], "user_id": self.bench.user,
                          "arguments": self.arguments, "version": "latest"}, {"x-api-key": sandbox.api_key}, root / "crowd_direct.http")
        contestants = {"ours": (ours, "unix", self.world.socket()), "direct": (direct, "tcp", sandbox.url.rsplit(":", 1)[1])}
        proxy = self.nginx()
        if proxy:
            contestants["nginx"] = (direct, "unix", proxy[1])
        try:
            for delay in DELAYS_MS:
                if delay:
                    sandbox.plant("delay", tool=ISSUES, times=1_000_000, delay_ms=delay)
                self.compare(contestants, f"an upstream that answers {f'after {delay} ms' if delay else 'at once'}")
        finally:
            sandbox.control("DELETE", "faults")
            if proxy:
                proxy[0].terminate()
                proxy[0].wait()
        if not proxy:
            self.bench.notes.append("nginx is not installed: not compared with.")

    def compare(self, contestants: dict, upstream: str) -> None:
        figures: dict[str, list[dict]] = {name: [] for name in contestants}
        for _ in range(self.rounds):
            for name, (file, *where) in contestants.items():
                figures[name].append(self.load(file, *where))
        middle = {name: {key: statistics.median(each[key] for each in rows) for key in rows[0]} for name, rows in figures.items()}
        mine = middle["ours"]
        for name, peer, goal in (("nginx", "nginx before it", "≥ 0.8×"), ("direct", "the upstream itself", "")):
            if name in middle:
                self.bench.row(f"read-only executions, {CLIENTS} clients, {upstream}", f"{mine['rate']:,.0f}/s", f"{peer}: {middle[name]['rate']:,.0f}/s",
                               f"{mine['rate'] / middle[name]['rate']:.2f}×", goal)
        self.bench.row("p99 of them", f"{mine['p99_us'] / 1000:.1f} ms", f"p50: {mine['p50_us'] / 1000:.1f} ms",
                       f"{mine['p99_us'] / mine['p50_us']:.2f}×", "≤ 5×")
