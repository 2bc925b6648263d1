"""Sessions on the embedded sandbox, and clients of their sockets."""
from __future__ import annotations

from pathlib import Path

from . import sandbox
from .agenta import AgentaTest, seconds
from .unix_http import Reply, UnixHttp

BOX = "--sandbox"
ALLOW = 'default = "allow"\n'


class SessionTest(AgentaTest):
    """A daemon with the embedded sandbox, whose key is always there, and `work`, a connection of github."""

    def setUp(self) -> None:
        super().setUp()
        self.world.start_daemon(BOX)
        self.connect("github", "work")
        self.policy = self.world.root / "allow.toml"
        self.policy.write_text(ALLOW)

    def connect(self, integration: str, slug: str) -> dict:
        begun = self.run_ok(BOX, "connect", integration, "--as", slug, "--no-wait", "--json").json
        sandbox.approve(begun["redirect_url"])
        return self.run_ok(BOX, "connect", "--resume", begun["id"], "--json").json

    def create(self, name: str, *tools: str, flags: tuple = ()) -> dict:
        """A session in which everything may run that is in it."""
        return self.run_ok(BOX, "session", "create", name, "--tools", ",".join(tools), "--policy", self.policy,
                           *flags, "--json").json

    def show(self, name: str) -> dict:
        return self.run_ok(BOX, "session", "show", name, "--json").json

    def owner(self, method: str, target: str, body=None, headers: dict | None = None) -> Reply:
        """The owner's own socket."""
        http = self.world.http(sandbox=True)
        try:
            return http.call(method, target, body, headers)
        finally:
            http.close()

    def door(self, path: str | Path, method: str, target: str, body=None, headers: dict | None = None) -> Reply:
        """A session's socket."""
        http = UnixHttp(Path(path), seconds(10))
        try:
            return http.call(method, target, body, headers)
        finally:
            http.close()

    def slugs(self, name: str) -> list[str]:
        reply = self.owner("GET", f"/api/tools/sessions/{name}/tools")
        self.assertEqual(reply.status, 200, f"{reply}")
        return [tool["slug"] for tool in reply.json["items"]]

    def changes(self, name: str) -> list[str]:
        """Everything that ever happened to it."""
        return [event["type"] for event in self.owner("GET", f"/api/tools/sessions/{name}/changes?cursor=0").json["items"]]
