"""`mcp install`: the configuration of other programs, read back by parsers that know nothing of ours."""
import errno
import fcntl
import json
import os
import re
import resource
import signal
import stat
import subprocess
import tomllib
import unittest

from tests.support import seccomp
from tests.support.agenta import BIN, AgentaTest, seconds, wait_until

CLIENTS = ["claude-code", "codex", "gemini", "opencode", "cursor", "vscode", "goose", "copilot"]
USER = {
    "claude-code": ".claude.json", "codex": ".codex/config.toml", "gemini": ".gemini/settings.json",
    "opencode": ".config/opencode/opencode.json", "cursor": ".cursor/mcp.json", "vscode": ".config/Code/User/mcp.json",
    "goose": ".config/goose/config.yaml", "copilot": ".copilot/mcp-config.json",
}
PROJECT = {
    "claude-code": ".mcp.json", "codex": ".codex/config.toml", "gemini": ".gemini/settings.json", "opencode": "opencode.json",
    "cursor": ".cursor/mcp.json", "vscode": ".vscode/mcp.json",
}
CONTAINER = {"claude-code": "mcpServers", "gemini": "mcpServers", "opencode": "mcp", "cursor": "mcpServers", "vscode": "servers", "copilot": "mcpServers"}
PLAIN = {
    "json": '{\n\t"theme": "dark",\n\t"%s": {\n\t\t"other": {\n\t\t\t"command": "x"\n\t\t}\n\t}\n}\n',
    "toml": '# mine\r\nmodel = "gpt" # why\r\n\r\n[mcp_servers.other]\r\ncommand = "x"\r\n',
    "yaml": "GOOSE_MODEL: gpt # why\n\nextensions:\n    other: # mine\n        cmd: x\n        type: stdio\n# end\n",
}


def form(client: str) -> str:
    return {"codex": "toml", "goose": "yaml"}.get(client, "json")


def plain(client: str) -> bytes:
    text = PLAIN[form(client)]
    return (text % CONTAINER[client] if form(client) == "json" else text).encode()


def command_in(client: str, data: bytes) -> list[str]:
    """The command line that the client would start."""
    if client == "codex":
        entry = tomllib.loads(data.decode())["mcp_servers"]["agenta"]
    elif client == "goose":
        block = re.search(r"^( +)agenta:\n((?:\1 +.*\n|\1 +- .*\n)+)", data.decode(), re.M).group(2)
        unquote = lambda text: json.loads(text) if text.startswith('"') else text
        return [unquote(re.search(r"cmd: (.*)", block).group(1)), *(unquote(item) for item in re.findall(r"- (.*)", block))]
    else:
        entry = json.loads(data)[CONTAINER[client]]["agenta"]
    if client == "opencode":
        return entry["command"]
    return [entry["command"], *entry["args"]]


def environment_in(client: str, data: bytes) -> dict[str, str]:
    """The variables that the client would start it with."""
    if client == "codex":
        return tomllib.loads(data.decode())["mcp_servers"]["agenta"].get("env", {})
    if client == "goose":
        block = re.search(r"^    envs:(.*)\n((?:      .*\n)*)", data.decode(), re.M)
        if block.group(1).strip():
            return json.loads(block.group(1))
        return dict(line.strip().split(": ", 1) for line in block.group(2).splitlines())
    entry = json.loads(data)[CONTAINER[client]]["agenta"]
    return entry.get("environment" if client == "opencode" else "env", {})


class Installs(AgentaTest):
    def file(self, client: str):
        return self.world.user_home / USER[client]

    def install(self, client: str, *args, **options) -> dict:
        return self.run_ok("mcp", "install", client, *args, "--json", **options).json

    def everything(self) -> list[str]:
        """What is in the user's home, directories too, but for this program's own."""
        found = (each.relative_to(self.world.user_home).as_posix() for each in self.world.user_home.rglob("*"))
        return sorted(each for each in found if "agenta-tools" not in each and each != ".local" and not each.startswith(".local/"))

    def given(self, client: str, data: bytes):
        file = self.file(client)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        return file


