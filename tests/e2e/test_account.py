"""Whose key it is and where it is kept (behaviours E1, E2, E5, E7), and the login in a browser."""
import json
import os
import signal
import stat
import time
import unittest
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.support import keyring, processes
from tests.support.agenta import AgentaTest, seconds, wait_until
from tests.support.recorder import Recorder
from tests.support.sandbox import fetch

CANARY = "ak_sandbox_CANARY93b1e"
KEYLESS = {"COMPOSIO_API_KEY": None}


class Account(AgentaTest):
    def setUp(self) -> None:
        super().setUp()
        self.sandbox = self.start_sandbox()
        self.world.environment |= {"COMPOSIO_API_KEY": None, "DBUS_SESSION_BUS_ADDRESS": None, "XDG_RUNTIME_DIR": None}
        self.credentials = self.world.home / "credentials.json"

    def log_in(self, key: str = CANARY, *flags, **options):
        return self.run_ok("login", *flags, "--json", stdin=key + "\n", **options)

    def start_keyring(self) -> keyring.Keyring:
        if why := keyring.missing():
            self.skipTest(why)
        started = keyring.Keyring(self.world.root / "keyring")
        self.addCleanup(started.close)
        wait_until(started.is_ready, what="the keyring")
        self.world.environment["DBUS_SESSION_BUS_ADDRESS"] = started.address
        return started

    def start_silent_bus(self) -> keyring.SilentBus:
        bus = keyring.SilentBus(self.world.root / "silent")
        self.addCleanup(bus.close)
        self.world.environment["DBUS_SESSION_BUS_ADDRESS"] = bus.address
        return bus

    def record(self) -> Recorder:
        recorder = Recorder(self.sandbox.url)
        self.addCleanup(recorder.close)
        self.world.environment["COMPOSIO_BASE_URL"] = recorder.url
        return recorder

    def restart_daemon(self) -> None:
        self.run_ok("daemon", "stop")
        self.world.start_daemon()

    def files_with(self, secret: str) -> list[Path]:
        return [path for path in self.world.home.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]

    def assert_works(self) -> None:
        self.run_ok("integrations", "refresh", "github", "--json")

    def assert_in_announced_file(self, result, reason: str) -> None:
        self.assertRegex(result.err, reason)
        self.assertIn(str(self.credentials), result.err)
        self.assertEqual(result.json["store"], "file")
        self.assertRegex(result.json["store_reason"], reason)
        self.assertEqual(stat.S_IMODE(os.stat(self.credentials).st_mode), 0o600)
        self.assertEqual(self.files_with(CANARY), [self.credentials])


