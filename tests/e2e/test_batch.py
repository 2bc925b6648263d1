"""Batches: a line in, a line out, whatever befalls the command, the daemon, or whoever reads (behaviours F1 to F4, G5)."""
import json
import os
import random
import signal
import subprocess
import time
from pathlib import Path

from tests.support import processes
from tests.support.agenta import SLOWNESS, AgentaTest, seconds, wait_until
from tests.support.sandbox import ISSUE, ISSUES

GET_ISSUE = "GITHUB_GET_AN_ISSUE"
READ = {"tool": ISSUES, "arguments": {"owner": "o", "repo": "r"}}


def write(number: int, **more) -> dict:
    return {"tool": ISSUE, "arguments": {"owner": "o", "repo": "r", "title": f"issue {number}"}, **more}


def text(calls) -> str:
    return "".join(json.dumps(call) + "\n" for call in calls)


def peak_kb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])


class BatchTest(AgentaTest):
    def setUp(self) -> None:
        super().setUp()
        self.sandbox = self.start_sandbox()
        self.connect_github(self.sandbox)

    def lines(self, result) -> list[dict]:
        return [json.loads(line) for line in result.out.splitlines()]

    def batch_id(self, said: str) -> str:
        return json.loads(said.splitlines()[0])["id"]

    def summary(self, result) -> dict:
        events = [json.loads(line) for line in result.err.splitlines() if line.startswith("{")]
        return next(event for event in events if event["event"] == "summary")

    def file(self, content: str) -> Path:
        path = self.world.root / "calls.ndjson"
        path.write_text(content)
        return path

    def begin(self, *args, **options) -> tuple[subprocess.Popen, str]:
        """A batch that is left running, once it has said its name."""
        process = self.world.start("batch", *args, "--json", **options)
        return process, json.loads(process.stderr.readline())["id"]

    def titles(self) -> list[str]:
        """Of the issues that really were made, one for each time."""
        result = self.run_ok("execute", ISSUES, "owner=o", "repo=r", "per_page:=100", "state=all", "--json").json
        return sorted(each["title"] for each in result["issues"] if each["title"].startswith("issue "))