class Every(Installs):
    def test_makes_the_file_where_there_is_none_and_takes_it_away_again(self):
        for client in CLIENTS:
            with self.subTest(client):
                done = self.install(client, "--tools", "github,SLACK_*")

                file = self.file(client)
                self.assertEqual((done["state"], done["file"]), ("written", str(file)))
                expected = [str((BIN / "agenta-tools").resolve()), "mcp", "--tools", "github,SLACK_*"]
                self.assertEqual(done["command"], expected)
                self.assertEqual(command_in(client, file.read_bytes()), expected)
                self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)
                self.assertEqual(self.install(client, "--uninstall")["state"], "removed")
                self.assertFalse(file.exists())
                self.assertEqual(self.install(client, "--uninstall")["state"], "absent")
        self.assertEqual(self.everything(), [".config"] if ".config" in self.everything() else [])

    def test_starts_no_daemon_where_there_are_no_names_to_ask_about(self):
        for client in CLIENTS:
            self.install(client, "--meta")
            self.install(client, "--uninstall")
        self.assertEqual(self.world.daemons(), [])

    def test_writes_nothing_of_what_nobody_knows(self):
        self.start_sandbox()
        for names, code, nearest in (("gihub", "INTEGRATION_NOT_FOUND", "github"), ("github,GITHUB_CREATE_AN_ISSU", "TOOL_NOT_FOUND", "GITHUB_CREATE_AN_ISSUE"),
                                     ("NOTHING_*", "TOOL_NOT_FOUND", "NOTHING_")):
            with self.subTest(names):
                for flags in ([], ["--dry-run"], ["--print"]):
                    error = self.assert_error(self.world.run("mcp", "install", "cursor", "--tools", names, *flags, "--json"), code, 6)
                    self.assertIn(nearest, error["message"])
        self.assert_error(self.world.run("mcp", "install", "cursor", "--tools", "github", "--connection", "github=nobody", "--json"),
                          "CONNECTION_NOT_FOUND", 6)
        self.assertFalse(self.file("cursor").exists())

        self.assertEqual(self.install("cursor", "--tools", "github,SLACK_*")["state"], "written")
        self.assertEqual(self.run_ok("session", "list", "--all", "--json").json["items"], [], "looking makes no session")

    def test_changes_nothing_the_second_time(self):
        for client in CLIENTS:
            with self.subTest(client):
                file = self.given(client, plain(client))
                self.install(client, "--tools", "github,SLACK_*")
                os.utime(file, ns=(1, 1))
                before = file.read_bytes(), file.stat().st_mtime_ns, file.stat().st_ino

                done = self.install(client, "--tools", "github,SLACK_*")

                self.assertEqual(done["state"], "already")
                self.assertEqual((file.read_bytes(), file.stat().st_mtime_ns, file.stat().st_ino), before)
                self.assertEqual(command_in(client, file.read_bytes())[1:], ["mcp", "--tools", "github,SLACK_*"])

    def test_leaves_what_was_there_when_it_goes(self):
        for client in CLIENTS:
            with self.subTest(client):
                file = self.given(client, plain(client))
                os.chmod(file, 0o640)
                self.install(client, "--meta")
                self.assertNotEqual(file.read_bytes(), plain(client))
                self.install(client, "--meta", "--read-only")

                self.install(client, "--uninstall")

                self.assertEqual(file.read_bytes(), plain(client))
                self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o640)
                self.assertEqual([each.name for each in file.parent.iterdir() if each.name.endswith(".part")], [])

    def test_writes_a_projects_file(self):
        for client, path in PROJECT.items():
            with self.subTest(client):
                directory = self.world.root / f"project-{client}"
                directory.mkdir()

                done = self.install(client, "--scope", "project", "--project", "shop", cwd=directory)

                self.assertEqual(done["file"], str(directory / path))
                self.assertEqual(command_in(client, (directory / path).read_bytes())[1:], ["mcp", "--project", "shop"])
                self.assertFalse(self.file(client).exists())
        for client in ("goose", "copilot"):
            self.assert_error(self.world.run("mcp", "install", client, "--scope", "project", "--json"), "UNSUPPORTED", 2)

    def test_refuses_a_file_that_it_cannot_read_and_says_the_line(self):
        broken = {"json": b'{\n  "a": 1,\n  "b": \n}\n', "toml": b'a = 1\n\nb = "c\n', "yaml": b"a: 1\n\n- b\n"}
        for client in CLIENTS:
            with self.subTest(client):
                file = self.given(client, broken[form(client)])

                for flags in ([], ["--uninstall"], ["--dry-run"]):
                    error = self.assert_error(self.world.run("mcp", "install", client, *flags, "--json"), "USAGE", 2)
                    self.assertRegex(error["message"], re.escape(str(file)) + ":[34]: ")
                self.assertEqual(file.read_bytes(), broken[form(client)])

    def test_refuses_yaml_that_breaks_below_what_it_reads_itself(self):
        for broken, line in ((b"a: 1\n b: [\n", 2), (b"a: 1\nb:\n  c: [1,\n  d: 2\n", 3), (b"a: 1\nb:\n  - {x: 1\n", 3), (b"a: 1\nb:\n  c: 'x\n", 3),
                             (b"a: 1\nb:\n  c: &x [1, *y]\n  d: \xff\n", 4)):
            with self.subTest(broken):
                file = self.given("goose", broken)

                for flags in (["--meta"], ["--uninstall"], ["--dry-run"]):
                    error = self.assert_error(self.world.run("mcp", "install", "goose", *flags, "--json"), "USAGE", 2)
                    self.assertIn(f"{file}:{line}: ", error["message"])
                self.assertEqual(file.read_bytes(), broken)

    def test_says_of_yaml_that_it_does_not_edit_what_to_do(self):
        for text, says in ((b"{a: 1}\n", ":1: a mapping in braces"), (b"a: 1\n...\n", ":2: a document ends here"), (b"a: 1\n---\nb: 2\n", ":2: a document ends here")):
            with self.subTest(text):
                file = self.given("goose", text)

                error = self.assert_error(self.world.run("mcp", "install", "goose", "--json"), "USAGE", 2)

                self.assertIn(says, error["message"])
                self.assertIn("by hand", error["message"])
                self.assertEqual(error["next_step"], ["agenta-tools", "mcp", "install", "goose", "--print"])
                self.assertEqual(file.read_bytes(), text)

    def test_shows_what_would_change_as_a_diff_that_patch_takes(self):
        for client in CLIENTS:
            with self.subTest(client):
                file = self.given(client, plain(client))

                shown = self.run_ok("mcp", "install", client, "--meta", "--dry-run")

                self.assertEqual(file.read_bytes(), plain(client))
                copy = self.world.root / "copy"
                copy.write_bytes(plain(client))
                subprocess.run(["patch", "--binary", "--quiet", str(copy)], input=shown.raw_out, check=True, timeout=seconds(20))
                self.install(client, "--meta")
                self.assertEqual(copy.read_bytes(), file.read_bytes())
                self.assertEqual(self.run_ok("mcp", "install", client, "--meta", "--dry-run").out, "")

    def test_prints_the_entry_alone(self):
        for client in CLIENTS:
            with self.subTest(client):
                printed = self.run_ok("mcp", "install", client, "--print")

                self.assertEqual(command_in(client, printed.raw_out)[1:], ["mcp"])
                self.assertFalse(self.file(client).exists())
                self.assertEqual(self.install(client, "--print")["entry"], printed.out)


