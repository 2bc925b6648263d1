"""The catalogue: fetched once, kept, served while it is fetched anew, and right whatever the provider does."""
import json
import os
import sqlite3
import time
import unittest

from tests.support.agenta import AgentaTest, wait_until
from tests.support.published_catalogue import PublishedCatalogue
from tests.support.sandbox import ISSUE

LIST, DETAIL, TOOLS, TOOL = "GET /toolkits", "GET /toolkits/{}", "GET /tools", "GET /tools/{}"


class CatalogTest(AgentaTest):
    def configure(self, **settings) -> None:
        for name, value in settings.items():
            self.run_ok("config", "set", name.replace("__", "."), value)

    def status(self) -> dict:
        return self.run_ok("api", "GET", "/api/tools/catalog").json

    def requests(self, sandbox) -> int:
        return sum(sandbox.asked(route) for route in (LIST, DETAIL, TOOLS, TOOL))

    def stale(self, *args, **options):
        """A command whose answer is old; what it says of that."""
        result = self.run_ok(*args, **options)
        self.assertIn("old", result.err, f"{result}")
        return result


class FirstUseAndAfter(CatalogTest):
    def setUp(self):
        super().setUp()
        self.sandbox = self.start_sandbox()
        self.configure(catalog__warm="false")

    def test_what_was_fetched_is_not_fetched_again(self):
        self.run_ok("integrations")
        self.run_ok("tools", "list", "github")
        self.run_ok("tools", "show", ISSUE)
        self.run_ok("integrations", "show", "github")
        asked = self.requests(self.sandbox)

        for _ in range(3):
            self.run_ok("integrations")
            self.run_ok("tools", "list", "github")
            self.run_ok("tools", "show", ISSUE)
            self.run_ok("integrations", "show", "github")
            self.run_ok("integrations", "categories")

        self.assertEqual(self.requests(self.sandbox), asked)
        self.assertEqual(self.sandbox.asked(TOOL), 0, "a tool of a fetched list needs no request of its own")

    def test_a_new_daemon_serves_what_the_last_one_knew_without_composio(self):
        self.run_ok("integrations")
        self.run_ok("tools", "show", ISSUE)
        self.world.kill_daemon()
        self.sandbox.close()

        self.assertGreater(self.run_ok("integrations").json["total"], 3)
        self.assertEqual(self.run_ok("tools", "show", ISSUE).json["slug"], ISSUE)

    def test_two_clients_that_ask_for_the_same_make_one_request(self):
        self.world.start_daemon()
        self.sandbox.plant("delay", path="/toolkits", delay_ms=500)

        clients = [self.world.start("integrations", "--json") for _ in range(8)]

        self.assertEqual([self.world.finish(each).code for each in clients], [0] * 8)
        self.assertEqual(self.sandbox.asked(LIST), 1)

    def test_refresh_forces(self):
        self.run_ok("integrations")
        self.run_ok("tools", "list", "gmail")
        self.sandbox.publish("gmail", version="20270101_00", add=[{"slug": "GMAIL_NEW_TOOL"}])
        self.assertNotIn("GMAIL_NEW_TOOL", self.run_ok("tools", "list", "gmail", "--all").out)

        self.run_ok("integrations", "refresh", "gmail")

        self.assertIn("GMAIL_NEW_TOOL", self.run_ok("tools", "list", "gmail", "--all").out)
        self.assertEqual(self.run_ok("tools", "show", "GMAIL_NEW_TOOL").json["version"], "20270101_00")

    def test_one_list_tells_that_nothing_changed(self):
        self.run_ok("tools", "list", "github")
        self.run_ok("tools", "list", "gmail")
        self.configure(catalog__ttl="0s")
        self.run_ok("daemon", "restart")
        tools = self.sandbox.asked(TOOLS)
        self.sandbox.publish("gmail", version="20270101_00")

        self.run_ok("integrations")
        wait_until(lambda: self.sandbox.asked(TOOLS) > tools, what="the fetch of what changed")

        wait_until(lambda: self.status()["state"] == "idle", what="the end of the refresh")
        self.assertTrue(self.sandbox.seen()[-1].startswith("GET /api/v3.1/tools?toolkit_slug=gmail&"), self.sandbox.seen())

    def test_a_pinned_version_is_kept_beside_the_newest(self):
        old = self.run_ok("tools", "versions", ISSUE).json["items"][0]["version"]
        self.run_ok("tools", "show", ISSUE, "--tool-version", old)
        asked = self.requests(self.sandbox)

        self.assertEqual(self.run_ok("tools", "show", ISSUE, "--tool-version", old).json["version"], old)
        self.run_ok("tools", "show", ISSUE)

        self.assertEqual(self.requests(self.sandbox), asked)


