"""The MCP server as a process, and clients that say anything: it answers in the protocol, goes on, and ends when they do.

The same bytes each time, from a seed, each conversation by itself. More of them: `AGENTA_FUZZ=2000`; one that failed again:
`AGENTA_FUZZ=1 AGENTA_FUZZ_FIRST=n`, with `AGENTA_FUZZ_SEED` if another was given.
"""
import json
import os
import random
import time

from tests.support.agenta import AgentaTest, seconds
from tests.support.mcp import MODERN, PREFIX, Mcp
from tests.support.sandbox import ISSUE, ISSUES

COUNT = int(os.environ.get("AGENTA_FUZZ", "40"))
FIRST = int(os.environ.get("AGENTA_FUZZ_FIRST", "0"))
SEED = os.environ.get("AGENTA_FUZZ_SEED", "20260728")

WHERE = {"owner": "o", "repo": "r"}
CAN_ASK = {"elicitation": {"form": {}, "url": {}}}
META = {PREFIX + "protocolVersion": MODERN, PREFIX + "clientCapabilities": CAN_ASK, PREFIX + "logLevel": "debug", "progressToken": 0}


def modern(id, method: str, **params) -> dict:
    return {"jsonrpc": "2.0", "id": id, "method": method, "params": {**params, "_meta": META}}


def legacy(method: str, params: dict | None = None, **id) -> dict:
    return {"jsonrpc": "2.0", **id, "method": method, "params": params or {}}


# Two conversations, as clients of the two eras have them.
DIALOGUES = [
    [
        modern(1, "server/discover"), modern(2, "subscriptions/listen", notifications={"toolsListChanged": True}),
        modern("3", "tools/list", cursor=""), modern(4, "tools/call", name=ISSUES, arguments=WHERE),
        modern(5, "tools/call", name=ISSUE, arguments={**WHERE, "title": "x"}),
        modern(6, "tools/call", name=ISSUE, arguments={**WHERE, "title": "x"}, requestState="MTp4.ff",
               inputResponses={"approval": {"action": "accept", "content": {"decision": "once"}}}),
        legacy("notifications/cancelled", {"requestId": 4, "reason": "no"}), modern(2, "tools/list"),
    ],
    [
        legacy("initialize", {"protocolVersion": "2025-11-25", "capabilities": CAN_ASK, "clientInfo": {"name": "f", "version": "1"}}, id=1),
        legacy("notifications/initialized"), legacy("logging/setLevel", {"level": "debug"}, id=2), legacy("tools/list", id="3"),
        legacy("tools/call", {"name": ISSUES, "arguments": WHERE, "_meta": {"progressToken": "p"}}, id=4),
        legacy("tools/call", {"name": ISSUE, "arguments": {**WHERE, "title": "y"}}, id=5),
        {"jsonrpc": "2.0", "id": "agenta-1", "result": {"action": "accept", "content": {"decision": "once"}}},
        legacy("notifications/cancelled", {"requestId": 5}), legacy("ping", id=6), [legacy("ping", id=7)],
    ],
]
# What has to be answered with a result, whatever stands around it.
SOUND = [lambda id: modern(id, "server/discover"), lambda id: modern(id, "tools/list"), lambda id: legacy("ping", id=id),
         lambda id: legacy("tools/list", id=id), lambda id: modern(id, "tools/call", name=ISSUES, arguments=WHERE)]


def with_other_value(message, dice: random.Random):
    """A member of another type than it has."""
    message = json.loads(json.dumps(message))
    place = message
    while isinstance(place, dict) and place:
        key = dice.choice(list(place))
        if not isinstance(place[key], dict) or dice.random() < 0.4:
            place[key] = dice.choice([None, 0, -1, "", [], {}, True, [[]], "notifications/cancelled", {"a": {"b": []}}])
            break
        place = place[key]
    return message


# --- What is done to a line ---------------------------------------------------------------------------------------