FOREIGN = {
    "json": '{"%s": {"agenta": {"command": "npx", "args": ["mine"]}}}\n',
    "toml": '[mcp_servers.agenta]\ncommand = "npx"\nargs = ["mine"]\n',
    "yaml": "extensions:\n  agenta:\n    cmd: npx\n    args:\n    - mine\n",
}


class Theirs(Installs):
    def foreign(self, client: str) -> bytes:
        text = FOREIGN[form(client)]
        return (text % CONTAINER[client] if form(client) == "json" else text).encode()

    def test_an_entry_that_a_person_made_is_neither_taken_over_nor_removed(self):
        for client in CLIENTS:
            with self.subTest(client):
                file = self.given(client, self.foreign(client))

                refused = self.world.run("mcp", "install", client, "--tools", "github", "--json")
                error = self.assert_error(refused, "IDEMPOTENCY_CONFLICT", 7)
                self.assert_error(self.world.run("mcp", "install", client, "--dry-run", "--json"), "IDEMPOTENCY_CONFLICT", 7)
                self.assert_error(self.world.run("mcp", "install", client, "--uninstall", "--json"), "IDEMPOTENCY_CONFLICT", 7)

                self.assertEqual(file.read_bytes(), self.foreign(client))
                step = error["next_step"]
                self.assertEqual(step, ["agenta-tools", "mcp", "install", client, "--name", "agenta-2", "--tools", "github"])
                self.run_ok(*step[1:])
                self.assertIn(b"mine", file.read_bytes())
                self.install(client, "--uninstall", "--name", "agenta-2")
                self.assertEqual(file.read_bytes(), self.foreign(client))

    def test_a_file_that_is_not_wholly_ours_stays_when_the_entry_goes(self):
        for client in CLIENTS:
            with self.subTest(client):
                self.install(client, "--meta")
                file = self.file(client)
                mended = {"json": (b'"mcp"', b'"mcp" '), "toml": (b" = ", b"  = "), "yaml": (b"300", b"60")}[form(client)]
                file.write_bytes(file.read_bytes().replace(*mended, 1))

                self.assertEqual(self.install(client, "--uninstall")["state"], "removed")

                self.assertIn(file.read_bytes().strip(), (b"", b"{}"))


