"""The journal as a whole: finding in it, taking it out, noticing that it was altered, dropping what is old, running
something again."""
import json
import os
import shutil
import sqlite3
import subprocess
import unittest
from pathlib import Path

from tests.e2e.test_execute import READ, WRITE, ExecuteTest
from tests.support.agenta import AgentaTest, wait_until
from tests.support.sandbox import ISSUE, ISSUES
from tests.e2e.test_store import mount

# Word for word what agenta-tools(1) gives to people who want to check the chain without us.
CHECK_CHAIN = r"""
agenta-tools history export --chain |
  jq -r '.seq, .hash, .record, (.record | fromjson | .prev)' | {
    seq=0 head=0000000000000000000000000000000000000000000000000000000000000000
    while read -r n && read -r hash && IFS= read -r record && read -r prev; do
      seq=$((seq + 1))
      sum=$(printf %s "$record" | sha256sum)
      if [ "$n" != "$seq" ] || [ "$prev" != "$head" ] || [ "${sum%% *}" != "$hash" ]; then
        echo "the chain is broken at record $n"; exit 1
      fi
      head=$hash
    done
    echo "$seq records, head $head"
  }
"""
CHECK_ROWS = r"""
agenta-tools history export --chain |
  jq -r '.record | fromjson | select(.event == "settled") | [.id, .tool, .connection, .state, .at] | @tsv' | sort > chain.tsv
agenta-tools history export |
  jq -r 'select(.finished_at) | [.id, .tool, .connection.id, .state, .finished_at] | @tsv' | sort > rows.tsv
diff chain.tsv rows.tsv
"""


CHECK_FILES = r"""
agenta-tools history export --chain |
  jq -r '.record | fromjson | select(.result_file_sha256) |
         [.result_file_sha256, .result_file.path] | join("  ")' |
  sha256sum --check --ignore-missing --quiet
"""


class HistoryTest(ExecuteTest):
    def run_some(self, count: int = 3) -> list[str]:
        for number in range(count):
            self.run_ok("execute", ISSUE, "owner=o", "repo=r", f"title=number {number}", "--json")
        return [row["id"] for row in self.history()]

    def stop(self) -> None:
        self.run_ok("daemon", "stop")

    def change(self, *statements: str) -> None:
        """Alters the database of a stopped daemon, as somebody would."""
        self.stop()
        with sqlite3.connect(self.world.database()) as database:
            for statement in statements:
                database.execute(statement)
        database.close()

    def shell(self, script: str) -> subprocess.CompletedProcess:
        return subprocess.run(["sh", "-c", script], env=self.world.environ(), cwd=self.world.user_home, capture_output=True,
                              text=True, check=False, timeout=120)

    def lines(self, *flags) -> list[dict]:
        return [json.loads(line) for line in self.run_ok("history", "export", *flags).out.splitlines()]

    def verify(self, *flags):
        return self.world.run("history", "verify", "--json", *flags)

    def whats(self) -> str:
        error = self.assert_error(self.verify(), "JOURNAL_ALTERED", 1)
        return "\n".join(f"{each['execution_id']} {each['what']}" for each in error["context"]["findings"])


