"""What a script can rely on: one document, one exit code, no prompt, no escapes (behaviours G1 to G4, G6, G7)."""
import json
import os

from tests.support.agenta import AgentaTest, seconds
from tests.support.sandbox import ISSUE, ISSUES

CONTRACT = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 70, 130, 141, 143}
EXITS = {
    "INTEGRATION_NOT_FOUND": 6, "TOOL_NOT_FOUND": 6, "CONNECTION_NOT_FOUND": 6, "EXECUTION_NOT_FOUND": 6, "SESSION_NOT_FOUND": 6, "USAGE": 2,
    "API_KEY_REJECTED": 4, "CONNECTION_ALREADY_EXISTS": 7, "CONNECTION_AMBIGUOUS": 7, "IDEMPOTENCY_CONFLICT": 7,
    "EXECUTION_AMBIGUOUS": 7, "APPROVAL_AMBIGUOUS": 7, "APPROVAL_NOT_FOUND": 6, "BATCH_NOT_FOUND": 6, "CHECK_FAILED": 1, "APPROVAL_DECIDED": 7,
    "OAUTH_PENDING": 16, "INVALID_ARGUMENTS": 2, "INVALID_REQUEST": 2, "NOT_CONFIGURED": 4, "NOT_CONNECTED": 4,
    "CONNECTION_EXPIRED": 4, "RATE_LIMITED": 8, "TOOL_FAILED": 1, "COMPOSIO_ERROR": 1, "PROVIDER_UNAVAILABLE": 3,
    "TIMEOUT": 9, "OUTCOME_UNKNOWN": 10, "INTERNAL": 70, "STORAGE_UNAVAILABLE": 12, "DAEMON_UNAVAILABLE": 11, "BLOCKED": 12,
    "VERSION_SKEW": 13, "INPUT_NEEDED": 14, "INVALID_CREDENTIALS": 1, "UNSUPPORTED": 2, "FORBIDDEN": 5,
}
COMMANDS = [
    ["connect", "github", "--as", "again", "--no-wait"], ["connect", "--resume", "nothing", "--wait", "1s"], ["disconnect", "nothing", "--yes"],
    ["connections"], ["connections", "list"], ["connections", "list", "--all", "--limit", "1"], ["connections", "show", "nothing"],
    ["connections", "check"], ["connections", "check", "nothing"], ["connections", "rename", "nothing", "something"], ["connections", "default", "nothing"],
    ["connections", "refresh", "nothing"], ["connections", "cancel", "nothing"], ["connections", "sync"], ["connections", "prune", "--dry-run"],
    ["connect", "stripe", "--as", "pay"], ["connect", "nothing"],
    ["integrations"], ["integrations", "list"], ["integrations", "show", "github"], ["integrations", "show", "nothing"],
    ["integrations", "list", "--offline", "--connected"], ["integrations", "search", "mail"], ["integrations", "categories"],
    ["integrations", "refresh"], ["integrations", "refresh", "github"], ["integrations", "refresh", "nothing"], ["integrations", "refresh", "--all"],
    ["tools", "list", "github"], ["tools", "list"], ["tools", "list", "github", "--read-only"], ["tools", "list", "nothing"],
    ["tools", "show", ISSUE], ["tools", "show", "NOTHING_AT_ALL"], ["tools", "versions", ISSUE], ["tools", "versions", "NOTHING_AT_ALL"],
    ["tools", "check"], ["tools", "list", "custom"],
    ["tools", "search", "create", "issue"], ["tools", "search", "create", "issue", "--offline"],
    ["tools", "schema", ISSUE], ["tools", "schema", ISSUE, ISSUES, "--format", "openai", "--strict"], ["tools", "schema", "NOTHING_AT_ALL"],
    ["tools", "schema", "--integration", "github", "--format", "gemini"], ["tools", "schema", ISSUE, "--format", "anthropic", "--compat", "composio"],
    ["tools", "lint", "github", "--client", "cursor"], ["tools", "lint", "--tools", "NOTHING_AT_ALL"],
    ["mcp", "install", "cursor", "--print"], ["mcp", "install", "goose", "--dry-run"],
    ["agent-help"],
    ["browse", "create", "issue"],
    ["execute", ISSUES, "owner=o", "repo=r"], ["execute", ISSUE, "owner=o"], ["execute", "NOTHING_AT_ALL"],
    ["history", "verify"], ["history", "gc", "--dry-run"], ["history", "replay", "nothing"],
    ["batch", "--resume", "0193a1b2-c3d4-7e5f-8a9b-000000000001"],
    ["proxy", "github", "GET", "/user"], ["proxy", "github", "GET", "/nowhere", "--fail"], ["proxy", "github", "GET", "/_bytes?size=9"],
    ["proxy", "github", "POST", "/_echo", "-d", "{}"], ["proxy", "nothing", "GET", "/user"],
    ["execute", ISSUE, "--text", "owner: o, repo: r, title: t", "--yes"], ["execute", ISSUE, "--text", "nothing of use", "--yes"],
    ["execute", ISSUE, "--text", "title: t"],
    ["session", "create", "made", "--tools", "github"], ["session"], ["session", "list", "--state", "open"], ["session", "show", "made"],
    ["session", "show", "nothing"], ["session", "add", "made", ISSUE], ["session", "remove", "made", "nothing"], ["session", "socket", "made", "--json"],
    ["session", "create", "other", "--tools", "nothing"], ["execute", ISSUES, "owner=o", "repo=r", "--session", "made"],
    ["execute", ISSUES, "owner=o", "repo=r", "--session", "nothing"], ["session", "close", "made"],
    ["policy", "explain", ISSUE], ["policy", "explain", "NOTHING_AT_ALL"], ["policy", "explain", ISSUE, "--session", "nothing"],
    ["approvals"], ["approvals", "list", "--state", "pending"], ["approvals", "show", "nothing"], ["approvals", "approve", "nothing"],
    ["approvals", "deny", "nothing", "--reason", "no"],
    ["approvals", "revoke", "nothing"],
    ["history"], ["history", "list"], ["history", "show", "nothing"], ["whoami"], ["daemon", "status"],
    ["config", "list"], ["config", "get", "composio.base_url"], ["config", "get", "no.such.key"], ["config", "path"],
    ["api", "GET", "/api/tools/connections"], ["api", "GET", "/api/tools/nothing-here"], ["version"], ["help", "exit-codes"],
]
MISTAKES = [
    [], ["nothing"], ["connect"], ["connect", "github", "--nothing"], ["execute"], ["tools", "show"], ["disconnect"], ["config", "get"],
    ["api", "GET"], ["daemon", "nothing"], ["completion", "nothing"], ["--timeout", "soon", "connections"], ["--color", "pink", "version"],
    ["execute", ISSUE, "--output", "nothing"], ["help", "nothing"], ["connections", "list", "extra", "words"],
    ["batch", "no-such-file.ndjson"], ["batch", "--jobs", "0"], ["batch", "--jobs", "65"], ["batch", "--resume", "x"], ["batch", "--retry", "always"],
    ["proxy"], ["proxy", "github", "GET"], ["proxy", "github", "BREW", "/user"],
    ["proxy", "github", "GET", "/user", "-H", "Authorization: Bearer x"], ["proxy", "github", "GET", "/user", "--query", "token=x"],
    ["proxy", "github", "POST", "/user", "-d", "{"], ["proxy", "github", "GET", "/user", "--force"], ["execute", ISSUE, "--text", " "],
    ["tools", "search"], ["tools", "search", " "], ["tools", "search", "a", "--remote", "--offline"], ["tools", "schema"], ["tools", "versions"],
    ["tools", "schema", ISSUE, "--format", "nothing"], ["tools", "schema", ISSUE, "--compat", "nothing"], ["integrations", "list", "--limit", "0"],
    ["tools", "schema", ISSUE, "--integration", "github"], ["integrations", "refresh", "github", "--all"],
    ["connections", "rename"], ["connections", "rename", "work"], ["connections", "check", "work", "--all"], ["connections", "default"],
    ["connections", "list", "--limit", "0"], ["connections", "watch", "work"], ["connect", "github", "--qr", "--no-qr"],
    ["session", "create"], ["session", "create", "x"], ["session", "create", "x", "--tools", "github", "--ttl", "soon"], ["session", "show"],
    ["session", "create", "x", "--tools", "github", "--connection", "github"], ["session", "create", "x", "--tools", "github", "--allow-uid", "ada"],
    ["session", "remove", "x"], ["session", "add", "x"], ["execute", ISSUE, "--session", "x", "--no-session"],
    ["policy", "test"], ["policy", "test", "no-such-file.toml"], ["policy", "explain", ISSUE, "--policy", "x", "--session", "y"],
    ["approvals", "list", "--limit", "0"], ["approvals", "approve"], ["approvals", "show", "x", "--wait", "soon"],
    ["history", "export", "--chain", "--results"], ["history", "gc", "--older-than", "soon"], ["history", "list", "--since", "soon"],
    ["tools", "lint"], ["tools", "lint", "github", "--client", "nothing"], ["mcp", "install"], ["mcp", "install", "nothing"],
    ["mcp", "--port", "1"], ["mcp", "--session", "s", "--tools", "github"], ["mcp", "--meta", "--tools", "github"],
    ["mcp", "install", "cursor", "--scope", "world"], ["mcp", "install", "cursor", "--meta", "--tools", "github"], ["agent-help", "extra"],
    ["history", "replay"], ["history", "show", "0192f3a"], ["connect", "github", "--field", "nothing"], ["connect", "github", "--auth-config", "ac_x", "--auth-config-field", "client_id=x"],
]


