"""Calls that a policy wants approved: where somebody is asked, what their answer does, and what nobody's does."""
import json
import os
import signal
import threading
from contextlib import closing

from tests.support.agenta import AgentaTest, wait_until
from tests.support.sandbox import ISSUE

ARGUMENTS = {"owner": "o", "repo": "r", "title": "hello"}
WORDS = ("owner=o", "repo=r", "title=hello")


class ApprovalsTest(AgentaTest):
    def setUp(self) -> None:
        super().setUp()
        self.sandbox = self.start_sandbox()
        self.connect_github(self.sandbox)
        self.make_session()

    def make_session(self, name: str = "agent", policy: str = "") -> None:
        reply = self.http("POST", "/sessions", {"name": name, "tools": ["github"], "connections": {"github": "work"}, "policy": policy})
        self.assertEqual(reply.status, 201, f"{reply}")

    def http(self, method: str, target: str, body=None):
        with closing(self.world.http(timeout=30)) as http:
            return http.call(method, "/api/tools" + target, body, self.sandbox.headers())

    def pending(self) -> dict:
        """The call that waits, once one does."""
        return wait_until(lambda: self.http("GET", "/approvals?state=pending").json["items"], 15, "a call that waits for approval")[0]

    def call(self, **more) -> dict:
        return {"tool": ISSUE, "arguments": ARGUMENTS, "session": "agent", **more}

    def start_call(self, *flags, session: str = "agent", **options):
        return self.world.start("execute", ISSUE, *WORDS, "--session", session, "--json", *flags, **options)

    def row(self, execution_id: str) -> dict:
        return self.http("GET", f"/executions/{execution_id}").json

    def newest(self) -> dict | None:
        return next(iter(self.http("GET", "/executions").json["items"]), None)

    def await_state(self, state: str) -> dict:
        """The newest execution, once it is in the state."""
        return wait_until(lambda: (row := self.newest()) and row["state"] == state and row, 15, f"an execution that is {state}")


class Ends(ApprovalsTest):
    def test_what_waits_for_an_answer_ends_with_its_session(self):
        running = self.start_call()
        approval = self.pending()

        self.run_ok("session", "close", "agent", "--json")

        error = self.assert_error(self.world.finish(running), "FORBIDDEN", 5)
        self.assertRegex(error["message"], r"^the session agent was closed \(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\): make a new one; "
                                           rf"{ISSUE} was not approved before, and did not run$")
        self.assertEqual(error["next_step"], ["agenta-tools", "session", "create", "agent", "--tools", "github", "--connection", "github=work"])
        self.run_ok(*error["next_step"][1:])
        self.assertEqual(self.http("GET", f"/approvals/{approval['id']}").json["state"], "expired")
        self.assertEqual(self.sandbox.effects(), 0)

    def test_what_waits_for_an_answer_ends_with_the_daemon_and_says_so(self):
        running = self.start_call()
        self.pending()
        self.await_state("queued")

        self.run_ok("daemon", "stop", "--drain", "1s")

        error = self.assert_error(self.world.finish(running), "DAEMON_UNAVAILABLE", 11)
        self.assertIn(f"the daemon was stopped before {ISSUE} was approved: nothing ran", error["message"])
        self.assertEqual(self.sandbox.effects(), 0)

    def test_what_waits_for_its_turn_does_not_leave_once_its_session_is_over(self):
        self.make_session("free", 'default = "allow"\n')
        self.sandbox.plant("rate_limit", tool=ISSUE, times=1, retry_after=5)
        running = []
        for count in (1, 2):
            running.append(self.start_call(session="free"))
            wait_until(lambda: [bool(self.row(row["id"]).get("queue")) for row in self.http("GET", "/executions").json["items"]] == [True] * count,
                       what="all wait for their turn")

        self.run_ok("session", "close", "free", "--json")

        for each in running:
            self.assertEqual(json.loads(each.communicate(timeout=30)[0])["error"]["code"], "FORBIDDEN")
        self.assertEqual(self.sandbox.effects(), 0)
        self.assertEqual({row["state"] for row in self.http("GET", "/executions").json["items"]}, {"refused"})

    def test_more_than_anybody_reads_is_not_asked_about(self):
        reply = self.http("POST", "/executions", self.call(arguments={**ARGUMENTS, "body": "x" * 70_000}, on_ask="come_back"))

        self.assertEqual((reply.status, reply.json["code"]), (403, "POLICY_DENIED"), f"{reply}")
        self.assertEqual(self.http("GET", "/approvals").json["items"], [])


