"""Policies: tried on cases, explained, and what they make of calls in sessions (product, "Work with agents")."""
from contextlib import closing

from tests.support.agenta import AgentaTest
from tests.support.sandbox import ISSUE, ISSUES

POLICY = """
[[rule]]
name = "no-acme"
decision = "deny"
tools = ["GITHUB_*"]
hints = { read_only = false }
reason = "Acme is for people."
[[rule.when]]
pointer = "/owner"
equals = "acme"

[[rule]]
decision = "allow"
tools = ["GITHUB_CREATE_AN_ISSUE"]

[[rule]]
name = "never"
decision = "deny"
tools = ["NOTHING_*"]
"""

CASES = f"""
[[case]]
tool = "{ISSUE}"
arguments = {{ owner = "acme" }}
expect = "deny"
rule = "no-acme"

[[case]]
tool = "{ISSUES}"
arguments = {{ owner = "acme" }}
expect = "allow"
rule = "default"
"""


class PolicyTest(AgentaTest):
    def setUp(self) -> None:
        super().setUp()
        self.sandbox = self.start_sandbox()

    def file(self, text: str, name: str = "policy.toml"):
        path = self.world.user_home / name
        path.write_text(text)
        return path

    def http(self, method: str, target: str, body=None):
        with closing(self.world.http()) as http:
            return http.call(method, "/api/tools" + target, body, self.sandbox.headers())

    def make_session(self, policy: str = "", **more) -> dict:
        reply = self.http("POST", "/sessions", {"name": "work", "tools": ["github"], "connections": {"github": "work"}, "policy": policy, **more})
        self.assertEqual(reply.status, 201, f"{reply}")
        return reply.json


class Explaining(PolicyTest):
    def test_the_default_for_agents_allows_reading_and_asks_for_the_rest(self):
        reads = self.run_ok("policy", "explain", ISSUES, "--json").json
        writes = self.run_ok("policy", "explain", ISSUE, "--json").json

        self.assertEqual((reads["verdict"], reads["rule"]), ("allow", "default: read-only tools are allowed"))
        self.assertEqual((writes["verdict"], writes["rule"]), ("ask", "default: everything else asks"))
        self.assertFalse(writes["hints"]["read_only"])

    def test_a_file_says_which_rule_and_why_not_the_ones_before(self):
        policy = self.file(POLICY)

        denied = self.run_ok("policy", "explain", ISSUE, "owner=acme", "--policy", policy, "--json").json
        allowed = self.run_ok("policy", "explain", ISSUE, "owner=o", "--policy", policy, "--json").json

        self.assertEqual((denied["verdict"], denied["rule"], denied["reason"]), ("deny", "no-acme (line 2)", "Acme is for people."))
        self.assertEqual((allowed["verdict"], allowed["rule"]), ("allow", "rule 2 (line 12)"))
        self.assertEqual([rule["why_not"] for rule in allowed["considered"]], ['/owner is not "acme"', None])

    def test_on_a_terminal_it_is_a_page(self):
        terminal = self.world.terminal("policy", "explain", ISSUE, "--policy", self.file(POLICY))

        self.assertEqual(terminal.end(), 0)
        self.assertRegex(terminal.text, r"GITHUB_CREATE_AN_ISSUE: allow")
        self.assertRegex(terminal.text, r"no-acme +no ")

    def test_a_sessions_policy_is_asked_with_its_connection(self):
        self.connect_github(self.sandbox)
        self.make_session('[[rule]]\ndecision = "deny"\nconnections = ["work"]\n')

        told = self.run_ok("policy", "explain", ISSUE, "--session", "work", "--json").json

        self.assertEqual((told["verdict"], told["connection"]), ("deny", "work"))

    def test_without_a_connection_it_is_the_one_that_would_run_it(self):
        self.connect_github(self.sandbox)
        policy = self.file('[[rule]]\ndecision = "deny"\nconnections = ["work"]\n')

        told = self.run_ok("policy", "explain", ISSUE, "--policy", policy, "--json").json

        self.assertEqual((told["verdict"], told["connection"]), ("deny", "work"))

    def test_an_argument_that_the_tool_does_not_know_is_said(self):
        told = self.run_ok("policy", "explain", ISSUE, "ownr=acme", "--policy", self.file(POLICY), "--json")

        self.assertEqual(told.json["warnings"], ["ownr is no argument of this tool; did you mean owner?"])
        self.assertIn("ownr is no argument of this tool; did you mean owner?", told.err)
        self.assertEqual(self.run_ok("policy", "explain", ISSUE, "owner=acme", "--json").json["warnings"], [])

    def test_a_raw_request_is_explained_as_it_would_be_judged(self):
        self.connect_github(self.sandbox)
        policy = '[[rule]]\nname = "own-account"\ndecision = "allow"\ntools = ["PROXY_GET"]\nintegrations = ["github"]\n' \
                 '[[rule.when]]\npointer = "/url"\nequals = "/user"\n'
        self.make_session(policy)

        told = self.run_ok("policy", "explain", "PROXY_GET", "url=https://api.github.com/x/../user", "--session", "work", "--json").json
        other = self.run_ok("policy", "explain", "proxy_post", "url=/user", "-c", "work", "--policy", self.file(policy), "--json").json
        bare = self.run_ok("policy", "explain", "PROXY_DELETE", "--json").json

        self.assertEqual((told["verdict"], told["rule"], told["connection"]), ("allow", "own-account (line 1)", "work"))
        self.assertEqual((other["verdict"], other["considered"][0]["fits"]), ("ask", False))
        self.assertEqual((bare["verdict"], bare["hints"]["read_only"], bare["hints"]["destructive"]), ("ask", False, True))
        nowhere = self.run_ok("policy", "explain", "PROXY_GET", "ulr=/user", "--policy", self.file(policy), "--json")
        self.assertEqual(nowhere.json["considered"][0]["why_not"], "the call has no integration")
        self.assertEqual(nowhere.json["warnings"], ["ulr is no part of a raw request; did you mean url?"])
        self.assert_error(self.world.run("policy", "explain", "PROXY_ODD", "--json"), "TOOL_NOT_FOUND", 6)

    def test_every_mistake_is_told_with_its_place(self):
        policy = self.file('[[rule]]\ndecision = "alow"\ntool = ["X"]\n')

        error = self.assert_error(self.world.run("policy", "explain", ISSUE, "--policy", policy, "--json"), "INVALID_REQUEST", 2)

        self.assertIn(f"{policy}:2:12: rule 1: decision is allow, ask or deny, not alow; did you mean allow?", error["message"])
        self.assertIn(f"{policy}:3:1: rule 1: there is no tool; did you mean tools?", error["message"])
        self.assertIn(f"did you mean allow?; {policy}:3:1:", error["message"])
        self.assertNotIn("\n", error["message"])
        self.assertEqual([(each["line"], each["column"]) for each in error["context"]["problems"]], [(2, 12), (3, 1)])
        told = self.world.run("policy", "explain", ISSUE, "--policy", policy).err.splitlines()
        self.assertEqual(told[0], f"agenta-tools: {policy} has mistakes:")
        self.assertEqual([line.split(": ")[0] for line in told[1:]], [f"{policy}:2:12", f"{policy}:3:1"])

    def test_two_policies_are_one_too_many(self):
        result = self.world.run("policy", "explain", ISSUE, "--policy", self.file(POLICY), "--session", "work", "--json")

        self.assert_error(result, "USAGE", 2)


