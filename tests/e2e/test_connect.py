"""Connecting as a person does: asked at a terminal, with a link to follow anywhere, and in a pipe (behaviours D10 to D14, E1, E2)."""
import json
import os
import re
import signal
import threading

from tests.support.agenta import AgentaTest, seconds, wait_until

KEY = "sk_test_CANARYtyped77"
LINK = re.compile(rb"\x1b\]8;;(http[^\x1b\x07]+)\x1b\\")
NOWHERE = {"BROWSER": None, "DISPLAY": None, "WAYLAND_DISPLAY": None}


class ConnectTest(AgentaTest):
    def setUp(self) -> None:
        super().setUp()
        self.sandbox = self.start_sandbox()

    def terminal(self, *args, env: dict | None = None, **options):
        return self.world.terminal("connect", *args, env={**NOWHERE, **(env or {})}, **options)

    def link(self, terminal, which: int = 0) -> str:
        """The link that the terminal was given, once it was."""
        def found() -> list[bytes]:
            terminal._read(0.05)
            return LINK.findall(terminal.raw)

        return wait_until(lambda: found()[which:which + 1], what="the link")[0].decode()

    def row(self, slug: str) -> dict:
        return self.run_ok("connections", "show", slug, "--json").json


class Asking(ConnectTest):
    def test_a_secret_is_asked_for_without_echo_and_is_nowhere(self):
        terminal = self.terminal("stripe", "--as", "pay")
        terminal.expect(r"not shown: ?")
        terminal.send(KEY + "\n")

        self.assertEqual(terminal.end(), 0, terminal.text)
        self.assertIn("Connected Stripe as pay.", terminal.text)
        self.assertNotIn(KEY, terminal.text)
        self.assertEqual(self.row("pay")["status"], "ACTIVE")
        for path in self.world.home.rglob("*"):
            if path.is_file():
                self.assertNotIn(KEY.encode(), path.read_bytes(), path)

    def test_what_cannot_be_right_is_said_at_once(self):
        terminal = self.terminal("stripe")
        terminal.expect(r"not shown: ?")
        terminal.send("\n")

        terminal.expect(r"must not be empty")
        terminal.expect(r"(?s)not shown:.*not shown:")
        self.assertEqual(self.sandbox.asked("POST /connected_accounts"), 0)
        terminal.send(KEY + "\n")
        self.assertEqual(terminal.end(), 0, terminal.text)

    def test_what_the_service_refuses_is_asked_for_again_with_its_words(self):
        terminal = self.terminal("stripe", "--as", "pay")
        terminal.expect(r"not shown: ?")
        terminal.send("wrong-key\n")
        terminal.expect(r"(?i)invalid api key")
        terminal.expect(r"(?s)not shown:.*not shown:")
        terminal.send(KEY + "\n")

        self.assertEqual(terminal.end(), 0, terminal.text)
        self.assertEqual(self.row("pay")["status"], "ACTIVE")
        self.assertEqual(len(self.run_ok("connections", "--json").json["items"]), 1)

    def test_three_refusals_are_enough_and_leave_nothing_behind(self):
        terminal = self.terminal("stripe")
        for times in range(1, 4):
            terminal.expect("(?s)" + "not shown:.*" * times)
            terminal.send("wrong-key\n")

        self.assertEqual(terminal.end(), 1, terminal.text)
        self.assertEqual(self.run_ok("connections", "--json").json["items"], [])

    def test_ctrl_c_at_a_question_gives_the_echo_back_and_makes_nothing(self):
        terminal = self.terminal("stripe")
        terminal.expect(r"not shown: ?")
        terminal.send(b"\x03")
        terminal.wait_until_ended()

        self.assertEqual(terminal.settings(), terminal.settings_before)
        self.assertEqual(terminal.end(), 130, terminal.text)
        self.assertEqual(self.run_ok("connections", "--json").json["items"], [])

    def test_a_line_right_behind_ctrl_c_is_no_answer(self):
        terminal = self.terminal("stripe")
        terminal.expect(r"not shown: ?")
        terminal.send(b"\x03" + KEY.encode() + b"\n")

        self.assertEqual(terminal.end(), 130, terminal.text)
        self.assertRegex(terminal.text, r"\nagenta-tools: interrupted\n")
        self.assertEqual(self.sandbox.asked("POST /connected_accounts"), 0)

    def test_ctrl_d_at_a_question_is_no_answer(self):
        terminal = self.terminal("stripe", "--as", "pay")
        terminal.expect(r"not shown: ?")
        terminal.send(b"\x04")

        self.assertEqual(terminal.end(), 14, terminal.text)
        self.assertIn("and no answer was given", terminal.text)
        self.assertIn("next: agenta-tools connect stripe --as pay --field generic_api_key=@FILE", terminal.text)

    def test_nobody_is_asked_where_nobody_can_be(self):
        for name, env, flags in (("CI", {"CI": "true"}, []), ("--no-input", {}, ["--no-input"])):
            with self.subTest(name):
                terminal = self.terminal("stripe", *flags, env=env)

                self.assertEqual(terminal.end(), 14, terminal.text)
        error = self.assert_error(self.world.run("connect", "stripe", "--json"), "INPUT_NEEDED", 14)
        self.assertEqual(error["context"]["fields"], ["generic_api_key"])
        self.assertEqual(error["next_step"][-2:], ["--field", "generic_api_key=@FILE"])


