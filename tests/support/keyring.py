"""Session buses as users have them: with a keyring, with a locked one, and one that never answers."""
from __future__ import annotations

import shutil
import socket
import subprocess
import threading
from pathlib import Path

SERVICE, ROOT = "org.freedesktop.secrets", "/org/freedesktop/secrets"


def missing() -> str:
    """Why there can be no keyring here; empty where there can."""
    for program in ("dbus-daemon", "dbus-send", "gnome-keyring-daemon"):
        if not shutil.which(program):
            return f"{program} is not installed"
    return ""


class Keyring:
    """A bus of its own with gnome-keyring on it, unlocked with an empty password."""

    def __init__(self, directory: Path):
        self.home = directory
        self.home.mkdir(mode=0o700)
        socket_path = self.home / "bus"
        self.address = f"unix:path={socket_path}"
        self.environment = {"HOME": str(self.home), "XDG_RUNTIME_DIR": str(self.home), "XDG_DATA_HOME": str(self.home / "data"),
                            "PATH": "/usr/bin:/bin", "DBUS_SESSION_BUS_ADDRESS": self.address}
        config = self.home / "bus.conf"
        # No service files: nothing but what is started here is ever on this bus.
        config.write_text(f'<busconfig><type>session</type><listen>{self.address}</listen><policy context="default">'
                          '<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>')
        self.bus = self._start(["dbus-daemon", f"--config-file={config}", "--nofork", "--print-address"], stdout=subprocess.PIPE)
        self.bus.stdout.readline()
        self.daemon = self._start(["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"],
                                  stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        self.daemon.stdin.write(b"\n")
        self.daemon.stdin.close()

    def _start(self, argv: list[str], **options) -> subprocess.Popen:
        return subprocess.Popen(argv, env=self.environment, stderr=subprocess.DEVNULL, **options)

    def send(self, method: str, *arguments: str) -> str:
        done = subprocess.run(["dbus-send", f"--bus={self.address}", f"--dest={SERVICE}", "--print-reply", ROOT,
                               f"org.freedesktop.Secret.Service.{method}", *arguments], env=self.environment, capture_output=True, timeout=30)
        return done.stdout.decode()

    def is_ready(self) -> bool:
        return "/collection/" in self.send("ReadAlias", "string:default")

    def lock(self) -> None:
        self.send("Lock", f"array:objpath:{ROOT}/collection/login")

    def items(self) -> int:
        """How many there are of ours."""
        return self.send("SearchItems", "dict:string:string:application,agenta-tools").count("object path")

    def close(self) -> None:
        for process in (self.daemon, self.bus):
            process.kill()
            process.wait()
        self.bus.stdout.close()


class SilentBus:
    """Takes every connection, and never says a word."""

    def __init__(self, path: Path):
        self.address = f"unix:path={path}"
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen(64)
        self.taken: list[socket.socket] = []
        self.thread = threading.Thread(target=self._take, daemon=True)
        self.thread.start()

    def _take(self) -> None:
        while True:
            try:
                self.taken.append(self.listener.accept()[0])
            except OSError:
                return

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()
        for each in self.taken:
            each.close()