class Withdrawn(ApprovalsTest):
    def assert_over(self, approval: dict) -> None:
        wait_until(lambda: self.http("GET", f"/approvals/{approval['id']}").json["state"] == "withdrawn", 15, "its withdrawal")
        self.assertEqual(self.run_ok("approvals", "list", "--state", "pending", "--json").json["items"], [])
        error = self.assert_error(self.world.run("approvals", "approve", approval["id"], "--json"), "APPROVAL_DECIDED", 7)
        self.assertIn("withdrawn already: whoever asked has gone", error["message"])
        self.assertEqual(self.sandbox.effects(), 0)

    def test_with_its_client_a_question_is_gone(self):
        running = self.start_call()
        approval = self.pending()
        self.await_state("queued")

        running.kill()

        self.await_state("cancelled")
        self.assert_over(approval)

    def test_a_cancelled_call_asks_no_more(self):
        running = self.start_call()
        approval = self.pending()

        self.http("POST", f"/executions/{self.await_state('queued')['id']}/cancel")

        self.assert_over(approval)
        self.assertEqual(running.wait(timeout=30), 130)

    def test_with_the_daemon_those_who_waited_are_gone(self):
        http = self.world.http(timeout=30)
        self.addCleanup(http.close)
        http.request("POST", "/api/tools/executions", json.dumps(self.call()), {"Agenta-Tools-Protocol": "1-1", **self.sandbox.headers()})
        approval = self.pending()
        kept = self.http("POST", "/executions", self.call(arguments={**ARGUMENTS, "title": "kept"}, on_ask="come_back")).json

        self.world.kill_daemon()

        self.assertEqual(self.run_ok("approvals", "show", approval["id"], "--json").json["state"], "withdrawn")
        again = self.run_ok("approvals", "show", kept["context"]["approval"]["id"], "--json").json
        self.assertEqual(again["state"], "pending", "whoever was told to come back may")

    def test_whoever_comes_back_finds_its_question(self):
        first = self.http("POST", "/executions", self.call(on_ask="come_back")).json["context"]["approval"]
        running = self.start_call()
        self.await_state("queued")

        running.kill()
        self.await_state("cancelled")

        self.assertEqual(self.pending()["id"], first["id"])
        self.run_ok("approvals", "approve", first["id"])
        self.assertEqual(self.http("POST", "/executions", self.call(on_ask="come_back", approval=first["id"])).status, 200)


class Granted(ApprovalsTest):
    def test_what_is_allowed_for_a_session_is_listed_and_taken_back(self):
        self.http("POST", "/executions", self.call(on_ask="come_back"))
        approval = self.pending()
        self.run_ok("approvals", "approve", approval["id"], "--for-session")
        self.run_ok("execute", ISSUE, *WORDS, "--session", "agent")
        listed = self.run_ok("approvals", "list", "--granted", "--json").json["items"]
        self.assertEqual([each["id"] for each in listed], [approval["id"]])

        told = self.run_ok("approvals", "revoke", approval["id"][-12:], "--json").json

        self.assertEqual(told["state"], "revoked")
        self.assertEqual(self.run_ok("approvals", "list", "--granted", "--json").json["items"], [])
        asked = self.http("POST", "/executions", self.call(on_ask="come_back"))
        self.assertEqual(asked.json["code"], "APPROVAL_REQUIRED")
        for verb in ("approve", "deny", "revoke"):
            self.assert_error(self.world.run("approvals", verb, approval["id"], "--json"), "APPROVAL_DECIDED", 7)

    def test_what_a_closed_session_was_allowed_is_not_listed(self):
        self.http("POST", "/executions", self.call(on_ask="come_back"))
        self.run_ok("approvals", "approve", self.pending()["id"], "--for-session")

        self.run_ok("session", "close", "agent")

        self.assertEqual(self.run_ok("approvals", "list", "--granted", "--json").json["items"], [])


