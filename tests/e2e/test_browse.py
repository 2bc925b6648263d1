"""The catalogue on a whole terminal: what is seen, what comes out, and a terminal that is left as it was."""
import base64
import os
import re
import signal
import subprocess

from tests.support import processes
from tests.support.agenta import AgentaTest, seconds, wait_until

LEAVES_SCREEN = b"\x1b[?1049l"
SHOWS_CURSOR = b"\x1b[?25h"
DOWN, F1 = "\x1bOB", "\x1bOP"


def ctrl(letter: str) -> str:
    return chr(ord(letter) - ord("A") + 1)


def colours(raw: bytes) -> list[bytes]:
    """The parameters of every sequence that chooses a colour."""
    chosen = [p for m in re.findall(rb"\x1b\[([0-9;]*)m", raw) for p in m.split(b";")]
    return [p for p in chosen if re.fullmatch(rb"3[0-8]|4[0-8]|9[0-7]|10[0-7]", p)]


class BrowseTest(AgentaTest):
    def setUp(self) -> None:
        super().setUp()
        self.world.environment["AGENTA_TOOLS_SANDBOX"] = "1"
        self.world.start_daemon("--sandbox")

    def browse(self, *args, rows: int = 24, columns: int = 80, first: str = "> github", **options):
        terminal = self.world.terminal("browse", *args, rows=rows, columns=columns, **options)
        terminal.expect_screen(first)
        return terminal

    def assert_put_right(self, terminal, since: int = 0) -> None:
        """The terminal is as it was before, whoever had to see to that. Before `end`: that closes it."""
        terminal.wait_until_ended()
        self.assertEqual(terminal.settings(), terminal.settings_before)
        self.assertIn(LEAVES_SCREEN, terminal.raw[since:])
        self.assertIn(SHOWS_CURSOR, terminal.raw[since:])
        self.assertGreater(terminal.raw.rfind(LEAVES_SCREEN), terminal.raw.rfind(b"\x1b[?1049h"))


class Looking(BrowseTest):
    def test_the_catalogue_is_listed_in_80x24_with_its_connections_in_words(self):
        terminal = self.browse()

        terminal.expect_screen(r"> github +not connected +\d+ tools")
        terminal.expect_screen(r"hackernews +none needed")
        terminal.expect_screen(r"Enter +agenta-tools --sandbox integrations show github")
        self.assertRegex(terminal.screen.lines[23], "Enter open .*Esc quit")
        self.assertTrue(terminal.screen.is_alternate)
        terminal.send("\x1b")
        self.assert_put_right(terminal)
        self.assertEqual(terminal.end(), 0)

    def test_an_integration_opens_and_so_does_its_tool(self):
        terminal = self.browse()

        terminal.send("\r")
        terminal.expect_screen("> How to connect GitHub")
        terminal.expect_screen("OAUTH2")
        terminal.expect_screen(r"(?m)^  GITHUB_")
        terminal.send(DOWN)
        terminal.expect_screen(r"> GITHUB_\w+")
        terminal.send("\r")
        terminal.expect_screen("Esc back")
        terminal.expect_screen(r"\AGITHUB_\w+")
        shown = self.run_ok("tools", "show", terminal.screen.lines[0].split()[0], "--json").json
        terminal.expect_screen(re.escape(shown["name"]))
        terminal.send("\x1b")
        terminal.expect_screen(r"> GITHUB_\w+")
        terminal.send("\x1b[D")
        terminal.expect_screen("> github")
        terminal.send(ctrl("Q"))
        self.assertEqual(terminal.end(), 0)

    def test_the_keys_are_explained_with_the_plain_commands(self):
        terminal = self.browse(rows=40)

        terminal.send(F1)
        terminal.expect_screen("agenta-tools integrations list")
        terminal.send(ctrl("C"))
        self.assertEqual(terminal.end(), 0)

    def test_it_is_drawn_anew_in_a_window_that_changes(self):
        terminal = self.browse()
        for columns, rows in ((40, 10), (200, 60), (20, 3), (80, 24)):
            with self.subTest(columns=columns, rows=rows):
                terminal.resize(columns, rows)
                terminal.expect_screen("> github")
                if rows > 5:
                    terminal.expect_screen(r"Enter open.*\Z")
        terminal.send(ctrl("C"))
        self.assertEqual(terminal.end(), 0)

    def test_no_colour_where_none_is_wanted(self):
        plain, coloured = self.browse(env={"NO_COLOR": "1"}), self.browse()
        for terminal in (plain, coloured):
            terminal.send(DOWN)
            terminal.expect_screen("> gmail")
            terminal.send(ctrl("C"))
            self.assertEqual(terminal.end(), 0)

        self.assertEqual(colours(plain.raw), [])

    def test_a_daemon_that_hangs_does_not_hold_the_keys(self):
        terminal = self.browse()
        daemon = self.world.daemon_pid(sandbox=True)
        os.kill(daemon, signal.SIGSTOP)
        self.addCleanup(os.kill, daemon, signal.SIGCONT)

        terminal.send("issue")
        terminal.expect_screen("Search: issue")
        terminal.expect_screen(r"Waiting for an answer, \d+ s")
        terminal.send(DOWN)
        terminal.expect_screen("> gmail")
        terminal.send(ctrl("C"))
        self.assertEqual(terminal.end(seconds(3)), 0)

    def test_words_find_tools_and_integrations(self):
        terminal = self.browse("create", "issue", first="> GITHUB_CREATE_AN_ISSUE")
        terminal.expect_screen("Search: create issue")

        terminal.send(ctrl("U") + "slack")
        terminal.expect_screen(r"(?m)^. slack ")
        terminal.send("\t")
        terminal.expect_screen(r"\[integrations\]")
        terminal.expect_screen(r"> slack ")
        terminal.send(ctrl("C"))
        self.assertEqual(terminal.end(), 0)


