"""Sessions: a set of tools with their connections, in which things are run, and a socket that has only that."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from tests.support.agenta import wait_until
from tests.support.sandbox import ISSUE, ISSUES
from tests.support.sessions import ALLOW, BOX, SessionTest

WRITE = ("owner=o", "repo=r", "title=hello")
READ = ("owner=o", "repo=r")


class Life(SessionTest):
    def test_a_session_is_made_shown_listed_and_closed(self):
        made = self.create("triage", "github", flags=("--connection", "github=work", "--ttl", "8h"))

        self.assertEqual((made["name"], made["state"], made["tools"]), ("triage", "open", ["github"]))
        self.assertEqual([(each["integration_slug"], each["connection_slug"], each["usable"]) for each in made["connections"]],
                         [("github", "work", True)])
        self.assertEqual((made["policy_source"], made["unbound"]), ("allow.toml", []))
        self.assertGreater(made["tools_count"], 10)
        self.assertIsNotNone(made["expires_at"])
        self.assertEqual(self.show("TRIAGE")["id"], made["id"])
        self.assertEqual([each["name"] for each in self.run_ok(BOX, "session", "--json").json["items"]], ["triage"])

        closed = self.run_ok(BOX, "session", "close", "triage", "--json").json
        self.assertEqual((closed["state"], closed["socket"]), ("closed", None))
        self.assertIsNotNone(closed["ended_at"])
        self.assertEqual(self.changes("triage"), ["closed"])
        self.assert_error(self.world.run(BOX, "execute", ISSUES, *READ, "--session", "triage", "--json"), "FORBIDDEN", 5)
        again = self.create("triage", "github")
        self.assertNotEqual(again["id"], made["id"])

    def test_what_cannot_be_is_told_when_it_is_made(self):
        self.create("one", "github")
        self.connect("github", "personal")

        def fails(code, exit_code, *args):
            return self.assert_error(self.world.run(BOX, "session", "create", *args, "--json"), code, exit_code)

        fails("IDEMPOTENCY_CONFLICT", 7, "ONE", "--tools", "slack")
        fails("INVALID_REQUEST", 2, "No Name!", "--tools", "slack")
        fails("INTEGRATION_NOT_FOUND", 6, "two", "--tools", "gihub")
        self.assertIn("GITHUB_CREATE_AN_ISSUE", fails("TOOL_NOT_FOUND", 6, "two", "--tools", "GITHUB_CREATE_AN_ISSU")["message"])
        fails("TOOL_NOT_FOUND", 6, "two", "--tools", "GITHUB_NOTHING_*")
        fails("CONNECTION_NOT_FOUND", 6, "two", "--tools", "github", "--connection", "github=wrok")
        fails("INVALID_REQUEST", 2, "two", "--tools", "github", "--connection", "slack=work")
        fails("USAGE", 2, "two", "--tools", "github", "--read-only", "--policy", str(self.policy))
        fails("USAGE", 2, "two")
        self.assertIn("personal", self.world.run(BOX, "session", "create", "two", "--tools", "github", "--json").out)
        self.assertEqual(self.run_ok(BOX, "session", "list", "--json").json["total"], 1)

    def test_two_connections_and_no_word_which_is_ambiguous(self):
        self.connect("github", "personal")
        self.run_ok(BOX, "session", "create", "named", "--tools", "github", "--connection", "github=personal", "--json")

        error = self.assert_error(self.world.run(BOX, "session", "create", "unnamed", "--tools", "github", "--json"),
                                  "CONNECTION_AMBIGUOUS", 7)

        self.assertIn("--connection github=", error["message"])

    def test_tools_are_named_by_integration_name_and_pattern(self):
        self.create("mix", ISSUE, "GITHUB_LIST_*", "hackernews")

        slugs = self.slugs("mix")

        self.assertEqual(slugs, sorted(slugs))
        self.assertIn(ISSUE, slugs)
        self.assertIn(ISSUES, slugs)
        self.assertTrue(any(slug.startswith("HACKERNEWS_") for slug in slugs), slugs)
        self.assertFalse([slug for slug in slugs if slug.startswith("GITHUB_") and slug != ISSUE
                          and not slug.startswith("GITHUB_LIST_")])

    def test_tools_come_with_their_schemas_hints_and_verdicts(self):
        self.create("full", "github", "hackernews")
        items = {tool["slug"]: tool for tool in self.owner("GET", "/api/tools/sessions/full/tools").json["items"]}

        issue = items[ISSUE]
        self.assertIn("title", issue["input_schema"]["properties"])
        self.assertEqual((issue["connection"], issue["verdict"], issue["hints"]["read_only"]), ("work", "allow", False))
        self.assertTrue(items[ISSUES]["hints"]["read_only"])
        self.assertEqual({tool["connection"] for slug, tool in items.items() if slug.startswith("HACKERNEWS_")}, {None})
        described = self.owner("GET", "/api/tools/sessions/full/tools?format=openai&limit=2").json
        self.assertEqual(len(described["items"]), 2)
        self.assertEqual(described["items"][0]["definition"]["type"], "function")
        self.assertNotIn("input_schema", described["items"][0])
        self.assertTrue(described["next_cursor"])

    def test_what_a_terminal_shows_of_its_tools_is_in_the_document_too(self):
        self.policy.write_text('[[rule]]\ndecision = "deny"\ntools = ["GITHUB_DELETE_*"]\n[[rule]]\ndecision = "allow"\n'
                               f'tools = ["{ISSUE}"]\n[[rule.when]]\npointer = "/owner"\nequals = "acme"\n')
        made = self.create("seen", "github", "slack")
        told = self.show("seen")

        for document in (told, self.run_ok(BOX, "session", "show", "seen").json):
            runnable = {tool["slug"]: tool for tool in document["runnable"]}
            self.assertEqual(len(runnable), document["tools_count"])
            issue = runnable[ISSUE]
            self.assertEqual((issue["connection"], issue["verdict"], issue["verdicts"]), ("work", "ask", ["allow", "ask"]))
            self.assertEqual((runnable[ISSUES]["verdicts"], runnable[ISSUES]["hints"]["read_only"]), (["allow"], True))
            self.assertNotIn("input_schema", issue)
            self.assertEqual([missing["integration_slug"] for missing in document["unavailable"]], ["slack"])
        self.assertEqual((told["tools"], told["connections"]), (made["tools"], made["connections"]))
        denied = [tool["slug"] for tool in told["denied"]]
        self.assertTrue(denied)
        self.assertTrue(all(slug.startswith("GITHUB_DELETE_") for slug in denied), denied)
        self.assertEqual(len(denied), told["denied_count"])
        self.assertEqual(len(self.slugs("seen")), told["tools_count"] + len(denied))

        terminal = self.world.terminal(BOX, "session", "show", "seen", "--no-pager", columns=120)
        self.assertEqual(terminal.end(), 0)
        self.assertRegex(terminal.text, rf"to run now +{told['tools_count']}, and {len(denied)} that its policy denies")
        self.assertRegex(terminal.text, rf"{ISSUE} +work +allow or ask\b")

    def test_in_one_that_is_over_nothing_is_to_be_run(self):
        self.create("over", "github")
        self.run_ok(BOX, "session", "close", "over")

        told = self.show("over")

        self.assertEqual((told["state"], told["runnable"], told["unavailable"]), ("closed", [], []))

    def test_a_list_that_is_still_what_it_was_is_not_sent_again(self):
        self.create("work", "github")
        target = "/api/tools/sessions/work/tools"
        first = self.owner("GET", target)
        known = {"If-None-Match": first.headers["etag"]}

        again = self.owner("GET", target, headers=known)

        self.assertEqual((again.status, again.body, again.headers["etag"]), (304, b"", first.headers["etag"]))
        self.run_ok(BOX, "session", "remove", "work", ISSUE, "--json")
        after = self.owner("GET", target, headers=known)
        self.assertEqual(after.status, 200)
        self.assertEqual(after.json["total"], first.json["total"] - 1)
        self.world.kill_daemon(sandbox=True)
        self.run_ok(BOX, "session", "show", "work")
        self.assertEqual(self.owner("GET", target, headers={"If-None-Match": after.headers["etag"]}).status, 200)

    def test_tools_come_and_go_while_it_is_open(self):
        self.create("work", ISSUES)
        self.run_ok(BOX, "session", "add", "work", ISSUE, "--json")
        self.assertEqual(self.slugs("work"), [ISSUE, ISSUES])

        self.run_ok(BOX, "session", "remove", "work", ISSUES, "--json")

        self.assertEqual(self.slugs("work"), [ISSUE])
        self.assertEqual(self.changes("work"), ["tools_added", "tools_removed"])
        self.assert_error(self.world.run(BOX, "session", "remove", "work", ISSUES, "--json"), "INVALID_REQUEST", 2)
        self.assert_error(self.world.run(BOX, "session", "remove", "work", ISSUE, "--json"), "INVALID_REQUEST", 2)

    def test_one_tool_is_cut_out_of_an_integration_and_brought_back(self):
        self.create("work", "github")

        cut = self.run_ok(BOX, "session", "remove", "work", ISSUE, "--json").json

        self.assertEqual((cut["tools"], cut["excluded"]), (["github"], [ISSUE]))
        self.assertNotIn(ISSUE, self.slugs("work"))
        self.assertIn(ISSUES, self.slugs("work"))
        self.assertEqual(self.show("work")["excluded"], [ISSUE])
        terminal = self.world.terminal(BOX, "session", "show", "work")
        self.assertEqual(terminal.end(), 0)
        self.assertRegex(terminal.text, f"without +{ISSUE}")
        denied = self.world.run(BOX, "execute", ISSUE, *WRITE, "--session", "work", "--json")
        self.assert_error(denied, "POLICY_DENIED", 5)
        self.world.kill_daemon(sandbox=True)
        back = self.run_ok(BOX, "session", "add", "work", ISSUE, "--json").json
        self.assertEqual((back["tools"], back["excluded"]), (["github"], []))
        self.run_ok(BOX, "execute", ISSUE, *WRITE, "--session", "work")
        self.assertEqual(self.changes("work"), ["tools_removed", "tools_added"])

    def test_it_outlives_the_daemon(self):
        made = self.create("long", "github", flags=("--ttl", "8h"))
        self.world.kill_daemon(sandbox=True)
        self.world.start_daemon(BOX)

        after = self.owner("GET", "/api/tools/sessions/long").json

        self.assertEqual({k: v for k, v in after.items() if k != "tools_count"},
                         {k: v for k, v in made.items() if k != "tools_count"})
        self.assertEqual(self.door(after["socket"], "GET", "/api/tools/session").json["id"], made["id"])

    def test_it_expires(self):
        made = self.create("short", "github", flags=("--ttl", "1s"))

        wait_until(lambda: self.show("short")["state"] == "expired", what="the end of the session")

        self.assertEqual(self.changes("short"), ["expired"])
        error = self.assert_error(self.world.run(BOX, "execute", ISSUES, *READ, "--session", "short", "--json"), "FORBIDDEN", 5)
        self.assertIn("expired", error["message"])
        wait_until(lambda: not Path(made["socket"]).exists(), what="the end of its socket")

    def test_an_expired_one_is_noticed_by_the_daemon_itself(self):
        made = self.create("short", "github", flags=("--ttl", "1s"))

        wait_until(lambda: not Path(made["socket"]).exists(), what="the end of its socket")

        self.assertEqual(self.show("short")["state"], "expired")

    def test_an_ephemeral_one_gets_a_name_and_ends_in_a_day(self):
        made = self.owner("POST", "/api/tools/sessions", {"tools": ["github"], "ephemeral": True})

        self.assertEqual(made.status, 201, f"{made}")
        self.assertRegex(made.json["name"], r"^mcp-[0-9a-f]{8}$")
        self.assertIsNotNone(made.json["expires_at"])
        self.assertEqual(made.json["policy_source"], "default")

    def test_a_change_ends_a_wait(self):
        self.create("watched", ISSUES)
        at = self.owner("GET", "/api/tools/sessions/watched/changes").json["next_cursor"]
        waiting = self.world.start(BOX, "api", "GET", f"/api/tools/sessions/watched/changes?cursor={at}&wait=30")

        self.run_ok(BOX, "session", "add", "watched", ISSUE)

        events = json.loads(self.world.finish(waiting).out)["items"]
        self.assertEqual([(event["type"], event["detail"]) for event in events], [("tools_added", {"tools": [ISSUE]})])

    def test_people_see_cards_and_tables(self):
        self.create("seen", "github", "slack")
        terminal = self.world.terminal(BOX, "session", "show", "seen", columns=120)
        terminal.expect(r"GITHUB_\w+ +work +allow")
        self.assertEqual(terminal.end(), 0)
        for text in ("allow.toml", "github=work", "slack is missing", "connect slack"):
            self.assertIn(text, terminal.text)
        terminal = self.world.terminal(BOX, "session", "list", columns=120)
        terminal.expect(r"seen +open +github,slack")
        self.assertEqual(terminal.end(), 0)
        terminal = self.world.terminal(BOX, "session", "show", "seen", "--no-pager", columns=80)
        self.assertEqual(terminal.end(), 0)
        table = terminal.text[terminal.text.index("TOOL "):].splitlines()
        self.assertLessEqual(max(len(line) for line in table), 80)
        self.assertRegex(terminal.text, r"GITHUB_\w+ +work +allow")

    def test_what_is_over_is_listed_for_who_asks_for_it(self):
        self.create("stays", "github")
        self.create("goes", "github")
        self.run_ok(BOX, "session", "close", "goes")

        names = lambda *flags: sorted(each["name"] for each in self.run_ok(BOX, "session", "list", *flags, "--json").json["items"])

        self.assertEqual(names(), ["stays"])
        self.assertEqual(names("--all"), ["goes", "stays"])
        self.assertEqual(names("--state", "closed"), ["goes"])
        terminal = self.world.terminal(BOX, "session", "list", columns=80)
        self.assertEqual(terminal.end(), 0)
        self.assertIn("1 that is closed or expired is left out; --all shows it", terminal.text)


class Running(SessionTest):
    def session_of(self, name: str) -> list[dict]:
        return self.run_ok(BOX, "history", "--session", name, "--json").json["items"]

    def test_the_binding_decides_which_connection_runs_it(self):
        self.connect("github", "personal")
        self.run_ok(BOX, "connections", "default", "personal")
        self.create("bound", "github", flags=("--connection", "github=work"))

        self.run_ok(BOX, "execute", ISSUES, *READ, "--session", "bound")

        [row] = self.session_of("bound")
        self.assertEqual((row["connection"]["slug"], row["session"], row["state"]), ("work", "bound", "succeeded"))
        refused = self.world.run(BOX, "execute", ISSUES, *READ, "--session", "bound", "-c", "personal", "--json")
        self.assertIn("work", self.assert_error(refused, "POLICY_DENIED", 5)["message"])
        self.run_ok(BOX, "execute", ISSUES, *READ, "--session", "bound", "-c", "work")

    def test_a_tool_that_is_not_in_it_is_refused_and_journaled(self):
        self.create("few", ISSUES)

        error = self.assert_error(self.world.run(BOX, "execute", ISSUE, *WRITE, "--session", "few", "--json"), "POLICY_DENIED", 5)

        self.assertIn("not in the session few", error["message"])
        self.assertEqual(error["next_step"], ["agenta-tools", "--sandbox", "session", "add", "few", ISSUE])
        self.assertEqual([row["state"] for row in self.session_of("few")], ["refused"])

    def test_nothing_run_in_a_session_is_told_from_no_such_session(self):
        self.create("idle", "github")
        self.create("over", "github")
        self.run_ok(BOX, "execute", ISSUES, *READ, "--session", "over")
        self.run_ok(BOX, "session", "close", "over")

        self.assertEqual(self.session_of("idle"), [])
        self.assertEqual(len(self.session_of("over")), 1)
        for command in (["history", "list"], ["history", "export"], ["--project", "new", "history", "list"]):
            with self.subTest(" ".join(command)):
                error = self.assert_error(self.world.run(BOX, *command, "--session", "idel", "--json"), "SESSION_NOT_FOUND", 6)
                self.assertIn("there is no session idel", error["message"])
        self.assertIn("did you mean idle?", self.assert_error(
            self.world.run(BOX, "history", "list", "--session", "idel", "--json"), "SESSION_NOT_FOUND", 6)["message"])

    def test_there_has_to_be_such_a_session(self):
        self.create("triage", "github")

        error = self.assert_error(self.world.run(BOX, "execute", ISSUES, *READ, "--session", "triag", "--json"), "SESSION_NOT_FOUND", 6)

        self.assertIn("triage", error["message"])

    def test_the_environment_and_a_project_file_name_one(self):
        self.create("here", "github")
        self.run_ok(BOX, "execute", ISSUES, *READ, env={"AGENTA_TOOLS_SESSION": "here"})
        (self.world.user_home / ".agenta-tools.toml").write_text('session = "here"\n')

        self.run_ok(BOX, "execute", ISSUES, *READ)
        self.run_ok(BOX, "execute", ISSUES, *READ, "--no-session")

        self.assertEqual(len(self.session_of("here")), 2)
        self.assertEqual(self.run_ok(BOX, "history", "--json").json["total"], 3)

    def test_a_batch_runs_in_one(self):
        self.create("bulk", ISSUE)
        lines = "".join(json.dumps({"tool": ISSUE, "arguments": {"owner": "o", "repo": "r", "title": str(i)}}) + "\n" for i in range(3))

        self.run_ok(BOX, "batch", "--session", "bulk", stdin=lines)

        self.assertEqual([row["session"] for row in self.session_of("bulk")], ["bulk"] * 3)
        refused = self.world.run(BOX, "batch", "--session", "bulk", stdin=json.dumps({"tool": ISSUES, "arguments": {"owner": "o", "repo": "r"}}) + "\n")
        self.assertEqual(refused.code, 1, f"{refused}")
        self.assertIn("POLICY_DENIED", refused.out)

    def test_the_step_that_goes_on_with_a_batch_stays_in_its_session(self):
        self.create("bulk", ISSUE)
        file = self.world.root / "calls.ndjson"
        outside = {"tool": ISSUES, "arguments": {"owner": "o", "repo": "r"}}
        file.write_text("".join(json.dumps(call) + "\n" for call in [outside, outside]))

        flags = ("--jobs", "1", "--keep-going", "--ordered", "--retry", "never", "--timeout", "20s")
        refused = self.world.run(BOX, "batch", file, "--session", "bulk", *flags, "--json")

        self.assertEqual(refused.code, 1, f"{refused}")
        step = json.loads(refused.out.splitlines()[-1])["error"]["next_step"]
        self.assertEqual(step[:4], ["agenta-tools", BOX, "batch", str(file)])
        self.assertEqual(step[6:], ["--session", "bulk", *flags])
        self.assertEqual(json.loads(refused.err.splitlines()[0])["resume"], step)
        again = self.world.run(*step[1:], "--json")
        self.assertEqual(again.code, 1, f"{again}")
        self.assertEqual(again.out.count("POLICY_DENIED"), 2)

        (self.world.user_home / ".agenta-tools.toml").write_text('session = "bulk"\n')
        by_setting = self.world.run(BOX, "batch", file, "--json")
        self.assertEqual(json.loads(by_setting.err.splitlines()[0])["resume"][-2:], ["--session", "bulk"])
        in_none = self.world.run(BOX, "batch", file, "--no-session", "--json")
        self.assertEqual(json.loads(in_none.err.splitlines()[0])["resume"][-1], "--no-session")

    def test_a_replay_runs_in_the_session_that_it_ran_in_or_not_at_all(self):
        self.create("again", "github", "hackernews")
        self.run_ok(BOX, "execute", ISSUE, *WRITE, "--session", "again")
        [row] = self.session_of("again")

        command = self.run_ok(BOX, "history", "replay", row["id"], "--dry-run", "--json").json["command"]
        self.assertEqual(command[command.index("--session") + 1], "again")
        self.run_ok(BOX, "history", "replay", row["id"], "--yes")
        self.assertEqual(len(self.session_of("again")), 2)

        self.run_ok(BOX, "session", "remove", "again", "github")
        self.assert_error(self.world.run(BOX, "history", "replay", row["id"], "--yes", "--json"), "POLICY_DENIED", 5)
        self.run_ok(BOX, "session", "close", "again")
        closed = self.world.run(BOX, "history", "replay", row["id"], "--yes", "--json")
        self.assertIn("closed", self.assert_error(closed, "FORBIDDEN", 5)["message"])
        self.create("again", "github")
        another = self.world.run(BOX, "history", "replay", row["id"], "--yes", "--json")
        self.assertIn("another one", self.assert_error(another, "FORBIDDEN", 5)["message"])
        self.assertEqual({each["session"] for each in self.run_ok(BOX, "history", "--json").json["items"]}, {"again"})

    def test_a_key_is_the_sessions_own(self):
        self.create("keyed", "github")
        key = ("--idempotency-key", "once")
        outside = self.run_ok(BOX, "execute", ISSUE, *WRITE, *key).json

        inside = self.run_ok(BOX, "execute", ISSUE, *WRITE, *key, "--session", "keyed").json
        again = self.run_ok(BOX, "execute", ISSUE, *WRITE, *key, "--session", "keyed").json

        self.assertNotEqual(inside["number"], outside["number"])
        self.assertEqual(again["number"], inside["number"])
        [row] = self.session_of("keyed")
        self.assertEqual(row["idempotency_key"], "once")


class RawRequests(SessionTest):
    def proxy(self, name: str, *args):
        return self.world.run(BOX, "proxy", "github", *args, "--session", name, "--json")

    def test_one_runs_on_the_sessions_connection(self):
        self.connect("github", "personal")
        self.create("raw", "github", flags=("--connection", "github=work"))

        answer = self.proxy("raw", "GET", "/user")

        self.assertEqual((answer.code, answer.json["connection"]["slug"]), (0, "work"), f"{answer}")
        [row] = self.run_ok(BOX, "history", "--session", "raw", "--json").json["items"]
        self.assertEqual((row["tool"], row["policy"]["verdict"]), ("PROXY_GET", "allow"))
        self.assert_error(self.proxy("raw", "GET", "/user", "-c", "personal"), "POLICY_DENIED", 5)

    def test_it_has_to_be_in_the_session(self):
        self.create("tools-only", ISSUES, "GITHUB_*")

        self.assert_error(self.proxy("tools-only", "GET", "/user"), "POLICY_DENIED", 5)

    def test_nothing_promises_that_one_only_reads(self):
        self.run_ok(BOX, "session", "create", "asks", "--tools", "github", "--json")
        self.run_ok(BOX, "session", "create", "reads", "--tools", "github", "--read-only", "--json")
        self.assert_error(self.proxy("reads", "GET", "/user"), "POLICY_DENIED", 5)

        request = {"integration_slug": "github", "method": "GET", "url": "/user", "session": "asks", "on_ask": "come_back"}
        error = self.owner("POST", "/api/tools/proxy", request).json
        self.assertEqual(error["code"], "APPROVAL_REQUIRED")
        self.assertEqual(self.run_ok(BOX, "history", "--session", "asks", "--json").json["items"], [])
        self.run_ok(BOX, *error["next_step"][1:])
        self.assertEqual(self.proxy("asks", "GET", "/user").code, 0)
        self.assertEqual(self.owner("POST", "/api/tools/proxy", request).json["code"], "APPROVAL_REQUIRED")

    def test_some_can_be_cut_out_and_brought_back(self):
        self.create("cut", "github")

        self.run_ok(BOX, "session", "remove", "cut", "PROXY_POST", "PROXY_D*")

        self.assertEqual(self.show("cut")["excluded"], ["PROXY_POST", "PROXY_D*"])
        self.assertEqual(self.proxy("cut", "GET", "/user").code, 0)
        for method in ("POST", "DELETE"):
            self.assert_error(self.proxy("cut", method, "/user"), "POLICY_DENIED", 5)
        self.run_ok(BOX, "session", "add", "cut", "PROXY_POST")
        self.assertEqual((self.show("cut")["tools"], self.show("cut")["excluded"]), (["github"], ["PROXY_D*"]))
        self.assertNotEqual(self.proxy("cut", "POST", "/user").code, 5)
        self.assertEqual(self.world.run(BOX, "session", "add", "cut", "PROXY_PUT", "--json").error["code"], "TOOL_NOT_FOUND")

    def test_a_policy_sees_the_request(self):
        self.policy.write_text('default = "allow"\n[[rule]]\ndecision = "deny"\ntools = ["PROXY_*"]\n[[rule.when]]\npointer = "/url"\nmatches = "/orgs/"\n')
        self.create("ruled", "github")

        self.assert_error(self.proxy("ruled", "GET", "/orgs/acme"), "POLICY_DENIED", 5)
        self.assertEqual(self.proxy("ruled", "GET", "/user").code, 0)


    def test_a_request_is_judged_however_it_is_spelt(self):
        self.policy.write_text('default = "allow"\n[[rule]]\ndecision = "deny"\ntools = ["PROXY_*"]\n[[rule.when]]\npointer = "/url"\nmatches = "^/repos/acme/secret"\n')
        self.create("spelt", "github")

        for url in ("/repos/acme/secret", "repos/acme/secret", "/repos/acme/./secret", "/repos/x/../acme/secret", "/repos/acme/%73ecret",
                    "/repos%2facme/secret", "/repos/acme//secret", "/repos/acme/%2573ecret", "https://api.github.com/repos/acme/secret"):
            self.assert_error(self.proxy("spelt", "GET", url), "POLICY_DENIED", 5)
        self.assert_error(self.proxy("spelt", "GET", "/user", "-H", "X-HTTP-Method-Override: DELETE"), "POLICY_DENIED", 5)
        self.assertEqual(self.proxy("spelt", "GET", "/user").code, 0)


class Connections(SessionTest):
    def test_a_disconnected_account_takes_its_tools_along_and_the_same_name_brings_them_back(self):
        self.connect("github", "personal")
        self.create("tied", "github", "hackernews", flags=("--connection", "github=work"))
        self.run_ok(BOX, "disconnect", "work", "--yes")

        wait_until(lambda: self.changes("tied") == ["connection_lost"], what="the event")
        self.assertFalse([slug for slug in self.slugs("tied") if slug.startswith("GITHUB_")], "nor those of another account")
        missing = self.owner("GET", "/api/tools/sessions/tied/tools").json["unavailable"]
        self.assertEqual([each["integration_slug"] for each in missing], ["github"])
        self.assertEqual(missing[0]["next_step"], ["agenta-tools", "connect", "github", "--as", "work"])
        refused = self.world.run(BOX, "execute", ISSUES, *READ, "--session", "tied", "--json")
        self.assert_error(refused, "NOT_CONNECTED", 4)
        self.assertEqual(self.show("tied")["connections"][0]["connection_id"], None)

        self.connect("github", "work")
        self.run_ok(BOX, "execute", ISSUES, *READ, "--session", "tied")
        self.assertIn(ISSUES, self.slugs("tied"))
        self.assertEqual(self.changes("tied"), ["connection_lost", "connection_restored"])

    def test_what_was_not_connected_comes_once_it_is(self):
        made = self.create("later", "github", "slack")
        self.assertEqual(made["unbound"], ["slack"])

        self.connect("slack", "chat")

        wait_until(lambda: any(slug.startswith("SLACK_") for slug in self.slugs("later")), what="slack's tools")
        after = self.show("later")
        self.assertEqual(after["unbound"], [])
        self.assertIn(("slack", "chat"), [(each["integration_slug"], each["connection_slug"]) for each in after["connections"]])

    def test_a_new_name_of_a_connection_is_followed(self):
        self.create("named", "github")

        self.run_ok(BOX, "connections", "rename", "work", "office")

        self.assertEqual(self.show("named")["connections"][0]["connection_slug"], "office")
        self.run_ok(BOX, "execute", ISSUES, *READ, "--session", "named", "-c", "office")


class Socket(SessionTest):
    def inside(self, path: str, *args, **options):
        """A command of somebody who has this socket, and no home here."""
        env = {"AGENTA_TOOLS_SOCKET": path, "AGENTA_TOOLS_HOME": "/nonexistent/home", "HOME": "/nonexistent"}
        return self.world.run(*args, env=env, **options)

    def inside_ok(self, path: str, *args):
        result = self.inside(path, *args)
        self.assertEqual(result.code, 0, f"{result}")
        return result

    def test_its_path_and_mode(self):
        made = self.create("boxed", "github")

        path = Path(self.run_ok(BOX, "session", "socket", "boxed").out.strip())

        self.assertEqual(str(path), made["socket"])
        self.assertEqual(path, self.world.base(True) / "run" / "sessions" / "boxed.sock")
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)
        self.assertEqual(path.parent.stat().st_mode & 0o777, 0o700)
        self.run_ok(BOX, "session", "close", "boxed")
        self.assertFalse(path.exists())
        self.assert_error(self.world.run(BOX, "session", "socket", "boxed", "--json"), "FORBIDDEN", 5)

    def test_sessions_of_two_projects_have_two_sockets(self):
        self.create("same", "github")
        begun = self.run_ok(BOX, "--project", "other", "session", "create", "same", "--tools", "hackernews", "--json").json

        self.assertEqual(Path(begun["socket"]).name, "other.same.sock")
        self.assertEqual(self.door(begun["socket"], "GET", "/api/tools/session").json["id"], begun["id"])

    def test_a_timeout_that_was_named_ends_the_waiting_for_approval(self):
        path = self.run_ok(BOX, "session", "create", "asks", "--tools", "github", "--json").json["socket"]

        result = self.inside(path, "execute", ISSUE, *WRITE, "--timeout", "2s", "--json")

        self.assertIn("not approved within the time allowed", self.assert_error(result, "TIMEOUT", 9)["message"])
        self.assertRegex(result.err, r"waits for [12]s more for somebody's approval: ask whoever runs the session: "
                                     r"`agenta-tools --sandbox approvals approve [0-9a-f-]{36}`")
        self.assertEqual([row["state"] for row in self.run_ok(BOX, "history", "--session", "asks", "--json").json["items"]], ["refused"])

    def test_the_cli_works_by_it_without_a_home(self):
        path = self.create("inner", "github", "hackernews")["socket"]
        self.run_ok(BOX, "execute", ISSUE, *WRITE)

        self.assertEqual(self.inside_ok(path, "session", "show", "--json").json["name"], "inner")
        issues = self.inside_ok(path, "execute", ISSUES, *READ).json
        self.assertIn("hello", json.dumps(issues))
        self.assertEqual(self.inside_ok(path, "tools", "show", ISSUE, "--json").json["slug"], ISSUE)
        self.assertTrue(self.inside_ok(path, "tools", "list", "github", "--json").json["total"])
        self.assertEqual(sorted(each["slug"] for each in self.inside_ok(path, "integrations", "--json").json["items"]), ["github", "hackernews"])
        hits = self.inside_ok(path, "tools", "search", "create issue", "--json").json["items"]
        self.assertIn(ISSUE, [hit["slug"] for hit in hits])
        self.assertEqual([row["tool"] for row in self.inside_ok(path, "history", "--json").json["items"]], [ISSUES], "only its own")
        [connection] = self.inside_ok(path, "connections", "--json").json["items"]
        self.assertEqual((connection["slug"], connection["composio_account_id"]), ("work", None))
        self.assertEqual(self.inside_ok(path, "execute", ISSUES, *READ, "--session", "inner").json, issues)
        self.assert_error(self.inside(path, "execute", ISSUES, *READ, "--session", "another", "--json"), "FORBIDDEN", 5)

    def test_what_is_its_owners_to_do_is_told_in_words(self):
        self.policy.write_text(ALLOW + f'[[rule]]\ntools = ["{ISSUE}"]\ndecision = "deny"\n')
        path = self.create("inner", "github", "slack")["socket"]

        denied = self.assert_error(self.inside(path, "execute", ISSUE, *WRITE, "--json"), "POLICY_DENIED", 5)
        absent = self.assert_error(self.inside(path, "execute", "SLACK_LIST_ALL_CHANNELS", "--json"), "NOT_CONNECTED", 4)
        shown = self.world.terminal("session", "show", columns=120, env={"AGENTA_TOOLS_SOCKET": path})

        self.assertIn("; ask whoever runs the session: `agenta-tools --sandbox policy explain ", denied["message"])
        self.assertIn("; ask whoever runs the session: `agenta-tools --sandbox connect slack`", absent["message"])
        self.assertEqual((denied["next_step"], absent["next_step"]), (None, None))
        self.assertEqual(shown.end(), 0)
        self.assertIn("ask whoever runs the session: `agenta-tools", shown.text)

    def test_what_it_does_not_have_is_said_plainly(self):
        path = self.create("inner", "github")["socket"]

        for command in (["session", "list"], ["session", "create", "mine", "--tools", "slack"], ["session", "close", "inner"],
                        ["daemon", "status"], ["daemon", "stop"], ["connect", "slack", "--no-wait"], ["disconnect", "work", "--yes"],
                        ["proxy", "github", "GET", "/user"], ["whoami"], ["logout", "--yes"], ["history", "export"],
                        ["integrations", "refresh"]):
            with self.subTest(" ".join(command)):
                result = self.inside(path, *command, "--json")

                self.assertIn("session", self.assert_error(result, "FORBIDDEN", 5)["message"])

    def test_nothing_is_started_for_it(self):
        path = self.create("gone", "github")["socket"]
        self.run_ok(BOX, "daemon", "stop")

        result = self.inside(path, "execute", ISSUES, *READ, "--json")

        error = self.assert_error(result, "DAEMON_UNAVAILABLE", 11)
        self.assertIn("AGENTA_TOOLS_SOCKET", error["message"])
        self.assertEqual(self.world.daemons(), [])

    def test_it_is_put_back_when_it_was_deleted(self):
        path = Path(self.create("kept", "github")["socket"])
        path.unlink()

        wait_until(path.exists, what="the socket")

        self.assertEqual(self.door(path, "GET", "/api/tools/session").status, 200)

    def test_what_a_killed_daemon_left_of_ended_sessions_is_cleared(self):
        path = Path(self.create("left", "github", flags=("--ttl", "1s"))["socket"])
        self.world.kill_daemon(sandbox=True)
        self.assertTrue(path.exists())
        wait_until(lambda: self.run_ok(BOX, "session", "show", "left", "--json").json["state"] == "expired", what="its end")

        wait_until(lambda: not path.exists(), what="the end of the socket")

    @unittest.skipUnless(shutil.which("unshare"), "there is no unshare")
    def test_it_works_mounted_into_a_namespace(self):
        path = self.create("mounted", "github")["socket"]
        place = self.world.root / "place"
        place.mkdir()
        target = place / "agenta.sock"
        target.touch()
        script = (f"mount --bind '{path}' '{target}' && AGENTA_TOOLS_SOCKET='{target}' AGENTA_TOOLS_HOME=/nonexistent HOME=/nonexistent "
                  f"'{self.world.cli}' execute {ISSUES} owner=o repo=r")
        run = subprocess.run(["unshare", "-Urm", "sh", "-c", script], env=self.world.environ(), capture_output=True, text=True, check=False)
        if run.returncode != 0 and ("unshare" in run.stderr or "mount:" in run.stderr):
            self.skipTest(f"no namespaces here: {run.stderr.strip()}")

        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("issues", json.loads(run.stdout))

    @unittest.skipUnless(os.geteuid() == 0, "only root can be another user")
    def test_another_user_gets_in_where_they_are_let_in(self):
        shut = self.create("shut", "github")["socket"]
        open_to = self.create("open", "github", flags=("--allow-uid", "12345"))["socket"]
        self.assertEqual(Path(open_to).stat().st_mode & 0o777, 0o666)

        self.assertEqual(self.ask_as(12345, open_to), b"HTTP/1.1 200")
        self.assertEqual(self.ask_as(12346, open_to), b"", "closed before a byte is read")
        self.assertEqual(self.ask_as(0, open_to), b"HTTP/1.1 200")
        os.chmod(shut, 0o666)
        self.assertEqual(self.ask_as(12345, shut), b"")

    def ask_as(self, uid: int, path: str) -> bytes:
        """The beginning of the answer to another user, by a hard link of the socket where they can reach it."""
        place = Path(tempfile.mkdtemp(prefix="agenta-", dir=self.world.root.parent))
        self.addCleanup(shutil.rmtree, place, True)
        place.chmod(0o755)
        link = place / "s"
        os.link(path, link)
        ask = ("import os,socket,sys\nos.setgroups([])\nos.setuid(int(sys.argv[2]))\ns=socket.socket(socket.AF_UNIX)\ns.settimeout(20)\ns.connect(sys.argv[1])\n"
               "try:\n s.sendall(b'GET /api/tools/session HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n')\n b=s.recv(12)\n"
               "except (BrokenPipeError, ConnectionResetError):\n b=b''\nsys.stdout.buffer.write(b)")
        done = subprocess.run([sys.executable, "-c", ask, link, str(uid)], capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout
