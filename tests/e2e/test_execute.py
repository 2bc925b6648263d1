"""Running tools: what is sent, how often, and what is known afterwards (behaviours F1 to F4, contract section 7)."""
import os
import random
import signal
import time

from tests.support import processes
from tests.support.agenta import SLOWNESS, AgentaTest, seconds, wait_until
from tests.support.recorder import Recorder
from tests.support.sandbox import ISSUE, ISSUES

WRITE = ("execute", ISSUE, "owner=o", "repo=r", "title=hello")
READ = ("execute", ISSUES, "owner=o", "repo=r")


class ExecuteTest(AgentaTest):
    def setUp(self) -> None:
        super().setUp()
        self.sandbox = self.start_sandbox()
        self.connection = self.connect_github(self.sandbox)

    def history(self) -> list[dict]:
        return self.run_ok("history", "--json").json["items"]

    def record(self) -> Recorder:
        recorder = Recorder(self.sandbox.url)
        self.addCleanup(recorder.close)
        return recorder


class AtMostOnce(ExecuteTest):
    def test_f1_an_effect_whose_reply_is_lost_happens_once_and_is_unknown(self):
        for kind, more in {"lost_reply": {}, "truncated": {}, "garbage": {}, "html_502": {}, "reset": {}}.items():
            with self.subTest(kind):
                effects, requests = self.sandbox.effects(), self.sandbox.requests()
                self.sandbox.plant(kind, tool=ISSUE, times=3, **more)

                result = self.world.run(*WRITE, "--json")

                error = self.assert_error(result, "OUTCOME_UNKNOWN", 10)
                self.assertEqual(error["retryable"], "unknown")
                self.assertEqual(self.history()[0]["id"], error["execution_id"])
                self.assertEqual(self.history()[0]["state"], "unknown")
                self.assertLessEqual(self.sandbox.effects(), effects + 1)
                self.assertEqual(self.sandbox.requests(), requests + 1)
                self.sandbox.control("DELETE", "faults")

    def test_f1_statuses_that_leave_it_open_are_unknown(self):
        for status in (500, 502, 504):
            with self.subTest(status):
                self.sandbox.plant("status", tool=ISSUE, status=status, body="upstream said no")

                self.assert_error(self.world.run(*WRITE, "--json"), "OUTCOME_UNKNOWN", 10)

    def test_f1_a_rate_limit_is_waited_for_and_the_tool_runs_once(self):
        self.sandbox.plant("rate_limit", tool=ISSUE, retry_after=1)

        begin = time.monotonic()
        self.run_ok(*WRITE, "--json")

        self.assertGreaterEqual(time.monotonic() - begin, 0.9)
        self.assertEqual(self.sandbox.effects(), 1)

    def test_f1_a_rate_limit_beyond_the_deadline_is_said(self):
        self.sandbox.plant("rate_limit", tool=ISSUE, retry_after=60, times=100)

        result = self.world.run("--timeout", "2s", *WRITE, "--json")

        self.assert_error(result, "RATE_LIMITED", 8)
        self.assertLess(result.took, seconds(4))
        self.assertEqual(self.sandbox.effects(), 0)

    def test_f1_a_read_only_tool_is_tried_again(self):
        self.sandbox.plant("reset", tool=ISSUES, times=1)

        self.run_ok(*READ, "--json")

        self.assertGreaterEqual(self.sandbox.requests(ISSUES), 2)

    def test_f1_a_provider_that_is_not_there_is_said_and_nothing_ran(self):
        result = self.world.run("--timeout", "3s", "execute", ISSUE, "owner=o", "repo=r", "title=x", "-c", "work", "--json",
                                env={"COMPOSIO_BASE_URL": "http://127.0.0.1:9"})

        self.assertIn(result.code, (3, 4), f"{result}")  # 4: the connection belongs to the other endpoint
        self.assertEqual(self.sandbox.effects(), 0)

    def test_f1_the_provider_gone_is_exit_3(self):
        self.run_ok("tools", "show", ISSUE, "--json")  # the catalogue knows the tool
        os.kill(self.sandbox.pid, signal.SIGKILL)
        wait_until(lambda: not processes.alive(self.sandbox.pid), 10)

        result = self.world.run("--timeout", "3s", *WRITE, "--json")

        self.assert_error(result, "PROVIDER_UNAVAILABLE", 3)
        self.assertEqual(self.history()[0]["state"], "refused")  # nothing was sent


