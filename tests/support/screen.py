"""What a person sees of a program that draws: the text on an xterm after its escape sequences were obeyed."""
from __future__ import annotations

import re
import unicodedata

SEQUENCE = re.compile(
    r"\x1b\[(?P<private>[?>=]?)(?P<parameters>[0-9;]*)(?P<final>[@-~])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()][0-9A-B]|\x1b(?P<single>[=>78cDEM])")


class Screen:
    """Enough of an xterm for what ncurses writes to one; a sequence it does not know is an AssertionError."""

    def __init__(self, columns: int, rows: int):
        self.columns, self.rows = columns, rows
        self.is_alternate = False
        self.has_cursor = True
        self.clear()

    def clear(self) -> None:
        self.x = self.y = 0
        self.last = " "
        self.cells = [[" "] * self.columns for _ in range(self.rows)]

    @property
    def lines(self) -> list[str]:
        return ["".join(row).rstrip() for row in self.cells]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def feed(self, raw: bytes) -> "Screen":
        text = raw.decode("utf-8", "replace")
        at = 0
        while at < len(text):
            if text[at] != "\x1b":
                self._put(text[at])
                at += 1
                continue
            found = SEQUENCE.match(text, at)
            if not found:
                if len(text) - at < 32:
                    break  # the rest of it is still to come
                raise AssertionError(f"no sequence that is known: {text[at:at + 20]!r}")
            if found["final"]:
                self._obey(found["private"], [int(p) if p else 0 for p in found["parameters"].split(";")], found["final"])
            at = found.end()
        return self

    def _put(self, character: str) -> None:
        if character == "\r":
            self.x = 0
        elif character == "\n":
            self.y = min(self.y + 1, self.rows - 1)
        elif character == "\b":
            self.x = max(0, min(self.x, self.columns - 1) - 1)
        elif character >= " ":
            self._print(character)

    def _print(self, character: str) -> None:
        if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
            self.cells[self.y][max(0, self.x - 1)] += character
            return
        width = 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if self.x + width > self.columns:
            self.x, self.y = 0, min(self.y + 1, self.rows - 1)
        self.cells[self.y][self.x] = self.last = character
        if width == 2:
            self.cells[self.y][self.x + 1] = ""
        self.x += width

    def _erase(self, row: int, begin: int, end: int) -> None:
        for column in range(max(0, begin), min(end, self.columns)):
            self.cells[row][column] = " "

    def _obey(self, private: str, parameters: list[int], final: str) -> None:
        first = parameters[0]
        count = max(1, first)
        x = min(self.x, self.columns - 1)
        row = self.cells[self.y]
        if private:
            self._switch(parameters, final)
        elif final == "H":
            second = parameters[1] if len(parameters) > 1 else 1
            self.y, self.x = min(count, self.rows) - 1, min(max(1, second), self.columns) - 1
        elif final == "A":
            self.y = max(0, self.y - count)
        elif final == "B":
            self.y = min(self.rows - 1, self.y + count)
        elif final == "C":
            self.x = min(self.columns - 1, x + count)
        elif final == "D":
            self.x = max(0, x - count)
        elif final == "G":
            self.x = min(count, self.columns) - 1
        elif final == "d":
            self.y = min(count, self.rows) - 1
        elif final == "J":
            self._erase(self.y, x if first == 0 else 0, self.columns if first != 1 else x + 1)
            for other in range(self.rows):
                if (first == 2 and other != self.y) or (first == 0 and other > self.y) or (first == 1 and other < self.y):
                    self._erase(other, 0, self.columns)
        elif final == "K":
            self._erase(self.y, x if first == 0 else 0, self.columns if first != 1 else x + 1)
        elif final == "X":
            self._erase(self.y, x, x + count)
        elif final == "P":
            row[x:] = row[x + count:] + [" "] * min(count, self.columns - x)
        elif final == "@":
            row[x:] = ([" "] * count + row[x:])[:self.columns - x]
        elif final == "b":
            for _ in range(count):
                self._print(self.last)
        elif final not in "mlhrt":
            raise AssertionError(f"a sequence that is not known: {parameters} {final}")

    def _switch(self, modes: list[int], final: str) -> None:
        for mode in modes:
            if mode == 1049:
                self.is_alternate = final == "h"
                self.clear()
            elif mode == 25:
                self.has_cursor = final == "h"