class Finding(HistoryTest):
    def test_filters_let_through_what_they_name(self):
        self.run_ok(*WRITE, "--json")
        self.run_ok(*READ, "--json")
        self.world.run("execute", ISSUE, "owner=o", "--json")

        def tools(*flags):
            return [row["tool"] for row in self.run_ok("history", *flags, "--json").json["items"]]

        self.assertEqual(tools("--tool", ISSUES), [ISSUES])
        self.assertEqual(tools("--state", "refused"), [ISSUE])
        self.assertEqual(tools("-c", "work", "--state", "succeeded"), [ISSUES, ISSUE])
        self.assertEqual(tools("--since", "1h"), [ISSUE, ISSUES, ISSUE])
        self.assertEqual(tools("--since", "2999-01-01T00:00:00Z"), [])
        self.assertEqual(tools("--until", "1h"), [])
        self.assertEqual(tools("--trace", "0" * 32), [])
        self.assert_error(self.world.run("history", "--session", "none", "--json"), "SESSION_NOT_FOUND", 6)

    def test_a_value_that_is_none_is_an_error(self):
        for flag, value in {"--state": "done", "--since": "yesterday", "--until": "2", "--batch": "b1", "--trace": "xyz",
                            "--cursor": "x"}.items():
            with self.subTest(flag):
                result = self.world.run("history", flag, value, "--json")

                self.assertEqual(result.code, 2, f"{result}")
                self.assertTrue(result.error["message"])

    def test_show_tells_where_an_execution_belongs_and_what_was_not_kept(self):
        self.run_ok("execute", ISSUE, "owner=o", "repo=r", "title=t", "--json")
        row = self.history()[0]

        shown = self.run_ok("history", "show", row["id"], "--json").json
        self.assertEqual(shown["attempts"], 1)
        self.assertFalse(shown["forgotten"])
        self.assertGreater(shown["result_bytes"], 0)
        self.world.terminal("history", "show", row["id"], "--no-pager").expect(r"result +\d+ bytes")


class Export(HistoryTest):
    def test_every_record_comes_whole_and_newest_first(self):
        ids = self.run_some()

        lines = self.lines("--results")

        self.assertEqual([line["id"] for line in lines], ids)
        self.assertEqual(lines[0]["arguments"]["title"], "number 2")
        self.assertTrue(lines[0]["data"])
        self.assertEqual([line["data"] for line in self.lines()], [None] * 3)
        self.assertEqual(len(self.lines("--tool", ISSUES)), 0)

    def test_a_file_is_private_and_whole_or_not_there(self):
        self.run_some(1)
        file = self.world.root / "out.ndjson"

        file.write_text("of before")
        self.run_ok("history", "export", "-o", file)
        failed = self.world.run("history", "export", "-o", self.world.root / "no" / "where", "--json")

        self.assertEqual(len(file.read_text().splitlines()), 1)
        self.assertEqual(file.stat().st_mode & 0o777, 0o600)
        self.assert_error(failed, "USAGE", 2)
        self.assertEqual([p.name for p in self.world.root.glob("*out.ndjson*")], ["out.ndjson"])

    def test_a_reader_that_leaves_ends_it(self):
        self.run_some(1)

        result = self.shell("agenta-tools history export --chain | head -n 1 | jq -r .seq")

        self.assertEqual(result.stdout, "1\n", result.stderr)


