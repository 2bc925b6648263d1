"""Connecting through a browser, and everything that can come between (behaviours D1, D4 to D8, D10 to D14)."""
import signal
import time
from urllib.parse import urlsplit

from tests.support import processes
from tests.support.agenta import AgentaTest, seconds, wait_until
from tests.support.recorder import Recorder
from tests.support.sandbox import fetch

LOOPBACK = "0100007F"


class LoginTest(AgentaTest):
    def setUp(self) -> None:
        super().setUp()
        self.sandbox = self.start_sandbox()

    def record(self) -> Recorder:
        recorder = Recorder(self.sandbox.url)
        self.addCleanup(recorder.close)
        self.world.environment["COMPOSIO_BASE_URL"] = recorder.url
        return recorder

    def begin(self, slug: str = "work", integration: str = "github") -> dict:
        return self.run_ok("connect", integration, "--as", slug, "--no-wait", "--json").json

    def status(self, slug: str = "work") -> str:
        return self.run_ok("connections", "show", slug, "--json").json["status"]

    def ports(self) -> list[tuple[str, int]]:
        return processes.listening_ports(self.world.daemon_pid())

    def door(self) -> str:
        [(_, port)] = self.ports()
        return f"http://127.0.0.1:{port}"


class Listener(LoginTest):
    def test_d1_the_door_is_on_loopback_alone(self):
        recorder = self.record()
        self.begin()

        self.assertEqual([address for address, _ in self.ports()], [LOOPBACK])
        callback = urlsplit(recorder.callback_url())
        self.assertEqual(callback.scheme, "http")
        self.assertEqual(callback.hostname, "127.0.0.1")
        self.assertEqual(callback.port, self.ports()[0][1])

    def test_d4_the_door_is_open_only_while_a_login_is_pending(self):
        self.run_ok("connections", "--json")
        self.assertEqual(self.ports(), [])

        begun = self.begin()
        self.assertEqual(len(self.ports()), 1)
        self.sandbox.approve(begun["redirect_url"])

        wait_until(lambda: self.ports() == [], 5, "the closing of the door")
        self.assertEqual(self.status(), "ACTIVE")

    def test_d4_the_door_closes_when_the_login_is_taken_back(self):
        self.begin()
        self.run_ok("disconnect", "work", "--yes", "--json")

        wait_until(lambda: self.ports() == [], 5, "the closing of the door")

    def test_d4_the_door_closes_when_the_login_fails(self):
        begun = self.begin()
        self.sandbox.deny(begun["redirect_url"])

        wait_until(lambda: self.ports() == [], 5, "the closing of the door")
        self.assertEqual(self.status(), "FAILED")


