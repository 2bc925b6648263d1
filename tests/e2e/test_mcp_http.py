"""The MCP server over HTTP: who may come in, and both eras at one endpoint."""
import http.client
import json
import os
import signal
import socket
import stat
import time
from urllib.parse import urlsplit

from tests.support.agenta import AgentaTest, seconds
from tests.support.mcp import MODERN, PREFIX
from tests.support.sandbox import ISSUE, ISSUES

META = {PREFIX + "protocolVersion": MODERN, PREFIX + "clientCapabilities": {}}


class Reply:
    def __init__(self, status: int, headers: dict, body: bytes):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def events(self) -> list[dict]:
        return [json.loads(line[6:]) for line in self.body.decode().splitlines() if line.startswith("data: ")]


class HttpTest(AgentaTest):
    def setUp(self) -> None:
        super().setUp()
        self.sandbox = self.start_sandbox()

    def serve(self, *args) -> None:
        self.process = self.world.start("mcp", *args, "--http", "--json")
        ready = json.loads(self.process.stdout.readline())
        self.url, self.port = urlsplit(ready["url"]), urlsplit(ready["url"]).port
        self.file = ready["token_file"]
        with open(self.file) as file:
            self.token = file.read().strip()

    def send(self, body, method: str = "POST", headers: dict | None = None, path: str = "/mcp") -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds(20))
        base = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream",
                "Authorization": f"Bearer {self.token}"}
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        merged = {k: v for k, v in {**base, **(headers or {})}.items() if v is not None}
        try:
            connection.request(method, path, data, merged)
            reply = connection.getresponse()
            return Reply(reply.status, {k.lower(): v for k, v in reply.getheaders()}, reply.read())
        finally:
            connection.close()

    def modern(self, method: str, params: dict | None = None, headers: dict | None = None, meta: dict | None = None) -> Reply:
        named = {"Mcp-Name": params["name"]} if params and "name" in params else {}
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**(params or {}), "_meta": {**META, **(meta or {})}}}
        return self.send(body, headers={"MCP-Protocol-Version": MODERN, "Mcp-Method": method, **named, **(headers or {})})


class Port(HttpTest):
    def test_one_that_is_taken_is_told_from_a_mistake_and_its_holder_is_named(self):
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]

            error = self.assert_error(self.world.run("mcp", "--meta", "--http", "--port", str(port), "--json"), "BLOCKED", 12)

        self.assertIn(f"(pid {os.getpid()})", error["message"])
        self.assertIn(str(port), error["message"])

    def test_ends_with_0_by_ctrl_c(self):
        self.serve("--meta")
        self.process.send_signal(signal.SIGINT)

        self.assertEqual(self.process.wait(seconds(10)), 0)


