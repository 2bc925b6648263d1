"""Processes as /proc tells them."""
from __future__ import annotations

import os
import signal
import time
from pathlib import Path


def alive(pid: int) -> bool:
    """Whether it runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except (OSError, IndexError):
        return False


def start_time(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19])


def command_line(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
    except OSError:
        return []


def children(pid: int) -> list[int]:
    """The processes that it started and that run."""
    found = []
    for entry in os.listdir("/proc"):
        try:
            fields = Path(f"/proc/{entry}/stat").read_text().rsplit(")", 1)[1].split() if entry.isdigit() else []
        except OSError:
            continue
        if fields and int(fields[1]) == pid and fields[0] not in "ZX":
            found.append(int(entry))
    return found


def with_argument(text: str) -> list[int]:
    """Running processes one of whose arguments holds `text`, this one excepted."""
    pids = [int(entry) for entry in os.listdir("/proc") if entry.isdigit()]
    return [pid for pid in pids if pid != os.getpid() and alive(pid) and any(text in a for a in command_line(pid))]


def end(pids: list[int], patience: float) -> None:
    """SIGTERM, and SIGKILL for those that outlive the patience."""
    for sign, wait in ((signal.SIGTERM, patience), (signal.SIGKILL, patience)):
        for pid in pids:
            try:
                os.kill(pid, signal.SIGCONT)
                os.kill(pid, sign)
            except ProcessLookupError:
                pass
        deadline = time.monotonic() + wait
        while (pids := [pid for pid in pids if alive(pid)]) and time.monotonic() < deadline:
            time.sleep(0.01)


def open_files(pid: int) -> dict[int, str]:
    links = {}
    for entry in os.listdir(f"/proc/{pid}/fd"):
        try:
            links[int(entry)] = os.readlink(f"/proc/{pid}/fd/{entry}")
        except OSError:
            pass
    return links


def listening_ports(pid: int) -> list[tuple[str, int]]:
    """Address (as hexadecimal text of the kernel) and port of every TCP socket the process listens on."""
    inodes = {link[8:-1] for link in open_files(pid).values() if link.startswith("socket:[")}
    found = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in inodes:
                address, port = fields[1].rsplit(":", 1)
                found.append((address, int(port, 16)))
    return found