class FromElsewhere(ApprovalsTest):
    def test_a_call_waits_says_how_it_is_approved_and_then_runs(self):
        running = self.start_call()
        approval = self.pending()
        self.assertEqual((approval["session"], approval["tool"], approval["connection"]["slug"]), ("agent", ISSUE, "work"))
        self.assertEqual(approval["arguments"], ARGUMENTS)
        waiting = self.row(self.await_state("queued")["id"])
        self.assertEqual((waiting["approval_id"], waiting["queue"]["reason"]), (approval["id"], "approval"))
        self.assertEqual(self.sandbox.effects(), 0)

        answered = self.run_ok("approvals", "approve", approval["id"], "--json").json
        result = self.world.finish(running)

        self.assertEqual(answered["state"], "approved")
        self.assertEqual(result.code, 0, f"{result}")
        self.assertIn(f"agenta-tools approvals approve {approval['id']}", result.err)
        self.assertEqual(self.sandbox.effects(), 1)
        row = self.newest()
        self.assertEqual((row["state"], row["policy"]["verdict"], row["approval_id"]), ("succeeded", "ask", approval["id"]))
        self.assertEqual(self.http("GET", f"/approvals/{approval['id']}").json["execution_id"], row["id"])
        self.run_ok("history", "verify")
        said = self.row(row["id"])["approval"]
        self.assertEqual((said["id"], said["state"], said["scope"]), (approval["id"], "approved", "once"))
        self.assertTrue(said["decided_at"])
        terminal = self.world.terminal("history", "show", row["id"], columns=120)
        self.assertEqual(terminal.end(), 0)
        self.assertRegex(terminal.text, rf"approved by +{said['decided_by']['user']}, 20[-0-9]+ [0-9:]+, once")

    def test_the_end_of_an_id_that_the_table_shows_is_enough(self):
        running = self.start_call()
        approval = self.pending()
        terminal = self.world.terminal("approvals", "list", "--no-pager", columns=80)
        self.assertEqual(terminal.end(), 0)
        self.assertLessEqual(max(len(line) for line in terminal.text.splitlines()), 80)
        short = terminal.text.split()[-1]
        self.assertEqual(short, approval["id"][-12:])

        self.assertEqual(self.run_ok("approvals", "show", short, "--json").json["id"], approval["id"])
        self.run_ok("approvals", "approve", short)

        self.assertEqual(self.world.finish(running).code, 0)
        self.assertEqual(self.sandbox.effects(), 1)

    def test_what_is_denied_is_refused_with_the_reason(self):
        running = self.start_call()
        approval = self.pending()

        self.run_ok("approvals", "deny", approval["id"], "--reason", "not on a Friday")

        error = self.assert_error(self.world.finish(running), "POLICY_DENIED", 5)
        self.assertIn("not on a Friday", error["message"])
        self.assertEqual(self.newest()["state"], "refused")
        self.assertEqual(self.sandbox.effects(), 0)

    def test_nobodys_answer_denies(self):
        self.make_session("hurried", 'ask_timeout = "1s"\n')

        error = self.assert_error(self.world.finish(self.start_call(session="hurried")), "POLICY_DENIED", 5)

        self.assertIn("nobody approved", error["message"])
        self.assertEqual(self.http("GET", "/approvals?state=expired").json["total"], 1)
        self.assertEqual(self.sandbox.effects(), 0)

    def test_for_the_session_it_is_not_asked_again(self):
        running = self.start_call()
        self.run_ok("approvals", "approve", self.pending()["id"], "--for-session")
        self.assertEqual(self.world.finish(running).code, 0)

        self.run_ok("execute", ISSUE, "owner=o", "repo=r", "title=another", "--session", "agent")

        self.assertEqual(self.sandbox.effects(), 2)
        self.assertEqual(self.http("GET", "/approvals").json["total"], 1)

    def test_yes_approves_nothing(self):
        running = self.start_call("--yes", "--timeout", "20s")
        approval = self.pending()

        self.run_ok("approvals", "deny", approval["id"])

        self.assert_error(self.world.finish(running), "POLICY_DENIED", 5)

    def test_waiting_is_not_counted_into_the_time_a_call_may_take(self):
        self.run_ok("config", "set", "execute.timeout", "1s")
        running = self.start_call()
        approval = self.pending()
        begun = self.await_state("queued")
        # Held for as long as nobody answers: three times as long as the call may take.
        self.assertEqual(self.http("GET", f"/approvals/{approval['id']}?wait=3").json["state"], "pending")
        self.assertIsNone(self.row(begun["id"])["finished_at"])

        self.run_ok("approvals", "approve", approval["id"])

        self.assertEqual(self.world.finish(running).code, 0)

    def test_a_timeout_that_was_named_is_all_the_time_there_is(self):
        for flags, env in ((("--timeout", "2s"), {}), ((), {"AGENTA_TOOLS_TIMEOUT": "2s"})):
            with self.subTest(f"{flags} {env}"):
                result = self.world.run("execute", ISSUE, *WORDS, "--session", "agent", *flags, "--json", env=env)

                error = self.assert_error(result, "TIMEOUT", 9)
                self.assertIn("not approved within the time allowed", error["message"])
                self.assertRegex(result.err, r"waits for [12]s more for somebody's approval")
                self.assertEqual(self.newest()["state"], "refused")
        self.assertEqual(self.sandbox.effects(), 0)

    def test_ctrl_c_cancels_what_waits(self):
        running = self.start_call()
        self.pending()
        self.await_state("queued")

        running.send_signal(signal.SIGINT)

        self.assertEqual(self.world.finish(running).code, 130)
        self.await_state("cancelled")
        self.assertEqual(self.sandbox.effects(), 0)

    def test_what_was_asked_to_be_come_back_for_survives_the_daemon(self):
        approval = self.http("POST", "/executions", self.call(on_ask="come_back")).json["context"]["approval"]
        self.world.kill_daemon()

        self.run_ok("approvals", "approve", approval["id"])
        self.run_ok("execute", ISSUE, *WORDS, "--session", "agent")

        self.assertEqual(self.sandbox.effects(), 1)

    def test_what_waited_when_the_daemon_died_is_cancelled_and_can_be_asked_again(self):
        running = self.start_call()
        self.pending()
        self.await_state("queued")
        first = self.newest()["id"]
        running.kill()
        self.world.kill_daemon()
        self.world.start_daemon()

        again = self.start_call()
        self.run_ok("approvals", "approve", self.pending()["id"])

        self.assertEqual(self.world.finish(again).code, 0)
        self.assertEqual(self.row(first)["state"], "cancelled")
        self.assertEqual(self.sandbox.effects(), 1)

    def test_a_stopping_daemon_does_not_wait_for_answers(self):
        running = self.start_call(env={"AGENTA_TOOLS_NO_AUTOSTART": "1"})
        self.pending()
        self.await_state("queued")

        self.run_ok("config", "set", "daemon.drain", "200ms")
        self.run_ok("daemon", "restart")

        self.assertNotEqual(self.world.finish(running).code, 0)
        self.assertEqual(self.sandbox.effects(), 0)


