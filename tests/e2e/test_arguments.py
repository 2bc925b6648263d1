"""What `execute` is given and what it gives: arguments, tools, connections, output (contract sections 2, 3 and 7.4)."""
import json

from tests.support.agenta import AgentaTest
from tests.support.recorder import Recorder
from tests.support.sandbox import ISSUE, ISSUES

WRITE = ("execute", ISSUE, "owner=o", "repo=r")


class Arguments(AgentaTest):
    def setUp(self) -> None:
        super().setUp()
        self.sandbox = self.start_sandbox()
        self.recorder = Recorder(self.sandbox.url)
        self.addCleanup(self.recorder.close)
        self.world.environment["COMPOSIO_BASE_URL"] = self.recorder.url
        self.connect_github(self.sandbox)

    def sent(self) -> dict:
        return self.recorder.of("POST", "/tools/execute/")[-1].json

    def test_text_and_json_arguments(self):
        self.run_ok(*WRITE, "title=42", 'labels:=["bug","p1"]', "--json")

        self.assertEqual(self.sent()["arguments"], {"owner": "o", "repo": "r", "title": "42", "labels": ["bug", "p1"]})

    def test_a_document_inline_from_a_file_and_from_stdin(self):
        document = json.dumps({"owner": "o", "repo": "r", "title": "é ü"})
        file = self.world.root / "arguments.json"
        file.write_text(document)
        for argv, stdin in ((["-d", document], None), (["-d", f"@{file}"], None), (["-d", "-"], document)):
            with self.subTest(argv):
                self.run_ok("execute", ISSUE, *argv, "--json", stdin=stdin)

                self.assertEqual(self.sent()["arguments"]["title"], "é ü")

    def test_single_arguments_go_over_the_document(self):
        self.run_ok("execute", ISSUE, "-d", '{"owner":"o","repo":"r","title":"one"}', "title=two", "--json")

        self.assertEqual(self.sent()["arguments"]["title"], "two")

    def test_text_from_a_file(self):
        file = self.world.root / "body.md"
        file.write_text("# long\ntext")
        self.run_ok(*WRITE, "title=x", f"body=@{file}", "--json")

        self.assertEqual(self.sent()["arguments"]["body"], "# long\ntext")

    def test_both_the_account_and_the_user_are_sent_and_the_version(self):
        self.run_ok(*WRITE, "title=x", "--json")

        sent = self.sent()
        self.assertRegex(sent["user_id"], r"^agenta_project_[0-9a-f-]{36}$")
        self.assertTrue(sent["connected_account_id"].startswith("ca_"))
        self.assertTrue(sent["version"])

    def test_bad_arguments_never_leave(self):
        cases = {
            "missing": ["owner=o", "repo=r"],
            "misspelt": ["owner=o", "repo=r", "titel=x"],
            "wrong type": ["owner=o", "repo=r", "title=x", "labels:=7"],
        }
        for name, argv in cases.items():
            with self.subTest(name):
                error = self.assert_error(self.world.run("execute", ISSUE, *argv, "--json"), "INVALID_ARGUMENTS", 2)

                self.assertTrue(error["context"], error)
        misspelt = self.world.run("execute", ISSUE, "owner=o", "repo=r", "titel=x", "--json")
        self.assertIn("title", json.dumps(misspelt.error))
        self.assertEqual(self.recorder.of("POST", "/tools/execute/"), [])

    def test_what_is_no_argument_is_a_usage_error(self):
        for argv in (["title"], ["labels:=[1"], ["-d", "{not json"], ["-d", "[1]"], ["-d", "@/no/such/file"], ["=x"]):
            with self.subTest(argv):
                result = self.world.run(*WRITE, *argv, "--json")

                self.assertEqual(result.code, 2, f"{result}")
                self.assertIn(result.error["code"], ("USAGE", "INVALID_ARGUMENTS"))

    def test_a_dry_run_sends_and_journals_nothing(self):
        result = self.run_ok(*WRITE, "title=x", "--dry-run", "--json")

        self.assertIn("work", json.dumps(result.json))
        self.assertEqual(self.recorder.of("POST", "/tools/execute/"), [])
        self.assertEqual(self.run_ok("history", "--json").json["items"], [])
        self.assert_error(self.world.run("execute", ISSUE, "--dry-run", "--json"), "INVALID_ARGUMENTS", 2)

    def test_data_envelope_and_a_part_of_the_data(self):
        data = self.run_ok(*WRITE, "title=x").json
        envelope = self.run_ok(*WRITE, "title=x", "--output", "envelope").json
        part = self.run_ok(*WRITE, "title=x", "--select", "/title")

        self.assertEqual(data["title"], "x")
        self.assertEqual(envelope["data"]["title"], "x")
        self.assertEqual(envelope["tool"], ISSUE)
        self.assertEqual(envelope["connection"]["slug"] if isinstance(envelope["connection"], dict) else envelope["connection"], "work")
        self.assertIn(part.out.strip(), ("x", '"x"'))
        number = self.run_ok(*WRITE, "title=x", "--select", "/number")
        self.assertRegex(number.out, r"^\d+\n$")

    def test_a_pointer_to_nothing_gives_null_for_the_tool_has_run(self):
        result = self.world.run("execute", ISSUES, "owner=o", "repo=r", "--select", "/no/such/place", "--json")

        self.assertEqual((result.code, result.out), (0, "null\n"))
        self.assertIn("/no/such/place", result.err)