class Output(AgentaTest):
    def assert_contract(self, result) -> None:
        """Exactly one document on stdout; an error document exactly where the exit is not 0, and its own exit code."""
        document = result.json
        self.assertIn(result.code, CONTRACT, f"{result}")
        self.assertNotIn("\x1b", result.out + result.err, f"{result}")
        is_error = isinstance(document, dict) and isinstance(document.get("error"), dict) and "code" in document["error"] and "retryable" in document["error"]
        self.assertEqual(is_error, result.code != 0, f"{result}")
        if is_error:
            self.assertIn(document["error"]["code"], EXITS, f"{result}")
            self.assertEqual(EXITS[document["error"]["code"]], result.code, f"{result}")
            self.assertTrue(result.err.strip(), f"{result}")

    def run_all(self, commands, *flags, **options) -> None:
        for command in commands:
            with self.subTest(" ".join(command)):
                self.assert_contract(self.world.run(*flags, *command, "--json", **options))


class Matrix(Output):
    def setUp(self) -> None:
        super().setUp()
        self.sandbox = self.start_sandbox()

    def test_g1_g2_all_well(self):
        self.connect_github(self.sandbox)
        self.run_all(COMMANDS)

    def test_g1_g2_usage_errors(self):
        for command in MISTAKES:
            with self.subTest(" ".join(command)):
                result = self.world.run(*command, "--json")

                self.assert_contract(result)
                self.assertEqual(result.code, 2, f"{result}")
        self.assertEqual(self.world.daemons(), [self.sandbox.pid] if self.sandbox.pid in self.world.daemons() else [])

    def test_g1_g2_no_daemon(self):
        self.run_all(COMMANDS, "--no-autostart")

    def test_g1_g2_no_key(self):
        self.run_all(COMMANDS, env={"COMPOSIO_API_KEY": None})

    def test_g1_g2_a_wrong_key(self):
        self.run_all(COMMANDS, env={"COMPOSIO_API_KEY": "ak_wrong"})

    def test_g1_g2_a_provider_that_is_down(self):
        self.run_all(COMMANDS, "--timeout", "2s", env={"COMPOSIO_BASE_URL": "http://127.0.0.1:9"})

    def test_g1_g2_a_provider_that_lies(self):
        for kind in ("garbage", "html_502", "truncated", "reset"):
            self.sandbox.plant(kind, times=1000)
            self.run_all(COMMANDS, "--timeout", "2s")
            self.sandbox.control("DELETE", "faults")
            self.run_ok("daemon", "stop")

    def test_g1_g2_a_provider_that_is_slow(self):
        self.sandbox.plant("delay", times=1000, delay_ms=3000)
        for command in (["integrations", "list"], ["tools", "list", "github"], ["connect", "github", "--no-wait"]):
            with self.subTest(" ".join(command)):
                result = self.world.run("--timeout", "500ms", *command, "--json")

                self.assert_contract(result)
                self.assertEqual(result.code, 9, f"{result}")
                self.assertLess(result.took, seconds(2))

    def test_g1_g2_a_home_that_is_refused(self):
        self.world.home.mkdir(mode=0o700)
        (self.world.home / "run").mkdir()
        os.chmod(self.world.home / "run", 0o777)
        self.run_all(COMMANDS)


