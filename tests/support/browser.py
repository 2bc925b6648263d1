"""A real browser, driven without a window: Chromium through its WebDriver, in a handful of requests."""
from __future__ import annotations

import json
import shutil
import subprocess
import urllib.error
import urllib.request
from urllib.parse import urlsplit

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
# The resolver's rule makes sure that a request which wants to leave this machine cannot.
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--disable-default-apps",
         "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"]


class Browser:
    """With `javascript=False` as a person has it who turned scripts off. What it asked for is in `net_log`, whole
    once it is closed."""

    def __init__(self, profile, javascript: bool = True):
        self.net_log = profile.with_name(profile.name + "-net.json")
        self.process = subprocess.Popen([DRIVER, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        port = next(line.rsplit(" ", 1)[1].strip(". \n") for line in self.process.stdout if "started successfully on port" in line)
        self.base = f"http://127.0.0.1:{port}"
        options = {"binary": CHROMIUM, "args": [*FLAGS, f"--user-data-dir={profile}", f"--log-net-log={self.net_log}"]}
        if not javascript:
            options["prefs"] = {"profile.managed_default_content_settings.javascript": 2}
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

    @property
    def url(self) -> str:
        return self.call("GET", f"/session/{self.session}/url")

    def devtools(self, command: str, **parameters):
        return self.call("POST", f"/session/{self.session}/goog/cdp/execute", {"cmd": command, "params": parameters})

    def run(self, script: str):
        return self.call("POST", f"/session/{self.session}/execute/sync", {"script": script, "args": []})

    def click(self, xpath: str) -> None:
        element = self.call("POST", f"/session/{self.session}/element", {"using": "xpath", "value": xpath})[ELEMENT]
        self.call("POST", f"/session/{self.session}/element/{element}/click")

    def read_aloud(self) -> list[tuple[str, str]]:
        """What a screen reader is given: role and name of everything that it does not pass over."""
        nodes = self.devtools("Accessibility.getFullAXTree")["nodes"]
        return [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes
                if not node["ignored"] and "role" in node]

    def asked_for(self, site: str) -> list[str]:
        """What was asked for on behalf of pages of a site, such as `http://127.0.0.1`, icons too; the browser's own
        business (its clock, its updates) left out. Closed browsers only."""
        log = json.loads(self.net_log.read_text())
        kind = log["constants"]["logEventTypes"]["URL_REQUEST_START_JOB"]
        asked = [event["params"] for event in log["events"] if event["type"] == kind and "url" in event.get("params", {})]
        return sorted({each["url"] for each in asked if site in f"{each['network_isolation_key']} {each['initiator']}"
                       and urlsplit(each["url"]).scheme != "data"})

    def close(self) -> None:
        try:
            self.call("DELETE", f"/session/{self.session}")
        except (AssertionError, OSError):
            pass
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()
