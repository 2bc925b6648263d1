"""Everything that a client and `agenta-tools mcp` can say to each other, said once in each revision, for a recorder."""
from __future__ import annotations

import time

from tests.support.mcp import MODERN, PREFIX, Mcp
from tests.support.sandbox import ISSUE, ISSUES

LEGACY = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"]
WHERE = {"owner": "o", "repo": "r"}

# What must have been said, by the names of the schemas, for a revision to count as validated.
SAID_BY_CLIENT = {"InitializeRequest", "InitializedNotification", "PingRequest", "SetLevelRequest", "ListToolsRequest",
                  "CallToolRequest", "CancelledNotification"}
SAID_BY_SERVER = {"InitializeResult", "EmptyResult", "ListToolsResult", "CallToolResult", "ProgressNotification",
                  "LoggingMessageNotification", "ToolListChangedNotification", "JSONRPCError"}


def expected() -> dict[str, dict[str, set[str]]]:
    said = {revision: {"client": set(SAID_BY_CLIENT), "server": set(SAID_BY_SERVER)} for revision in LEGACY}
    for revision in ("2025-06-18", "2025-11-25"):
        said[revision]["client"].add("ElicitResult")
        said[revision]["server"].add("ElicitRequest")
    latest = said["2025-11-25"]["server"]
    latest.remove("JSONRPCError")
    latest |= {"JSONRPCErrorResponse", "ElicitationCompleteNotification"}
    said[MODERN] = {
        "client": {"DiscoverRequest", "ListToolsRequest", "CallToolRequest", "SubscriptionsListenRequest", "CancelledNotification"},
        "server": {"DiscoverResult", "ListToolsResult", "CallToolResult", "InputRequiredResult", "SubscriptionsListenResult",
                   "SubscriptionsAcknowledgedNotification", "ToolListChangedNotification", "ProgressNotification",
                   "LoggingMessageNotification", "UnsupportedProtocolVersionError", "JSONRPCErrorResponse"},
    }
    return said


