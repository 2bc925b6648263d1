"""TAB in bash, zsh and fish: commands, flags and names, with no daemon and without starting one."""
import os
import re
import shlex
import shutil
import signal
import subprocess
import unittest

from tests.support.agenta import AgentaTest, seconds

TOOLS = ["GITHUB_CREATE_AN_ISSUE", "GITHUB_CREATE_A_GIST", "GMAIL_SEND_EMAIL", "_21RISK_GET_COMPLIANCE"]
INTEGRATIONS = ["github", "gmail", "stripe"]
CATEGORIES = ["advertising-&-marketing", "crm"]

# A command line whose last word is being completed, and what it may become.
LINES = [
    ("agenta-tools comp", ["completion"]),
    ("agenta-tools tools s", ["schema", "search", "show"]),
    ("agenta-tools tools show github_c", ["GITHUB_CREATE_AN_ISSUE", "GITHUB_CREATE_A_GIST"]),
    ("agenta-tools --project p --timeout 3s tools show gm", ["GMAIL_SEND_EMAIL"]),
    ("agenta-tools tools schema --strict GMAIL_SEND_EMAIL GITHUB_CREATE_A", ["GITHUB_CREATE_AN_ISSUE", "GITHUB_CREATE_A_GIST"]),
    ("agenta-tools tools schema --format openai", ["openai", "openai-responses"]),
    ("agenta-tools tools schema --with", ["--with-mapping"]),
    ("agenta-tools mcp inst", ["install"]),
    ("agenta-tools mcp install cu", ["cursor"]),
    ("agenta-tools mcp install cursor --scope p", ["project"]),
    ("agenta-tools execute _21", ["_21RISK_GET_COMPLIANCE"]),
    ("agenta-tools exec _21", ["_21RISK_GET_COMPLIANCE"]),
    ("agenta-tools history list --tool GM", ["GMAIL_SEND_EMAIL"]),
    ("agenta-tools connect g", ["github", "gmail"]),
    ("agenta-tools toolkits show S", ["stripe"]),
    ("agenta-tools tools search x --integration g", ["github", "gmail"]),
    ("agenta-tools integrations list --category c", ["crm"]),
    ("agenta-tools config get connect.b", ["connect.browser"]),
    ("agenta-tools --color a", ["auto", "always"]),
    ("agenta-tools --sandbox tools show s", ["SANDBOX_TOOL"]),
    ("agenta-tools execute GMAIL_SEND_EMAIL GITHUB_C", []),
    ("agenta-tools tools show nothing", []),
]


class Completion(AgentaTest):
    def setUp(self) -> None:
        super().setUp()
        self.write_names(self.world.base(), tools=TOOLS, integrations=INTEGRATIONS, categories=CATEGORIES)
        self.write_names(self.world.base(sandbox=True), tools=["SANDBOX_TOOL"])

    def write_names(self, base, **kinds) -> None:
        """The files that the daemon keeps for shells."""
        folder = base / "run" / "names"
        for each in (base.parent, base, folder.parent, folder):
            each.mkdir(mode=0o700, exist_ok=True)
        for kind, names in kinds.items():
            (folder / kind).write_bytes(b"".join(name.encode() + b"\n" for name in sorted(names)))

    def script(self, shell: str) -> str:
        file = self.world.user_home / f"completion.{shell}"
        file.write_text(self.run_ok("completion", shell).out)
        return str(file)

    def shell(self, *argv, env=None) -> str:
        done = subprocess.run(argv, env=self.world.environ(env), cwd=self.world.user_home, capture_output=True, text=True,
                              timeout=seconds(30), check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""), f"{argv}: {done.stdout}")
        return done.stdout

    def assert_no_daemon(self) -> None:
        self.assertEqual(self.world.daemons(), [])


class Names(Completion):
    def test_names_come_without_a_daemon_however_many_there_are(self):
        """How quickly is a row of `scripts/bench`."""
        self.write_names(self.world.root / "many", tools=[f"SERVICE_{i:05}_DO" for i in range(15000)])

        result = self.run_ok("__complete", "tool", "service_0", env={"AGENTA_TOOLS_HOME": self.world.root / "many"})

        self.assertEqual(len(result.out.splitlines()), 10000, "a part would be completed to what it has in common")
        self.assert_no_daemon()

    def test_connections_come_from_a_daemon_that_answers(self):
        sandbox = self.start_sandbox()
        self.connect_github(sandbox)

        self.assertEqual(self.run_ok("__complete", "connection", "WO").out, "work\n")
        self.assertEqual(self.run_ok("__complete", "--project", "other", "connection", "").out, "")

    def test_a_daemon_that_hangs_is_not_waited_for(self):
        pid = self.world.start_daemon()
        os.kill(pid, signal.SIGSTOP)
        try:
            result = self.run_ok("__complete", "connection", "")
        finally:
            os.kill(pid, signal.SIGCONT)

        self.assertEqual(result.out, "")
        self.assertLess(result.took, seconds(0.5))

    def test_no_connections_without_a_daemon_and_none_is_started(self):
        self.assertEqual(self.run_ok("__complete", "connection", "").out, "")
        self.assert_no_daemon()

    def test_it_is_in_no_help(self):
        self.assertNotIn("__complete", self.run_ok("help").out)


