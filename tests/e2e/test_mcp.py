"""The MCP server on stdio, both eras, against the sandbox."""
import json
import os
import signal
import subprocess
import time

from tests.support.agenta import AgentaTest, seconds, wait_until
from tests.support.mcp import MODERN, PREFIX, Closed, Mcp
from tests.support.sandbox import ISSUE, ISSUES
from tests.support.sessions import BOX, SessionTest

WHERE = {"owner": "o", "repo": "r"}
READS = '[[rule]]\nname = "all"\ndecision = "allow"\n'


class McpTest(AgentaTest):
    def setUp(self) -> None:
        super().setUp()
        self.sandbox = self.start_sandbox()

    def serve(self, *args, **options) -> Mcp:
        return Mcp(self.world, *args, **options)

    def allowing(self) -> str:
        """A policy that allows everything, as a file."""
        file = self.world.root / "allow.toml"
        file.write_text(READS)
        return str(file)

    def connect_hub(self) -> None:
        self.connect_github(self.sandbox)

    def both(self, *args, **options):
        for era in ("modern", "legacy"):
            with self.subTest(era):
                client = self.serve(*args, era=era, **options)
                yield client
                self.assertEqual(client.end(), 0)


class Lists(McpTest):
    def test_the_tools_of_an_integration_with_honest_hints(self):
        self.connect_hub()
        for client in self.both("--tools", "github"):
            tools = {tool["name"]: tool for tool in client.tools()}

            self.assertEqual(list(tools), sorted(tools))
            self.assertIn(ISSUE, tools)
            self.assertLessEqual({"owner", "repo"}, set(tools[ISSUES]["inputSchema"]["properties"]))
            self.assertLessEqual({"owner", "repo"}, set(tools[ISSUES]["inputSchema"]["required"]))
            self.assertIs(tools[ISSUES]["annotations"]["readOnlyHint"], True)
            self.assertIs(tools[ISSUE]["annotations"]["readOnlyHint"], False)
            for tool in tools.values():
                hints = tool["annotations"]
                self.assertLessEqual({"readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"}, set(hints))
                self.assertTrue(hints["destructiveHint"] or hints["readOnlyHint"], tool)
            for name in (ISSUE, ISSUES):  # what policies believe is what clients are told
                believed = self.run_ok("policy", "explain", name, "--json").json["hints"]
                told = tools[name]["annotations"]
                self.assertEqual({f"{word.replace('_o', 'O').replace('_w', 'W')}Hint": value for word, value in believed.items()},
                                 {word: value for word, value in told.items() if word != "title"})
            for tool in tools.values():
                self.assertEqual(tool["inputSchema"]["type"], "object")
                self.assertIn("properties", tool["inputSchema"], tool["name"])
                self.assertLessEqual(len("mcp__agenta__" + tool["name"]), 60)
                self.assertTrue(tool["description"])

    def test_read_only_lists_and_runs_nothing_else(self):
        self.connect_hub()
        for client in self.both("--tools", "github", "--read-only"):
            self.assertTrue(all(tool["annotations"]["readOnlyHint"] for tool in client.tools()))
            result = client.call(ISSUE, {**WHERE, "title": "x"})
            self.assertIs(result["isError"], True)
            self.assertEqual(result["structuredContent"]["error"]["code"], "POLICY_DENIED")
        self.assertEqual(self.sandbox.effects(), 0)

    def test_four_tools_stand_for_all(self):
        self.connect_hub()
        for client in self.both("--meta", "--policy", self.allowing()):
            self.assertEqual([t["name"] for t in client.tools()], ["connect", "execute_tool", "get_tool", "search_tools"])

            found = client.call("search_tools", {"query": "list repository issues", "integration": "github"})["structuredContent"]
            self.assertIn(ISSUES, [hit["tool"] for hit in found["tools"]])
            shown = client.call("get_tool", {"tool": ISSUES})["structuredContent"]
            self.assertIn("owner", shown["input_schema"]["properties"])
            ran = client.call("execute_tool", {"tool": ISSUES, "arguments": WHERE})["structuredContent"]
            self.assertIs(ran["successful"], True)
            wrong = client.call("execute_tool", {"tool": "GITHUB_NO_SUCH_THING"})
            self.assertEqual(wrong["structuredContent"]["error"]["code"], "TOOL_NOT_FOUND")

    def test_an_integration_with_two_accounts_is_no_reason_not_to_start(self):
        self.connect_github(self.sandbox, "work")
        self.connect_github(self.sandbox, "personal")
        chooses = "--connection github=personal"
        for client in self.both("--meta", "--policy", self.allowing()):
            self.assertIn("(personal, work)", client.call("get_tool", {"tool": ISSUES})["structuredContent"]["cannot_run_yet"])
            for tool, arguments in (("execute_tool", {"tool": ISSUES, "arguments": WHERE}), ("connect", {"integration": "github"})):
                refused = client.call(tool, arguments)
                self.assertEqual(refused["structuredContent"]["error"]["code"], "CONNECTION_AMBIGUOUS", tool)
                self.assertIn(chooses, refused["content"][0]["text"])
                self.assertIn("work", refused["content"][0]["text"])
        for client in self.both("--tools", "github"):
            [offered] = client.tools()
            self.assertEqual(offered["name"], "connect")
            self.assertIn(chooses, offered["description"])
        for client in self.both("--tools", "github", "--connection", "github=work"):
            ran = client.call(ISSUES, WHERE)["structuredContent"]
            self.assertIs(ran["successful"], True)
            self.assertIn("work", json.dumps(ran["connection"]))

    def test_a_change_of_the_session_is_told(self):
        self.connect_hub()
        self.run_ok("session", "create", "dev", "--tools", ISSUES)
        modern = self.serve("--session", "dev")
        listening = modern.begin("subscriptions/listen", {"notifications": {"toolsListChanged": True}})
        modern.until(lambda m: m.get("method") == "notifications/subscriptions/acknowledged")
        legacy = self.serve("--session", "dev", era="legacy")
        self.assertEqual([t["name"] for t in modern.tools()], [ISSUES])
        wait_until(lambda: self.changed(modern, legacy), what="the news of a change")

        self.assertIn(ISSUE, [t["name"] for t in legacy.tools()])
        told = modern.notifications("notifications/tools/list_changed")[0]
        self.assertEqual(told["params"]["_meta"][PREFIX + "subscriptionId"], listening)
        legacy.end()
        modern.process.stdin.close()
        self.assertEqual(modern.answer(listening)["result"]["resultType"], "complete")
        self.assertEqual(modern.end(), 0)

    def changed(self, *clients: Mcp) -> bool:
        """Whether both were told; the session is changed again until its watchers have begun."""
        self.run_ok("session", "add", "dev", ISSUE)
        time.sleep(0.2)
        for client in clients:
            while not client.lines.empty():
                client.next()
        self.run_ok("session", "remove", "dev", ISSUE) if not all(
            c.notifications("notifications/tools/list_changed") for c in clients) else None
        return all(c.notifications("notifications/tools/list_changed") for c in clients)


