#include <gtest/gtest.h>

#include <algorithm>

#include "shared/protocol/json_slice.hpp"
#include "tests/unit/cli/app/rig.hpp"

// The verbs of connections, beside list and connect.
namespace agenta::cli {
namespace {

std::string row(std::string const& slug, std::string const& status, std::string const& more = "") {
  return R"({"id":"id-)" + slug + R"(","slug":")" + slug +
         R"(","integration_slug":"github","integration_name":"GitHub","status":")" + status +
         R"(","auth_type":"OAUTH2","composio_account_id":"ca_1")" + more + "}";
}

std::string list(std::vector<std::string> const& rows) {
  std::string items;
  for (std::string const& each : rows) items.append(items.empty() ? "" : ",").append(each);
  return "{\"items\":[" + items + "],\"total\":" + std::to_string(rows.size()) + ",\"next_cursor\":null}";
}

std::string check(std::string const& slug, std::string const& health) {
  return R"({"health":")" + health + R"(","probe":"GET /user","detail":"it answered","connection":)" +
         row(slug, health == "dead" ? "EXPIRED" : "ACTIVE") + "}";
}

void at_a_terminal(Rig& rig, int width = 160) {
  rig.shape.out_is_tty = true;
  rig.shape.width = width;
  rig.variables["NO_COLOR"] = "1";
}

TEST(ConnectionsList, SaysInWordsWhichIsTheDefaultAndWhyOneIsNot) {
  Rig rig;
  at_a_terminal(rig);
  rig.answers(list({row("work", "ACTIVE", R"(,"is_default":true)"),
                    row("home", "EXPIRED", R"(,"error":{"code":"CONNECTION_EXPIRED","message":"revoked"})"),
                    row("new", "PENDING", R"(,"expires_at":"2999-11-23T20:55:00.000Z")"),
                    row("other", "ACTIVE", R"(,"foreign":true)")}));

  EXPECT_EQ(rig.run({"connections", "list"}), 0);
  EXPECT_EQ(rig.capture.out,
            "SLUG   INTEGRATION  STATUS   AUTH    DEFAULT  LAST USED  WHY\n"
            "work   github       ACTIVE   OAUTH2  default  never\n"
            "home   github       EXPIRED  OAUTH2           never      revoked\n"
            "new    github       PENDING  OAUTH2           never      login open until 2999-11-23 20:55\n"
            "other  github       ACTIVE   OAUTH2           never      of another Composio project than your "
            "key's\n");
}

TEST(ConnectionsList, FitsANarrowTerminalWithEverySlugWhole) {
  Rig rig;
  at_a_terminal(rig, 80);
  std::string const slug = "the-account-of-the-whole-engineering-team";
  rig.answers(list({row(slug, "EXPIRED",
                        R"(,"name":")" + slug +
                            R"(","last_used_at":"2026-11-25T10:00:00.000Z",)"
                            R"("error":{"code":"CONNECTION_EXPIRED","message":"the service refuses it"})")}));

  EXPECT_EQ(rig.run({"connections", "list"}), 0);
  EXPECT_EQ(rig.capture.out,
            "SLUG                                       INTEGR…  STATUS   LAST USED   WHY\n" + slug +
                "  github   EXPIRED  2026-11-25  the se…\n");
}

TEST(ConnectionsList, SaysWhatThereIsNoneOfAndHowToGoOn) {
  struct Case {
    std::vector<std::string> flags;
    std::string said;
  };
  for (Case const& each :
       {Case{{}, "No connections yet. Make one: agenta-tools --project other connect github\n"},
        Case{{"--integration", "nope"},
             "No connections of nope. Make one: agenta-tools --project other connect nope\n"},
        Case{{"--status", "EXPIRED"},
             "No EXPIRED connections. All there are: agenta-tools --project other connections list\n"},
        Case{{"--status", "FAILED", "--integration", "gmail"},
             "No FAILED connections of gmail. All there are: agenta-tools --project other connections list "
             "--integration gmail\n"}}) {
    Rig rig;
    at_a_terminal(rig);
    rig.variables["AGENTA_TOOLS_PROJECT"] = "other";
    rig.answers(list({}));
    std::vector<std::string> words{"connections", "list"};
    words.insert(words.end(), each.flags.begin(), each.flags.end());

    EXPECT_EQ(rig.run(words), 0) << rig.capture.err;
    EXPECT_EQ(rig.capture.out, each.said);
  }
}

