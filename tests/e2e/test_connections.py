"""The life of connections: schemes, own apps, renewing, disconnecting, reconciling, and what befalls them."""
import json
import sqlite3

from tests.support import processes
from tests.support.agenta import AgentaTest, seconds, wait_until
from tests.support.recorder import Recorder
from tests.support.sandbox import approve

KEY = "sk_test_good_51"
APP = ("--auth-config-field", "client_id=my-app", "--auth-config-field", "client_secret=env:APP_SECRET")
APP_SECRET = {"APP_SECRET": "hush-hush-app"}


class ConnectionsTest(AgentaTest):
    def setUp(self) -> None:
        super().setUp()
        self.sandbox = self.start_sandbox()

    def row(self, slug: str, **options) -> dict:
        return self.run_ok("connections", "show", slug, "--json", **options).json

    def slugs(self, *args, **options) -> list[str]:
        return [row["slug"] for row in self.run_ok(*args, "connections", "list", "--json", **options).json["items"]]

    def made(self, route: str) -> int:
        return self.sandbox.counts()["routes"].get(route, {}).get("effects", 0)

    def login(self, *args, env=None, follow: bool = True) -> dict:
        """A connection by link, with the test in the browser's place."""
        begun = self.run_ok("connect", *args, "--no-wait", "--json", env=env).json
        self.sandbox.approve(begun["redirect_url"], follow=follow)
        return self.run_ok("connect", "--resume", begun["id"], "--json").json


class Schemes(ConnectionsTest):
    def test_every_scheme_is_connected_from_what_it_declares(self):
        self.run_ok("config", "set", "connect.browser", "false")
        for integration, fields in {
            "cloudflare": {"token": "cf_1"},
            "freshdesk": {"username": "fd_1", "password": "pw"},
            "bigquery": {"credentials_json": "{}"},
            "billcom": {"org_id": "0081", "dev_key": "dev_1"},
            "netsuite": {"username": "u", "password": "ns_1"},
            "stripe": {"generic_api_key": KEY},
        }.items():
            with self.subTest(integration):
                env = {f"F_{name.upper()}": value for name, value in fields.items()}
                argv = [word for name in fields for word in ("--field", f"{name}=env:F_{name.upper()}")]
                made = self.run_ok("connect", integration, *argv, "--json", env=env).json

                self.assertEqual((made["status"], made["slug"]), ("ACTIVE", integration))
                account = self.sandbox.account(made["composio_account_id"])
                self.assertEqual((account["status"], account["alias"]), ("ACTIVE", integration))

    def test_a_default_is_given_where_nothing_else_is(self):
        made = self.run_ok("connect", "freshdesk", "--field", "username=env:U", "--json", env={"U": "fd_1"}).json

        self.assertIn("subdomain", self.sandbox.account(made["composio_account_id"])["state"]["val"])

    def test_oauth1_and_own_fields_go_by_link(self):
        self.assertEqual(self.login("trello")["auth_type"], "OAUTH1")
        made = self.login("shopify", "--field", "subdomain=acme")

        self.assertEqual(self.sandbox.account(made["composio_account_id"])["state"]["val"]["subdomain"], "acme")

    def test_a_link_that_needs_a_field_says_so_before_it_is_made(self):
        error = self.assert_error(self.world.run("connect", "shopify", "--no-wait", "--json"), "INPUT_NEEDED", 14)

        self.assertIn("subdomain", error["message"])
        self.assertEqual(self.sandbox.asked("POST /connected_accounts/link"), 0)

    def test_either_of_two_schemes_is_chosen(self):
        self.assertEqual(self.login("linear")["auth_type"], "OAUTH2")
        key = self.run_ok("connect", "linear", "--auth", "api_key", "--as", "key", "--field", "generic_api_key=env:K", "--json",
                          env={"K": "lin_api_1"}).json
        self.assertEqual(key["auth_type"], "API_KEY")

    def test_a_field_chooses_the_scheme_that_has_it(self):
        made = self.run_ok("connect", "linear", "--field", "generic_api_key=env:K", "--json", env={"K": "lin_api_1"}).json

        self.assertEqual((made["status"], made["auth_type"]), ("ACTIVE", "API_KEY"))

    def test_wrong_credentials_are_refused_in_the_services_words_and_leave_nothing(self):
        for integration, name, wrong in (("stripe", "generic_api_key", "wrong-key-1"), ("cloudflare", "token", "wrong-token"),
                                         ("billcom", "dev_key", "wrong-dev-key")):
            with self.subTest(integration):
                more = ["--field", "org_id=0081"] if integration == "billcom" else []
                result = self.world.run("connect", integration, *more, "--field", f"{name}=env:W", "--json", env={"W": wrong})

                error = self.assert_error(result, "INVALID_CREDENTIALS", 4 if result.code == 4 else result.code)
                self.assertNotIn(wrong, json.dumps(error))
                self.assertEqual(self.slugs(), [])
                self.assertEqual(self.sandbox.api("GET", "/connected_accounts").json["items"], [])

    def test_no_auth_needs_nothing_and_its_tools_just_run(self):
        self.run_ok("connect", "hackernews", "--json")

        self.assertEqual(self.slugs(), [])
        self.run_ok("execute", "HACKERNEWS_GET_FRONTPAGE", "--json")


