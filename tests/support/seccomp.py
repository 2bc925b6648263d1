"""A sandbox of the kind agents are put into: one system call refused, or the end, by a seccomp filter."""
from __future__ import annotations

import ctypes
import errno
import platform
import struct

CALLS = {
    "x86_64": {"socket": 41, "connect": 42, "fsync": 74, "ftruncate": 77, "renameat2": 316},
    "aarch64": {"socket": 198, "connect": 203, "fsync": 82, "ftruncate": 46, "renameat2": 276},
}
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, MODE_FILTER = 38, 22, 2
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, ERRNO, KILL = 0x7FFF0000, 0x00050000, 0x80000000


def available() -> bool:
    return platform.machine() in CALLS


def deny(call: str, number: int = errno.EPERM):
    """A `preexec_fn` after which the call fails with `number`."""
    return filtered(call, ERRNO | number)


def kill_at(call: str):
    """A `preexec_fn` after which the call ends the program at once, by SIGSYS."""
    return filtered(call, KILL)


def filtered(call: str, outcome: int):
    wanted = CALLS[platform.machine()][call]
    rows = [(LOAD, 0, 0, 0), (EQUAL, 0, 1, wanted), (RETURN, 0, 0, outcome), (RETURN, 0, 0, ALLOW)]
    code = b"".join(struct.pack("HBBI", *row) for row in rows)
    libc = ctypes.CDLL(None, use_errno=True)

    def apply() -> None:
        buffer = ctypes.create_string_buffer(code)
        program = struct.pack("HxxxxxxP", len(rows), ctypes.addressof(buffer))
        if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 or libc.prctl(PR_SET_SECCOMP, MODE_FILTER, program, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "seccomp")

    return apply