class Keyrings(Account):
    def test_e5_without_a_session_bus_the_file_is_announced(self):
        result = self.log_in()

        self.assertLess(result.took, seconds(3))
        self.assert_in_announced_file(result, "session bus")
        self.assert_works()

    def test_e5_a_bus_that_never_answers_costs_three_seconds(self):
        bus = self.start_silent_bus()
        self.world.start_daemon()

        result = self.log_in()

        self.assertTrue(bus.taken, "nobody asked it")
        self.assertLess(result.took, seconds(3) + 3)
        self.assert_in_announced_file(result, "did not answer within 3 s")
        self.assertEqual(processes.children(self.world.daemon_pid()), [], "the helper is still there")
        began = time.monotonic()
        self.assert_works()
        self.assertLess(time.monotonic() - began, seconds(2), "a key in a file waits for no bus")

    def test_e5_the_daemon_answers_others_while_a_bus_is_silent(self):
        self.start_silent_bus()
        pid = self.world.start_daemon()
        waiting = self.world.start("login", "--json", stdin=-1)
        waiting.stdin.write(CANARY.encode() + b"\n")
        waiting.stdin.close()
        waiting.stdin = None
        wait_until(lambda: processes.children(pid), what="the helper")

        status = self.run_ok("daemon", "status", "--json")

        self.assertLess(status.took, seconds(1))
        self.assertTrue(processes.children(pid), "the status came while the bus was asked")
        self.assertEqual(self.world.finish(waiting).code, 0)

    def test_e5_a_locked_keyring_is_passed_over_and_said(self):
        started = self.start_keyring()
        started.lock()

        result = self.log_in()

        self.assertLess(result.took, seconds(3))
        self.assert_in_announced_file(result, "the keyring is locked")
        self.assert_works()
        self.assertEqual(started.items(), 0)

    def test_e5_a_keyring_that_works_has_the_key_alone(self):
        started = self.start_keyring()

        result = self.log_in()

        self.assertIn("keyring", result.err)
        self.assertEqual((result.json["store"], result.json["file"], result.json["store_reason"]), ("keyring", None, None))
        self.assertEqual(self.files_with(CANARY), [])
        self.assertEqual(started.items(), 1)
        self.restart_daemon()
        self.assert_works()
        self.assertEqual(self.run_ok("whoami", "--json").json["store"], "keyring")

    def test_e5_the_bus_is_the_callers_not_the_one_of_whoever_started_the_daemon(self):
        self.world.start_daemon()
        started = self.start_keyring()

        self.assertEqual(self.log_in().json["store"], "keyring")

        self.assertEqual(started.items(), 1)
        self.run_ok("whoami", "--json", env={"DBUS_SESSION_BUS_ADDRESS": None})

    def test_e5_a_keyring_that_answers_no_more_is_said_and_not_replaced(self):
        started = self.start_keyring()
        self.log_in()
        started.lock()
        self.restart_daemon()

        error = self.assert_error(self.world.run("integrations", "refresh", "github", "--json"), "NOT_CONFIGURED", 4)

        self.assertIn("the keyring is locked", error["message"])
        self.assertEqual(error["next_step"][:2], ["agenta-tools", "login"])
        self.run_ok("integrations", "refresh", "github", "--json", env={"COMPOSIO_API_KEY": self.sandbox.api_key})

    def test_e5_a_silent_keyring_holds_up_neither_the_start_nor_every_call(self):
        self.start_keyring()
        self.log_in()
        self.run_ok("daemon", "stop")
        self.start_silent_bus()

        began = time.monotonic()
        self.world.start_daemon()
        self.assertLess(time.monotonic() - began, seconds(2))
        self.assert_error(self.world.run("integrations", "refresh", "github", "--json"), "NOT_CONFIGURED", 4)
        again = self.world.run("integrations", "refresh", "github", "--json")

        self.assert_error(again, "NOT_CONFIGURED", 4)
        self.assertLess(again.took, seconds(2))

    def test_e5_the_keyring_alone_or_not_at_all(self):
        self.log_in("ak_sandbox_before", "--store", "file")

        result = self.world.run("login", "--store", "keyring", "--json", stdin=CANARY + "\n")

        self.assert_error(result, "NOT_CONFIGURED", 4)
        self.assertEqual(self.files_with(CANARY), [])
        self.assertEqual(len(self.files_with("ak_sandbox_before")), 1)

    def test_e5_a_new_login_leaves_nothing_of_the_old_one(self):
        started = self.start_keyring()
        self.log_in("ak_sandbox_first", "--store", "file")
        self.log_in("ak_sandbox_second")
        self.assertEqual(self.files_with("ak_sandbox_first"), [])
        self.log_in("ak_sandbox_third")
        self.assertEqual(started.items(), 1)

        self.log_in(CANARY, "--store", "file")

        self.assertEqual(started.items(), 0)
        self.assert_works()

    def test_e5_logout_empties_both(self):
        started = self.start_keyring()
        self.log_in()

        self.assertEqual(self.run_ok("logout", "--json").json, {"logged_out": True, "left_behind": None})

        self.assertEqual(started.items(), 0)
        self.assertFalse(self.credentials.exists())
        self.assert_error(self.world.run("whoami", "--json"), "NOT_CONFIGURED", 4)
        self.assertFalse(self.run_ok("logout", "--json").json["logged_out"])

    def test_e5_the_setting_chooses_and_the_flag_overrides(self):
        started = self.start_keyring()
        self.run_ok("config", "set", "login.store", "file")

        self.assertEqual(self.log_in().json["store"], "file")
        self.assertEqual(started.items(), 0)
        self.assertEqual(self.log_in(CANARY, "--store", "auto").json["store"], "keyring")
        self.assert_error(self.world.run("login", "--store", "safe", "--json", stdin=CANARY), "USAGE", 2)

    def test_e5_a_bus_elsewhere_gets_nothing(self):
        for address in ("tcp:host=127.0.0.1,port=1", "unixexec:path=/bin/true", "unix:path=/nowhere;tcp:host=127.0.0.1,port=1"):
            with self.subTest(address):
                result = self.log_in(env={"DBUS_SESSION_BUS_ADDRESS": address})

                self.assertEqual(result.json["store"], "file")