class OwnApps(ConnectionsTest):
    def test_what_an_own_app_needs_is_said(self):
        error = self.assert_error(self.world.run("connect", "zoom", "--no-wait", "--json"), "NOT_CONFIGURED", 4)

        self.assertIn("no app of its own for zoom", error["message"])
        self.assertIn("https://backend.composio.dev/api/v3.1/toolkits/auth/callback", error["message"])
        self.assertEqual([field["name"] for field in error["context"]["auth_config_fields"] if field["required"]],
                         ["client_id", "client_secret"])
        self.assertIn("--auth-config-field", error["next_step"])
        self.assertEqual(self.sandbox.asked("POST /auth_configs"), 0)

    def test_half_an_app_is_none(self):
        result = self.world.run("connect", "zoom", "--auth-config-field", "client_id=abc", "--no-wait", "--json")
        error = self.assert_error(result, "NOT_CONFIGURED", 4)
        self.assertIn("client_secret=@FILE", error["next_step"])
        self.assertEqual(self.sandbox.asked("POST /auth_configs"), 0)

    def test_an_app_for_what_has_none_is_refused(self):
        result = self.world.run("connect", "stripe", "--auth-config-field", "client_id=abc", "--field", "generic_api_key=env:K", "--json",
                                env={"K": KEY})
        self.assert_error(result, "INVALID_REQUEST", 2)
        self.assertEqual(self.sandbox.asked("POST /auth_configs"), 0)

    def test_an_app_whose_auth_config_was_deleted_is_asked_for_again(self):
        made = self.login("zoom", "--as", "one", *APP, env=APP_SECRET)
        self.sandbox.api("DELETE", f"/auth_configs/{made['composio_auth_config_id']}")

        self.assert_error(self.world.run("connect", "zoom", "--as", "two", "--no-wait", "--json"), "NOT_CONFIGURED", 4)

    def test_one_auth_config_is_made_of_an_own_app_and_never_a_second(self):
        first = self.login("zoom", "--as", "one", *APP, env=APP_SECRET)
        second = self.login("zoom", "--as", "two", *APP, env=APP_SECRET)
        third = self.login("zoom", "--as", "three")

        configs = {row["composio_auth_config_id"] for row in (first, second, third)}
        self.assertEqual(len(configs), 1)
        self.assertEqual(self.made("POST /auth_configs"), 1)

    def test_not_even_after_the_database_forgot_it(self):
        self.login("zoom", "--as", "one", *APP, env=APP_SECRET)
        self.run_ok("daemon", "stop")
        with sqlite3.connect(self.world.database()) as database:
            database.execute("DELETE FROM auth_configs")
        database.close()

        self.login("zoom", "--as", "two", *APP, env=APP_SECRET)

        self.assertEqual(self.made("POST /auth_configs"), 1)

    def test_a_named_auth_config_is_taken_and_an_unknown_one_refused(self):
        config = self.sandbox.make_auth_config("linear", "API_KEY")
        made = self.run_ok("connect", "linear", "--auth-config", config, "--field", "generic_api_key=env:K", "--json",
                           env={"K": "lin_api_1"}).json

        self.assertEqual((made["composio_auth_config_id"], made["auth_type"]), (config, "API_KEY"))
        result = self.world.run("connect", "github", "--auth-config", "ac_nope", "--no-wait", "--json")
        self.assertIn("ac_nope", self.assert_error(result, "INVALID_REQUEST", 2)["message"])

    def test_scopes_make_an_auth_config_of_their_own_once(self):
        one = self.login("github", "--as", "one", "--scopes", "repo,gist")
        two = self.login("github", "--as", "two", "--scopes", "gist,repo")
        plain = self.login("github", "--as", "plain")

        self.assertEqual(one["composio_auth_config_id"], two["composio_auth_config_id"])
        self.assertNotEqual(one["composio_auth_config_id"], plain["composio_auth_config_id"])
        self.assertEqual(self.made("POST /auth_configs"), 2)


