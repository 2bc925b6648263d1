"""The whole login in a real browser: the consent page, the approval, and the page the user is left with."""
import tempfile
import unittest
from pathlib import Path
from urllib.parse import urlsplit

from tests.support import processes
from tests.support.agenta import AgentaTest, wait_until
from tests.support.browser import CHROMIUM, DRIVER, Browser
from tests.support.published_catalogue import PublishedCatalogue
from tests.support.recorder import Recorder

HOSTILE = "<img src=http://evil.example/x onerror=\"document.title='pwned'\"><script>document.title='pwned'</script>"


def button(word: str) -> str:
    upper, lower = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"
    return f"//button[contains(translate(concat(., @value), '{upper}', '{lower}'), '{word}')]"


def luminance(colour: str) -> float:
    channels = [int(part) / 255 for part in colour[colour.index("(") + 1:-1].split(",")[:3]]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


class PageTest(AgentaTest):
    """One browser for all tests of a class; a login and a Composio for each."""

    javascript = True

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = tempfile.TemporaryDirectory(prefix="agenta-browser-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.browser = Browser(Path(cls.folder.name) / "profile", cls.javascript)
        cls.addClassCleanup(cls.browser.close)

    def setUp(self) -> None:
        super().setUp()
        self.sandbox = self.start_sandbox(*self.sandbox_arguments())

    def sandbox_arguments(self) -> tuple:
        return ()

    def record(self) -> Recorder:
        recorder = Recorder(self.sandbox.url)
        self.addCleanup(recorder.close)
        self.world.environment["COMPOSIO_BASE_URL"] = recorder.url
        return recorder

    def begin(self, slug: str = "work", integration: str = "github") -> dict:
        return self.run_ok("connect", integration, "--as", slug, "--no-wait", "--json").json

    def answer(self, begun: dict, word: str) -> None:
        """What the user does, up to the page that they are left with."""
        self.browser.open(begun["redirect_url"])
        self.browser.click(button(word))
        wait_until(lambda: "/callback/" in urlsplit(self.browser.url).path, 20, "the callback page")

    def assert_reads(self, heading: str, sentence: str) -> None:
        """The page, as it is read aloud."""
        aloud = self.browser.read_aloud()
        named = lambda role: [name for each, name in aloud if each == role]
        self.assertEqual(named("heading"), [heading], aloud)
        self.assertRegex(" ".join(named("StaticText")), sentence)
        self.assertIn("close this window", " ".join(named("StaticText")))
        self.assertEqual(len(named("main")), 1, aloud)
        self.assertEqual(len(named("status")), 1, aloud)
        self.assertRegex(named("RootWebArea")[0], r"\S – agenta-tools$")
        source = self.browser.call("GET", f"/session/{self.browser.session}/source")
        self.assertIn('<html lang="en">', source)
        self.assertNotIn("<script", source)


@unittest.skipUnless(CHROMIUM and DRIVER, "chromium and its driver are not installed")
class CallbackPage(PageTest):
    def test_approval_ends_on_a_page_that_says_so(self):
        begun = self.begin()

        self.answer(begun, "approve")

        self.assert_reads("GitHub is connected as work", "go back to your terminal")
        self.assertEqual(self.run_ok("connect", "--resume", begun["id"], "--json").json["status"], "ACTIVE")

    def test_denial_ends_on_a_page_that_does_not_claim_success(self):
        begun = self.begin()

        self.answer(begun, "deny")

        self.assert_reads("GitHub is not connected", "Access was denied")
        self.assert_error(self.world.run("connect", "--resume", begun["id"], "--json"), "OAUTH_DENIED", 1)

    def test_a_replay_is_told_that_the_link_was_used(self):
        recorder = self.record()
        begun = self.begin()
        callback = recorder.callback_url()
        self.begin("other", "gmail")  # keeps the door open
        self.answer(begun, "approve")

        self.browser.open(callback)

        self.assert_reads("Already used", "This link was used before")

    def test_who_comes_after_the_end_is_told_that_the_login_has_expired(self):
        recorder = self.record()
        self.begin()
        callback = recorder.callback_url()
        self.sandbox.advance(601)
        self.begin("other", "gmail")
        wait_until(lambda: self.run_ok("connections", "show", "work", "--json").json["status"] == "FAILED", 20, "the expiry")

        self.browser.open(callback)

        self.assert_reads("Too late", "This login has expired; start again from your terminal")

    def test_an_unknown_address_is_told_so(self):
        recorder = self.record()
        begun = self.begin()

        self.browser.open(recorder.callback_url()[:-32] + "0" * 32 + "?error=access_denied")

        self.assert_reads("Nothing here", "No login is waiting at this address")
        self.assertEqual(self.run_ok("connections", "show", "work", "--json").json["status"], "PENDING")
        self.answer(begun, "approve")
        self.assert_reads("GitHub is connected as work", "go back to your terminal")


class CallbackPageWithoutScripts(CallbackPage):
    javascript = False

    def test_scripts_are_off(self):
        self.browser.open("data:text/html,<title>off</title><script>document.title='on'</script>")

        self.assertEqual(self.browser.call("GET", f"/session/{self.browser.session}/title"), "off")


@unittest.skipUnless(CHROMIUM and DRIVER, "chromium and its driver are not installed")
class HostileName(PageTest):
    def sandbox_arguments(self) -> tuple:
        catalogue = PublishedCatalogue()
        catalogue.add_toolkit("evil")
        catalogue.toolkits[-1] |= {"name": HOSTILE, "auth_schemes": ["OAUTH2"], "composio_managed_auth_schemes": ["OAUTH2"]}
        return "--catalog", str(catalogue.write(self.world.root / "published"))

    def test_a_name_from_a_service_is_text_and_nothing_else(self):
        begun = self.begin(integration="evil")

        self.answer(begun, "approve")

        self.assertEqual(self.browser.call("GET", f"/session/{self.browser.session}/title"), "Connected – agenta-tools")
        self.assertEqual(self.browser.run("return document.images.length + document.scripts.length"), 0)
        self.assertIn(HOSTILE[:50], self.browser.run("return document.querySelector('h1').textContent"))


@unittest.skipUnless(CHROMIUM and DRIVER, "chromium and its driver are not installed")
class Looks(PageTest):
    def test_it_can_be_read_in_the_dark_and_in_the_light(self):
        begun = self.begin()
        self.answer(begun, "approve")
        backgrounds = set()
        for scheme in ("light", "dark"):
            with self.subTest(scheme):
                self.browser.devtools("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
                ground = self.browser.run("return getComputedStyle(document.body).backgroundColor")
                for tag in ("h1", "p"):
                    ink = self.browser.run(f"return getComputedStyle(document.querySelector('{tag}')).color")

                    self.assertGreaterEqual(contrast(ink, ground), 7, f"{ink} on {ground}")  # WCAG's AAA
                backgrounds.add(ground)
        self.assertEqual(len(backgrounds), 2)

    def test_no_request_leaves_this_machine_and_the_door_is_asked_once(self):
        browser = Browser(self.world.root / "profile")
        self.addCleanup(browser.close)
        begun = self.begin()
        [(_, port)] = processes.listening_ports(self.world.daemon_pid())
        browser.open(begun["redirect_url"])
        browser.click(button("approve"))
        wait_until(lambda: "/callback/" in urlsplit(browser.url).path, 20, "the callback page")
        browser.close()

        asked = browser.asked_for("http://127.0.0.1")

        self.assertEqual([url for url in asked if urlsplit(url).hostname != "127.0.0.1"], [])
        self.assertEqual([urlsplit(url).path.split("/")[1] for url in asked if urlsplit(url).port == port], ["callback"])


if __name__ == "__main__":
    unittest.main()