class RawRequests(ApprovalsTest):
    """They ask as tools do."""

    PATH = "/repos/o/r/issues"

    def made(self) -> int:
        return self.sandbox.asked("POST /tools/execute/proxy")

    def start_request(self, *flags):
        return self.world.start("proxy", "github", "POST", self.PATH, "-d", '{"title":"hello"}', "--session", "agent", *flags)

    def test_one_waits_says_how_it_is_approved_and_is_then_made_once(self):
        running = self.start_request("--json")
        approval = self.pending()
        self.assertEqual((approval["tool"], approval["connection"]["slug"], approval["arguments"]["url"]), ("PROXY_POST", "work", self.PATH))
        self.assertEqual(self.await_state("queued")["approval_id"], approval["id"])
        self.assertEqual(self.made(), 0)

        self.run_ok("approvals", "approve", approval["id"])
        result = self.world.finish(running)

        self.assertEqual(result.code, 0, f"{result}")
        self.assertIn(f"agenta-tools approvals approve {approval['id']}", result.err)
        self.assertEqual(result.json["integration_slug"], "github")
        self.assertEqual(self.newest()["approval_id"], approval["id"])
        self.assertEqual(self.made(), 1)

    def test_what_is_denied_is_refused_with_the_reason(self):
        running = self.start_request("--json")
        self.run_ok("approvals", "deny", self.pending()["id"], "--reason", "not on a Friday")

        self.assertIn("not on a Friday", self.assert_error(self.world.finish(running), "POLICY_DENIED", 5)["message"])
        self.assertEqual(self.newest()["state"], "refused")
        self.assertEqual(self.made(), 0)

    def test_a_timeout_that_was_named_is_all_the_time_there_is(self):
        error = self.assert_error(self.world.finish(self.start_request("--json", "--timeout", "2s")), "TIMEOUT", 9)

        self.assertIn("not approved within the time allowed", error["message"])
        self.assertEqual(self.made(), 0)

    def test_ctrl_c_cancels_what_waits(self):
        running = self.start_request()
        self.pending()
        self.await_state("queued")

        running.send_signal(signal.SIGINT)

        self.assertEqual(self.world.finish(running).code, 130)
        self.await_state("cancelled")
        self.assertEqual(self.made(), 0)

    def test_on_a_terminal_it_is_asked_there(self):
        for answer, code, effects in (("d", 5, 0), ("o", 0, 1)):
            with self.subTest(answer):
                terminal = self.world.terminal("proxy", "github", "POST", self.PATH, "-d", '{"title":"hello"}', "--session", "agent")
                terminal.expect(r"PROXY_POST[\s\S]*\"title\": \"hello\"[\s\S]*\[o/s/d\]")
                terminal.send(answer + "\n")
                self.assertEqual(terminal.end(), code, terminal.text)
                self.assertEqual(self.made(), effects)


