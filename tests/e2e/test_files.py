"""Files for arguments, and files of results: what leaves, what comes, and where it is put."""
import hashlib
import json
import os
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.agenta import AgentaTest, wait_until
from tests.support.sandbox import fetch

SEND = "GMAIL_SEND_EMAIL"
GET = "GMAIL_GET_ATTACHMENT"
MAIL = ("execute", SEND, "recipient_email=ann@example.com", "body=hello")


class FilesTest(AgentaTest):
    def setUp(self) -> None:
        super().setUp()
        self.sandbox = self.start_sandbox()
        begun = self.run_ok("connect", "gmail", "--as", "work", "--no-wait", "--json").json
        self.sandbox.approve(begun["redirect_url"])
        self.run_ok("connect", "--resume", begun["id"], "--json")

    def write(self, name: str, content: bytes = b"hello\n") -> Path:
        path = self.world.user_home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def stored(self) -> list[dict]:
        """What the sandbox's storage was told of, in its order."""
        return self.sandbox.control("GET", "files")["items"]

    def plant_file(self, text: str = "result\n", name: str = "report.txt") -> str:
        return self.sandbox.control("POST", "files", {"text": text, "name": name})["items"][-1]["key"]

    def puts(self) -> int:
        return self.sandbox.asked("PUT /storage/{}")

    def spool(self) -> list[Path]:
        folder = self.world.home / "spool"
        return list(folder.iterdir()) if folder.exists() else []


class Uploads(FilesTest):
    def test_f5_a_file_is_sent_once_byte_for_byte(self):
        content = os.urandom(9 << 20)
        path = self.write("photo.bin", content)

        sent = self.run_ok(*MAIL, "--file", f"attachment={path}", "--json").json

        file, = self.stored()
        self.assertEqual((file["name"], file["puts"], file["there"]), ("photo.bin", 1, True))
        self.assertEqual(file["md5"], hashlib.md5(content).hexdigest())
        self.assertEqual(fetch(file["url"]).raw, content)
        self.assertEqual(sent["attachmentList"][0]["attachmentId"], file["key"])
        self.assertEqual(self.sandbox.effects(SEND), 1)
        self.assertEqual(self.spool(), [])

    def test_f5_the_short_form_and_the_pointer_mean_the_same(self):
        path = self.write("notes.csv", b"a,b\n1,2\n")

        self.run_ok(*MAIL, f"attachment@{path}", "--json")
        self.run_ok(*MAIL, "--file", f"/attachment={path}", "--json")

        self.assertEqual([(each["name"], each["mimetype"]) for each in self.stored()], [("notes.csv", "text/csv")] * 2)

    def test_f5_an_empty_file_is_a_file(self):
        self.run_ok(*MAIL, "--file", f"attachment={self.write('empty.txt', b'')}", "--json")

        self.assertEqual([(each["size"], each["there"]) for each in self.stored()], [(0, True)])

    def test_f5_a_dry_run_sends_nothing(self):
        path = self.write("notes.txt")

        shown = self.run_ok(*MAIL, f"attachment@{path}", "--dry-run", "--json").json

        self.assertEqual(self.stored(), [])
        attachment = shown["arguments"]["attachment"]
        self.assertEqual((attachment["name"], attachment["mimetype"]), ("notes.txt", "text/plain"))

    def test_f5_a_field_that_takes_no_file_names_those_that_do(self):
        result = self.world.run(*MAIL, "--file", f"subject={self.write('notes.txt')}", "--json")

        error = self.assert_error(result, "INVALID_ARGUMENTS", 2)
        self.assertIn("attachment", error["message"])
        self.assertEqual(self.sandbox.requests(SEND), 0)

    def test_f5_a_fault_of_the_storage_is_tried_again_and_the_tool_runs_once(self):
        path = self.write("notes.txt")
        for kind, more in {"reset": {}, "status": {"status": 503}, "lost_reply": {}}.items():
            with self.subTest(kind):
                effects = self.sandbox.effects(SEND)
                self.sandbox.plant(kind, path="/storage", method="PUT", **more)

                self.run_ok(*MAIL, f"attachment@{path}", "--json")

                self.assertEqual(self.sandbox.effects(SEND), effects + 1)

    def test_f5_a_storage_that_stays_away_is_said_and_nothing_ran(self):
        path = self.write("notes.txt")
        self.sandbox.plant("status", path="/storage", method="PUT", status=503, times=100)

        result = self.world.run(*MAIL, f"attachment@{path}", "--json")

        error = self.assert_error(result, "PROVIDER_UNAVAILABLE", 3)
        self.assertEqual(self.sandbox.requests(SEND), 0)
        for text in (result.err, result.out, self.world.log(), json.dumps(error)):
            self.assertNotIn("X-Amz-Signature", text)

    def test_f5_the_same_key_and_file_is_the_same_call(self):
        path = self.write("notes.txt")
        first = self.run_ok(*MAIL, f"attachment@{path}", "--idempotency-key", "k1", "--json").json
        again = self.run_ok(*MAIL, f"attachment@{path}", "--idempotency-key", "k1", "--json").json
        path.write_bytes(b"something else")
        other = self.world.run(*MAIL, f"attachment@{path}", "--idempotency-key", "k1", "--json")

        self.assertEqual(again, first)
        self.assert_error(other, "IDEMPOTENCY_CONFLICT", 7)
        self.assertEqual(self.puts(), 1)

    def test_f5_a_daemon_killed_half_way_leaves_nothing(self):
        self.world.start_daemon()
        begun = self.run_ok("api", "POST", "/api/tools/uploads", "-d", '{"filename":"x.bin","size":10}', "--json").json
        self.run_ok("api", "PUT", f"/api/tools/uploads/{begun['id']}?offset=0", "-d", '"half"', "--json")
        self.world.kill_daemon()

        result = self.world.run("api", "PUT", f"/api/tools/uploads/{begun['id']}?offset=6", "-d", '"rest"', "--json")

        self.assert_error(result, "INVALID_REQUEST", 2)
        self.assertEqual(self.spool(), [])