class Bash(Completion):
    def complete(self, line: str, env=None) -> list[str]:
        words = shlex.split(line) + ([""] if line.endswith(" ") else [])
        call = (f"source {self.script('bash')}; COMP_WORDS=({' '.join(map(shlex.quote, words))}); COMP_CWORD={len(words) - 1}; "
                "_agenta_tools; for each in \"${COMPREPLY[@]}\"; do printf '%s\\n' \"$each\"; done")
        return self.shell("bash", "--norc", "-c", call, env=env).splitlines()

    def test_every_kind_of_word(self):
        for line, wanted in LINES:
            with self.subTest(line):
                self.assertEqual(sorted(self.complete(line)), sorted(wanted))
        self.assert_no_daemon()

    def test_values_behind_an_equals_sign_which_bash_splits(self):
        self.assertEqual(self.complete("agenta-tools tools schema --format = an"), ["anthropic"])
        self.assertEqual(self.complete("agenta-tools integrations list --category ="), ["advertising-\\&-marketing", "crm"])
        self.assertEqual(self.complete("agenta-tools --timeout = 3s tools show gm"), ["GMAIL_SEND_EMAIL"])

    def test_the_sandbox_of_the_environment(self):
        self.assertEqual(self.complete("agenta-tools tools show ", env={"AGENTA_TOOLS_SANDBOX": "1"}), ["SANDBOX_TOOL"])

    def test_keys_at_a_prompt(self):
        terminal = self.world.terminal("--norc", "--noprofile", program="bash", env={"PS1": "ready> "})
        terminal.expect("ready> ")
        terminal.send(f"source {self.script('bash')}; agenta-tools() {{ echo \"ran: $*.\"; }}; PS1='set> '\n")
        terminal.expect("set> ")

        terminal.send("agenta-tools tools show gma\t\n")
        terminal.expect(r"ran: tools show GMAIL_SEND_EMAIL\.")
        terminal.send("agenta-tools integrations list --category=adv\t\n")
        terminal.expect(r"ran: integrations list --category=advertising-&-marketing\.")

        terminal.send("exit\n")
        terminal.end()


@unittest.skipUnless(shutil.which("zsh"), "zsh is not installed")
class Zsh(Completion):
    def at_prompt(self):
        terminal = self.world.terminal("-f", "-i", program="zsh", columns=150, env={"PS1": "ready> "})
        terminal.expect("ready> ")
        terminal.send(f"autoload -Uz compinit; compinit -u -D; source {self.script('zsh')}; agenta-tools() {{ print -r \"ran: $*.\" }}; PS1='set> '\n")
        terminal.expect("set> $")
        return terminal

    def test_every_kind_of_word(self):
        # Stands in for zsh's own: prints what it is given to match and to insert.
        stub = ("compdef() { }; _default() { }; compset() { }; compadd() { local -a all; while (( $# )); do case $1 in -M) shift ;; "
                "-a) all=(${(P)2}); shift ;; esac; shift; done; for each in $all; do "
                "[[ ${(L)each} == ${(L)PREFIX}* ]] && print -r -- $each; done; }")
        for line, wanted in LINES:
            with self.subTest(line):
                words = shlex.split(line)
                call = (f"{stub}; source {self.script('zsh')}; PREFIX={shlex.quote(words[-1])}; "
                        f"words=({' '.join(map(shlex.quote, words))}); CURRENT={len(words)}; _agenta_tools")
                self.assertEqual(sorted(self.shell("zsh", "-f", "-c", call + "; true").splitlines()), sorted(wanted))
        self.assert_no_daemon()

    def test_keys_at_a_prompt(self):
        terminal = self.at_prompt()
        for typed, ran in (("agenta-tools tools show gma", "tools show GMAIL_SEND_EMAIL"),
                           ("agenta-tools tools schema --format=ant", "tools schema --format=anthropic"),
                           ("agenta-tools integrations list --category adv", "integrations list --category advertising-&-marketing"),
                           ("AGENTA_TOOLS_SANDBOX=1 agenta-tools execute ", "execute SANDBOX_TOOL")):
            with self.subTest(typed):
                terminal.send(typed + "\t\n")
                terminal.expect(f"ran: {re.escape(ran)}\\.")
        terminal.send("exit\n")
        terminal.end()


@unittest.skipUnless(shutil.which("fish"), "fish is not installed")
class Fish(Completion):
    def complete(self, line: str) -> list[str]:
        call = f"source {self.script('fish')}; complete -C {shlex.quote(line)}"
        return [found.split("\t")[0] for found in self.shell("fish", "--no-config", "-c", call).splitlines()]

    def test_every_kind_of_word(self):
        for line, wanted in LINES:
            with self.subTest(line):
                # fish takes words that have the typed one in their middle too.
                found = [each for each in self.complete(line) if each.lower().startswith(line.split(" ")[-1].lower())]
                self.assertEqual(sorted(found), sorted(wanted))
        self.assert_no_daemon()

    def test_values_behind_an_equals_sign(self):
        self.assertEqual(self.complete("agenta-tools tools schema --format=ant"), ["--format=anthropic"])

    def test_the_sandbox_of_an_assignment_on_the_line(self):
        self.assertEqual(self.complete("AGENTA_TOOLS_SANDBOX=1 agenta-tools tools show "), ["SANDBOX_TOOL"])


if __name__ == "__main__":
    unittest.main()
