"""A crowd of clients, some of which die, and a daemon that is killed: each execution ends in one state, and effects match states."""
import http.client
import json
import os
import random
import threading
from collections import Counter
from contextlib import closing

from tests.support.agenta import SLOWNESS, AgentaTest, wait_until
from tests.support.sandbox import ISSUE, ISSUES

# The whole size, 1,000 clients and 10,000 executions, takes minutes: `AGENTA_CROWD=full`.
FULL = os.environ.get("AGENTA_CROWD") == "full"
CLIENTS = 1000 if FULL else 200
EXECUTIONS = 10_000 if FULL else 2000 if SLOWNESS == 1 else 600
DAEMON_KILLS = 3
SETTLED = {"succeeded", "failed", "unknown", "cancelled", "refused"}


class Crowd(AgentaTest):
    def setUp(self) -> None:
        super().setUp()
        self.sandbox = self.start_sandbox()
        self.connect_github(self.sandbox)
        self.run_ok("tools", "show", ISSUE, "--json")
        self.headers = {"Agenta-Tools-Composio-Key": self.sandbox.api_key, "Agenta-Tools-Composio-Url": self.sandbox.url,
                        "Agenta-Tools-Timeout-Ms": "60000"}
        self.lock = threading.Lock()
        self.next = 0
        self.said: Counter = Counter()  # what clients were told

    def take(self) -> int | None:
        with self.lock:
            self.next += 1
            return self.next if self.next <= EXECUTIONS else None

    def dial(self):
        """A connection to the daemon, as soon as there is one again."""
        connection = self.world.http(timeout=90)
        wait_until(lambda: self.connects(connection), 60, "a daemon")
        return connection

    @staticmethod
    def connects(connection) -> bool:
        try:
            connection.connect()
        except OSError:
            return False
        return True

    def client(self, seed: int) -> None:
        chance = random.Random(seed)
        connection = None
        while (number := self.take()) is not None:
            body = {"tool": ISSUE, "arguments": {"owner": "o", "repo": "r", "title": f"execution {number}."}}
            connection = connection or self.dial()
            try:
                if chance.random() < 0.05:  # a client that dies in the middle
                    connection.request("POST", "/api/tools/executions", json.dumps(body), self.headers)
                    connection.close()
                    connection, told = None, "left"
                else:
                    reply = connection.call("POST", "/api/tools/executions", body, self.headers)
                    told = reply.json.get("state") or reply.json.get("code")
            except (OSError, http.client.HTTPException):  # never sent again: it may have run
                connection.close()
                connection, told = None, "lost"
            with self.lock:
                self.said[told] += 1
        if connection:
            connection.close()

    def rows(self) -> list[dict]:
        rows, cursor = [], ""
        with closing(self.world.http(timeout=30)) as connection:
            while cursor is not None:
                page = connection.call("GET", f"/api/tools/executions?limit=1000&cursor={cursor}").json
                rows += page["items"]
                cursor = page["next_cursor"]
        return rows

    def issues(self) -> list[str]:
        """The titles of what was really made, straight from the service."""
        titles: list[str] = []
        with closing(self.world.http(timeout=30)) as connection:
            for page in range(1, 1 + EXECUTIONS // 100 + 1):
                body = {"tool": ISSUES, "arguments": {"owner": "o", "repo": "r", "state": "all", "per_page": 100, "page": page}}
                data = connection.call("POST", "/api/tools/executions?output=data", body, self.headers).json
                titles += [issue["title"] for issue in data["issues"] if issue["title"].startswith("execution ")]
        return titles

    def test_g7_each_execution_ends_in_one_state_and_effects_match_states(self):
        clients = [threading.Thread(target=self.client, args=(seed,)) for seed in range(CLIENTS)]
        for each in clients:
            each.start()
        for kill in range(1, DAEMON_KILLS + 1):
            wait_until(lambda: self.next >= EXECUTIONS * kill // (DAEMON_KILLS + 1), 120, "the crowd's progress")
            self.world.kill_daemon()
            self.world.start_daemon()
        for each in clients:
            each.join()
        wait_until(lambda: all(row["state"] in SETTLED for row in self.rows()), 60, "the end of every execution")

        rows = [row for row in self.rows() if row["tool"] == ISSUE]
        states = Counter(row["state"] for row in rows)
        effects = self.sandbox.effects(ISSUE)
        made = Counter(self.issues())
        self.assertEqual(len({row["id"] for row in rows}), len(rows))
        self.assertGreaterEqual(effects, states["succeeded"], f"{states} {self.said}")
        self.assertLessEqual(effects, states["succeeded"] + states["unknown"] + states["failed"], f"{states} {self.said}")
        self.assertGreaterEqual(states["succeeded"], self.said["succeeded"])
        self.assertEqual([title for title, count in made.items() if count > 1], [], "made twice")
        self.assertEqual(sum(made.values()), effects)
        self.assertGreater(states["succeeded"], EXECUTIONS // 2, f"{states} {self.said}")


class Many(AgentaTest):
    def test_g7_a_thousand_clients_at_once_are_all_served(self):
        self.run_ok("connections", "--json")
        clients = [self.world.http(timeout=60) for _ in range(1100)]
        for each in clients:
            self.addCleanup(each.close)

        for each in clients:
            each.connect()
        replies = [each.call("GET", "/api/tools/connections") for each in clients]

        self.assertEqual({reply.status for reply in replies}, {200})
