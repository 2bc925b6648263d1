"""Tools of one's own: declared in a file, run here, and treated like any other (issue 5, point 11)."""
import http.server
import json
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from tests.support import processes
from tests.support.agenta import AgentaTest, seconds, wait_until

GREET = """
[tools.CUSTOM_GREET]
description = "Greets somebody, loudly if you like"
read_only = true
command = ["/bin/sh", "-c", 'printf "hello %s" "$2"', "greet", "--", "{who}"]
input = { type = "object", required = ["who"], properties = { who = { type = "string" }, times = { type = "integer" } } }
"""


def tool(slug: str, script: str, more: str = "") -> str:
    return f"[tools.{slug}]\ndescription = 'Does {slug}'\ncommand = ['/bin/sh', '-c', '''{script}''']\n{more}\n"


class CustomTest(AgentaTest):
    def setUp(self) -> None:
        super().setUp()
        self.file = self.world.user_home / ".config" / "agenta-tools" / "tools.toml"
        self.file.parent.mkdir(parents=True, mode=0o700)
        # Nobody is logged in, and there is no network to speak of.
        self.world.environment |= {"COMPOSIO_BASE_URL": "http://127.0.0.1:9"}

    def declare(self, text: str, mode: int = 0o600) -> None:
        fresh = self.file.with_suffix(".new")
        fresh.write_text(text)
        fresh.chmod(mode)
        fresh.rename(self.file)

    def history(self) -> list[dict]:
        return self.run_ok("history", "--json").json["items"]


class Catalogue(CustomTest):
    def test_without_login_and_network_they_are_listed_shown_searched_and_described(self):
        self.declare(GREET)

        listed = self.run_ok("tools", "list", "custom", "--json").json
        shown = self.run_ok("tools", "show", "CUSTOM_GREET", "--json").json
        found = self.run_ok("tools", "search", "greet", "--integration", "custom", "--json").json
        schema = self.run_ok("tools", "schema", "CUSTOM_GREET", "--format", "openai", "--json").json
        integration = self.run_ok("integrations", "show", "custom", "--json").json

        self.assertEqual([each["slug"] for each in listed["items"]], ["CUSTOM_GREET"])
        self.assertEqual(shown["integration_slug"], "custom")
        self.assertEqual(shown["input_schema"]["required"], ["who"])
        self.assertEqual(found["items"][0]["slug"], "CUSTOM_GREET")
        self.assertEqual(schema["function"]["name"], "CUSTOM_GREET")
        self.assertEqual(integration["tools_count"], 1)

    def test_they_stand_among_the_services_of_an_account(self):
        self.start_sandbox()
        self.run_ok("integrations", "list", "--json")
        self.declare(GREET)

        integrations = self.run_ok("integrations", "list", "--all", "--json").json["items"]
        found = self.run_ok("tools", "search", "greet somebody loudly", "--json").json["items"]

        self.assertIn("custom", [each["slug"] for each in integrations])
        self.assertEqual(found[0]["slug"], "CUSTOM_GREET")
        self.file.unlink()
        integrations = self.run_ok("integrations", "list", "--all", "--json").json["items"]
        self.assertNotIn("custom", [each["slug"] for each in integrations])

    def test_a_name_that_is_not_declared_is_told_the_nearest(self):
        self.declare(GREET)

        error = self.assert_error(self.world.run("execute", "CUSTOM_GREAT", "--json"), "TOOL_NOT_FOUND", 6)

        self.assertIn("did you mean CUSTOM_GREET?", error["message"])

    def test_without_a_file_one_is_told_where_it_would_be(self):
        error = self.assert_error(self.world.run("tools", "list", "custom", "--json"), "INTEGRATION_NOT_FOUND", 6)

        self.assertIn(str(self.file), error["message"])

    def test_check_shows_what_a_file_declares_and_every_mistake(self):
        self.declare(GREET)
        checked = self.run_ok("tools", "check", "--json").json
        self.declare("[tools.CUSTOM_X]\ncommand = 'ls'\ntimeout = 3\n")
        broken = self.world.run("tools", "check", "--json")

        self.assertEqual(checked["items"][0]["slug"], "CUSTOM_GREET")
        self.assertEqual(checked["items"][0]["action"], "/bin/sh")
        error = self.assert_error(broken, "INVALID_REQUEST", 2)
        self.assertIn(f"{self.file}:1:1: ", error["message"])
        self.assertEqual([(each["line"], each["column"]) for each in error["context"]["problems"]], [(1, 1), (2, 11), (3, 11)])
        self.assertEqual(self.world.daemons(), [])