class Tools(AgentaTest):
    def setUp(self) -> None:
        super().setUp()
        self.sandbox = self.start_sandbox()

    def test_the_long_names_name_the_tool_and_the_connection(self):
        self.connect_github(self.sandbox)
        self.connect_github(self.sandbox, "home")
        for name in ("tools.composio.github.CREATE_AN_ISSUE.work", "tools__composio__github__CREATE_AN_ISSUE__work",
                     "tools.composio.github.create_an_issue.WORK"):
            with self.subTest(name):
                envelope = self.run_ok("execute", name, "owner=o", "repo=r", "title=x", "--output", "envelope", "--json").json

                self.assertEqual(envelope["connection"]["slug"], "work")
        self.assertEqual(self.sandbox.effects(), 3)

    def test_an_unknown_tool_is_named_with_the_nearest(self):
        self.connect_github(self.sandbox)
        error = self.assert_error(self.world.run("execute", "GITHUB_CREATE_AN_ISSUES", "--json"), "TOOL_NOT_FOUND", 6)

        self.assertIn(ISSUE, json.dumps(error))

    def test_a_tool_without_auth_needs_no_connection(self):
        listed = self.run_ok("tools", "list", "hackernews", "--json").json["items"]
        self.assertTrue(listed)

        result = self.world.run("execute", listed[0]["slug"], "--json")

        self.assertIn(result.code, (0, 2), f"{result}")  # 2: it has required arguments

    def test_a_tool_that_fails_is_exit_1_with_its_reason(self):
        self.connect_github(self.sandbox)
        result = self.world.run("execute", "GITHUB_GET_AN_ISSUE", "owner=o", "repo=r", "issue_number:=99999", "--json")

        self.assert_error(result, "TOOL_FAILED", 1)


class Connections(AgentaTest):
    def setUp(self) -> None:
        super().setUp()
        self.sandbox = self.start_sandbox()

    def run_with(self, *args):
        return self.world.run("execute", ISSUES, "owner=o", "repo=r", "--output", "envelope", "--json", *args)

    def test_none_is_not_connected_with_the_way_on(self):
        error = self.assert_error(self.run_with(), "NOT_CONNECTED", 4)

        self.assertEqual(error["next_step"], ["agenta-tools", "connect", "github"])

    def test_the_only_active_one_is_used(self):
        self.connect_github(self.sandbox)

        self.assertEqual(self.run_with().json["connection"]["slug"], "work")

    def test_two_are_ambiguous_and_one_can_be_named(self):
        first = self.connect_github(self.sandbox)
        self.connect_github(self.sandbox, "home")

        error = self.assert_error(self.run_with(), "CONNECTION_AMBIGUOUS", 7)
        self.assertIn("work", json.dumps(error["context"]))
        self.assertIn("home", json.dumps(error["context"]))
        self.assertEqual(self.run_with("-c", "HOME").json["connection"]["slug"], "home")
        self.assertEqual(self.run_with("-c", first["id"]).json["connection"]["slug"], "work")
        self.assert_error(self.run_with("-c", "nobody"), "CONNECTION_NOT_FOUND", 6)

    def test_a_connection_of_another_integration_is_refused(self):
        begun = self.run_ok("connect", "gmail", "--as", "mail", "--no-wait", "--json").json
        self.sandbox.approve(begun["redirect_url"])
        self.run_ok("connect", "--resume", begun["id"], "--json")

        self.assertNotEqual(self.run_with("-c", "mail").code, 0)

    def test_an_expired_one_says_how_to_renew_it(self):
        connection = self.connect_github(self.sandbox)
        self.sandbox.plant("expired_account", tool=ISSUES)

        error = self.assert_error(self.run_with(), "CONNECTION_EXPIRED", 4)

        self.assertEqual(error["next_step"], ["agenta-tools", "connect", "github", "--reconnect", "work"])
        shown = self.run_ok("connections", "show", connection["id"], "--json").json
        self.assertEqual(shown["status"], "EXPIRED")
        begun = self.run_ok("connect", "github", "--reconnect", "work", "--no-wait", "--json").json
        self.sandbox.approve(begun["redirect_url"])
        self.assertEqual(self.run_ok("connect", "--resume", begun["id"], "--json").json["slug"], "work")
        self.assertEqual(self.run_with().code, 0)

    def test_a_row_of_another_key_is_shown_and_never_used(self):
        self.connect_github(self.sandbox)
        other = {"COMPOSIO_API_KEY": self.sandbox.api_key + "_other"}

        result = self.world.run("execute", ISSUES, "owner=o", "repo=r", "--json", env=other)

        self.assertEqual(result.code, 4, f"{result}")
        self.assertEqual(self.sandbox.requests(ISSUES), 0)


if __name__ == "__main__":
    import unittest

    unittest.main()
