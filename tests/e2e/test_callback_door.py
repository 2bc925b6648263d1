"""The door that browsers come back to: its port, and what comes to it that is no browser (behaviours D2, D5, D9)."""
import os
import re
import shutil
import socket
import subprocess
import time
import unittest
from urllib.parse import urljoin, urlsplit

from tests.support import processes
from tests.support.agenta import AgentaTest, seconds, wait_until
from tests.support.recorder import Recorder
from tests.support.sandbox import answer


class DoorTest(AgentaTest):
    def setUp(self) -> None:
        super().setUp()
        self.sandbox = self.start_sandbox()
        self.recorder = Recorder(self.sandbox.url)
        self.addCleanup(self.recorder.close)
        self.world.environment["COMPOSIO_BASE_URL"] = self.recorder.url

    def begin(self, slug: str = "work") -> dict:
        return self.run_ok("connect", "github", "--as", slug, "--no-wait", "--json").json

    def status(self, slug: str = "work") -> str:
        return self.run_ok("connections", "show", slug, "--json").json["status"]


class Port(DoorTest):
    def occupy(self) -> int:
        """A port that this test listens on."""
        taken = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(taken.close)
        return taken.getsockname()[1]

    def test_d2_a_taken_port_is_named_with_who_has_it_and_the_next_one_is_used(self):
        taken = self.occupy()
        self.run_ok("config", "set", "connect.callback_port", f"{taken}-{min(taken + 40, 65535)}")

        begun = self.begin()

        callback = urlsplit(self.recorder.callback_url())
        self.assertIn(callback.port, range(taken + 1, taken + 41))
        self.assertEqual(processes.listening_ports(self.world.daemon_pid())[0][1], callback.port)
        self.assertRegex(self.world.log(), rf'login\.port_not_free port={taken} why=.*\(pid {os.getpid()}\)')
        self.assertIn("GitHub is connected", self.sandbox.approve(begun["redirect_url"]).text.replace("<bdi>", "").replace("</bdi>", ""))

    def test_d2_where_no_port_is_free_the_login_says_who_has_it_and_goes_on_by_asking(self):
        taken = self.occupy()
        self.run_ok("config", "set", "connect.callback_port", str(taken))

        begun = self.begin()

        self.assertEqual(begun["status"], "PENDING")
        self.assertIn(f"{taken}: taken by", begun["message"])
        self.assertIn(f"(pid {os.getpid()})", begun["message"])
        self.assertFalse(self.recorder.of("POST", "/link")[-1].json.get("callback_url"))
        self.assertEqual(processes.listening_ports(self.world.daemon_pid()), [])
        self.sandbox.approve(begun["redirect_url"], follow=False)
        self.assertEqual(self.run_ok("connect", "--resume", begun["id"], "--json").json["status"], "ACTIVE")

    def test_d2_what_is_no_port_is_refused_with_what_is(self):
        result = self.world.run("config", "set", "connect.callback_port", "8410-8400")

        self.assertEqual(result.code, 2, f"{result}")
        self.assertIn("8400-8410", result.err)


class Ends(DoorTest):
    def ports(self) -> list:
        return processes.listening_ports(self.world.daemon_pid())

    def test_d4_a_killed_command_leaves_no_door_open_beyond_the_end_of_its_link(self):
        waiting = self.world.start("connect", "github", "--as", "work", "--json")
        wait_until(lambda: any(row["redirect_url"] for row in self.run_ok("connections", "--json").json["items"]), 10, "the pending login")
        self.assertEqual(len(self.ports()), 1)
        waiting.kill()
        self.sandbox.advance(601)

        wait_until(lambda: self.ports() == [], 15, "the closing of the door")
        self.assertEqual(self.status(), "FAILED")

    def test_d4_a_browser_that_composio_sends_too_late_still_finds_a_page(self):
        begun = self.begin()
        callback = self.recorder.callback_url()
        self.sandbox.approve(begun["redirect_url"], follow=False)
        wait_until(lambda: self.status() == "ACTIVE", 10, "the poll")  # the browser is still on its way

        page = subprocess.run(["curl", "-s", "--max-time", "10", callback], capture_output=True, text=True, timeout=30).stdout

        self.assertIn("is connected as work", page)
        wait_until(lambda: self.ports() == [], 5, "the closing of the door")