class Doors(HttpTest):
    def setUp(self) -> None:
        super().setUp()
        self.serve("--meta")

    def test_the_token_is_in_a_file_of_the_owner_alone_and_goes_with_the_last_server(self):
        file = self.world.home.joinpath("run", "mcp-token")
        self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)
        first, token = self.process, self.token
        self.serve("--meta")
        self.assertEqual(self.token, token)
        first.terminate()
        self.assertEqual(first.wait(seconds(10)), 0)
        self.assertEqual(self.modern("server/discover").status, 200)
        self.assertTrue(file.exists())
        self.process.terminate()
        self.process.wait(seconds(10))
        self.assertFalse(file.exists())
        self.serve("--meta")
        self.assertNotEqual(self.token, token)

    def test_a_token_that_a_person_chose_stays(self):
        self.process.terminate()
        self.process.wait(seconds(10))
        file = self.world.home / "run" / "mcp-token"
        file.write_text("a token of my own choice\n")
        file.chmod(0o600)
        self.serve("--meta")
        self.assertEqual(self.modern("server/discover").status, 200)
        self.process.terminate()
        self.process.wait(seconds(10))
        self.assertTrue(file.exists())

    def raw(self, data: bytes) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=seconds(20))
        self.addCleanup(connection.close)
        connection.sendall(data)
        return connection

    def test_strangers_who_say_nothing_keep_nobody_out(self):
        held = [self.raw(b"P") for _ in range(70)]

        begin = time.monotonic()
        self.assertEqual(self.modern("server/discover").status, 200)

        self.assertLess(time.monotonic() - begin, seconds(3))
        self.assertEqual(held[0].recv(1), b"")

    def test_a_head_that_trickles_has_ten_seconds_in_all(self):
        connection = self.raw(b"POST /mcp HTTP/1.1\r\n")
        begin = time.monotonic()
        with self.assertRaises((BrokenPipeError, ConnectionResetError)):
            while time.monotonic() - begin < 30:
                connection.sendall(b"x")
                time.sleep(0.5)
        self.assertLess(time.monotonic() - begin, 20)

    def test_nothing_of_a_body_is_read_before_the_head_is_let_in(self):
        length = f"Content-Length: {15 << 20}\r\nContent-Type: application/json\r\n".encode()
        mine = f"Host: 127.0.0.1:{self.port}\r\n".encode()
        for status, head in ((b"403", b"Host: evil.example\r\n"), (b"401", mine)):
            connection = self.raw(b"POST /mcp HTTP/1.1\r\n" + head + length + b"\r\n")
            # No byte of the body is sent, and the answer is there.
            self.assertEqual(connection.recv(12), b"HTTP/1.1 " + status)

    def test_nobody_comes_in_without_it(self):
        for value in (None, "Bearer", "Bearer x", f"Basic {self.token}", f"Bearer {self.token}x"):
            self.assertEqual(self.modern("server/discover", headers={"Authorization": value}).status, 401, value)

    def test_foreign_hosts_and_origins_are_refused(self):
        for headers in ({"Host": "evil.example"}, {"Host": f"evil.example:{self.port}"}, {"Host": "127.0.0.1"},
                        {"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": "http://127.0.0.1:1"}):
            self.assertEqual(self.modern("server/discover", headers=headers).status, 403, headers)
        for headers in ({"Host": f"localhost:{self.port}"}, {"Origin": f"http://localhost:{self.port}"}):
            self.assertEqual(self.modern("server/discover", headers=headers).status, 200, headers)

    def test_other_methods_paths_and_types_are_refused(self):
        self.assertEqual(self.send(None, "GET").status, 405)
        self.assertEqual(self.send(None, "PUT").status, 405)
        self.assertEqual(self.send({}, path="/").status, 404)
        self.assertEqual(self.send({}, headers={"Content-Type": "text/plain"}).status, 415)
        self.assertEqual(self.send({}, headers={"Accept": "text/html"}).status, 406)
        self.assertEqual(self.send(b"nonsense").status, 400)
        self.assertEqual(self.send(b"[]").json["error"]["code"], -32600)

    def test_headers_say_what_the_body_says(self):
        for headers in ({"Mcp-Method": "tools/list"}, {"Mcp-Method": None}, {"MCP-Protocol-Version": "2025-11-25"},
                        {"MCP-Protocol-Version": None}):
            reply = self.modern("server/discover", headers=headers)
            self.assertEqual((reply.status, reply.json["error"]["code"]), (400, -32020), headers)
        reply = self.modern("tools/call", {"name": "search_tools", "arguments": {}}, {"Mcp-Name": "other"})
        self.assertEqual((reply.status, reply.json["error"]["code"]), (400, -32020))

    def test_unknown_methods_and_versions_have_their_statuses(self):
        self.assertEqual(self.modern("ping").status, 404)
        reply = self.modern("server/discover", headers={"MCP-Protocol-Version": "2031-01-01"},
                            meta={PREFIX + "protocolVersion": "2031-01-01"})
        self.assertEqual((reply.status, reply.json["error"]["code"]), (400, -32022))

    def test_a_message_that_is_too_large_is_refused(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds(20))
        connection.request("POST", "/mcp", None, {"Content-Length": str(17 << 20), "Content-Type": "application/json"})
        self.assertEqual(connection.getresponse().status, 413)
        connection.close()