class SessionSocket(SessionTest):
    def test_a_sessions_socket_alone_is_enough(self):
        self.run_ok(BOX, "session", "create", "dev", "--tools", "github")
        socket = self.run_ok(BOX, "session", "socket", "dev", "--json").json["socket"]
        for era in ("modern", "legacy"):
            with self.subTest(era):
                client = Mcp(self.world, era=era, env={"AGENTA_TOOLS_SOCKET": socket})
                tools = {tool["name"]: tool for tool in client.tools()}
                self.assertLessEqual({"owner", "repo"}, set(tools[ISSUES]["inputSchema"]["properties"]))
                ran = client.call(ISSUES, WHERE)["structuredContent"]
                self.assertIs(ran["successful"], True)
                shown = self.run_ok(BOX, "history", "show", ran["execution_id"], "--json").json
                self.assertEqual(shown["session"], "dev")
                asked = client.call(ISSUE, {**WHERE, "title": "x"})
                self.assertIs(asked["isError"], True)
                self.assertIn("ask whoever runs the session: `agenta-tools ", asked["content"][0]["text"])
                self.assertNotIn("Next step", asked["content"][0]["text"])
                self.assertFalse(asked["structuredContent"]["error"].get("next_step"))
                outside = client.ask("tools/call", {"name": "SLACK_SEND_MESSAGE"})
                self.assertIn("Unknown tool", json.dumps(outside))
                self.assertEqual(client.end(), 0)
        self.assertEqual(self.show("dev")["state"], "open")