class FirstSecond(DoorTest):
    def asked(self) -> int:
        return len(self.recorder.of("GET", "/connected_accounts/"))

    def test_nobody_polls_while_a_callback_is_on_its_way(self):
        self.run_ok("integrations", "show", "github", "--json")  # known from here on
        began = time.monotonic()
        begun = self.begin()

        self.sandbox.approve(begun["redirect_url"])

        if time.monotonic() - began < 0.9:  # else the first second is over, and nothing can be said
            self.assertEqual(self.asked(), 1, "the visit asked, and nobody else")
        self.assertEqual(self.status(), "ACTIVE")

    def test_a_redirect_that_overtakes_composio_is_followed_by_a_quick_question(self):
        begun = self.begin()
        callback = self.recorder.callback_url()
        at, pending = [], self.sandbox.api("GET", "/connected_accounts").json["items"][0]["id"]
        early = self.sandbox.api("GET", f"/connected_accounts/{pending}").raw

        def not_yet(seen):
            if seen.method != "GET" or "/connected_accounts/" not in seen.path:
                return None
            at.append(time.monotonic())
            return (200, {"Content-Type": "application/json"}, early) if len(at) < 3 else None

        self.recorder.instead = not_yet
        self.sandbox.approve(begun["redirect_url"], follow=False)
        page = subprocess.run(["curl", "-s", callback], capture_output=True, text=True, timeout=30).stdout

        self.assertIn("is connected as work", page)
        self.assertLess(at[2] - at[0], seconds(1.2), [moment - at[0] for moment in at])


CURL = shutil.which("curl")