class Renewing(ConnectionsTest):
    def setUp(self) -> None:
        super().setUp()
        self.work = self.connect_github(self.sandbox)
        self.run_ok("connections", "default", "work")

    def expire(self) -> None:
        self.sandbox.set_status(self.work["composio_account_id"], "EXPIRED", "Permanent auth error during token refresh")
        self.run_ok("connections", "sync", "--json")
        self.assertEqual(self.row("work")["status"], "EXPIRED")

    def test_an_expired_connection_is_renewed_in_place(self):
        self.expire()
        error = self.assert_error(self.world.run("execute", "GITHUB_GET_THE_AUTHENTICATED_USER", "--json"), "CONNECTION_EXPIRED", 4)
        self.assertEqual(error["next_step"], ["agenta-tools", "connect", "github", "--reconnect", "work"])

        renewed = self.login(*error["next_step"][2:])

        self.assertEqual((renewed["id"], renewed["slug"], renewed["is_default"], renewed["status"]),
                         (self.work["id"], "work", True, "ACTIVE"))
        self.assertNotEqual(renewed["composio_account_id"], self.work["composio_account_id"])
        self.assertEqual(self.sandbox.api("GET", f"/connected_accounts/{self.work['composio_account_id']}").status, 404)
        wait_until(lambda: self.sandbox.account(renewed["composio_account_id"])["alias"] == "work", what="the alias")
        self.run_ok("execute", "GITHUB_GET_THE_AUTHENTICATED_USER", "--json")

    def test_a_renewal_that_is_denied_changes_nothing(self):
        self.expire()
        begun = self.run_ok("connect", "github", "--reconnect", "work", "--no-wait", "--json").json
        self.assertTrue(self.row("work")["renewing"])
        self.sandbox.deny(begun["redirect_url"])
        self.assert_error(self.world.run("connect", "--resume", begun["id"], "--json"), "OAUTH_DENIED", 1)

        row = self.row("work")
        self.assertEqual((row["status"], row["composio_account_id"], row["is_default"]),
                         ("EXPIRED", self.work["composio_account_id"], True))

    def test_a_renewal_survives_the_daemon(self):
        self.expire()
        begun = self.run_ok("connect", "github", "--reconnect", "work", "--no-wait", "--json").json
        self.world.kill_daemon()
        self.sandbox.deny(begun["redirect_url"], follow=False)

        self.assert_error(self.world.run("connect", "--resume", begun["id"], "--json"), "OAUTH_DENIED", 1)
        self.assertEqual(self.row("work")["composio_account_id"], self.work["composio_account_id"])

    def test_a_tools_answer_proves_the_grant_dead_and_a_call_that_works_brings_it_back(self):
        self.sandbox.set_grant(self.work["composio_account_id"], "dead")
        self.world.run("execute", "GITHUB_GET_THE_AUTHENTICATED_USER", "--json")
        self.assertEqual(self.row("work")["status"], "EXPIRED")
        self.run_ok("connections", "refresh", "work", "--json")
        self.assertEqual(self.row("work")["status"], "EXPIRED", "Composio's ACTIVE proves nothing")
        self.sandbox.set_grant(self.work["composio_account_id"], "alive")

        self.run_ok("connections", "check", "work", "--json")

        self.assertEqual(self.row("work")["status"], "ACTIVE")

    def test_a_disabled_account_is_told_with_its_reason(self):
        self.sandbox.set_status(self.work["composio_account_id"], "INACTIVE", "Connection status updated by user")
        self.run_ok("connections", "refresh", "work", "--json")
        row = self.row("work")

        self.assertEqual(row["status"], "INACTIVE")
        self.assertIn("updated by user", row["error"]["message"])