class Eras(HttpTest):
    def setUp(self) -> None:
        super().setUp()
        self.connect_github(self.sandbox)
        self.serve("--tools", "github")

    def test_modern_requests_need_nothing_before_them(self):
        tools = self.modern("tools/list").json["result"]
        self.assertIn(ISSUES, [t["name"] for t in tools["tools"]])
        self.assertEqual(tools["cacheScope"], "private")
        result = self.modern("tools/call", {"name": ISSUES, "arguments": {"owner": "o", "repo": "r"}}).json["result"]
        self.assertIs(result["structuredContent"]["successful"], True)

    def test_progress_comes_as_events_before_the_answer(self):
        self.sandbox.plant("delay", tool=ISSUES, delay_ms=2500, times=1)
        reply = self.modern("tools/call", {"name": ISSUES, "arguments": {"owner": "o", "repo": "r"}},
                            meta={"progressToken": "p"})
        self.assertEqual(reply.headers["content-type"], "text/event-stream")
        self.assertEqual(reply.events[0]["method"], "notifications/progress")
        self.assertIn("result", reply.events[-1])

    def test_legacy_clients_have_sessions_that_they_can_end(self):
        begun = self.send({"jsonrpc": "2.0", "id": 1, "method": "initialize",
                           "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}})
        session = {"Mcp-Session-Id": begun.headers["mcp-session-id"], "MCP-Protocol-Version": "2025-06-18"}
        self.assertEqual(self.send({"jsonrpc": "2.0", "method": "notifications/initialized"}, headers=session).status, 202)
        listed = self.send({"jsonrpc": "2.0", "id": 2, "method": "tools/list"}, headers=session).json["result"]["tools"]
        self.assertIn("outputSchema", listed[0])
        self.assertEqual(self.send(None, "DELETE", session).status, 200)
        self.assertEqual(self.send({"jsonrpc": "2.0", "id": 3, "method": "ping"}, headers=session).status, 404)

    def test_who_takes_one_document_alone_is_asked_nothing(self):
        begun = self.send({"jsonrpc": "2.0", "id": 1, "method": "initialize",
                           "params": {"protocolVersion": "2025-06-18", "capabilities": {"elicitation": {}}, "clientInfo": {"name": "t", "version": "1"}}})
        session = {"Mcp-Session-Id": begun.headers["mcp-session-id"], "MCP-Protocol-Version": "2025-06-18"}
        self.send({"jsonrpc": "2.0", "method": "notifications/initialized"}, headers=session)

        reply = self.send({"jsonrpc": "2.0", "id": 2, "method": "tools/call",
                           "params": {"name": ISSUE, "arguments": {"owner": "o", "repo": "r", "title": "t"}}},
                          headers={**session, "Accept": "application/json"})

        self.assertEqual(reply.json["result"]["structuredContent"]["error"]["code"], "APPROVAL_REQUIRED")

    def test_it_ends_at_a_signal_while_somebody_listens(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds(20))
        body = {"jsonrpc": "2.0", "id": 1, "method": "subscriptions/listen",
                "params": {"notifications": {"toolsListChanged": True}, "_meta": META}}
        connection.request("POST", "/mcp", json.dumps(body).encode(),
                           {"Content-Type": "application/json", "Accept": "text/event-stream", "MCP-Protocol-Version": MODERN,
                            "Mcp-Method": "subscriptions/listen", "Authorization": f"Bearer {self.token}"})
        reply = connection.getresponse()
        self.assertIn(b"message", reply.readline())
        self.process.terminate()

        self.assertEqual(self.process.wait(seconds(10)), 0)
        connection.close()