class InABatch(ApprovalsTest):
    LINES = "".join(json.dumps({"tool": ISSUE, "arguments": {**ARGUMENTS, "title": title}}) + "\n" for title in ("one", "two"))

    def test_each_question_is_told_once_with_its_answer(self):
        calls = self.world.root / "calls.ndjson"
        calls.write_text(self.LINES)
        running = self.world.start("batch", calls, "--session", "agent")
        waiting = wait_until(lambda: len(items := self.http("GET", "/approvals?state=pending").json["items"]) == 2 and items, 15, "both questions")

        for each in waiting:
            self.run_ok("approvals", "approve", each["id"])
        result = self.world.finish(running)

        self.assertEqual(result.code, 0, f"{result}")
        self.assertEqual([json.loads(line)["state"] for line in result.out.splitlines()], ["succeeded"] * 2)
        for each in waiting:
            self.assertEqual(result.err.count(f"agenta-tools approvals approve {each['id']}"), 1, result.err)
        self.assertRegex(result.err, rf"line [12]: {ISSUE} waits for .* for somebody's approval")
        self.assertEqual(self.sandbox.effects(), 2)

    def test_with_json_it_is_an_event(self):
        calls = self.world.root / "calls.ndjson"
        calls.write_text(self.LINES.splitlines()[0] + "\n")
        running = self.world.start("batch", calls, "--session", "agent", "--json")
        approval = self.pending()["id"]
        self.run_ok("approvals", "deny", approval)
        result = self.world.finish(running)

        [event] = [event for line in result.err.splitlines() if line.startswith("{") and (event := json.loads(line))["event"] == "approval"]
        self.assertEqual((event["line"], event["approval_id"]), (1, approval))
        self.assertIn(f"approvals approve {approval}", event["message"])

    def test_on_a_terminal_the_bar_makes_room(self):
        calls = self.world.root / "calls.ndjson"
        calls.write_text(self.LINES.splitlines()[0] + "\n")
        terminal = self.world.terminal("batch", calls, "--session", "agent", columns=160)
        approval = self.pending()["id"]

        terminal.expect(f"line 1: .*approvals approve {approval}")
        self.run_ok("approvals", "approve", approval)

        self.assertEqual(terminal.end(), 0, terminal.text)


class ComingBack(ApprovalsTest):
    def ask(self, **more):
        return self.http("POST", "/executions", self.call(on_ask="come_back", **more))

    def test_the_question_comes_back_and_nothing_is_journaled(self):
        reply = self.ask()

        self.assertEqual((reply.status, reply.json["code"]), (403, "APPROVAL_REQUIRED"))
        approval = reply.json["context"]["approval"]
        self.assertEqual(approval["state"], "pending")
        self.assertEqual(reply.json["next_step"], ["agenta-tools", "approvals", "approve", approval["id"]])
        self.assertEqual(self.http("GET", "/executions").json["total"], 0)

    def test_an_approval_is_for_one_run_of_just_these_arguments(self):
        approval = self.ask().json["context"]["approval"]["id"]
        self.run_ok("approvals", "approve", approval)

        other = self.http("POST", "/executions", self.call(arguments={**ARGUMENTS, "title": "other"}, approval=approval))
        ran = self.ask(approval=approval)
        again = self.ask(approval=approval)

        self.assertEqual((other.status, other.json["code"]), (403, "FORBIDDEN"))
        self.assertEqual((ran.status, ran.json["approval_id"]), (200, approval))
        self.assertEqual((again.status, again.json["code"]), (403, "FORBIDDEN"))
        self.assertEqual(self.sandbox.effects(), 1)

    def test_the_same_call_finds_its_approval(self):
        self.run_ok("approvals", "approve", self.ask().json["context"]["approval"]["id"])

        self.assertEqual(self.ask().status, 200)
        self.assertEqual(self.ask().json["code"], "APPROVAL_REQUIRED")

    def test_a_person_is_shown_what_differs_from_the_last_call(self):
        self.run_ok("execute", ISSUE, "owner=o", "repo=r", "title=before")

        self.ask()

        self.assertEqual(self.pending()["changes"], [{"pointer": "/title", "before": "before", "after": "hello"}])
        self.assertIn('/title: "before" -> "hello"', self.shown())

    def shown(self) -> str:
        terminal = self.world.terminal("approvals", "show", self.pending()["id"])
        self.assertEqual(terminal.end(), 0)
        return terminal.text

    def test_what_a_terminal_would_obey_is_shown_and_not_obeyed(self):
        self.http("POST", "/executions", self.call(on_ask="come_back", arguments={**ARGUMENTS, "title": "a\x1b[2Jb\u202ec"}))

        self.assertNotIn("\x1b[2J", self.shown())
        self.assertNotIn("\u202e", self.shown())