class Disconnecting(ConnectionsTest):
    def setUp(self) -> None:
        super().setUp()
        self.account = self.connect_github(self.sandbox)["composio_account_id"]

    def test_it_is_revoked_at_the_service(self):
        self.run_ok("disconnect", "work", "--yes", "--json")

        self.assertIn(self.account, self.sandbox.revoked())
        self.assertEqual(self.slugs(), [])

    def test_nothing_changes_while_composio_is_down_unless_it_may_stay_there(self):
        self.sandbox.close()
        self.assert_error(self.world.run("disconnect", "work", "--yes", "--json"), "PROVIDER_UNAVAILABLE", 3)
        self.assertEqual(self.slugs(), ["work"])

        self.run_ok("disconnect", "work", "--keep-remote", "--yes", "--json")

        self.assertEqual(self.slugs(), [])

    def test_a_lost_answer_is_asked_after_before_anything_is_said(self):
        self.sandbox.plant("lost_reply", method="DELETE", path="/connected_accounts")

        self.run_ok("disconnect", "work", "--yes", "--json")

        self.assertEqual(self.slugs(), [])
        self.assertIn(self.account, self.sandbox.revoked())

    def test_what_cannot_be_known_is_said_to_be_unknown(self):
        self.sandbox.plant("lost_reply", method="DELETE", path="/connected_accounts")
        self.sandbox.plant("html_502", method="GET", path="/connected_accounts", times=10)

        error = self.assert_error(self.world.run("disconnect", "work", "--yes", "--json"), "OUTCOME_UNKNOWN", 10)

        self.assertEqual(error["next_step"], ["agenta-tools", "connections", "refresh", "work"])
        self.assertEqual(self.slugs(), ["work"])

    def test_what_is_gone_there_is_forgotten_here_with_a_word(self):
        self.sandbox.api("DELETE", f"/connected_accounts/{self.account}")

        result = self.run_ok("disconnect", "work", "--yes", "--json")

        self.assertIn("not at Composio any more", result.err)
        self.assertEqual(self.slugs(), [])

    def test_nobody_is_asked_where_nobody_can_be(self):
        self.assert_error(self.world.run("disconnect", "work", "--json"), "INPUT_NEEDED", 14)
        self.assertEqual(self.slugs(), ["work"])


