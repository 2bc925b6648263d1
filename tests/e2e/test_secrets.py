"""Secrets stay where they belong (behaviours E1 to E3, E7)."""
import os
import signal
import stat
from pathlib import Path

from tests.support import processes
from tests.support.agenta import AgentaTest, wait_until
from tests.support.recorder import Recorder

CANARY = "ak_sandbox_CANARY7f3a9"
FIELD = "sk_test_CANARYfield51c2"


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