class Result(BrowseTest):
    def browse_for_result(self, *args) -> tuple:
        """The browser with a pipe for standard output, and what reads that to its end."""
        reader, writer = os.pipe()
        terminal = self.browse(*args, stdout=writer)
        os.close(writer)
        return terminal, os.fdopen(reader)

    def leave(self, terminal, reader) -> str:
        terminal.send(ctrl("C"))
        self.assertEqual(terminal.end(), 0, terminal.text)
        with reader:
            return reader.read()

    def test_the_copied_command_is_the_result_and_nothing_else_is(self):
        terminal, reader = self.browse_for_result()

        terminal.send(ctrl("Y"))
        terminal.expect_screen("printed on leaving: agenta-tools --sandbox connect github")

        self.assertEqual(self.leave(terminal, reader), "agenta-tools --sandbox connect github\n")
        encoded = base64.b64encode(b"agenta-tools --sandbox connect github")
        self.assertIn(b"\x1b]52;c;" + encoded + b"\x07", terminal.raw)

    def test_nothing_copied_is_no_result(self):
        self.assertEqual(self.leave(*self.browse_for_result()), "")

    def test_the_result_is_a_document_with_json(self):
        terminal, reader = self.browse_for_result("--json")
        terminal.send(ctrl("Y"))
        terminal.expect_screen("printed on leaving")

        self.assertEqual(self.leave(terminal, reader), '{"command":"agenta-tools --sandbox connect github"}\n')
        self.assertEqual(self.leave(*self.browse_for_result("--json")), '{"command":null}\n')


class Connecting(BrowseTest):
    def test_the_plain_command_connects_and_the_list_knows_it(self):
        self.run_ok("sandbox", "consent", "approve")
        terminal = self.browse()

        terminal.send(ctrl("O"))
        terminal.expect("Connected")
        terminal.expect("Any key goes back")
        self.assertTrue(terminal.raw.rindex(LEAVES_SCREEN))
        terminal.send("x")
        terminal.expect_screen(r"> github +connected")
        terminal.send(DOWN)
        terminal.expect_screen("> gmail")
        terminal.send(ctrl("C"))
        self.assertEqual(terminal.end(), 0)
        self.assertEqual(self.run_ok("connections").json["items"][0]["status"], "ACTIVE")


