"""Secrets stay where they belong (behaviours E1 to E3, E7)."""
import ctypes
import errno
import json
import os
import signal
import socket
import stat
import subprocess
from pathlib import Path

from tests.support import memory, processes
from tests.support.agenta import BIN, SLOWNESS, AgentaTest, wait_until
from tests.support.recorder import Recorder

CANARY = "ak_sandbox_CANARY7f3a9"
FIELD = "sk_test_CANARYfield51c2"

PTRACE_ATTACH = 16


def attach_as(user: int | None, pid: int) -> int:
    """The errno of attaching to a process as a debugger does, as that user."""
    libc = ctypes.CDLL(None, use_errno=True)
    child = os.fork()
    if child == 0:
        if user is not None:
            os.setgroups([])
            os.setgid(user)
            os.setuid(user)
        os._exit(0 if libc.ptrace(PTRACE_ATTACH, pid, None, None) == 0 else ctypes.get_errno())
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def mode(path) -> int:
    return stat.S_IMODE(os.lstat(path).st_mode)


class Canaries(AgentaTest):
    def setUp(self) -> None:
        super().setUp()
        self.sandbox = self.start_sandbox()
        self.world.environment["COMPOSIO_API_KEY"] = CANARY
        self.said: list[str] = []

    def say(self, *args, **options):
        result = self.world.run("--verbose", *args, **options)
        self.said.append(f"{result}")
        return result

    def assert_nowhere(self, secret: str, among: list[Path]) -> None:
        for text in self.said:
            self.assertNotIn(secret, text)
        for path in among:
            self.assertNotIn(secret.encode(), path.read_bytes(), f"in {path}")
        for pid in self.world.daemons():
            self.assertNotIn(secret, " ".join(processes.command_line(pid)))
            self.assertNotIn(secret.encode(), Path(f"/proc/{pid}/environ").read_bytes())

    def files(self) -> list[Path]:
        return [path for path in self.world.home.rglob("*") if path.is_file()]

    def test_e1_the_key_and_the_nonce_are_nowhere(self):
        self.run_ok("config", "set", "daemon.log_level", "debug")
        recorder = Recorder(self.sandbox.url)
        self.addCleanup(recorder.close)
        self.world.environment["COMPOSIO_BASE_URL"] = recorder.url
        begun = self.run_ok("connect", "github", "--as", "work", "--no-wait", "--json").json
        nonce = recorder.callback_url().rsplit("/", 1)[1]
        self.sandbox.approve(begun["redirect_url"])
        self.say("connect", "--resume", begun["id"], "--json")
        self.say("execute", "GITHUB_CREATE_AN_ISSUE", "owner=o", "repo=r", "title=hello", "--json")
        self.say("execute", "NO_SUCH_TOOL", "--json")
        self.say("history", "--json")
        self.say("whoami", "--json")
        self.say("daemon", "status", "--json")
        self.say("daemon", "logs")
        self.say("connections", "show", "work", "--json")

        self.assertTrue(any(seen.headers.get("x-api-key") == CANARY for seen in recorder.seen), "the key was used at all")
        self.assert_nowhere(CANARY, self.files())
        self.assert_nowhere(nonce, self.files())

    def test_e1_a_rejected_key_is_not_shown(self):
        wrong = "ak_WRONGcanary99"

        result = self.world.run("connections", "list", "--json", env={"COMPOSIO_API_KEY": wrong})
        self.said.append(f"{result}")
        self.said.append(f"{self.world.run('--verbose', 'connect', 'github', '--no-wait', '--json', env={'COMPOSIO_API_KEY': wrong})}")

        self.assert_nowhere(wrong, self.files())

    def test_e1_a_field_given_when_connecting_is_nowhere(self):
        result = self.world.run("connect", "stripe", "--as", "pay", "--field", "generic_api_key=env:STRIPE_KEY", "--json",
                                env={"STRIPE_KEY": FIELD})
        self.said.append(f"{result}")

        self.assert_nowhere(FIELD, self.files())

    def test_e1_no_kind_of_secret_is_in_a_file_the_log_or_a_process(self):
        """Fields of every scheme the sandbox has, taken and refused, and secrets among a tool's arguments."""
        self.run_ok("config", "set", "daemon.log_level", "debug")
        recorder = Recorder(self.sandbox.url)
        self.addCleanup(recorder.close)
        self.world.environment["COMPOSIO_BASE_URL"] = recorder.url
        canaries = {"API_KEY": "sk_test_CANARYapi7d1", "BEARER": "ntn_CANARYbearer8e2", "BASIC": "CANARYbasic9f3pass",
                    "WRONG": "wrong_CANARYrefused0a4", "ARGUMENT": "CANARYargument1b5", "REFUSED": "CANARYrefusedarg2c6"}
        env = {f"SECRET_{name}": value for name, value in canaries.items()}
        plain = ("--field", "subdomain=acme", "--field", "username=ada@example.com")
        watched: set[int] = set()
        for argv in (("connect", "stripe", "--as", "pay", "--field", "generic_api_key=env:SECRET_API_KEY"),
                     ("connect", "notion", "--as", "notes", "--field", "token=env:SECRET_BEARER"),
                     ("connect", "jira", "--as", "site", *plain, "--field", "password=env:SECRET_BASIC"),
                     ("connect", "stripe", "--as", "bad", "--field", "generic_api_key=env:SECRET_WRONG")):
            result = self.say(*argv, "--json", env=env)
            self.assertEqual(result.code == 0, "bad" not in argv, f"{result}")
            watched |= set(self.world.daemons_serving())
        # Arguments come from stdin or a file, as secrets do. The second call is refused for them.
        for name in ("ARGUMENT", "REFUSED"):
            body = json.dumps({"query": "x", "password": canaries[name], "login": {"api_key": canaries[name]}})
            result = self.say("execute", "NOTION_SEARCH_NOTION_PAGE", "-c", "notes", "-d", "-",
                              *(("--no-validate",) if name == "ARGUMENT" else ()), "--json", stdin=body)
            self.assertEqual(result.code, 0 if name == "ARGUMENT" else 2, f"{result}")
        self.say("history", "--json")
        self.say("connections", "--json")
        self.say("daemon", "logs")

        sent = b"".join(seen.body for seen in recorder.seen)
        for name in ("API_KEY", "BEARER", "BASIC", "WRONG", "ARGUMENT"):
            self.assertIn(canaries[name].encode(), sent, f"{name} was used at all")
        self.assertTrue(watched)
        for canary in canaries.values():
            self.assert_nowhere(canary, self.files())

    def test_e1_the_link_is_not_logged_and_in_no_command_line(self):
        self.run_ok("config", "set", "daemon.log_level", "debug")
        begun = self.run_ok("connect", "github", "--as", "work", "--no-wait", "--json").json
        waiting = self.world.start("connect", "--resume", begun["id"], "--json")
        link = begun["redirect_url"]
        wait_until(lambda: "connect" in processes.command_line(waiting.pid), 10)

        for pid in (waiting.pid, *self.world.daemons()):
            self.assertNotIn(link, " ".join(processes.command_line(pid)))
            self.assertNotIn(link.encode(), Path(f"/proc/{pid}/environ").read_bytes())
        self.sandbox.approve(link)
        self.assertEqual(self.world.finish(waiting).json["status"], "ACTIVE")
        self.assertNotIn(link, self.world.log())
        self.assertNotIn(link.rsplit("/", 1)[1], self.world.log())

    def test_e2_a_secret_flag_is_refused_with_the_other_ways(self):
        for argv in (["login", "--api-key", CANARY], ["login", f"--api-key={CANARY}"], ["--api-key", CANARY, "connections"]):
            with self.subTest(argv):
                result = self.world.run(*argv, "--json")

                self.assert_error(result, "USAGE", 2)
                self.assertNotIn(CANARY, result.out + result.err)
        told = self.world.run("login", "--api-key", CANARY)
        self.assertRegex(told.err, r"stdin|COMPOSIO_API_KEY")

    def test_e2_a_field_is_never_taken_from_the_command_line(self):
        result = self.world.run("connect", "stripe", "--field", f"generic_api_key={FIELD}", "--json")

        self.assert_error(result, "USAGE", 2)
        self.assertNotIn(FIELD, result.out + result.err)

    def test_e2_the_daemon_does_not_inherit_the_key(self):
        pid = self.world.start_daemon()

        self.assertNotIn(b"COMPOSIO_API_KEY=", Path(f"/proc/{pid}/environ").read_bytes())

    def test_e2_login_reads_stdin_and_logout_forgets(self):
        keyless = {"COMPOSIO_API_KEY": None}
        saved = self.run_ok("login", "--json", stdin=CANARY + "\n", env=keyless)
        self.assertNotIn(CANARY, saved.out + saved.err)
        self.run_ok("whoami", "--json", env=keyless)
        self.run_ok("integrations", "list", "--json", env=keyless)

        self.run_ok("logout", "--json", env=keyless)

        result = self.world.run("integrations", "list", "--json", env=keyless)
        self.assert_error(result, "NOT_CONFIGURED", 4)
        self.assertEqual([path for path in self.files() if CANARY.encode() in path.read_bytes()], [])

    def test_e2_a_wrong_key_is_not_saved(self):
        result = self.world.run("login", "--json", stdin="ak_wrong\n", env={"COMPOSIO_API_KEY": None})

        self.assert_error(result, "API_KEY_REJECTED", 4)
        self.assertFalse((self.world.home / "credentials.json").exists())

    def test_e3_no_core_holds_the_key(self):
        pid = self.world.start_daemon()
        with open(f"/proc/{pid}/limits", encoding="ascii") as limits:
            [core] = [line.split()[4:6] for line in limits if line.startswith("Max core file size")]
        self.assertEqual(core, ["0", "0"])
        if os.geteuid() != 0:
            self.assertEqual(os.stat(f"/proc/{pid}/mem").st_uid, 0, "the process is dumpable")

        os.kill(pid, signal.SIGSEGV)
        wait_until(lambda: not processes.alive(pid), 10, "the daemon's end")
        cores = [path for folder in (self.world.root, Path("/")) for path in folder.glob("core*") if path.is_file()
                 and path.stat().st_mtime > self.world.socket().parent.stat().st_mtime]
        self.assertEqual(cores, [])


    def test_e3_nobody_of_the_same_user_reads_its_memory_or_attaches(self):
        options = {}
        if os.geteuid() == 0:  # root may; so the daemon and who tries are somebody else
            options = {"user": 65534, "group": 65534, "extra_groups": []}
            for path in [self.world.root, *self.world.root.rglob("*")]:
                os.chown(path, 65534, 65534)
        reached = subprocess.run([self.world.cli, "version"], env=self.world.environ(), cwd="/", capture_output=True, **options)
        if reached.returncode != 0:
            self.skipTest("the programs are where another user cannot run them")
        started = self.world.run("daemon", "start", "--json", **options)
        self.assertEqual(started.code, 0, f"{started}")
        pid = self.world.daemon_pid()
        status = Path(f"/proc/{pid}/status").read_text()
        self.assertIn(f"Uid:\t{options.get('user', os.geteuid())}", status)

        for what in ("mem", "environ", "maps"):
            read = subprocess.run(["cat", f"/proc/{pid}/{what}"], capture_output=True, cwd="/", **options)
            self.assertNotEqual(read.returncode, 0, what)
            self.assertIn(b"denied", read.stderr, what)
        self.assertEqual(attach_as(options.get("user"), pid), errno.EPERM)


