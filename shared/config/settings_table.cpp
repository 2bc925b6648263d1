#include <algorithm>
#include <array>

#include "shared/config/settings.hpp"

namespace agenta::config {
namespace {

using enum Kind;
using enum ProjectFile;

constexpr long long kSecond = 1000;
constexpr long long kDay = 24 * 60 * 60 * kSecond;
constexpr long long kGiB = 1LL << 30;

/// Sorted by key. The sandbox is no setting: it is chosen for each call, by flag or variable, so that a
/// forgotten line in a file never makes real work a rehearsal, or the reverse. In `manual`, sentences in
/// plain words; the page sets the marks.
constexpr std::array kSettings{
    Setting{"approvals.timeout", "", "", "5m", duration, "", refused,
            "How long a call that a session's policy wants approved waits for somebody's answer, where the "
            "policy does not say. Nobody's answer denies it.",
            kSecond, kDay},
    Setting{"catalog.ttl", "", "", "1h", duration, "", refused,
            "For how long what was fetched of the catalogue (integrations and tools) is as good as new. What "
            "is older is still shown at once, and fetched again behind the answer.",
            0, 365 * kDay},
    Setting{"catalog.warm", "", "", "true", boolean, "", refused,
            "Whether the daemon fetches the whole catalogue by itself, in the background, once it has a key. "
            "Without it each integration's tools are fetched when they are first asked for."},
    Setting{"composio.base_url", "COMPOSIO_BASE_URL", "", "https://backend.composio.dev", url, "", refused,
            "The Composio service. Plain http is taken for loopback hosts only. A key given for one endpoint "
            "is never sent to "
            "another."},
    Setting{"composio.dashboard_url", "", "", "", url, "", refused,
            "The address of Composio's dashboard, where login --browser sends the browser. Empty: "
            "https://dashboard.composio.dev for Composio itself, else dashboard below the endpoint."},
    Setting{"connect.browser", "", "", "true", boolean, "", allowed,
            "Whether connect opens a browser on the page where access is granted. The link is printed in any "
            "case."},
    Setting{"connect.callback", "", "", "true", boolean, "", refused,
            "Whether the daemon listens on a loopback port while a login is pending, to learn at once that "
            "it was answered. "
            "Without it the daemon asks Composio every few seconds."},
    Setting{"connect.callback_port", "", "", "0", ports, "", refused,
            "The port of 127.0.0.1 the daemon listens on while a login is pending: one port, or a range of "
            "which the first free one is taken. Where none is free the login goes on without, and the daemon "
            "asks Composio every few seconds. 0: the kernel chooses."},
    Setting{"connect.qr", "", "", "auto", choice, "auto,always,never", allowed,
            "When connect shows the link as a QR code too. With auto: where no browser is opened, and the "
            "terminal is large enough."},
    Setting{"connect.wait", "", "--wait", "10m", duration, "", allowed,
            "How long connect waits for a login to be answered before it exits; the login stays pending.",
            kSecond, kDay},
    Setting{
        "custom.file", "", "", "tools.toml", text, "", refused,
        "The file that declares tools of your own, see agenta-tools(1); a relative path is beside the "
        "config file. Only its owner may be able to write it. A daemon takes the setting when it starts."},
    Setting{"custom.in_flight", "", "", "8", integer, "", refused,
            "How many tools of your own the daemon runs at the same time; the others wait their turn.", 1,
            64},
    Setting{"daemon.drain", "", "", "10s", duration, "", refused,
            "How long a stopping daemon lets running work finish.", 0, kDay},
    Setting{"daemon.header_timeout", "", "", "10s", duration, "", refused,
            "How long a client may take to send the head of a request.", 100, kDay},
    Setting{"daemon.idle_exit", "AGENTA_TOOLS_IDLE_EXIT", "", "1h", duration, "", refused,
            "After how long without work the daemon exits; the next command starts it again. It never exits "
            "while a request, an "
            "execution or a login is open. 0s: never.",
            0, 3650 * kDay},
    Setting{"daemon.idle_timeout", "", "", "5m", duration, "", refused,
            "How long a connection to the daemon may stay open between two requests.", kSecond, kDay},
    Setting{"daemon.log_level", "", "", "info", choice, "debug,info,warn,error", refused,
            "What the daemon writes to its log: events of this level and above."},
    Setting{"daemon.max_body", "", "", "16777216", integer, "", refused,
            "The largest request the daemon takes, in bytes.", 1024, kGiB},
    Setting{"execute.coalesce_reads", "", "", "false", boolean, "", refused,
            "Whether identical calls of read-only tools that are made at the same instant, on the same "
            "connection, share one request to Composio. Each is journaled."},
    Setting{
        "execute.max_result", "", "", "1073741824", integer, "", refused,
        "The largest result of a tool that is taken, in bytes. One above 1 MiB is never held in memory: it "
        "is written to a file in the home as it comes.",
        1 << 20, 2 * kGiB},
    Setting{"execute.timeout", "AGENTA_TOOLS_TIMEOUT", "--timeout", "60s", duration, "", allowed,
            "How long a call may take, from end to end.", 100, kDay},
    Setting{
        "history.keep_for", "", "", "2160h", duration, "", refused,
        "For how long the journal keeps the arguments and the result of an execution. Then they are dropped; "
        "what ran, when, by whom and how it ended stays. 0s: for ever.",
        0, 3650 * kDay},
    Setting{"history.keep_results", "", "", "1048576", integer, "", refused,
            "The largest result the journal keeps, in bytes. Of a larger one it keeps that it was there.", 0,
            kGiB},
    Setting{
        "history.redact", "", "", "", places, "", refused,
        "What of arguments and results the journal does not keep, beside what its name or its schema says "
        "is a secret: JSON pointers, apart by spaces or commas, in which * stands for any one name or "
        "index. TOOLS:/pointer is for the tools of that name alone, in which * stands for any letters. The "
        "caller gets the result whole."},
    Setting{"history.results_quota", "", "", "1073741824", integer, "", refused,
            "How much room the results above 1 MiB may take in the home, in bytes. Beyond it the oldest are "
            "dropped; of those the journal keeps how large they were.",
            0, 1024 * kGiB},
    Setting{"limits.in_flight", "", "", "64", integer, "", refused,
            "How many executions the daemon runs at the same time; the others wait their turn.", 1, 1024},
    Setting{
        "login.store", "", "--store", "auto", choice, "auto,keyring,file", refused,
        "Where login saves the Composio key. keyring: in the desktop's keyring (Secret Service), or not at "
        "all. file: in a file of the home that only its owner can read. auto: in the keyring where one "
        "answers within 3 s, else in the file, and says so."},
    Setting{"output.color", "", "--color", "auto", choice, "auto,always,never", allowed,
            "When output is coloured. With auto: on a terminal, unless NO_COLOR is set or TERM is dumb; in a "
            "pipe too if "
            "CLICOLOR_FORCE is set."},
    Setting{
        "output.preview_bytes", "", "", "262144", integer, "", allowed,
        "The largest result that execute prints on a terminal, in bytes. Of a larger one it shows what it "
        "is made of, and how to have the whole. 0: no limit.",
        0, kGiB},
    Setting{"project", "AGENTA_TOOLS_PROJECT", "--project", "default", slug, "", allowed,
            "The project whose connections and history are used."},
    Setting{"session", "AGENTA_TOOLS_SESSION", "--session", "", slug, "", allowed,
            "The session in which execute, batch and proxy run what they run: with its connections and under "
            "its policy. Empty: in none."},
};
static_assert(std::ranges::is_sorted(kSettings, {}, &Setting::key));

}  // namespace

std::span<Setting const> settings_table() { return kSettings; }

Setting const* find_setting(std::string_view key) {
  auto const* const found = std::ranges::lower_bound(kSettings, key, {}, &Setting::key);
  return found != kSettings.end() && found->key == key ? found : nullptr;
}

std::string_view name_of(Origin origin) {
  switch (origin) {
    case Origin::flag: return "flag";
    case Origin::environment: return "environment";
    case Origin::project_file: return "project file";
    case Origin::user_file: return "user file";
    case Origin::fallback: return "default";
  }
  __builtin_unreachable();
}

}  // namespace agenta::config
