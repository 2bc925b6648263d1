"""Scores a search against queries with the answers that a person would accept.

A file of queries has four columns between tabs: the query; `first` (the first expected name must come first) or `top5` (one of
them within the first five); the expected names, an integration's as `integration:slug`; a class. Usage, against a
catalogue in the published format:

    scripts/relevance DIRECTORY [QUERIES]
"""
from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
OWN = HERE / "own.tsv"              # against the sandbox's own catalogue
PUBLISHED = HERE / "published.tsv"  # against Composio's


@dataclass
class Query:
    words: str
    kind: str
    expected: list[str]
    group: str

    @property
    def wants_integration(self) -> bool:
        return self.expected[0].startswith("integration:")

    def found_by(self, slugs: list[str]) -> bool:
        names = [f"integration:{slug}" if self.wants_integration else slug for slug in slugs]
        return names[:1] == self.expected[:1] if self.kind == "first" else any(name in self.expected for name in names[:5])


def load(path: Path) -> list[Query]:
    rows = [line.split("\t") for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return [Query(words, kind, expected.split(), group) for words, kind, expected, group in rows]


class Score:
    def __init__(self, queries: list[Query], search) -> None:
        """`search(query)` gives the slugs that are found, best first."""
        self.total, self.right, self.misses = Counter(), Counter(), []
        for query in queries:
            slugs = search(query)
            self.total[query.group] += 1
            if query.found_by(slugs):
                self.right[query.group] += 1
            else:
                self.misses.append((query, slugs[:5]))

    @property
    def share(self) -> float:
        return self.right.total() / self.total.total()

    def __str__(self) -> str:
        lines = [f"{self.right.total()} of {self.total.total()} ({self.share:.1%})"]
        lines += [f"  {group}: {self.right[group]} of {count}" for group, count in sorted(self.total.items())]
        lines += [f"  missed: {query.words!r} wants {query.kind} {' '.join(query.expected[:4])}; got {' '.join(slugs)}"
                  for query, slugs in self.misses]
        return "\n".join(lines)


def main(directory: str, queries: str = str(PUBLISHED)) -> None:
    from tests.support.agenta import World
    from tests.support.sandbox import Sandbox
    world = World()
    try:
        sandbox = Sandbox(world, "--catalog", directory)
        try:
            world.environment |= {"COMPOSIO_BASE_URL": sandbox.url, "COMPOSIO_API_KEY": sandbox.api_key}
            filled = world.run("integrations", "refresh", "--all", timeout=600)
            if filled.code != 0:
                raise SystemExit(f"relevance: {filled}")

            def search(query: Query) -> list[str]:
                noun = "integrations" if query.wants_integration else "tools"
                result = world.run(noun, "search", "--limit", "5", "--json", "--", query.words)
                if result.code != 0:
                    raise SystemExit(f"relevance: {result}")
                return [item["slug"] for item in result.json["items"]]

            print(Score(load(Path(queries)), search))
        finally:
            sandbox.close()
    finally:
        world.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
