"""`agent-help`: the page is what an agent reads, and what it says works."""
import re
import shlex

from tests.support.agenta import ROOT, AgentaTest


class AgentHelp(AgentaTest):
    def setUp(self) -> None:
        super().setUp()
        self.page = self.run_ok("agent-help").out

    def test_needs_no_home_and_no_daemon(self):
        result = self.run_ok("agent-help", env={"HOME": None, "AGENTA_TOOLS_HOME": "/proc/nothing"})

        self.assertEqual(result.out, self.page)
        self.assertEqual(self.run_ok("agent-help", "--json").json, {"text": self.page})
        self.assertEqual(self.world.daemons(), [])

    def test_is_short(self):
        self.assertLessEqual(len(self.page.splitlines()), 120)

    def test_is_the_skill_behind_its_front_matter(self):
        skill = (ROOT / "man" / "SKILL.md").read_text()

        head = re.fullmatch(r"---\nname: agenta-tools\ndescription: (?s:.+?)\n---\n\n", skill.removesuffix(self.page))
        self.assertIsNotNone(head, skill[:400])

    def test_its_first_steps_work_as_they_stand(self):
        sandbox = self.start_sandbox()
        self.connect_github(sandbox)
        lines = [line.strip() for line in self.page.splitlines() if re.match(r"    agenta-tools (tools|execute) ", line)]
        loop = [line for line in lines if "GITHUB" in line or "tools search" in line]
        self.assertGreaterEqual(len(loop), 5)

        for line in loop:
            if "--session" in line:
                continue
            with self.subTest(line):
                result = self.world.run(*shlex.split(line)[1:])

                self.assertEqual(result.code, 0, f"{result}")
                self.assertTrue(result.out.strip(), f"{result}")