class Calls(McpTest):
    def test_a_result_is_the_same_as_text_and_as_structure(self):
        self.connect_hub()
        for client in self.both("--tools", "github"):
            result = client.call(ISSUES, WHERE)

            self.assertEqual(json.loads(result["content"][0]["text"]), result["structuredContent"])
            self.assertIs(result["structuredContent"]["successful"], True)
            shown = self.run_ok("history", "show", result["structuredContent"]["execution_id"], "--json").json
            self.assertEqual(shown["state"], "succeeded")
            self.assertTrue(shown["session"].startswith("mcp-"))

    def test_failures_tell_what_to_do_next(self):
        self.connect_hub()
        for client in self.both("--tools", "github"):
            wrong = client.call(ISSUES, {"owner": "o"})
            self.assertIs(wrong["isError"], True)
            self.assertEqual(wrong["structuredContent"]["error"]["code"], "INVALID_ARGUMENTS")
            self.assertIn("repo", wrong["content"][0]["text"])
            unknown = client.ask("tools/call", {"name": "GITHUB_NO_SUCH_THING"})
            self.assertEqual(unknown["error"]["code"], -32602)
            elsewhere = client.ask("tools/call", {"name": "GMAIL_SEND_EMAIL"})
            self.assertEqual(elsewhere["error"]["code"], -32602)

    def test_a_missing_connection_is_offered_by_link_and_the_retry_works(self):
        for era in ("modern", "legacy"):
            with self.subTest(era):
                client = self.serve("--tools", "github", era=era)
                self.assertIn("connect", [t["name"] for t in client.tools()])
                first = client.call(ISSUES, WHERE)
                self.assertIs(first["isError"], True)
                error = first["structuredContent"]["error"]
                self.assertEqual(error["code"], "connection_required")
                self.assertIn(error["connect_url"], first["content"][0]["text"])
                self.assertIn("agenta-tools connect", error["command"])
                self.sandbox.approve(error["connect_url"])
                wait_until(lambda: self.run_ok("connections", "--json").json["items"][0]["status"] == "ACTIVE")

                self.assertIs(client.call(ISSUES, WHERE)["structuredContent"]["successful"], True)
                client.end()
                self.run_ok("disconnect", "github", "--yes")

    def test_a_client_that_can_ask_is_given_the_link_to_show(self):
        client = self.serve("--tools", "github", capabilities={"elicitation": {"url": {}}})
        first = client.call(ISSUES, WHERE)
        self.assertEqual(first["resultType"], "input_required")
        url = first["inputRequests"]["connect"]["params"]["url"]
        retry = client.begin("tools/call", {"name": ISSUES, "arguments": WHERE, "requestState": first["requestState"],
                                            "inputResponses": {"connect": {"action": "accept"}}})
        self.sandbox.approve(url)

        self.assertIs(client.answer(retry)["result"]["structuredContent"]["successful"], True)

    def test_what_needs_approval_names_the_command_and_then_runs_once(self):
        self.connect_hub()
        client = self.serve("--tools", "github")
        write = {**WHERE, "title": "hello"}
        first = client.call(ISSUE, write)
        self.assertIs(first["isError"], True)
        error = first["structuredContent"]["error"]
        self.assertFalse(error["next_step"], "it is not the model's to take")
        approval = error["context"]["approval_id"]
        self.assertIn(f"`agenta-tools approvals approve {approval}`", error["message"])
        self.assertEqual(self.sandbox.effects(), 0)

        self.run_ok("approvals", "approve", approval)
        self.assertIs(client.call(ISSUE, write)["structuredContent"]["successful"], True)
        self.assertEqual(self.sandbox.effects(), 1)
        self.assertIs(client.call(ISSUE, write)["isError"], True)

    def asked(self, client, arguments: dict):
        """A call that asks: its id, and the question."""
        call = client.begin("tools/call", {"name": ISSUE, "arguments": arguments})
        return call, client.until(lambda m: m.get("method") == "elicitation/create" and m not in self.heard)

    def test_no_word_but_those_offered_lets_a_call_run(self):
        self.connect_hub()
        client = self.serve("--tools", "github", era="legacy", capabilities={"elicitation": {}})
        self.heard = []
        for number, word in enumerate(("no", "DENY", "never", "deny ", "Once", "", None, 5, ["once"])):
            with self.subTest(word=word):
                call, asked = self.asked(client, {**WHERE, "title": f"t{number}"})
                self.heard.append(asked)
                client.say({"jsonrpc": "2.0", "id": asked["id"], "result": {"action": "accept", "content": {"decision": word}}})
                self.assertIs(client.answer(call)["result"]["isError"], True)
        self.assertEqual(self.sandbox.effects(), 0)

    def test_a_question_shows_every_value_and_what_hides_in_it(self):
        self.connect_hub()
        client = self.serve("--tools", "github", era="legacy", capabilities={"elicitation": {}})
        self.heard = []
        _, asked = self.asked(client, {"body": "A" * 5000 + "the end", "owner": "victim", "repo": "prod", "title": "x\u200b\u061cy\u00ad"})

        message = asked["params"]["message"]
        self.assertIn('/owner: "victim"', message)
        self.assertIn('/repo: "prod"', message)
        self.assertRegex(message, "AAA … [0-9]+ bytes … A+the end")
        self.assertIn("x\\u200b\\u061cy\\u00ad", message)

    def test_a_hundred_questions_keep_nobody_else_waiting(self):
        self.connect_hub()
        client = self.serve("--tools", "github", era="legacy", capabilities={"elicitation": {}})
        for number in range(90):
            client.begin("tools/call", {"name": ISSUE, "arguments": {**WHERE, "title": f"t{number}"}})
        wait_until(lambda: len(self.run_ok("approvals", "list", "--state", "pending", "--limit", "100", "--json").json["items"]) == 90,
                   what="ninety questions")

        self.assertIs(client.call(ISSUES, WHERE)["structuredContent"]["successful"], True)

    def test_connect_stays_within_the_session(self):
        self.connect_hub()
        self.run_ok("session", "create", "narrow", "--tools", "github", "--json")
        client = self.serve("--session", "narrow", "--meta")

        refused = client.call("connect", {"integration": "slack"})
        there = client.call("connect", {"integration": "github"})

        self.assertEqual(refused["structuredContent"]["error"]["code"], "FORBIDDEN")
        self.assertIs(there["structuredContent"]["connected"], True)
        self.assertEqual([each["status"] for each in self.run_ok("connections", "list", "--json").json["items"]], ["ACTIVE"])

    def test_an_output_that_takes_nothing_is_told(self):
        with open("/dev/full", "wb") as full:
            process = self.world.start("mcp", "--tools", "github", stdin=subprocess.PIPE, stdout=full)
            _, err = process.communicate(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "ping"}).encode() + b"\n", timeout=60)

        self.assertEqual(process.returncode, 12, err)
        self.assertIn("write to standard output", err.decode() if isinstance(err, bytes) else err)

    def test_a_person_at_the_client_may_allow_it(self):
        self.connect_hub()
        client = self.serve("--tools", "github", era="legacy", capabilities={"elicitation": {}})
        call = client.begin("tools/call", {"name": ISSUE, "arguments": {**WHERE, "title": "hello"}})
        asked = client.until(lambda m: m.get("method") == "elicitation/create")
        self.assertIn("hello", asked["params"]["message"])
        client.say({"jsonrpc": "2.0", "id": asked["id"], "result": {"action": "accept", "content": {"decision": "once"}}})

        self.assertIs(client.answer(call)["result"]["structuredContent"]["successful"], True)
        self.assertEqual(self.sandbox.effects(), 1)