class Running(CustomTest):
    def test_a_command_runs_without_a_shell_and_is_journaled(self):
        self.declare(GREET)

        data = self.run_ok("execute", "CUSTOM_GREET", "who=$(id); `id` \"x\"", "--json").json
        envelope = self.run_ok("execute", "custom_greet", "who=-rf", "--output", "envelope", "--json").json

        self.assertEqual(data, {"stdout": "hello $(id); `id` \"x\"", "stderr": "", "exit_code": 0})
        self.assertEqual(envelope["data"]["stdout"], "hello -rf")
        self.assertEqual(envelope["attempts"], 1)
        self.assertEqual([row["state"] for row in self.history()], ["succeeded", "succeeded"])
        self.assertEqual(self.history()[0]["id"], envelope["id"])

    def test_arguments_are_validated_and_a_dry_run_runs_nothing(self):
        mark = self.world.root / "ran"
        self.declare(tool("CUSTOM_MARK", f"touch {mark}", "input = {type='object',properties={n={type='integer'}}}"))

        wrong = self.world.run("execute", "CUSTOM_MARK", "n=x", "--json")
        unknown = self.world.run("execute", "CUSTOM_MARK", "m=1", "--json")
        dry = self.run_ok("execute", "CUSTOM_MARK", "n=1", "--dry-run", "--json").json

        self.assert_error(wrong, "INVALID_ARGUMENTS", 2)
        self.assert_error(unknown, "INVALID_ARGUMENTS", 2)
        self.assertTrue(dry["dry_run"])
        self.assertFalse(mark.exists())
        self.run_ok("execute", "CUSTOM_MARK", "n=1", "--json")
        self.assertTrue(mark.exists())

    def test_an_argument_is_never_an_option(self):
        self.declare("[tools.CUSTOM_LS]\ndescription='d'\ncommand=['ls','{dir}']\n"
                     "input={type='object',required=['dir'],properties={dir={type='string'}}}\n")

        error = self.assert_error(self.world.run("execute", "CUSTOM_LS", "dir=--help", "--json"), "INVALID_ARGUMENTS", 2)

        self.assertIn("option", error["message"])
        self.assertEqual(self.history()[0]["state"], "refused")

    def test_a_failure_says_exit_code_and_last_words(self):
        self.declare(tool("CUSTOM_FAIL", "echo out; echo it broke >&2; exit 3"))

        error = self.assert_error(self.world.run("execute", "CUSTOM_FAIL", "--json"), "TOOL_FAILED", 1)

        self.assertIn("exited with 3: it broke", error["message"])
        self.assertEqual(error["context"]["data"]["exit_code"], 3)
        self.assertEqual(self.history()[0]["state"], "failed")

    def test_what_cannot_be_started_ran_not(self):
        self.declare("[tools.CUSTOM_GONE]\ndescription='d'\ncommand=['/nonexistent/program']\n")

        begin = time.monotonic()
        error = self.assert_error(self.world.run("execute", "CUSTOM_GONE", "--json"), "TOOL_FAILED", 1)

        self.assertIn("nothing ran", error["message"])
        self.assertEqual(self.history()[0]["state"], "refused")
        self.assertLess(time.monotonic() - begin, seconds(5))

    def test_the_environment_is_clean_and_no_key_is_in_it(self):
        self.declare(tool("CUSTOM_ENV", "env; ls -l /proc/$$/fd | grep -c socket; true"))

        said = self.run_ok("execute", "CUSTOM_ENV", "--json", env={"COMPOSIO_API_KEY": "ak_secret_value", "MY_SECRET": "xyzzy"}).json

        for word in ("ak_secret_value", "xyzzy", "COMPOSIO", "AGENTA_TOOLS_HOME"):
            self.assertNotIn(word, said["stdout"])
        self.assertIn(f"HOME={self.world.user_home}", said["stdout"])
        self.assertTrue(said["stdout"].endswith("\n0\n"), said["stdout"])

    def test_a_key_makes_a_second_call_the_first(self):
        mark = self.world.root / "ran"
        self.declare(tool("CUSTOM_APPEND", f"echo x >> {mark}; cat {mark}"))

        first = self.run_ok("execute", "CUSTOM_APPEND", "--idempotency-key", "k", "--json").json
        second = self.run_ok("execute", "CUSTOM_APPEND", "--idempotency-key", "k", "--json").json

        self.assertEqual(first, second)
        self.assertEqual(mark.read_text(), "x\n")

    def test_a_result_above_a_mebibyte_is_kept_in_a_file(self):
        self.declare(tool("CUSTOM_LONG", "head -c 2000000 /dev/zero | tr '\\0' a", "read_only = true\nmax_output = '3MB'"))

        self.assertEqual(self.run_ok("execute", "CUSTOM_LONG", "--select", "/exit_code", "--json").out, "0\n")

        kept = self.run_ok("history", "result", self.history()[0]["id"], "--json").json
        self.assertEqual(len(kept["stdout"]), 2000000)

    def test_a_recorded_result_says_that_secrets_are_not_in_it(self):
        self.declare(tool("CUSTOM_KEY", """printf '{{"password":"s3cr"}}'""", "output = 'json'"))

        first = self.run_ok("execute", "CUSTOM_KEY", "--idempotency-key", "k", "--json")
        second = self.run_ok("execute", "CUSTOM_KEY", "--idempotency-key", "k", "--json")
        shown = self.run_ok("history", "result", self.history()[0]["id"], "--json")

        self.assertEqual((first.json, first.err), ({"password": "s3cr"}, ""))
        for recorded in (second, shown):
            self.assertEqual(recorded.json, {"password": "[redacted]"})
            self.assertIn("not kept", recorded.err)

    def test_too_much_output_ends_the_command(self):
        self.declare(tool("CUSTOM_YES", "exec yes", "max_output = '64kB'"))

        error = self.assert_error(self.world.run("execute", "CUSTOM_YES", "--json"), "TOOL_FAILED", 1)

        self.assertIn("max_output", error["message"])