TEST(ConnectionsList, GoesPageByPage) {
  Rig rig;
  rig.answers(R"({"items":[],"total":9,"next_cursor":"c2"})");

  EXPECT_EQ(rig.run({"connections", "list", "--limit", "5", "--cursor", "c1"}), 0);
  EXPECT_EQ(rig.seen.at(0).target, "/api/tools/connections?cursor=c1&limit=5");
}

TEST(ConnectionsShow, TellsWhoMadeChangedAndUsedItAndWhatToType) {
  Rig rig;
  at_a_terminal(rig);
  std::string const ada = R"({"uid":1000,"user":"ada","host":"engine","program":"agenta-tools 0.1.0"})";
  std::string const bot = R"({"uid":7,"user":"bot","host":"ci","program":"curl"})";
  rig.answers(row("work", "EXPIRED",
                  R"(,"created_at":"2026-11-23T20:45:00.000Z","updated_at":"2026-11-24T20:45:00.000Z",)"
                  R"("last_used_at":"2026-11-25T10:00:00.000Z","last_checked_at":"2026-11-25T11:00:00.000Z",)"
                  R"("error":{"code":"CONNECTION_EXPIRED","message":"revoked"},"created_by":)" +
                      ada + ",\"changed_by\":" + ada + ",\"used_by\":" + bot));

  EXPECT_EQ(rig.run({"connections", "show", "work"}), 0);
  for (char const* line : {"created       2026-11-23 20:45 by ada@engine (uid 1000), agenta-tools 0.1.0\n",
                           "changed       2026-11-24 20:45 by ada@engine (uid 1000), agenta-tools 0.1.0\n",
                           "last used     2026-11-25 10:00 by bot@ci (uid 7), curl\n",
                           "last checked  2026-11-25 11:00\n", "error         CONNECTION_EXPIRED: revoked\n",
                           "next          agenta-tools connect github --reconnect work\n"}) {
    EXPECT_NE(rig.capture.out.find(line), std::string::npos) << line << rig.capture.out;
  }
}

/// Answers the list and, of each connection, a check.
Rig::Answer checks(std::vector<std::string> rows, std::string dead = "", std::string unreachable = "") {
  return [rows = std::move(rows), dead = std::move(dead),
          unreachable = std::move(unreachable)](ServiceRequest const& request) -> Result<ServiceReply> {
    if (request.method == "GET") return reply_with(list(rows));
    std::string const prefix = "/api/tools/connections/";
    std::string name = request.target.substr(prefix.size());
    name = name.substr(0, name.find('/'));
    if (name.starts_with("id-")) name.erase(0, 3);
    if (name == unreachable) return fail(ErrorCode::provider_unavailable, "no network");
    return reply_with(check(name, name == dead ? "dead" : "alive"));
  };
}

TEST(ConnectionsCheck, AsksAboutAllThatHaveAGrant) {
  Rig rig;
  rig.answer = checks({row("a", "ACTIVE"), row("b", "PENDING"), row("c", "EXPIRED"), row("d", "FAILED"),
                       row("e", "ACTIVE", R"(,"foreign":true)"), row("f", "INACTIVE")});

  EXPECT_EQ(rig.run({"connections", "check"}), 0) << rig.capture.err;
  std::vector<std::string> asked;
  for (auto const& request : rig.seen) {
    if (request.method == "POST") asked.push_back(request.target);
  }
  std::ranges::sort(asked);
  EXPECT_EQ(asked, (std::vector<std::string>{"/api/tools/connections/id-a/check",
                                             "/api/tools/connections/id-c/check",
                                             "/api/tools/connections/id-f/check"}));
  EXPECT_EQ(rig.capture.err, "Not checked: 1 failed, 1 of another Composio project, 1 pending.\n");
  // In the order of the list, whoever answered first.
  EXPECT_EQ(protocol::read_string(*protocol::find_pointer(rig.capture.out, "/items/1/connection/slug")), "c");
}