class Questions(McpTest):
    """A call that is put to the person at the client, and what becomes of it elsewhere meanwhile."""

    def setUp(self) -> None:
        super().setUp()
        self.connect_hub()

    def asking(self, *args) -> tuple[Mcp, int, dict, str]:
        """A legacy client, its call, the question it was asked, and the approval's id."""
        client = self.serve("--tools", "github", *args, era="legacy", capabilities={"elicitation": {}})
        call = client.begin("tools/call", {"name": ISSUE, "arguments": {**WHERE, "title": "hello"}})
        asked = client.until(lambda m: m.get("method") == "elicitation/create")
        return client, call, asked, self.pending()

    def asking_modern(self) -> tuple[Mcp, dict, str]:
        """The same of a modern client, with what it comes back with."""
        client = self.serve("--tools", "github", capabilities={"elicitation": {"form": {}}})
        arguments = {**WHERE, "title": "hello"}
        first = client.call(ISSUE, arguments)
        self.assertEqual(first["resultType"], "input_required")
        return client, {"name": ISSUE, "arguments": arguments, "requestState": first["requestState"]}, self.pending()

    def pending(self) -> str:
        return wait_until(lambda: self.run_ok("approvals", "list", "--state", "pending", "--json").json["items"])[0]["id"]

    def state(self, approval: str) -> str:
        return self.run_ok("approvals", "show", approval, "--json").json["state"]

    def come_back(self, client: Mcp, call: dict, answer: dict) -> dict:
        return client.ask("tools/call", {**call, "inputResponses": {"approval": answer}})["result"]

    def hurried(self) -> str:
        file = self.world.root / "hurried.toml"
        file.write_text('default = "ask"\nask_timeout = "2s"\n')
        return str(file)

    def assert_closed(self, client: Mcp, asked: dict) -> None:
        told = client.until(lambda m: m.get("method") == "notifications/cancelled")
        self.assertEqual(told["params"]["requestId"], asked["id"])

    def assert_denied(self, result: dict, words: str) -> None:
        error = result["structuredContent"]["error"]
        self.assertIs(result["isError"], True)
        self.assertEqual((error["code"], error["retryable"]), ("POLICY_DENIED", False))
        self.assertIn(words, result["content"][0]["text"])
        self.assertEqual(self.sandbox.effects(), 0)

    def test_approved_elsewhere_it_runs_at_once(self):
        client, call, asked, approval = self.asking()

        self.run_ok("approvals", "approve", approval)

        self.assertIs(client.answer(call)["result"]["structuredContent"]["successful"], True)
        self.assert_closed(client, asked)
        self.assertEqual(self.sandbox.effects(), 1)

    def test_denied_elsewhere_it_ends(self):
        client, call, asked, approval = self.asking()

        self.run_ok("approvals", "deny", approval, "--reason", "not on a Friday")

        self.assert_denied(client.answer(call)["result"], ": not on a Friday; nothing ran")
        self.assert_closed(client, asked)

    def test_a_silent_client_does_not_wait_beyond_the_questions_time(self):
        client, call, asked, _ = self.asking("--policy", self.hurried())

        self.assert_denied(client.answer(call)["result"], f"nobody approved {ISSUE} in time")
        self.assert_closed(client, asked)

    def test_a_cancelled_call_and_the_end_of_input_withdraw_the_question(self):
        client, call, _, first = self.asking()
        client.tell("notifications/cancelled", {"requestId": call})
        wait_until(lambda: self.state(first) == "withdrawn", what="the withdrawal")
        self.assertFalse([m for m in client.seen if m.get("id") == call])

        client.begin("tools/call", {"name": ISSUE, "arguments": {**WHERE, "title": "hello"}})
        second = self.pending()
        self.assertEqual(client.end(), 0)
        self.assertEqual(self.state(second), "withdrawn")

    def test_who_declines_is_not_asked_again(self):
        client, call, asked, approval = self.asking()

        client.say({"jsonrpc": "2.0", "id": asked["id"], "result": {"action": "decline"}})

        self.assert_denied(client.answer(call)["result"], f"the user declined {ISSUE}; nothing ran. Do not try it again")
        self.assertEqual(self.state(approval), "denied")

    def test_a_modern_client_comes_back_to_what_was_decided_elsewhere(self):
        client, call, approval = self.asking_modern()
        self.run_ok("approvals", "approve", approval)
        self.assert_denied(self.come_back(client, call, {"action": "decline"}), "the user declined")
        self.assertEqual(self.state(approval), "revoked", "a no takes it away")
        client.end()

        client, call, approval = self.asking_modern()
        self.run_ok("approvals", "approve", approval)
        ran = self.come_back(client, call, {"action": "accept", "content": {"decision": "once"}})
        self.assertIs(ran["structuredContent"]["successful"], True)
        self.assertEqual(self.sandbox.effects(), 1)