class Hostile(LoginTest):
    def test_d5_hostile_requests_get_4xx_and_the_login_goes_on(self):
        begun = self.begin()
        door = self.door()
        tries = [
            ("GET", "/", {}), ("GET", "/favicon.ico", {}), ("GET", "/callback", {}), ("GET", "/callback/", {}),
            ("GET", "/callback/00000000000000000000000000000000", {}),
            ("GET", "/callback/00000000000000000000000000000000?error=access_denied", {}),
            ("GET", "/?error=access_denied", {}), ("POST", "/callback/x", {}), ("HEAD", "/callback/x", {}),
            ("GET", "/callback/../../etc/passwd", {}), ("GET", "/api/tools/connections", {}),
            ("GET", "/callback/x", {"Host": "evil.example"}), ("GET", "/callback/x", {"Origin": "https://evil.example"}),
            ("GET", "/callback/x", {"Sec-Purpose": "prefetch"}),
        ]
        for _ in range(70):
            for method, path, headers in tries:
                page = fetch(door + path, method, headers=headers)
                self.assertTrue(400 <= page.status < 500, f"{method} {path} {headers}: {page.status}")

        self.assertEqual(self.status(), "PENDING")
        self.sandbox.approve(begun["redirect_url"])
        self.assertEqual(self.run_ok("connect", "--resume", begun["id"], "--json").json["status"], "ACTIVE")

    def test_d5_the_right_nonce_under_a_foreign_host_or_method_is_refused(self):
        recorder = self.record()
        begun = self.begin()
        callback = recorder.callback_url()
        for method, headers in (("GET", {"Host": "evil.example"}), ("POST", {}), ("HEAD", {}), ("PUT", {})):
            with self.subTest(method=method, headers=headers):
                self.assertIn(fetch(callback, method, headers=headers).status, range(400, 500))

        self.sandbox.approve(begun["redirect_url"])
        self.assertEqual(self.run_ok("connect", "--resume", begun["id"], "--json").json["status"], "ACTIVE")

    def test_d6_a_nonce_is_long_of_one_login_and_of_one_use(self):
        recorder = self.record()
        first = self.begin("one")
        one = recorder.callback_url()
        self.begin("two", "gmail")
        two = recorder.callback_url()

        self.assertNotEqual(one, two)
        self.assertGreaterEqual(len(urlsplit(one).path.rsplit("/", 1)[1]), 22)  # 128 bits, however written
        self.sandbox.approve(first["redirect_url"])
        wait_until(lambda: self.status("one") == "ACTIVE", 10, "the first login")
        self.assertEqual(fetch(one).status, 410)  # replayed, while the second keeps the door open
        self.assertEqual(self.status("two"), "PENDING")

    def test_d7_what_a_callback_claims_is_not_believed(self):
        recorder = self.record()
        begun = self.begin()

        page = fetch(recorder.callback_url() + "?status=success&connectedAccountId=ca_other&connected_account_id=ca_other")

        self.assertLess(page.status, 500)
        self.assertEqual(self.status(), "PENDING")
        self.sandbox.approve(begun["redirect_url"])
        connection = self.run_ok("connect", "--resume", begun["id"], "--json").json
        self.assertEqual(connection["status"], "ACTIVE")
        self.assertNotEqual(connection["composio_account_id"], "ca_other")

    def test_d8_the_page_is_static_and_reflects_nothing(self):
        recorder = self.record()
        self.begin()
        callback = recorder.callback_url()
        for url in (callback + "?error=<script>alert(1)</script>&error_description=canary", self.door() + "/callback/x?<script>"):
            with self.subTest(url):
                page = fetch(url.replace("<", "%3C").replace(">", "%3E"))

                self.assertNotIn("<script", page.text.lower())
                self.assertNotIn("canary", page.text)
                self.assertIn("no-store", page.headers["cache-control"])
                self.assertIn("default-src 'none'", page.headers["content-security-policy"])
                self.assertEqual(page.headers["referrer-policy"], "no-referrer")


class WithoutHelp(LoginTest):
    def test_d10_a_login_succeeds_by_polling_alone(self):
        begun = self.begin()
        self.sandbox.approve(begun["redirect_url"], follow=False)

        connection = self.run_ok("connect", "--resume", begun["id"], "--json", timeout=20).json

        self.assertEqual(connection["status"], "ACTIVE")

    def opener(self, text: str) -> str:
        path = self.world.root / "opener"
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
        return str(path)

    def test_d11_a_browser_that_fails_hangs_or_shouts_changes_nothing(self):
        for name, text in {"fails": "exit 3", "hangs": "exec sleep 999", "shouts": "echo noise; echo noise >&2"}.items():
            with self.subTest(name):
                waiting = self.world.start("connect", "github", "--as", name, "--json",
                                           env={"BROWSER": self.opener(text)})
                wait_until(lambda: self.pending(name), 10, "the pending login")
                link = self.pending(name)
                self.sandbox.approve(link)
                result = self.world.finish(waiting, 20)

                self.assertEqual(result.code, 0, f"{result}")
                self.assertEqual(result.json["status"], "ACTIVE")
                self.assertEqual(result.err.count(link), 1, f"{result}")

    def pending(self, slug: str) -> str:
        """The link of a pending login, as the sandbox has it."""
        joined = self.world.run("connect", "github", "--as", slug, "--no-wait", "--json")
        listed = self.world.run("connections", "--json").json
        return joined.json.get("redirect_url", "") if any(c["slug"] == slug for c in listed["items"]) else ""

    def test_d11_the_opener_gets_the_url_as_one_argument_and_no_key(self):
        out = self.world.root / "opened"
        opener = self.opener(f'printf "%s\\n" "$#" "$1" > {out}.part; env >> {out}.part; mv {out}.part {out}')
        terminal = self.world.terminal("connect", "github", "--as", "work", env={"BROWSER": opener})
        wait_until(out.exists, 10, "the opening of the browser")
        lines = out.read_text().splitlines()

        self.assertEqual(lines[0], "1")
        self.assertRegex(lines[1], r"^http://127\.0\.0\.1:\d+/")
        self.assertNotIn(self.sandbox.api_key, "\n".join(lines))
        self.sandbox.approve(lines[1])
        self.assertEqual(terminal.end(), 0, terminal.text)

    def test_d11_no_browser_means_none(self):
        out = self.world.root / "opened"
        opener = self.opener(f"touch {out}")
        waiting = self.world.start("connect", "github", "--as", "work", "--no-browser", "--wait", "1s", "--json", env={"BROWSER": opener})

        result = self.world.finish(waiting)

        self.assert_error(result, "OAUTH_PENDING", 16)
        self.assertFalse(out.exists())


