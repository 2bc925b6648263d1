"""The socket: who may speak, and what nobody can do to it (behaviours B1 to B4, B8, B9)."""
import os
import signal
import socket
import stat
import subprocess
import threading
import time
import unittest

from tests.support import seccomp
from tests.support.agenta import AgentaTest, seconds, wait_until
from tests.support.sandbox import ISSUE

ASK = ("api", "GET", "/api/tools/daemon", "--json")
NOBODY = 65534
KNOCK = """
import socket, sys
s = socket.socket(socket.AF_UNIX); s.settimeout(10); s.connect(sys.argv[1])
try: s.sendall(b"GET /api/tools/daemon HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n"); got = s.recv(100)
except (BrokenPipeError, ConnectionResetError): got = b""
sys.exit(0 if got == b"" else 9)
"""


def mode(path) -> int:
    return stat.S_IMODE(os.lstat(path).st_mode)


class Peers(AgentaTest):
    @unittest.skipUnless(os.geteuid() == 0, "only root can be another user")
    def test_b1_another_user_is_turned_away_before_a_byte(self):
        pid = self.world.start_daemon()
        for folder in (self.world.root, self.world.home, self.world.socket().parent):
            os.chmod(folder, 0o711)
        os.chmod(self.world.socket(), 0o666)

        # Not this interpreter: it may live where only its owner looks.
        knock = subprocess.run(["/usr/bin/python3", "-c", KNOCK, str(self.world.socket())], user=NOBODY, group=NOBODY,
                               extra_groups=[], check=False, cwd="/")

        self.assertEqual(knock.returncode, 0)
        wait_until(lambda: str(NOBODY) in self.world.log(), 5, "the uid in the log")
        os.chmod(self.world.socket(), 0o600)
        for folder in (self.world.socket().parent, self.world.home):
            os.chmod(folder, 0o700)
        self.assertEqual(self.run_ok(*ASK).json["pid"], pid)

    def test_b2_a_directory_open_to_others_is_refused_with_the_remedy(self):
        run_dir = self.world.socket().parent
        run_dir.mkdir(parents=True)
        os.chmod(self.world.home, 0o700)
        os.chmod(run_dir, 0o777)

        result = self.world.run(*ASK)

        error = self.assert_error(result, "BLOCKED", 12)
        self.assertIn(str(run_dir), error["message"])
        self.assertEqual(error["next_step"], ["chmod", "700", str(run_dir)])
        self.assertEqual(mode(run_dir), 0o777)
        self.assertEqual(self.world.daemons(), [])

    def test_b2_a_symlinked_directory_is_refused(self):
        elsewhere = self.world.root / "elsewhere"
        elsewhere.mkdir(mode=0o700)
        self.world.home.mkdir(mode=0o700)
        (self.world.home / "run").symlink_to(elsewhere)

        result = self.world.run(*ASK)

        self.assert_error(result, "BLOCKED", 12)
        self.assertEqual(list(elsewhere.iterdir()), [])

    @unittest.skipUnless(os.geteuid() == 0, "only root can plant another user's directory")
    def test_b2_a_squatted_directory_is_refused_before_anything_is_sent(self):
        run_dir = self.world.socket().parent
        run_dir.mkdir(parents=True, mode=0o700)
        heard = []
        with socket.socket(socket.AF_UNIX) as squatter:
            squatter.bind(str(self.world.socket()))
            squatter.listen()
            squatter.settimeout(0.2)
            os.chown(run_dir, NOBODY, NOBODY)
            os.chown(self.world.socket(), NOBODY, NOBODY)

            result = self.world.run(*ASK, env={"COMPOSIO_API_KEY": "ak_canary"})

            try:
                peer, _ = squatter.accept()
                peer.settimeout(0.2)
                heard.append(peer.recv(100))
            except (TimeoutError, ConnectionError):
                pass
        self.assert_error(result, "BLOCKED", 12)
        self.assertEqual(b"".join(heard), b"")
        self.assertTrue(self.world.socket().exists())

    def test_b3_never_looser_than_0600_even_with_umask_000(self):
        self.world.home.mkdir(mode=0o700)
        seen, done = set(), threading.Event()

        def watch() -> None:
            while not done.is_set():
                try:
                    seen.add(mode(self.world.socket()))
                except FileNotFoundError:
                    pass

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            self.run_ok(*ASK, umask=0)
        finally:
            done.set()
            watcher.join()

        self.assertLessEqual(seen, {0o600})
        self.assertEqual(mode(self.world.socket()), 0o600)
        self.assertEqual(mode(self.world.socket().parent), 0o700)
        for path in self.world.home.rglob("*"):
            self.assertEqual(mode(path) & 0o077, 0, f"{path} is {mode(path):o}")

    def test_b3_a_directory_made_on_the_way_is_private(self):
        self.run_ok(*ASK, umask=0)

        self.assertEqual(mode(self.world.home), 0o700)

    def test_b4_a_path_too_long_for_a_socket_address_works(self):
        deep = self.world.root / ("d" * 100) / ("e" * 100) / ("f" * 100)
        deep.mkdir(parents=True)
        self.world.home = deep / "home"
        self.world.environment["AGENTA_TOOLS_HOME"] = str(self.world.home)

        pid = self.run_ok(*ASK).json["pid"]

        self.assertGreater(len(str(self.world.socket())), 300)
        self.assertEqual(self.run_ok(*ASK).json["pid"], pid)
        self.assertEqual(self.world.http().call("GET", "/api/tools/daemon").json["pid"], pid)


