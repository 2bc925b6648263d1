"""The memory of another process, where the kernel shows it (to root, or of one's own dumpable processes)."""
from __future__ import annotations

from pathlib import Path


def can_read(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/mem", "rb"):
            return True
    except OSError:
        return False


def places_of(pid: int, secret: bytes, context: int = 0) -> list[str]:
    """Every place in the writable memory of the process that holds the bytes: the mapping's name, and what is around
    them where `context` asks for that."""
    found = []
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            span, rights, *rest = line.split(None, 5)
            if not rights.startswith("rw"):
                continue
            first, last = (int(part, 16) for part in span.split("-"))
            try:
                memory.seek(first)
                content = memory.read(last - first)
            except OSError:
                continue
            at = content.find(secret)
            while at >= 0:
                around = content[max(0, at - context):at + len(secret) + context] if context else b""
                found.append(f"{rest[-1] if len(rest) > 3 else 'anonymous'} at {first + at:#x} {around!r}")
                at = content.find(secret, at + 1)
    return found