class Files(Installs):
    def test_follows_links_to_the_real_file(self):
        real = self.world.root / "dotfiles" / "cursor.json"
        real.parent.mkdir()
        real.write_bytes(plain("cursor"))
        file = self.file("cursor")
        file.parent.mkdir(parents=True)
        file.symlink_to(os.path.relpath(real, file.parent))

        self.install("cursor")

        self.assertTrue(file.is_symlink())
        self.assertEqual(command_in("cursor", real.read_bytes())[1:], ["mcp"])
        self.install("cursor", "--uninstall")
        self.assertEqual(real.read_bytes(), plain("cursor"))

    def test_makes_the_file_behind_a_link_that_leads_nowhere(self):
        real = self.world.root / "dotfiles" / "cursor.json"
        file = self.file("cursor")
        file.parent.mkdir(parents=True)
        file.symlink_to(real)

        self.install("cursor")

        self.assertTrue(file.is_symlink() and real.is_file())

    def test_leaves_the_old_file_where_the_new_one_cannot_be_written(self):
        file = self.given("cursor", plain("cursor"))

        def no_room() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (16, 16))

        result = self.world.run("mcp", "install", "cursor", "--json", preexec_fn=no_room)

        self.assert_error(result, "STORAGE_UNAVAILABLE", 12)
        self.assertEqual(file.read_bytes(), plain("cursor"))
        self.assertEqual(list(file.parent.iterdir()), [file])

    def test_keeps_the_other_names_of_a_file(self):
        for client in CLIENTS:
            with self.subTest(client):
                file = self.given(client, plain(client))
                other = self.world.root / f"dotfiles-{client}"
                os.link(file, other)
                os.chmod(file, 0o640)

                self.install(client)

                self.assertTrue(file.samefile(other))
                self.assertEqual(command_in(client, other.read_bytes())[1:], ["mcp"])
                self.install(client, "--uninstall")
                self.assertEqual(other.read_bytes(), plain(client))
                self.assertEqual((file.stat().st_nlink, stat.S_IMODE(file.stat().st_mode)), (2, 0o640))
                self.assertEqual(self.ours_beside(file), [])

    def test_takes_the_entry_away_under_every_name_of_a_file(self):
        self.install("cursor")
        file, other = self.file("cursor"), self.world.root / "other"
        os.link(file, other)

        self.install("cursor", "--uninstall")

        self.assertEqual((file.read_bytes(), other.read_bytes()), (b"{}\n", b"{}\n"))

    @unittest.skipUnless(seccomp.available(), "the filter is written for x86-64 and arm64")
    def test_a_file_of_several_names_that_may_be_half_written_is_a_persons_to_look_at(self):
        file = self.given("cursor", plain("cursor"))
        os.link(file, self.world.root / "other")
        backup = file.with_name(file.name + ".agenta-tools-backup")
        self.killed_at("ftruncate")
        half = file.read_bytes()
        self.assertNotEqual(half, plain("cursor"))

        error = self.assert_error(self.world.run("mcp", "install", "cursor", "--json"), "USAGE", 2)

        self.assertIn(str(backup), error["message"])
        self.assertEqual((file.read_bytes(), backup.read_bytes()), (half, plain("cursor")))

    def test_a_file_of_several_names_is_as_it_was_where_it_cannot_be_written(self):
        file = self.given("cursor", plain("cursor"))
        os.link(file, self.world.root / "other")
        size = len(plain("cursor"))

        def room_for_the_copy() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

        result = self.world.run("mcp", "install", "cursor", "--json", preexec_fn=room_for_the_copy)

        self.assert_error(result, "STORAGE_UNAVAILABLE", 12)
        self.assertEqual(file.read_bytes(), plain("cursor"))
        self.assertEqual(list(file.parent.iterdir()), [file])

    @unittest.skipUnless(seccomp.available(), "the filter is written for x86-64 and arm64")
    def test_what_it_says_is_shown_to_nobody_else_while_it_is_written(self):
        file = self.given("cursor", plain("cursor"))
        os.chmod(file, 0o600)
        directory = self.world.root / "project"
        (directory / ".cursor").mkdir(parents=True)
        file = file.rename(directory / ".cursor" / "mcp.json")

        self.killed_at("fsync", "--scope", "project", cwd=directory)

        [part] = self.ours_beside(file)
        self.assertEqual(stat.S_IMODE(part.stat().st_mode), 0o600)

    def ours_beside(self, file) -> list:
        return [each for each in file.parent.iterdir() if "agenta-tools" in each.name]

    def killed_at(self, call: str, *args, **options) -> None:
        result = self.world.run("mcp", "install", "cursor", *args, **options, preexec_fn=seccomp.kill_at(call))
        self.assertEqual(result.code, -signal.SIGSYS, f"{result}")

    @unittest.skipUnless(seccomp.available(), "the filter is written for x86-64 and arm64")
    def test_removes_what_a_killed_one_left_and_nothing_else(self):
        file = self.given("cursor", plain("cursor"))
        self.killed_at("renameat2")
        [part] = self.ours_beside(file)
        self.assertEqual(file.read_bytes(), plain("cursor"))
        kept = [".mcp.json.agenta-tools-x.part", ".mcp.json.part", ".other.json.agenta-tools-0a.part", "mcp.json.agenta-tools-0a.part"]
        for name in kept:
            file.with_name(name).write_bytes(b"theirs")

        self.install("cursor")

        self.assertFalse(part.exists())
        self.assertEqual({each.name for each in file.parent.iterdir()}, {file.name, *kept})

    @unittest.skipUnless(seccomp.available(), "the filter is written for x86-64 and arm64")
    def test_does_without_an_exchange_of_names(self):
        file = self.given("cursor", plain("cursor"))

        self.install("cursor", preexec_fn=seccomp.deny("renameat2", errno.EINVAL))

        self.assertEqual(command_in("cursor", file.read_bytes())[1:], ["mcp"])
        self.assertEqual(list(file.parent.iterdir()), [file])

    def test_waits_for_one_that_is_at_it(self):
        file = self.given("cursor", plain("cursor"))
        part = file.with_name(".mcp.json.agenta-tools-0badcafe.part")
        part.write_bytes(b"of a live one")
        directory = os.open(file.parent, os.O_RDONLY)
        fcntl.flock(directory, fcntl.LOCK_EX)
        waiting = self.world.start("mcp", "install", "cursor", "--json")
        wait_until(lambda: str(file.parent) in self.open_of(waiting.pid), what="it is at the lock")
        self.assertEqual(self.install("cursor", "--dry-run")["state"], "written")
        self.assertEqual((file.read_bytes(), part.read_bytes()), (plain("cursor"), b"of a live one"))

        os.close(directory)

        self.assertEqual(waiting.wait(seconds(20)), 0)
        self.assertEqual(command_in("cursor", file.read_bytes())[1:], ["mcp"])
        self.assertFalse(part.exists())

    def open_of(self, pid: int) -> set[str]:
        """What a process has open."""
        found = set()
        for each in os.listdir(f"/proc/{pid}/fd"):
            try:
                found.add(os.readlink(f"/proc/{pid}/fd/{each}"))
            except FileNotFoundError:
                pass
        return found

    def test_is_no_file(self):
        self.file("cursor").mkdir(parents=True)

        self.assert_error(self.world.run("mcp", "install", "cursor", "--json"), "USAGE", 2)

    def test_prefers_the_commented_file_of_opencode_where_that_is_the_one(self):
        directory = self.world.user_home / ".config" / "opencode"
        directory.mkdir(parents=True)
        commented = directory / "opencode.jsonc"
        commented.write_text('{\n  // mine\n  "theme": "x",\n}\n')

        done = self.install("opencode")

        self.assertEqual(done["file"], str(commented))
        self.assertIn("// mine", commented.read_text())
        self.assertFalse((directory / "opencode.json").exists())

    def test_goes_where_the_clients_variables_say(self):
        for client, name in (("claude-code", "CLAUDE_CONFIG_DIR"), ("codex", "CODEX_HOME"), ("copilot", "COPILOT_HOME")):
            with self.subTest(client):
                directory = self.world.root / name

                self.install(client, env={name: directory})

                self.assertTrue((directory / USER[client].split("/")[-1]).is_file())


