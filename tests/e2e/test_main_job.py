"""The tour of the README, from the first command to the last, on the embedded sandbox."""
import shutil
import subprocess
import unittest

from tests.support import sandbox
from tests.support.agenta import AgentaTest
from tests.support.sandbox import ISSUE, ISSUES


class MainJob(AgentaTest):
    def test_connect_execute_and_keep_the_proof(self):
        flag = "--sandbox"
        self.assertEqual(self.run_ok(flag, "connections").json["items"], [])
        terminal = self.world.terminal(flag, "connect", "github", "--no-browser")
        url = terminal.expect(r"http://127\.0\.0\.1:\d+/\S+").group(0)
        sandbox.approve(url)
        self.assertEqual(terminal.end(), 0, terminal.text)

        [connection] = self.run_ok(flag, "connections").json["items"]
        self.assertEqual((connection["integration_slug"], connection["status"]), ("github", "ACTIVE"))
        before = self.run_ok(flag, "execute", ISSUES, "owner=o", "repo=r").json
        issue = self.run_ok(flag, "execute", ISSUE, "owner=o", "repo=r", "title=hello", 'labels:=["bug"]').json
        after = self.run_ok(flag, "execute", ISSUES, "owner=o", "repo=r").json
        self.assertEqual(len(rows(after)), len(rows(before)) + 1)
        self.assertIn(issue["number"], [row["number"] for row in rows(after)])

        history = self.run_ok(flag, "history").json["items"]
        self.assertEqual([item["tool"] for item in history], [ISSUES, ISSUE, ISSUES])
        self.assertEqual({item["state"] for item in history}, {"succeeded"})
        self.run_ok(flag, "disconnect", "github", "--yes")
        self.assertEqual(self.run_ok(flag, "connections").json["total"], 0)
        self.assertEqual(len(self.run_ok(flag, "history").json["items"]), 3)
        self.run_ok(flag, "daemon", "stop")
        self.assertEqual(self.world.daemons(), [])

    def test_state_outlives_the_daemon(self):
        self.run_ok("--sandbox", "connections")
        begun = self.run_ok("--sandbox", "connect", "github", "--no-wait").json
        sandbox.approve(begun["redirect_url"])
        self.run_ok("--sandbox", "connect", "--resume", begun["id"])
        self.run_ok("--sandbox", "execute", ISSUE, "owner=o", "repo=r", "title=kept")
        self.run_ok("--sandbox", "daemon", "restart")

        self.assertIn("kept", [row["title"] for row in rows(self.run_ok("--sandbox", "execute", ISSUES, "owner=o", "repo=r").json)])

    def test_the_sandbox_never_mixes_with_the_real_thing(self):
        self.run_ok("--sandbox", "connections")

        self.assertFalse((self.world.home / "tools.db").exists())
        self.assertTrue((self.world.home / "sandbox" / "tools.db").exists())
        error = self.assert_error(self.world.run("integrations", "--json"), "NOT_CONFIGURED", 4)
        self.assertIn("login", " ".join(error["next_step"]) + error["message"])
        self.assertIn("--sandbox", " ".join(error["next_step"]) + error["message"])

    def test_the_environment_asks_for_the_sandbox_too(self):
        self.run_ok("integrations", "show", "github", env={"AGENTA_TOOLS_SANDBOX": "1"})

    @unittest.skipUnless(shutil.which("curl"), "curl is not installed")
    def test_curl_speaks_to_the_socket(self):
        self.run_ok("--sandbox", "daemon", "start")
        socket = self.world.socket(sandbox=True)

        answer = subprocess.run(["curl", "-sf", "--unix-socket", socket, "http://localhost/api/tools/integrations/github"],
                                capture_output=True, text=True, check=False)

        self.assertEqual(answer.returncode, 0, answer.stdout)
        self.assertRegex(answer.stdout, r'"slug"\s*:\s*"github"')

    def test_a_key_is_refused_where_the_service_refuses_it(self):
        refused = self.world.run("--sandbox", "connect", "stripe", "--field", "generic_api_key=env:KEY", "--json", env={"KEY": "not-a-key"})

        self.assert_error(refused, "INVALID_CREDENTIALS", 1)


def rows(document) -> list:
    """The list in a result, whatever it is wrapped in."""
    if isinstance(document, list):
        return document
    return next(value for value in document.values() if isinstance(value, list))


if __name__ == "__main__":
    unittest.main()
