"""Starting: one daemon, whatever goes wrong (behaviours A1 to A11 and A13)."""
import fcntl
import os
import shutil
import signal
import socket
import stat
import subprocess
import unittest

from tests.support import processes
from tests.support.agenta import SLOWNESS, AgentaTest, seconds, wait_until

# Any command that needs the daemon, and says which one answered.
ASK = ("api", "GET", "/api/tools/daemon", "--json")


class Startup(AgentaTest):
    def ask(self, **options) -> int:
        return self.run_ok(*ASK, **options).json["pid"]

    def test_a1_fifty_at_once_start_one_daemon(self):
        for _ in range(20 if SLOWNESS == 1 else 3):
            commands = [self.world.start(*ASK) for _ in range(50)]
            results = [self.world.finish(command) for command in commands]

            for result in results:
                self.assertEqual(result.code, 0, f"{result}")
            self.assertEqual({result.json["pid"] for result in results}, {self.world.daemon_pid()})
            self.assertEqual(self.world.daemons(), [self.world.daemon_pid()])
            self.world.kill_daemon()

    def test_a2_a_killed_daemon_is_replaced_within_a_second(self):
        old = self.ask()
        made = self.world.socket().stat().st_ctime_ns
        self.world.kill_daemon()

        result = self.run_ok(*ASK)

        self.assertNotEqual(result.json["pid"], old)
        self.assertLess(result.took, seconds(1))
        self.assertNotEqual(self.world.socket().stat().st_ctime_ns, made)  # inode numbers are used again

    def test_a3_a_stopped_daemon_keeps_its_socket(self):
        pid = self.ask()
        inode = self.world.socket().stat().st_ino
        os.kill(pid, signal.SIGSTOP)
        try:
            result = self.world.run("--timeout", "1s", *ASK)

            self.assert_error(result, "DAEMON_UNAVAILABLE", 11)
            self.assertLess(result.took, seconds(2))
            self.assertEqual(self.world.socket().stat().st_ino, inode)
            self.assertEqual(self.world.daemons(), [pid])
        finally:
            os.kill(pid, signal.SIGCONT)
        self.assertEqual(self.ask(), pid)

    def test_a4_what_is_no_socket_is_never_removed(self):
        run_dir = self.world.socket().parent
        run_dir.mkdir(parents=True, mode=0o700)
        os.chmod(self.world.home, 0o700)
        plants = {
            "file": lambda path: path.write_text("mine"),
            "directory": lambda path: path.mkdir(),
            "fifo": os.mkfifo,
            "symlink": lambda path: path.symlink_to("/nowhere"),
        }
        for name, plant in plants.items():
            with self.subTest(name):
                path = self.world.socket()
                plant(path)
                kind = stat.S_IFMT(path.lstat().st_mode)

                result = self.world.run(*ASK)

                self.assertNotEqual(result.code, 0)
                self.assertIn(str(path), result.error["message"])
                self.assertEqual(stat.S_IFMT(path.lstat().st_mode), kind)
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()

    def test_a5_every_environment_finds_the_same_daemon(self):
        bare = {"AGENTA_TOOLS_HOME": None, "LC_ALL": None, "TZ": None, "BROWSER": None}
        runtime, scratch = self.world.root / "runtime", self.world.root / "scratch"
        runtime.mkdir(mode=0o700)
        scratch.mkdir()
        environments = [
            bare,
            {**bare, "XDG_RUNTIME_DIR": runtime},
            {**bare, "TMPDIR": scratch},
            {**bare, "TMPDIR": "/nowhere", "XDG_RUNTIME_DIR": "/nowhere"},
            {**bare, "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh", "LOGNAME": "somebody"},  # as cron has it
        ]

        pids = {self.ask(env=environment, cwd=cwd) for environment in environments for cwd in ("/", self.world.user_home)}

        self.assertEqual(len(pids), 1)
        self.assertTrue((self.world.user_home / ".local/share/agenta-tools/run/daemon.sock").exists())

    def test_a6_the_daemons_own_reason_reaches_stderr(self):
        self.world.database().parent.mkdir(mode=0o700)
        self.world.database().mkdir(mode=0o700)

        result = self.world.run(*ASK)

        self.assertEqual(result.code, 12, f"{result}")
        self.assertEqual(result.error["code"], "STORAGE_UNAVAILABLE")
        self.assertIn("tools.db", result.err)
        self.assertNotIn("timed out", result.err)

    def test_a6_a_file_that_is_no_database_is_named_and_left_alone(self):
        self.world.database().parent.mkdir(mode=0o700)
        self.world.database().write_bytes(b"this is not a database, it is a letter " * 100)
        os.chmod(self.world.database(), 0o600)
        before = self.world.database().read_bytes()

        result = self.world.run(*ASK)

        self.assertEqual(result.code, 12, f"{result}")
        self.assertIn("tools.db", result.error["message"])
        self.assertEqual(self.world.database().read_bytes(), before)

    def test_a7_a_cold_start_through_a_pipe_returns_and_leaves_no_descriptor(self):
        read, write = os.pipe()
        os.set_inheritable(write, True)
        ours = os.readlink(f"/proc/self/fd/{write}")
        try:
            result = self.run_ok(*ASK, pass_fds=(write,))
        finally:
            os.close(write)
            os.close(read)

        self.assertLess(result.took, seconds(2))
        files = processes.open_files(self.world.daemon_pid())
        pipes = [link for link in files.values() if link.startswith("pipe:")]
        self.assertNotIn(ours, pipes)
        self.assertEqual([link for link in pipes if pipes.count(link) != 2], [], "a pipe whose other end is elsewhere")
        self.assertEqual({files[fd] for fd in (0, 1, 2)}, {"/dev/null"})

    def test_a8_the_daemon_outlives_its_terminal(self):
        terminal = self.world.terminal(*ASK)
        self.assertEqual(terminal.end(), 0, terminal.text)
        pid = self.world.daemon_pid()

        self.assertTrue(processes.alive(pid))
        self.assertEqual(os.getsid(pid), pid)
        self.assertEqual(os.readlink(f"/proc/{pid}/cwd"), "/")
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            self.assertIn("Umask:\t0077", status.read())

    def test_a9_a_reused_pid_is_never_killed(self):
        self.ask()
        record = self.world.lock_file().read_text()
        pid = self.world.kill_daemon()
        bystander = subprocess.Popen(["sleep", "60"])
        self.addCleanup(lambda: (bystander.kill(), bystander.wait()))
        self.world.lock_file().write_text(record.replace(str(pid), str(bystander.pid), 1))

        self.world.run("daemon", "stop", "--json")
        self.assertTrue(processes.alive(bystander.pid))
        self.world.run("daemon", "restart", "--json")

        self.assertTrue(processes.alive(bystander.pid))
        self.assertNotEqual(self.ask(), bystander.pid)

    def test_a10_stop_and_at_once_a_command(self):
        for _ in range(100 if SLOWNESS == 1 else 10):
            self.ask()
            self.run_ok("daemon", "stop")
        self.assertEqual(self.world.daemons(), [])

    def test_a11_a_lost_socket_is_bound_again(self):
        pid = self.ask()
        self.world.socket().unlink()

        wait_until(self.world.socket().exists, 6, "a new socket")

        self.assertEqual(self.ask(), pid)

    def test_a11_a_daemon_that_lost_its_lock_leaves_the_new_owners_socket(self):
        pid = self.ask()
        self.world.lock_file().rename(self.world.lock_file().with_suffix(".old"))
        with open(self.world.lock_file(), "w", encoding="ascii") as lock, socket.socket(socket.AF_UNIX) as owner:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.world.socket().unlink()
            owner.bind(str(self.world.socket()))
            owner.listen()
            inode = self.world.socket().stat().st_ino

            wait_until(lambda: not processes.alive(pid), 8, "the end of the daemon without a lock")

            self.assertEqual(self.world.socket().stat().st_ino, inode)

    def test_a13_without_autostart_nothing_is_spawned(self):
        results = [self.world.run("--no-autostart", *ASK) for _ in range(5)]

        for result in results:
            self.assert_error(result, "DAEMON_UNAVAILABLE", 11)
        self.assertLess(min(result.took for result in results), seconds(0.05))
        self.assertEqual(self.world.daemons(), [])
        self.assertFalse(self.world.socket().exists())

    @unittest.skipUnless(shutil.which("strace"), "strace is not installed")
    def test_a13_without_autostart_no_process_is_made(self):
        trace = self.world.root / "trace"
        argv = ["strace", "-f", "-e", "trace=fork,vfork,clone,clone3", "-o", str(trace),
                str(self.world.cli), "--no-autostart", *ASK]
        subprocess.run(argv, env=self.world.environ(), capture_output=True, check=False, timeout=60)
        if not trace.exists() or "exited" not in trace.read_text():
            self.skipTest("strace may not trace here")

        self.assertNotRegex(trace.read_text(), r"\bv?fork\(|\bclone3?\((?!.*CLONE_THREAD)")


if __name__ == "__main__":
    unittest.main()
