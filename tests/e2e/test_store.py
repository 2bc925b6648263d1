"""The database: whose it is, and what it survives (behaviours H1, H2, H5), and homes that cannot be written."""
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import time
import unittest

from tests.support import processes
from tests.support.agenta import SLOWNESS, AgentaTest, seconds, wait_until
from tests.support.sandbox import ISSUE

WRITE = ("execute", ISSUE, "owner=o", "repo=r", "title=hello", "--json")


def mount(path, *options: str) -> bool:
    """A small file system of its own at `path`; false where this user may not."""
    return subprocess.run(["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", str(path)], capture_output=True,
                          check=False).returncode == 0


class Store(AgentaTest):
    def rows(self, sql: str) -> list:
        with sqlite3.connect(f"file:{self.world.database()}?mode=ro", uri=True) as database:
            return database.execute(sql).fetchall()

    def check_integrity(self) -> None:
        self.assertEqual(self.rows("PRAGMA integrity_check"), [("ok",)])

    @unittest.skipUnless(shutil.which("strace"), "strace is not installed")
    def test_h1_the_cli_never_opens_the_database(self):
        self.world.start_daemon()
        trace = self.world.root / "trace"
        subprocess.run(["strace", "-f", "-e", "trace=open,openat,openat2", "-o", str(trace), str(self.world.cli), "connections", "--json"],
                       env=self.world.environ(), capture_output=True, check=False, timeout=60)
        if not trace.exists() or "exited" not in trace.read_text():
            self.skipTest("strace may not trace here")

        self.assertNotIn("tools.db", trace.read_text())

    def test_h1_a_second_daemon_for_the_same_home_is_refused(self):
        pid = self.world.start_daemon()

        second = subprocess.run([self.world.cli.parent / "agenta-toolsd", "run", "--home", str(self.world.home)],
                                env=self.world.environ(), capture_output=True, text=True, check=False, timeout=30)

        self.assertNotEqual(second.returncode, 0)
        self.assertIn(str(pid), second.stderr)
        self.assertEqual(self.world.daemons(), [pid])

    def test_h2_two_hundred_kills_leave_a_whole_database(self):
        sandbox = self.start_sandbox()
        self.connect_github(sandbox)
        chance = random.Random(20260103)
        for _ in range(200 if SLOWNESS == 1 else 20):
            running = [self.world.start(*WRITE) for _ in range(2)]
            wait_until(lambda: self.world.daemons_serving() or all(r.poll() is not None for r in running), 10)
            end = time.monotonic() + chance.uniform(0, 0.03) * SLOWNESS
            while time.monotonic() < end:
                pass
            for pid in self.world.daemons_serving():
                os.kill(pid, signal.SIGKILL)
            for process in running:
                self.world.finish(process)
            self.check_integrity()

        items = self.run_ok("history", "--json").json["items"]
        self.assertTrue(items)
        self.assertLessEqual({item["state"] for item in items}, {"succeeded", "unknown", "cancelled", "failed"})
        self.assertEqual(self.run_ok("connections", "show", "work", "--json").json["status"], "ACTIVE")

    def test_h2_killed_while_migrating_it_is_made_whole(self):
        chance = random.Random(20260104)
        for _ in range(20 if SLOWNESS == 1 else 5):
            starting = self.world.start("daemon", "start", "--json")
            wait_until(lambda: self.world.daemons_serving() or starting.poll() is not None, 10)
            end = time.monotonic() + chance.uniform(0, 0.02) * SLOWNESS
            while time.monotonic() < end:
                pass
            for pid in self.world.daemons_serving():
                os.kill(pid, signal.SIGKILL)
            self.world.finish(starting)

            self.run_ok("connections", "--json")
            self.check_integrity()
            self.world.kill_daemon()
            for file in self.world.home.glob("tools.db*"):
                file.unlink()

    def test_h2_a_newer_schema_is_refused_and_left_alone(self):
        self.world.start_daemon()
        self.run_ok("daemon", "stop")
        with sqlite3.connect(self.world.database()) as database:
            database.execute("PRAGMA user_version = 9999")

        result = self.world.run("connections", "--json")

        self.assertIn(result.code, (12, 13), f"{result}")
        self.assertRegex(result.error["message"], r"(?i)newer|schema")
        self.assertEqual(self.rows("PRAGMA user_version"), [(9999,)])

    @unittest.skipUnless(os.geteuid() == 0, "mounting a file system takes root")
    def test_a_full_disk_is_said_and_passes_by_itself(self):
        self.world.home.mkdir(mode=0o700)
        if not mount(self.world.home, "size=2m", "mode=0700"):
            self.skipTest("mounting is not allowed here")
        self.addCleanup(subprocess.run, ["umount", "-l", str(self.world.home)], check=False)
        sandbox = self.start_sandbox()
        self.connect_github(sandbox)
        ballast = self.world.home / "ballast"
        with open(ballast, "wb", buffering=0) as file:
            try:
                while file.write(b"x" * 4096):
                    pass
            except OSError:
                pass
        before = sandbox.requests()

        codes = [self.world.run("execute", ISSUE, "owner=o", "repo=r", f"title={'x' * 4000}", "--json") for _ in range(3)]

        self.assert_error(codes[-1], "STORAGE_UNAVAILABLE", 12)
        self.assertLessEqual(sandbox.requests() - before, 2)  # what could not be journaled was not sent
        self.run_ok("connections", "--json")
        ballast.unlink()
        self.run_ok(*WRITE)

    @unittest.skipUnless(os.geteuid() == 0, "mounting a file system takes root")
    def test_a_read_only_home_is_said(self):
        self.world.home.mkdir(mode=0o700)
        if not mount(self.world.home, "size=2m", "mode=0700,ro"):
            self.skipTest("mounting is not allowed here")
        self.addCleanup(subprocess.run, ["umount", "-l", str(self.world.home)], check=False)

        result = self.world.run("connections", "--json")

        self.assert_error(result, "STORAGE_UNAVAILABLE", 12)
        self.assertIn(str(self.world.home), result.error["message"])

    @unittest.skipIf(os.geteuid() == 0, "root writes everywhere")
    def test_a_home_without_permission_is_said(self):
        self.world.root.chmod(0o500)
        result = self.world.run("connections", "--json")
        self.world.root.chmod(0o700)

        self.assertEqual(result.code, 12, f"{result}")


