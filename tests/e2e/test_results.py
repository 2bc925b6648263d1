"""Results larger than memory: streamed, kept in files, described instead of printed (behaviours F7, G5, G7, H3)."""
import json
import os
import signal
import subprocess
import unittest
from pathlib import Path

from tests.support.agenta import SLOWNESS, AgentaTest

TOOL = "HACKERNEWS_GET_FRONTPAGE"
RUN = ("execute", TOOL)
MIB = 1 << 20


def peak(pid: int) -> int:
    """The most memory that a process ever had, in bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmHWM")


class Results(AgentaTest):
    def setUp(self):
        super().setUp()
        self.sandbox = self.start_sandbox()

    def plant(self, size: int, times: int = 1, **more) -> None:
        self.sandbox.plant("large_result", tool=TOOL, bytes=size, times=times, **more)

    def files(self) -> list[Path]:
        return sorted((self.world.home / "results").glob("*"))

    def on_terminal(self, *args) -> str:
        terminal = self.world.terminal(*args)
        self.assertEqual(terminal.end(), 0, terminal.text)
        return terminal.text

    def last(self) -> dict:
        return self.run_ok("history", "list", "--limit", "1", "--json").json["items"][0]

    def test_f7_results_larger_than_memory_come_through_whole(self):
        size = 96 * MIB
        self.plant(size, times=4)
        daemon = self.world.start_daemon()
        self.run_ok("tools", "show", TOOL, "--json")
        running = []
        for n in range(4):
            with open(self.world.root / f"out{n}", "wb") as out:
                running.append(self.world.start(*RUN, stdout=out))

        codes = [self.world.finish(process, 120).code for process in running]

        self.assertEqual(codes, [0, 0, 0, 0])
        for n in range(4):
            document = json.loads((self.world.root / f"out{n}").read_bytes())
            self.assertEqual(len(document["items"]), size // 1024)
            self.assertEqual(document["items"][-1]["id"], size // 1024 - 1)
            del document
        if SLOWNESS == 1:
            self.assertLess(peak(daemon), 64 * MIB)
        self.assertEqual(len(self.files()), 4)
        for file in self.files():
            self.assertEqual(file.stat().st_mode & 0o777, 0o600)

    def test_f7_the_client_holds_no_large_result(self):
        self.plant(64 * MIB)
        reader, writer = os.pipe()
        process = self.world.start(*RUN, stdout=writer)
        os.close(writer)
        taken, most = 0, 0
        with open(reader, "rb", buffering=0) as pipe:
            while chunk := pipe.read(MIB):
                taken += len(chunk)
                if taken < 64 * MIB:  # else it may be gone already
                    most = max(most, peak(process.pid))

        self.assertEqual(self.world.finish(process).code, 0)
        self.assertGreater(taken, 64 * MIB)
        if SLOWNESS == 1:
            self.assertLess(most, 24 * MIB)

    def test_f7_a_record_says_where_the_data_lies_and_the_journal_gives_it(self):
        self.plant(3 * MIB)
        record = self.run_ok(*RUN, "--output", "envelope", "--json").json

        self.assertIsNone(record["data"])
        place = record["result_file"]
        self.assertEqual(record["result_bytes"], place["size"])
        self.assertEqual(Path(place["path"]), self.files()[0])
        with open(place["path"], "rb") as file:
            file.seek(place["offset"])
            data = file.read(place["size"])
        self.assertEqual(len(json.loads(data)["items"]), 3 * 1024)
        shown = self.run_ok("history", "show", record["id"], "--json").json
        self.assertEqual(shown["result_file"], place)
        self.assertEqual(self.run_ok("history", "result", record["id"]).raw_out, data + b"\n")
        out = self.world.root / "whole.json"
        self.run_ok("history", "result", record["id"], "-o", out)
        self.assertEqual(out.read_bytes(), data)
        self.assertEqual(self.run_ok("history", "result", record["id"], "--select", "/items/7/id").out, "7\n")
        nothing = self.run_ok("history", "result", record["id"], "--select", "/none")
        self.assertEqual((nothing.out, "/none" in nothing.err), ("null\n", True))

    def test_f7_selects_from_what_it_does_not_hold(self):
        self.plant(3 * MIB, times=2)
        self.assertEqual(self.run_ok(*RUN, "--select", "/items/3000/id").out, "3000\n")
        text = self.run_ok(*RUN, "--select", "/items/0/text")
        self.assertEqual(set(text.out.strip()), {"x"})

    def test_f7_describes_what_is_more_than_wanted(self):
        self.plant(3 * MIB, times=3)
        result = self.run_ok(*RUN, "--max-bytes", "1000")

        self.assertLess(len(result.out), 3000)
        document = result.json
        self.assertIs(document["truncated"], True)
        self.assertGreater(document["bytes"], 3 * MIB)
        members = document["shape"]["members"]["items"]
        self.assertEqual((members["type"], members["length"]), ("array", 3 * 1024))
        self.assertEqual(members["items"]["members"], {"id": "number", "text": "string"})
        self.assertEqual(document["preview"]["items"][0]["id"], 0)
        self.assertLessEqual(len(json.dumps(document["preview"], separators=(",", ":"))), 1000)
        self.assertEqual(document["execution_id"], self.last()["id"])
        self.assertEqual(Path(document["result_file"]["path"]), self.files()[0])
        self.assertEqual(document["next_step"][-3:], ["history", "result", document["execution_id"]])
        # A limit above the size is none.
        self.assertEqual(len(self.run_ok(*RUN, "--max-bytes", str(100 * MIB)).json["items"]), 3 * 1024)
        small = self.run_ok("execute", TOOL, "--select", "/items/0/id", "--max-bytes", "1000")
        self.assertEqual(small.out, "0\n")

    def test_f7_a_small_result_above_the_limit_is_described_and_kept(self):
        document = self.run_ok(*RUN, "--max-bytes", "50").json
        self.assertIs(document["truncated"], True)
        self.assertIsNone(document["result_file"])
        whole = self.run_ok("history", "result", document["execution_id"])
        self.assertEqual(len(whole.out.strip()), document["bytes"])

    def test_f7_a_terminal_is_not_flooded_and_not_obeyed(self):
        self.plant(3 * MIB)
        text = self.on_terminal(*RUN)

        self.assertLess(len(text), 10_000)
        self.assertIn("array of 3072", text)
        self.assertIn("history result", text)
        evil = "\u202e" + "y" * 2000
        self.sandbox.plant("status", tool=TOOL, status=200, body={
            "data": {evil[:20]: evil, "list": [evil] * 1000}, "error": None, "successful": True, "log_id": "log_1"})
        text = self.on_terminal(*RUN)
        self.assertIn("array of 1000", text)
        self.assertNotIn("\u202e", text)
        self.assertIn("\\u202e", text)

    def test_f7_one_that_breaks_off_is_unknown_and_leaves_no_file(self):
        self.plant(8 * MIB, times=10, breaks_off=True)  # a read is tried again

        result = self.world.run(*RUN, "--json")

        self.assertEqual(result.code, 10, f"{result}")
        self.assertEqual(self.last()["state"], "unknown")
        self.assertEqual(self.files(), [])

    def test_f7_goes_on_where_the_daemon_died(self):
        self.plant(32 * MIB)
        reader, writer = os.pipe()
        process = self.world.start(*RUN, stdout=writer)
        os.close(writer)
        with open(reader, "rb", buffering=0) as pipe:
            taken = [pipe.read(MIB)]
            self.world.kill_daemon()
            while chunk := pipe.read(MIB):
                taken.append(chunk)

        result = self.world.finish(process)
        self.assertEqual(result.code, 0, f"{result}")
        self.assertEqual(len(json.loads(b"".join(taken))["items"]), 32 * 1024)

    def test_f7_the_oldest_go_beyond_the_quota(self):
        self.run_ok("config", "set", "history.results_quota", str(10 * MIB))
        self.plant(4 * MIB, times=3)
        ids = []
        for _ in range(3):
            ids.append(self.run_ok(*RUN, "--output", "envelope", "--json").json["id"])
            for file in self.files():  # as if a while had passed
                os.utime(file, (file.stat().st_atime, file.stat().st_mtime - 600))

        self.assertEqual({file.stem for file in self.files()}, set(ids[1:]))
        gone = self.world.run("history", "result", ids[0], "--json")
        self.assert_error(gone, "EXECUTION_NOT_FOUND", 6)
        self.assertIn("history.results_quota", gone.error["message"])
        record = self.run_ok("history", "show", ids[0], "--json").json
        self.assertIsNone(record["result_file"])
        self.assertGreater(record["result_bytes"], 4 * MIB)

    def test_f7_what_a_crash_left_goes_at_the_next_start(self):
        self.plant(2 * MIB)
        self.run_ok(*RUN, stdout=subprocess.DEVNULL)
        kept = self.files()
        self.world.kill_daemon()
        orphans = [self.world.home / "results" / name for name in
                   ("01890000-0000-7000-8000-000000000001.json", f"{kept[0].stem}.json.part")]
        for orphan in orphans:
            orphan.write_text("{}")

        self.world.start_daemon()

        self.assertEqual(self.files(), kept)

    def test_g5_nobody_takes_a_streamed_result(self):
        self.plant(16 * MIB, times=3)
        daemon = self.world.start_daemon()
        head = self.world.start(*RUN, stdout=subprocess.PIPE)
        head.stdout.read(100)
        head.stdout.close()
        head.stdout = None
        result = self.world.finish(head)
        self.assertEqual(result.code, 141, f"{result}")
        self.assertEqual(result.err, "")

        with open("/dev/full", "wb") as full:
            result = self.world.run(*RUN, stdout=full)
        self.assertEqual(result.code, 12, f"{result}")
        self.assertEqual(len(result.err.splitlines()), 1)
        self.assertIn("No space left", result.err)

        closed = subprocess.run(["sh", "-c", 'exec "$@" >&-', "sh", str(self.world.cli), *RUN], env=self.world.environ(),
                                capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual(closed.returncode, 12, closed)
        self.assertEqual(len(closed.stderr.splitlines()), 1, closed)

        items = self.run_ok("history", "list", "--json").json["items"]
        self.assertEqual([item["state"] for item in items], ["succeeded"] * 3)
        self.assertEqual(self.world.daemons_serving(), [daemon])

    def test_g5_an_interrupt_in_the_middle_says_that_it_has_run(self):
        self.plant(256 * MIB)  # more than is printed before a signal is noticed
        reader, writer = os.pipe()
        process = self.world.start(*RUN, stdout=writer)
        os.close(writer)
        with open(reader, "rb", buffering=0) as pipe:
            pipe.read(MIB)
            process.send_signal(signal.SIGINT)
            while pipe.read(MIB):
                pass

        result = self.world.finish(process)
        self.assertEqual(result.code, 130, f"{result}")
        self.assertIn("has run", result.err)

    @unittest.skipUnless(os.geteuid() == 0, "mounting a file system takes root")
    def test_h3_a_full_disk_loses_the_data_and_not_the_outcome(self):
        results = self.world.home / "results"
        self.world.home.mkdir(mode=0o700, exist_ok=True)
        results.mkdir(mode=0o700)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m,mode=0700", "tmpfs", str(results)], capture_output=True,
                          check=False).returncode != 0:
            self.skipTest("mounting is not allowed here")
        self.addCleanup(subprocess.run, ["umount", "-l", str(results)], check=False)
        self.plant(16 * MIB, times=2)

        record = self.world.run(*RUN, "--output", "envelope", "--json")
        self.assertEqual(record.code, 0, f"{record}")
        self.assertEqual(record.json["state"], "succeeded")
        self.assertIsNone(record.json["data"])
        self.assertGreater(record.json["result_bytes"], 16 * MIB)
        self.assertIn("No space left", record.err)
        self.assertEqual(self.files(), [])

        data = self.world.run(*RUN, "--json")
        self.assert_error(data, "STORAGE_UNAVAILABLE", 12)
        self.assertIn("has run", data.error["message"])
        self.assertEqual(self.last()["state"], "succeeded")

        self.plant(2 * MIB)
        self.assertEqual(len(self.run_ok(*RUN, "--json").json["items"]), 2 * 1024)


if __name__ == "__main__":
    unittest.main()