class Together(Installs):
    COUNT = 8

    def all_at_once(self, client: str, *args) -> None:
        names = [f"n{i}" for i in range(self.COUNT)]
        running = [self.world.start("mcp", "install", client, "--name", name, "--json", *args) for name in names]
        for each in running:
            out, err = each.communicate(timeout=seconds(60))
            self.assertEqual(each.returncode, 0, (out, err))

    def test_all_that_write_one_file_at_once_succeed(self):
        for client in CLIENTS:
            with self.subTest(client):
                for data in (plain(client), None):
                    file = self.file(client)
                    file.unlink(missing_ok=True)
                    if data is not None:
                        self.given(client, data)

                    self.all_at_once(client)

                    written = file.read_bytes()
                    for i in range(self.COUNT):
                        self.assertRegex(written.decode(), rf"\bn{i}\b")
                    self.assertEqual([each.name for each in file.parent.iterdir() if "agenta-tools" in each.name], [])
                    self.all_at_once(client, "--uninstall")
                    self.assertEqual(file.read_bytes() if data is not None else b"", data or b"")

    def test_what_the_client_writes_meanwhile_is_kept(self):
        file = self.given("cursor", b'{"counter": 0}\n')
        running = [self.world.start("mcp", "install", "cursor", "--name", f"n{i}", "--json") for i in range(self.COUNT)]
        written, last = 0, file.stat()
        while any(each.poll() is None for each in running):
            now = file.stat()
            if now.st_ino == last.st_ino:
                continue
            # As a client does that sees a change: a whole file at once, of what it has just read.
            content = json.loads(file.read_bytes())
            new = file.with_name("theirs")
            new.write_text(json.dumps({**content, "counter": written + 1}))
            if file.stat().st_ino == now.st_ino:
                os.replace(new, file)
                written += 1
            last = file.stat()

        self.assertEqual([(each.communicate(), each.returncode)[1] for each in running], [0] * self.COUNT)
        self.assertGreater(written, 0)
        self.assertEqual(json.loads(file.read_bytes())["counter"], written)