class Lines(BatchTest):
    def test_each_line_has_its_outcome_under_its_own_id(self):
        calls = [{"id": f"call-{n}", **write(n)} if n % 2 else write(n) for n in range(1, 41)]

        result = self.run_ok("batch", stdin=text(calls))

        lines = self.lines(result)
        self.assertEqual(sorted(line["line"] for line in lines), list(range(1, 41)))
        for line in lines:
            number = line["line"]
            self.assertEqual(line["id"], f"call-{number}" if number % 2 else number)
            self.assertEqual((line["tool"], line["state"], line["successful"], line["error"]), (ISSUE, "succeeded", True, None))
            self.assertEqual(line["data"]["title"], f"issue {number}")
        self.assertEqual(self.sandbox.effects(), 40)
        self.assertEqual(len({line["execution_id"] for line in lines}), 40)

    def test_ordered_is_the_order_of_the_input_though_the_first_is_the_slowest(self):
        self.sandbox.plant("delay", tool=ISSUE, times=1, delay_ms=400)
        calls = text(write(n) for n in range(1, 31))

        ordered = self.lines(self.run_ok("batch", "--ordered", stdin=calls))
        self.sandbox.plant("delay", tool=ISSUE, times=1, delay_ms=400)
        free = self.lines(self.run_ok("batch", stdin=calls))

        self.assertEqual([line["line"] for line in ordered], list(range(1, 31)))
        self.assertEqual(sorted(line["line"] for line in free), list(range(1, 31)))
        self.assertNotEqual([line["line"] for line in free], list(range(1, 31)))

    def test_the_first_failure_ends_it_and_says_how_to_go_on(self):
        file = self.file(text([write(1), {"tool": ISSUE, "arguments": {"owner": "o"}}] + [write(n) for n in range(3, 200)]))

        result = self.world.run("batch", file, "--jobs", "1", "--json")

        *lines, last = self.lines(result)
        self.assertEqual(result.code, 1, f"{result}")
        self.assertEqual([(line["line"], line["state"]) for line in lines], [(1, "succeeded"), (2, "refused")])
        self.assertEqual(lines[1]["error"]["code"], "INVALID_ARGUMENTS")
        self.assertEqual(last["error"]["next_step"], ["agenta-tools", "batch", str(file), "--resume", self.batch_id(result.err), "--jobs", "1"])
        self.assertEqual(self.sandbox.effects(), 1)

    def test_keep_going_runs_the_rest(self):
        calls = [{"tool": GET_ISSUE, "arguments": {"owner": "o", "repo": "r", "issue_number": 99}}, {"tool": "NOTHING_AT_ALL"}, {"tool": ISSUE, "arguments": {}}, write(4)]

        result = self.world.run("batch", "--keep-going", "--ordered", "--jobs", "1", stdin=text(calls))

        lines = self.lines(result)
        self.assertEqual(result.code, 1, f"{result}")
        self.assertEqual([line["state"] for line in lines], ["failed", "refused", "refused", "succeeded"])
        self.assertEqual([(line["error"] or {}).get("code") for line in lines], ["TOOL_FAILED", "TOOL_NOT_FOUND", "INVALID_ARGUMENTS", None])

    def test_lines_that_are_no_calls_fail_alone(self):
        content = "\n".join(["", "nope", json.dumps(write(3)), "   ", '{"id":"x","tool":7}', "[1]", '{"tool":"T","argument":{}}',
                             json.dumps(write(8))])

        result = self.world.run("batch", "--keep-going", "--ordered", stdin=content)

        lines = self.lines(result)
        self.assertEqual(result.code, 1, f"{result}")
        self.assertEqual([line["line"] for line in lines], [2, 3, 5, 6, 7, 8])
        self.assertEqual([line["id"] for line in lines], [2, 3, "x", 6, 7, 8])
        for line in lines:
            self.assertEqual((line["error"] or {}).get("code"), None if line["line"] in (3, 8) else "INVALID_REQUEST")
        self.assertIn("line 5", lines[2]["error"]["message"])

    def test_an_unknown_outcome_is_exit_10_and_a_failure_beside_it_exit_1(self):
        self.sandbox.plant("lost_reply", tool=ISSUE, times=1)
        unknown = self.world.run("batch", "--ordered", stdin=text([write(1)]))
        self.sandbox.plant("lost_reply", tool=ISSUE, times=1)
        both = self.world.run("batch", "--ordered", "--keep-going", "--jobs", "1", stdin=text([write(2), {"tool": "NOTHING"}]))

        self.assertEqual(unknown.code, 10, f"{unknown}")
        self.assertEqual(self.lines(unknown)[0]["state"], "unknown")
        self.assertEqual(self.lines(unknown)[0]["error"]["code"], "OUTCOME_UNKNOWN")
        self.assertEqual(both.code, 1, f"{both}")

    def test_a_line_beyond_what_a_request_may_be_fails_alone(self):
        content = json.dumps(write(1)) + "\n" + json.dumps(write(2, id="x" * (17 << 20))) + "\n" + json.dumps(write(3)) + "\n"

        result = self.world.run("batch", self.file(content), "--keep-going", "--ordered")

        self.assertEqual([line["state"] for line in self.lines(result)], ["succeeded", "refused", "succeeded"])
        self.assertEqual(self.lines(result)[1]["error"]["code"], "INVALID_REQUEST")
        self.assertEqual(result.code, 1)

    def test_an_idempotency_key_holds_across_lines(self):
        result = self.run_ok("batch", "--jobs", "1", stdin=text([write(1, idempotency_key="k"), write(1, idempotency_key="k")]))

        self.assertEqual(len({line["execution_id"] for line in self.lines(result)}), 1)
        self.assertEqual(self.sandbox.effects(), 1)

    def test_the_daemon_lists_batches_and_counts_their_lines(self):
        result = self.world.run("batch", "--keep-going", "--json", stdin=text([write(1), write(2), {"tool": "NOTHING"}]))

        batch = self.batch_id(result.err)
        shown = self.run_ok("api", "GET", f"/api/tools/batches/{batch}").json
        listed = self.run_ok("api", "GET", "/api/tools/batches").json
        self.assertEqual(shown["lines"], {"queued": 0, "sent": 0, "succeeded": 2, "failed": 0, "unknown": 0})
        self.assertIsNotNone(shown["finished_at"])
        self.assertEqual([item["id"] for item in listed["items"]], [batch])
        other = self.world.run("--project", "elsewhere", "api", "GET", f"/api/tools/batches/{batch}")
        self.assertEqual(other.code, 6, f"{other}")

    def test_on_a_terminal_there_is_a_bar_and_nothing_a_terminal_would_obey(self):
        file = self.file(text({**write(n), "arguments": {"owner": "o", "repo": "r", "title": f"a\u202e{n}"}} for n in range(20)))
        self.sandbox.plant("delay", tool=ISSUE, times=20, delay_ms=150)
        terminal = self.world.terminal("batch", file)

        self.assertEqual(terminal.end(30), 0)

        self.assertIn("20 succeeded", terminal.text)
        self.assertIn("% ", terminal.text)
        self.assertNotIn("\u202e", terminal.text)