class Refusals(FilesTest):
    def refused(self, path, code: str = "FORBIDDEN", exit_code: int = 5) -> dict:
        result = self.world.run(*MAIL, "--file", f"attachment={path}", "--json")
        error = self.assert_error(result, code, exit_code)
        self.assertEqual(self.stored(), [], f"{result}")
        self.assertEqual(self.sandbox.requests(SEND), 0)
        return error

    def test_f5_keys_and_credentials_are_not_handed_over(self):
        for name in (".ssh/id_ed25519", ".aws/credentials", ".env", "app/.env.local", ".netrc", "server.pem",
                     ".local/share/keyrings/login.keyring", ".config/gh/hosts.yml"):
            with self.subTest(name):
                error = self.refused(self.write(name))

                self.assertIn("--allow-sensitive-file", error["message"])
                self.assertIn(name.rsplit("/")[-1], error["message"])

    def test_f5_a_link_does_not_lead_round_the_refusal(self):
        key = self.write(".ssh/id_rsa")
        file_link, folder_link = self.world.user_home / "notes.txt", self.world.user_home / "folder"
        file_link.symlink_to(key)
        folder_link.symlink_to(key.parent)

        self.refused(file_link)
        self.refused(folder_link / "id_rsa")
        (self.world.user_home / "x").mkdir()
        self.refused(f"{self.world.user_home}/x/../.ssh/id_rsa")

    def test_f5_our_own_files_are_not_handed_over(self):
        self.run_ok("history", "--json")

        self.refused(self.world.home / "tools.db")

    def test_f5_the_override_is_said_outright(self):
        path = self.write(".env", b"A=1\n")

        self.run_ok(*MAIL, "--file", f"attachment={path}", "--allow-sensitive-file", "--json")

        self.assertEqual([each["size"] for each in self.stored()], [4])

    def test_f5_only_ordinary_files_are_read(self):
        fifo = self.world.user_home / "pipe"
        os.mkfifo(fifo)

        for path in (fifo, "/dev/zero", self.world.user_home, self.world.user_home / "missing"):
            with self.subTest(path):
                self.refused(path, "USAGE", 2)

    def test_f5_a_file_over_the_limit_is_refused_unread(self):
        path = self.write("large.bin", b"")
        os.truncate(path, (100 << 20) + 1)

        error = self.refused(path, "USAGE", 2)

        self.assertIn("large.bin", error["message"])

    def test_f5_a_file_that_shrinks_while_it_is_read_is_not_sent(self):
        self.run_ok("config", "set", "daemon.log_level", "debug")
        self.run_ok("daemon", "restart", "--json")
        path = self.write("shrinking.bin", b"x" * (96 << 20))
        process = self.world.start(*MAIL, "--file", f"attachment={path}", "--json")
        wait_until(lambda: "/api/tools/uploads/" in self.world.log(), what="the first piece of the file")
        os.truncate(path, 10)

        result = self.world.finish(process)

        error = self.assert_error(result, "USAGE", 2)
        self.assertIn("changed while it was read", error["message"])
        self.assertEqual(self.sandbox.requests(SEND), 0)

    def test_f5_a_url_never_leads_into_this_machine_or_its_network(self):
        port = urlsplit(self.sandbox.url).port
        hosts = ("127.0.0.1", "localhost", "foo.localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0.0.0.0",
                 "[::1]", "[::ffff:127.0.0.1]", "[::]", "169.254.169.254", "10.0.0.1", "192.168.1.1", "172.16.0.1", "[fd00::1]",
                 "[fe80::1]")
        for host in hosts:
            with self.subTest(host):
                result = self.world.run("--timeout", "5s", *MAIL, "--file", f"attachment=http://{host}:{port}/storage/x", "--json")

                self.assertIn(result.error["code"], ("FORBIDDEN", "PROVIDER_UNAVAILABLE"), f"{result}")
                self.assertIn(result.code, (5, 3))
        self.assertEqual(self.sandbox.asked("GET /storage/{}"), 0)

    def test_f5_only_the_web_is_fetched_from(self):
        for url in ("file:///etc/hostname", "ftp://example.com/x", "gopher://127.0.0.1/x"):
            with self.subTest(url):
                self.refused(url, "USAGE", 2)
        self.refused("https://user:pass@example.com/x", "INVALID_REQUEST", 2)