class OutOfDate(CatalogTest):
    def setUp(self):
        super().setUp()
        self.sandbox = self.start_sandbox()
        self.configure(catalog__warm="false", catalog__ttl="0s")
        self.run_ok("tools", "list", "github")

    def test_is_served_at_once_and_refreshed_behind(self):
        self.sandbox.publish("github", version="20270101_00", rename={ISSUE: "GITHUB_OPEN_AN_ISSUE"})
        self.sandbox.plant("delay", path="/toolkits", delay_ms=1000, times=9)

        before = time.monotonic()
        result = self.stale("tools", "list", "github", "--all")

        self.assertLess(time.monotonic() - before, 1, "nobody waits for the provider")
        self.assertIn(ISSUE, result.out)
        wait_until(lambda: "GITHUB_OPEN_AN_ISSUE" in self.run_ok("tools", "list", "github", "--all").out,
                   what="the new list")

    def test_says_so_and_why_while_composio_is_down(self):
        self.sandbox.close()
        self.run_ok("integrations")
        wait_until(lambda: "cannot be reached" in self.run_ok("integrations").err, what="the failure being known")

        result = self.stale("tools", "list", "github")

        self.assertIn("cannot be reached", result.err)
        self.assertGreater(result.json["total"], 10)

    def test_offline_is_told_with_its_age_and_asks_nothing(self):
        asked = self.requests(self.sandbox)

        for args in (("integrations",), ("tools", "list", "github"), ("tools", "show", ISSUE), ("tools", "search", "issue"),
                     ("integrations", "categories"), ("tools", "schema", ISSUE)):
            self.stale(*args, "--offline")

        self.assertEqual(self.requests(self.sandbox), asked)

    def test_offline_without_anything_kept_says_how_to_get_it(self):
        error = self.assert_error(self.world.run("tools", "list", "gmail", "--offline", "--json"), "PROVIDER_UNAVAILABLE", 3)

        self.assertEqual(error["next_step"], ["agenta-tools", "integrations", "refresh", "--all"])