def truncated(line: bytes, dice: random.Random) -> bytes:
    return line[:dice.randrange(len(line))]


def duplicated(line: bytes, dice: random.Random) -> bytes:
    return b"\n".join([line] * dice.randint(2, 4))


def glued(line: bytes, dice: random.Random) -> bytes:
    return line * 2


def interleaved(line: bytes, dice: random.Random) -> bytes:
    """As of two writers that share a pipe."""
    other, out, at = dumped(dice.choice(dice.choice(DIALOGUES))), b"", [0, 0]
    while at[0] < len(line) or at[1] < len(other):
        which, size = dice.randrange(2), dice.randint(1, 40)
        out += (line, other)[which][at[which]:at[which] + size]
        at[which] += size
    return out


def huge(line: bytes, dice: random.Random) -> bytes:
    """Of the longest length that is taken, and beyond."""
    size = dice.choice([70_000, 1 << 20, (16 << 20) - len(line), 17 << 20])
    return line.replace(b'"jsonrpc"', b'"a":"' + b"x" * size + b'","jsonrpc"', 1)


def huge_number(line: bytes, dice: random.Random) -> bytes:
    return line.replace(b":0", b":" + dice.choice([b"9" * 400, b"1e999", b"-0", b"1.", b"18446744073709551616"]), 1)