class Idempotency(ExecuteTest):
    def test_f2_the_same_key_returns_the_recorded_result(self):
        first = self.run_ok(*WRITE, "--idempotency-key", "k1", "--json").json
        second = self.run_ok(*WRITE, "--idempotency-key", "k1", "--json").json

        self.assertEqual(second, first)
        self.assertEqual(self.sandbox.effects(), 1)

    def test_f2_other_arguments_under_the_same_key_are_a_conflict(self):
        self.run_ok(*WRITE, "--idempotency-key", "k1", "--json")

        result = self.world.run("execute", ISSUE, "owner=o", "repo=r", "title=other", "--idempotency-key", "k1", "--json")

        self.assert_error(result, "IDEMPOTENCY_CONFLICT", 7)
        self.assertEqual(self.sandbox.effects(), 1)

    def test_f2_it_holds_across_a_restart(self):
        first = self.run_ok(*WRITE, "--idempotency-key", "k1", "--json").json
        self.world.kill_daemon()

        self.assertEqual(self.run_ok(*WRITE, "--idempotency-key", "k1", "--json").json, first)
        self.assertEqual(self.sandbox.effects(), 1)

    def test_f2_a_client_killed_in_mid_call_gets_the_result_by_asking_again(self):
        self.sandbox.plant("delay", tool=ISSUE, delay_ms=1500)
        running = self.world.start(*WRITE, "--idempotency-key", "k1", "--json")
        wait_until(lambda: self.sandbox.requests() == 1, 10, "the request's arrival")
        running.kill()

        result = self.run_ok(*WRITE, "--idempotency-key", "k1", "--json")

        self.assertEqual(result.json["title"], "hello")
        self.assertEqual(self.sandbox.effects(), 1)

    def test_f2_a_daemon_killed_in_mid_call_never_sends_it_again(self):
        self.sandbox.plant("delay", tool=ISSUE, delay_ms=1500)
        running = self.world.start(*WRITE, "--idempotency-key", "k1", "--json")
        wait_until(lambda: self.sandbox.requests() == 1, 10, "the request's arrival")
        self.world.kill_daemon()
        lost = self.world.finish(running)

        again = self.world.run(*WRITE, "--idempotency-key", "k1", "--json")

        self.assertEqual(lost.code, 10, f"{lost}")
        self.assert_error(again, "OUTCOME_UNKNOWN", 10)
        self.assertEqual(self.sandbox.requests(), 1)


class Journal(ExecuteTest):
    def test_f3_killed_at_any_moment_nothing_is_lost_and_nothing_is_called_failed(self):
        chance = random.Random(20260102)
        for turn in range(20 if SLOWNESS == 1 else 5):
            self.run_ok("connections", "--json")
            before = self.sandbox.requests()
            running = self.world.start("execute", ISSUE, "owner=o", "repo=r", f"title=turn {turn}", "--json")
            end = time.monotonic() + chance.uniform(0, 0.03) * SLOWNESS
            while time.monotonic() < end:
                pass
            self.world.kill_daemon()
            result = self.world.finish(running)
            arrived = self.sandbox.requests() - before
            rows = [row for row in self.history() if row["started_at"]][: arrived + 1]

            self.assertLessEqual(arrived, 1)
            if arrived:
                self.assertIn(rows[0]["state"], ("unknown", "succeeded"), f"{result}")
            for row in self.history():
                self.assertIn(row["state"], ("unknown", "succeeded", "cancelled"))

    def test_f3_the_journal_tells_what_ran(self):
        self.run_ok(*WRITE, "--json")

        [row] = self.history()
        self.assertEqual((row["tool"], row["state"]), (ISSUE, "succeeded"))
        self.assertLessEqual({"id", "tool", "connection", "state", "started_at", "duration_ms", "error"}, set(row))
        shown = self.run_ok("history", "show", row["id"], "--json").json
        self.assertEqual(shown["id"], row["id"])
        self.assertEqual(shown["arguments"]["title"], "hello")


class Interrupts(ExecuteTest):
    def begin(self, *args) -> object:
        self.sandbox.plant("delay", tool=ISSUE, delay_ms=2500)
        running = self.world.start(*WRITE, "--json", *args)
        wait_until(lambda: self.sandbox.requests() == 1, 10, "the request's arrival")
        return running

    def settled(self) -> str:
        wait_until(lambda: self.history()[0]["state"] not in ("queued", "sent"), 15, "the execution's end")
        return self.history()[0]["state"]

    def test_f4_an_interrupt_says_that_it_may_have_run(self):
        running = self.begin()
        running.send_signal(signal.SIGINT)

        result = self.world.finish(running)

        self.assertIn(result.code, (10, 130), f"{result}")
        self.assertIn("may have run", (result.err + result.out).lower())
        self.assertTrue(result.error.get("execution_id"), f"{result}")

    def test_f4_a_second_interrupt_leaves_at_once(self):
        running = self.begin()
        running.send_signal(signal.SIGINT)
        running.send_signal(signal.SIGINT)

        begin = time.monotonic()
        result = self.world.finish(running)

        self.assertLess(time.monotonic() - begin, seconds(1))
        self.assertIn(result.code, (10, 130, -signal.SIGINT))

    def test_f4_a_client_that_is_gone_does_not_lose_the_result(self):
        running = self.begin()
        running.kill()

        self.assertEqual(self.settled(), "succeeded")
        self.assertEqual(self.sandbox.effects(), 1)


if __name__ == "__main__":
    import unittest

    unittest.main()