class Chain(HistoryTest):
    def test_what_ran_is_as_it_was_recorded(self):
        self.run_some()
        self.world.run("execute", ISSUE, "owner=o", "--json")

        report = self.verify().json

        self.assertTrue(report["intact"], report)
        self.assertEqual(report["executions"], 4)
        self.assertEqual(report["records"], 8)
        self.assertEqual(self.verify("--head", report["head"]).code, 0)

    def test_killed_in_the_middle_it_is_whole(self):
        self.sandbox.plant("delay", tool=ISSUE, delay_ms=30_000)
        running = self.world.start(*WRITE)
        wait_until(lambda: self.sandbox.requests() == 1, 10, "the request's arrival")
        self.world.kill_daemon()
        running.kill()

        self.assertTrue(self.verify().json["intact"])
        self.assertEqual(self.history()[0]["state"], "unknown")

    def test_an_edit_is_found_and_named(self):
        ids = self.run_some()
        self.change(f"UPDATE executions SET state = 'failed' WHERE id = '{ids[1]}'",
                    f"UPDATE executions SET data = '{{}}' WHERE id = '{ids[2]}'")

        found = self.whats()

        self.assertIn(f"{ids[1]} is not as it was recorded: state", found)
        self.assertIn(f"{ids[2]} is not as it was recorded: result_sha256", found)
        self.assertNotIn(ids[0], found)

    def test_a_removal_is_found(self):
        ids = self.run_some()
        self.change(f"DELETE FROM executions WHERE id = '{ids[1]}'")

        self.assertIn(f"{ids[1]} was removed", self.whats())

    def test_a_swap_is_found(self):
        ids = self.run_some()
        self.change("UPDATE executions SET seq = 99 WHERE seq = 1", "UPDATE executions SET seq = 1 WHERE seq = 3",
                    "UPDATE executions SET seq = 3 WHERE seq = 99")

        found = self.whats()

        self.assertIn(f"{ids[0]} is not where it was", found)
        self.assertIn(f"{ids[2]} is not where it was", found)

    def test_an_end_that_is_gone_is_found_by_a_head_that_was_noted(self):
        ids = self.run_some()
        head = self.verify().json["head"]
        self.change(f"DELETE FROM executions WHERE id = '{ids[0]}'", "DELETE FROM journal_chain WHERE seq > 5")

        self.assertEqual(self.verify().code, 0)
        self.assert_error(self.verify("--head", head), "JOURNAL_ALTERED", 1)

    @unittest.skipUnless(shutil.which("jq") and shutil.which("sha256sum"), "jq or sha256sum is not installed")
    def test_the_chain_is_checked_by_jq_and_sha256sum_alone(self):
        self.run_some()
        whole = self.shell(CHECK_CHAIN)
        self.assertEqual(whole.returncode, 0, whole.stderr)
        self.assertEqual(whole.stdout, f"7 records, head {self.verify().json['head']}\n")
        self.stop()
        kept = self.world.database().read_bytes()

        for change in ("UPDATE journal_chain SET record = replace(record, 'sent', 'SENT') WHERE seq = 4",
                       "DELETE FROM journal_chain WHERE seq = 4"):
            self.change(change)
            with self.subTest(change):
                broken = self.shell(CHECK_CHAIN)
                self.assertEqual(broken.returncode, 1, broken.stdout)
                self.assertRegex(broken.stdout, "broken at record [45]")
            self.stop()
            self.world.database().write_bytes(kept)
        self.change("UPDATE journal_chain SET seq = 99 WHERE seq = 3", "UPDATE journal_chain SET seq = 3 WHERE seq = 5",
                    "UPDATE journal_chain SET seq = 5 WHERE seq = 99")
        self.assertIn("broken at record 3", self.shell(CHECK_CHAIN).stdout)

    @unittest.skipUnless(shutil.which("jq"), "jq is not installed")
    def test_the_rows_are_compared_with_the_chain_by_jq_alone(self):
        ids = self.run_some()
        same = self.shell(CHECK_ROWS)
        self.assertEqual((same.returncode, same.stdout), (0, ""), same.stderr)

        self.change(f"UPDATE executions SET state = 'failed' WHERE id = '{ids[1]}'",
                    f"DELETE FROM executions WHERE id = '{ids[2]}'")

        differs = self.shell(CHECK_ROWS)
        self.assertEqual(differs.returncode, 1)
        self.assertIn(f"< {ids[2]}", differs.stdout)
        self.assertIn(f"> {ids[1]}\t{ISSUE}\t{self.connection['id']}\tfailed", differs.stdout)