TEST(ConnectionsCheck, OfNothingIsFine) {
  Rig rig;
  rig.answers(list({}));

  EXPECT_EQ(rig.run({"connections", "check", "--json"}), 0);
  EXPECT_EQ(rig.capture.out, "{\"items\":[]}\n");
}

TEST(ConnectionsCheck, FailsForADeadOneWithAllItLearnedAndTheStepThatRenews) {
  Rig rig;
  rig.answer = checks({row("a", "ACTIVE"), row("b", "ACTIVE")}, "b");

  EXPECT_EQ(rig.run({"connections", "check", "--all", "--json"}), 4);
  EXPECT_EQ(protocol::find_pointer(rig.capture.out, "/error/code"), "\"CONNECTION_EXPIRED\"");
  EXPECT_EQ(protocol::find_pointer(rig.capture.out, "/error/context/items/1/health"), "\"dead\"");
  EXPECT_EQ(protocol::find_pointer(rig.capture.out, "/error/next_step"),
            R"(["agenta-tools","connect","github","--reconnect","b"])");
}

TEST(ConnectionsCheck, ShowsTheTableBeforeItFailsAtATerminal) {
  Rig rig;
  at_a_terminal(rig);
  rig.answer = checks({}, "b");

  EXPECT_EQ(rig.run({"connections", "check", "a", "b"}), 4);
  EXPECT_EQ(rig.capture.out,
            "SLUG  INTEGRATION  HEALTH  ASKED      DETAIL\n"
            "a     github       alive   GET /user  it answered\n"
            "b     github       dead    GET /user  it answered\n");
}

TEST(ConnectionsCheck, NeverCutsASlugOrWhatItFound) {
  Rig rig;
  at_a_terminal(rig, 60);
  std::string const slug = "the-account-of-the-whole-engineering-team";
  rig.answer = checks({row(slug, "ACTIVE")});

  EXPECT_EQ(rig.run({"connections", "check"}), 0) << rig.capture.err;
  EXPECT_NE(rig.capture.out.find("\n" + slug + "  "), std::string::npos) << rig.capture.out;
  EXPECT_NE(rig.capture.out.find("  alive   "), std::string::npos) << rig.capture.out;
  EXPECT_EQ(rig.capture.err, "");
}