class AtTheTerminal(ApprovalsTest):
    def test_once_session_and_deny(self):
        for answer, code, effects in (("d", 5, 0), ("o", 0, 1), ("s", 0, 2)):
            with self.subTest(answer):
                terminal = self.world.terminal("execute", ISSUE, *WORDS, "--session", "agent")
                terminal.expect(r"GITHUB_CREATE_AN_ISSUE[\s\S]*work[\s\S]*\"title\": \"hello\"[\s\S]*\[o/s/d\]")
                terminal.send("what?\n")
                terminal.expect(r"\[o/s/d\][\s\S]*\[o/s/d\]")
                terminal.send(answer + "\n")
                self.assertEqual(terminal.end(), code, terminal.text)
                self.assertEqual(self.sandbox.effects(), effects)
        self.run_ok("execute", ISSUE, *WORDS, "--session", "agent")

    def test_what_is_denied_here_is_journaled(self):
        terminal = self.world.terminal("execute", ISSUE, *WORDS, "--session", "agent")
        terminal.expect(r"\[o/s/d\]")
        approval = self.pending()

        terminal.send("d\n")

        self.assertEqual(terminal.end(), 5, terminal.text)
        self.assertRegex(terminal.text, r"GITHUB_CREATE_AN_ISSUE was denied")
        row = self.row(self.newest()["id"])
        self.assertEqual((row["state"], row["error"]["code"], row["approval_id"]), ("refused", "POLICY_DENIED", approval["id"]))
        self.assertEqual(row["policy"]["verdict"], "ask")
        self.run_ok("history", "verify")

    def test_where_nobody_may_be_asked_it_waits(self):
        for flags, env in ((("--no-input",), {}), ((), {"CI": "true"})):
            with self.subTest(f"{flags} {env}"):
                terminal = self.world.terminal("execute", ISSUE, *WORDS, "--session", "agent", *flags, env=env)
                approval = self.pending()
                terminal.expect(f"approvals approve {approval['id']}")
                self.run_ok("approvals", "deny", approval["id"])
                self.assertEqual(terminal.end(), 5, terminal.text)
        self.assertEqual(self.sandbox.effects(), 0)

    def prompt(self, *flags, session: str = "agent"):
        """A call that asks at its terminal, and its question."""
        terminal = self.world.terminal("execute", ISSUE, *WORDS, "--session", session, *flags)
        self.addCleanup(terminal.close)
        self.addCleanup(terminal.process.kill)
        terminal.expect(r"\[o/s/d\]")
        return terminal, self.pending()

    def state_of(self, approval: dict) -> str:
        return self.http("GET", f"/approvals/{approval['id']}").json["state"]

    def test_an_answer_from_elsewhere_ends_the_question(self):
        for verb, code, effects, said in (("deny", 5, 0, "was denied by"), ("approve", 0, 1, r"was approved by \S+ in the meantime")):
            with self.subTest(verb):
                terminal, approval = self.prompt()

                self.run_ok("approvals", verb, approval["id"])

                self.assertEqual(terminal.end(), code, terminal.text)
                self.assertRegex(terminal.text, said)
                self.assertEqual(self.sandbox.effects(), effects)

    def test_whoever_says_no_here_has_the_last_word(self):
        for flags in ((), ("--for-session",)):
            with self.subTest(f"{flags}"):
                terminal, approval = self.prompt()
                # Approved and denied before the prompt can notice either.
                terminal.process.send_signal(signal.SIGSTOP)
                self.run_ok("approvals", "approve", approval["id"], *flags)
                terminal.send("d\n")
                terminal.process.send_signal(signal.SIGCONT)

                self.assertEqual(terminal.end(), 5, terminal.text)
                self.assertRegex(terminal.text, r"was approved(?: for the session)? by \S+ in the meantime, and is not run here because you denied it")
                self.assertEqual(self.state_of(approval), "revoked")
                self.assertEqual(self.http("POST", "/executions", self.call(on_ask="come_back")).json["code"], "APPROVAL_REQUIRED")
                self.run_ok("approvals", "deny", self.pending()["id"])
        self.assertEqual(self.sandbox.effects(), 0)

    def test_the_question_ends_with_its_time(self):
        self.make_session("hurried", 'ask_timeout = "1s"\n')

        terminal, approval = self.prompt(session="hurried")

        self.assertEqual(terminal.end(), 5, terminal.text)
        self.assertIn("nobody approved it in time", terminal.text)
        self.assertEqual(self.state_of(approval), "expired")
        self.assertEqual(self.sandbox.effects(), 0)

    def test_the_question_ends_with_the_time_of_the_call(self):
        terminal, approval = self.prompt("--timeout", "2s")

        self.assertEqual(terminal.end(), 9, terminal.text)
        self.assertIn("was not approved within the time allowed", terminal.text)
        self.assertEqual(self.state_of(approval), "pending", "as where nobody is at the terminal, it may be made again")
        self.assertEqual(self.sandbox.effects(), 0)

    def test_whoever_leaves_takes_the_question_along(self):
        def typing(keys: bytes):
            return lambda terminal: terminal.send(keys)

        def sending(number: int):
            return lambda terminal: terminal.process.send_signal(number)

        for how, leave, code in (("Ctrl-C", typing(b"\x03"), 130), ("Ctrl-D", typing(b"\x04"), 14), ("SIGTERM", sending(signal.SIGTERM), 143),
                                 ("SIGHUP", sending(signal.SIGHUP), -signal.SIGHUP), ("SIGKILL", sending(signal.SIGKILL), -signal.SIGKILL)):
            with self.subTest(how):
                terminal, approval = self.prompt()

                leave(terminal)

                self.assertEqual(terminal.end(), code, terminal.text)
                wait_until(lambda: self.state_of(approval) == "withdrawn", 15, "its withdrawal")
        self.assertEqual(self.run_ok("approvals", "list", "--state", "pending", "--json").json["items"], [])
        self.assertEqual(self.sandbox.effects(), 0)

    def test_a_daemon_that_dies_takes_the_question_along(self):
        terminal, approval = self.prompt()

        self.world.kill_daemon()

        self.assertEqual(terminal.end(), 11, terminal.text)
        self.assertIn("the daemon that asked ended, and its question with it; nothing ran", terminal.text)
        self.assertEqual(self.state_of(approval), "withdrawn")

    def test_what_was_typed_before_the_question_is_no_answer(self):
        daemon = self.world.daemon_pid()
        os.kill(daemon, signal.SIGSTOP)  # the question is shown once it goes on
        self.addCleanup(lambda: os.kill(daemon, signal.SIGCONT))
        terminal = self.world.terminal("execute", ISSUE, *WORDS, "--session", "agent")
        self.addCleanup(terminal.close)
        self.addCleanup(terminal.process.kill)
        terminal.send("o\n")
        terminal.expect("o\n")
        os.kill(daemon, signal.SIGCONT)
        terminal.expect(r"\[o/s/d\]")

        terminal.send("d\n")

        self.assertEqual(terminal.end(), 5, terminal.text)
        self.assertEqual(self.sandbox.effects(), 0)


