"""Arguments from words: asked for, shown, and run only after a yes (product, "Execute")."""
from tests.support.agenta import AgentaTest
from tests.support.sandbox import ISSUE

INPUT = "POST /tools/execute/{}/input"
WORDS = "please file: owner=o, repo=r, title: from words"


class TextTest(AgentaTest):
    def setUp(self) -> None:
        super().setUp()
        self.sandbox = self.start_sandbox()
        self.connect_github(self.sandbox)

    def fill(self, *more, **options):
        return self.world.run("execute", ISSUE, "--text", WORDS, *more, **options)

    def test_with_yes_it_runs_what_was_written(self):
        result = self.fill("--yes", "--json")

        self.assertEqual(result.code, 0, f"{result}")
        self.assertEqual(result.json["title"], "from words")
        self.assertIn('"title": "from words"', result.err)
        self.assertEqual(self.sandbox.effects(), 1)

    def test_what_is_given_goes_before_what_is_written(self):
        result = self.fill("title=mine", "--yes", "--json")

        self.assertEqual(result.json["title"], "mine")

    def test_where_nobody_can_be_asked_nothing_runs(self):
        error = self.assert_error(self.fill("--json"), "INPUT_NEEDED", 14)

        self.assertEqual(error["context"]["arguments"], {"owner": "o", "repo": "r", "title": "from words"})
        self.assertEqual(self.sandbox.effects(), 0)

    def test_on_a_terminal_it_is_shown_and_asked(self):
        for answer, effects, code in (("n", 0, 130), ("y", 1, 0)):
            with self.subTest(answer):
                terminal = self.world.terminal("execute", ISSUE, "--text", WORDS)
                terminal.expect(r'"title": "from words"[\s\S]*Run it\? \[y/N\]')
                terminal.send(answer + "\n")
                self.assertEqual(terminal.end(), code, terminal.text)
                self.assertEqual(self.sandbox.effects(), effects)

    def test_a_dry_run_shows_the_call_and_asks_nobody(self):
        result = self.fill("--dry-run", "--json")

        self.assertEqual(result.code, 0, f"{result}")
        self.assertEqual(result.json["arguments"], {"owner": "o", "repo": "r", "title": "from words"})
        self.assertTrue(result.json["dry_run"])
        self.assertEqual(self.sandbox.effects(), 0)

    def test_words_of_no_use_are_said(self):
        result = self.world.run("execute", ISSUE, "--text", "do something nice", "--yes", "--json")

        error = self.assert_error(result, "INVALID_ARGUMENTS", 2)
        self.assertIn("no `name: value`", error["message"])
        self.assertEqual(self.sandbox.requests(), 0)

    def test_what_is_written_is_validated(self):
        self.assert_error(self.world.run("execute", ISSUE, "--text", "title: x", "--yes", "--json"), "INVALID_ARGUMENTS", 2)
        self.assertEqual(self.sandbox.requests(), 0)

    def test_words_come_from_a_file_or_stdin(self):
        file = self.world.user_home / "words"
        file.write_text(WORDS)

        self.assertEqual(self.run_ok("execute", ISSUE, "--text", f"@{file}", "--yes", "--json").json["title"], "from words")
        self.assertEqual(self.run_ok("execute", ISSUE, "--text", "-", "--yes", "--json", stdin=WORDS).json["title"], "from words")

    def test_asking_is_a_read_and_asked_again(self):
        self.sandbox.plant("status", path=f"/tools/execute/{ISSUE}/input", status=503, times=1)

        self.assertEqual(self.fill("--yes", "--json").code, 0)
        self.assertEqual(self.sandbox.asked(INPUT), 2)
        self.assertEqual(self.sandbox.effects(), 1)


if __name__ == "__main__":
    import unittest

    unittest.main()