class Trying(PolicyTest):
    def test_cases_that_hold_pass_and_what_none_reaches_is_told(self):
        report = self.run_ok("policy", "test", self.file(POLICY + CASES), "--json").json

        self.assertEqual((report["passed"], report["failed"]), (2, 0))
        self.assertEqual(report["coverage"]["covered"], 1)
        self.assertEqual([each["rule"] for each in report["coverage"]["uncovered"]], ["rule 2 (line 12)", "never (line 16)"])

    def test_a_case_that_does_not_hold_fails_with_its_line(self):
        result = self.world.run("policy", "test", self.file(POLICY + f'[[case]]\ntool = "{ISSUE}"\nexpect = "ask"\n'), "--json")

        error = self.assert_error(result, "CHECK_FAILED", 1)
        self.assertIn("expected ask, and it is allow by rule 2 (line 12)", error["message"])
        self.assertEqual(error["context"]["cases"][0]["line"], 20)

    def test_in_a_pipe_the_report_of_a_failure_is_the_result(self):
        result = self.world.run("policy", "test", self.file(POLICY + CASES + f'[[case]]\ntool = "{ISSUE}"\nexpect = "ask"\n'))

        self.assertEqual(result.code, 1, f"{result}")
        self.assertEqual((result.json["passed"], result.json["failed"]), (2, 1))
        self.assertIn("expected ask, and it is allow by rule 2 (line 12)", result.err)

    def test_on_a_terminal_the_cause_is_whole(self):
        cases = f'[[case]]\ntool = "{ISSUE}"\nexpect = "ask"\n[[case]]\ntool = "NOTHING_AT_ALL"\nexpect = "deny"\n'
        terminal = self.world.terminal("policy", "test", self.file(POLICY + cases), columns=80)

        self.assertEqual(terminal.end(), 1)
        shown, words = terminal.text.split("2 of 2 cases failed")[0], " ".join(terminal.text.split())
        self.assertEqual(terminal.text.count("expected ask, and it is allow by rule 2"), 1, terminal.text)
        self.assertRegex(terminal.text, r"rules decided a case[\s\S]*agenta-tools: 2 of 2 cases failed\s+next: agenta-tools policy explain "
                                        rf"{ISSUE} --policy [\s\S]*policy.toml\s*$")
        self.assertIn(f"line 20, {ISSUE}: expected ask, and it is allow by rule 2 (line 12)", " ".join(shown.split()))
        self.assertRegex(words, r"line 23, NOTHING_AT_ALL: .*NOTHING_AT_ALL")

    def test_cases_may_stand_beside_their_policy(self):
        self.file(POLICY)

        report = self.run_ok("policy", "test", self.file('policy = "policy.toml"\n' + CASES, "cases.toml"), "--json").json

        self.assertEqual(report["passed"], 2)

    def test_a_tool_that_nobody_knows_fails_its_case_alone(self):
        cases = CASES + '[[case]]\ntool = "NOTHING_AT_ALL"\nexpect = "deny"\n'
        result = self.world.run("policy", "test", self.file(POLICY + cases), "--json")

        error = self.assert_error(result, "CHECK_FAILED", 1)
        self.assertEqual((error["context"]["passed"], error["context"]["failed"]), (2, 1))

    def test_a_case_that_says_all_needs_no_catalogue(self):
        case = '[[case]]\ntool = "NOTHING_AT_ALL"\nintegration = "nothing"\nhints = { read_only = true }\nexpect = "deny"\nrule = "never"\n'

        self.assertEqual(self.run_ok("policy", "test", self.file(POLICY + case), "--json").json["passed"], 1)

    def test_a_pattern_after_which_no_tool_is_called_is_said(self):
        rules = "".join(f'[[rule]]\ndecision = "deny"\ntools = ["{name}"]\n' for name in ("GITHBU_*", "PROXY_*", "*_ISSUE", ISSUE))
        policy = self.file(rules + f'[[case]]\ntool = "{ISSUE}"\nexpect = "deny"\n')

        report = self.run_ok("policy", "test", policy, "--json").json
        terminal = self.world.terminal("policy", "test", policy)

        self.assertEqual(report["unmatched"], [{"rule": "rule 1 (line 1)", "line": 1, "name": "GITHBU_*"}])
        self.assertEqual(terminal.end(), 0)
        self.assertIn("No tool is called GITHBU_*: rule 1 (line 1)", terminal.text)

    def test_a_file_without_cases_tries_nothing(self):
        self.assert_error(self.world.run("policy", "test", self.file(POLICY), "--json"), "INVALID_REQUEST", 2)

    def test_on_a_terminal_it_is_a_table(self):
        terminal = self.world.terminal("policy", "test", self.file(POLICY + CASES))

        self.assertEqual(terminal.end(), 0)
        self.assertRegex(terminal.text, r"2 passed, 0 failed\. 1 of 3 rules decided a case; no case reaches:\n  rule 2 \(line 12\)")


