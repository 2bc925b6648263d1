"""A sandbox of the kind agents are put into: one system call refused, by a seccomp filter."""
from __future__ import annotations

import ctypes
import errno
import platform
import struct

CALLS = {"x86_64": {"socket": 41, "connect": 42}, "aarch64": {"socket": 198, "connect": 203}}
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, MODE_FILTER = 38, 22, 2
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, ERRNO = 0x7FFF0000, 0x00050000


def available() -> bool:
    return platform.machine() in CALLS


def deny(call: str, number: int = errno.EPERM):
    """A `preexec_fn` after which the call fails with `number`."""
    wanted = CALLS[platform.machine()][call]
    rows = [(LOAD, 0, 0, 0), (EQUAL, 0, 1, wanted), (RETURN, 0, 0, ERRNO | number), (RETURN, 0, 0, ALLOW)]
    code = b"".join(struct.pack("HBBI", *row) for row in rows)
    libc = ctypes.CDLL(None, use_errno=True)

    def apply() -> None:
        buffer = ctypes.create_string_buffer(code)
        program = struct.pack("HxxxxxxP", len(rows), ctypes.addressof(buffer))
        if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 or libc.prctl(PR_SET_SECCOMP, MODE_FILTER, program, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "seccomp")

    return apply