class Schemes(ConnectTest):
    """Every way to connect is asked for by the fields it declares."""

    def answer(self, integration: str, *answers: tuple[str, str]):
        terminal = self.terminal(integration)
        for question, typed in answers:
            terminal.expect(question)
            terminal.send(typed + "\n")
        return terminal

    def assert_connected(self, terminal, slug: str) -> None:
        self.assertEqual(terminal.end(), 0, terminal.text)
        self.assertRegex(terminal.text, f"Connected .* as {slug}\\.")
        self.assertEqual(self.row(slug)["status"], "ACTIVE")

    def test_a_login_in_the_browser_that_needs_a_field_first(self):
        terminal = self.answer("shopify", (r"(?i)subdomain.*:", "acme"))
        self.sandbox.approve(self.link(terminal))

        self.assert_connected(terminal, "shopify")

    def test_an_app_of_ones_own_is_asked_for_with_what_to_register(self):
        terminal = self.answer("zoom", (r"Client id.*:", "CANARYid"), (r"Client secret.*not shown:", "CANARYsecret"))
        self.sandbox.approve(self.link(terminal))

        self.assert_connected(terminal, "zoom")
        self.assertRegex(terminal.text, r"no app of its own for Zoom(.|\n)*https://\S+/auth/callback")
        self.assertNotIn("CANARYsecret", terminal.text)
        again = self.terminal("zoom", "--as", "other")
        self.sandbox.approve(self.link(again))
        self.assertEqual(again.end(), 0, "asked for what is remembered: " + again.text)

    def test_an_app_of_ones_own_in_a_pipe_is_not_configured(self):
        error = self.assert_error(self.world.run("connect", "zoom", "--json"), "NOT_CONFIGURED", 4)
        self.assertIn("client_id", [field["name"] for field in error["context"]["auth_config_fields"]])

        made = self.run_ok("connect", "zoom", "--auth-config-field", "client_id=abc", "--auth-config-field", "client_secret=env:APP",
                           "--no-wait", "--json", env={"APP": "CANARYsecret"}).json
        self.assertEqual(made["status"], "PENDING")

    def test_a_default_is_taken_by_enter(self):
        terminal = self.answer("freshdesk", (r"API key, not shown:", "fd_CANARY"), (r"Subdomain \[sandbox\]:", ""))

        self.assert_connected(terminal, "freshdesk")
        self.assertNotIn("fd_CANARY", terminal.text)

    def test_a_service_account_is_given_by_its_file(self):
        file = self.world.user_home / "key.json"
        file.write_text('{"type":"service_account"}\n')
        os.chmod(file, 0o600)
        terminal = self.answer("bigquery", (r"@FILE, not shown:", str(file)), (r"write @ before it(.|\n)*not shown:", f"@{file}"))

        self.assert_connected(terminal, "bigquery")

    def test_a_token(self):
        self.assert_connected(self.answer("cloudflare", (r"not shown:", "cf_CANARY")), "cloudflare")

    def test_no_connection_is_needed_where_there_is_nothing_to_grant(self):
        terminal = self.terminal("hackernews")

        self.assertEqual(terminal.end(), 0, terminal.text)
        self.assertIn("needs no connection", terminal.text)