class LargeResults(HistoryTest):
    def setUp(self):
        super().setUp()
        self.directory = self.world.home / "results"

    def run_large(self, count: int = 1) -> list[str]:
        self.sandbox.plant("large_result", tool=ISSUES, bytes=2 << 20, times=count)
        for _ in range(count):
            self.run_ok(*READ, "--output", "envelope", "--json")
        return [row["id"] for row in self.history()]

    def file(self, id: str) -> Path:
        return self.directory / f"{id}.json"

    def test_a_file_that_was_edited_cut_or_removed_is_found(self):
        edited, cut, removed, whole = self.run_large(4)
        self.assertTrue(self.verify().json["intact"])
        with open(self.file(edited), "r+b") as file:
            file.seek(1 << 20)
            file.write(b"y")
        os.truncate(self.file(cut), 1 << 20)
        self.file(removed).unlink()

        found = self.whats()

        self.assertIn(f"{edited} the file of its result is not as it was written", found)
        self.assertIn(f"{cut} the file of its result is not as it was written", found)
        self.assertIn(f"{removed} the file of its result is gone", found)
        self.assertNotIn(whole, found)

    def test_an_edit_of_where_it_lies_is_found(self):
        [id] = self.run_large()
        for column, value in {"result_file": "'/etc/passwd'", "result_offset": "9", "result_size": "4",
                              "result_bytes": "4"}.items():
            with self.subTest(column):
                self.stop()
                kept = self.world.database().read_bytes()
                self.change(f"UPDATE executions SET {column} = {value}")
                self.assertIn(f"{id} is not as it was recorded", self.whats())
                self.stop()
                self.world.database().write_bytes(kept)
        self.assertTrue(self.verify().json["intact"])

    def test_what_the_quota_dropped_has_a_record(self):
        first, = self.run_large()
        config = self.world.user_home / ".config" / "agenta-tools" / "config.toml"
        config.parent.mkdir(parents=True, exist_ok=True)
        config.write_text("[history]\nresults_quota = 3000000\n")
        self.run_ok("daemon", "restart")
        os.utime(self.file(first), (1, 1))

        self.run_large()

        self.assertFalse(self.file(first).exists())
        self.assertTrue(self.verify().json["intact"])

    @unittest.skipUnless(shutil.which("jq") and shutil.which("sha256sum"), "jq or sha256sum is not installed")
    def test_the_files_are_compared_with_the_chain_by_jq_and_sha256sum_alone(self):
        edited, removed, _ = self.run_large(3)
        self.file(removed).unlink()
        same = self.shell(CHECK_FILES)
        self.assertEqual((same.returncode, same.stdout), (0, ""), same.stderr)

        os.truncate(self.file(edited), 1 << 20)

        differs = self.shell(CHECK_FILES)
        self.assertEqual(differs.returncode, 1)
        self.assertIn(str(self.file(edited)), differs.stdout)


class Redaction(HistoryTest):
    def configure(self, text: str) -> None:
        config = self.world.user_home / ".config" / "agenta-tools" / "config.toml"
        config.parent.mkdir(parents=True, exist_ok=True)
        config.write_text(text)
        self.run_ok("daemon", "restart")

    def test_what_a_rule_names_is_given_to_the_caller_and_not_kept(self):
        self.configure('[history]\nredact = "GITHUB_*:/title, /body"\n')

        given = self.run_ok("execute", ISSUE, "owner=o", "repo=r", "title=canary", "body=canary", "--json")

        row = self.run_ok("history", "show", self.history()[0]["id"], "--json").json
        self.assertIn("canary", given.out)
        self.assertEqual(row["arguments"]["title"], "[redacted]")
        self.assertEqual(row["arguments"]["body"], "[redacted]")
        self.assertEqual(row["arguments"]["owner"], "o")
        self.assertEqual(row["data"].get("title"), "[redacted]")
        self.assertTrue(self.verify().json["intact"])

    def test_a_rule_that_is_none_is_refused(self):
        for value in ("body", "GITHUB:body", "/", "A B:/x", ":/x"):
            with self.subTest(value):
                self.assertEqual(self.world.run("config", "set", "history.redact", value, "--json").code, 2)


