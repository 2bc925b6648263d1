"""The whole login in a real browser: the consent page, the approval, and the page the user is left with."""
import json
import shutil
import subprocess
import unittest
import urllib.error
import urllib.request

from tests.support.agenta import AgentaTest, wait_until

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"]


class Browser:
    """A WebDriver client of four requests."""

    def __init__(self, profile):
        self.process = subprocess.Popen([DRIVER, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        port = next(line.rsplit(" ", 1)[1].strip(". \n") for line in self.process.stdout if "started successfully on port" in line)
        self.base = f"http://127.0.0.1:{port}"
        options = {"binary": CHROMIUM, "args": [*FLAGS, f"--user-data-dir={profile}"]}
        capabilities = {"capabilities": {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": options}}}
        self.session = self.call("POST", "/session", capabilities)["sessionId"]

    def call(self, method: str, path: str, body=None):
        data = json.dumps(body if body is not None else {}).encode() if method == "POST" else None
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as reply:
                return json.load(reply)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"the browser refuses {method} {path}: {error.read().decode()}") from None

    def open(self, url: str) -> None:
        self.call("POST", f"/session/{self.session}/url", {"url": url})

    def run(self, script: str):
        return self.call("POST", f"/session/{self.session}/execute/sync", {"script": script, "args": []})

    def click(self, xpath: str) -> None:
        element = self.call("POST", f"/session/{self.session}/element", {"using": "xpath", "value": xpath})[ELEMENT]
        self.call("POST", f"/session/{self.session}/element/{element}/click")

    def close(self) -> None:
        try:
            self.call("DELETE", f"/session/{self.session}")
        except (AssertionError, OSError):
            pass
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


def button(word: str) -> str:
    upper, lower = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"
    return f"//button[contains(translate(concat(., @value), '{upper}', '{lower}'), '{word}')]"


@unittest.skipUnless(CHROMIUM and DRIVER, "chromium and its driver are not installed")
class CallbackPage(AgentaTest):
    def setUp(self) -> None:
        super().setUp()
        self.sandbox = self.start_sandbox()
        self.browser = Browser(self.world.root / "profile")
        self.addCleanup(self.browser.close)

    def answer(self, word: str) -> tuple[str, dict]:
        """The text the user is left with, and the login it was about."""
        begun = self.run_ok("connect", "github", "--as", "work", "--no-wait", "--json").json
        self.browser.open(begun["redirect_url"])
        self.browser.click(button(word))
        wait_until(lambda: "/callback/" in self.browser.run("return location.pathname"), 20, "the callback page")
        return self.browser.run("return document.body.innerText"), begun

    def test_approval_ends_on_a_page_that_says_so(self):
        text, begun = self.answer("approve")

        self.assertRegex(text.lower(), r"connected|done|success|close this")
        self.assertEqual(self.run_ok("connect", "--resume", begun["id"], "--json").json["status"], "ACTIVE")
        self.assertTrue(self.browser.run("return document.documentElement.lang"))
        self.assertTrue(self.browser.run("return document.title"))
        self.assertEqual(self.browser.run("return document.querySelectorAll('h1').length"), 1)
        self.assertEqual(self.browser.run("return document.scripts.length"), 0)

    def test_denial_ends_on_a_page_that_does_not_claim_success(self):
        text, begun = self.answer("deny")

        self.assertNotRegex(text.lower(), r"\b(is|are) (now )?connected\b|success")
        self.assert_error(self.world.run("connect", "--resume", begun["id"], "--json"), "OAUTH_DENIED", 1)


if __name__ == "__main__":
    unittest.main()