class Giving(ConnectTest):
    def test_a_field_comes_from_a_file_a_variable_or_stdin(self):
        file = self.world.user_home / "key"
        file.write_text(KEY + "\n")
        os.chmod(file, 0o600)
        for slug, value, options in (("one", f"@{file}", {}), ("two", "env:KEY", {"env": {"KEY": KEY}}), ("three", "-", {"stdin": KEY + "\n"})):
            with self.subTest(value):
                made = self.run_ok("connect", "stripe", "--as", slug, "--field", f"generic_api_key={value}", "--json", **options).json

                self.assertEqual((made["slug"], made["status"]), (slug, "ACTIVE"))

    def test_a_file_that_others_can_read_is_refused_with_the_command_that_mends_it(self):
        file = self.world.user_home / "key"
        file.write_text(KEY)
        os.chmod(file, 0o644)

        result = self.world.run("connect", "stripe", "--field", f"generic_api_key=@{file}", "--json")

        self.assert_error(result, "BLOCKED", 12)
        self.assertIn("chmod 600", result.err)
        self.assertNotIn(KEY, result.out + result.err)

    def test_a_literal_secret_is_refused_whatever_the_scheme_will_be(self):
        for more in ([], ["--auth-config", "ac_other"], ["--auth", "OAUTH2"]):
            for field in ("generic_api_key", "client_secret", "unheard_of"):
                with self.subTest(field=field, more=more):
                    result = self.world.run("connect", "stripe", *more, "--field", f"{field}={KEY}", "--json")

                    self.assert_error(result, "USAGE", 2)
                    self.assertNotIn(KEY, result.out + result.err)
                    self.assertIn(f"{field}=@FILE", result.err)
        result = self.world.run("connect", "github", "--auth-config-field", f"client_secret={KEY}", "--json")
        self.assert_error(result, "USAGE", 2)
        self.assertNotIn(KEY, result.out + result.err)