def bad_utf8(line: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(line))
    return line[:at] + dice.choice([b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\xaf", b"\x00", b"\xef\xbb\xbf"]) + line[at:]


def lone_surrogate(line: bytes, dice: random.Random) -> bytes:
    return line.replace(b'"o"', dice.choice([rb'"\ud800"', rb'"\udc00\ud800"', rb'"\u0000"', rb'"\u"']), 1)


def nested(line: bytes, dice: random.Random) -> bytes:
    depth, (open, close) = dice.choice([100, 1000, 200_000]), dice.choice([(b"[", b"]"), (b'{"a":', b"}")])
    value = open * depth + b"1" + close * dice.choice([depth, depth - 1])
    return dice.choice([value, line.replace(b'"params": {', b'"params": {"b": ' + value + b", ", 1)])


def repeated_id(line: bytes, dice: random.Random) -> bytes:
    """Two ids in one message, or one that is open already."""
    if dice.random() < 0.5:
        return line.replace(b'"jsonrpc"', b'"id": %d, "jsonrpc"' % dice.randint(1, 9), 1)
    return b"\n".join(dumped({**message, "id": 4}) for message in dice.choice(DIALOGUES) if isinstance(message, dict))


def other_id(line: bytes, dice: random.Random) -> bytes:
    id = dice.choice([b"null", b"1.5", b"{}", b"[]", b"true", b'""', b'"' + b"i" * 5000 + b'"', b"-1", rb'"\ud800"', b"01"])
    return b'{"id": ' + id + b"," + line[1:]


def flipped(line: bytes, dice: random.Random) -> bytes:
    out = bytearray(line)
    for _ in range(dice.randint(1, 6)):
        out[dice.randrange(len(out))] = dice.choice(b'{}[]",:0-9eE.\\u\x00\xff tfn\r')
    return bytes(out)


def blank(line: bytes, dice: random.Random) -> bytes:
    return dice.choice([b"", b"\r", b" \t", b"\n\n\n", b"\x00", line + b"\r"])


MUTATIONS = [truncated, duplicated, glued, interleaved, huge_number, bad_utf8, lone_surrogate, nested, repeated_id, other_id, flipped,
             blank]


def dumped(message) -> bytes:
    return json.dumps(message).encode()


class Talk:
    """One conversation: what is written, the ids that must be answered, and whether it ends in the middle."""

    def __init__(self, number: int):
        self.dice = random.Random(f"{SEED}:{number}")
        self.data, self.sound = bytearray(), []
        for _ in range(self.dice.randint(1, 3)):
            for message in self.dice.choice(DIALOGUES):
                self.add(message)
        self.is_cut = self.dice.random() < 0.3
        self.data += b"\n"
        if self.is_cut:
            self.data += dumped(modern("cut", "tools/list"))[:self.dice.randint(1, 60)]

    def add(self, message) -> None:
        fate = self.dice.random()
        if 0.4 < fate < 0.6:
            message = with_other_value(message, self.dice)
        line = dumped(message)
        if fate < 0.01:
            line = huge(line, self.dice)
        elif fate < 0.5:
            line = self.dice.choice(MUTATIONS)(line, self.dice)
        self.data += line + b"\n"
        if self.dice.random() < 0.3:
            self.sound.append(f"sound-{len(self.sound)}")
            self.data += dumped(self.dice.choice(SOUND)(self.sound[-1])) + b"\n"

    def pieces(self):
        """As a pipe hands them over: of any size."""
        at = 0
        while at < len(self.data):
            size = self.dice.choice([1, 7, 100, 4096, 65_536, 1 << 20])
            yield bytes(self.data[at:at + size])
            at += size


# --- What must hold -----------------------------------------------------------------------------------------------


def unique(pairs) -> dict:
    members = dict(pairs)
    assert len(members) == len(pairs), "a member stands twice"
    return members


def check_message(line: bytes) -> dict:
    """One JSON-RPC message of a server's; an assertion where it is none."""
    assert line.endswith(b"\n"), "the line does not end"
    message = json.loads(line.decode(), object_pairs_hook=unique)
    assert isinstance(message, dict) and message["jsonrpc"] == "2.0"
    assert type(message.get("id", 0)) in (int, str)
    kinds = {"method", "result", "error"} & message.keys()
    assert len(kinds) == 1, "it is not one of request, result and error"
    assert message.keys() <= {"jsonrpc", "id"} | kinds | ({"params"} if "method" in message else set())
    if "error" in message:
        assert type(message["error"]["code"]) is int and type(message["error"]["message"]) is str
    elif "result" in message:
        assert "id" in message and isinstance(message["result"], dict)
    else:
        assert isinstance(message["method"], str) and isinstance(message.get("params", {}), dict)
    return message


class Fuzz(AgentaTest):
    def setUp(self) -> None:
        super().setUp()
        self.connect_github(self.start_sandbox())

    def test_whatever_is_said_is_answered_in_the_protocol_and_it_goes_on(self):
        for number in range(FIRST, FIRST + COUNT):
            with self.subTest(seed=SEED, number=number):
                self.hold(Talk(number), Mcp(self.world, "--tools", "github"))

    def hold(self, talk: Talk, server: Mcp) -> None:
        for piece in talk.pieces():
            server.write(piece)
        answers: dict[str, int] = {}
        if not talk.is_cut:
            last = server.begin("server/discover", id="last", meta={PREFIX + "clientCapabilities": {}})
            self.hear(server, answers, lambda: last in answers and all(id in answers for id in talk.sound))
            self.assertIsNone(server.process.poll(), "it has ended")
        self.assertEqual(server.end(), 0)
        self.hear(server, answers, lambda: False)

        wrong = {id: count for id, count in answers.items() if count != 1}
        self.assertEqual(wrong, {})
        server.reader.join(seconds(10))
        server.process.stdout.close()
        server.process.stderr.close()

    def hear(self, server: Mcp, answers: dict[str, int], is_enough) -> None:
        """Reads until it is enough, or the output ends; counts the answers to what was sound."""
        end = time.monotonic() + seconds(60)
        while not is_enough():
            line = server.lines.get(timeout=max(0.01, end - time.monotonic()))
            if line is None:
                return
            try:
                message = check_message(line)
            except (AssertionError, ValueError, LookupError) as error:
                self.fail(f"no JSON-RPC ({type(error).__name__}: {error}): {line[:2000]!r}")
            id = message.get("id")
            if isinstance(id, str) and (id.startswith("sound-") or id == "last"):
                self.assertIn("result", message)
                answers[id] = answers.get(id, 0) + 1
