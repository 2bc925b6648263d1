"""Two versions of the programs on one home (behaviours C1 to C4)."""
import os
import shutil
import unittest

from tests.support.agenta import CLI, DAEMON, AgentaTest, wait_until
from tests.support.sandbox import ISSUE

ASK = ("api", "GET", "/api/tools/daemon", "--json")


class Skew(AgentaTest):
    def old(self, *args, **options):
        return self.world.run(*args, **options)

    def new(self, *args, **options):
        return self.world.run(*args, cli=self.world.next_cli, **options)

    def test_c1_both_sides_say_what_they_speak(self):
        self.world.start_daemon()

        reply = self.world.http().call("GET", "/api/tools/daemon")

        self.assertEqual(reply.headers["agenta-tools-version"], reply.json["version"])
        self.assertIn("agenta-tools-protocol", reply.headers)
        self.assertIn("protocol", reply.json)

    def test_c1_a_client_of_another_protocol_is_told_so(self):
        self.world.start_daemon()

        reply = self.world.http().call("GET", "/api/tools/connections", headers={"Agenta-Tools-Protocol": "98-99"})

        self.assertEqual(reply.status, 426, f"{reply}")
        self.assertEqual(reply.json["code"], "VERSION_SKEW")

    def test_c2_a_newer_client_drains_and_restarts_an_older_daemon_once(self):
        sandbox = self.start_sandbox()
        self.connect_github(sandbox)
        old_pid = self.world.daemon_pid()
        sandbox.plant("delay", tool=ISSUE, delay_ms=3000)
        running = self.world.start("execute", ISSUE, "owner=o", "repo=r", "title=slow", "--json")
        wait_until(lambda: sandbox.requests(ISSUE) == 1, 10, "the slow execution's arrival")

        result = self.new("execute", ISSUE, "owner=o", "repo=r", "title=quick", "--json", timeout=60)

        self.assertEqual(result.code, 0, f"{result}")
        self.assertEqual(result.json["title"], "quick")
        slow = self.world.finish(running)
        self.assertEqual(slow.code, 0, f"{slow}")
        self.assertEqual(slow.json["title"], "slow")
        self.assertEqual(sandbox.effects(ISSUE), 2)
        status = self.new(*ASK).json
        self.assertEqual(status["version"], "0.2.0")
        self.assertNotEqual(status["pid"], old_pid)

    def test_c3_an_older_client_never_ends_a_newer_daemon(self):
        pid = self.new(*ASK).json["pid"]

        for _ in range(10):
            answer = self.old(*ASK)
            self.assertIn(answer.code, (0, 13), f"{answer}")
            if answer.code == 13:
                self.assert_error(answer, "VERSION_SKEW", 13)
            self.assertEqual(self.new(*ASK).json["pid"], pid)

    def test_c4_two_installs_in_turns_restart_once_at_most(self):
        pids = set()
        for turn in range(20):
            answer = (self.old if turn % 2 == 0 else self.new)(*ASK)
            self.assertIn(answer.code, (0, 13), f"{answer}")
            pids.add(self.world.daemon_pid())

        self.assertLessEqual(len(pids), 2)

    def test_c4_a_mixed_installation_is_refused_with_both_paths(self):
        mixed = self.world.root / "mixed"
        mixed.mkdir()
        shutil.copy2(self.world.next_cli, mixed / CLI)
        shutil.copy2(self.world.cli.parent / DAEMON, mixed / DAEMON)

        result = self.world.run(*ASK, cli=mixed / CLI)

        error = self.assert_error(result, "VERSION_SKEW", 13)
        self.assertIn(os.fspath(mixed / CLI), error["message"])
        self.assertIn(os.fspath(mixed / DAEMON), error["message"])


if __name__ == "__main__":
    unittest.main()