class Directories(Installs):
    def test_what_a_person_has_beside_the_file_stays(self):
        for client in CLIENTS:
            if client == "claude-code":
                continue
            with self.subTest(client):
                self.install(client)
                other = self.file(client).with_name("mine")
                other.write_text("x")

                self.install(client, "--uninstall")

                self.assertEqual(list(self.file(client).parent.iterdir()), [other])

    def test_a_directory_that_the_clients_variable_names_stays(self):
        for client, name in (("codex", "CODEX_HOME"), ("copilot", "COPILOT_HOME"), ("claude-code", "CLAUDE_CONFIG_DIR")):
            with self.subTest(client):
                directory = self.world.root / name
                directory.mkdir()
                for args in ([], ["--uninstall"]):
                    self.install(client, *args, env={name: directory})

                self.assertEqual(list(directory.iterdir()), [])

    def test_a_projects_own_directory_goes_and_the_project_stays(self):
        for client in PROJECT:
            with self.subTest(client):
                directory = self.world.root / f"of-{client}"
                directory.mkdir()
                for args in ([], ["--uninstall"]):
                    self.install(client, "--scope", "project", *args, cwd=directory)

                self.assertEqual(list(directory.iterdir()), [])

    def test_dry_run_takes_nothing_away(self):
        self.install("cursor")
        self.run_ok("mcp", "install", "cursor", "--uninstall", "--dry-run")

        self.assertTrue(self.file("cursor").exists())