class Links(ConnectTest):
    def test_d10_a_link_is_a_hyperlink_and_the_terminal_goes_on_by_itself(self):
        terminal = self.terminal("github", "--as", "work")
        url = self.link(terminal)
        terminal.expect(r"goes on by itself")
        self.assertEqual(terminal.text.count(url), 1)
        self.sandbox.approve(url, follow=False)

        self.assertEqual(terminal.end(), 0, terminal.text)
        self.assertIn("Connected GitHub as work.", terminal.text)

    def test_d10_why_no_browser_is_opened_is_said(self):
        for why, env in (("an SSH session", {"SSH_TTY": "/dev/pts/0", "DISPLAY": ":0"}), ("CI", {"CI": "true"})):
            with self.subTest(why):
                terminal = self.terminal("github", "--wait", "1s", env=env)

                self.assertEqual(terminal.end(), 16, terminal.text)
                self.assertIn(f"No browser is opened here ({why}).", terminal.text)

    def test_a_link_has_no_escapes_where_they_would_be_seen(self):
        for env in ({"TERM": "dumb"}, {"TERM": "linux"}):
            with self.subTest(env=env):
                terminal = self.terminal("github", "--wait", "1s", env=env)

                self.assertEqual(terminal.end(), 16, terminal.text)
                self.assertRegex(terminal.text, r"http://127\.0\.0\.1:\d+/link/")
                self.assertNotIn(b"\x1b]", terminal.raw)
        piped = self.world.run("connect", "github", "--wait", "1s", env=NOWHERE)
        self.assertNotIn("\x1b", piped.err + piped.out)

    def test_a_code_is_drawn_where_the_terminal_can(self):
        for drawn, flags, options in ((True, ["--qr"], {}), (False, [], {}), (False, ["--no-qr"], {}), (False, ["--qr"], {"columns": 40}),
                                      (False, ["--qr"], {"env": {"LC_ALL": "C"}}), (False, ["--qr"], {"env": {"TERM": "dumb"}})):
            with self.subTest(flags=flags, options=options):
                terminal = self.terminal("github", "--wait", "1s", *flags, **options)

                self.assertEqual(terminal.end(), 16, terminal.text)
                self.assertEqual("█" in terminal.text, drawn, terminal.text)

    def test_a_setting_decides_about_the_code(self):
        self.run_ok("config", "set", "connect.qr", "always")
        terminal = self.terminal("github", "--wait", "1s", env={"BROWSER": "true"})

        self.assertEqual(terminal.end(), 16, terminal.text)
        self.assertIn("█", terminal.text)

    def test_d12_no_wait_prints_all_that_is_needed_to_go_on(self):
        begun = self.run_ok("connect", "github", "--no-wait", "--json", timeout=2).json

        self.assertEqual(begun["status"], "PENDING")
        self.assertRegex(begun["expires_at"], r"^\d{4}-\d\d-\d\dT")
        self.assertEqual(begun["next_step"], ["agenta-tools", "connect", "--resume", begun["id"]])
        self.assertTrue(begun["redirect_url"].startswith("http"))

    def test_d12_resume_shows_the_link_again_also_after_a_restart(self):
        begun = self.run_ok("connect", "github", "--as", "work", "--no-wait", "--json").json
        self.world.kill_daemon()

        terminal = self.terminal("--resume", begun["id"])

        self.assertEqual(self.link(terminal), begun["redirect_url"])
        self.sandbox.approve(begun["redirect_url"], follow=False)  # the door that it leads to is gone
        self.assertEqual(terminal.end(), 0, terminal.text)
        self.assertIn("Connected GitHub as work.", terminal.text)

    def test_d13_ctrl_c_ends_the_wait_and_says_how_to_go_on(self):
        terminal = self.terminal("github", "--as", "work")
        url = self.link(terminal)
        terminal.send(b"\x03")

        self.assertEqual(terminal.end(), 130, terminal.text)
        identity = self.row("work")["id"]
        self.assertIn(f"connect --resume {identity}", terminal.text)
        self.sandbox.approve(url)
        self.assertEqual(self.run_ok("connect", "--resume", identity, "--json").json["status"], "ACTIVE")

    def test_d14_a_link_that_expired_is_offered_anew(self):
        for args in (["github", "--as", "work"], None):
            with self.subTest("connect" if args else "resume"):
                if args is None:
                    begun = self.run_ok("connect", "gmail", "--as", "mail", "--no-wait", "--json").json
                    args = ["--resume", begun["id"]]
                terminal = self.terminal(*args)
                first = self.link(terminal)
                self.sandbox.advance(601)
                terminal.expect(r"has expired.*\[Y/n\]", 30)
                terminal.send("\n")
                second = self.link(terminal, 1)

                self.assertNotEqual(first, second)
                self.sandbox.approve(second)
                self.assertEqual(terminal.end(), 0, terminal.text)
                self.assertRegex(terminal.text, r"Connected \w+ as (work|mail)\.")

    def test_d14_a_person_may_leave_it_at_that(self):
        terminal = self.terminal("github", "--as", "work")
        self.link(terminal)
        self.sandbox.advance(601)
        terminal.expect(r"\[Y/n\]", 30)
        terminal.send("n\n")

        self.assertEqual(terminal.end(), 9, terminal.text)
        self.assertIn("next: agenta-tools connect github --as work", terminal.text)


