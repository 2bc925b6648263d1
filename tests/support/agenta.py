"""The installed programs, as a user has them: a home of their own, a known environment, and nothing left running.

Tests derive from `AgentaTest`. They wait for what they expect with `wait_until`, never for luck.
"""
from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from . import processes
from .sandbox import Sandbox
from .terminal import Terminal
from .unix_http import UnixHttp

ROOT = Path(__file__).resolve().parents[2]
# Where both programs are, side by side; the newer version's are in ../next/bin.
BIN = Path(os.environ.get("AGENTA_BIN_DIR", ROOT / "build-debug" / "bin")).resolve()
NEXT = BIN.parent / "next" / "bin"
# A sanitizer makes everything slower; bounds that measure are stretched by it, never dropped.
SLOWNESS = float(os.environ.get("AGENTA_TEST_SLOWNESS", "1"))
KEPT = ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS", "GCOV_PREFIX")
CLI = "agenta-tools"
DAEMON = "agenta-toolsd"


def seconds(bound: float) -> float:
    return bound * SLOWNESS


def wait_until(predicate, deadline: float = 10.0, what: str = "what the test waits for"):
    """The predicate's first true value, within the deadline."""
    end = time.monotonic() + seconds(deadline)
    while True:
        value = predicate()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come to pass within {seconds(deadline):g} s")
        time.sleep(0.01)


class Result:
    """How a program ended, and what it said."""

    def __init__(self, argv: list[str], code: int, out: bytes, err: bytes, took: float):
        self.argv, self.code, self.took = argv, code, took
        self.raw_out, self.raw_err = out, err
        self.out, self.err = out.decode("utf-8", "replace"), err.decode("utf-8", "replace")

    @property
    def json(self):
        """stdout as exactly one JSON document."""
        try:
            return json.loads(self.out)
        except ValueError as error:
            raise AssertionError(f"stdout is not one JSON document ({error}): {self}") from None

    @property
    def error(self) -> dict:
        document = self.json
        if not isinstance(document, dict) or "error" not in document or not isinstance(document["error"], dict):
            raise AssertionError(f"no error document: {self}")
        return document["error"]

    def __str__(self) -> str:
        return f"{' '.join(self.argv)}\n  exit {self.code} after {self.took:.3f} s\n  stdout: {self.out}\n  stderr: {self.err}"


