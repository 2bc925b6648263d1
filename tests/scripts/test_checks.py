"""The checks of scripts/ find what they are there to find."""
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run(script: str, file: str, text: str) -> subprocess.CompletedProcess:
    """The script over a tree of one file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / file
        path.parent.mkdir(parents=True)
        path.write_text(text)
        return subprocess.run([ROOT / "scripts" / script, folder], capture_output=True, text=True, check=False)


class Layers(unittest.TestCase):
    def test_the_tree_as_it_is_passes(self):
        result = subprocess.run([ROOT / "scripts" / "check_layers"], capture_output=True, text=True, check=False)

        self.assertEqual(result.returncode, 0, result.stderr)

    def test_an_arrow_that_is_not_in_the_table_is_named(self):
        result = run("check_layers", "shared/base/text.hpp", '#include "shared/domain/error.hpp"\n')

        self.assertEqual(result.returncode, 1)
        self.assertIn("shared/base/text.hpp:1: no arrow from shared/base to shared/domain", result.stderr)

    def test_the_cli_never_includes_the_daemon(self):
        result = run("check_layers", "cli/app/app.cpp", '#include "daemon/core/catalog.hpp"\n')

        self.assertEqual(result.returncode, 1)

    def test_a_third_party_header_outside_its_room_is_named(self):
        for file, header in (("daemon/core/a.cpp", "sqlite3.h"), ("daemon/api/a.cpp", "boost/asio/post.hpp"),
                             ("cli/app/a.hpp", "CLI/CLI.hpp"), ("shared/protocol/a.hpp", "nlohmann/json.hpp"),
                             ("shared/domain/a.cpp", "nlohmann/json_fwd.hpp"), ("daemon/core/a.cpp", "unheard/of.hpp")):
            with self.subTest(file=file, header=header):
                result = run("check_layers", file, f"#include <{header}>\n")

                self.assertEqual(result.returncode, 1)
                self.assertIn(header, result.stderr)

    def test_a_codec_may_parse(self):
        result = run("check_layers", "shared/protocol/codec.cpp", "#include <nlohmann/json.hpp>\n#include <string>\n")

        self.assertEqual(result.returncode, 0, result.stderr)


class Coroutines(unittest.TestCase):
    def test_the_bad_shapes_are_named(self):
        for shape in ("co_await f({.a = s});", "co_await f(Call{s});", "co_await on_pool([s] { return s; });"):
            with self.subTest(shape=shape):
                result = run("check_coroutines", "daemon/net/a.cpp", f"{{ {shape} }}\n")

                self.assertEqual(result.returncode, 1)
                self.assertIn("daemon/net/a.cpp:1:", result.stderr)

    def test_the_idiom_passes(self):
        text = "auto op = f({.a = s});\nco_await std::move(op);\nif (auto [ec, n] = co_await read(s, b[0]); ec) { return; }\n"

        result = run("check_coroutines", "daemon/net/a.cpp", text)

        self.assertEqual(result.returncode, 0, result.stderr)

    def test_the_tree_as_it_is_passes(self):
        result = subprocess.run([ROOT / "scripts" / "check_coroutines"], capture_output=True, text=True, check=False)

        self.assertEqual(result.returncode, 0, result.stderr)


if __name__ == "__main__":
    unittest.main()