class Tables(Output):
    def test_g3_the_printed_table_is_the_contract(self):
        document = self.run_ok("help", "exit-codes", "--json").json
        rows = document if isinstance(document, list) else next(value for value in document.values() if isinstance(value, list))

        self.assertEqual({row["code"] for row in rows}, CONTRACT)
        for row in rows:
            self.assertTrue(any(isinstance(value, str) and value for value in row.values()), row)

    def test_help_and_version_need_no_daemon(self):
        for argv in (["--help"], ["connect", "--help"], ["execute", "--help"], ["--version"], ["version"], ["completion", "bash"]):
            with self.subTest(argv):
                result = self.run_ok(*argv)

                self.assertTrue(result.out)
                self.assertEqual(result.err, "")
        self.assertEqual(self.world.daemons(), [])


class NobodyToAsk(Output):
    def setUp(self) -> None:
        super().setUp()
        self.sandbox = self.start_sandbox()
        self.connect_github(self.sandbox)

    def test_g4_disconnect_needs_yes(self):
        closed = {"preexec_fn": lambda: os.close(0)}
        for name, options in {"no terminal": {}, "closed stdin": closed, "own session": {"start_new_session": True}}.items():
            with self.subTest(name):
                results = [self.world.run("disconnect", "work", "--json", **options) for _ in range(3)]

                self.assert_error(results[0], "INPUT_NEEDED", 14)
                self.assertIn("--yes", json.dumps(results[0].error, ensure_ascii=False) + results[0].err)
                self.assertLess(min(result.took for result in results), seconds(0.1))
        self.assertEqual(self.run_ok("connections", "show", "work", "--json").json["status"], "ACTIVE")

    def test_g4_a_terminal_is_not_asked_under_ci_or_no_input(self):
        for env, flags in (({"CI": "true"}, []), ({}, ["--no-input"])):
            with self.subTest(env=env, flags=flags):
                terminal = self.world.terminal(*flags, "disconnect", "work", env=env)

                self.assertEqual(terminal.end(), 14, terminal.text)

    def test_g4_a_terminal_is_asked_and_no_means_no(self):
        terminal = self.world.terminal("disconnect", "work")
        terminal.expect(r"(?i)work")
        terminal.expect(r"(?i)y/n|\[y")
        terminal.send("n\n")

        self.assertNotEqual(terminal.end(), 0)
        self.assertEqual(self.run_ok("connections", "show", "work", "--json").json["status"], "ACTIVE")

    def test_g4_login_without_anyone_to_ask(self):
        result = self.world.run("login", "--json", env={"COMPOSIO_API_KEY": None}, stdin="")

        self.assertIn(result.code, (2, 14), f"{result}")