class Memory(AgentaTest):
    """What the daemon was given for a moment is gone from its memory after it (behaviour E1)."""

    def setUp(self) -> None:
        super().setUp()
        if "asan" in str(BIN) or SLOWNESS > 1:
            self.skipTest("a sanitizer keeps what is given back for a while")
        self.sandbox = self.start_sandbox()
        self.pid = self.world.start_daemon()
        if not memory.can_read(self.pid):
            self.skipTest("the kernel does not show this user the memory of a process that is not dumpable")

    def connect(self, integration: str, slug: str, field: str, secret: str, *more) -> None:
        result = self.world.run("connect", integration, "--as", slug, *more, "--field", f"{field}=env:SECRET", "--json",
                                env={"SECRET": secret})
        self.assertIn(result.code, (0, 1, 4), f"{result}")

    def assert_gone(self, secret: str) -> None:
        self.assertEqual(self.world.daemon_pid(), self.pid)
        # The last hands may still be closing when the answer is there.
        try:
            wait_until(lambda: not memory.places_of(self.pid, secret.encode()), 5)
        except AssertionError:
            self.fail(f"still there: {memory.places_of(self.pid, secret.encode(), 40)}")

    def test_credentials_of_every_length_are_wiped(self):
        for number, length in enumerate((24, 100, 1000, 5000, 20000)):
            secret = f"sk_test_CANARY{number}" + "x" * (length - 15)
            self.connect("stripe", f"pay-{number}", "generic_api_key", secret)

            self.assert_gone(secret[:24])

    def test_short_passwords_and_refused_ones_are_wiped(self):
        self.connect("jira", "site", "password", "CANARYp4ss", "--field", "subdomain=acme", "--field", "username=ada@example.com")
        self.connect("stripe", "bad", "generic_api_key", "wrong_CANARYrefused_and_long_enough")
        self.connect("notion", "notes", "token", "ntn_CANARYtoken_that_is_taken")

        for secret in ("CANARYp4ss", "wrong_CANARYrefused", "ntn_CANARYtoken"):
            self.assert_gone(secret)

    def test_what_another_client_sends_in_pieces_is_wiped(self):
        secret = "sk_test_CANARYpieces_" + "y" * 3000
        body = json.dumps({"integration_slug": "stripe", "slug": "pieces", "credentials": {"generic_api_key": secret}})
        head = (f"POST /api/tools/connections HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
                f"Agenta-Tools-Composio-Key: {self.sandbox.api_key}\r\nAgenta-Tools-Composio-Url: {self.sandbox.url}\r\n\r\n")
        pieces = [body[i:i + 100] for i in range(0, len(body), 100)]
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(20)
            client.connect(str(self.world.socket()))
            client.sendall(head.encode())
            for piece in pieces:
                client.sendall(f"{len(piece):x}\r\n{piece}\r\n".encode())
            client.sendall(b"0\r\n\r\n")
            self.assertIn(b" 201 ", client.recv(65536)[:20])

        self.assert_gone(secret[:40])

    def test_a_nonce_and_a_key_that_nothing_needs_any_more_are_wiped(self):
        recorder = Recorder(self.sandbox.url)
        self.addCleanup(recorder.close)
        self.world.environment |= {"COMPOSIO_BASE_URL": recorder.url, "COMPOSIO_API_KEY": CANARY}
        begun = self.run_ok("connect", "github", "--as", "work", "--no-wait", "--json").json
        nonce = recorder.callback_url().rsplit("/", 1)[1]
        self.assertTrue(memory.places_of(self.pid, nonce.encode()), "while the login is pending it is there")
        self.sandbox.approve(begun["redirect_url"])

        self.assert_gone(nonce)
        self.assert_gone(CANARY)


