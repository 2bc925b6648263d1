"""Each fault of the way to Composio, for each kind of tool and each rule: what is sent, how often, and what is then known (contract 7.2)."""
import time
from contextlib import closing

from tests.support.agenta import AgentaTest, seconds, wait_until
from tests.support.sandbox import ISSUE, ISSUES

STAR = "GITHUB_STAR_A_REPOSITORY_FOR_THE_AUTHENTICATED_USER"
KINDS = {"write": ISSUE, "idempotent": STAR, "read": ISSUES}
UNKNOWN, GONE = "OUTCOME_UNKNOWN", "PROVIDER_UNAVAILABLE"
ALWAYS = 1000

# fault, what it is planted with; sends of (write, idempotent, read) where it is safe to repeat; code and state.
# With `--retry never` each is one send.
TABLE = [
    ("reset", {}, (1, 3, 3), UNKNOWN, "unknown"),
    ("lost_reply", {}, (1, 3, 3), UNKNOWN, "unknown"),
    ("truncated", {}, (1, 3, 3), UNKNOWN, "unknown"),
    ("garbage", {}, (1, 3, 3), UNKNOWN, "unknown"),
    ("cut_document", {}, (1, 3, 3), UNKNOWN, "unknown"),
    ("html_502", {}, (1, 3, 3), UNKNOWN, "unknown"),
    ("status", {"status": 500}, (1, 3, 3), UNKNOWN, "unknown"),
    ("status", {"status": 502}, (1, 3, 3), UNKNOWN, "unknown"),
    ("status", {"status": 504}, (1, 3, 3), UNKNOWN, "unknown"),
    ("status", {"status": 503}, (1, 3, 3), UNKNOWN, "unknown"),
    ("status", {"status": 503, "headers": {"Retry-After": "0"}}, (3, 3, 3), GONE, "refused"),
    ("status", {"status": 400}, (1, 1, 1), None, "failed"),
]


class Retries(AgentaTest):
    def setUp(self) -> None:
        super().setUp()
        self.sandbox = self.start_sandbox()
        self.connect_github(self.sandbox)
        for tool in KINDS.values():
            self.run_ok("tools", "show", tool, "--json")

    def execute(self, tool: str, retry: bool, timeout_ms: int = 30_000) -> tuple[str, str]:
        """Runs the tool as a client of the socket; the code and the state of what came of it."""
        with closing(self.world.http(timeout=60)) as http:
            return self.execute_over(http, tool, retry, timeout_ms)

    def execute_over(self, http, tool: str, retry: bool, timeout_ms: int) -> tuple[str, str]:
        arguments = {"owner": "o", "repo": "r"} | ({"title": "t"} if tool == ISSUE else {})
        reply = http.call("POST", "/api/tools/executions", {"tool": tool, "arguments": arguments, "retry": retry},
                          {"Agenta-Tools-Composio-Key": self.sandbox.api_key, "Agenta-Tools-Composio-Url": self.sandbox.url,
                           "Agenta-Tools-Timeout-Ms": str(timeout_ms)})
        document = reply.json
        row = http.call("GET", f"/api/tools/executions/{document['execution_id']}").json
        return document.get("code"), row["state"]

    def test_each_fault_is_sent_exactly_as_often_as_it_may_be(self):
        for kind, tool in KINDS.items():
            for fault, more, sends, code, state in TABLE:
                for retry in (True, False):
                    self.sandbox.control("DELETE", "faults")
                    before = self.sandbox.requests(tool)
                    self.sandbox.plant(fault, tool=tool, times=ALWAYS, **more)

                    got = self.execute(tool, retry)

                    with self.subTest(f"{fault} {more} {kind} retry={retry}"):
                        expected = sends[list(KINDS).index(kind)] if retry else 1
                        self.assertEqual(self.sandbox.requests(tool) - before, expected)
                        self.assertEqual(got, (code or got[0], state))

    def test_a_rate_limit_is_waited_for_and_with_never_it_is_said(self):
        for kind, tool in KINDS.items():
            for retry, expected in ((True, (None, "succeeded", 3)), (False, ("RATE_LIMITED", "refused", 1))):
                self.sandbox.control("DELETE", "faults")
                before = self.sandbox.requests(tool)
                self.sandbox.plant("rate_limit", tool=tool, times=2, retry_after=0)

                code, state = self.execute(tool, retry)

                with self.subTest(f"{kind} retry={retry}"):
                    self.assertEqual((code, state, self.sandbox.requests(tool) - before), expected)

    def test_beyond_the_deadline_nothing_is_sent_again(self):
        for kind, tool in KINDS.items():
            for retry in (True, False):
                self.sandbox.control("DELETE", "faults")
                before = self.sandbox.requests(tool)
                self.sandbox.plant("delay", tool=tool, delay_ms=1500)

                begin = time.monotonic()
                code, state = self.execute(tool, retry, timeout_ms=500)

                with self.subTest(f"{kind} retry={retry}"):
                    self.assertEqual(code, "OUTCOME_UNKNOWN")
                    self.assertLess(time.monotonic() - begin, seconds(1.4))
                    self.assertEqual(state, "unknown" if kind == "read" else "sent")
                    self.assertEqual(self.sandbox.requests(tool) - before, 1)

    def test_what_cannot_connect_has_run_nothing(self):
        self.sandbox.process.kill()
        self.sandbox.process.wait()
        wait_until(lambda: self.refused(), 10, "the sandbox's end")
        for tool in KINDS.values():
            for retry in (True, False):
                self.assertEqual(self.execute(tool, retry), ("PROVIDER_UNAVAILABLE", "refused"))

    def refused(self) -> bool:
        try:
            self.sandbox.counts()
        except OSError:
            return True
        return False