class Looking(ConnectTest):
    def setUp(self) -> None:
        super().setUp()
        self.connect_github(self.sandbox)

    def test_a_page_of_the_list_at_a_time(self):
        self.connect_github(self.sandbox, "home")
        first = self.run_ok("connections", "list", "--limit", "1", "--json").json
        second = self.run_ok("connections", "list", "--limit", "1", "--cursor", first["next_cursor"], "--json").json
        every = self.run_ok("connections", "list", "--limit", "1", "--all", "--json").json

        self.assertEqual((first["total"], len(first["items"]), second["next_cursor"]), (2, 1, None))
        self.assertEqual([row["slug"] for row in every["items"]], ["home", "work"])

    def test_a_card_tells_who_made_it(self):
        terminal = self.world.terminal("connections", "show", "work")

        self.assertEqual(terminal.end(), 0, terminal.text)
        self.assertRegex(terminal.text, r"created +\d{4}-\d\d-\d\d \d\d:\d\d by \S+@\S+ \(uid %d\), agenta-tools" % os.getuid())

    def test_what_goes_is_named_before_it_goes(self):
        account = self.row("work")["composio_account_id"]
        terminal = self.world.terminal("disconnect", "work")
        terminal.expect(r"\[y/N\]")

        self.assertRegex(terminal.text, r"GitHub connection work")
        self.assertIn(account, terminal.text)
        self.assertIn("revoked", terminal.text)
        terminal.send("y\n")
        self.assertEqual(terminal.end(), 0, terminal.text)
        self.assertEqual(self.run_ok("connections", "--json").json["items"], [])


class Verbs(ConnectTest):
    """What `connections` does beside listing."""

    def setUp(self) -> None:
        super().setUp()
        self.account = self.connect_github(self.sandbox)["composio_account_id"]

    def connect_stripe(self, slug: str) -> dict:
        return self.run_ok("connect", "stripe", "--as", slug, "--field", "generic_api_key=env:KEY", "--json", env={"KEY": KEY}).json

    def test_check_tells_what_it_asked(self):
        self.connect_stripe("pay")
        report = self.run_ok("connections", "check").json

        self.assertEqual([item["connection"]["slug"] for item in report["items"]], ["pay", "work"])
        self.assertEqual(report["items"][1]["health"], "alive", report)
        self.assertTrue(report["items"][1]["probe"])

    def test_check_of_a_dead_grant_says_how_to_renew_it(self):
        self.connect_stripe("pay")
        self.sandbox.set_grant(self.account, "dead")

        error = self.assert_error(self.world.run("connections", "check", "--json"), "CONNECTION_EXPIRED", 4)

        self.assertEqual(error["next_step"], ["agenta-tools", "connect", "github", "--reconnect", "work"])
        self.assertEqual({item["connection"]["slug"]: item["health"] for item in error["context"]["items"]}["work"], "dead")
        self.assertEqual(self.row("work")["status"], "EXPIRED")
        terminal = self.world.terminal("connections", "check")
        self.assertEqual(terminal.end(), 4, terminal.text)
        self.assertRegex(terminal.text, r"work +github +dead")
        self.assertIn("next: agenta-tools connect github --reconnect work", terminal.text)

    def test_check_blames_no_connection_for_a_dead_network(self):
        self.sandbox.plant("status", status=503, times=1000)

        self.assert_error(self.world.run("connections", "check", "--json", "--timeout", "5s"), "PROVIDER_UNAVAILABLE", 3)

        self.sandbox.control("DELETE", "faults")
        self.assertEqual(self.row("work")["status"], "ACTIVE")

    def test_check_of_nothing_is_fine(self):
        self.run_ok("disconnect", "work", "--yes", "--json")

        self.assertEqual(self.run_ok("connections", "check", "--json").json, {"items": []})

    def test_rename_and_default(self):
        identity = self.row("work")["id"]
        self.connect_github(self.sandbox, "home")
        self.run_ok("connections", "rename", "work", "office", "--name", "At work")
        self.run_ok("connections", "default", "office")

        row = self.row("office")
        self.assertEqual((row["id"], row["name"], row["is_default"]), (identity, "At work", True))
        self.assert_error(self.world.run("connections", "rename", "office", "home", "--json"), "CONNECTION_ALREADY_EXISTS", 7)
        terminal = self.world.terminal("connections", columns=140)
        self.assertEqual(terminal.end(), 0)
        self.assertRegex(terminal.text, r"office .* default ")

    def test_sync_takes_over_what_was_made_elsewhere(self):
        user = self.sandbox.account(self.account)["user_id"]
        made = self.sandbox.make_account(user, "stripe", "API_KEY", generic_api_key=KEY)

        report = self.run_ok("connections", "sync", "--json").json

        self.assertEqual([(item["change"], item["connection"]["composio_account_id"]) for item in report["items"]], [("adopted", made)])
        terminal = self.world.terminal("connections", "sync")
        self.assertEqual(terminal.end(), 0)
        self.assertIn("All is as Composio has it.", terminal.text)

    def test_prune_clears_what_was_never_finished(self):
        begun = self.run_ok("connect", "gmail", "--as", "mail", "--no-wait", "--json").json
        self.sandbox.deny(begun["redirect_url"])
        wait_until(lambda: self.row("mail")["status"] == "FAILED", what="the end of the login")
        dry = self.run_ok("connections", "prune", "--dry-run", "--json").json
        self.assertEqual([item["slug"] for item in dry["items"]], ["mail"])
        self.assertEqual(self.row("mail")["status"], "FAILED")

        done = self.run_ok("connections", "prune", "--json").json

        self.assertEqual([item["slug"] for item in done["items"]], ["mail"])
        self.assertEqual([row["slug"] for row in self.run_ok("connections", "--json").json["items"]], ["work"])

    def test_cancel_ends_a_login(self):
        self.run_ok("connect", "gmail", "--as", "mail", "--no-wait", "--json")

        self.run_ok("connections", "cancel", "mail", "--json")

        self.assertEqual([row["slug"] for row in self.run_ok("connections", "--json").json["items"]], ["work"])
        self.assertNotEqual(self.world.run("connections", "cancel", "work", "--json").code, 0)