class Words(Installs):
    def test_says_what_was_meant_by_a_word_that_is_none(self):
        for words, meant in ((["instal", "codex"], "did you mean install?"), (["install", "claude"], "did you mean claude-code?"),
                             (["install", "curser"], "did you mean cursor?"), (["uninstall", "codex"], "did you mean mcp install codex --uninstall?"),
                             (["uninstall"], "did you mean mcp install CLIENT --uninstall?"), (["add", "codex"], "did you mean mcp install codex?")):
            with self.subTest(" ".join(words)):
                error = self.assert_error(self.world.run("mcp", *words, "--json"), "USAGE", 2)
                self.assertIn(meant, error["message"])
        step = self.world.run("mcp", "uninstall", "codex", "--json").json["error"]["next_step"]
        self.assertEqual(self.run_ok(*step[1:], "--json").json["state"], "absent")

    def test_refuses_what_does_not_go_together(self):
        for words in (["nothing"], ["cursor", "--scope", "world"], ["cursor", "--name", "a b"], ["cursor", "--name", ""],
                      ["cursor", "--session", "s", "--tools", "github"], ["cursor", "--meta", "--tools", "github"],
                      ["cursor", "--session", "s", "--read-only"], ["cursor", "--uninstall", "--meta"],
                      ["cursor", "--uninstall", "--print"], ["cursor", "--print", "--dry-run"], []):
            with self.subTest(" ".join(words)):
                self.assert_error(self.world.run("mcp", "install", *words, "--json"), "USAGE", 2)

    def test_has_several_names_side_by_side(self):
        self.install("cursor", "--session", "a", "--name", "first")
        self.install("cursor", "--session", "b", "--name", "second")

        self.install("cursor", "--uninstall", "--name", "first")

        self.assertEqual(list(json.loads(self.file("cursor").read_bytes())["mcpServers"]), ["second"])

    def test_tells_the_client_which_home_and_settings_are_meant(self):
        for client in CLIENTS:
            with self.subTest(client):
                done = self.install(client, "--meta", env={"AGENTA_TOOLS_CONFIG": "odd/settings.toml"})

                said = {"AGENTA_TOOLS_HOME": str(self.world.home), "AGENTA_TOOLS_CONFIG": str(self.world.user_home / "odd" / "settings.toml")}
                self.assertEqual(done["environment"], said)
                self.assertEqual(environment_in(client, self.file(client).read_bytes()), said)
                self.assertEqual(self.install(client, "--meta")["state"], "already")
                self.install(client, "--uninstall")
                self.assertFalse(self.file(client).exists())

    def test_says_nothing_of_the_usual_home(self):
        usual = self.world.user_home / ".local" / "share" / "agenta-tools"
        for client in CLIENTS:
            for home in (None, usual):
                with self.subTest(client, home=home):
                    done = self.install(client, env={"AGENTA_TOOLS_HOME": home})

                    self.assertEqual(done["environment"], {})
                    self.assertNotIn(b"AGENTA_TOOLS", self.file(client).read_bytes())

    def test_keeps_the_variables_that_a_person_gave_the_entry(self):
        mine = {
            "codex": [b'[mcp_servers.agenta]\ncommand = "agenta-tools"\nargs = ["mcp"]\n\n[mcp_servers.agenta.env]\nA = "b"\n',
                      b'[mcp_servers.agenta]\ncommand = "agenta-tools"\nargs = ["mcp"]\nenv.A = "b"\n'],
            "goose": [b"extensions:\n  agenta:\n    cmd: agenta-tools\n    args:\n    - mcp\n    envs:\n      A: b\n",
                      b'extensions:\n  agenta:\n    cmd: agenta-tools\n    args: [mcp]\n    envs: {"A": "b"}\n'],
            "opencode": [b'{"mcp": {"agenta": {"command": ["agenta-tools", "mcp"], "environment": {"A": "b"}}}}\n'],
        }
        for client in ("claude-code", "gemini", "cursor", "vscode", "copilot"):
            mine[client] = [b'{"%s": {"agenta": {"command": "agenta-tools", "args": ["mcp"], "env": {"A": "b"}}}}\n' % CONTAINER[client].encode()]
        for client in CLIENTS:
            for data in mine[client]:
                with self.subTest(client, data=data):
                    file = self.given(client, data)

                    self.install(client, "--meta")

                    self.assertEqual(environment_in(client, file.read_bytes()), {"A": "b", "AGENTA_TOOLS_HOME": str(self.world.home)})
                    self.assertEqual(self.install(client, "--meta")["state"], "already")
                    elsewhere = str(self.world.root / "elsewhere")
                    self.install(client, "--meta", env={"AGENTA_TOOLS_HOME": elsewhere})
                    self.assertEqual(environment_in(client, file.read_bytes()), {"A": "b", "AGENTA_TOOLS_HOME": elsewhere})

    def test_keeps_the_sandbox_in_the_entry(self):
        self.install("cursor", "--sandbox")

        self.assertEqual(command_in("cursor", self.file("cursor").read_bytes())[1:], ["mcp", "--sandbox"])

    def test_writes_no_secret(self):
        self.install("cursor", env={"COMPOSIO_API_KEY": "ak_very_secret"})

        self.assertNotIn(b"ak_very_secret", self.file("cursor").read_bytes())

    def test_names_the_connections_in_the_entry(self):
        self.install("cursor", "--tools", "github", "--connection", "github=work", "--connection", "gmail=me")

        self.assertEqual(command_in("cursor", self.file("cursor").read_bytes())[1:],
                         ["mcp", "--tools", "github", "--connection", "github=work", "--connection", "gmail=me"])
        for words in (["--connection", "github"], ["--session", "s", "--connection", "github=work"],
                      ["--uninstall", "--connection", "github=work"]):
            self.assert_error(self.world.run("mcp", "install", "cursor", *words, "--json"), "USAGE", 2)

    def test_says_what_it_did_to_a_person(self):
        terminal = self.world.terminal("mcp", "install", "cursor", "--tools", "github")
        terminal.expect("Wrote agenta for Cursor to")
        self.assertEqual(terminal.end(), 0)