TEST(Whoami, CallsTheKeysFingerprintByItsName) {
  Rig rig;
  at_a_terminal(rig);
  rig.answers(
      R"({"source":"login","store":"file","base_url":"https://b","key_fingerprint":"b207","file":"/f"})");

  EXPECT_EQ(rig.run({"whoami"}), 0) << rig.capture.err;
  EXPECT_NE(rig.capture.out.find("\n  key fingerprint  b207\n"), std::string::npos) << rig.capture.out;
}

TEST(ConnectionsCheck, BlamesTheNetworkAndNoConnection) {
  Rig rig;
  rig.answer = checks({row("a", "ACTIVE"), row("b", "ACTIVE")}, "", "b");

  EXPECT_EQ(rig.run({"connections", "check", "--json"}), 3);
  EXPECT_EQ(protocol::find_pointer(rig.capture.out, "/error/code"), "\"PROVIDER_UNAVAILABLE\"");
}

TEST(ConnectionsCheck, TakesNamesOrAll) {
  Rig rig;

  EXPECT_EQ(rig.run({"connections", "check", "a", "--all"}), 2);
  EXPECT_TRUE(rig.seen.empty());
}

TEST(ConnectionsChange, SendsWhatIsToBeOtherwise) {
  struct Case {
    std::vector<std::string> words;
    std::string request;
    std::string said;
  };
  for (Case const& each : {Case{.words = {"rename", "github", "work", "--name", "Me"},
                          .request = R"(PATCH /api/tools/connections/github {"slug":"work","name":"Me"})",
                          .said = "It is work now.\n"},
                           Case{.words = {"rename", "work", "--name", "Me"},
                           .request = R"(PATCH /api/tools/connections/work {"name":"Me"})",
                           .said = "It is work now.\n"},
                           Case{.words = {"default", "work"},
                           .request = R"(PATCH /api/tools/connections/work {"is_default":true})",
                           .said = "work is the default of GitHub now.\n"},
                           Case{.words = {"refresh", "work"},
                           .request = "POST /api/tools/connections/work/refresh ",
                           .said = "work is ACTIVE.\n"},
                           Case{.words = {"cancel", "work"},
                           .request = "POST /api/tools/connections/work/cancel ",
                           .said = "The renewal of work is cancelled: it is ACTIVE as before.\n"}}) {
    Rig rig;
    at_a_terminal(rig);
    rig.answers(row("work", "ACTIVE"));
    std::vector<std::string> words{"connections"};
    words.insert(words.end(), each.words.begin(), each.words.end());

    EXPECT_EQ(rig.run(words), 0) << rig.capture.err;
    ServiceRequest const& seen = rig.seen.at(0);
    EXPECT_EQ(seen.method + " " + seen.target + " " + seen.body, each.request);
    EXPECT_EQ(rig.capture.out, each.said);
  }
}

TEST(ConnectionsChange, OfNothingIsAMistake) {
  Rig rig;

  EXPECT_EQ(rig.run({"connections", "rename", "work"}), 2);
  EXPECT_TRUE(rig.seen.empty());
}

TEST(ConnectionsSync, TellsWhatItDid) {
  Rig rig;
  at_a_terminal(rig);
  rig.answers(R"({"items":[{"change":"adopted","connection":)" + row("new", "ACTIVE") +
              R"(}],"unchanged":3})");

  EXPECT_EQ(rig.run({"connections", "sync"}), 0);
  EXPECT_EQ(rig.capture.out,
            "CHANGE   SLUG  INTEGRATION  STATUS  ACCOUNT\n"
            "adopted  new   github       ACTIVE  ca_1\n");
  EXPECT_EQ(rig.capture.err, "3 others are as Composio has it\n");
  EXPECT_EQ(rig.seen.at(0).target, "/api/tools/connections/sync");
}

TEST(ConnectionsPrune, ClearsNothingInADryRun) {
  Rig rig;
  at_a_terminal(rig);
  rig.answers(
      R"({"items":[{"slug":null,"integration_slug":"github","composio_account_id":"ca_old","reason":"never finished"}],"dry_run":true})");

  EXPECT_EQ(rig.run({"connections", "prune", "--dry-run"}), 0);
  EXPECT_EQ(rig.seen.at(0).target, "/api/tools/connections/prune?dry_run=true");
  EXPECT_NE(rig.capture.err.find("1 dead login would be cleared away"), std::string::npos);
}

std::string events(std::string const& slug, std::string const& cursor) {
  std::string const item =
      R"({"sequence":7,"at":"2026-11-23T20:46:00.000Z","change":"renamed","connection_id":"x","slug":")" +
      slug +
      R"(","integration_slug":"github","status":"ACTIVE","by":{"uid":1,"user":"ada","host":"h","program":"p"},"detail":"was \u001b[2J"})";
  return "{\"items\":[" + (slug.empty() ? "" : item) + R"(],"total":1,"next_cursor":")" + cursor + "\"}";
}

/// Answers with two changes, with a daemon that is away between them, and is then interrupted.
Rig::Answer changes(Rig& rig) {
  return [&rig, asked = 0](ServiceRequest const& request) mutable -> Result<ServiceReply> {
    bool const waits = request.target.find("wait=") != std::string::npos;
    if (!waits)
      return reply_with(events("", request.target.find("cursor=c9") != std::string::npos ? "c9" : "c0"));
    switch (++asked) {
      case 1: return reply_with(events("one", "c1"));
      case 2: return fail(ErrorCode::daemon_unavailable, "it hung up");
      case 3: return reply_with(events("two", "c2"));
      default: break;
    }
    rig.stop.request_stop();
    return fail(ErrorCode::cancelled, "interrupted");
  };
}

