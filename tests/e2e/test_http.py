"""HTTP on the socket, however it is spoken (behaviours B5 and B6), and the contract's refusals of section 6."""
import json
import random
import resource
import socket
import time
import unittest

from tests.support import processes, unix_http
from tests.support.agenta import SLOWNESS, AgentaTest, seconds, wait_until

STATUS = b"GET /api/tools/daemon HTTP/1.1\r\nHost: localhost\r\nAgenta-Tools-Protocol: 1-1\r\n\r\n"
LIMIT = 16 * 1024 * 1024


def read_replies(sock: socket.socket, count: int = 1) -> list[tuple[int, bytes]]:
    """Status and body of the next replies; fewer where the daemon hangs up."""
    data, replies = b"", []
    while len(replies) < count:
        head, mark, rest = data.partition(b"\r\n\r\n")
        if mark:
            fields = dict(line.lower().split(b":", 1) for line in head.split(b"\r\n")[1:])
            length = int(fields.get(b"content-length", b"0"))
            if len(rest) >= length:
                replies.append((int(head.split()[1]), rest[:length]))
                data = rest[length:]
                continue
        try:
            got = sock.recv(65536)
        except ConnectionResetError:
            break
        if not got:
            break
        data += got
    return replies


class Http(AgentaTest):
    def setUp(self) -> None:
        super().setUp()
        self.run_ok("config", "set", "daemon.header_timeout", "2s")
        self.pid = self.world.start_daemon()

    def open(self, timeout: float = 20.0) -> socket.socket:
        sock = unix_http.connect(self.world.socket(), seconds(timeout))
        self.addCleanup(sock.close)
        return sock

    def say(self, data: bytes) -> list[tuple[int, bytes]]:
        sock = self.open()
        try:
            sock.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass
        return read_replies(sock)

    def assert_serves(self) -> None:
        self.assertEqual(self.world.http().call("GET", "/api/tools/daemon").json["pid"], self.pid)

    def test_b5_one_byte_at_a_time(self):
        sock = self.open()
        for byte in STATUS:
            sock.sendall(bytes([byte]))

        [(status, body)] = read_replies(sock)

        self.assertEqual((status, json.loads(body)["pid"]), (200, self.pid))

    def test_b5_pipelined_requests_are_answered_in_order(self):
        sock = self.open()
        other = STATUS.replace(b"/api/tools/daemon", b"/api/tools/connections/nobody")
        sock.sendall(STATUS + other + STATUS)

        replies = read_replies(sock, 3)

        self.assertEqual([status for status, _ in replies], [200, 404, 200])

    def test_b5_lengths_that_lie_are_refused(self):
        head = b"POST /api/tools/executions HTTP/1.1\r\nHost: localhost\r\nAgenta-Tools-Protocol: 1-1\r\n"
        cases = {
            "negative": (b"Content-Length: -1\r\n\r\n", {400}),
            "words": (b"Content-Length: many\r\n\r\n", {400}),
            "two": (b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}", {400}),
            "beyond 32 bits": (b"Content-Length: 4294967296\r\n\r\n", {413}),
            "one too many": (b"Content-Length: %d\r\n\r\n" % (LIMIT + 1), {413}),
            "a chunk of no number": (b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", {400}),
            "a chunk without end": (b"Transfer-Encoding: chunked\r\n\r\nffffffffff\r\n", {400, 413}),
        }
        for name, (rest, statuses) in cases.items():
            with self.subTest(name):
                replies = self.say(head + rest)

                self.assertEqual(len(replies), 1, "no answer")
                self.assertIn(replies[0][0], statuses)
        self.assert_serves()

    def test_b5_chunks_beyond_the_limit_are_cut_off(self):
        chunk = b"%x\r\n%s\r\n" % (1 << 20, b" " * (1 << 20))
        head = b"POST /api/tools/executions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"

        replies = self.say(head + chunk * 20)

        self.assertEqual([status for status, _ in replies], [413])
        self.assert_serves()

    def test_b5_garbage_gets_400_and_headers_have_a_bound(self):
        for name, data in {"bytes": b"\x00\xff\x16\x03\x01 hello\r\n\r\n", "words": b"what is this\r\n\r\n"}.items():
            with self.subTest(name):
                self.assertEqual([status for status, _ in self.say(data)], [400])
        replies = self.say(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 200_000 + b"\r\n\r\n")
        self.assertTrue(not replies or replies[0][0] in (400, 431), replies)
        self.assert_serves()

    def test_b5_mutated_requests_never_end_the_daemon(self):
        chance = random.Random(20260101)
        seeds = [STATUS, b'POST /api/tools/executions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}',
                 b"DELETE /api/tools/connections/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"]
        for _ in range(2000 if SLOWNESS == 1 else 300):
            data = bytearray(chance.choice(seeds))
            for _ in range(chance.randint(1, 8)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            with unix_http.connect(self.world.socket(), seconds(5)) as sock:
                try:
                    sock.sendall(bytes(data))
                except (BrokenPipeError, ConnectionResetError):
                    pass

        self.assert_serves()
        self.assertTrue(processes.alive(self.pid))

    def test_b5_a_request_that_never_ends_is_given_up(self):
        sock = self.open(60)
        sock.sendall(STATUS[:-4])

        replies = read_replies(sock)

        self.assertTrue(not replies or replies[0][0] == 408, replies)

    def test_b6_idle_connections_and_a_slow_reader_delay_nobody(self):
        idle = [self.open() for _ in range(200)]
        slow = self.open()
        slow.sendall(b"GET /api/openapi.json HTTP/1.1\r\nHost: localhost\r\nAgenta-Tools-Protocol: 1-1\r\n\r\n" * 500)
        client = self.world.http()
        client.call("GET", "/api/tools/daemon")
        times = []
        for _ in range(50):
            begin = time.monotonic()
            reply = client.call("GET", "/api/tools/daemon")
            times.append(time.monotonic() - begin)
            self.assertEqual(reply.status, 200)

        self.assertLess(sorted(times)[45], seconds(0.05))
        self.assertEqual(len(idle), 200)

    def test_b7_open_files_run_out_and_come_back(self):
        soft, _ = resource.prlimit(self.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(self.pid, resource.RLIMIT_NOFILE, (64, soft))
        crowd = [unix_http.connect(self.world.socket(), 5) for _ in range(100)]
        for sock in crowd:
            sock.close()

        wait_until(lambda: self.world.http().call("GET", "/api/tools/daemon").status == 200, 10, "an answer")
        self.assertTrue(processes.alive(self.pid))

    def test_a_foreign_host_an_origin_and_a_referer_are_refused(self):
        for headers in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}, {"Referer": "https://evil.example/"}):
            with self.subTest(headers):
                reply = self.world.http().call("GET", "/api/tools/daemon", headers=headers)

                self.assertEqual(reply.status, 403, f"{reply}")
                self.assertEqual(reply.json["code"], "FORBIDDEN")

    def test_every_reply_names_version_and_protocol(self):
        for target in ("/api/tools/daemon", "/api/tools/nothing-here"):
            reply = self.world.http().call("GET", target)

            self.assertRegex(reply.headers["agenta-tools-version"], r"^\d+\.\d+\.\d+")
            self.assertRegex(reply.headers["agenta-tools-protocol"], r"^\d+")

    def test_errors_are_the_documents_of_the_contract(self):
        reply = self.world.http().call("POST", "/api/tools/executions", body="{not json")

        self.assertEqual(reply.status, 400)
        self.assertEqual(reply.json["code"], "INVALID_REQUEST")
        self.assertLessEqual({"detail", "code", "context", "retryable", "request_id"}, set(reply.json))


if __name__ == "__main__":
    unittest.main()