class Ending(AgentaTest):
    def setUp(self) -> None:
        super().setUp()
        self.sandbox = self.start_sandbox()
        self.connect_github(self.sandbox)

    def begin(self, delay_ms: int):
        self.sandbox.plant("delay", tool=ISSUE, delay_ms=delay_ms)
        running = self.world.start(*WRITE)
        wait_until(lambda: self.sandbox.requests() == 1, 10, "the request's arrival")
        return running, self.world.daemon_pid()

    def test_h5_sigterm_drains_journals_and_unlinks(self):
        running, pid = self.begin(1500)
        os.kill(pid, signal.SIGTERM)

        result = self.world.finish(running)
        wait_until(lambda: not processes.alive(pid), 12, "the daemon's end")

        self.assertEqual(result.code, 0, f"{result}")
        self.assertFalse(self.world.socket().exists())
        self.assertEqual(self.run_ok("history", "--json").json["items"][0]["state"], "succeeded")

    def test_h5_while_draining_nothing_new_is_taken(self):
        running, pid = self.begin(1500)
        os.kill(pid, signal.SIGTERM)
        wait_until(lambda: not self.world.socket().exists() or not processes.alive(pid), 10, "the socket's end")

        self.assertEqual(self.world.finish(running).code, 0)

    def test_h5_a_second_sigterm_is_quicker_and_a_write_is_then_unknown(self):
        running, pid = self.begin(30_000)
        os.kill(pid, signal.SIGTERM)
        wait_until(lambda: not self.world.socket().exists(), 5, "the socket's end")
        begin = time.monotonic()
        os.kill(pid, signal.SIGTERM)

        wait_until(lambda: not processes.alive(pid), 5, "the daemon's end")
        result = self.world.finish(running)

        self.assertLess(time.monotonic() - begin, seconds(5))
        self.assertEqual(result.code, 10, f"{result}")
        self.assertEqual(self.run_ok("history", "--json").json["items"][0]["state"], "unknown")

    def test_h5_sighup_with_a_broken_config_keeps_the_old_and_says_so(self):
        pid = self.world.daemon_pid()
        config = self.world.user_home / ".config" / "agenta-tools" / "config.toml"
        config.parent.mkdir(parents=True)
        config.write_text("this is [not toml\n")
        os.kill(pid, signal.SIGHUP)

        wait_until(lambda: "config" in self.world.log().lower(), 5, "a word in the log")
        config.unlink()
        self.assertTrue(processes.alive(pid))
        self.run_ok("connections", "--json")
        self.assertEqual(self.world.daemon_pid(), pid)


if __name__ == "__main__":
    unittest.main()
