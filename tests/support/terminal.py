"""A program on a pseudo-terminal: what it writes, and typing to it."""
from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time

from .screen import Screen

ESCAPE = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()][0-9AB]|[@-Z\\-_=>78])")


class Terminal:
    def __init__(self, argv: list[str], env: dict[str, str], cwd, columns: int = 100, rows: int = 40, slowness: float = 1.0,
                 stdout=None):
        self.argv, self.slowness, self.raw = argv, slowness, b""
        self.master, slave = pty.openpty()
        self.resize(columns, rows)
        self.settings_before = self.settings()

        def take_terminal() -> None:
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(argv, env=env, cwd=cwd, stdin=slave, stdout=slave if stdout is None else stdout,
                                        stderr=slave, preexec_fn=take_terminal, close_fds=True, pass_fds=())
        os.close(slave)

    def _read(self, wait: float) -> bool:
        """Reads what is there; false when the other side is closed."""
        if not select.select([self.master], [], [], wait)[0]:
            return True
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return False
        self.raw += data
        return bool(data)

    @property
    def text(self) -> str:
        """Everything written so far, escape sequences taken out."""
        return ESCAPE.sub(b"", self.raw).decode("utf-8", "replace").replace("\r\n", "\n")

    def settings(self) -> list:
        """How the terminal treats what is typed and written, as `stty -g` would say."""
        return termios.tcgetattr(self.master)

    def resize(self, columns: int, rows: int) -> None:
        """The window changes; what draws on it is told."""
        self.size = (columns, rows)
        self.drawn_from = len(self.raw)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    @property
    def screen(self) -> Screen:
        """What is seen now, if what draws began anew when the window changed."""
        return Screen(*self.size).feed(self.raw[self.drawn_from:])

    def expect_screen(self, pattern: str, deadline: float = 10.0) -> re.Match:
        """Waits until what is seen has the pattern in it."""
        end = time.monotonic() + deadline * self.slowness
        while not (found := re.search(pattern, self.screen.text)):
            if not self._read(0.05) and not re.search(pattern, self.screen.text) or time.monotonic() > end:
                raise AssertionError(f"{self.argv}: no {pattern!r} on the screen:\n{self.screen.text}")
        return found

    def expect(self, pattern: str, deadline: float = 10.0) -> re.Match:
        end = time.monotonic() + deadline * self.slowness
        while not (found := re.search(pattern, self.text)):
            open_still = self._read(0.05)
            if not open_still and not re.search(pattern, self.text) or time.monotonic() > end:
                raise AssertionError(f"{self.argv}: no {pattern!r} in: {self.text!r}")
        return found

    def send(self, text: str | bytes) -> None:
        os.write(self.master, text.encode() if isinstance(text, str) else text)

    def wait_until_ended(self, deadline: float = 20.0) -> None:
        """Reads until the program has ended; the terminal stays, and can be looked at."""
        end = time.monotonic() + deadline * self.slowness
        while self.process.poll() is None:
            self._read(0.02)
            if time.monotonic() > end:
                raise AssertionError(f"{self.argv} did not end; it shows:\n{self.screen.text}")
        while select.select([self.master], [], [], 0)[0] and self._read(0):
            pass

    def end(self, deadline: float = 20.0) -> int:
        """Reads to the end; the exit code."""
        end = time.monotonic() + deadline * self.slowness
        while self._read(0.05):
            if self.process.poll() is not None:
                while select.select([self.master], [], [], 0.05)[0] and self._read(0):
                    pass
                break
            if time.monotonic() > end:
                self.process.kill()
                raise AssertionError(f"{self.argv} did not end; said {self.text!r}")
        code = self.process.wait(timeout=deadline * self.slowness)
        self.close()
        return code

    def close(self) -> None:
        if self.master >= 0:
            os.close(self.master)
            self.master = -1