class Ending(CustomTest):
    """What is to end takes its whole process group with it, and says what is known of it."""

    def sleeper(self, more: str = "") -> str:
        pids = self.world.root / "pids"
        return tool("CUSTOM_SLEEP", f"sleep 600 & echo $! $$ > {pids}.new; mv {pids}.new {pids}; wait", more)

    def pids(self) -> list[int]:
        file = self.world.root / "pids"
        wait_until(file.exists, what="the command's start")
        return [int(each) for each in file.read_text().split()]

    def assert_gone(self, pids: list[int]) -> None:
        wait_until(lambda: not any(processes.alive(pid) for pid in pids), what=f"the end of {pids}")

    def test_the_timeout_of_a_write_is_of_unknown_outcome(self):
        self.declare(self.sleeper("timeout = '500ms'"))

        error = self.assert_error(self.world.run("execute", "CUSTOM_SLEEP", "--json"), "OUTCOME_UNKNOWN", 10)

        self.assertIn("timeout of 500ms", error["message"])
        self.assertEqual(self.history()[0]["state"], "unknown")
        self.assert_gone(self.pids())

    def test_the_timeout_of_a_read_is_a_timeout(self):
        self.declare(self.sleeper("timeout = '500ms'\nread_only = true"))

        self.assert_error(self.world.run("execute", "CUSTOM_SLEEP", "--json"), "TIMEOUT", 9)

        self.assert_gone(self.pids())

    def test_the_callers_deadline_counts_too(self):
        self.declare(self.sleeper())

        result = self.world.run("--timeout", "1s", "execute", "CUSTOM_SLEEP", "--json")

        self.assert_error(result, "OUTCOME_UNKNOWN", 10)
        self.assert_gone(self.pids())

    def test_ctrl_c_ends_it(self):
        self.declare(self.sleeper())
        running = self.world.start("execute", "CUSTOM_SLEEP", "--json")
        pids = self.pids()

        running.send_signal(signal.SIGINT)
        result = self.world.finish(running)

        self.assertIn(result.code, (10, 130), f"{result}")
        self.assert_gone(pids)
        wait_until(lambda: self.history()[0]["state"] == "unknown", what="the outcome in the journal")

    def test_cancelling_a_read_ends_it(self):
        self.declare(self.sleeper("read_only = true"))
        running = self.world.start("execute", "CUSTOM_SLEEP", "--json")
        pids = self.pids()
        row = self.history()[0]

        self.run_ok("api", "POST", f"/api/tools/executions/{row['id']}/cancel")
        self.world.finish(running)

        self.assert_gone(pids)
        wait_until(lambda: self.history()[0]["state"] == "cancelled", what="the outcome in the journal")

    def test_the_daemons_death_is_the_commands_death(self):
        pids = self.world.root / "pids"
        self.declare(tool("CUSTOM_SLEEP", f"echo $$ > {pids}.new; mv {pids}.new {pids}; exec sleep 600"))
        running = self.world.start("execute", "CUSTOM_SLEEP", "--json")
        child = self.pids()

        self.world.kill_daemon()

        self.assert_gone(child)
        self.world.finish(running)
        self.assertEqual(self.history()[0]["state"], "unknown")

    def test_a_stopping_daemon_ends_what_does_not_end(self):
        self.declare(self.sleeper())
        running = self.world.start("execute", "CUSTOM_SLEEP", "--json")
        pids = self.pids()

        self.run_ok("daemon", "stop", "--drain", "100ms")

        self.assert_gone(pids)
        self.world.finish(running)
        self.assertEqual(self.history()[0]["state"], "unknown")