class Conversation(McpTest):
    def slow(self, ms: int = 3000) -> None:
        self.sandbox.plant("delay", tool=ISSUES, delay_ms=ms, times=1000)

    def test_progress_comes_for_a_token_alone_and_zero_is_one(self):
        self.connect_hub()
        self.slow()
        for client in self.both("--tools", "github"):
            client.call(ISSUES, WHERE)
            self.assertEqual(client.notifications("notifications/progress"), [])
            client.call(ISSUES, WHERE, {"progressToken": 0})
            steps = [m["params"] for m in client.notifications("notifications/progress")]
            self.assertTrue(steps)
            self.assertEqual({step["progressToken"] for step in steps}, {0})
            self.assertEqual([s["progress"] for s in steps], sorted({s["progress"] for s in steps}))

    def test_a_cancelled_call_is_heard_of_no_more(self):
        self.connect_hub()
        self.slow(1500)
        for client in self.both("--tools", "github"):
            before = self.sandbox.requests(ISSUES)
            call = client.begin("tools/call", {"name": ISSUES, "arguments": WHERE})
            wait_until(lambda: self.sandbox.requests(ISSUES) > before, what="the call is out")
            client.tell("notifications/cancelled", {"requestId": call, "reason": "changed my mind"})
            client.call(ISSUES, WHERE)
            self.assertFalse([m for m in client.seen if m.get("id") == call])

    def test_the_end_of_input_ends_it_while_a_call_runs(self):
        self.connect_hub()
        self.slow(20_000)
        for client in (self.serve("--tools", "github"), self.serve("--tools", "github", era="legacy")):
            before = self.sandbox.requests(ISSUES)
            client.begin("tools/call", {"name": ISSUES, "arguments": WHERE})
            wait_until(lambda: self.sandbox.requests(ISSUES) > before, what="the call is out")
            begin = time.monotonic()
            self.assertEqual(client.end(), 0)
            self.assertLess(time.monotonic() - begin, seconds(5))
        self.assertFalse(self.run_ok("session", "list", "--state", "open", "--json").json["items"])

    def test_who_leaves_before_it_has_begun_is_not_waited_for(self):
        self.run_ok("daemon", "status")
        daemon = self.world.daemon_pid()
        os.kill(daemon, signal.SIGSTOP)
        try:
            process = self.world.start("mcp", "--tools", "github", stdin=subprocess.PIPE)
            process.stdin.close()

            self.assertEqual(process.wait(seconds(15)), 0)
            self.assertEqual(process.stderr.read(), b"")
        finally:
            os.kill(daemon, signal.SIGCONT)

    def test_a_signal_ends_it_too(self):
        client = self.serve("--meta")
        client.ask("server/discover")
        client.process.send_signal(signal.SIGTERM)

        self.assertEqual(client.process.wait(seconds(10)), 0)

    def test_what_is_no_message_is_refused_and_the_rest_goes_on(self):
        client = self.serve("--meta")
        client.write(b"nonsense\n\n{\"jsonrpc\":\"2.0\"\n\xff\xfe\n[]\n")
        codes = [client.next()["error"]["code"] for _ in range(4)]
        self.assertEqual(codes, [-32700, -32700, -32700, -32600])
        client.write(b'{"jsonrpc":"2.0","id":1,"method":"x","params":{"a":"' + b"y" * (17 << 20) + b'"}}\n')
        self.assertEqual(client.next()["error"]["code"], -32600)
        client.say({"jsonrpc": "2.0", "method": "notifications/unheard-of"})
        client.say([{"jsonrpc": "2.0", "id": 1, "method": "ping"}])
        self.assertEqual(client.next()["error"]["code"], -32600)

        self.assertIn("result", client.ask("server/discover"))
        self.assertEqual(client.end(), 0)

    def test_ids_are_echoed_with_their_types_and_no_two_are_open_at_once(self):
        self.connect_hub()
        self.slow(1000)
        client = self.serve("--tools", "github")
        client.begin("tools/call", {"name": ISSUES, "arguments": WHERE}, id="1")
        client.begin("server/discover", id=1)
        client.begin("server/discover", id="1")

        self.assertIn("result", client.answer(1))
        self.assertEqual(client.answer("1")["error"]["code"], -32600)
        second = client.until(lambda m: m.get("id") == "1" and "result" in m)
        self.assertIs(second["result"]["structuredContent"]["successful"], True)

    def test_a_thousand_calls_in_flight_are_all_answered(self):
        self.connect_hub()
        client = self.serve("--tools", "github")
        ids = [client.begin("tools/call", {"name": ISSUES, "arguments": WHERE}, id=f"c{n}") for n in range(1000)]
        for id in ids:
            client.answer(id, timeout=120)

        self.assertEqual(sorted(m["id"] for m in client.seen), sorted(ids))
        threads = len(os.listdir(f"/proc/{client.process.pid}/task"))
        self.assertLessEqual(threads, 72)

    def test_a_session_that_is_not_there_is_said_before_anything_else(self):
        result = self.world.run("mcp", "--session", "nobody", stdin="")

        self.assertEqual(result.code, 6, f"{result}")
        self.assertEqual(result.out, "")

    def test_flags_that_contradict_each_other_are_refused(self):
        for args in (("--session", "s", "--tools", "github"), ("--session", "s", "--read-only"), ("--meta", "--tools", "x"),
                     ("--port", "1"), ("--tools", "github", "--connection", "github")):
            self.assertEqual(self.world.run("mcp", *args, stdin="").code, 2, args)