class Reconciling(ConnectionsTest):
    def test_only_this_projects_user_is_asked_for_and_a_foreign_account_is_not_adopted(self):
        recorder = Recorder(self.sandbox.url)
        self.addCleanup(recorder.close)
        self.world.environment["COMPOSIO_BASE_URL"] = recorder.url
        self.sandbox.make_account("somebody-else", "stripe", "API_KEY", generic_api_key=KEY)
        self.connect_github(self.sandbox)

        report = self.run_ok("connections", "sync", "--json").json
        self.run_ok("connections", "prune", "--json")

        self.assertEqual((report["items"], report["unchanged"]), ([], 1))
        self.assertEqual(self.slugs(), ["work"])
        for seen in recorder.of("GET", "/connected_accounts?"):
            self.assertIn("user_ids=agenta_project_", seen.path)
            self.assertNotIn("user_id=", seen.path)
        self.assertEqual(len(self.sandbox.api("GET", "/connected_accounts").json["items"]), 2)

    def test_two_projects_never_see_each_others_connections(self):
        here = self.connect_github(self.sandbox)
        there = ("--project", "other")
        self.run_ok(*there, "connect", "stripe", "--field", "generic_api_key=env:K", "--json", env={"K": KEY})

        self.assertEqual(self.slugs(), ["work"])
        self.assertEqual(self.slugs(*there), ["stripe"])
        for argv in (["connections", "show", here["id"]], ["connections", "check", "work"], ["disconnect", here["id"], "--yes"],
                     ["connections", "rename", "work", "mine"], ["connections", "cancel", here["id"]],
                     ["execute", "GITHUB_GET_THE_AUTHENTICATED_USER", "-c", here["id"]]):
            with self.subTest(argv):
                result = self.world.run(*there, *argv, "--json")
                self.assertIn(result.error["code"], ("CONNECTION_NOT_FOUND", "NOT_CONNECTED"), f"{result}")
        self.run_ok(*there, "connections", "sync", "--json")
        self.run_ok(*there, "connections", "prune", "--json")
        changes = self.run_ok(*there, "api", "GET", "connection-changes?cursor=0").json["items"]
        self.assertEqual({change["slug"] for change in changes}, {"stripe"})
        self.assertEqual(self.slugs(*there), ["stripe"])
        self.assertEqual(self.row("work")["status"], "ACTIVE")

    def test_connections_of_another_composio_project_are_listed_as_such_and_never_used(self):
        self.connect_github(self.sandbox)
        other = {"COMPOSIO_API_KEY": "ak_sandbox_second"}

        [row] = self.run_ok("connections", "list", "--json", env=other).json["items"]

        self.assertTrue(row["foreign"])
        result = self.world.run("execute", "GITHUB_GET_THE_AUTHENTICATED_USER", "--json", env=other)
        self.assert_error(result, "NOT_CONNECTED", 4)
        self.assertEqual(self.run_ok("connections", "sync", "--json", env=other).json["items"], [])
        self.assertEqual(self.row("work")["status"], "ACTIVE")

    def test_an_account_that_vanished_is_reported_and_can_be_renewed(self):
        made = self.connect_github(self.sandbox)
        self.sandbox.api("DELETE", f"/connected_accounts/{made['composio_account_id']}")

        report = self.run_ok("connections", "sync", "--json").json

        self.assertEqual([(item["change"], item["connection"]["slug"]) for item in report["items"]], [("vanished", "work")])
        self.assertEqual(self.login("github", "--reconnect", "work")["status"], "ACTIVE")


class Audit(ConnectionsTest):
    def test_who_made_changed_and_used_it_is_told(self):
        self.connect_github(self.sandbox)
        self.run_ok("execute", "GITHUB_GET_THE_AUTHENTICATED_USER", "--json")
        self.run_ok("connections", "rename", "work", "office", "--json")

        row = self.row("office")

        for name in ("created_by", "changed_by", "used_by"):
            with self.subTest(name):
                self.assertTrue(row[name]["user"] and row[name]["host"], row[name])
                self.assertRegex(row[name]["program"], r"^agenta-tools \d")
        self.assertTrue(row["last_used_at"])

    def test_every_change_is_on_record(self):
        self.connect_github(self.sandbox)
        self.run_ok("connections", "rename", "work", "office", "--json")
        self.run_ok("connections", "default", "office", "--json")
        self.run_ok("disconnect", "office", "--yes", "--json")

        changes = self.run_ok("api", "GET", "connection-changes?cursor=0").json["items"]

        self.assertEqual([change["change"] for change in changes],
                         ["begun", "connected", "renamed", "made_default", "disconnected"])
        self.assertEqual(changes[2]["detail"], "was work")


