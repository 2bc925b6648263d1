"""A Composio of the test's own: `agenta-tools sandbox serve`, and the hands of a browser on its consent page."""
from __future__ import annotations

import http.client
import json
import os
import select
import signal
import subprocess
import time
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

ISSUE = "GITHUB_CREATE_AN_ISSUE"
ISSUES = "GITHUB_LIST_REPOSITORY_ISSUES"


class Page:
    def __init__(self, url: str, status: int, headers: dict[str, str], body: bytes):
        self.url, self.status, self.headers, self.raw = url, status, headers, body

    @property
    def text(self) -> str:
        return self.raw.decode("utf-8", "replace")

    @property
    def json(self):
        return json.loads(self.raw)


def fetch(url: str, method: str = "GET", body: bytes | str | None = None, headers: dict | None = None, timeout: float = 20.0) -> Page:
    """One request; redirects are not followed."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target, body, headers or {})
        reply = connection.getresponse()
        return Page(url, reply.status, {k.lower(): v for k, v in reply.getheaders()}, reply.read())
    finally:
        connection.close()


class Forms(HTMLParser):
    """The buttons of a page, each with where its form goes and what it sends."""

    def __init__(self, html: str):
        super().__init__()
        self.buttons: list[tuple[str, dict, dict]] = []  # text, form attributes, fields
        self.form: dict = {}
        self.fields: dict = {}
        self.button: dict | None = None
        self.label = ""
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        values = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.form, self.fields = values, {}
        elif tag == "input" and values.get("name"):
            self.fields[values["name"]] = values.get("value", "")
        elif tag == "button":
            self.button, self.label = values, ""

    def handle_data(self, data):
        self.label += data

    def handle_endtag(self, tag):
        if tag == "button" and self.button is not None:
            fields = dict(self.fields)
            if self.button.get("name"):
                fields[self.button["name"]] = self.button.get("value", "")
            form = {**self.form, "action": self.button.get("formaction") or self.form.get("action", "")}
            self.buttons.append((self.label.strip(), form, fields))
            self.button = None


def press(redirect_url: str, word: str) -> Page:
    """Opens the consent page, as a browser does, and presses the button that holds `word`. What came back."""
    page = fetch(redirect_url)
    for label, form, fields in Forms(page.text).buttons:
        target = urljoin(page.url, form["action"] or page.url)
        if word in f"{label} {target} {' '.join(fields.values())}".lower():
            origin = "{0.scheme}://{0.netloc}".format(urlsplit(page.url))
            headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": origin, "Referer": page.url}
            return fetch(target, form.get("method", "get").upper(), urlencode(fields), headers)
    raise AssertionError(f"no button '{word}' on the page: {page.status} {page.text}")


def answer(redirect_url: str, word: str, follow: bool) -> Page:
    page = press(redirect_url, word)
    while follow and page.status in (301, 302, 303, 307) and "location" in page.headers:
        page = fetch(urljoin(page.url, page.headers["location"]))
    return page


def approve(redirect_url: str, follow: bool = True) -> Page:
    """Consents, and goes where the page then leads: the callback. `follow=False` stops before it."""
    return answer(redirect_url, "approve", follow)


class Sandbox:
    def __init__(self, world, *args):
        # The server's own daemon, if it needs one, is none of the daemon's under test.
        self.process: subprocess.Popen = world.start("sandbox", "serve", "--port", "0", *args,
                                                     env={"COMPOSIO_API_KEY": None, "COMPOSIO_BASE_URL": None})
        self.url, self.api_key, self.pid = self._ready()

    def _ready(self) -> tuple[str, str, int]:
        stdout, line = self.process.stdout, b""
        end = time.monotonic() + 20
        while not line.endswith(b"\n"):
            if not select.select([stdout], [], [], max(0.0, end - time.monotonic()))[0]:
                raise AssertionError("the sandbox does not say that it serves")
            byte = os.read(stdout.fileno(), 1)
            if not byte:
                raise AssertionError(f"the sandbox ended: {self.process.stderr.read().decode()}")
            line += byte
        ready = json.loads(line)
        return ready["url"].rstrip("/"), ready["api_key"], int(ready["pid"])

    def close(self) -> None:
        for pid in (self.pid, self.process.pid):
            try:
                os.kill(pid, signal.SIGTERM)
            except ProcessLookupError:
                pass
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    # Its controls.
    def headers(self) -> dict[str, str]:
        """What a client says of itself who works here."""
        return {"Agenta-Tools-Composio-Key": self.api_key, "Agenta-Tools-Composio-Url": self.url}

    def control(self, method: str, what: str, body=None):
        page = fetch(f"{self.url}/_sandbox/{what}", method, None if body is None else json.dumps(body),
                     {"Content-Type": "application/json"})
        if page.status >= 300:
            raise AssertionError(f"the sandbox refuses {method} {what}: {page.status} {page.text}")
        return page.json if page.raw else {}

    def plant(self, kind: str, tool: str = "", path: str = "", method: str = "", times: int = 1, **more) -> None:
        match = {name: value for name, value in (("tool", tool), ("path_prefix", path), ("method", method)) if value}
        self.control("POST", "faults", {"kind": kind, "times": times, "match": match, **more})

    def limit_rate(self, limit: int, window_s: int) -> None:
        self.control("POST", "rate_limit", {"limit": limit, "window_s": window_s})

    def refused(self) -> int:
        """How many requests were one too many since the rate was limited."""
        return self.control("GET", "rate_limit")["refused"]

    def advance(self, seconds: float) -> None:
        self.control("POST", "clock", {"advance_ms": int(seconds * 1000)})

    def publish(self, toolkit: str, **change) -> None:
        """A new version of a toolkit: version, updated_at, add, remove, rename."""
        self.control("POST", "catalog", {"toolkit": toolkit, **change})

    def counts(self) -> dict:
        return self.control("GET", "requests")

    def seen(self) -> list[str]:
        """The last requests of its API, as `METHOD target`, oldest first."""
        return [f"{each['method']} {each['target']}" for each in self.counts()["recent"]]

    def asked(self, route: str) -> int:
        """How often a route was asked for: `GET /tools/{}`."""
        return self.counts()["routes"].get(route, {}).get("requests", 0)

    def effects(self, tool: str = ISSUE) -> int:
        """How often the tool has really done something."""
        return self.counts().get("tools", {}).get(tool, {}).get("effects", 0)

    def requests(self, tool: str = ISSUE) -> int:
        """How often the tool was asked for."""
        return self.counts().get("tools", {}).get(tool, {}).get("requests", 0)

    def api(self, method: str, path: str, body=None, key: str = ""):
        """A request of Composio's API, with the key, or another: each has a project of its own."""
        page = fetch(f"{self.url}/api/v3.1{path}", method, None if body is None else json.dumps(body),
                     {"x-api-key": key or self.api_key, "Content-Type": "application/json"})
        return page

    # Accounts, and what befalls them.
    def set_status(self, account_id: str, status: str, reason: str = "") -> dict:
        """What Composio says of an account from now on."""
        return self.control("POST", f"accounts/{account_id}", {"status": status, "status_reason": reason})

    def set_grant(self, account_id: str, grant: str) -> dict:
        """`dead`: the service no longer honours an account's credentials, and Composio does not know; or `alive`."""
        return self.control("POST", f"accounts/{account_id}", {"grant": grant})

    def revoked(self) -> list[str]:
        """The ids of the accounts whose grants were taken back at the service, oldest first."""
        return self.counts()["revoked"]

    def make_auth_config(self, toolkit: str, scheme: str = "", **credentials) -> str:
        """An auth config made elsewhere: Composio's own app, or with a scheme and what it asks for."""
        wish: dict = {"toolkit": {"slug": toolkit}}
        if scheme:
            wish["auth_config"] = {"type": "use_custom_auth", "authScheme": scheme, "credentials": credentials}
        return self.created("/auth_configs", wish)["auth_config"]["id"]

    def make_account(self, user: str, toolkit: str, scheme: str = "", alias: str = "", auth_config: str = "", **fields) -> str:
        """An ACTIVE account made elsewhere, for whatever user id. With a scheme, of `fields`; else by consent."""
        config = auth_config or self.make_auth_config(toolkit, scheme)
        named = {"user_id": user, **({"alias": alias} if alias else {})}
        if scheme:
            state = {"authScheme": scheme, "val": {"status": "ACTIVE", **fields}}
            made = self.created("/connected_accounts", {"auth_config": {"id": config}, "connection": {**named, "state": state}})
            return made["id"]
        link = self.created("/connected_accounts/link", {"auth_config_id": config, "connection_data": fields, **named})
        settled = press(link["redirect_url"], "approve")
        assert settled.status == 200, settled.text
        return link["connected_account_id"]

    def created(self, path: str, body: dict) -> dict:
        page = self.api("POST", path, body)
        assert page.status == 201, page.text
        return page.json

    def account(self, account_id: str) -> dict:
        return self.api("GET", f"/connected_accounts/{account_id}").json

    def approve_login(self, url: str) -> Page:
        """Lets a program log in, on the page that `/dashboard?cliKey=` is."""
        return press(url, "approve")

    def deny_login(self, url: str) -> Page:
        return press(url, "deny")

    def approve(self, redirect_url: str, follow: bool = True) -> Page:
        return approve(redirect_url, follow)

    def deny(self, redirect_url: str, follow: bool = True) -> Page:
        return answer(redirect_url, "deny", follow)