class Cleaning(HistoryTest):
    def test_gc_says_what_it_would_drop_then_drops_it_and_the_row_stays(self):
        ids = self.run_some()

        would = self.run_ok("history", "gc", "--older-than", "0s", "--dry-run", "--json").json
        before = self.run_ok("history", "show", ids[0], "--json").json
        did = self.run_ok("history", "gc", "--older-than", "0s", "--yes", "--json").json
        after = self.run_ok("history", "show", ids[0], "--json").json

        self.assertEqual(would["executions"], 3)
        self.assertTrue(before["data"])
        self.assertEqual((did["executions"], did["bytes"]), (3, would["bytes"]))
        self.assertTrue(after["forgotten"])
        self.assertIsNone(after["data"])
        self.assertEqual(after["state"], "succeeded")
        self.assertTrue(self.verify().json["intact"])
        self.assertEqual(self.run_ok("history", "gc", "--json").json["executions"], 0)

    def test_dropping_more_than_the_settings_say_needs_a_yes(self):
        [only] = self.run_some(1)

        result = self.world.run("history", "gc", "--older-than", "0s", "--json")

        self.assert_error(result, "INPUT_NEEDED", 14)
        self.assertTrue(self.run_ok("history", "show", only, "--json").json["data"])

    def test_the_files_of_large_results_go_with_the_rest(self):
        self.sandbox.plant("large_result", tool=ISSUES, bytes=2 << 20)
        self.run_ok(*READ, "--output", "envelope", "--json")
        files = self.world.home / "results"
        self.assertEqual(len(list(files.iterdir())), 1)

        did = self.run_ok("history", "gc", "--older-than", "0s", "--yes", "--json").json

        self.assertEqual(did["files"], 1)
        self.assertEqual(list(files.iterdir()), [])
        self.assertTrue(self.verify().json["intact"])

    def test_what_is_older_than_the_settings_keep_goes_by_itself(self):
        config = self.world.user_home / ".config" / "agenta-tools" / "config.toml"
        config.parent.mkdir(parents=True, exist_ok=True)
        config.write_text('[history]\nkeep_for = "1s"\n')
        [only] = self.run_some(1)
        self.run_ok("daemon", "restart")

        def dropped():
            with sqlite3.connect(f"file:{self.world.database()}?mode=ro", uri=True) as database:
                return database.execute("SELECT arguments FROM executions").fetchall() == [("",)]

        wait_until(dropped, 20, "the daemon's own cleaning")
        self.assertTrue(self.run_ok("history", "show", only, "--json").json["forgotten"])
        self.assertTrue(self.verify().json["intact"])


    def test_of_more_runs_than_the_settings_keep_the_newest_stay(self):
        config = self.world.user_home / ".config" / "agenta-tools" / "config.toml"
        config.parent.mkdir(parents=True, exist_ok=True)
        ids = self.run_some(4)
        config.write_text("[history]\nkeep_rows = 3\nkeep_for = \"0s\"\n")
        self.run_ok("daemon", "restart")

        def dropped():
            with sqlite3.connect(f"file:{self.world.database()}?mode=ro", uri=True) as database:
                return database.execute("SELECT id FROM executions WHERE arguments = ''").fetchall() == [(ids[3],)]

        wait_until(dropped, 20, "the daemon's own cleaning")
        self.run_some(1)
        did = self.run_ok("history", "gc", "--json").json

        self.assertEqual(did["executions"], 1)
        self.assertEqual([line["forgotten"] for line in self.lines()], [False] * 3 + [True] * 2)
        self.assertTrue(self.verify().json["intact"])


class Parts(HistoryTest):
    def test_a_part_of_an_id_names_an_execution_as_the_table_shows_it(self):
        ids = self.run_some(3)
        table = self.world.terminal("history", "list", "--no-pager", columns=80)
        self.assertEqual(table.end(), 0, table.text)

        for id in ids:
            self.assertIn(id[-12:], table.text)
            for part in (id[-12:], id[:18], id.replace("-", "")[:16].upper()):
                shown = self.run_ok("history", "show", part, "--json").json
                self.assertEqual(shown["id"], id, part)
        self.run_ok("history", "result", ids[0][-12:], "-o", self.world.root / "result")
        self.assertEqual(self.run_ok("history", "replay", ids[0][-12:], "--dry-run", "--json").json["execution_id"], ids[0])

    def test_a_part_of_several_ids_is_refused_with_all_of_them(self):
        chosen = [f"0193a1b2-c3d4-7e5f-8a9b-{number:012x}" for number in (1, 2)]
        for id in chosen:
            self.run_ok("api", "POST", "/api/tools/executions", "-d",
                        json.dumps({"id": id, "tool": ISSUES, "arguments": {"owner": "o", "repo": "r"}}))

        error = self.assert_error(self.world.run("history", "show", chosen[0][:13], "--json"), "EXECUTION_AMBIGUOUS", 7)

        self.assertEqual({item["id"] for item in error["context"]["items"]}, set(chosen))
        self.assertEqual(self.run_ok("history", "show", chosen[0][-12:], "--json").json["id"], chosen[0])
        self.assert_error(self.world.run("history", "show", "0193a1b2-c3d5", "--json"), "EXECUTION_NOT_FOUND", 6)