class Waiting(LoginTest):
    def test_d12_no_wait_returns_the_link_and_what_to_type_next(self):
        result = self.run_ok("connect", "github", "--as", "work", "--no-wait", "--json")

        self.assertLess(result.took, seconds(2))
        begun = result.json
        self.assertEqual(begun["status"], "PENDING")
        self.assertRegex(begun["redirect_url"], r"^http://")
        self.assertEqual(begun["next_step"], ["agenta-tools", "connect", "--resume", begun["id"]])

    def test_d12_a_login_survives_the_daemon_and_is_finished_from_another_shell(self):
        begun = self.begin()
        self.world.kill_daemon()
        self.sandbox.approve(begun["redirect_url"], follow=False)

        connection = self.run_ok(*begun["next_step"][1:], "--json", cwd="/").json

        self.assertEqual(connection["status"], "ACTIVE")
        self.assertEqual(connection["slug"], "work")

    def test_d13_an_identical_connect_joins_the_pending_login(self):
        first, second = self.begin(), self.begin()

        self.assertEqual(second["id"], first["id"])
        self.assertEqual(self.run_ok("connections", "--json").json["total"], 1)

    def test_d13_an_interrupted_wait_is_only_its_own(self):
        begun = self.begin()
        waits = [self.world.start("connect", "--resume", begun["id"], "--json") for _ in range(2)]
        # Both wait when both have connections to the daemon.
        wait_until(lambda: all(any("socket:" in link for link in processes.open_files(w.pid).values()) for w in waits), 10)
        waits[0].send_signal(signal.SIGINT)
        interrupted = self.world.finish(waits[0])
        self.sandbox.approve(begun["redirect_url"])

        self.assertEqual(interrupted.code, 130, f"{interrupted}")
        self.assertEqual(self.world.finish(waits[1]).json["status"], "ACTIVE")

    def test_d14_denied_expired_and_pending_are_three_codes(self):
        denied = self.begin("denied")
        self.sandbox.deny(denied["redirect_url"])
        self.assert_error(self.world.run("connect", "--resume", denied["id"], "--json"), "OAUTH_DENIED", 1)

        pending = self.begin("pending", "gmail")
        begin = time.monotonic()
        error = self.assert_error(self.world.run("connect", "--resume", pending["id"], "--wait", "1s", "--json"), "OAUTH_PENDING", 16)
        self.assertLess(time.monotonic() - begin, seconds(3))
        self.assertEqual(error["next_step"][:3], ["agenta-tools", "connect", "--resume"])

        expired = self.begin("expired", "slack")
        self.sandbox.advance(601)
        self.assert_error(self.world.run("connect", "--resume", expired["id"], "--json"), "OAUTH_EXPIRED", 9)

    def test_d14_polling_honours_retry_after(self):
        recorder = self.record()
        begun = self.begin()
        at = []

        def refuse(seen):
            if seen.method == "GET" and "/connected_accounts/" in seen.path:
                at.append(time.monotonic())
                if len(at) <= 2:
                    return 429, {"Retry-After": "2"}, b'{"message":"Rate limit exceeded."}'
            return None

        recorder.instead = refuse
        self.sandbox.approve(begun["redirect_url"], follow=False)

        connection = self.run_ok("connect", "--resume", begun["id"], "--json").json

        self.assertEqual(connection["status"], "ACTIVE")
        self.assertGreaterEqual(at[1] - at[0], 1.9, [moment - at[0] for moment in at])


class Names(LoginTest):
    def test_a_taken_slug_is_refused_before_anything_is_made(self):
        self.connect_github(self.sandbox)
        before = len(self.sandbox.api("GET", "/connected_accounts").json["items"])

        result = self.world.run("connect", "gmail", "--as", "work", "--no-wait", "--json")

        self.assert_error(result, "CONNECTION_ALREADY_EXISTS", 7)
        self.assertEqual(len(self.sandbox.api("GET", "/connected_accounts").json["items"]), before)

    def test_the_provider_sees_the_projects_user_id(self):
        recorder = self.record()
        self.begin()

        link = recorder.of("POST", "/link")[-1].json

        self.assertRegex(link["user_id"], r"^agenta_project_[0-9a-f-]{36}$")


if __name__ == "__main__":
    import unittest

    unittest.main()