class Deadlines(AgentaTest):
    def setUp(self) -> None:
        super().setUp()
        self.sandbox = self.start_sandbox()

    def stop_in_mid_request(self, arrived, *args):
        """The result of a command whose daemon is stopped once its request has arrived at the provider."""
        begin = time.monotonic()
        running = self.world.start("--timeout", "2s", *args, "--json")
        wait_until(lambda: arrived() or running.poll() is not None, 10, "the request's arrival")
        pid = self.world.daemon_pid()
        os.kill(pid, signal.SIGSTOP)
        try:
            result = self.world.finish(running)
        finally:
            os.kill(pid, signal.SIGCONT)
        self.assertLess(time.monotonic() - begin, seconds(3.5))
        return result

    def test_b8_a_daemon_stopped_in_mid_request_does_not_hang_its_client(self):
        self.sandbox.plant("delay", path="/toolkits", delay_ms=20_000, times=5)
        before = self.sandbox.counts()["total"]

        result = self.stop_in_mid_request(lambda: self.sandbox.counts()["total"] > before, "integrations", "show", "slack")

        self.assert_error(result, "DAEMON_UNAVAILABLE", 11)

    def test_b8_an_execution_whose_daemon_stopped_is_unknown(self):
        self.connect_github(self.sandbox)
        self.sandbox.plant("delay", tool=ISSUE, delay_ms=20_000)

        result = self.stop_in_mid_request(lambda: self.sandbox.requests(ISSUE) > 0, "execute", ISSUE, "owner=o", "repo=r", "title=x")

        error = self.assert_error(result, "OUTCOME_UNKNOWN", 10)
        self.assertTrue(error["execution_id"])


@unittest.skipUnless(seccomp.available(), "no system call numbers for this machine")
class Blocked(AgentaTest):
    def test_b9_a_refused_system_call_is_called_that(self):
        pid = self.world.start_daemon()
        inode = self.world.socket().stat().st_ino
        for call in ("socket", "connect"):
            with self.subTest(call):
                result = self.world.run(*ASK, preexec_fn=seccomp.deny(call))

                error = self.assert_error(result, "BLOCKED", 12)
                self.assertIn(str(self.world.socket()), error["message"])
                self.assertEqual(self.world.daemons(), [pid])
                self.assertEqual(self.world.socket().stat().st_ino, inode)

    def test_b9_nothing_is_started_where_sockets_are_refused(self):
        result = self.world.run(*ASK, preexec_fn=seccomp.deny("socket"))

        self.assert_error(result, "BLOCKED", 12)
        self.assertEqual(self.world.daemons(), [])


if __name__ == "__main__":
    unittest.main()