class Embedded(AgentaTest):
    def test_a_link_of_the_sandbox_leads_there_after_a_restart_too(self):
        begun = self.run_ok("--sandbox", "connect", "github", "--no-wait", "--json").json
        self.world.kill_daemon(sandbox=True)
        self.run_ok("--sandbox", "daemon", "start")

        approve(begun["redirect_url"], follow=False)

        self.assertEqual(self.run_ok("--sandbox", "connect", "--resume", begun["id"], "--json").json["status"], "ACTIVE")


class Stopping(ConnectionsTest):
    def test_whoever_waits_does_not_keep_the_daemon_from_stopping(self):
        begun = self.run_ok("connect", "github", "--no-wait", "--json").json
        cursor = self.run_ok("api", "GET", "connection-changes").json["next_cursor"]
        watch = self.world.start("connections", "watch", "--since", cursor, "--json")
        held = self.world.start("api", "GET", f"connections/{begun['id']}?wait=60")
        waits = lambda process: any("socket:" in link for link in processes.open_files(process.pid).values())
        wait_until(lambda: waits(watch) and waits(held), what="both to wait")

        stopped = self.run_ok("daemon", "stop", "--json")

        self.assertLess(stopped.took, seconds(5), "its drain is 10 s")
        self.assertEqual(self.world.finish(held).json["status"], "PENDING", "answered as things stood")
        self.assertEqual(self.world.daemons_serving(), [], "nobody who watches starts it again")
        self.run_ok("connections", "cancel", begun["id"], "--json")
        self.assertEqual(json.loads(watch.stdout.readline())["change"], "disconnected")


    def test_a_composio_that_is_silent_keeps_it_no_longer_than_its_drain(self):
        self.connect_github(self.sandbox)
        self.sandbox.plant("delay", delay_ms=120_000, path="/connected_accounts", times=10)
        checking = self.world.start("connections", "check", "work", "--json", "--timeout", "100s")
        wait_until(lambda: any("GET /api/v3.1/connected_accounts/" in line for line in self.sandbox.seen()[-3:]), what="the question")
        pid = self.world.daemon_pid()

        self.world.run("daemon", "stop", "--drain", "1s", "--json")

        wait_until(lambda: not processes.alive(pid), 8, "the end of the daemon")
        self.assertNotEqual(self.world.finish(checking).code, 0)


class Names(ConnectionsTest):
    def test_second_accounts_get_the_next_name_and_carry_it_to_composio(self):
        first, second = self.login("github"), self.login("github")

        self.assertEqual([first["slug"], second["slug"]], ["github", "github-2"])
        self.assertEqual(self.sandbox.account(second["composio_account_id"])["alias"], "github-2")

    def test_a_name_that_only_composio_knows_is_said(self):
        made = self.connect_github(self.sandbox)
        self.run_ok("disconnect", "work", "--keep-remote", "--yes", "--json")

        error = self.assert_error(self.world.run("connect", "github", "--as", "work", "--no-wait", "--json"),
                                  "CONNECTION_ALREADY_EXISTS", 7)

        self.assertEqual(error["next_step"], ["agenta-tools", "connections", "sync"])
        self.run_ok("connections", "sync", "--json")
        self.assertEqual(self.row("work")["composio_account_id"], made["composio_account_id"])


if __name__ == "__main__":
    import unittest

    unittest.main()
