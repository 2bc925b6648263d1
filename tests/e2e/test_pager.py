"""Long results on a terminal: through the pager as git does it, and the terminal as it was afterwards."""
import shutil
import subprocess
import termios
import unittest

from tests.support.agenta import AgentaTest, wait_until
from tests.support.sandbox import ISSUE

LONG = ["--sandbox", "tools", "show", ISSUE]
MARKED = "sed s/^/paged:/"


class Pager(AgentaTest):
    def setUp(self) -> None:
        super().setUp()
        self.run_ok("--sandbox", "daemon", "start")

    def show(self, *flags, rows: int = 10, command=LONG, **env):
        terminal = self.world.terminal(*command, *flags, rows=rows, env=env)
        code = terminal.end()
        return code, terminal.text

    def test_what_is_longer_than_the_terminal_is_paged(self):
        code, text = self.show(PAGER=MARKED)

        self.assertEqual(code, 0, text)
        self.assertIn(f"paged:{ISSUE}", text)
        self.assertIn("paged:Example", text)

    def test_our_variable_goes_before_pager(self):
        _, text = self.show(AGENTA_TOOLS_PAGER=MARKED, PAGER="sed s/^/other:/")

        self.assertIn(f"paged:{ISSUE}", text)
        self.assertNotIn("other:", text)

    def test_what_fits_is_not_paged(self):
        code, text = self.show(PAGER=MARKED, rows=200)

        self.assertEqual(code, 0)
        self.assertIn(ISSUE, text)
        self.assertNotIn("paged:", text)

    def test_nothing_is_paged_where_it_is_not_wanted_or_nobody_could_turn_the_page(self):
        for flags, env in ((["--no-pager"], {}), (["--no-input"], {}), ([], {"CI": "true"}), ([], {"TERM": "dumb"}),
                           ([], {"AGENTA_TOOLS_PAGER": ""}), ([], {"AGENTA_TOOLS_PAGER": "cat"})):
            with self.subTest(flags=flags, env=env):
                code, text = self.show(*flags, **{"PAGER": MARKED, **env})

                self.assertEqual(code, 0)
                self.assertIn("Example", text)
                self.assertNotIn("paged:", text)

    def test_json_is_not_paged(self):
        _, text = self.show("--json", PAGER=MARKED)

        self.assertNotIn("paged:", text)

    def test_a_pipe_is_not_paged(self):
        self.assertEqual(self.run_ok(*LONG, env={"PAGER": MARKED}).json["slug"], ISSUE)

    def test_without_the_pager_it_is_printed(self):
        for pager in ("/nonexistent/pager", "/nonexistent/pager -R"):
            with self.subTest(pager):
                code, text = self.show(PAGER=pager)

                self.assertEqual(code, 0)
                self.assertIn("Example", text)

    def test_the_exit_code_is_ours_whatever_the_pager_does(self):
        for pager in ("exit 3", "head -n 1", "kill -9 $$"):
            with self.subTest(pager):
                code, text = self.show(PAGER=pager)

                self.assertEqual(code, 0, text)

    def test_what_is_said_about_a_list_comes_after_it(self):
        _, text = self.show("--limit", "3", command=["--sandbox", "integrations", "list"], rows=3, PAGER=MARKED)

        self.assertIn("paged:github", text)
        self.assertRegex(text, r"paged:[^\n]*\n3 of \d+; more with --all\n$")


@unittest.skipUnless(shutil.which("less"), "less is not installed")
class Less(AgentaTest):
    def setUp(self) -> None:
        super().setUp()
        self.run_ok("--sandbox", "daemon", "start")

    def press(self, terminal, key: str, shown: str | None) -> bool:
        """Presses a key; whether the text was shown for it, or the program has ended."""
        terminal.send(key)
        if shown is None:
            try:
                terminal.process.wait(timeout=0.5)
            except subprocess.TimeoutExpired:
                return False
            return True
        try:
            terminal.expect(shown, deadline=0.5)
        except AssertionError:
            return False
        return True

    def test_it_has_the_keyboard_and_leaves_the_terminal_as_it_was(self):
        terminal = self.world.terminal(*LONG, rows=10, env={"PAGER": "less"})
        before = termios.tcgetattr(terminal.master)
        terminal.expect(rf"(?s){ISSUE}.*:$")

        # By itself the program leaves at once for the second; less rings its bell for most of them.
        wait_until(lambda: self.press(terminal, "\x03", r"(?s)\x07.*\x07"), what="two interrupts of less")
        # What was typed before an interrupt may be thrown away: press until it counts.
        wait_until(lambda: self.press(terminal, "G", r"execute " + ISSUE), what="the end of the text")
        wait_until(lambda: self.press(terminal, "q", None), what="the end of the pager")
        code = terminal.process.returncode

        self.assertEqual(code, 0, terminal.text)
        self.assertEqual(termios.tcgetattr(terminal.master), before)
        terminal.end()


if __name__ == "__main__":
    unittest.main()