class World:
    """One user's home, daemon and environment. `close` ends every process that serves this home."""

    def __init__(self) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="agenta-"))
        self.user_home = self.root / "user"
        self.user_home.mkdir(mode=0o700)
        self.home = self.root / "home"
        self.cli, self.next_cli = BIN / CLI, NEXT / CLI
        self.environment = {
            "HOME": str(self.user_home),
            "AGENTA_TOOLS_HOME": str(self.home),
            "PATH": f"{BIN}:/usr/local/bin:/usr/bin:/bin",
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
            "BROWSER": "true",
            "PAGER": "cat",
        }
        self.environment |= {name: os.environ[name] for name in KEPT if name in os.environ}
        self.running: list[subprocess.Popen] = []

    # Where things are (contract, section 1).
    def base(self, sandbox: bool = False) -> Path:
        return self.home / "sandbox" if sandbox else self.home

    def socket(self, sandbox: bool = False) -> Path:
        return self.base(sandbox) / "run" / "daemon.sock"

    def lock_file(self, sandbox: bool = False) -> Path:
        return self.base(sandbox) / "run" / "daemon.lock"

    def database(self, sandbox: bool = False) -> Path:
        return self.base(sandbox) / "tools.db"

    def log(self, sandbox: bool = False) -> str:
        file = self.base(sandbox) / "log" / "daemon.log"
        return file.read_text(errors="replace") if file.exists() else ""

    def lock_record(self, sandbox: bool = False) -> dict:
        return json.loads(self.lock_file(sandbox).read_text())

    def daemon_pid(self, sandbox: bool = False) -> int:
        return int(self.lock_record(sandbox)["pid"])

    # Running programs.
    def environ(self, env: dict | None = None) -> dict[str, str]:
        """The environment of a command; a value of None takes a variable away."""
        merged = {**self.environment, **(env or {})}
        return {name: str(value) for name, value in merged.items() if value is not None}

    def start(self, *args, env: dict | None = None, cli: Path | None = None, **options) -> subprocess.Popen:
        """A command that is left running; `close` ends it."""
        argv = [str(cli or self.cli), *map(str, args)]
        options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("stdout", subprocess.PIPE)
        options.setdefault("stderr", subprocess.PIPE)
        options.setdefault("cwd", self.user_home)
        process = subprocess.Popen(argv, env=self.environ(env), **options)
        self.running.append(process)
        return process

    def finish(self, process: subprocess.Popen, timeout: float = 30.0, stdin: bytes | None = None) -> Result:
        begin = time.monotonic()
        try:
            out, err = process.communicate(stdin, timeout=seconds(timeout))
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            raise AssertionError(f"{process.args} did not end within {seconds(timeout):g} s; said {out!r} {err!r}") from None
        if process in self.running:
            self.running.remove(process)
        return Result([str(a) for a in process.args], process.returncode, out or b"", err or b"", time.monotonic() - begin)

    def run(self, *args, stdin: str | bytes | None = None, env: dict | None = None, timeout: float = 30.0,
            cli: Path | None = None, **options) -> Result:
        data = stdin.encode() if isinstance(stdin, str) else stdin
        process = self.start(*args, env=env, cli=cli, stdin=subprocess.DEVNULL if data is None else subprocess.PIPE, **options)
        return self.finish(process, timeout, data)

    def terminal(self, *args, env: dict | None = None, columns: int = 100, program: str | Path | None = None, **options) -> Terminal:
        """A command on a terminal of its own; `close` ends it."""
        terminal = Terminal([str(program or self.cli), *map(str, args)], self.environ({"TERM": "xterm-256color", **(env or {})}),
                            cwd=self.user_home, columns=columns, slowness=SLOWNESS, **options)
        self.running.append(terminal.process)
        return terminal

    def http(self, sandbox: bool = False, timeout: float = 10.0) -> UnixHttp:
        """A client of the socket that knows nothing of ours."""
        return UnixHttp(self.socket(sandbox), seconds(timeout))

    # The daemon.
    def start_daemon(self, *flags, env: dict | None = None) -> int:
        result = self.run(*flags, "daemon", "start", "--json", env=env)
        if result.code != 0:
            raise AssertionError(f"the daemon does not start: {result}")
        return self.daemon_pid("--sandbox" in flags)

    def kill_daemon(self, sandbox: bool = False) -> int:
        """kill -9, and gone when this returns."""
        pid = self.daemon_pid(sandbox)
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not processes.alive(pid), what=f"the end of daemon {pid}")
        return pid

    def daemons(self) -> list[int]:
        """Every daemon, and whatever else serves this home now."""
        return processes.with_argument(str(self.root))

    def daemons_serving(self) -> list[int]:
        """Daemons of this home proper, a sandbox of its own excepted."""
        return [pid for pid in self.daemons() if processes.command_line(pid)[1:2] == ["run"]]

    def close(self) -> None:
        for process in self.running:
            if process.poll() is None:
                process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream:
                    stream.close()
        processes.end(self.daemons(), seconds(10))
        for folder, _, _ in os.walk(self.root):
            os.chmod(folder, 0o700)
        shutil.rmtree(self.root, ignore_errors=True)


class AgentaTest(unittest.TestCase):
    """A world for each test, and what every test asks of results."""

    maxDiff = None

    def setUp(self) -> None:
        self.world = World()
        self.addCleanup(self.world.close)

    def run_ok(self, *args, **options) -> Result:
        result = self.world.run(*args, **options)
        self.assertEqual(result.code, 0, f"{result}")
        return result

    def start_sandbox(self, *args) -> Sandbox:
        """A Composio of the test's own, over TCP; the world's commands use it from here on."""
        sandbox = Sandbox(self.world, *args)
        self.addCleanup(sandbox.close)
        self.world.environment |= {"COMPOSIO_BASE_URL": sandbox.url, "COMPOSIO_API_KEY": sandbox.api_key}
        return sandbox

    def connect_github(self, sandbox: Sandbox, slug: str = "work", **options) -> dict:
        """A connection made as a user does, with the test in the browser's place."""
        begun = self.run_ok("connect", "github", "--as", slug, "--no-wait", "--json", **options).json
        sandbox.approve(begun["redirect_url"])
        connection = self.run_ok("connect", "--resume", begun["id"], "--json", **options).json
        self.assertEqual(connection["status"], "ACTIVE", connection)
        return connection

    def assert_error(self, result: Result, code: str, exit_code: int) -> dict:
        """The right error document on stdout, the right exit code, one line for a person on stderr."""
        self.assertEqual(result.code, exit_code, f"{result}")
        error = result.error
        self.assertEqual(error["code"], code, f"{result}")
        self.assertTrue(error["message"], f"{result}")
        self.assertIn(error["retryable"], (True, False, "unknown"), f"{result}")
        self.assertTrue(result.err.strip(), f"nothing said to a person: {result}")
        return error