class Crowded(AgentaTest):
    """Tools of one's own that wait for each other hold up nobody else."""

    def setUp(self) -> None:
        super().setUp()
        self.start_sandbox()
        self.run_ok("config", "set", "custom.in_flight", "2")
        self.go = self.world.root / "go"
        self.running = self.world.root / "running"
        self.running.mkdir()
        self.ran = self.world.root / "ran"
        file = self.world.user_home / ".config" / "agenta-tools" / "tools.toml"
        file.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
        # Each waits to be let go, and notes how many are at it.
        file.write_text(tool("CUSTOM_SLOW", f"mkdir {self.running}/$$; while [ ! -e {self.go} ]; do sleep 0.05; done; "
                                            f"ls {self.running} | wc -l >> {self.ran}; rmdir {self.running}/$$"))
        file.chmod(0o600)
        self.run_ok("tools", "show", "HACKERNEWS_GET_FRONTPAGE", "--json")

    def call_one(self, _: int):
        with closing(self.world.http(timeout=60)) as http:
            return http.call("POST", "/api/tools/executions", {"tool": "CUSTOM_SLOW", "arguments": {}}, {"Agenta-Tools-Timeout-Ms": "60000"})

    def queued(self) -> list[dict]:
        with closing(self.world.http()) as http:
            return http.call("GET", "/api/tools/executions?state=queued&limit=200").json["items"]

    def test_a_hundred_of_them_run_two_at_a_time_and_stop_no_other_tool(self):
        with ThreadPoolExecutor(100) as crowd:
            try:
                calls = [crowd.submit(self.call_one, each) for each in range(100)]
                wait_until(lambda: len(self.queued()) == 98, 30, "98 that wait")
                with closing(self.world.http()) as http:
                    queue = http.call("GET", f"/api/tools/executions/{self.queued()[0]['id']}").json["queue"]

                other = self.run_ok("--timeout", "10s", "execute", "HACKERNEWS_GET_FRONTPAGE", "--json")
            finally:
                self.go.touch()
            replies = [call.result() for call in calls]

        self.assertEqual(queue["reason"], "custom_in_flight")
        self.assertTrue(other.json)
        self.assertEqual([reply.json["state"] for reply in replies], ["succeeded"] * 100)
        counts = [int(line) for line in self.ran.read_text().split()]
        self.assertEqual((len(counts), max(counts)), (100, 2))

    def test_one_that_waits_in_vain_never_ran(self):
        running = [self.world.start("execute", "CUSTOM_SLOW", "--json") for _ in range(2)]
        wait_until(lambda: len(list(self.running.iterdir())) == 2, 20, "two at work")

        result = self.world.run("--timeout", "1s", "execute", "CUSTOM_SLOW", "--json")

        error = self.assert_error(result, "TIMEOUT", 9)
        self.assertIn("custom.in_flight", error["message"])
        self.go.touch()
        self.assertEqual([self.world.finish(each).code for each in running], [0, 0])
        self.assertEqual(len(self.ran.read_text().split()), 2)