class Resuming(BatchTest):
    def test_a_killed_command_goes_on_and_nothing_runs_twice(self):
        file = self.file(text(write(n) for n in range(1, 61)))
        self.sandbox.plant("delay", tool=ISSUE, times=1000, delay_ms=30)
        process, batch = self.begin(file, "--jobs", "4")
        wait_until(lambda: self.sandbox.effects() >= 15, what="some of the batch")
        process.kill()
        self.world.finish(process)

        resumed = self.run_ok("batch", file, "--resume", batch, "--json")

        self.sandbox.control("DELETE", "faults")
        self.assertEqual(self.titles(), sorted(f"issue {n}" for n in range(1, 61)))
        self.assertEqual(self.sandbox.effects(), 60)
        counts = self.summary(resumed)
        self.assertGreaterEqual(counts["finished_before"], 10)
        self.assertEqual(counts["finished_before"] + counts["succeeded"], 60)
        self.assertEqual(len(self.lines(resumed)), counts["succeeded"])
        again = self.run_ok("batch", file, "--resume", batch, "--json")
        self.assertEqual(again.out, "")
        self.assertEqual(self.summary(again)["finished_before"], 60)

    def test_a_daemon_killed_in_mid_batch_runs_nothing_twice(self):
        file = self.file(text(write(n) for n in range(1, 61)))
        self.sandbox.plant("delay", tool=ISSUE, times=1000, delay_ms=30)
        process, batch = self.begin(file, "--jobs", "4", "--keep-going")
        chance = random.Random(20260505)
        for least in (10, 25):
            wait_until(lambda: self.sandbox.effects() >= least, what="some of the batch")
            time.sleep(chance.uniform(0, 0.02))
            self.world.kill_daemon()
        result = self.world.finish(process, 60)

        lines = {line["line"]: line["state"] for line in self.lines(result) if "line" in line}
        self.assertEqual(sorted(lines), list(range(1, 61)))
        self.assertLessEqual(set(lines.values()), {"succeeded", "unknown"})
        self.assertEqual(result.code, 10 if "unknown" in lines.values() else 0, f"{result}")
        self.sandbox.control("DELETE", "faults")
        made = self.titles()
        self.assertEqual(len(made), len(set(made)), "a line ran twice")
        for number, state in lines.items():
            if state == "succeeded":
                self.assertIn(f"issue {number}", made)

        resumed = self.world.run("batch", file, "--resume", batch, "--json")
        self.assertEqual(resumed.code, result.code, f"{resumed}")
        self.assertEqual(self.titles(), made)
        unknown = sorted(number for number, state in lines.items() if state == "unknown")
        told = [json.loads(line) for line in resumed.err.splitlines() if '"unknown","line"' in line]
        self.assertEqual([each["line"] for each in told], unknown)

    def test_only_what_did_not_run_runs_again(self):
        self.sandbox.plant("lost_reply", tool=ISSUE, times=1)
        calls = [write(1), write(2), {"tool": ISSUE, "arguments": {"owner": "o"}}, write(4)]
        first = self.world.run("batch", "--keep-going", "--jobs", "1", "--json", stdin=text(calls))
        calls[2] = write(3)

        again = self.world.run("batch", "--json", "--resume", self.batch_id(first.err), stdin=text(calls))

        self.assertEqual(again.code, 10, f"{again}")
        self.assertEqual([(line["line"], line["state"]) for line in self.lines(again)[:-1]], [(3, "succeeded")])
        self.assertEqual(self.titles(), ["issue 1", "issue 2", "issue 3", "issue 4"])

    def test_a_line_that_ran_as_another_call_is_refused(self):
        calls = [write(1), write(2), write(3)]
        first = self.run_ok("batch", "--json", stdin=text(calls))
        calls[1] = write(22)

        again = self.world.run("batch", "--keep-going", "--json", "--resume", self.batch_id(first.err), stdin=text(calls))

        self.assertEqual(again.code, 1, f"{again}")
        self.assertEqual([(line["line"], line["error"]["code"]) for line in self.lines(again)[:-1]], [(2, "IDEMPOTENCY_CONFLICT")])
        self.assertEqual(self.sandbox.effects(), 3)

    def test_a_batch_that_is_not_there_is_said(self):
        result = self.world.run("batch", "--resume", "0193a1b2-c3d4-7e5f-8a9b-000000000001", "--json", stdin=text([write(1)]))

        self.assert_error(result, "BATCH_NOT_FOUND", 6)
        self.assertEqual(self.sandbox.effects(), 0)

    def test_a_daemon_that_does_not_answer_ends_it(self):
        self.sandbox.plant("delay", tool=ISSUE, times=1000, delay_ms=200)
        daemon = self.world.daemon_pid()
        process, _ = self.begin(self.file(text(write(n) for n in range(1, 101))), "--jobs", "2", "--keep-going", "--timeout", "1500ms")
        wait_until(lambda: self.sandbox.requests() >= 4, what="some of the batch")
        self.addCleanup(os.kill, daemon, signal.SIGCONT)
        os.kill(daemon, signal.SIGSTOP)

        result = self.world.finish(process)

        self.assertEqual(result.code, 10, f"{result}")
        *lines, _ = self.lines(result)
        states = [line["state"] for line in lines]
        self.assertLessEqual(states.count("unknown"), 4, states)
        self.assertLess(len(lines), 30)

    def test_ctrl_c_begins_nothing_more_and_tells_what_may_have_run(self):
        file = self.file(text(write(n) for n in range(1, 201)))
        self.sandbox.plant("delay", tool=ISSUE, times=1000, delay_ms=300)
        process, batch = self.begin(file, "--jobs", "4")
        wait_until(lambda: self.sandbox.requests() >= 8, what="some of the batch")
        process.send_signal(signal.SIGINT)
        result = self.world.finish(process)

        self.assertEqual(result.code, 130, f"{result}")
        *lines, last = self.lines(result)
        self.assertEqual(last["error"]["next_step"], ["agenta-tools", "batch", str(file), "--resume", batch, "--jobs", "4"])
        told = {line["line"]: line["state"] for line in lines}
        self.assertLessEqual(set(told.values()), {"succeeded", "unknown", "cancelled"})
        self.assertLess(len(told), 40)
        requests = self.sandbox.requests()
        wait_until(lambda: not [each for each in self.run_ok("history", "--json").json["items"] if each["state"] in ("sent", "queued")],
                   what="the end of what was sent")
        self.assertEqual(self.sandbox.requests(), requests)
        self.sandbox.control("DELETE", "faults")
        self.run_ok("batch", file, "--resume", batch)
        self.assertEqual(self.sandbox.effects(), 200)