@unittest.skipUnless(CURL, "curl is not installed")
class ThirdParty(DoorTest):
    """Clients that know nothing of us, and mean no good."""

    def shapes(self, callback: str) -> list[list[str]]:
        """Requests as curl's options; those at the right address are hostile in something else."""
        door, wrong = callback[: callback.index("/callback")], callback[:-32] + "0" * 32
        header = lambda text: f'header = "{text}"'
        return [
            [f'url = "{door}/"'], [f'url = "{door}/favicon.ico"'], [f'url = "{door}/callback/"'],
            [f'url = "{wrong}"'], [f'url = "{wrong}?error=access_denied"'], [f'url = "{door}/?error=access_denied"'],
            [f'url = "{door}/callback/../callback/x"', "path-as-is"], [f'url = "{callback}0"'], [f'url = "{callback[:-1]}"'],
            [f'url = "{callback}"', header("Host: evil.example")], [f'url = "{callback}"', header("Host: localhost")],
            [f'url = "{callback}"', header("Host: 127.0.0.1.evil.example")], [f'url = "{callback}"', header("Host;")],
            [f'url = "{callback}"', header("Origin: https://evil.example")], [f'url = "{callback}"', header("Origin: null")],
            [f'url = "{callback}"', header("Sec-Fetch-Mode: no-cors")], [f'url = "{callback}"', header("Sec-Fetch-Dest: image")],
            [f'url = "{callback}"', header("Sec-Fetch-Mode: cors")], [f'url = "{callback}"', header("Sec-Fetch-Dest: iframe")],
            [f'url = "{callback}"', header("Purpose: prefetch")], [f'url = "{callback}"', header("Sec-Purpose: prefetch;prerender")],
            [f'url = "{callback}?error=access_denied"', "head"], [f'url = "{callback}"', 'request = "POST"', 'data = "a=b"'],
            [f'url = "{callback}"', 'request = "PUT"'], [f'url = "{callback}"', 'request = "OPTIONS"'],
            [f'url = "{callback}"', 'request = "TRACE"'], [f'url = "{callback}"', 'request = "GET"', 'data = "a=b"'],
            [f'url = "{callback}"', header("X: " + "a" * 9000)],
            [f'url = "{callback}"', f'request-target = "http://evil.example{urlsplit(callback).path}"'],
            [f'url = "{callback}"', 'request-target = "*"'],
        ]

    def fire(self, callback: str, count: int) -> list[str]:
        """That many hostile requests by one curl, and the statuses of the answers."""
        shapes = self.shapes(callback)
        common = ['output = "/dev/null"', 'write-out = "%{http_code}\\n"', "silent"]
        requests = ["\n".join(shapes[i % len(shapes)] + common) for i in range(count)]
        done = subprocess.run([CURL, "-q", "--config", "-"], input="\nnext\n".join(requests), capture_output=True, text=True, timeout=120)
        return done.stdout.split()

    def complete_through_the_door(self, begun: dict) -> str:
        """What a browser is shown that comes back, where nobody but the door has asked Composio since the approval."""
        callback, account = self.recorder.callback_url(), self.sandbox.api("GET", "/connected_accounts").json["items"][0]["id"]
        early = self.sandbox.api("GET", f"/connected_accounts/{account}").raw
        self.recorder.instead = lambda seen: (200, {"Content-Type": "application/json"}, early) \
            if seen.method == "GET" and "/connected_accounts/" in seen.path else None
        page = answer(begun["redirect_url"], "approve", follow=False)
        self.recorder.instead = None
        target = urljoin(page.url, page.headers["location"])
        self.assertTrue(target.startswith(callback), target)
        return subprocess.run([CURL, "-s", "--max-time", "10", target], capture_output=True, text=True, timeout=30).stdout

    def test_d5_a_thousand_hostile_callbacks_change_nothing(self):
        begun = self.begin()
        callback = self.recorder.callback_url()

        statuses = self.fire(callback, 1000)

        self.assertEqual(len(statuses), 1000)
        self.assertEqual([status for status in statuses if not re.fullmatch("4..", status)], [])
        self.assertEqual(self.status(), "PENDING")
        self.assertIn("is connected as work", self.complete_through_the_door(begun))
        self.assertEqual(self.status(), "ACTIVE")
        self.assertRegex(self.world.log(), r"login\.settled .*refused_visits=1000\b")

    def test_d9_half_open_slow_and_pipelined_connections_do_not_keep_the_browser_out(self):
        begun = self.begin()
        address = urlsplit(self.recorder.callback_url())
        sockets = []
        self.addCleanup(lambda: [each.close() for each in sockets])
        line = f"GET {address.path} HTTP/1.1\r\nHost: evil.example\r\n\r\n".encode()
        for number in range(100):
            each = socket.create_connection((address.hostname, address.port), timeout=10)
            sockets.append(each)
            if number % 3 == 0:
                each.sendall(line[:20])  # the half of a request
            elif number % 10 == 1:
                try:
                    each.sendall(line * 20)  # pipelined
                except OSError:
                    pass  # the door hung up after the first
        began = time.monotonic()

        page = self.complete_through_the_door(begun)

        self.assertIn("is connected as work", page)
        self.assertLess(time.monotonic() - began, seconds(3))

    def test_d9_a_request_that_comes_byte_by_byte_is_cut_off_and_the_browser_is_not(self):
        begun = self.begin()
        address = urlsplit(self.recorder.callback_url())
        slow = [socket.create_connection((address.hostname, address.port), timeout=10) for _ in range(16)]
        self.addCleanup(lambda: [each.close() for each in slow])
        line = f"GET {address.path} HTTP/1.1\r\nHost: {address.netloc}\r\nX: {'a' * 100}".encode()
        for byte in line:
            for each in slow:
                try:
                    each.send(bytes([byte]))
                except OSError:
                    pass

        self.assertIn("is connected as work", self.complete_through_the_door(begun))

    def test_d9_who_says_nothing_for_five_seconds_is_hung_up_on(self):
        self.begin()
        address = urlsplit(self.recorder.callback_url())
        began = time.monotonic()
        with socket.create_connection((address.hostname, address.port), timeout=seconds(20)) as silent:
            self.assertEqual(silent.recv(1), b"")

        self.assertGreater(time.monotonic() - began, 4)
        self.assertLess(time.monotonic() - began, seconds(8))
        self.assertEqual(self.status(), "PENDING")


if __name__ == "__main__":
    unittest.main()