class TheFile(CustomTest):
    def test_a_change_is_in_force_at_once(self):
        self.declare(GREET)
        self.run_ok("execute", "CUSTOM_GREET", "who=x", "--json")

        self.declare(GREET + tool("CUSTOM_OTHER", "echo other"))

        self.assertEqual(self.run_ok("execute", "CUSTOM_OTHER", "--json").json["stdout"], "other\n")

    def test_a_broken_file_leaves_the_tools_that_there_were_and_says_so(self):
        self.declare(GREET)
        self.run_ok("execute", "CUSTOM_GREET", "who=x", "--json")

        self.declare("[tools.CUSTOM_GREET]\ndescription = 3\ncommand = ['true']\n")
        used = self.run_ok("execute", "CUSTOM_GREET", "who=x", "--json")
        status = self.run_ok("daemon", "status", "--json").json

        place = f"{self.file}:2:15: "
        self.assertEqual(used.json["stdout"], "hello x")
        self.assertIn(place, used.err)
        self.assertIn(place, status["custom_error"])
        self.assertEqual(self.world.log().count(place), 1)
        self.declare(GREET)
        self.assertIsNone(self.run_ok("daemon", "status", "--json").json["custom_error"])

    def test_a_reload_looks_at_the_file(self):
        self.declare(GREET)
        self.run_ok("daemon", "start")
        self.declare("[tools")

        os.kill(self.world.daemon_pid(), signal.SIGHUP)

        wait_until(lambda: f"{self.file}:1:" in self.world.log(), what="the mistake in the log")

    def test_a_file_that_others_can_write_is_refused_with_the_remedy(self):
        self.declare(GREET, mode=0o666)

        error = self.assert_error(self.world.run("execute", "CUSTOM_GREET", "who=x", "--json"), "TOOL_NOT_FOUND", 6)
        checked = self.assert_error(self.world.run("tools", "check", "--json"), "FORBIDDEN", 5)

        self.assertIn(f"chmod go-w {self.file}", error["message"])
        self.assertEqual(checked["next_step"], ["chmod", "go-w", str(self.file)])
        self.file.chmod(0o600)
        self.run_ok("execute", "CUSTOM_GREET", "who=x", "--json")

    def test_the_setting_names_another_file(self):
        other = self.world.root / "mine.toml"
        other.write_text(GREET)
        other.chmod(0o600)
        self.run_ok("config", "set", "custom.file", str(other))

        self.assertEqual(self.run_ok("execute", "CUSTOM_GREET", "who=x", "--json").json["stdout"], "hello x")


class Service(http.server.BaseHTTPRequestHandler):
    def answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self.server.seen.append({"method": self.command, "path": self.path, "headers": dict(self.headers),
                                 "body": self.rfile.read(length).decode()})
        body = json.dumps({"path": self.path, "auth": self.headers.get("Authorization")}).encode()
        self.send_response(404 if "missing" in self.path else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


class Requests(CustomTest):
    def setUp(self) -> None:
        super().setUp()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
        self.server.seen = []
        thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.secret = self.world.root / "token"
        self.secret.write_text("tok_0123456789\n")
        self.secret.chmod(0o600)

    def weather(self, more: str = "allow_private = true, ", method: str = "GET") -> str:
        return ("[tools.CUSTOM_WEATHER]\ndescription='Tells the weather'\nread_only=true\n"
                f"http = {{ {more}method = '{method}', url = '{self.url}/w/{{city}}', query = {{ days = '{{days?}}' }}, "
                f"headers = {{ Authorization = 'Bearer file:{self.secret}' }} }}\n"
                "input = {type='object',required=['city'],properties={city={type='string'},days={type='integer'},"
                "note={type='string'}}}\n")

    def test_a_request_has_its_arguments_encoded_and_its_secret_kept(self):
        self.declare(self.weather())

        result = self.run_ok("execute", "CUSTOM_WEATHER", "city=a/../b?c", "days=3", "--json")

        self.assertEqual(self.server.seen[0]["path"], "/w/a%2F..%2Fb%3Fc?days=3")
        self.assertEqual(self.server.seen[0]["headers"]["authorization"], "Bearer tok_0123456789")
        self.assertEqual(result.json["auth"], "Bearer ***")
        for place in (result.out, result.err, self.world.log(), json.dumps(self.history())):
            self.assertNotIn("tok_0123456789", place)

    def test_the_rest_of_the_arguments_is_the_body(self):
        self.declare(self.weather(method="POST"))

        self.run_ok("execute", "CUSTOM_WEATHER", "city=x", "note=n", "--json")

        self.assertEqual(self.server.seen[0]["body"], '{"note":"n"}')

    def test_a_status_that_says_no_is_the_tools_failure(self):
        self.declare(self.weather())

        error = self.assert_error(self.world.run("execute", "CUSTOM_WEATHER", "city=missing", "--json"), "TOOL_FAILED", 1)

        self.assertIn("404", error["message"])
        self.assertEqual(error["context"]["data"]["status"], 404)

    def test_this_machine_is_out_of_reach_unless_the_tool_says_otherwise(self):
        self.declare(self.weather(more=""))

        error = self.assert_error(self.world.run("execute", "CUSTOM_WEATHER", "city=x", "--json"), "TOOL_NOT_FOUND", 6)

        self.assertIn("allow_private", error["message"])
        self.assertEqual(self.server.seen, [])

    def test_a_service_that_is_not_there_ran_nothing(self):
        self.declare(self.weather(method="POST").replace(self.url, "http://127.0.0.1:9").replace("read_only=true", ""))

        result = self.world.run("--timeout", "3s", "execute", "CUSTOM_WEATHER", "city=x", "--json")

        self.assert_error(result, "PROVIDER_UNAVAILABLE", 3)
        self.assertEqual(self.history()[0]["state"], "refused")
