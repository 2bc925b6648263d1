"""A catalogue in the published format, of any size and any oddity, for `sandbox serve --catalog`."""
from __future__ import annotations

import json
from pathlib import Path


class PublishedCatalogue:
    """Toolkits and tools, written to a directory by `write`."""

    def __init__(self) -> None:
        self.toolkits: list[dict] = []
        self.tools: list[dict] = []

    def add_toolkit(self, slug: str, tools: int = 0, **meta) -> None:
        self.toolkits.append({
            "slug": slug, "name": slug.title(), "type": "native", "auth_schemes": ["API_KEY"],
            "composio_managed_auth_schemes": [], "is_local_toolkit": False, "no_auth": False,
            "deprecated": {"toolkitId": ""},
            "meta": {"created_at": "2026-01-01T00:00:00.000Z", "updated_at": "2026-01-01T00:00:00.000Z",
                     "description": f"What {slug} does.", "logo": "https://example.com/logo", "app_url": None,
                     "categories": [{"id": "testing", "name": "testing"}], "triggers_count": 0, "tools_count": tools,
                     "version": "20260101_00", **meta}})
        for number in range(tools):
            self.add_tool(slug, f"{slug.upper()}_TOOL_{number}")

    def add_tool(self, toolkit: str, slug: str, **members) -> None:
        versions = ["00000000_00", "20260101_00"]
        self.tools.append({
            "slug": slug, "name": slug.replace("_", " ").title(), "description": f"Does {slug}.",
            "toolkit": {"slug": toolkit, "name": toolkit, "logo": "https://example.com/logo"},
            "input_parameters": {"type": "object", "properties": {"text": {"type": "string"}}},
            "output_parameters": {"type": "object", "properties": {}}, "no_auth": False,
            "available_versions": versions, "version": versions[-1], "scopes": [], "tags": [],
            "is_deprecated": False,
            "deprecated": {"displayName": slug, "version": versions[-1], "available_versions": versions,
                           "is_deprecated": False, "toolkit": {"logo": "https://example.com/logo"}},
            **members})

    def write(self, directory: Path) -> Path:
        directory.mkdir(exist_ok=True)
        (directory / "toolkits.json").write_text(json.dumps({"items": self.toolkits}))
        (directory / "categories.json").write_text(json.dumps({"items": [{"id": "testing", "name": "testing"}]}))
        (directory / "tools.all.ndjson").write_text("".join(json.dumps(tool) + "\n" for tool in self.tools))
        return directory
