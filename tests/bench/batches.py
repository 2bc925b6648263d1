"""What a batch costs: ten thousand calls beside curls, and beside the rate that the same upstream takes them directly at."""
from __future__ import annotations

import json
import re
import shutil
import statistics
import subprocess
import time
from pathlib import Path

from tests.support.sandbox import ISSUES

CALLS, JOBS = 10_000, 8
DELAY_MS, DELAYED_CALLS = 20, 2_000  # beside an upstream that takes its time, as Composio does
CURLS = 400  # of a curl each: enough to know their rate by


class BatchBench:
    def __init__(self, bench, rounds: int, arguments: dict):
        self.bench, self.rounds, self.arguments = bench, min(rounds, 3), arguments
        self.world, self.sandbox = bench.world, bench.sandbox
        self.url = f"{self.sandbox.url}/api/v3.1/tools/execute/{ISSUES}"
        self.body = json.dumps({"connected_account_id": bench.connection["composio_account_id"], "user_id": bench.user,
                                "arguments": arguments, "version": "latest"})

    def batch(self, calls: Path, count: int) -> float:
        began = time.monotonic()
        done = subprocess.run([self.world.cli, "batch", calls, "--jobs", str(JOBS)], env=self.world.environ(), stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"bench: the batch failed: {done.stderr}")
        return count / (time.monotonic() - began)

    def curls(self) -> float:
        command = f"exec curl -sf -o /dev/null -H 'x-api-key: {self.sandbox.api_key}' -H 'content-type: application/json' -d '{self.body}' {self.url}"
        began = time.monotonic()
        subprocess.run(["xargs", f"-P{JOBS}", "-I{}", "sh", "-c", command], input="x\n" * CURLS, text=True, check=True)
        return CURLS / (time.monotonic() - began)

    def wrk(self, script: Path) -> float:
        script.write_text(f"wrk.method = 'POST'\nwrk.body = [==[{self.body}]==]\nwrk.headers['content-type'] = 'application/json'\n"
                          f"wrk.headers['x-api-key'] = '{self.sandbox.api_key}'\n")
        done = subprocess.run(["wrk", "-t1", f"-c{JOBS}", "-d3s", "-s", script, self.url], capture_output=True, text=True, check=True)
        if "Non-2xx" in done.stdout:
            raise SystemExit(f"bench: wrk's requests were refused: {done.stdout}")
        return float(re.search(r"Requests/sec:\s*([\d.]+)", done.stdout)[1])

    def run(self) -> None:
        self.compare(CALLS, "", ("curl", "wrk"))
        self.sandbox.plant("delay", tool=ISSUES, times=1_000_000, delay_ms=DELAY_MS)
        try:
            self.compare(DELAYED_CALLS, f", each {DELAY_MS} ms long", ("wrk",))
        finally:
            self.sandbox.control("DELETE", "faults")

    def compare(self, count: int, what: str, peers: tuple) -> None:
        calls = self.world.root / "calls.ndjson"
        calls.write_text((json.dumps({"tool": ISSUES, "arguments": self.arguments}) + "\n") * count)
        measures = {"curl": self.curls, "wrk": lambda: self.wrk(self.world.root / "calls.lua")}
        names = [name for name in peers if name == "curl" or shutil.which("wrk")]
        if "wrk" not in names:
            self.bench.notes.append("wrk is not installed: not compared with.")
        rates: dict[str, list[float]] = {name: [] for name in ("ours", *names)}
        for _ in range(self.rounds):
            rates["ours"].append(self.batch(calls, count))
            for name in names:
                rates[name].append(measures[name]())
        ours = statistics.median(rates["ours"])
        said = {"curl": (f"`xargs -P{JOBS} curl` at the same server", "≥ 5×"), "wrk": (f"`wrk -c{JOBS}` at the same server", "≥ 0.8×")}
        for name in names:
            rate = statistics.median(rates[name])
            self.bench.row(f"`batch` of {count:,} reads, {JOBS} at a time{what}", f"{ours:,.0f}/s", f"{said[name][0]}: {rate:,.0f}/s",
                           f"{ours / rate:.2f}×", said[name][1])
