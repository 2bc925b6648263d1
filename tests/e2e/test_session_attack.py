"""What somebody tries who has a session's socket and wants more than the session may do."""
import json
import os
import socket
import threading
import unittest
import uuid
from pathlib import Path

from tests.support.agenta import seconds, wait_until
from tests.support.sandbox import ISSUE, ISSUES
from tests.support.sessions import BOX, SessionTest
from tests.support.unix_http import connect

READ = {"owner": "o", "repo": "r"}
WRITE = {**READ, "title": "hello"}
ROOT = "/api/tools"


class Attack(SessionTest):
    """`inner` has only reading issues on `work`; outside it are another session, another account, and the owner's own runs."""

    def setUp(self) -> None:
        super().setUp()
        self.other_account = self.connect("github", "secret-account")
        self.inner = self.create("inner", ISSUES, flags=("--connection", "github=work"))
        self.other = self.create("hidden-session", "github", flags=("--connection", "github=secret-account"))
        self.owners = self.run_ok(BOX, "execute", ISSUE, "owner=o", "repo=r", "title=owners-title", "-c", "secret-account",
                                  "--idempotency-key", "owners-key", "--output", "envelope").json
        self.socket = Path(self.inner["socket"])

    def ask(self, method: str, target: str, body=None, headers: dict | None = None):
        return self.door(self.socket, method, target, body, headers)

    def raw(self, request: bytes) -> bytes:
        """Bytes as they are, which no client would send."""
        sock = connect(self.socket, seconds(10))
        try:
            sock.sendall(request)
            sock.shutdown(socket.SHUT_WR)
            answer = b""
            while piece := sock.recv(65536):
                answer += piece
            return answer
        finally:
            sock.close()

    def execute(self, tool: str = ISSUES, arguments: dict | None = None, **more):
        return self.ask("POST", f"{ROOT}/executions", {"tool": tool, "arguments": arguments or READ, **more})

    def assert_refused(self, reply, code: str = "FORBIDDEN") -> dict:
        self.assertEqual((reply.status, reply.json["code"]), (403, code), f"{reply}")
        self.assert_tells_nothing(reply.body)
        return reply.json

    def assert_tells_nothing(self, text: bytes) -> None:
        for secret in (b"hidden-session", b"secret-account", b"owners-title", b"owners-key", self.other["id"].encode(),
                       self.owners["id"].encode(), self.other_account["id"].encode(), b"ca_", os.fsencode(self.world.root)):
            self.assertNotIn(secret, text)

    def test_the_session_itself_works(self):
        self.assertEqual(self.ask("GET", f"{ROOT}/session").json["name"], "inner")
        self.assertEqual([tool["slug"] for tool in self.ask("GET", f"{ROOT}/session/tools").json["items"]], [ISSUES])
        self.assertEqual(self.execute().status, 200)

    def test_another_sessions_name_is_refused_and_nothing_of_it_is_journaled_there(self):
        for name in ("hidden-session", "nothing-of-that-name"):
            self.assertEqual((reply := self.execute(session=name)).status, 403, f"{reply}")
        self.run_ok(BOX, "session", "close", "inner", "--json")

        rows = self.run_ok(BOX, "history", "--session", "hidden-session", "--json").json["items"]

        self.assertEqual(rows, [])

    def test_everything_that_is_not_its_own_is_forbidden(self):
        document = self.owner("GET", "/api/openapi.json").json
        own = {"/session", "/session/tools", "/session/changes", "/integrations", "/integrations/{slug}", "/integrations/{slug}/tools",
               "/integrations/{slug}/tools/{tool}", "/tools", "/tools/{tool}", "/search", "/schemas"}
        allowed = {("GET", ROOT + path) for path in own} | {("GET", f"{ROOT}/connections"), ("POST", f"{ROOT}/executions"), ("GET", f"{ROOT}/executions"),
                   ("GET", f"{ROOT}/executions/{{id}}"), ("GET", f"{ROOT}/executions/{{id}}/result"), ("POST", f"{ROOT}/executions/{{id}}/cancel")}
        tried = 0
        for path, item in document["paths"].items():
            for method in {"get", "post", "put", "patch", "delete"} & item.keys():
                if (method.upper(), path) in allowed:
                    continue
                target = path.replace("{name}", "hidden-session").replace("{id}", self.other_account["id"]).replace("{slug}", "github") \
                    .replace("{tool}", ISSUE).replace("{what}", "reset")
                with self.subTest(f"{method} {path}"):
                    reply = self.ask(method.upper(), target, {} if method != "get" else None)
                    self.assert_refused(reply)
                    tried += 1

        self.assertGreater(tried, 40)
        self.assertEqual(self.owner("GET", f"{ROOT}/daemon").status, 200, "it is still there")
        self.assertEqual(self.show("hidden-session")["state"], "open")

    def test_it_sees_no_other_session(self):
        for target in ("/sessions", "/sessions/hidden-session", f"/sessions/{self.other['id']}", "/sessions/inner", "/sessions/inner/tools",
                       "/sessions/hidden-session/changes?cursor=0", "/sessions/nothing-of-that-name"):
            with self.subTest(target):
                self.assert_refused(self.ask("GET", ROOT + target))
        self.assert_refused(self.ask("DELETE", f"{ROOT}/sessions/hidden-session"))
        self.assert_tells_nothing(self.ask("GET", f"{ROOT}/session?session=hidden-session&name=hidden-session").body)

    def test_it_widens_neither_its_tools_nor_its_policy(self):
        self.assert_refused(self.ask("POST", f"{ROOT}/sessions/inner/tools", {"add": ["github"]}))
        self.assert_refused(self.ask("POST", f"{ROOT}/session/tools", {"add": ["github"]}))
        self.assert_refused(self.ask("PATCH", f"{ROOT}/session", {"policy": "default = \"allow\""}))
        self.assert_refused(self.ask("POST", f"{ROOT}/sessions", {"name": "mine", "tools": ["github"]}))

        self.assert_refused(self.execute(ISSUE, WRITE), "POLICY_DENIED")
        self.assert_refused(self.execute(ISSUE, WRITE, session="hidden-session"), "FORBIDDEN")
        self.assert_refused(self.execute(f"tools.composio.github.{ISSUE}", WRITE), "POLICY_DENIED")
        self.assert_refused(self.execute(ISSUE.lower(), WRITE), "POLICY_DENIED")
        self.assert_refused(self.execute("GITHUB_NO_SUCH_TOOL", {}), "POLICY_DENIED")
        self.assertEqual(self.show("inner")["tools"], [ISSUES])

    def test_what_is_its_owners_to_do_is_no_step(self):
        outside = self.assert_refused(self.execute(ISSUE, WRITE), "POLICY_DENIED")
        self.assertFalse(outside["next_step"])
        self.assertIn(f"ask whoever runs the session: `agenta-tools --sandbox session add inner {ISSUE}`", outside["detail"])
        [row] = self.ask("GET", f"{ROOT}/executions?state=refused").json["items"]
        self.assertFalse(row["error"]["next_step"])
        self.assertIn("ask whoever runs the session", row["error"]["message"])
        self.assertIn("ask whoever runs the session", self.assert_refused(self.ask("GET", f"{ROOT}/daemon"))["detail"])

    def test_a_tool_outside_is_the_same_as_one_that_does_not_exist(self):
        def words(tool):
            return self.execute(tool, {}).json["detail"].replace(tool, "TOOL")

        self.assertEqual(words(ISSUE), words("GITHUB_NO_SUCH_TOOL"))
        for target in (f"/tools/{ISSUE}", "/tools/GITHUB_NO_SUCH_TOOL", f"/integrations/github/tools/{ISSUE}", "/integrations/slack",
                       "/integrations/nosuchthing", "/integrations/slack/tools", f"/schemas?tools={ISSUE}", "/schemas?tools=GITHUB_NO_SUCH_TOOL",
                       f"/schemas?tools={ISSUES},{ISSUE}", "/schemas?integration=slack"):
            with self.subTest(target):
                self.assert_refused(self.ask("GET", ROOT + target))

    def test_the_catalogue_is_that_of_the_session(self):
        self.assertEqual([each["slug"] for each in self.ask("GET", f"{ROOT}/tools").json["items"]], [ISSUES])
        self.assertEqual([each["slug"] for each in self.ask("GET", f"{ROOT}/integrations").json["items"]], ["github"])
        self.assertEqual([each["slug"] for each in self.ask("GET", f"{ROOT}/integrations?connected=true").json["items"]], ["github"])
        found = self.ask("GET", f"{ROOT}/search?q=create%20an%20issue&limit=50").json["items"]
        self.assertLessEqual({each["slug"] for each in found}, {ISSUES, "github"})
        self.assertEqual(len(self.ask("GET", f"{ROOT}/schemas?integration=github&format=openai").json["items"]), 1)
        self.assert_refused(self.ask("GET", f"{ROOT}/search?q=issue&remote=true"))

    def test_it_reaches_no_connection_it_is_not_bound_to(self):
        listed = self.ask("GET", f"{ROOT}/connections")
        self.assertEqual([each["slug"] for each in listed.json["items"]], ["work"])
        self.assert_tells_nothing(listed.body)
        self.assert_tells_nothing(self.ask("GET", f"{ROOT}/integrations/github").body)
        self.assert_tells_nothing(self.ask("GET", f"{ROOT}/connections?integration=github&limit=1000&cursor=x").body)
        for name in ("secret-account", self.other_account["id"]):
            reply = self.execute(connection=name)
            self.assertEqual((reply.status, reply.json["code"]), (403, "POLICY_DENIED"), f"{reply}")
        nothing = self.execute(connection="no-such-connection").json["detail"].replace("no-such-connection", "X")
        self.assertEqual(nothing, self.execute(connection="secret-account").json["detail"].replace("secret-account", "X"))
        reply = self.execute("tools.composio.github.LIST_REPOSITORY_ISSUES.secret-account")
        self.assertEqual(reply.json["code"], "POLICY_DENIED", f"{reply}")
        self.assert_refused(self.ask("GET", f"{ROOT}/connections/work"))

    def test_it_reads_nobody_elses_history(self):
        mine = self.execute().json["id"]
        for query in ("", "?session=hidden-session", "?session=", "?limit=1000", "?since=2000-01-01T00:00:00Z", f"?tool={ISSUE}",
                      "?connection=secret-account", "?state=succeeded"):
            with self.subTest(query):
                reply = self.ask("GET", f"{ROOT}/executions{query}")
                if reply.status == 200:
                    self.assertLessEqual({each["id"] for each in reply.json["items"]}, {mine})
                self.assert_tells_nothing(reply.body.replace(b"secret-account", b""))
        for target in ("", "/result", "/result?select=/number"):
            theirs = self.ask("GET", f"{ROOT}/executions/{self.owners['id']}{target}")
            nobodys = self.ask("GET", f"{ROOT}/executions/{uuid.uuid4()}{target}")
            self.assertEqual((theirs.status, theirs.json["code"]), (nobodys.status, nobodys.json["code"]))
            self.assertNotIn(b"owners-title", theirs.body)
        self.assertEqual(self.ask("GET", f"{ROOT}/executions/{mine}").json["session"], "inner")
        self.assert_refused(self.ask("GET", f"{ROOT}/history"))

    def test_a_session_of_the_same_name_before_it_is_another(self):
        before = self.run_ok(BOX, "execute", ISSUES, "owner=o", "repo=r", "--session", "inner", "--idempotency-key", "k", "--output", "envelope").json
        self.run_ok(BOX, "session", "close", "inner")
        after = self.create("inner", ISSUES, flags=("--connection", "github=work"))
        self.assertEqual(Path(after["socket"]), self.socket)

        self.assertEqual(self.ask("GET", f"{ROOT}/executions").json["items"], [])
        self.assertEqual(self.ask("GET", f"{ROOT}/executions/{before['id']}").status, 404)
        again = self.execute(idempotency_key="k").json
        self.assertFalse(again["replayed"])
        self.assertNotEqual(again["id"], before["id"])

    def test_it_cancels_nobody_elses_run(self):
        mine = str(uuid.uuid4())
        early = self.ask("POST", f"{ROOT}/executions/{mine}/cancel")
        self.assertEqual(early.json["code"], "EXECUTION_NOT_FOUND")

        theirs = self.owner("POST", f"{ROOT}/executions", {"id": mine, "tool": ISSUES, "arguments": READ, "connection": "work"})

        self.assertEqual(theirs.json["state"], "succeeded", f"{theirs}")
        self.assertEqual(self.ask("POST", f"{ROOT}/executions/{self.owners['id']}/cancel").status, 404)

    def test_an_owners_key_reveals_no_result(self):
        self.run_ok(BOX, "session", "add", "inner", ISSUE)
        arguments = {**READ, "title": "owners-title"}

        same = self.execute(ISSUE, arguments, idempotency_key="owners-key")
        other = self.execute(ISSUE, {**READ, "title": "another"}, idempotency_key="owners-key")

        self.assertEqual(same.status, 200, f"{same}")
        self.assertFalse(same.json["replayed"])
        self.assertNotEqual(same.json["data"]["number"], self.owners["data"]["number"])
        self.assertEqual(other.json["code"], "IDEMPOTENCY_CONFLICT")
        self.assertNotIn(self.owners["id"], json.dumps(other.json))
        forged = self.execute(ISSUES, READ, idempotency_key=f"{self.other['id']}/k")
        self.assertFalse(forged.json["replayed"])

    def test_an_id_that_others_have_used_is_as_good_as_any(self):
        others = self.door(self.other["socket"], "POST", f"{ROOT}/executions", {"tool": ISSUES, "arguments": READ}).json
        free = str(uuid.uuid4())

        for given in (self.owners["id"], others["id"], free):
            with self.subTest(given):
                self.assertEqual(self.ask("GET", f"{ROOT}/executions/{given}").status, 404)
                self.assertEqual(self.ask("POST", f"{ROOT}/executions/{given}/cancel").status, 404)
                cancelled = self.execute(id=given)
                self.assertEqual(cancelled.json["code"], "CANCELLED", "a cancel that came before its call")
                reply = self.execute(id=given.upper())
                self.assertEqual(reply.status, 409, "its own ids are used once, the cancelled one too")

        reply = self.execute(id=(mine := str(uuid.uuid4())))
        self.assertEqual(reply.status, 200, f"{reply}")
        self.assertNotEqual(reply.json["id"], mine)
        for name in (mine, reply.json["id"]):
            self.assertEqual(self.ask("GET", f"{ROOT}/executions/{name}").json["id"], reply.json["id"])
            self.assertEqual(self.ask("POST", f"{ROOT}/executions/{name}/cancel").json["state"], "succeeded")
        row = self.run_ok(BOX, "history", "show", self.owners["id"], "--json").json
        self.assertEqual((row["tool"], row["state"]), (ISSUE, "succeeded"), "and changes nothing")

    def test_nothing_it_reads_tells_of_the_machine_or_its_owner(self):
        fault = {"kind": "large_result", "times": 1, "match": {"tool": ISSUES}, "bytes": 2 << 20}
        self.assertLess((planted := self.owner("POST", f"{ROOT}/sandbox/faults", fault)).status, 300, f"{planted}")
        large = self.execute().json
        self.run_ok(BOX, "execute", ISSUES, "owner=o", "repo=r", "--session", "inner")
        who = self.run_ok(BOX, "connections", "show", "work", "--json").json
        for target in ("/session", "/session/tools", "/session/changes?cursor=0", "/connections", "/executions", f"/executions/{large['id']}",
                       "/integrations", "/integrations/github", "/integrations/github/tools", f"/tools/{ISSUES}", "/search?q=issue", "/schemas?integration=github"):
            with self.subTest(target):
                reply = self.ask("GET", ROOT + target)
                self.assertEqual(reply.status, 200, f"{reply}")
                text = reply.body.decode()
                for secret in (str(self.world.root), str(Path.home()), self.policy.name, who["base_url"], who["project_id"], json.dumps(who["created_by"]["host"])):
                    self.assertNotIn(secret, text)
                for name in ("actor", "created_by", "changed_by", "used_by", "base_url", "path"):
                    self.assertNotRegex(text, rf'"{name}":\s*[^n\s]', "null where there is a place for it")
        self.assertIsNotNone(large["result_file"])
        self.assertIsNone(large["result_file"]["path"])

    def test_a_batch_of_the_owners_is_not_joined(self):
        line = {"tool": ISSUES, "arguments": READ}
        self.run_ok(BOX, "batch", stdin=json.dumps({**line, "connection": "work"}) + "\n")
        [batch] = self.owner("GET", f"{ROOT}/batches").json["items"]

        self.assert_refused(self.ask("GET", f"{ROOT}/batches"))
        self.assert_refused(self.ask("GET", f"{ROOT}/batches/{batch['id']}/lines"))
        self.assert_refused(self.execute(batch={"id": batch["id"], "line": 1}))
        self.assert_refused(self.execute(batch={"id": batch["id"], "line": 2}))
        self.assertEqual(self.owner("GET", f"{ROOT}/batches/{batch['id']}").json["lines"]["succeeded"], 1)

    def test_files_are_out_of_reach(self):
        upload = self.owner("POST", f"{ROOT}/uploads", {"filename": "secret.txt", "size": 6})
        self.assertEqual(upload.status, 201, f"{upload}")

        self.assert_refused(self.execute(files=[{"pointer": "/owner", "upload": upload.json["id"]}]))
        self.assert_refused(self.ask("POST", f"{ROOT}/uploads", {"filename": "x", "size": 1}))
        self.assert_refused(self.ask("PUT", f"{ROOT}/uploads/{upload.json['id']}?offset=0", b"abcdef"))
        self.assert_refused(self.ask("GET", f"{ROOT}/executions/{self.owners['id']}/files?select=/url"))

    def test_the_daemon_is_not_its_to_command(self):
        for method, target in (("GET", "/daemon"), ("POST", "/daemon/shutdown"), ("POST", "/daemon/reload"), ("POST", "/sandbox/reset"),
                               ("POST", "/sandbox/faults"), ("GET", "/account"), ("POST", "/login"), ("DELETE", "/login"), ("POST", "/catalog/refresh"),
                               ("GET", "/catalog"), ("POST", "/proxy")):
            with self.subTest(f"{method} {target}"):
                self.assert_refused(self.ask(method, ROOT + target, {} if method == "POST" else None))
        self.assert_refused(self.ask("GET", "/api/openapi.json"))
        self.assertEqual(self.execute().status, 200)

    def test_nothing_it_asked_is_its_to_approve(self):
        for target in ("/approvals", f"/approvals/{uuid.uuid4()}", "/approvals/changes"):
            self.assert_refused(self.ask("GET", ROOT + target))
        for what in ("approve", "deny", "revoke"):
            self.assert_refused(self.ask("POST", f"{ROOT}/approvals/{uuid.uuid4()}/{what}", {"scope": "session"}))
        self.assert_refused(self.ask("POST", f"{ROOT}/policy/explain", {"tool": ISSUE}))

    def test_tricks_with_paths(self):
        for target in (f"{ROOT}/../tools/sessions", f"{ROOT}/tools/../sessions", f"{ROOT}/%2e%2e/tools/sessions", f"{ROOT}/session/../sessions",
                       f"{ROOT}//sessions", f"/{ROOT}/sessions", f"{ROOT}/sessions/", f"{ROOT}/./sessions", f"{ROOT}/session%2f..%2fsessions",
                       f"{ROOT}/SESSIONS", f"{ROOT}/%73essions", f"{ROOT}/sessions%00", f"{ROOT}/sessions;x=1", f"{ROOT}/session%73",
                       f"{ROOT}/executions/..%2f..%2fsessions", f"{ROOT}/tools/..%2f..%2fsessions", f"{ROOT}/integrations/..%2fsessions",
                       f"{ROOT}/tools/%2e%2e", f"{ROOT}/integrations/github%2f..%2f..%2fsessions"):
            with self.subTest(target):
                answer = self.raw(f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
                self.assertRegex(answer.split(b"\r\n", 1)[0], rb"^HTTP/1.1 (403|404|400) ", answer)
                self.assert_tells_nothing(answer)

    def test_tricks_with_targets_and_hosts(self):
        for line in (b"GET http://localhost/api/tools/sessions HTTP/1.1\r\nHost: localhost", b"GET http://localhost/api/tools/session HTTP/1.1\r\nHost: localhost",
                     b"GET * HTTP/1.1\r\nHost: localhost", b"CONNECT localhost:1 HTTP/1.1\r\nHost: localhost",
                     b"GET /api/tools/session HTTP/1.1\r\nHost: evil.example", b"GET /api/tools/session HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example",
                     b"GET /api/tools/session HTTP/1.1\r\nHost: localhost\r\nHost: evil.example"):
            with self.subTest(line):
                answer = self.raw(line + b"\r\nConnection: close\r\n\r\n")
                self.assertRegex(answer.split(b"\r\n", 1)[0], rb"^HTTP/1.1 (403|400) ", answer)

    def test_a_second_request_hidden_in_a_body_is_one_of_the_session_too(self):
        hidden = b"GET /api/tools/sessions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        answer = self.raw(b"GET /api/tools/session HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n" + hidden)
        self.assertIn(b"FORBIDDEN", answer)
        self.assert_tells_nothing(answer.replace(os.fsencode(self.world.root), b""))

    def test_forged_headers(self):
        headers = {"Agenta-Tools-Project": "other", "Agenta-Tools-Session": self.other["id"], "X-Forwarded-For": "127.0.0.1",
                   "X-HTTP-Method-Override": "DELETE", "X-Original-URL": "/api/tools/sessions"}
        self.assertEqual(self.ask("GET", f"{ROOT}/session", headers=headers).json["name"], "inner")
        forged = {"tool": ISSUES, "arguments": READ, "project": "other"}
        self.assert_refused(self.ask("POST", f"{ROOT}/executions", {**forged, "session": "hidden-session"}, headers))
        reply = self.ask("POST", f"{ROOT}/executions", forged, headers)
        self.assertEqual((reply.status, reply.json["session"]), (200, "inner"), f"{reply}")
        for name in ("Agenta-Tools-Composio-Key", "Agenta-Tools-Composio-Url", "Agenta-Tools-Session-Bus"):
            with self.subTest(name):
                self.assert_refused(self.ask("GET", f"{ROOT}/session", headers={name: "http://evil.example"}))

    def test_a_closed_session_leaves_nothing_behind(self):
        kept = connect(self.socket, seconds(10))
        self.addCleanup(kept.close)
        kept.sendall(b"GET /api/tools/session HTTP/1.1\r\nHost: localhost\r\n\r\n")
        self.assertIn(b"200", kept.recv(65536))

        self.run_ok(BOX, "session", "close", "inner")

        try:
            kept.sendall(b"GET /api/tools/session HTTP/1.1\r\nHost: localhost\r\n\r\n")
            answer = kept.recv(65536)
        except (BrokenPipeError, ConnectionResetError):
            answer = b""
        self.assertNotIn(b"HTTP/1.1 200", answer)
        self.assertFalse(self.socket.exists())

    def test_unfinished_bodies_hold_a_bounded_amount_of_memory(self):
        most = 15 << 20
        head = f"POST {ROOT}/executions HTTP/1.1\r\nHost: localhost\r\nContent-Length: {most}\r\n\r\n".encode()
        crowd = []
        refused = 0
        try:
            for _ in range(100):
                crowd.append(sock := connect(self.socket, seconds(10)))
                try:
                    sock.sendall(head + b" " * (most // 2))
                except (BrokenPipeError, ConnectionResetError):
                    pass  # it was told before all of that was sent
            for sock in crowd[4:]:
                answer = sock.recv(65536)
                self.assertTrue(answer.startswith(b"HTTP/1.1 429 "), answer[:200])
                self.assertIn(b"RATE_LIMITED", answer)
                refused += 1

            self.assertEqual(self.execute().status, 200, "an ordinary call is let in")
            self.assertEqual(self.owner("GET", f"{ROOT}/daemon").status, 200)
            with self.assertRaises(TimeoutError):
                crowd[0].settimeout(0.01)
                crowd[0].recv(1)
        finally:
            for each in crowd:
                each.close()
        self.assertEqual(refused, 96)

    def test_a_version_that_does_not_fit_tells_nothing_of_the_machine(self):
        for headers in ({"Agenta-Tools-Version": "99.0.0"}, {"Agenta-Tools-Protocol": "0-0"}):
            with self.subTest(f"{headers}"):
                reply = self.ask("GET", f"{ROOT}/session", headers=headers)
                self.assertEqual((reply.status, reply.json["code"]), (426, "VERSION_SKEW"), f"{reply}")
                self.assertNotIn("daemon_program", reply.json["context"])
                self.assertNotIn(b"/agenta-toolsd", reply.body)
        self.assertIn("daemon_program", self.owner("GET", f"{ROOT}/daemon", headers={"Agenta-Tools-Version": "99.0.0"}).json["context"])

    def test_its_arguments_are_checked(self):
        reply = self.execute(arguments={"owner": 5}, validate=False)

        self.assert_refused(reply)
        self.assertIn("validate", reply.json["detail"])

    def test_a_crowd_at_one_socket_keeps_nobody_out_of_another(self):
        crowd = []
        try:
            for _ in range(300):
                crowd.append(connect(self.socket, seconds(5)))
            self.assertEqual(self.owner("GET", f"{ROOT}/daemon").status, 200)
            self.assertEqual(self.door(self.other["socket"], "GET", f"{ROOT}/session").status, 200)
        finally:
            for each in crowd:
                each.close()


class Judged(SessionTest):
    """A policy that denies or asks, and calls that are spelt to pass by it."""

    def session(self, policy: str, *tools: str) -> Path:
        self.policy.write_text(policy)
        return Path(self.create("judged", *tools, flags=("--connection", "github=work") if "github" in tools else ())["socket"])

    def execute(self, socket: Path, tool: str, arguments: dict | str, **more):
        if isinstance(arguments, dict):
            arguments = json.dumps(arguments)
        rest = "".join(f",{json.dumps(name)}:{json.dumps(value)}" for name, value in more.items())
        return self.door(socket, "POST", f"{ROOT}/executions", f'{{"tool":"{tool}","arguments":{arguments}{rest}}}'.encode())

    def declare(self, text: str) -> None:
        file = self.world.user_home / ".config" / "agenta-tools" / "tools.toml"
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = file.with_suffix(".new")
        fresh.write_text(text)
        fresh.chmod(0o600)
        fresh.rename(file)

    def test_a_tool_of_the_owners_reads_no_other_file(self):
        notes = self.world.user_home / "notes"
        notes.mkdir()
        (notes / "shopping.txt").write_text("milk")
        (self.world.user_home / "secret.txt").write_text("the owner's secret")
        self.declare(f"[tools.CUSTOM_NOTE]\ndescription = 'Reads a note'\nread_only = true\ncommand = ['cat', '{notes}/{{name}}.txt']\n"
                     "[tools.CUSTOM_NOTE.input]\ntype = 'object'\nrequired = ['name']\n"
                     "properties.name = { type = 'string', pattern = '^[a-z]+$' }\nproperties.all.items.allOf = [" + "{}," * 20 + "]\n")
        socket = self.session('default = "allow"\n', "CUSTOM_NOTE")
        self.assertEqual(self.execute(socket, "CUSTOM_NOTE", {"name": "shopping"}).json["data"]["stdout"], "milk")

        for code, arguments, more in (("FORBIDDEN", {"name": "../secret"}, {"validate": False}), ("INVALID_ARGUMENTS", {"name": "../secret"}, {}),
                                      ("INVALID_ARGUMENTS", {"all": [1] * 100_000, "name": "../secret"}, {})):
            reply = self.execute(socket, "CUSTOM_NOTE", arguments, **more)
            self.assertEqual(reply.json["code"], code)
            self.assertNotIn(b"the owner's secret", reply.body)
        result = self.world.run(BOX, "execute", "CUSTOM_NOTE", "name=../secret", "--no-validate", "--json")
        self.assert_error(result, "INVALID_ARGUMENTS", 2)

    def test_a_rule_is_not_passed_by_where_its_pointer_leads(self):
        self.declare("[tools.CUSTOM_W]\ndescription = 'Writes'\ncommand = ['true']\n"
                     "[tools.CUSTOM_W.input]\ntype = 'object'\nproperties.meta = {}\nproperties.labels = {}\nproperties.ids = {}\n")
        rule = '[[rule]]\ndecision = "deny"\n[[rule.when]]\npointer = "{}"\nequals = {}\n'
        socket = self.session('default = "allow"\n' + rule.format("/meta/owner", '"acme"') + rule.format("/labels/0", '"urgent"') + rule.format("/ids", "[5]"),
                              "CUSTOM_W")

        for arguments in ({"meta": {"owner": "acme"}}, {"meta": '{"owner":"acme"}'}, {"meta": [{"owner": "acme"}]}, {"labels": ["urgent"]},
                          {"labels": "urgent"}, {"labels": '["urgent"]'}, {"ids": [5]}, {"ids": ["5"]}):
            with self.subTest(f"{arguments}"):
                self.assertEqual(self.execute(socket, "CUSTOM_W", arguments).json["code"], "POLICY_DENIED")
        self.assertEqual(self.execute(socket, "CUSTOM_W", {"meta": {"owner": "me"}, "labels": ["later"], "ids": [6]}).status, 200)

    def test_a_limit_is_not_passed_by_how_a_number_is_spelt(self):
        self.declare("[tools.CUSTOM_PAY]\ndescription = 'Pays'\ncommand = ['true']\n[tools.CUSTOM_PAY.input]\ntype = 'object'\nproperties.amount = {}\n")
        socket = self.session('default = "deny"\n[[rule]]\ndecision = "allow"\n[[rule.when]]\npointer = "/amount"\nless_than = 1000\n', "CUSTOM_PAY")

        self.assertEqual(self.execute(socket, "CUSTOM_PAY", {"amount": "999"}).status, 200)
        self.assertEqual(self.execute(socket, "CUSTOM_PAY", {"amount": "999999e-3"}).json["code"], "POLICY_DENIED")

    def test_an_approval_is_of_every_digit_and_of_what_the_tool_is(self):
        mark = self.world.user_home / "mark"
        self.declare(f"[tools.CUSTOM_W]\ndescription = 'Writes'\ncommand = ['touch', '{mark}']\n[tools.CUSTOM_W.input]\ntype = 'object'\nproperties.n = {{}}\n")
        socket = self.session('default = "ask"\n', "CUSTOM_W")

        def ask(number: str, **more):
            return self.execute(socket, "CUSTOM_W", f'{{"n":{number}}}', on_ask="come_back", **more)

        approval = ask("123456789012345678901234567890").json["context"]["approval"]["id"]
        self.run_ok(BOX, "approvals", "approve", approval)
        self.assertEqual(ask("123456789012345678901234567891", approval=approval).json["code"], "FORBIDDEN")
        self.assertEqual(ask("123456789012345678901234567890", approval=approval).status, 200)
        mark.unlink()

        granted = ask("1").json["context"]["approval"]["id"]
        self.run_ok(BOX, "approvals", "approve", granted, "--for-session")
        self.assertEqual(ask("2").status, 200)
        mark.unlink()
        self.declare(f"[tools.CUSTOM_W]\ndescription = 'Writes'\ncommand = ['touch', '{mark}', '{mark}-too']\n"
                     "[tools.CUSTOM_W.input]\ntype = 'object'\nproperties.n = {}\n")
        self.assertEqual(ask("2").json["code"], "APPROVAL_REQUIRED", "it is another command by now")
        self.assertEqual(ask("2", approval=granted).json["code"], "FORBIDDEN")
        self.assertFalse(mark.exists())

    def test_a_version_that_a_call_names_is_asked_about(self):
        socket = self.session('default = "ask"\n', "github")
        granted = self.execute(socket, ISSUE, WRITE, on_ask="come_back").json["context"]["approval"]
        self.assertIsNone(granted["tool_version"])
        self.run_ok(BOX, "approvals", "approve", granted["id"], "--for-session")
        self.assertEqual(self.execute(socket, ISSUE, WRITE, on_ask="come_back").status, 200)
        old = self.owner("GET", f"{ROOT}/tools/{ISSUE}").json["available_versions"][0]

        asked = self.execute(socket, ISSUE, WRITE, on_ask="come_back", tool_version=old)

        self.assertEqual(asked.json["code"], "APPROVAL_REQUIRED", f"{asked}")
        question = self.owner("GET", f"{ROOT}/approvals?state=pending").json["items"][0]
        self.assertEqual(question["tool_version"], old)
        terminal = self.world.terminal(BOX, "approvals", "show", question["id"])
        self.assertEqual(terminal.end(), 0)
        self.assertRegex(terminal.text, rf"version +{old}")

    def test_what_is_revoked_while_it_waits_its_turn_is_not_sent(self):
        socket = self.session('default = "ask"\n', "github")
        granted = self.execute(socket, ISSUE, WRITE, on_ask="come_back").json["context"]["approval"]["id"]
        self.run_ok(BOX, "approvals", "approve", granted, "--for-session")
        fault = {"kind": "rate_limit", "times": 1, "match": {"tool": ISSUE}, "retry_after": 5}
        self.assertLess((planted := self.owner("POST", f"{ROOT}/sandbox/faults", fault)).status, 300, f"{planted}")
        replies = []
        waiting = threading.Thread(target=lambda: replies.append(self.execute(socket, ISSUE, WRITE)))
        waiting.start()
        wait_until(lambda: [row for row in self.owner("GET", f"{ROOT}/executions?limit=1").json["items"]
                            if (self.owner("GET", f"{ROOT}/executions/{row['id']}").json.get("queue"))], what="it waits for its turn")

        self.run_ok(BOX, "approvals", "revoke", granted)
        waiting.join()

        self.assertEqual(replies[0].json["code"], "POLICY_DENIED", f"{replies[0]}")
        self.assertIn("revoked while the call waited", replies[0].json["detail"])
        self.assertEqual(self.show("judged")["state"], "open")

    def proxy(self, url: str):
        return self.world.run(BOX, "proxy", "github", "GET", url, "--session", "judged", "--json")

    def test_a_raw_request_names_no_host_beside_the_rules(self):
        self.session('default = "allow"\n[[rule]]\ndecision = "deny"\ntools = ["PROXY_*"]\n[[rule.when]]\npointer = "/url"\nmatches = "^/user"\n'
                     '[[rule]]\ndecision = "deny"\n[[rule.when]]\npointer = "/host"\nequals = "api.github.com"\n', "github")

        for url in ("//api.github.com/user", "\\\\user.evil.com\\x", "/\\user.evil.com/x", "https:///user.evil.com/x", "https://%61pi.github.com/x",
                    "https://me@api.github.com/x"):
            with self.subTest(url):
                self.assert_error(self.proxy(url), "INVALID_REQUEST", 2)
        for url in ("/user", "https://api.github.com/x", "https://API.github.com:443/x", "https://api.github.com./x"):
            with self.subTest(url):
                self.assert_error(self.proxy(url), "POLICY_DENIED", 5)
        for url in ("//api.github.com/x", "/x\\y"):
            with self.subTest(url):
                self.assert_error(self.world.run(BOX, "proxy", "github", "GET", url, "--json"), "INVALID_REQUEST", 2)
        self.assert_error(self.world.run(BOX, "policy", "explain", "PROXY_GET", "url=//api.github.com/user", "--session", "judged", "--json"),
                          "INVALID_REQUEST", 2)


if __name__ == "__main__":
    unittest.main()