class Replay(HistoryTest):
    def test_a_dry_run_prints_what_would_be_typed_and_runs_nothing(self):
        [id] = self.run_some(1)

        command = self.run_ok("history", "replay", id, "--dry-run", "--json").json["command"]

        self.assertEqual(command[:6], ["agenta-tools", "execute", ISSUE, "-c", "work", "-d"])
        self.assertEqual(json.loads(command[6])["title"], "number 0")
        self.assertEqual(self.sandbox.effects(), 1)

    def test_a_yes_runs_it_as_a_new_execution(self):
        [id] = self.run_some(1)

        unasked = self.world.run("history", "replay", id, "--json")
        result = self.run_ok("history", "replay", id, "--yes", "--json").json

        self.assert_error(unasked, "INPUT_NEEDED", 14)
        self.assertTrue(result)
        self.assertEqual(self.sandbox.effects(), 2)
        rows = self.lines()
        self.assertEqual(len(rows), 2)
        self.assertEqual(rows[0]["arguments"], rows[1]["arguments"])

    def test_a_raw_request_is_not_run_again_as_a_tool(self):
        self.run_ok("proxy", "github", "POST", "/_echo", "-d", "{}")
        [row] = self.history()

        for flag in ("--dry-run", "--yes"):
            self.assert_error(self.world.run("history", "replay", row["id"], flag, "--json"), "UNSUPPORTED", 2)
        self.assertEqual(len(self.history()), 1)

    def test_what_was_forgotten_or_redacted_is_not_run_again(self):
        config = self.world.user_home / ".config" / "agenta-tools" / "config.toml"
        config.parent.mkdir(parents=True, exist_ok=True)
        config.write_text('[history]\nredact = "/body"\n')
        self.run_ok("daemon", "restart")
        self.run_ok("execute", ISSUE, "owner=o", "repo=r", "title=t", "body=b", "--json")
        [id] = [row["id"] for row in self.history()]

        redacted = self.world.run("history", "replay", id, "--yes", "--json")
        self.run_ok("history", "gc", "--older-than", "0s", "--yes")
        forgotten = self.world.run("history", "replay", id, "--yes", "--json")

        self.assertIn("/body", self.assert_error(redacted, "INVALID_REQUEST", 2)["message"])
        self.assertIn("forgotten", self.assert_error(forgotten, "INVALID_REQUEST", 2)["message"])
        self.assertEqual(self.sandbox.effects(), 1)


class FullDisk(AgentaTest):
    @unittest.skipUnless(os.geteuid() == 0, "mounting a file system takes root")
    def test_h3_on_a_full_disk_no_half_rows_reads_go_on_and_it_passes_by_itself(self):
        self.world.home.mkdir(mode=0o700)
        if not mount(self.world.home, "size=2m", "mode=0700"):
            self.skipTest("mounting is not allowed here")
        self.addCleanup(subprocess.run, ["umount", "-l", str(self.world.home)], check=False)
        sandbox = self.start_sandbox()
        self.connect_github(sandbox)
        self.run_ok(*WRITE, "--json")
        pid = self.world.daemon_pid()
        ballast = Path(self.world.home) / "ballast"
        with open(ballast, "wb", buffering=0) as file:
            try:
                while file.write(b"x" * 4096):
                    pass
            except OSError:
                pass

        results = [self.world.run("execute", ISSUE, "owner=o", "repo=r", f"title={'x' * 4000}", "--json") for _ in range(4)]

        self.assert_error(results[-1], "STORAGE_UNAVAILABLE", 12)
        self.assertGreaterEqual(len(self.run_ok("history", "--json").json["items"]), 1)
        self.assertEqual(self.world.run("history", "verify", "--json").code, 0)
        self.assertEqual(self.world.run("history", "gc", "--older-than", "0s", "--yes", "--json").code in (0, 12), True)
        ballast.unlink()
        self.run_ok(*WRITE, "--json")
        self.assertTrue(self.run_ok("history", "verify", "--json").json["intact"])
        self.assertEqual(self.world.daemon_pid(), pid)


if __name__ == "__main__":
    unittest.main()