class Endings(BrowseTest):
    def test_a_signal_ends_it_in_order(self):
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)):
            for whom in ("the guard", "the browser", "both"):
                with self.subTest(signal=number, whom=whom):
                    terminal = self.browse()
                    guard = terminal.process.pid
                    [browser] = processes.children(guard)

                    for pid in {"the guard": [guard], "the browser": [browser], "both": [browser, guard]}[whom]:
                        os.kill(pid, number)

                    self.assert_put_right(terminal)
                    self.assertEqual(terminal.end(), code, terminal.text)

    def test_the_terminal_outlives_a_crash(self):
        for number in (signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT):
            with self.subTest(signal=number):
                # A sanitizer would take the signal for a fault of its own to report.
                terminal = self.browse(env={"ASAN_OPTIONS": "detect_leaks=0:handle_segv=0"})
                self.assertNotEqual(terminal.settings(), terminal.settings_before)
                drawn = len(terminal.raw)

                os.kill(processes.children(terminal.process.pid)[0], number)

                self.assert_put_right(terminal, since=drawn)
                self.assertIn("ended by a signal", terminal.text)
                self.assertEqual(terminal.end(), 70)

    def test_a_crash_is_one_error_document_with_json(self):
        reader, writer = os.pipe()
        terminal = self.browse("--json", stdout=writer)
        os.close(writer)

        os.kill(processes.children(terminal.process.pid)[0], signal.SIGKILL)

        self.assertEqual(terminal.end(), 70)
        with os.fdopen(reader) as result:
            self.assertIn('"code":"INTERNAL"', result.read())

    def test_the_browser_does_not_outlive_its_guard(self):
        terminal = self.browse()
        [browser] = processes.children(terminal.process.pid)

        os.kill(terminal.process.pid, signal.SIGKILL)

        wait_until(lambda: (terminal._read(0.01), not processes.alive(browser))[1], 10, "the end of the browser")
        self.assertEqual(terminal.settings(), terminal.settings_before)
        self.assertIn(LEAVES_SCREEN, terminal.raw)
        terminal.end()

    def test_a_terminal_that_goes_away_ends_it(self):
        terminal = self.browse()
        pids = [terminal.process.pid, *processes.children(terminal.process.pid)]

        terminal.close()

        wait_until(lambda: not any(map(processes.alive, pids)), 10, "the end of the browser and its guard")


class JobControl(BrowseTest):
    def shell(self):
        terminal = self.world.terminal("--norc", "-i", program="/bin/bash", rows=24, columns=80, env={"PS1": "PROMPT "})
        terminal.expect("PROMPT ")
        return terminal

    def test_it_is_suspended_and_brought_back(self):
        terminal = self.shell()
        terminal.send("agenta-tools browse\n")
        terminal.expect_screen("> github")

        terminal.send(ctrl("Z"))
        terminal.expect("Stopped")
        self.assertFalse(terminal.screen.is_alternate)
        self.assertTrue(terminal.screen.has_cursor)
        terminal.send("fg\n")
        terminal.expect_screen("> github")
        self.assertTrue(terminal.screen.is_alternate)
        terminal.send(DOWN)
        terminal.expect_screen("> gmail")
        terminal.send(ctrl("C"))
        wait_until(lambda: terminal._read(0.01) and not terminal.screen.is_alternate, 10, "the shell's screen")
        terminal.send("exit $?\n")
        self.assertEqual(terminal.end(), 0)

    def test_it_is_not_suspended_where_the_shell_waits_for_its_result(self):
        terminal = self.shell()
        terminal.send("bash --norc -i\n")  # a shell that is a job of another: the system would let it stop
        terminal.expect("(?s)PROMPT .*PROMPT ")
        terminal.send("command=$(agenta-tools browse)\n")
        terminal.expect_screen("> github")

        terminal.send(ctrl("Z"))
        terminal.expect_screen("no shell to come back from")
        terminal.send(ctrl("Y"))
        terminal.expect_screen("printed on leaving")
        terminal.send(ctrl("C"))
        wait_until(lambda: terminal._read(0.01) and not terminal.screen.is_alternate, 10, "the shell's screen")
        terminal.send('echo "it is: $command"; exit; exit\n')
        terminal.expect("it is: agenta-tools --sandbox connect github")
        terminal.close()


class NobodyLooks(AgentaTest):
    def test_it_fails_at_once_and_names_the_plain_command(self):
        unable = [({}, {}), ({"CI": "true"}, {}), ({}, {"start_new_session": True})]
        for env, options in unable:
            with self.subTest(env=env, options=options):
                results = [self.world.run("browse", "create", "issue", "--json", env=env, **options) for _ in range(3)]

                error = self.assert_error(results[0], "INPUT_NEEDED", 14)
                self.assertEqual(error["next_step"], ["agenta-tools", "tools", "search", "create", "issue"])
                self.assertLess(min(result.took for result in results), seconds(0.1))
        self.assertEqual(self.world.daemons(), [])

    def test_a_terminal_that_cannot_be_drawn_on_is_none(self):
        for env, flags in (({"TERM": "dumb"}, []), ({"TERM": None}, []), ({"TERM": "no-such-terminal"}, []), ({}, ["--no-input"])):
            with self.subTest(env=env, flags=flags):
                terminal = self.world.terminal(*flags, "browse", env=env)

                self.assertEqual(terminal.end(), 14, terminal.text)
                self.assertNotIn(b"\x1b[?", terminal.raw)
        self.assertEqual(self.world.daemons(), [])


if __name__ == "__main__":
    import unittest

    unittest.main()
