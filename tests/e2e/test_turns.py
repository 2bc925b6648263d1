"""Waiting for a turn: rate limits, cancelling what has not left, and what happens beyond a deadline (contract section 7)."""
import json
import signal
from contextlib import closing

from tests.support.agenta import AgentaTest, seconds, wait_until
from tests.support.sandbox import ISSUE

WRITE = ("execute", ISSUE, "owner=o", "repo=r", "title=hello", "--json")


class TurnsTest(AgentaTest):
    def setUp(self) -> None:
        super().setUp()
        self.sandbox = self.start_sandbox()
        self.connect_github(self.sandbox)
        self.run_ok("tools", "show", ISSUE, "--json")  # an execution is one request from here on

    def row(self, state: str) -> dict:
        """The newest execution, once it is in the state."""
        wait_until(lambda: self.history()[:1] and self.history()[0]["state"] == state, 15, f"an execution that is {state}")
        return self.history()[0]

    def history(self) -> list[dict]:
        return self.ask("GET", "/api/tools/executions").json["items"]

    def shown(self, execution_id: str) -> dict:
        return self.ask("GET", f"/api/tools/executions/{execution_id}").json

    def ask(self, *request):
        with closing(self.world.http()) as http:
            return http.call(*request)

    def use_up(self, window_s: int = 60) -> None:
        """The one call that a window has is made."""
        self.sandbox.limit_rate(1, window_s)
        self.run_ok(*WRITE)

    def wait_in_line(self, *flags: str) -> object:
        running = self.world.start("--timeout", "120s", *flags, *WRITE)
        self.row("queued")
        return running


class RateLimits(TurnsTest):
    def test_calls_beyond_the_limit_wait_and_each_runs_once(self):
        self.sandbox.limit_rate(3, 2)

        running = [self.world.start("--timeout", "60s", *WRITE) for _ in range(8)]
        results = [self.world.finish(each, timeout=60) for each in running]

        self.assertEqual([result.code for result in results], [0] * 8, f"{results[0]}")
        self.assertEqual(self.sandbox.effects(), 8)
        self.assertEqual(sorted(row["state"] for row in self.history()), ["succeeded"] * 8)

    def test_nothing_is_sent_ahead_of_a_known_block_and_the_deadline_decides_at_once(self):
        self.use_up()

        result = self.world.run("--timeout", "20s", *WRITE)

        self.assert_error(result, "RATE_LIMITED", 8)
        self.assertLess(result.took, seconds(5))
        self.assertEqual((self.sandbox.requests(), self.sandbox.refused()), (1, 0))
        self.assertEqual(self.history()[0]["state"], "refused")

    def test_a_refusal_is_no_attempt(self):
        self.sandbox.plant("rate_limit", tool=ISSUE, retry_after=1, times=4)

        result = self.run_ok("--timeout", "60s", *WRITE, "--output", "envelope", timeout=60)

        self.assertEqual(result.json["attempts"], 1)
        self.assertEqual(self.sandbox.requests(), 5)
        self.assertEqual(self.sandbox.effects(), 1)

    def test_a_queued_call_says_where_it_stands(self):
        self.use_up()
        first = self.wait_in_line("--verbose")
        queue = self.shown(self.history()[0]["id"])["queue"]

        self.assertEqual((queue["position"], queue["reason"]), (1, "rate_limit"))
        self.assertGreater(queue["expected_wait_ms"], 10_000)
        line = next(line for line in first.stderr if line.startswith(b"{"))
        event = json.loads(line)
        self.assertEqual((event["event"], event["position"], event["reason"]), ("queued", 1, "rate_limit"))
        first.send_signal(signal.SIGINT)
        self.assertEqual(self.world.finish(first).code, 130)


class Cancelling(TurnsTest):
    def assert_nothing_left(self) -> None:
        self.assertEqual((self.sandbox.requests(), self.sandbox.effects()), (1, 1))

    def test_what_is_cancelled_while_queued_never_leaves(self):
        self.use_up()
        running = self.wait_in_line()
        execution_id = self.history()[0]["id"]

        reply = self.ask("POST", f"/api/tools/executions/{execution_id}/cancel")

        self.assertEqual(reply.json["state"], "cancelled", f"{reply}")
        self.assert_error(self.world.finish(running), "CANCELLED", 130)
        self.assert_nothing_left()

    def test_an_interrupt_while_queued_says_that_nothing_was_sent(self):
        self.use_up()
        running = self.wait_in_line()
        running.send_signal(signal.SIGINT)

        result = self.world.finish(running)

        self.assertEqual(result.code, 130, f"{result}")
        self.assertIn("nothing", result.error["message"])
        self.assertEqual(self.row("cancelled")["state"], "cancelled")
        self.assert_nothing_left()

    def test_a_client_that_dies_while_its_call_is_queued_takes_it_along(self):
        self.use_up()
        running = self.wait_in_line()
        running.kill()

        self.row("cancelled")
        self.assert_nothing_left()

    def test_what_waits_for_another_to_come_back_is_timed_out_and_nothing_ran(self):
        self.run_ok("config", "set", "limits.in_flight", "1")
        self.run_ok("daemon", "restart", "--json")
        self.sandbox.plant("delay", tool=ISSUE, delay_ms=4000)
        first = self.world.start(*WRITE)
        wait_until(lambda: self.sandbox.requests() == 1, 10, "the first request's arrival")

        result = self.world.run("--timeout", "1s", *WRITE)

        self.assert_error(result, "TIMEOUT", 9)
        self.assertEqual(self.world.finish(first).code, 0)
        self.assert_nothing_left()

    def test_a_stopping_daemon_cancels_what_still_waits_and_says_that_nothing_ran(self):
        self.use_up()
        running = self.wait_in_line("--no-autostart")

        self.ask("POST", "/api/tools/daemon/shutdown", {"drain_ms": 300})

        result = self.world.finish(running)
        self.assertEqual(result.error["code"], "CANCELLED", f"{result}")
        self.assertEqual(self.run_ok("history", "--json").json["items"][0]["state"], "cancelled")
        self.assert_nothing_left()


class EmbeddedSandbox(AgentaTest):
    def test_what_the_sandbox_is_told_ends_what_was_learned_of_its_rate(self):
        call = ("--sandbox", "--timeout", "5s", "execute", "HACKERNEWS_GET_FRONTPAGE", "--json")
        self.run_ok("--sandbox", "sandbox", "faults", "kind=rate_limit", "retry_after=600", "match.tool=HACKERNEWS_GET_FRONTPAGE")
        error = self.assert_error(self.world.run(*call), "RATE_LIMITED", 8)

        self.assertIn("nothing ran", error["message"])
        self.assert_error(self.world.run(*call), "RATE_LIMITED", 8)
        self.run_ok("--sandbox", "sandbox", "faults", "--clear")

        self.run_ok(*call)


class Deadlines(TurnsTest):
    def test_a_write_beyond_its_deadline_is_unknown_at_once_and_recorded_when_it_comes(self):
        self.sandbox.plant("delay", tool=ISSUE, delay_ms=4000)

        result = self.world.run("--timeout", "1s", *WRITE)

        error = self.assert_error(result, "OUTCOME_UNKNOWN", 10)
        self.assertLess(result.took, seconds(3))
        self.assertEqual(self.shown(error["execution_id"])["state"], "sent")
        self.row("succeeded")
        self.assertEqual((self.sandbox.requests(), self.sandbox.effects()), (1, 1))