class Secrets(Account):
    def test_e1_the_key_is_in_no_process_and_no_log(self):
        self.run_ok("config", "set", "daemon.log_level", "debug")
        self.start_silent_bus()
        pid = self.world.start_daemon()
        waiting = self.world.start("--verbose", "login", "--json", stdin=-1)
        waiting.stdin.write(CANARY.encode() + b"\n")
        waiting.stdin.close()
        waiting.stdin = None
        [helper] = wait_until(lambda: processes.children(pid), what="the helper")
        command = wait_until(lambda: [line for line in [processes.command_line(helper)] if "keyring" in line[0]], what="its command")[0]
        environ = Path(f"/proc/{helper}/environ").read_bytes() if os.geteuid() == 0 else b""
        open_files = processes.open_files(helper) if os.geteuid() == 0 else {}

        result = self.world.finish(waiting)

        self.assertEqual(result.code, 0, f"{result}")
        self.assertNotIn(CANARY, " ".join(command))
        self.assertNotIn(CANARY.encode(), environ)
        names = {entry.split(b"=")[0].decode() for entry in environ.split(b"\0") if entry}
        self.assertLessEqual(names, {"DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "HOME", "PATH", "LANG", "ASAN_OPTIONS", "TSAN_OPTIONS"})
        ours = [link for link in open_files.values() if str(self.world.home) in link]
        self.assertEqual(ours, [], "descriptors of the daemon's")
        self.assertNotIn(CANARY, result.out + result.err + self.world.log())
        self.assertEqual(self.files_with(CANARY), [self.credentials])
        self.assertNotIn(CANARY.encode(), Path(f"/proc/{pid}/environ").read_bytes() if os.geteuid() == 0 else b"")

    def test_e1_a_key_in_the_keyring_is_in_no_file_and_no_log(self):
        self.run_ok("config", "set", "daemon.log_level", "debug")
        self.start_keyring()
        said = [self.log_in(), self.run_ok("--verbose", "whoami"), self.run_ok("daemon", "logs")]
        self.restart_daemon()
        said += [self.run_ok("--verbose", "whoami", "--json"), self.run_ok("logout")]

        self.assertEqual(self.files_with(CANARY), [])
        self.assertNotIn(CANARY, " ".join(f"{each}" for each in said) + self.world.log())

    def test_a_wrong_key_changes_nothing(self):
        self.log_in()
        before = self.credentials.read_bytes()

        self.assert_error(self.world.run("login", "--json", stdin="ak_wrong\n"), "API_KEY_REJECTED", 4)
        self.assert_error(self.world.run("login", "--json", stdin="uak_wrong\n"), "API_KEY_REJECTED", 4)

        self.assertEqual(self.credentials.read_bytes(), before)

    def test_e7_a_pointer_that_others_can_read_is_refused_with_the_remedy(self):
        self.start_keyring()
        self.log_in()
        os.chmod(self.credentials, 0o644)

        result = self.world.run("whoami", "--json")

        self.assertEqual(result.code, 12, f"{result}")
        self.assertIn(f"chmod 600 {self.credentials}", result.err)

    def test_e2_a_key_file_and_systemds_credential_still_serve(self):
        file = self.world.root / "key"
        file.write_text(CANARY + "\n")
        file.chmod(0o600)
        self.assertEqual(self.run_ok("whoami", "--json", env={"COMPOSIO_API_KEY_FILE": file}).json["source"], "environment")
        self.run_ok("daemon", "stop")
        directory = self.world.root / "systemd"
        directory.mkdir(mode=0o700)
        (directory / "composio_api_key").write_text(CANARY + "\n")

        told = self.run_ok("whoami", "--json", env={"CREDENTIALS_DIRECTORY": directory}).json

        self.assertEqual((told["source"], told["store"], told["file"]), ("systemd", None, None))

    def test_whoami_says_whose_the_key_is(self):
        self.log_in()

        told = self.run_ok("whoami", "--json").json

        self.assertEqual((told["source"], told["base_url"]), ("login", self.sandbox.url))
        self.assertEqual(told["organization"], {"id": "ok_sandbox", "name": "sandbox"})
        self.assertTrue(told["project"]["id"].startswith("pr_"))
        self.assertEqual(told["email"], "sandbox@example.com")
        card = self.world.terminal("whoami")
        card.expect("sandbox@example.com")
        card.end()
        self.assertNotIn(CANARY, card.text)

    def test_a_composio_that_does_not_tell_whose_a_key_is_takes_it_all_the_same(self):
        recorder = self.record()
        recorder.instead = lambda seen: (403, {}, b'{"error":{"message":"no","code":2206}}') if "session/info" in seen.path else None

        told = self.log_in().json

        self.assertIsNone(told["project"])
        self.assert_works()


class UserKeys(Account):
    def setUp(self) -> None:
        super().setUp()
        self.user_key = "u" + self.sandbox.api_key + "_mine"

    def test_several_projects_must_be_chosen_from(self):
        result = self.world.run("login", "--json", stdin=self.user_key)

        error = self.assert_error(result, "INPUT_NEEDED", 14)
        self.assertEqual([each["name"] for each in error["context"]["projects"]], ["sandbox", "second"])
        self.assertIn("second", error["message"])
        self.assertIn("--composio-project", error["next_step"])
        self.assertFalse(self.credentials.exists())
        self.assertEqual(self.run_ok(*error["next_step"][1:], "--json", stdin=self.user_key).json["project"]["name"], "sandbox")
        self.assert_error(self.world.run("login", "--composio-project", "third", "--json", stdin=self.user_key), "INVALID_REQUEST", 2)

    def test_its_requests_name_the_project_and_never_use_the_other_header(self):
        recorder = self.record()
        told = self.log_in(self.user_key, "--composio-project", "SECOND").json
        recorder.seen.clear()

        self.assert_works()

        self.assertTrue(recorder.seen)
        for seen in recorder.seen:
            self.assertEqual(seen.headers.get("x-user-api-key"), self.user_key, seen.path)
            self.assertNotIn("x-api-key", seen.headers, seen.path)
            self.assertEqual((seen.headers["x-org-id"], seen.headers["x-project-id"]), ("ok_sandbox", told["project"]["id"]), seen.path)

    def test_two_projects_never_see_each_others_connections(self):
        self.log_in(self.user_key, "--composio-project", "sandbox")
        self.connect_github(self.sandbox, "work")
        mine = self.run_ok("connections", "show", "work", "--json").json
        self.log_in(self.user_key, "--composio-project", "second")

        result = self.world.run("execute", "GITHUB_LIST_REPOSITORY_ISSUES", "owner=o", "repo=r", "-c", "work", "--json")

        self.assertNotEqual(result.code, 0, f"{result}")
        self.log_in(self.user_key, "--composio-project", "sandbox")
        self.assertEqual(self.run_ok("connections", "show", "work", "--json").json, mine)
        self.run_ok("execute", "GITHUB_LIST_REPOSITORY_ISSUES", "owner=o", "repo=r", "-c", "work", "--json")

    def test_one_in_the_environment_works_in_its_current_project(self):
        recorder = self.record()
        mine = {"COMPOSIO_API_KEY": self.user_key}

        self.run_ok("integrations", "refresh", "github", "--json", env=mine)
        self.assertEqual(self.run_ok("whoami", "--json", env=mine).json["project"]["name"], "sandbox")

        self.assertEqual(len(recorder.of("GET", "/auth/session/info")), 1, "asked once")
        self.assertTrue(all("x-project-id" in seen.headers for seen in recorder.of("GET", "/toolkits")))

    def test_a_user_without_a_project_is_told_what_to_do(self):
        recorder = self.record()
        nothing = {"session/info": {"project": None, "org_member": {"email": "me@example.com"}}, "project/list": {"data": []}}
        recorder.instead = lambda seen: next(((200, {}, json.dumps(body).encode()) for part, body in nothing.items() if part in seen.path), None)

        error = self.assert_error(self.world.run("login", "--json", stdin=self.user_key), "NOT_CONFIGURED", 4)

        self.assertIn("no project", error["message"])
        self.assertFalse(self.credentials.exists())

    def test_on_a_terminal_it_is_asked(self):
        terminal = self.world.terminal("login")
        terminal.expect("API key")
        terminal.send(self.user_key + "\n")
        terminal.expect("Which one")
        terminal.send("2\n")

        self.assertEqual(terminal.end(), 0)
        self.assertNotIn(self.user_key, terminal.text)
        self.assertEqual(self.run_ok("whoami", "--json").json["project"]["name"], "second")


class Browser(Account):
    def call(self, method: str, target: str):
        client = self.world.http()
        self.addCleanup(client.close)
        return client.call(method, target)

    def begin(self, *flags, **options) -> dict:
        return self.run_ok("login", "--browser", "--no-wait", *flags, "--json", **options).json

    def session_answers(self, recorder: Recorder, *answers) -> None:
        """What the provider says of the login, one answer after the other; the last for good."""
        left = list(answers)

        def instead(seen):
            if "/cli/get-session" not in seen.path:
                return None
            return left.pop(0) if len(left) > 1 else left[0]
        recorder.instead = instead

    @staticmethod
    def says(status: str, code: int = 200, headers: dict | None = None, **more):
        return code, headers or {}, json.dumps({"status": status, **more}).encode()

    def test_a_login_begun_here_is_finished_elsewhere(self):
        begun = self.begin()
        self.assertEqual(begun["status"], "PENDING")
        self.assertEqual(begun["next_step"], ["agenta-tools", "login", "--resume", begun["id"]])
        self.assertTrue(begun["login_url"].startswith(self.sandbox.url + "/dashboard/?cliKey="), begun)
        self.assertNotIn(begun["id"], begun["login_url"], "the id is ours, not the provider's")
        self.assertTrue(begun["expires_at"])

        self.sandbox.approve_login(begun["login_url"])
        done = self.run_ok(*begun["next_step"][1:], "--json").json

        self.assertEqual((done["source"], done["store"]), ("login", "file"))
        self.assert_works()
        self.assertEqual(self.run_ok("whoami", "--json").json["email"], "sandbox@example.com")

    def test_the_code_that_the_page_shows_is_told(self):
        begun = self.run_ok("login", "--browser", "--no-wait", "--quiet", "--json")
        code = begun.json["code"]

        page = fetch(begun.json["login_url"])

        self.assertRegex(code, r"^\w+$")
        self.assertIn(f"Your code: {code}", begun.err)
        self.assertIn(code, page.text)
        self.sandbox.approve_login(begun.json["login_url"])
        self.run_ok(*begun.json["next_step"][1:], "--json")
        self.assertIsNone(self.call("GET", f"/api/tools/logins/{begun.json['id']}").json["code"])

    def test_no_key_is_issued_that_the_keyring_would_not_take(self):
        recorder = self.record()

        self.assert_error(self.world.run("login", "--browser", "--store", "keyring", "--json"), "NOT_CONFIGURED", 4)

        self.assertEqual(recorder.of("POST", "/cli/create-session"), [])

    def test_a_keyring_is_tried_before_without_a_trace(self):
        started = self.start_keyring()

        begun = self.begin("--store", "keyring")
        self.assertEqual(started.items(), 0)
        self.sandbox.approve_login(begun["login_url"])

        self.assertEqual(self.run_ok(*begun["next_step"][1:], "--json").json["store"], "keyring")
        self.begin("--store", "keyring")
        self.assertEqual(started.items(), 1)
        self.assert_works()

    def test_logout_ends_what_is_open(self):
        begun = self.begin()

        self.run_ok("logout")
        self.sandbox.approve_login(begun["login_url"])

        self.assert_error(self.world.run(*begun["next_step"][1:], "--json"), "OAUTH_DENIED", 1)
        self.assertFalse(self.credentials.exists())

    def test_the_link_is_shown_once_and_opened(self):
        opened = self.world.root / "opened"
        browser = self.world.root / "browser"
        browser.write_text(f'#!/bin/sh\nprintf "%s" "$1" > {opened}.new && mv {opened}.new {opened}\n')
        browser.chmod(0o755)
        waiting = self.world.start("login", "--browser", "--json", env={"BROWSER": str(browser)})
        wait_until(opened.exists, what="the browser")
        url = opened.read_text()

        self.sandbox.approve_login(url)
        result = self.world.finish(waiting)

        self.assertEqual(result.code, 0, f"{result}")
        self.assertEqual(result.err.count(url), 1)
        self.assertNotIn(url, result.out)

    def test_denied_expired_unfinished_and_interrupted_are_told_apart(self):
        recorder = self.record()
        self.session_answers(recorder, self.says("denied"))
        self.assert_error(self.world.run("login", "--browser", "--json"), "OAUTH_DENIED", 1)
        self.session_answers(recorder, (404, {}, b'{"error":{"message":"CLI session not found","code":404}}'))
        self.assert_error(self.world.run("login", "--browser", "--json"), "OAUTH_EXPIRED", 9)

        recorder.instead = None
        late = self.assert_error(self.world.run("login", "--browser", "--wait", "1s", "--json"), "OAUTH_PENDING", 16)
        self.assertEqual(late["next_step"][:3], ["agenta-tools", "login", "--resume"])
        waiting = self.world.start("login", *late["next_step"][2:], "--json")
        watcher = self.world.http()
        self.addCleanup(watcher.close)
        wait_until(lambda: watcher.call("GET", "/api/tools/daemon").json["connections_open"] >= 2, what="the wait")
        waiting.send_signal(signal.SIGINT)
        result = self.world.finish(waiting)
        self.assert_error(result, "CANCELLED", 130)
        self.assertFalse(self.credentials.exists())

        self.sandbox.approve_login([line.strip() for line in result.err.splitlines() if "cliKey=" in line][0])
        self.run_ok(*late["next_step"][1:], "--json")

    def test_it_is_asked_no_more_often_than_composio_says(self):
        recorder = self.record()
        linked = self.says("linked", api_key=CANARY)
        self.session_answers(recorder, self.says("", 429, {"Retry-After": "7"}), linked)

        begun = self.begin()
        self.run_ok(*begun["next_step"][1:], "--json")

        times = len(recorder.of("GET", "/cli/get-session"))
        self.assertEqual(times, 2)

    def test_what_gets_the_key_is_never_written_down(self):
        self.run_ok("config", "set", "daemon.log_level", "debug")
        recorder = self.record()
        begun = self.begin()
        [secret] = parse_qs(urlsplit(begun["login_url"]).query)["cliKey"]
        self.sandbox.approve_login(begun["login_url"])
        done = self.run_ok("--verbose", *begun["next_step"][1:], "--json")
        key = json.loads(self.credentials.read_text())["api_key"]

        self.assertEqual(self.files_with(secret), [])
        self.assertEqual(self.files_with(key), [self.credentials])
        told_to_the_user = done.err.replace(begun["login_url"], "")
        self.assertNotIn(secret, done.out + told_to_the_user + self.world.log())
        self.assertNotIn(key, done.out + done.err + self.world.log())
        for seen in recorder.of("POST", "/cli/create-session") + recorder.of("GET", "/cli/get-session"):
            self.assertFalse({"x-api-key", "x-user-api-key"} & set(seen.headers), "no credential is needed there")

    def test_another_login_in_the_browser_keeps_the_connections(self):
        for number in (1, 2):
            begun = self.begin()
            self.sandbox.approve_login(begun["login_url"])
            self.run_ok(*begun["next_step"][1:], "--json")
            if number == 1:
                self.connect_github(self.sandbox, "work")

        self.run_ok("execute", "GITHUB_LIST_REPOSITORY_ISSUES", "owner=o", "repo=r", "-c", "work", "--json")

    def test_a_users_key_from_the_browser_waits_for_the_choice(self):
        recorder = self.record()
        user_key = "u" + self.sandbox.api_key + "_mine"
        self.session_answers(recorder, self.says("linked", api_key=user_key))
        begun = self.begin()

        error = self.assert_error(self.world.run(*begun["next_step"][1:], "--json"), "INPUT_NEEDED", 14)
        self.assertEqual(error["next_step"][:4], begun["next_step"])
        self.assertFalse(self.credentials.exists())

        done = self.run_ok(*error["next_step"][1:-1], "second", "--json").json
        self.assertEqual(done["project"]["name"], "second")

    def test_enter_at_the_prompt_goes_to_the_browser(self):
        terminal = self.world.terminal("login", columns=200)
        terminal.expect("Enter")
        terminal.send("\n")
        url = terminal.expect(r"https?://\S+cliKey=\S+").group(0)

        self.sandbox.approve_login(url)

        self.assertEqual(terminal.end(), 0)
        self.assertIn("sandbox@example.com", terminal.text)

    def test_a_login_ends_with_its_daemon_and_says_so(self):
        begun = self.begin()
        self.restart_daemon()

        error = self.assert_error(self.world.run(*begun["next_step"][1:], "--json"), "OAUTH_EXPIRED", 9)

        self.assertEqual(error["next_step"], ["agenta-tools", "login", "--browser"])

    def test_one_can_be_given_up(self):
        begun = self.begin()

        self.assertEqual(self.call("DELETE", f"/api/tools/logins/{begun['id']}").status, 204)

        self.sandbox.approve_login(begun["login_url"])
        self.assert_error(self.world.run(*begun["next_step"][1:], "--json"), "OAUTH_DENIED", 1)
        self.assertFalse(self.credentials.exists())

    def test_the_dashboard_can_be_elsewhere(self):
        self.run_ok("config", "set", "composio.dashboard_url", "https://dashboard.example")

        self.assertTrue(self.begin()["login_url"].startswith("https://dashboard.example/?cliKey="))

    def test_a_composio_without_it_says_so(self):
        recorder = self.record()
        recorder.instead = lambda seen: (404, {}, b'{"error":{"message":"no","code":404}}') if "/cli/" in seen.path else None

        self.assert_error(self.world.run("login", "--browser", "--json"), "UNSUPPORTED", 2)

    def test_the_sandbox_needs_no_login(self):
        self.assert_error(self.world.run("--sandbox", "login", "--browser", "--json"), "INVALID_REQUEST", 2)


if __name__ == "__main__":
    unittest.main()