class WarmUp(CatalogTest):
    def published(self, toolkits: int = 12, tools: int = 300):
        catalogue = PublishedCatalogue()
        for number in range(toolkits):
            catalogue.add_toolkit(f"kit{number:02}", tools)
        return self.start_sandbox("--catalog", str(catalogue.write(self.world.root / "published")))

    def complete(self) -> bool:
        return self.status()["complete"]

    def test_a_login_fetches_everything_in_the_background(self):
        sandbox = self.published()
        key = self.world.environment.pop("COMPOSIO_API_KEY")
        self.run_ok("login", stdin=key + "\n")

        wait_until(self.complete, 30, what="the whole catalogue")

        status = self.status()
        self.assertEqual((status["integrations"], status["tools"]), (12, 3600))
        self.assertLessEqual(sandbox.asked(TOOLS), 4 + 1, "as many requests as pages")
        self.assertEqual(self.run_ok("daemon", "status").json["catalog"]["complete"], True)
        asked = self.requests(sandbox)
        self.run_ok("tools", "list", "kit05")
        self.run_ok("tools", "search", "kit07 tool")
        self.assertEqual(self.requests(sandbox), asked)

    def test_names_are_left_for_shells_to_complete_from(self):
        self.published(2, 3)
        self.run_ok("integrations", "refresh", "--all")
        names = self.world.base() / "run" / "names"

        wait_until(lambda: (names / "tools").exists() and (names / "tools").read_text().count("\n") == 6,
                   what="the names of the tools")

        self.assertEqual((names / "integrations").read_text(), "kit00\nkit01\n")
        self.assertEqual((names / "categories").read_text(), "testing\n")
        self.assertEqual(os.stat(names / "tools").st_mode & 0o777, 0o600)

    def test_killed_half_way_it_goes_on_where_it_was(self):
        sandbox = self.published()
        sandbox.plant("delay", path="/tools", delay_ms=300, times=99)
        self.world.start("integrations", "refresh", "--all")
        wait_until(lambda: 0 < self.status()["tools"] < 3600, what="a part of the catalogue")
        self.world.kill_daemon()
        begun = sandbox.asked(TOOLS)
        kept = self.status()["tools"]
        self.assertGreater(kept, 0)

        self.run_ok("tools", "search", "anything")  # wants the rest
        wait_until(self.complete, 30, what="the rest of the catalogue")

        self.assertEqual(self.status()["tools"], 3600)
        self.assertLessEqual(sandbox.asked(TOOLS) - begun, 4 - kept // 900 + 1, "what was there is not fetched again")

    def test_refresh_all_returns_when_it_is_there(self):
        self.published()

        status = self.run_ok("integrations", "refresh", "--all").json

        self.assertEqual((status["complete"], status["tools"], status["state"]), (True, 3600, "idle"))

    def test_a_rate_limit_is_waited_out(self):
        sandbox = self.published(3, 10)
        sandbox.plant("rate_limit", path="/tools", retry_after=1)

        self.assertTrue(self.run_ok("integrations", "refresh", "--all").json["complete"])

    def test_a_refresh_that_cannot_be_done_is_a_failure(self):
        sandbox = self.published(3, 10)
        sandbox.plant("html_502", path="/toolkits", times=99)

        result = self.world.run("integrations", "refresh", "--all", "--json")

        self.assertNotEqual(result.code, 0)
        self.assertIn(result.error["code"], ("COMPOSIO_ERROR", "PROVIDER_UNAVAILABLE"))

    def test_a_rejected_key_ends_it_at_once(self):
        self.published(3, 10)

        error = self.assert_error(self.world.run("integrations", "refresh", "--all", "--json", env={"COMPOSIO_API_KEY": "ak_wrong"}),
                                  "API_KEY_REJECTED", 4)

        self.assertNotIn("ak_wrong", json.dumps(error))


class OddProviders(CatalogTest):
    def setUp(self):
        super().setUp()
        self.sandbox = self.start_sandbox()
        self.configure(catalog__warm="false")

    def test_a_list_that_never_ends_is_an_error_and_not_a_hang(self):
        self.run_ok("integrations")
        for kind, fresh in (("same_cursor", "gmail"), ("endless_list", "jira")):
            for path, command in (("/toolkits", ("integrations", "refresh")), ("/tools", ("tools", "list", fresh))):
                self.sandbox.plant(kind, path=path, times=1000)
                result = self.world.run(*command, "--json", timeout=60)
                self.sandbox.control("DELETE", "faults")
                self.assert_error(result, "COMPOSIO_ERROR", 1)
                self.assertGreater(self.run_ok("integrations").json["total"], 3, "what was there is still there")

    def test_broken_items_are_left_out_and_the_others_told(self):
        self.sandbox.plant("broken_items", path="/toolkits")
        self.assertGreater(self.run_ok("integrations").json["total"], 3)

        self.sandbox.plant("broken_items", path="/tools")
        self.assertGreater(self.run_ok("tools", "list", "github").json["total"], 10)

    def test_half_an_answer_is_none_and_keeps_nothing(self):
        for kind in ("truncated", "cut_document", "garbage"):
            self.sandbox.plant(kind, path="/toolkits")
            result = self.world.run("integrations", "--json")
            self.assertIn(result.code, (0, 1, 3), f"{kind}: {result}")  # a read may be repeated
        self.assertGreater(self.run_ok("integrations").json["total"], 3)

    def test_what_does_not_exist_is_said_with_the_nearest_right_word(self):
        for args, word in ((("integrations", "--category", "develper-tools"), "developer-tools"),
                           (("integrations", "--auth", "OAUHT2"), "OAUTH2"),
                           (("integrations", "show", "gtihub"), "github"),
                           (("tools", "list", "gtihub"), "github"),
                           (("tools", "show", "GITHUB_CREATE_AN_ISUE"), ISSUE)):
            result = self.world.run(*args, "--json")
            self.assertNotEqual(result.code, 0, f"{result}")
            self.assertIn(word, result.error["message"], f"{result}")

    def test_a_cursor_of_nobodys_is_refused(self):
        for cursor in ("nonsense", "-1", "99999999999999999999"):
            self.assert_error(self.world.run("integrations", "list", "--cursor", cursor, "--json"), "INVALID_REQUEST", 2)


class DamagedCache(CatalogTest):
    def setUp(self):
        super().setUp()
        self.sandbox = self.start_sandbox()
        self.configure(catalog__warm="false")
        self.run_ok("tools", "list", "github")
        self.run_ok("tools", "list", "gmail")
        self.run_ok("daemon", "stop")

    def file(self):
        [file] = (self.world.base() / "catalog").glob("*.db")
        return file

    def tamper(self, sql: str) -> None:
        with sqlite3.connect(self.file()) as database:
            self.assertGreater(database.execute(sql).rowcount, 0)

    def test_a_broken_row_is_fetched_anew_alone(self):
        self.tamper(f"UPDATE tool_bodies SET body = '{{' WHERE id = (SELECT id FROM tools WHERE slug = '{ISSUE}')")
        asked = self.requests(self.sandbox)

        self.assertEqual(self.run_ok("tools", "show", ISSUE).json["slug"], ISSUE)

        self.run_ok("tools", "show", "GMAIL_SEND_EMAIL")
        self.assertEqual(self.requests(self.sandbox), asked + 1)

    def test_a_broken_integration_does_not_take_the_list_along(self):
        self.tamper("UPDATE integrations SET item = 'x' WHERE slug = 'gmail'")

        slugs = [item["slug"] for item in self.run_ok("integrations").json["items"]]

        self.assertIn("github", slugs)
        self.run_ok("integrations", "refresh")
        self.assertIn("gmail", [item["slug"] for item in self.run_ok("integrations").json["items"]])

    def test_a_file_that_is_no_database_is_replaced(self):
        self.file().write_bytes(b"x" * 8192)

        self.assertEqual(self.run_ok("tools", "show", ISSUE).json["slug"], ISSUE)
        self.assertGreater(self.run_ok("integrations").json["total"], 3)

    def test_a_file_damaged_in_the_middle_never_spoils_an_answer(self):
        size = self.file().stat().st_size
        with self.file().open("r+b") as file:
            for offset in range(8192, size, 8192):
                file.seek(offset)
                file.write(b"\xff" * 4096)

        for _ in range(3):
            result = self.world.run("tools", "show", ISSUE)
            if result.code == 0:
                break
        self.assertEqual(result.code, 0, f"{result}")
        self.assertGreater(self.run_ok("tools", "list", "github").json["total"], 10)


class OddSchemas(CatalogTest):
    FORMATS = ("json-schema", "openai", "openai-responses", "anthropic", "gemini", "mcp", "example")

    def setUp(self):
        super().setUp()
        catalogue = PublishedCatalogue()
        catalogue.add_toolkit("odd", 0, tools_count=6)
        tree = {"type": "object", "properties": {"child": {"$ref": "#/$defs/node"}},
                "$defs": {"node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}}}}}
        catalogue.add_tool("odd", "ODD_CIRCULAR", input_parameters=tree)
        catalogue.add_tool("odd", "ODD_TWICE_REQUIRED", input_parameters={
            "type": "object", "properties": {"a": {"type": "string"}}, "required": ["a", "a"]})
        catalogue.add_tool("odd", "ODD_NO_SCHEMA", input_parameters="nothing")
        catalogue.add_tool("odd", "ODD_HUGE", input_parameters={"type": "object", "properties": {
            f"field_{number}": {"type": "string", "description": "x" * 1000} for number in range(5000)}})
        catalogue.add_tool("odd", "ODD_RUDE", name="\x1b]0;title\x07", description="red \x1b[31m text \u202e back\r\n\x07")
        catalogue.add_tool("odd", "ODD_WIDE", description="漢字 e\u0301 👩‍👩‍👧 " * 20)
        self.sandbox = self.start_sandbox("--catalog", str(catalogue.write(self.world.root / "published")))
        self.configure(catalog__warm="false")

    def test_every_format_is_given_of_every_schema(self):
        for slug in ("ODD_CIRCULAR", "ODD_TWICE_REQUIRED", "ODD_NO_SCHEMA", "ODD_HUGE"):
            for name in self.FORMATS:
                for strict in ((), ("--strict",)):
                    result = self.run_ok("tools", "schema", slug, "--format", name, *strict, timeout=20)
                    self.assertIsInstance(result.json, (dict, list))

    def test_a_duplicate_in_required_is_told_once(self):
        self.assertEqual(self.run_ok("tools", "schema", "ODD_TWICE_REQUIRED").json["required"], ["a"])

    def test_they_are_shown_on_a_terminal_in_time(self):
        for slug in ("ODD_CIRCULAR", "ODD_HUGE", "ODD_NO_SCHEMA"):
            terminal = self.world.terminal("tools", "show", slug, env={"PAGER": "cat"})
            self.assertEqual(terminal.end(), 0, terminal.text[-2000:])

    def test_what_a_service_says_is_shown_and_not_obeyed(self):
        for args in (("tools", "list", "odd"), ("tools", "show", "ODD_RUDE"), ("tools", "search", "odd rude")):
            terminal = self.world.terminal(*args, env={"PAGER": "cat", "NO_COLOR": "1"})
            self.assertEqual(terminal.end(), 0, terminal.text)
            self.assertNotIn("\x1b]0;", terminal.text)
            self.assertNotIn("\x1b[31m", terminal.text)
            self.assertNotIn("\u202e", terminal.text)

    def test_they_execute_as_far_as_the_service_lets_them(self):
        for slug in ("ODD_CIRCULAR", "ODD_NO_SCHEMA"):
            result = self.world.run("execute", slug, "--dry-run", "--json")
            self.assertIn(result.code, (0, 4), f"{result}")  # the toolkit is not connected


if __name__ == "__main__":
    unittest.main()
