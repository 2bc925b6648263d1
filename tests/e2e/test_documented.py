"""What the README, the manual's examples and `agent-help` show: typed into a shell as it stands, it does what is said."""
import re

from tests.support import sandbox
from tests.support.agenta import ROOT, AgentaTest
from tests.support.sandbox import ISSUES

KEY = "sk_test_documented77"
SOME_ID = "0193a1b2-c3d4-7e5f-8a9b-000000000001"
POLICY = 'default = "allow"\n[[case]]\ntool = "GITHUB_CREATE_AN_ISSUE"\nexpect = "allow"\n'
# What is not typed here, and where it is.
ELSEWHERE = [
    (r"(--sandbox )?connect (github|stripe)( --as \w+)?$", "at a terminal: test_main_job, test_connect"),
    (r"connect zoom", "an app of one's own: test_connections"),
    (r"connect --reconnect", "test_connections"),
    (r"disconnect", "the last step: test_main_job"),
    (r"login", "test_login"),
    (r"(connections|approvals) watch", "does not end: test_connect, test_approvals"),
    (r"approvals approve", "a person's: test_approvals"),
    (r"execute .*--text", "a person's yes: test_execute_text"),
    (r"execute GMAIL_GET_ATTACHMENT", "of a message that is there: test_files"),
    (r"browse", "test_browse"),
    (r"help(?! execute| exit-codes)", "test_output"),
]
EXIT = {"titel=hello": 2}


def pages() -> dict[str, str]:
    manual = (ROOT / "man" / "agenta-tools.1").read_text()
    examples = manual[manual.index(".Sh EXAMPLES"):manual.index(".Sh SEE ALSO")]
    return {"README": (ROOT / "README.md").read_text(), "manual": examples.replace("\\e\n", "\n").replace("\\-", "-"),
            "skill": (ROOT / "man" / "SKILL.md").read_text()}


def commands(page: str) -> list[str]:
    """The command lines of a page. A backslash at a line's end is gone already, and the next line is indented."""
    joined = re.sub(r" \n {6}", " ", page)
    found = re.findall(r"^(?:\$ |    )(agenta-tools .*)$", joined, re.M) + re.findall(r"^(agenta-tools (?!runs).*)$", joined, re.M)
    return [re.sub(r"\s+# .*", "", line).strip() for line in found]


class Documented(AgentaTest):
    def setUp(self) -> None:
        super().setUp()
        self.world.environment["AGENTA_TOOLS_SANDBOX"] = "1"
        self.directory = self.world.root / "here"
        self.directory.mkdir()
        for integration, slug in (("github", "work"), ("gmail", "mail"), ("slack", "chat")):
            self.login(integration, slug)
        call = '{"id":"a","tool":"SLACK_SEND_MESSAGE","arguments":{"channel":"general","text":"hi"}}\n'
        for name, content in (("calls.ndjson", call), ("report.pdf", "%PDF-1.4\n"), ("policy.toml", POLICY), ("key.txt", KEY)):
            self.directory.joinpath(name).write_text(content)
            self.directory.joinpath(name).chmod(0o600)
        self.session()
        self.begun = None
        self.run_ok("execute", ISSUES, "owner=octo", "repo=hello", "--json")
        self.execution = self.run_ok("history", "list", "--json").json["items"][0]["id"]

    def login(self, integration: str, slug: str) -> None:
        begun = self.run_ok("connect", integration, "--as", slug, "--no-wait", "--json").json
        sandbox.approve(begun["redirect_url"])
        self.run_ok("connect", "--resume", begun["id"], "--json")
        # The pages connect more of them, one after the other.
        self.run_ok("connections", "default", slug)

    def session(self) -> None:
        """The session of the pages, in which nobody need be asked."""
        self.world.run("session", "close", "triage")
        self.run_ok("session", "create", "triage", "--tools", "github,SLACK_*", "--connection", "github=work", "--policy", self.directory / "policy.toml")

    def filled(self, line: str) -> str:
        """The line with what only this world knows in the place of what stands for it."""
        if "--resume" in line and line.startswith("agenta-tools batch"):
            run = next(each for each in self.run_ok("history", "list", "--all", "--json").json["items"] if each["batch"])
            return line.replace("ID", run["batch"]["id"])
        if "--resume" in line:
            sandbox.approve(self.begun["redirect_url"])
            return line.replace("ID", self.begun["id"]).replace(SOME_ID, self.begun["id"])
        return line.replace(SOME_ID, self.execution).replace("0123456789ab", self.execution)

    def type(self, line: str):
        if "session create triage" in line:
            self.run_ok("session", "close", "triage")
        shown = self.world.run("-c", self.filled(line), cli="/bin/bash", cwd=self.directory)
        if "session create triage" in line:
            self.session()
        if "--no-wait" in line and shown.code == 0:
            self.begun = shown.json
        return shown

    def test_every_command_does_what_is_said(self):
        for name, page in pages().items():
            lines = commands(page)
            self.assertGreater(len(lines), 10, name)
            for line in lines:
                words = line.removeprefix("agenta-tools ")
                if any(re.match(pattern, words) for pattern, _ in ELSEWHERE) or "…" in words:
                    continue
                with self.subTest(line, page=name):
                    shown = self.type(line)

                    self.assertEqual(shown.code, next((code for part, code in EXIT.items() if part in line), 0), f"{shown}")
                    if "--select" in line:
                        self.assertNotIn(shown.out.strip(), ("", "null"), f"the selector finds nothing: {shown}")

    def test_says_which_commands_a_sessions_socket_has(self):
        page = pages()["skill"]
        [told] = re.findall(r"There are (.*?)\. Everything else \((.*?)\)", page, re.S)
        here = [noun_verb for each in re.findall(r"`([^`]+)`", told[0]) for noun_verb in self.expanded(each)]
        arguments = {"tools show": [ISSUES], "tools search": ["issue"], "tools schema": [ISSUES], "integrations show": ["github"],
                     "integrations search": ["github"], "execute": [ISSUES, "owner=o", "repo=r"]}
        env = {"AGENTA_TOOLS_SOCKET": self.run_ok("session", "socket", "triage").out.strip()}
        own = self.run_ok("execute", ISSUES, "owner=o", "repo=r", "--session", "triage", "--json")
        execution = self.run_ok("history", "list", "--session", "triage", "--json").json["items"][0]["id"]
        self.assertTrue(own.out)

        self.assertGreater(len(here), 8)
        for command in here:
            rest = [execution] if command in ("history show", "history result") else arguments.get(command, [])
            with self.subTest(command):
                shown = self.world.run(*command.split(), *rest, env=env)
                self.assertEqual(shown.code, 0, f"{shown}")
        elsewhere = {"connect": ["slack"], "approvals": [], "policy": ["explain", ISSUES], "batch": ["calls.ndjson"]}
        for command in re.findall(r"`([^`]+)`", told[1]):
            with self.subTest(command):
                self.assert_error(self.world.run(command, *elsewhere[command], "--json", env=env, cwd=self.directory), "FORBIDDEN", 5)

    @staticmethod
    def expanded(told: str) -> list[str]:
        """`history list|show` is two commands."""
        noun, _, verbs = told.partition(" ")
        return [f"{noun} {verb}".strip() for verb in verbs.split("|")]