class Downloads(FilesTest):
    def setUp(self) -> None:
        super().setUp()
        self.folder = self.world.user_home / "results"

    def download(self, key: str, name: str = "report.txt", *more):
        return self.world.run("execute", GET, "message_id=m", f"attachment_id={key}", f"file_name={name}", "--download",
                              self.folder, "--json", *more)

    def listing(self) -> list[str]:
        return sorted(each.name for each in self.folder.iterdir())

    def test_f5_a_result_file_is_saved_and_named_in_the_result(self):
        result = self.download(self.plant_file("hello\n"))

        self.assertEqual(result.code, 0, f"{result}")
        file = result.json["file"]
        self.assertEqual(file["uri"], str(self.folder / "report.txt"))
        self.assertTrue(file["file_downloaded"])
        self.assertTrue(file["s3url"].startswith(self.sandbox.url))
        self.assertEqual(Path(file["uri"]).read_text(), "hello\n")
        self.assertEqual(Path(file["uri"]).stat().st_mode & 0o777, 0o600)
        self.assertNotIn("X-Amz-Signature", self.world.log() + result.err)

    def test_f5_the_record_has_it_too(self):
        result = self.download(self.plant_file(), "report.txt", "--output", "envelope")

        self.assertEqual(result.json["data"]["file"]["uri"], str(self.folder / "report.txt"))

    def test_f5_the_directory_is_made_with_those_above_it(self):
        self.folder = self.world.user_home / "some" / "where"

        self.assertEqual(self.download(self.plant_file()).code, 0)

        self.assertEqual(self.listing(), ["report.txt"])

    def test_f5_nothing_is_overwritten(self):
        self.folder.mkdir()
        (self.folder / "report.txt").write_text("mine")

        for text in ("one", "two"):
            self.assertEqual(self.download(self.plant_file(text)).code, 0)

        self.assertEqual(self.listing(), ["report (2).txt", "report (3).txt", "report.txt"])
        self.assertEqual((self.folder / "report.txt").read_text(), "mine")
        self.assertEqual((self.folder / "report (3).txt").read_text(), "two")

    def test_f5_a_link_in_the_directory_is_not_followed(self):
        self.folder.mkdir()
        target = self.world.user_home / "target"
        (self.folder / "report.txt").symlink_to(target)

        self.assertEqual(self.download(self.plant_file()).code, 0)

        self.assertFalse(target.exists())

    def test_f5_no_name_leads_out_of_the_directory(self):
        key = self.plant_file()
        for name, saved in {"../../x": "x", "/etc/passwd": "passwd", ".bashrc": "bashrc", "..": "file", "-rf": "_rf",
                            "a\u202egpj.exe": "agpj.exe", "a\nb\x1b[31m": "ab[31m"}.items():
            with self.subTest(name):
                result = self.download(key, name)

                self.assertEqual(result.code, 0, f"{result}")
                self.assertEqual(Path(result.json["file"]["uri"]), self.folder / saved)
        self.assertFalse((self.world.user_home.parent / "x").exists())

    def test_f5_a_transfer_that_breaks_off_goes_on_where_it_was(self):
        text = "".join(f"line {n}\n" for n in range(200_000))
        key = self.plant_file(text)
        self.sandbox.plant("truncated", path="/storage", method="GET", times=2)

        result = self.download(key)

        self.assertEqual(result.code, 0, f"{result}")
        self.assertEqual((self.folder / "report.txt").read_text(), text)
        self.assertEqual(self.sandbox.asked("GET /storage/{}"), 3)

    def test_f5_a_transfer_that_never_ends_well_leaves_nothing_and_says_that_it_ran(self):
        key = self.plant_file()
        self.sandbox.plant("status", path="/storage", method="GET", status=500, times=100)

        result = self.download(key)

        error = self.assert_error(result, "PROVIDER_UNAVAILABLE", 3)
        self.assertIn("the tool has run", error["message"])
        self.assertEqual(error["retryable"], "unknown")
        self.assertEqual(error["context"]["data"]["file"]["name"], "report.txt")
        self.assertNotIn("X-Amz-Signature", result.err + self.world.log())
        self.assertEqual(self.listing(), [])

    def test_f5_the_directory_is_checked_before_anything_runs(self):
        self.write("results", b"a file")

        result = self.download(self.plant_file())

        self.assert_error(result, "USAGE", 2)
        self.assertEqual(self.sandbox.requests(GET), 0)

    def test_f5_only_what_a_result_names_is_fetched(self):
        key = self.plant_file()
        self.assertEqual(self.download(key).code, 0)
        id = self.run_ok("history", "--json").json["items"][0]["id"]

        for body in ({"execution_id": id, "pointer": "/other"}, {"execution_id": id, "pointer": ""},
                     {"execution_id": "0192f000-0000-7000-8000-000000000000", "pointer": "/file"}):
            with self.subTest(body):
                result = self.world.run("api", "POST", "/api/tools/downloads", "-d", json.dumps(body), "--json")

                self.assertIn(result.code, (2, 6), f"{result}")
        self.assertEqual(self.sandbox.asked("GET /storage/{}"), 1)
