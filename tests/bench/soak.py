"""A day's mixed load in minutes: the daemon must not grow by it.

Workers run tools that answer, fail and break, list connections and the history, search, and kill clients in the
middle of a call. After a third of the time, and at the end, the load stops for as long as idle threads and connections
are kept, and the daemon's memory, descriptors, threads, write-ahead log and result files are written down; the run
fails where the last exceed the first by more than the margin. What they reach under load is printed and not judged:
it is the load's. The history itself grows by design, so the database does not count.
"""
from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import threading
import time
from pathlib import Path

from tests.support.agenta import World
from tests.support.sandbox import ISSUE, ISSUES, Sandbox

EVERY = 5.0
REST = 30.0  # idle threads end after 10 seconds, idle connections after 20, and memory is given back after 5
# What the end may exceed the first third by: (a share of it, and an amount). SQLite's page cache and the heap settle
# within the first third; what a leak of a few hundred bytes a call adds is beyond this after minutes.
MARGINS = {"rss_mb": (0.10, 2.0), "descriptors": (0.0, 4), "threads": (0.0, 4), "wal_mb": (0.10, 8.0),
           "result_files": (0.10, 16), "result_mb": (0.10, 8.0)}
FAULTS = ("reset", "lost_reply", "truncated", "garbage", "html_502")


def sample(world: World, pid: int) -> dict[str, float]:
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    wal = world.database().with_name(world.database().name + "-wal")
    files = [path for name in ("results", "spool", "uploads") for path in world.base().rglob(f"{name}/**/*") if path.is_file()]
    return {"rss_mb": int(status["VmRSS"].split()[0]) / 1024, "threads": int(status["Threads"]),
            "descriptors": len(os.listdir(f"/proc/{pid}/fd")), "wal_mb": wal.stat().st_size / 1e6 if wal.exists() else 0.0,
            "result_files": len(files), "result_mb": sum(path.stat().st_size for path in files) / 1e6}


def grown(first: dict[str, float], last: dict[str, float], loaded: list[dict[str, float]]) -> list[str]:
    """What grew, in words."""
    said = []
    for name, (share, amount) in MARGINS.items():
        bound = first[name] * (1 + share) + amount
        most = max(each[name] for each in loaded)
        print(f"{name:13} at rest: first {first[name]:9.1f}   last {last[name]:9.1f}   at most {bound:9.1f}   (under load {most:.1f})")
        if last[name] > bound:
            said.append(f"{name} grew from {first[name]:.1f} to {last[name]:.1f}, beyond {bound:.1f}")
    return said


class Load:
    """Workers that run until they are told to end. `done` counts what they did."""

    def __init__(self, world: World, sandbox: Sandbox):
        self.world, self.sandbox = world, sandbox
        self.ended, self.lock, self.done, self.broken = threading.Event(), threading.Lock(), {}, []
        jobs = [self.read, self.read, self.write, self.refused, self.faulted, self.list_connections, self.list_history,
                self.search, self.kill_clients, self.kill_clients]
        self.threads = [threading.Thread(target=self.repeat, args=(job, seed)) for seed, job in enumerate(jobs)]

    def repeat(self, job, seed: int) -> None:
        dice = random.Random(seed)
        while not self.ended.is_set():
            try:
                job(dice)
            except Exception as error:  # the daemon is expected to answer, whatever it answers
                with self.lock:
                    self.broken.append(f"{job.__name__}: {error!r}")
                return
            with self.lock:
                self.done[job.__name__] = self.done.get(job.__name__, 0) + 1

    def headers(self) -> dict[str, str]:
        return {"Agenta-Tools-Composio-Key": self.sandbox.api_key, "Agenta-Tools-Composio-Url": self.sandbox.url,
                "Agenta-Tools-Timeout-Ms": "20000"}

    def ask(self, method: str, target: str, body=None, good: tuple[int, ...] = (200,)) -> None:
        http = self.world.http(timeout=40)
        try:
            reply = http.call(method, target, body, self.headers())
        finally:
            http.close()
        if good and reply.status not in good:
            raise AssertionError(f"{method} {target}: {reply}")

    def execute(self, tool: str, good: tuple[int, ...], **arguments) -> None:
        self.ask("POST", "/api/tools/executions", {"tool": tool, "arguments": arguments}, good)

    def read(self, dice: random.Random) -> None:
        self.execute(ISSUES, (200,), owner="o", repo="r")

    def write(self, dice: random.Random) -> None:
        # Each in a place of its own: what `read` reads does not grow, so that the sandbox stays as fast as it was.
        self.execute(ISSUE, (), owner="o", repo=f"r{dice.randrange(10**9)}", title="t" * dice.randint(1, 2000))

    def refused(self, dice: random.Random) -> None:
        self.execute(ISSUE, (422, 400), owner="o", repo="r", titel=str(dice.random()))

    def faulted(self, dice: random.Random) -> None:
        self.sandbox.plant(dice.choice(FAULTS), tool=ISSUE)
        self.execute(ISSUE, (), owner="o", repo=f"r{dice.randrange(10**9)}", title="fault")

    def list_connections(self, dice: random.Random) -> None:
        self.ask("GET", "/api/tools/connections")

    def list_history(self, dice: random.Random) -> None:
        self.ask("GET", "/api/tools/executions?limit=50")

    def search(self, dice: random.Random) -> None:
        words = dice.choice(("create%20issue", "send%20email", "list%20files", "nothing%20of%20the%20kind"))
        self.ask("GET", f"/api/tools/search?q={words}")

    def kill_clients(self, dice: random.Random) -> None:
        client = self.world.start("execute", ISSUES, "owner=o", "repo=r", "--json")
        time.sleep(dice.random() * 0.05)
        client.send_signal(signal.SIGKILL)
        self.world.finish(client)

    def __enter__(self) -> Load:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.ended.set()
        for thread in self.threads:
            thread.join()


def run(world: World, sandbox: Sandbox, length: float) -> int:
    pid, said = world.daemon_pid(), []
    rests, loaded = [], []
    for part in (length / 3, length * 2 / 3):
        end = time.monotonic() + part
        with Load(world, sandbox) as load:
            while time.monotonic() < end and not load.broken:
                time.sleep(EVERY)
                loaded.append(sample(world, pid))
        print(f"done: {json.dumps(load.done, sort_keys=True)}", flush=True)
        said += load.broken
        time.sleep(REST)
        rests.append(sample(world, pid))
    said += grown(*rests, loaded)
    if world.daemon_pid() != pid:
        said.append("the daemon is another than at the beginning")
    for each in said:
        print(f"soak: {each}")
    return 1 if said else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=600.0)
    length = parser.parse_args().seconds
    world = World()
    sandbox = Sandbox(world)
    try:
        world.environment |= {"COMPOSIO_BASE_URL": sandbox.url, "COMPOSIO_API_KEY": sandbox.api_key}
        begun = world.run("connect", "github", "--as", "work", "--no-wait", "--json").json
        sandbox.approve(begun["redirect_url"])
        connected = world.run("connect", "--resume", begun["id"], "--json")
        if connected.code != 0:
            raise SystemExit(f"soak: {connected}")
        return run(world, sandbox, length)
    finally:
        sandbox.close()
        world.close()


if __name__ == "__main__":
    sys.exit(main())