class Watching(ConnectTest):
    def setUp(self) -> None:
        super().setUp()
        self.connect_github(self.sandbox)
        self.cursor = self.run_ok("api", "GET", "connection-changes").json["next_cursor"]

    def rename(self, old: str, new: str) -> None:
        self.run_ok("connections", "rename", old, new, "--json")

    def next_line(self, process) -> dict:
        line: list[bytes] = []
        reader = threading.Thread(target=lambda: line.append(process.stdout.readline()), daemon=True)
        reader.start()
        reader.join(seconds(20))
        self.assertTrue(line and line[0], "no change was printed")
        return json.loads(line[0])

    def test_a_change_is_a_line_also_after_the_daemon_was_killed(self):
        watch = self.world.start("connections", "watch", "--since", self.cursor)
        self.rename("work", "one")
        first = self.next_line(watch)
        self.world.kill_daemon()
        self.rename("one", "two")
        second = self.next_line(watch)

        self.assertEqual([(each["change"], each["slug"]) for each in (first, second)], [("renamed", "one"), ("renamed", "two")])
        self.assertEqual(first["by"]["uid"], os.getuid())
        watch.send_signal(signal.SIGINT)
        ended = self.world.finish(watch)
        self.assertEqual(ended.code, 130, f"{ended}")
        self.assertIn("connections watch --since", ended.err)

    def test_a_closed_pipe_ends_it(self):
        watch = self.world.start("connections", "watch", "--since", self.cursor)
        self.rename("work", "one")
        self.next_line(watch)

        watch.stdout.close()

        self.assertEqual(wait_until(lambda: [watch.poll()] if watch.poll() is not None else None, what="its end"), [141])

    def test_a_person_reads_what_happened(self):
        terminal = self.world.terminal("connections", "watch")
        terminal.expect(r"Ctrl-C ends it")
        self.rename("work", "one")
        terminal.expect(r"renamed +one \(github\)")
        terminal.send(b"\x03")

        self.assertEqual(terminal.end(), 130, terminal.text)
