#!/usr/bin/env python3
"""Stands between a client and a server on stdio, and records every line of both.

usage: tap.py DIRECTORY COMMAND...

A file of DIRECTORY gets one JSON object a line: who said it, and what. What is said is recorded before it is passed on, so
that an answer is never before its question.
"""
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path


def main() -> int:
    directory, command = Path(sys.argv[1]), sys.argv[2:]
    record = open(directory / f"{os.getpid()}.ndjson", "a", encoding="utf-8")
    turn = threading.Lock()
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda number, _: server.send_signal(number))

    def pass_on(who: str, source, target) -> None:
        for line in source:
            with turn:
                record.write(json.dumps({"from": who, "line": line.decode("utf-8", "replace").rstrip("\n")}) + "\n")
                record.flush()
            try:
                target.write(line)
                target.flush()
            except OSError:
                break
        try:
            target.close()
        except OSError:
            pass

    threading.Thread(target=pass_on, args=("client", sys.stdin.buffer, server.stdin), daemon=True).start()
    pass_on("server", server.stdout, sys.stdout.buffer)
    code = server.wait()
    # Not by the interpreter's end: it would wait for the thread that reads the client.
    os._exit(code if code >= 0 else 128 - code)


if __name__ == "__main__":
    main()
