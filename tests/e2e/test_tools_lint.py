"""`tools lint`: what clients do not take, before they meet it."""
import json

from tests.support.agenta import AgentaTest
from tests.support.sandbox import ISSUE

CLIENTS = ["claude-code", "codex", "gemini", "opencode", "cursor", "vscode", "goose", "copilot", "openai", "anthropic"]


class Lint(AgentaTest):
    def setUp(self) -> None:
        super().setUp()
        self.start_sandbox()

    def test_says_for_each_client_what_the_list_is(self):
        document = self.run_ok("tools", "lint", "--tools", ISSUE, "--json").json

        self.assertEqual([each["client"] for each in document["clients"]], CLIENTS)
        for each in document["clients"]:
            self.assertEqual(each["tools"], 1)
            self.assertEqual(each["tokens"], -(-each["bytes"] // 4))
            self.assertGreater(each["bytes"], 100)
        self.assertEqual(document["total"], len(document["items"]))

    def test_counts_agree_with_the_catalogue(self):
        listed = self.run_ok("tools", "list", "github", "--all", "--json").json["total"]

        for words in (["github"], ["--tools", "github"], ["--tools", "GITHUB_*"]):
            with self.subTest(" ".join(words)):
                document = self.run_ok("tools", "lint", *words, "--client", "codex", "--json").json
                self.assertEqual(document["clients"][0]["tools"], listed)

    def test_an_error_ends_with_1_and_the_findings_are_its_context(self):
        result = self.world.run("tools", "lint", "--tools", ISSUE, "--client", "cursor", "--name", "a" * 32, "--json")
        long = self.world.run("tools", "lint", "github", "--client", "cursor", "--name", "a" * 32, "--json")

        self.assertEqual(result.code, 0, f"{result}")
        error = self.assert_error(long, "CHECK_FAILED", 1)
        findings = error["context"]["items"]
        bad = [each for each in findings if each["severity"] == "error"]
        self.assertTrue(bad)
        for each in bad:
            self.assertEqual((each["clients"], each["rule"]), (["cursor"], "name-long"))
            self.assertGreater(len(each["tool"]), 60 - 32)
        self.assertEqual(error["context"]["clients"][0]["errors"], len(bad))

    def test_without_json_the_findings_come_though_it_fails(self):
        result = self.world.run("tools", "lint", "github", "--client", "cursor", "--name", "a" * 32)

        self.assertEqual(result.code, 1, f"{result}")
        self.assertTrue(result.json["items"])
        self.assertIn("name-long", result.out)
        self.assertTrue(result.err.strip())

    def test_says_once_what_is_the_same_for_several_clients(self):
        items = self.world.run("tools", "lint", "github", "gmail").json["items"]

        said = [(each["tool"], each["rule"], each["severity"], each["message"]) for each in items]
        self.assertEqual(len(said), len(set(said)))
        self.assertTrue([each for each in items if len(each["clients"]) > 1])

    def test_takes_every_client_that_mcp_install_takes(self):
        for client in ("claude-code", "codex", "gemini", "opencode", "cursor", "vscode", "goose", "copilot"):
            with self.subTest(client):
                self.run_ok("tools", "lint", "--tools", ISSUE, "--client", client, "--json")

    def test_strict_takes_warnings_for_errors(self):
        relaxed = self.run_ok("tools", "lint", "github", "gmail", "--client", "goose", "--json").json
        self.assertIn("tools-many", {each["rule"] for each in relaxed["items"]})

        self.assert_error(self.world.run("tools", "lint", "github", "gmail", "--client", "goose", "--strict", "--json"), "CHECK_FAILED", 1)

    def test_refuses_what_it_does_not_know(self):
        for words in ([], ["github", "--tools", ISSUE], ["github", "--client", "curser"], ["github", "--session", "s"], ["github", "--name", "a.b"]):
            with self.subTest(" ".join(words)):
                self.assert_error(self.world.run("tools", "lint", *words, "--json"), "USAGE", 2)
        self.assert_error(self.world.run("tools", "lint", "nothing", "--json"), "INTEGRATION_NOT_FOUND", 6)
        self.assert_error(self.world.run("tools", "lint", "--tools", "NOTHING_AT_ALL", "--json"), "TOOL_NOT_FOUND", 6)

    def test_is_a_table_on_a_terminal(self):
        terminal = self.world.terminal("tools", "lint", "github", "gmail", "--client", "goose", columns=140)
        terminal.expect("SEVERITY +CLIENT +TOOL +RULE +MESSAGE")
        terminal.expect("warning +goose +- +tools-many")
        terminal.expect("goose: [0-9]+ tools, about [0-9]+ tokens")
        self.assertEqual(terminal.end(), 0)

    def test_fits_a_narrow_terminal_with_all_its_words(self):
        terminal = self.world.terminal("tools", "lint", "github", "gmail", "--client", "goose", "--no-pager", columns=80)

        self.assertEqual(terminal.end(), 0)
        lines = terminal.text.splitlines()
        self.assertLessEqual(max(len(line) for line in lines), 80)
        self.assertRegex(next(line for line in lines if "SEVERITY" in line).strip(), "^SEVERITY +CLIENT +TOOL +RULE$")
        words = " ".join(terminal.text.split())
        self.assertRegex(words, r"warning goose - tools-many [0-9]+ tools: goose recommends fewer than 25")

    def test_has_no_words_of_tools_that_a_terminal_obeys(self):
        document = json.dumps(self.run_ok("tools", "lint", "hackernews", "--json").json)

        self.assertNotIn("\x1b", document)