class InSessions(PolicyTest):
    def setUp(self) -> None:
        super().setUp()
        self.connect_github(self.sandbox)
        self.make_session(POLICY)

    def test_what_is_denied_is_not_sent_and_journaled_with_its_rule(self):
        result = self.world.run("execute", ISSUE, "owner=acme", "repo=r", "title=t", "--session", "work", "--json")

        error = self.assert_error(result, "POLICY_DENIED", 5)
        self.assertIn("no-acme (line 2): Acme is for people.", error["message"])
        self.assertEqual(error["next_step"][:3], ["agenta-tools", "policy", "explain"])
        self.assertEqual(self.sandbox.effects(), 0)
        row = self.run_ok("history", "show", error["execution_id"], "--json").json
        self.assertEqual((row["state"], row["policy"]["verdict"], row["policy"]["rule"]), ("refused", "deny", "no-acme (line 2)"))
        self.run_ok("history", "verify", "--json")

    def test_what_is_allowed_runs_and_says_so(self):
        envelope = self.run_ok("execute", ISSUE, "owner=o", "repo=r", "title=t", "--session", "work", "--output", "envelope").json

        self.assertEqual(envelope["policy"], {"verdict": "allow", "rule": "rule 2 (line 12)", "reason": None})
        self.assertEqual(self.sandbox.effects(), 1)

    def test_the_owners_own_calls_are_not_judged(self):
        envelope = self.run_ok("execute", ISSUE, "owner=acme", "repo=r", "title=t", "--output", "envelope").json

        self.assertIsNone(envelope["policy"])
        self.assertEqual(self.sandbox.effects(), 1)

    def test_arguments_that_name_something_twice_cannot_pass_by_the_policy(self):
        result = self.world.run("execute", ISSUE, "-d", '{"owner":"o","owner":"acme","repo":"r","title":"t"}', "--session", "work", "--json")

        self.assertIn(result.error["code"], ("INVALID_ARGUMENTS", "POLICY_DENIED", "USAGE"))
        self.assertEqual(self.sandbox.effects(), 0)