TEST(ConnectionsWatch, PrintsALineEachAndGoesOnAfterTheDaemonWasAway) {
  Rig rig;
  rig.answer = changes(rig);

  EXPECT_EQ(rig.run({"connections", "watch"}), 130);
  EXPECT_EQ(std::ranges::count(rig.capture.out, '\n'), 2);
  EXPECT_EQ(rig.seen.at(1).target, "/api/tools/connection-changes?cursor=c0&wait=20");
  EXPECT_EQ(rig.seen.at(2).target, rig.seen.at(3).target) << "asked again with the last cursor";
  EXPECT_NE(rig.capture.err.find("connections watch --since c2"), std::string::npos) << rig.capture.err;
}

TEST(ConnectionsWatch, ShowsAPersonWhatHappenedAndObeysNothing) {
  Rig rig;
  at_a_terminal(rig);
  rig.answer = changes(rig);

  EXPECT_EQ(rig.run({"connections", "watch", "--since", "c9"}), 130);
  EXPECT_EQ(rig.seen.at(0).target, "/api/tools/connection-changes?cursor=c9");
  EXPECT_EQ(rig.seen.at(1).target, "/api/tools/connection-changes?cursor=c9&wait=20");
  EXPECT_EQ(rig.capture.out.substr(0, rig.capture.out.find('\n')),
            "2026-11-23 20:46  renamed       one (github): was \\x1b[2J  by ada")
      << rig.capture.out;
}

TEST(Disconnect, SaysTheStepOfItsOwnProject) {
  for (bool const by_flag : {true, false}) {
    Rig rig;
    rig.answers(row("work", "ACTIVE"));
    std::vector<std::string> words{"--sandbox", "disconnect", "work", "--json"};
    if (by_flag) words.insert(words.begin(), {"--project", "other"});
    if (!by_flag) rig.variables["AGENTA_TOOLS_PROJECT"] = "other";

    EXPECT_EQ(rig.run(words), 14);
    EXPECT_EQ(protocol::find_pointer(rig.capture.out, "/error/next_step"),
              R"(["agenta-tools","--sandbox","--project","other","disconnect","work","--yes"])");
  }
  Rig rig;
  rig.answers(row("work", "ACTIVE"));
  EXPECT_EQ(rig.run({"disconnect", "work", "--json"}), 14);
  EXPECT_EQ(protocol::find_pointer(rig.capture.out, "/error/next_step"),
            R"(["agenta-tools","disconnect","work","--yes"])");
}

TEST(Disconnect, NamesWhatGoes) {
  for (bool const keeps : {false, true}) {
    Rig rig;
    rig.shape.in_is_tty = rig.shape.err_is_tty = true;
    rig.shape.width = 300;
    rig.variables["NO_COLOR"] = "1";
    rig.capture.in = "n\n";
    rig.answers(row("work", "ACTIVE", R"(,"name":"Me","is_default":true)"));
    std::vector<std::string> words{"disconnect", "work"};
    if (keeps) words.emplace_back("--keep-remote");

    EXPECT_EQ(rig.run(words), 130);
    std::string const fate =
        keeps ? "At Composio the account ca_1 stays, with its access to GitHub."
              : "Its access to GitHub is revoked, and the account ca_1 deleted at Composio.";
    EXPECT_EQ(rig.capture.err.substr(0, rig.capture.err.find("agenta-tools:")),
              "This forgets the GitHub connection work (Me), the default of its integration. " + fate +
                  "\nDisconnect work? [y/N] ");
    EXPECT_EQ(rig.seen.size(), 1U);
  }
}

}  // namespace
}  // namespace agenta::cli
