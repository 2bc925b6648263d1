"""Raw requests through a connection: what is printed, what is kept, and what is known afterwards (contract section 7)."""
import base64
import json
import os
import signal
import subprocess
from contextlib import closing

from tests.support import processes
from tests.support.agenta import AgentaTest, seconds, wait_until
from tests.support.sandbox import ISSUE

ROUTE = "POST /tools/execute/proxy"
PROXY = "/tools/execute/proxy"
WRITE = ("proxy", "github", "POST", "/_echo", "-d", '{"title":"hi"}')
READ = ("proxy", "github", "GET", "/user")
EXECUTE = ("execute", ISSUE, "owner=o", "repo=r", "title=hello", "--json")


def pattern(size: int) -> bytes:
    """What the sandbox answers to `/_bytes`."""
    return bytes((i * 31 + i // 251) & 0xFF for i in range(size))


class ProxyTest(AgentaTest):
    def setUp(self) -> None:
        super().setUp()
        self.sandbox = self.start_sandbox()
        self.connection = self.connect_github(self.sandbox)
        self.before = self.sandbox.asked(ROUTE)

    def asked(self) -> int:
        return self.sandbox.asked(ROUTE) - self.before

    def history(self) -> list[dict]:
        return self.run_ok("history", "--json").json["items"]

    def file(self, name: str, content: bytes | str = b""):
        path = self.world.user_home / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path


class Answers(ProxyTest):
    def test_a_service_without_connections_has_no_credentials_to_ask_with(self):
        result = self.world.run("proxy", "hackernews", "GET", "/v0/item/1", "--json")

        self.assert_error(result, "UNSUPPORTED", 2)
        self.assertEqual(self.asked(), 0)

    def test_a_json_body_is_printed_as_it_came(self):
        self.assertEqual(self.run_ok(*READ).json["login"], "octo-sandbox")

    def test_with_json_it_is_one_document_with_the_status(self):
        document = self.run_ok(*READ, "--json").json

        self.assertEqual(document["status"], 200)
        self.assertEqual(document["body"]["login"], "octo-sandbox")
        self.assertEqual(document["headers"]["content-type"], "application/json; charset=utf-8")
        self.assertEqual(document["connection"]["slug"], "work")
        self.assertIsNone(document["error"])

    def test_a_text_is_raw_in_a_pipe_and_harmless_on_a_terminal(self):
        self.assertEqual(self.run_ok("proxy", "github", "GET", "/_text").raw_out, "plain æ\n\x1b[31mred".encode())
        terminal = self.world.terminal("proxy", "github", "GET", "/_text")
        terminal.expect(r"plain æ\n\\x1b\[31mred")

    def test_headers_query_and_body_reach_the_service(self):
        headers = self.file("headers", "# mine\nX-Api-Key: sesame-sesame\n\nX-Other: 1\n")
        value = self.file("token", "hunter2hunter2\n")

        echo = self.run_ok("proxy", "github", "PATCH", "/_echo?sort=new", "-H", "X-Trace: 7", "-H", f"@{headers}", "--query", "page=2",
                           "--query", f"token=@{value}", "-d", '{"title":"hi"}').json

        self.assertEqual(echo["method"], "PATCH")
        self.assertEqual(echo["query"], {"sort": "new", "page": "2", "token": "hunter2hunter2"})
        self.assertEqual(echo["headers"], ["x-trace", "x-api-key", "x-other"])
        self.assertEqual(echo["body"], {"title": "hi"})

    def test_a_body_comes_from_stdin_or_a_file_and_may_be_text(self):
        self.assertEqual(self.run_ok("proxy", "github", "POST", "/_echo", "-d", "-", stdin="[1,2]").json["body"], [1, 2])
        body = self.file("body.json", '{"a": 1}')
        self.assertEqual(self.run_ok("proxy", "github", "POST", "/_echo", "-d", f"@{body}").json["body"], {"a": 1})
        form = self.run_ok("proxy", "github", "POST", "/_echo", "-d", "a=b", "-H", "Content-Type: application/x-www-form-urlencoded")
        self.assertEqual(form.json["body"], "a=b")

    def test_i_prints_the_status_and_the_headers_first(self):
        result = self.run_ok("proxy", "github", "GET", "/_status/418", "-i")

        head, body = result.out.split("\n\n", 1)
        self.assertEqual(head.splitlines()[0], "HTTP 418")
        self.assertIn("content-type: application/json; charset=utf-8", head)
        self.assertEqual(json.loads(body), {"message": "Status 418"})

    def test_a_head_has_no_body(self):
        self.assertEqual(self.run_ok("proxy", "github", "HEAD", "/user").raw_out, b"")
        self.assertIsNone(self.run_ok("proxy", "github", "HEAD", "/user", "--json").json["body"])
        self.assertTrue(self.run_ok("proxy", "github", "head", "/user", "-i").out.startswith("HTTP 200\n"))

    def test_fail_makes_a_refusal_an_error(self):
        self.assertEqual(self.run_ok("proxy", "github", "GET", "/nowhere").json["message"], "Not Found")

        error = self.assert_error(self.world.run("proxy", "github", "GET", "/nowhere", "--fail", "--json"), "TOOL_FAILED", 1)

        self.assertEqual(error["context"]["status"], 404)
        self.assertEqual(error["context"]["body"], {"message": "Not Found"})
        self.assertEqual(self.history()[0]["id"], error["execution_id"])
        self.run_ok("proxy", "github", "GET", "/user", "--fail")


class Bytes(ProxyTest):
    def test_they_go_and_come_back_as_they_are(self):
        content = os.urandom(300_001)
        file = self.file("picture", content)

        through_a_file = self.run_ok("proxy", "github", "PUT", "/_echo", "--data-binary", f"@{file}")
        through_stdin = self.run_ok("proxy", "github", "PUT", "/_echo", "--data-binary", "-", stdin=content)

        self.assertEqual(through_a_file.raw_out, content)
        self.assertEqual(through_stdin.raw_out, content)

    def test_their_type_is_said(self):
        document = self.run_ok("proxy", "github", "PUT", "/_echo", "--data-binary", "-", "-H", "Content-Type: image/png", "--json",
                               stdin=b"\x00\x01").json

        self.assertEqual(document["content_type"], "image/png")
        self.assertEqual(base64.b64decode(document["body_base64"]), b"\x00\x01")
        self.assertNotIn("body", document)

    def test_many_of_them_are_whole(self):
        for size in (0, 1, 2, 3, 1_048_576, 5_000_003):
            with self.subTest(size):
                self.assertEqual(self.run_ok("proxy", "github", "GET", f"/_bytes?size={size}").raw_out, pattern(size))
        document = self.run_ok("proxy", "github", "GET", "/_bytes?size=5000003", "--json").json
        self.assertEqual(base64.b64decode(document["body_base64"]), pattern(5_000_003))

    def test_they_are_not_thrown_at_a_terminal(self):
        terminal = self.world.terminal("proxy", "github", "GET", "/_bytes?size=100")
        terminal.expect("is bytes .application/octet-stream. and not shown")
        self.assertEqual(terminal.end(), 0)

    def test_more_than_a_request_takes_is_said_before_anything_is_sent(self):
        file = self.file("large", bytes(13 << 20))

        self.assert_error(self.world.run("proxy", "github", "PUT", "/_echo", "--data-binary", f"@{file}", "--json"), "USAGE", 2)
        self.assertEqual(self.asked(), 0)

    def test_a_file_that_cannot_be_fetched_is_no_lost_request(self):
        self.sandbox.plant("reset", path="/answers/", times=10)

        result = self.world.run("proxy", "github", "PUT", "/_echo", "--data-binary", "-", "--json", stdin=b"\x00")

        error = self.assert_error(result, "PROVIDER_UNAVAILABLE", 3)
        self.assertIn("answered 200", error["message"])
        self.assertEqual(error["retryable"], "unknown")
        self.assertEqual((self.history()[0]["state"], self.asked()), ("succeeded", 1))

    def test_a_file_that_breaks_off_is_fetched_again(self):
        self.sandbox.plant("truncated", path="/answers/", times=1)

        self.assertEqual(self.run_ok("proxy", "github", "GET", "/_bytes?size=70000").raw_out, pattern(70_000))
        self.assertEqual(self.asked(), 1)


class Files(ProxyTest):
    def test_o_writes_the_body_and_nothing_else(self):
        out = self.world.user_home / "out"

        result = self.run_ok("proxy", "github", "GET", "/_bytes?size=1000", "-o", out)
        self.assertEqual((out.read_bytes(), result.raw_out), (pattern(1000), b""))
        self.assertIn("1000", result.err)

        text = self.world.user_home / "text"
        told = self.run_ok("proxy", "github", "GET", "/_text", "-o", text, "--json").json
        self.assertEqual(text.read_text(), "plain æ\n\x1b[31mred")
        self.assertEqual((told["file"], told["bytes"], told["status"]), (str(text), len(text.read_bytes()), 200))
        self.assertEqual(list(self.world.user_home.glob(".*.part")), [])

    def test_a_file_that_is_there_is_replaced_once_there_is_an_answer(self):
        file = self.file("there", "mine")
        file.chmod(0o640)

        self.world.run("proxy", "github", "GET", "/nowhere", "--fail", "-o", file)
        self.assertEqual(file.read_text(), "mine")

        self.run_ok(*READ, "-o", file)
        self.assertEqual(json.loads(file.read_text())["login"], "octo-sandbox")
        self.assertEqual(file.stat().st_mode & 0o777, 0o640)

    def test_a_refusal_leaves_no_file(self):
        out = self.world.user_home / "out"

        self.world.run("proxy", "github", "GET", "/nowhere", "--fail", "-o", out)

        self.assertFalse(out.exists())
        self.assertEqual(list(self.world.user_home.glob(".*.part")), [])

    def test_what_is_no_regular_file_is_written_to(self):
        self.run_ok(*READ, "-o", "/dev/null")
        self.assertEqual(self.run_ok("proxy", "github", "GET", "/_bytes?size=9", "-o", "-").raw_out, pattern(9))


class Refusals(ProxyTest):
    def test_another_origin_is_refused(self):
        for url in ("https://evil.example.com/user", "https://api.github.com.evil.example.com/", "http://169.254.169.254/latest"):
            with self.subTest(url):
                self.assert_error(self.world.run("proxy", "github", "GET", url, "--json"), "INVALID_REQUEST", 2)
        self.assertEqual(self.run_ok("proxy", "github", "GET", "https://api.github.com/user").json["login"], "octo-sandbox")

    def test_credentials_are_composios_and_secrets_are_no_arguments(self):
        headers = self.file("headers", "Authorization: Bearer sesame-sesame\n")
        for more in (["-H", "Authorization: Bearer sesame-sesame"], ["-H", f"@{headers}"], ["-H", "X-Api-Key: sesame-sesame"],
                     ["--query", "access_token=sesame-sesame"]):
            with self.subTest(more):
                result = self.world.run(*READ, *more, "--json")
                self.assert_error(result, "USAGE", 2)
                self.assertNotIn("sesame", result.out + result.err)
        self.assert_error(self.world.run("proxy", "github", "GET", "/user?api_key=sesame", "--json"), "USAGE", 2)
        self.assertEqual(self.asked(), 0)

    def test_the_connection_is_chosen_as_for_a_tool(self):
        self.connect_github(self.sandbox, "home")

        self.assert_error(self.world.run(*READ, "--json"), "CONNECTION_AMBIGUOUS", 7)
        self.assertEqual(self.run_ok(*READ, "-c", "home", "--json").json["connection"]["slug"], "home")
        self.assert_error(self.world.run("proxy", "slack", "GET", "/x", "--json"), "NOT_CONNECTED", 4)
        self.assert_error(self.world.run("proxy", "nothing", "GET", "/x", "--json"), "INTEGRATION_NOT_FOUND", 6)

    def test_a_dead_grant_is_told_and_remembered(self):
        self.sandbox.set_grant(self.connection["composio_account_id"], "dead")

        first = self.run_ok(*READ, "--json").json
        self.assertEqual((first["status"], first["error"]["code"]), (401, "CONNECTION_EXPIRED"))
        self.assertEqual(self.run_ok("connections", "show", "work", "--json").json["status"], "EXPIRED")
        error = self.assert_error(self.world.run(*READ, "--json"), "CONNECTION_EXPIRED", 4)
        self.assertIn("--reconnect", error["next_step"])

    def test_with_fail_a_dead_grant_is_the_error(self):
        self.sandbox.set_grant(self.connection["composio_account_id"], "dead")

        error = self.assert_error(self.world.run(*READ, "--fail", "--json"), "CONNECTION_EXPIRED", 4)

        self.assertEqual(error["context"]["status"], 401)


class Journal(ProxyTest):
    def test_every_request_is_in_the_history_without_its_secrets(self):
        headers = self.file("headers", "X-Api-Key: sesame-sesame\n")
        self.run_ok("proxy", "github", "POST", "/_echo?page=3", "-H", f"@{headers}", "-d", '{"title":"hi","password":"swordfish"}')

        [row] = self.history()
        self.assertEqual((row["tool"], row["state"], row["integration_slug"]), ("PROXY_POST", "succeeded", "github"))
        self.assertEqual(row["connection"]["slug"], "work")
        shown = self.run_ok("history", "show", row["id"], "--json")
        self.assertEqual(shown.json["arguments"]["url"], "/_echo")
        self.assertEqual(shown.json["arguments"]["query"], {"page": "3"})
        self.assertEqual(shown.json["data"]["status"], 200)
        self.assertNotIn("sesame", shown.out)
        self.assertNotIn("swordfish", shown.out)
        self.world.kill_daemon()
        for path in self.world.home.rglob("*"):
            if path.is_file():
                self.assertNotIn(b"sesame-sesame", path.read_bytes(), path)


class AtMostOnce(ProxyTest):
    def test_a_write_whose_reply_is_lost_is_unknown_and_sent_once(self):
        for kind, more in {"lost_reply": {}, "truncated": {}, "garbage": {}, "html_502": {}, "reset": {}, "status": {"status": 500}}.items():
            with self.subTest(kind):
                before = self.asked()
                self.sandbox.plant(kind, path=PROXY, times=3, **more)

                error = self.assert_error(self.world.run(*WRITE, "--json"), "OUTCOME_UNKNOWN", 10)

                self.assertEqual(error["retryable"], "unknown")
                self.assertEqual(self.asked(), before + 1)
                self.assertEqual((self.history()[0]["id"], self.history()[0]["state"]), (error["execution_id"], "unknown"))
                self.sandbox.control("DELETE", "faults")

    def test_a_read_is_sent_again(self):
        self.sandbox.plant("lost_reply", path=PROXY, times=1)

        self.assertEqual(self.run_ok(*READ, "--json").json["status"], 200)

        self.assertEqual(self.asked(), 2)

    def test_a_rate_limit_is_waited_for(self):
        self.sandbox.plant("rate_limit", path=PROXY, retry_after=1)

        self.run_ok(*WRITE)

        self.assertEqual(self.asked(), 2)
        self.assertEqual(self.sandbox.counts()["routes"][ROUTE]["effects"], 1)

    def test_a_network_that_is_gone_is_said_and_nothing_was_done(self):
        os.kill(self.sandbox.pid, signal.SIGKILL)
        wait_until(lambda: not processes.alive(self.sandbox.pid), 10)

        self.assert_error(self.world.run("--timeout", "3s", *WRITE, "--json"), "PROVIDER_UNAVAILABLE", 3)

        self.assertEqual(self.history()[0]["state"], "refused")

    def begin(self, *words) -> subprocess.Popen:
        self.sandbox.plant("delay", path=PROXY, delay_ms=2500)
        running = self.world.start(*words, "--json")
        wait_until(lambda: self.asked() == 1, 10, "the request's arrival")
        return running

    def test_a_daemon_killed_while_it_is_out_leaves_it_unknown(self):
        running = self.begin(*WRITE)
        self.world.kill_daemon()

        result = self.world.finish(running)

        error = self.assert_error(result, "OUTCOME_UNKNOWN", 10)
        self.assertEqual((self.history()[0]["id"], self.history()[0]["state"]), (error["execution_id"], "unknown"))
        self.assertEqual(self.asked(), 1)

    def test_an_interrupt_says_that_it_may_have_been_done_and_the_row_tells(self):
        running = self.begin(*WRITE)
        running.send_signal(signal.SIGINT)

        result = self.world.finish(running)

        self.assertIn(result.code, (10, 130), f"{result}")
        self.assertIn("may have been done", result.err)
        wait_until(lambda: self.history()[0]["state"] == "succeeded", 15, "the outcome in the journal")

    def test_a_client_that_is_gone_does_not_lose_a_write(self):
        self.begin(*WRITE).kill()

        wait_until(lambda: self.history()[0]["state"] == "succeeded", 15, "the outcome in the journal")
        self.assertEqual(self.asked(), 1)


class Turns(ProxyTest):
    """Raw requests wait in the queue of executions, and leave it as executions do."""

    def effects(self) -> int:
        return self.sandbox.counts()["routes"][ROUTE].get("effects", 0)

    def use_up(self) -> None:
        """The one request that a window has is made."""
        self.sandbox.limit_rate(1, 60)
        self.run_ok(*READ)

    def row(self, state: str) -> dict:
        """The newest execution, once it is in the state."""
        wait_until(lambda: self.history()[:1] and self.history()[0]["state"] == state, 15, f"a request that is {state}")
        return self.history()[0]

    def wait_in_line(self, *flags: str) -> subprocess.Popen:
        self.use_up()
        running = self.world.start("--timeout", "120s", *flags, *WRITE, "--json")
        self.row("queued")
        return running

    def ask(self, *request):
        with closing(self.world.http()) as http:
            return http.call(*request)

    def assert_nothing_left(self) -> None:
        self.assertEqual((self.asked(), self.sandbox.refused()), (1, 0))

    def test_with_executions_they_share_one_rate_and_each_is_made_once(self):
        self.run_ok("tools", "show", ISSUE, "--json")
        self.sandbox.limit_rate(3, 2)

        running = [self.world.start("--timeout", "60s", *words) for words in [WRITE, EXECUTE] * 4]
        results = [self.world.finish(each, timeout=60) for each in running]

        self.assertEqual([result.code for result in results], [0] * 8, f"{results[0]}")
        self.assertEqual((self.effects(), self.sandbox.effects()), (4, 4))
        self.assertEqual([row["state"] for row in self.history()], ["succeeded"] * 8)

    def test_nothing_is_sent_ahead_of_a_block_that_an_execution_was_told_of(self):
        self.run_ok("tools", "show", ISSUE, "--json")
        self.sandbox.limit_rate(1, 60)
        self.run_ok(*EXECUTE)

        self.assert_error(self.world.run("--timeout", "20s", *READ, "--json"), "RATE_LIMITED", 8)

        self.assertEqual((self.asked(), self.sandbox.refused()), (0, 0))

    def test_a_queued_request_says_where_it_stands(self):
        running = self.wait_in_line("--verbose")
        queue = self.ask("GET", f"/api/tools/executions/{self.history()[0]['id']}").json["queue"]

        self.assertEqual((queue["position"], queue["reason"]), (1, "rate_limit"))
        self.assertGreater(queue["expected_wait_ms"], 10_000)
        event = json.loads(next(line for line in running.stderr if line.startswith(b"{")))
        self.assertEqual((event["event"], event["position"], event["reason"]), ("queued", 1, "rate_limit"))
        running.send_signal(signal.SIGINT)
        self.assertEqual(self.world.finish(running).code, 130)

    def test_what_is_cancelled_while_queued_never_leaves(self):
        running = self.wait_in_line()

        reply = self.ask("POST", f"/api/tools/executions/{self.history()[0]['id']}/cancel")

        self.assertEqual(reply.json["state"], "cancelled", f"{reply}")
        self.assert_error(self.world.finish(running), "CANCELLED", 130)
        self.assert_nothing_left()

    def test_an_interrupt_while_queued_says_that_nothing_was_sent(self):
        running = self.wait_in_line()
        running.send_signal(signal.SIGINT)

        error = self.assert_error(self.world.finish(running), "CANCELLED", 130)

        self.assertIn("nothing", error["message"])
        self.row("cancelled")
        self.assert_nothing_left()

    def test_a_client_that_dies_while_its_request_is_queued_takes_it_along(self):
        running = self.wait_in_line()
        running.kill()

        self.row("cancelled")
        self.assert_nothing_left()

    def test_a_daemon_that_dies_while_it_is_queued_is_followed_by_one_that_makes_it_once(self):
        self.sandbox.limit_rate(1, 4)
        self.run_ok(*READ)
        running = self.world.start("--timeout", "60s", *WRITE, "--json")
        self.row("queued")
        self.world.kill_daemon()

        result = self.world.finish(running, timeout=60)

        self.assertEqual((result.code, self.effects()), (0, 2), f"{result}")

    def test_a_write_beyond_its_deadline_is_unknown_at_once_and_recorded_when_it_comes(self):
        self.sandbox.plant("delay", path=PROXY, delay_ms=4000)

        result = self.world.run("--timeout", "1s", *WRITE, "--json")

        self.assert_error(result, "OUTCOME_UNKNOWN", 10)
        self.assertLess(result.took, seconds(3))
        self.assertEqual(self.history()[0]["state"], "sent")
        self.row("succeeded")
        self.assertEqual(self.asked(), 1)


if __name__ == "__main__":
    import unittest

    unittest.main()