class Modes(AgentaTest):
    def test_e7_everything_is_private_from_its_creation(self):
        sandbox = self.start_sandbox()
        self.run_ok("login", "--json", stdin=sandbox.api_key + "\n", umask=0)

        for path in [self.world.home, *self.world.home.rglob("*")]:
            self.assertEqual(mode(path) & 0o077, 0, f"{path} is {mode(path):o}")

    def test_e7_a_database_others_can_read_is_refused_with_the_remedy(self):
        self.world.start_daemon()
        self.run_ok("daemon", "stop")
        os.chmod(self.world.database(), 0o644)

        result = self.world.run("connections", "list", "--json")

        self.assertEqual(result.code, 12, f"{result}")
        self.assertIn("chmod 600", result.err + result.error["message"] + " ".join(result.error["next_step"] or []))
        self.assertEqual(mode(self.world.database()), 0o644)

    def test_e7_a_key_others_can_read_is_refused_with_the_remedy(self):
        sandbox = self.start_sandbox()
        keyless = {"COMPOSIO_API_KEY": None}
        self.run_ok("login", "--json", stdin=sandbox.api_key + "\n", env=keyless)
        [saved] = [path for path in self.world.home.rglob("*") if path.is_file() and sandbox.api_key.encode() in path.read_bytes()]
        os.chmod(saved, 0o644)
        self.run_ok("daemon", "stop")

        result = self.world.run("integrations", "list", "--json", env=keyless)

        self.assertEqual(result.code, 12, f"{result}")
        self.assertIn("chmod", result.err + " ".join(result.error["next_step"] or []))

    def test_e7_a_key_file_others_can_read_is_refused(self):
        sandbox = self.start_sandbox()
        file = self.world.root / "key"
        file.write_text(sandbox.api_key + "\n")
        keyless = {"COMPOSIO_API_KEY": None, "COMPOSIO_API_KEY_FILE": file}
        os.chmod(file, 0o600)
        self.run_ok("integrations", "list", "--json", env=keyless)
        os.chmod(file, 0o644)

        result = self.world.run("integrations", "list", "--json", env=keyless)

        self.assertNotEqual(result.code, 0)
        self.assertIn("chmod", result.err + " ".join(result.error["next_step"] or []))
        self.assertNotIn(sandbox.api_key, result.out + result.err)


if __name__ == "__main__":
    import unittest

    unittest.main()