class Watching(ApprovalsTest):
    def test_whoever_closes_the_pipe_has_seen_enough(self):
        watch = self.world.start("approvals", "watch")
        self.addCleanup(watch.kill)
        running = self.start_call()
        self.addCleanup(running.kill)
        self.assertTrue(watch.stdout.readline())

        watch.stdout.close()

        self.assertEqual(wait_until(lambda: [watch.poll()] if watch.poll() is not None else None, what="its end"), [141])

    def test_in_a_pipe_each_question_and_answer_is_a_document(self):
        watching = self.world.start("approvals", "watch")
        self.http("POST", "/executions", self.call(on_ask="come_back"))
        first = json.loads(watching.stdout.readline())
        self.assertEqual((first["state"], first["arguments"]), ("pending", ARGUMENTS))

        self.run_ok("approvals", "deny", first["id"])

        second = json.loads(watching.stdout.readline())
        while second["state"] == "pending":  # told twice rather than never
            second = json.loads(watching.stdout.readline())
        self.assertEqual((second["id"], second["state"]), (first["id"], "denied"))
        watching.send_signal(signal.SIGINT)
        self.assertEqual(self.world.finish(watching).code, 130)

    def test_on_a_terminal_it_asks_about_each(self):
        terminal = self.world.terminal("approvals", "watch")
        terminal.expect("Watching what waits")
        running = self.start_call()

        terminal.expect(r"\"title\": \"hello\"[\s\S]*\[o/s/d/l\]")
        terminal.send("o\n")

        self.assertEqual(self.world.finish(running).code, 0)
        self.assertEqual(self.sandbox.effects(), 1)
        terminal.send(b"\x03")
        terminal.end()

    def watch(self, *flags):
        terminal = self.world.terminal(*flags, "approvals", "watch")
        self.addCleanup(terminal.close)
        self.addCleanup(terminal.process.kill)
        terminal.expect("Watching what waits")
        return terminal

    def ask(self, title: str, session: str = "agent") -> str:
        reply = self.http("POST", "/executions", self.call(on_ask="come_back", arguments={**ARGUMENTS, "title": title}, session=session))
        return reply.json["context"]["approval"]["id"]

    def test_a_question_that_is_settled_elsewhere_gives_way_to_the_next(self):
        terminal = self.watch()
        for verb, told in (("deny", "denied"), ("approve", "approved")):
            with self.subTest(verb):
                approval = self.ask(verb)
                terminal.expect(rf"\"title\": \"{verb}\"[\s\S]*\[o/s/d/l\]")

                self.run_ok("approvals", verb, approval)

                terminal.expect(rf"{told} by \S+  {approval[-12:]}  GITHUB_CREATE_AN_ISSUE \(agent\)")
        running = self.start_call()
        terminal.expect(r"\"title\": \"hello\"[\s\S]*\[o/s/d/l\]")
        withdrawn = self.pending()["id"]
        running.kill()
        terminal.expect(rf"withdrawn: whoever asked has gone  {withdrawn[-12:]}")
        self.make_session("hurried", 'ask_timeout = "1s"\n')
        late = self.ask("late", session="hurried")
        terminal.expect(rf"\"title\": \"late\"[\s\S]*expired: nobody answered in time  {late[-12:]}")
        last = self.ask("last")
        terminal.expect(r"\"title\": \"last\"[\s\S]*\[o/s/d/l\]")
        terminal.send("d\n")
        wait_until(lambda: self.http("GET", f"/approvals/{last}").json["state"] == "denied", 15, "the answer to the last")
        terminal.expect(rf"denied by \S+  {last[-12:]}")
        for each in (withdrawn, late, last):
            self.assertEqual(terminal.text.count(each[-12:] + "  GITHUB"), 1, "its end is told once")

    def test_a_no_that_came_too_late_says_so(self):
        terminal = self.watch()
        approval = self.ask("hello")
        terminal.expect(r"\[o/s/d/l\]")
        terminal.process.send_signal(signal.SIGSTOP)
        self.run_ok("approvals", "approve", approval)
        terminal.send("d\n")
        terminal.process.send_signal(signal.SIGCONT)

        terminal.expect(rf"{approval[-12:]} GITHUB_CREATE_AN_ISSUE: it was approved already by \S+: too late to deny")

    def test_what_was_typed_for_one_question_does_not_answer_the_next(self):
        terminal = self.watch()
        first = self.ask("first")
        terminal.expect(r"\"title\": \"first\"[\s\S]*\[o/s/d/l\]")
        terminal.send("o")

        self.run_ok("approvals", "deny", first)
        second = self.ask("second")
        terminal.expect(r"\"title\": \"second\"[\s\S]*\[o/s/d/l\]")
        terminal.send("\n")

        terminal.expect(r"\"title\": \"second\"[\s\S]*\[o/s/d/l\][\s\S]*\[o/s/d/l\]")
        self.assertEqual(self.http("GET", f"/approvals/{second}").json["state"], "pending")

    def test_questions_about_one_tool_are_told_apart(self):
        asked = {f"title-{number}": self.ask(f"title-{number}") for number in range(7)}

        terminal = self.world.terminal("approvals", "list", "--state", "pending", "--no-pager", columns=80)

        self.assertEqual(terminal.end(), 0)
        lines = terminal.text.splitlines()
        self.assertLessEqual(max(len(line) for line in lines), 80)
        for title, approval in asked.items():
            self.assertEqual([approval[-12:] in line for line in lines if f"={title[:7]}" in line], [True], terminal.text)

    def test_for_the_session_lets_all_go_on_that_wait_for_it(self):
        running = [self.world.start("execute", ISSUE, "owner=o", "repo=r", f"title={number}", "--session", "agent", "--json") for number in range(3)]
        waiting = wait_until(lambda: (found := self.http("GET", "/approvals?state=pending").json["items"]) if len(
            self.http("GET", "/approvals?state=pending").json["items"]) == 3 else None, 15, "three that wait")

        self.run_ok("approvals", "approve", waiting[1]["id"], "--for-session")

        for each in running:
            self.assertEqual(self.world.finish(each).code, 0)
        self.assertEqual(self.sandbox.effects(), 3)
        granted = self.run_ok("approvals", "list", "--granted", "--json").json["items"]
        self.assertEqual([each["id"] for each in granted], [waiting[1]["id"]])

    def test_the_watch_of_another_project_is_about_that_one(self):
        headers = {**self.sandbox.headers(), "Agenta-Tools-Project": "other"}
        terminal = self.watch("--project", "other")
        self.ask("elsewhere")

        with closing(self.world.http(timeout=30)) as http:
            http.call("POST", "/api/tools/sessions", {"name": "news", "tools": ["hackernews"], "policy": 'default = "ask"\n'}, headers)
            call = {"tool": "HACKERNEWS_GET_FRONTPAGE", "arguments": {}, "session": "news", "on_ask": "come_back"}
            self.assertEqual(http.call("POST", "/api/tools/executions", call, headers).json["code"], "APPROVAL_REQUIRED")

        terminal.expect(r"HACKERNEWS_GET_FRONTPAGE[\s\S]*\[o/s/d/l\]")
        self.assertNotIn("elsewhere", terminal.text)

    def test_waiting_for_one_ends_with_its_answer(self):
        approval = self.http("POST", "/executions", self.call(on_ask="come_back")).json["context"]["approval"]["id"]
        answers = []
        waiting = threading.Thread(target=lambda: answers.append(self.http("GET", f"/approvals/{approval}?wait=20").json))
        waiting.start()

        self.run_ok("approvals", "approve", approval)
        waiting.join()

        self.assertEqual(answers[0]["state"], "approved")

    def test_another_project_sees_nothing_of_it(self):
        approval = self.http("POST", "/executions", self.call(on_ask="come_back")).json["context"]["approval"]["id"]

        result = self.world.run("--project", "other", "approvals", "approve", approval, "--json")

        self.assert_error(result, "APPROVAL_NOT_FOUND", 6)
        self.assertEqual(self.run_ok("--project", "other", "approvals", "list", "--json").json["items"], [])

    def test_a_session_that_never_was_is_not_taken_for_one_without_questions(self):
        error = self.assert_error(self.world.run("approvals", "list", "--session", "idel", "--json"), "SESSION_NOT_FOUND", 6)

        self.assertIn("idel", error["message"])