class Dialogue:
    """A conversation with one server, in one revision."""

    def __init__(self, setting, revision: str):
        self.setting, self.sandbox, self.revision = setting, setting.sandbox, revision
        self.is_modern = revision == MODERN
        self.can_fill_forms = revision >= "2025-06-18"
        self.can_follow_links = revision >= "2025-11-25"
        modes = {"form": {}, "url": {}} if self.can_follow_links else {}
        self.capabilities = {"elicitation": modes} if self.can_fill_forms else {}

    def serve(self, *args) -> Mcp:
        return Mcp(self.setting.world, *args, era="modern" if self.is_modern else "legacy", revision=self.revision,
                   capabilities=self.capabilities, cli=self.setting.program)

    def hold(self) -> None:
        client = self.serve("--tools", "github,gmail")
        for part in (self.greet, self.list, self.call, self.log, self.progress, self.cancel, self.approve, self.connect, self.err):
            part(client)
        assert client.end() == 0
        self.change()

    def greet(self, client: Mcp) -> None:
        if self.is_modern:
            assert "result" in client.ask("server/discover")
        else:
            assert client.agreed["protocolVersion"] == self.revision
            assert client.ask("ping")["result"] == {}

    def list(self, client: Mcp) -> None:
        assert ISSUES in {tool["name"] for tool in client.tools()}
        assert client.ask("tools/list", {"cursor": "no such place"})["error"]["code"] == -32602

    def call(self, client: Mcp) -> None:
        assert not client.call(ISSUES, WHERE).get("isError")
        assert client.call(ISSUES, {"owner": "o"})["isError"] is True
        self.sandbox.plant("status", tool=ISSUES, status=400, body="upstream said no")
        assert client.call(ISSUES, WHERE)["isError"] is True
        assert client.ask("tools/call", {"name": "NO_SUCH_TOOL"})["error"]["code"] == -32602

    def log(self, client: Mcp) -> None:
        meta = {PREFIX + "logLevel": "debug"} if self.is_modern else None
        if not self.is_modern:
            assert client.ask("logging/setLevel", {"level": "debug"})["result"] == {}
        client.call(ISSUES, WHERE, meta)
        assert client.notifications("notifications/message")

    def progress(self, client: Mcp) -> None:
        for token in (0, "a text"):
            self.sandbox.plant("delay", tool=ISSUES, delay_ms=2500)
            client.call(ISSUES, WHERE, {"progressToken": token})
        told = {step["params"]["progressToken"] for step in client.notifications("notifications/progress")}
        assert told == {0, "a text"}, told

    def cancel(self, client: Mcp) -> None:
        self.sandbox.plant("delay", tool=ISSUES, delay_ms=1500)
        before = self.sandbox.requests(ISSUES)
        call = client.begin("tools/call", {"name": ISSUES, "arguments": WHERE})
        until(lambda: self.sandbox.requests(ISSUES) > before)
        client.tell("notifications/cancelled", {"requestId": call, "reason": "changed my mind"})
        client.call(ISSUES, WHERE)
        assert not [each for each in client.seen if each.get("id") == call]

    def approve(self, client: Mcp) -> None:
        for answer in ({"action": "accept", "content": {"decision": "once"}}, {"action": "decline"}, {"action": "cancel"}):
            call = {"name": ISSUE, "arguments": {**WHERE, "title": f"{self.revision} {answer['action']}"}}
            result = self.asked(client, call, self.can_fill_forms, lambda _: answer)
            is_run = self.can_fill_forms and answer["action"] == "accept"
            assert bool(result.get("isError")) is not is_run, result

    def connect(self, client: Mcp) -> None:
        call = {"name": "connect", "arguments": {"integration": "gmail"}}
        declined = self.asked(client, call, self.can_follow_links, lambda _: {"action": "decline"})
        assert declined["isError"] is True, declined

        def follow(params: dict) -> dict:
            self.sandbox.approve(params["url"])
            return {"action": "accept"}

        if not self.can_follow_links:
            return
        assert not self.asked(client, call, True, follow).get("isError")
        self.setting.ok("agenta-tools", "disconnect", "gmail", "--yes")

    def asked(self, client: Mcp, call: dict, is_asked: bool, answer) -> dict:
        """The result of a call, during which the client is asked something, in the way of its era."""
        id = client.begin("tools/call", call)
        if not is_asked:
            return client.answer(id)["result"]
        if self.is_modern:
            first = client.answer(id)["result"]
            [(key, request)] = first["inputRequests"].items()
            more = {"requestState": first["requestState"], "inputResponses": {key: answer(request["params"])}}
            return client.ask("tools/call", {**call, **more})["result"]
        question = client.until(lambda m: m.get("method") == "elicitation/create")
        client.seen.remove(question)
        client.say({"jsonrpc": "2.0", "id": question["id"], "result": answer(question["params"])})
        return client.answer(id)["result"]

    def err(self, client: Mcp) -> None:
        assert client.ask("no/such/method")["error"]["code"] == -32601
        assert client.ask("tools/call", {"arguments": {}})["error"]["code"] == -32602
        assert client.ask("prompts/list")["error"]["code"] == -32601
        client.tell("notifications/unheard-of", {"a": 1})
        if self.is_modern:
            client.say({"jsonrpc": "2.0", "id": "old", "method": "tools/list",
                        "params": {"_meta": {PREFIX + "protocolVersion": "2001-01-01", PREFIX + "clientCapabilities": {}}}})
            assert client.answer("old")["error"]["code"] == -32022
            client.say({"jsonrpc": "2.0", "id": "half", "method": "tools/list", "params": {"_meta": {PREFIX + "protocolVersion": MODERN}}})
            assert client.answer("half")["error"]["code"] == -32602
        if self.revision < "2025-11-25":
            return  # Before that, no error without an id is valid.
        for line, code in ((b"nonsense", -32700), (b'{"jsonrpc":"2.0","id":null,"method":"ping"}', -32600), (b"[]", -32600),
                           (b'{"id":1,"method":"ping"}', -32600)):
            client.write(line + b"\n")
            assert client.next()["error"]["code"] == code, line

    def change(self) -> None:
        """The list of a session's tools changes while it is served."""
        name = f"wire-{self.revision}"
        self.setting.ok("agenta-tools", "session", "create", name, "--tools", ISSUES)
        client = self.serve("--session", name)
        if self.is_modern:
            listening = client.begin("subscriptions/listen", {"notifications": {"toolsListChanged": True}})
            client.until(lambda m: m.get("method") == "notifications/subscriptions/acknowledged")

        def is_told() -> bool:
            # Until the watch of changes has begun, they go by.
            for verb in ("add", "remove"):
                self.setting.ok("agenta-tools", "session", verb, name, ISSUE)
            client.ask("tools/list")
            return bool(client.notifications("notifications/tools/list_changed"))

        until(is_told)
        client.process.stdin.close()
        if self.is_modern:
            assert client.answer(listening)["result"]["resultType"] == "complete"
        assert client.end() == 0


def until(condition, timeout: float = 30) -> None:
    end = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.05)


def hold_all(setting) -> None:
    for revision in [*LEGACY, MODERN]:
        Dialogue(setting, revision).hold()
