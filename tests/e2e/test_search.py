"""Search finds what people mean: the queries of tests/relevance on the sandbox's own catalogue, and the rules around them."""
import unittest

from tests.relevance import score
from tests.support.agenta import AgentaTest
from tests.support.sandbox import ISSUE

FLAG = "--sandbox"


class Search(AgentaTest):
    def tools(self, *words) -> list[str]:
        return [item["slug"] for item in self.run_ok(FLAG, "tools", "search", *words).json["items"]]

    def test_finds_what_people_mean(self):
        queries = score.load(score.OWN)
        self.assertGreaterEqual(len(queries), 40)

        def search(query) -> list[str]:
            noun = "integrations" if query.wants_integration else "tools"
            return [item["slug"] for item in self.run_ok(FLAG, noun, "search", "--", query.words).json["items"]]

        result = score.Score(queries, search)

        print(f"relevance: {result}")
        self.assertGreaterEqual(result.share, 0.93, f"{result}")

    def test_puts_the_obvious_first(self):
        self.assertEqual(self.tools("create", "github", "issue")[0], ISSUE)
        self.assertIn(ISSUE, self.tools("open a ticket on github")[:5])

    def test_every_find_is_whole(self):
        document = self.run_ok(FLAG, "tools", "search", "github", "issue", "--limit", "3").json

        self.assertEqual(len(document["items"]), 3)
        self.assertGreater(document["total"], 3)
        self.assertEqual(set(document["items"][0]), {"kind", "slug", "name", "description", "integration_slug", "score",
                                                     "is_connected", "hints"})

    def test_filters(self):
        for item in self.run_ok(FLAG, "tools", "search", "issue", "--read-only").json["items"]:
            self.assertTrue(item["hints"]["read_only"], item)
        for item in self.run_ok(FLAG, "tools", "search", "create", "--integration", "jira").json["items"]:
            self.assertEqual(item["integration_slug"], "jira")
        self.assertEqual(self.run_ok(FLAG, "tools", "search", "issue", "--connected").json["items"], [])

    def test_asks_composio_and_merges_where_it_is_told_to(self):
        remote = self.run_ok(FLAG, "tools", "search", "create github issue", "--remote").json

        self.assertEqual(remote["items"][0]["slug"], ISSUE)

    def test_without_a_word_it_says_what_it_needs(self):
        self.assert_error(self.world.run(FLAG, "tools", "search", "--json"), "USAGE", 2)
        self.assert_error(self.world.run(FLAG, "tools", "search", " ", "--json"), "USAGE", 2)

    def test_is_complete_once_the_catalogue_is(self):
        self.run_ok(FLAG, "integrations", "refresh", "--all")

        document = self.run_ok(FLAG, "tools", "search", "issue").json

        self.assertTrue(document["complete"])


if __name__ == "__main__":
    unittest.main()