class ClosedPipes(Output):
    def close_before(self, *command):
        """Runs a command whose reader has left already."""
        reader, writer = os.pipe()
        os.close(reader)
        try:
            return self.world.run(*command, stdout=writer)
        finally:
            os.close(writer)

    def test_g5_a_reader_that_left_ends_a_command_in_silence(self):
        self.world.start_daemon()
        for command in (["history", "list", "--json"], ["connections"], ["help"], ["history", "--help"], ["version"],
                        ["help", "exit-codes", "--json"], ["daemon", "status"]):
            with self.subTest(command):
                result = self.close_before(*command)

                self.assertEqual((result.code, result.err), (141, ""), f"{result}")

    def test_g5_a_command_that_failed_by_itself_says_so(self):
        result = self.close_before("history", "show", "0193a1b2-c3d4-7e5f-8a9b-000000000001", "--json")

        self.assertEqual(result.code, 6, f"{result}")


class Escapes(Output):
    def setUp(self) -> None:
        super().setUp()
        self.sandbox = self.start_sandbox()
        self.connect_github(self.sandbox)

    def test_g6_no_escape_where_nobody_draws(self):
        for command in (["connections"], ["integrations"], ["tools", "show", ISSUE], ["history"], ["connections", "show", "work"]):
            piped = self.run_ok(*command)
            self.assertNotIn("\x1b", piped.out + piped.err)
            for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
                with self.subTest(command=command, env=env):
                    terminal = self.world.terminal(*command, env=env)

                    self.assertEqual(terminal.end(), 0, terminal.text)
                    self.assertNotRegex(terminal.raw, rb"\x1b\[[0-9;]*m")
                    if "TERM" in env:
                        self.assertNotIn(b"\x1b", terminal.raw)

    def test_a_pipe_gets_json_and_a_terminal_a_table(self):
        self.assertEqual(self.run_ok("connections").json["items"][0]["slug"], "work")
        terminal = self.world.terminal("connections")
        self.assertEqual(terminal.end(), 0)

        self.assertIn("work", terminal.text)
        self.assertNotIn('"slug"', terminal.text)

    def test_g7_text_of_a_service_is_shown_and_not_obeyed(self):
        hostile = "\x1b]52;c;aGk=\x07\x1b]0;title\x07\x1b[2J\u202egnp.exe\x9b31m"
        arguments = json.dumps({"owner": "o", "repo": "r", "title": hostile})
        self.run_ok("execute", ISSUE, "-d", arguments, "--json")
        piped = self.run_ok("execute", ISSUES, "owner=o", "repo=r")
        self.assertIn(hostile, titles(piped.json))

        terminal = self.world.terminal("execute", ISSUES, "owner=o", "repo=r")

        self.assertEqual(terminal.end(), 0)
        for bad in (b"\x1b]52", b"\x1b]0;", b"\x1b[2J", "\u202e".encode(), b"\xc2\x9b", b"\x07"):
            self.assertNotIn(bad, terminal.raw)
        self.assertIn("gnp.exe", terminal.text)


def titles(document) -> list[str]:
    """Every title in a result, wherever it is."""
    if isinstance(document, dict):
        own = [document["title"]] if "title" in document else []
        return own + [t for v in document.values() for t in titles(v)]
    return [t for v in document for t in titles(v)] if isinstance(document, list) else []


if __name__ == "__main__":
    import unittest

    unittest.main()
