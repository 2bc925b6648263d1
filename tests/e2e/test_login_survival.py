"""Pending logins outlive the daemon, however often it dies (behaviours D12, A7)."""
import os
import random
import signal
import sqlite3
import time

from tests.support import processes
from tests.support.agenta import SLOWNESS, AgentaTest, wait_until

KILLS = 50 if SLOWNESS == 1 else 10


class Survival(AgentaTest):
    def setUp(self) -> None:
        super().setUp()
        self.sandbox = self.start_sandbox()
        self.chance = random.Random(20261125)

    def begin(self, slug: str):
        return self.world.start("connect", "github", "--as", slug, "--no-wait", "--json")

    def kill_at_some_moment(self) -> int:
        """kill -9 of whatever daemon there is a little later. How many there were."""
        time.sleep(self.chance.uniform(0, 0.12))  # the moment is the test's subject; its seed is fixed
        killed = 0
        for pid in self.world.daemons_serving():
            try:
                os.kill(pid, signal.SIGKILL)
                killed += 1
            except ProcessLookupError:
                pass
        return killed

    def test_fifty_kills_lose_no_login_and_double_none(self):
        promised: dict[str, str] = {}  # by slug, the ids that a command gave out
        slugs: list[str] = []
        kills = 0
        while kills < KILLS:
            slug = f"work-{len(slugs)}"
            slugs.append(slug)
            beginning = self.begin(slug)
            waiting = self.world.start("connect", "--resume", self.chance.choice(list(promised.values())), "--json") \
                if promised else None
            kills += self.kill_at_some_moment()
            begun = self.world.finish(beginning)
            if begun.code == 0:
                promised[slug] = begun.json["id"]
            if waiting:
                waiting.send_signal(signal.SIGINT)
                self.assertNotEqual(self.world.finish(waiting).code, 0)  # nobody has approved anything

        finished = {}
        for slug in slugs:
            again = self.world.finish(self.begin(slug))  # joins what there is, else begins
            self.assertEqual(again.code, 0, f"{again}")
            if slug in promised:
                self.assertEqual(again.json["id"], promised[slug], "the login that was promised is the one there is")
            self.sandbox.approve(again.json["redirect_url"], follow=False)
            settled = self.run_ok("connect", "--resume", again.json["id"], "--json").json
            self.assertEqual((settled["status"], settled["slug"]), ("ACTIVE", slug))
            finished[settled["composio_account_id"]] = settled["id"]

        self.assertGreater(len(promised), 0)
        self.assertEqual(len(finished), len(slugs), "an account each")
        with sqlite3.connect(f"file:{self.world.database()}?mode=ro", uri=True) as database:
            self.assertEqual(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
            rows = dict(database.execute("SELECT slug, id FROM tool_connections").fetchall())
            self.assertEqual(database.execute("SELECT count(*) FROM tool_connections").fetchone(), (len(slugs),))
        self.assertEqual(sorted(rows), sorted(slugs))
        self.assertEqual(sorted(rows.values()), sorted(finished.values()))
        wait_until(lambda: processes.listening_ports(self.world.daemon_pid()) == [], 5, "the closing of the last door")


if __name__ == "__main__":
    import unittest

    unittest.main()