class Readers(BatchTest):
    def test_g5_a_reader_that_leaves_ends_it(self):
        self.sandbox.plant("delay", tool=ISSUE, times=1000, delay_ms=20)
        process, _ = self.begin(self.file(text(write(n) for n in range(1, 1001))), "--jobs", "4")
        process.stdout.readline()
        process.stdout.close()
        process.stdout = None

        self.assertEqual(process.wait(seconds(30)), 141)
        self.assertLess(self.sandbox.effects(), 100)
        self.run_ok("connections", "--json")

    def test_g5_a_closed_and_a_full_stdout_are_failures(self):
        file = self.file(text(write(n) for n in range(1, 101)))
        for redirection in (">&-", ">/dev/full"):
            with self.subTest(redirection):
                effects = self.sandbox.effects()
                shell = subprocess.run(["sh", "-c", f'exec "$0" "$@" {redirection}', str(self.world.cli), "batch", str(file)],
                                       env=self.world.environ(), capture_output=True, check=False, timeout=seconds(60))

                self.assertEqual(shell.returncode, 12, shell.stderr)
                self.assertLess(self.sandbox.effects(), effects + 100)

    def test_a_slow_reader_slows_the_reading(self):
        read, write_end = os.pipe()
        process, _ = self.begin(self.file(text({**READ, "id": "x" * 200} for _ in range(20000))), stdout=write_end)
        os.close(write_end)

        def counted() -> int:
            return self.sandbox.requests(ISSUES)

        def stands_still() -> bool:
            before = counted()
            time.sleep(0.5)
            return counted() == before > 0

        wait_until(stands_still, 30, "the batch to be held up")
        self.assertLess(counted(), 2000)
        self.assertIsNone(process.poll())
        os.close(read)
        process.wait(seconds(30))

    def test_a_reader_of_stdin_that_waits_does_not_outlive_a_failure(self):
        read, write_end = os.pipe()
        process, _ = self.begin(stdin=read)
        os.close(read)
        os.write(write_end, b"nope\n")

        result = self.world.finish(process)

        os.close(write_end)
        self.assertEqual(result.code, 1, f"{result}")


class Memory(BatchTest):
    def test_a_long_input_takes_no_more_memory_than_a_short_one(self):
        count = int(60_000 / min(SLOWNESS, 10))
        long = self.file(text([{"tool": "x y", "arguments": {"text": "a" * 300}}] * count))
        self.world.run("batch", "--keep-going", "--ordered", stdin=text([write(n) for n in range(200)]))
        daemon = self.world.daemon_pid()
        before = peak_kb(daemon)
        with open(self.world.root / "out", "wb") as out:
            process, _ = self.begin(long, "--keep-going", "--ordered", stdout=out)
            peak = 0
            while process.poll() is None:
                try:
                    peak = max(peak, peak_kb(process.pid))
                except (OSError, StopIteration):
                    break
                time.sleep(0.02)
            process.stderr.read()
            process.wait()

        with open(self.world.root / "out") as out:
            numbers = [json.loads(line)["line"] for line in out if '"line":' in line]
        self.assertEqual(numbers, list(range(1, count + 1)))
        if SLOWNESS == 1:  # a sanitizer's memory is its own
            self.assertLess(peak, 24 << 10)
            self.assertLess(peak_kb(daemon) - before, 16 << 10)
