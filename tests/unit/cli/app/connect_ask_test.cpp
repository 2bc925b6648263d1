#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>

#include "shared/protocol/json_slice.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/cli/app/rig.hpp"

// What connect asks a person, and what it never takes from the command line.
namespace agenta::cli {
namespace {

constexpr char const* kId = "0192f3a4-0000-7000-8000-000000000001";
constexpr char const* kShop =
    R"({"slug":"shop","name":"Shop","auth_config":[{"mode":"API_KEY","help_url":"https://shop/help","connection_fields":[)"
    R"({"name":"subdomain","display_name":"Subdomain","required":true,"default":"acme"},)"
    R"({"name":"pin","required":true,"secret":true},{"name":"region","required":false}]},)"
    R"({"mode":"BASIC","connection_fields":[{"name":"user","required":true},{"name":"code","required":true,"secret":true}]}]})";
constexpr char const* kZoom =
    R"({"slug":"zoom","name":"Zoom","auth_config":[{"mode":"OAUTH2","managed":false,"auth_config_fields":[)"
    R"({"name":"client_id","required":true},{"name":"client_secret","required":true,"secret":true}]}]})";

std::string row(std::string const& integration, std::string const& status, std::string const& more = "") {
  return R"({"id":")" + std::string{kId} + R"(","slug":"work","integration_slug":")" + integration +
         R"(","integration_name":"Shop","status":")" + status + "\"" + more + "}";
}

Result<ServiceReply> refuse(ErrorCode code, std::string message, std::string context = "") {
  Error error;
  error.code = code;
  error.message = std::move(message);
  error.context.text = std::move(context);
  return fail(std::move(error));
}

/// A rig at a terminal, and what it answers to the POSTs of connect, one after the other.
struct Desk : Rig {
  explicit Desk(std::string detail) {
    shape.in_is_tty = shape.out_is_tty = shape.err_is_tty = true;
    shape.is_dumb = true;  // no spinner
    variables["NO_COLOR"] = "1";
    answer = [this, detail = std::move(detail)](ServiceRequest const& request) -> Result<ServiceReply> {
      if (request.target.starts_with("/api/tools/integrations")) return reply_with(detail);
      if (request.method == "GET") return reply_with(state);
      std::size_t const at = std::min(posted++, posts.size() - 1);
      return posts.at(at);
    };
  }

  /// The bodies of the POSTs.
  std::vector<std::string> bodies() const {
    std::vector<std::string> all;
    for (ServiceRequest const& request : seen) {
      if (request.method == "POST") all.push_back(request.body);
    }
    return all;
  }

  std::string state = row("shop", "ACTIVE");
  std::vector<Result<ServiceReply>> posts{
      reply_with(R"({"id":")" + std::string{kId} + R"(","slug":"work","status":"ACTIVE","message":"done"})")};
  std::size_t posted = 0;
};

TEST(ConnectAsks, InTheDeclaredOrderWithDefaultsAndSaysWhereToFindThem) {
  Desk desk{kShop};
  desk.capture.in = "\nsk_typed\n";

  EXPECT_EQ(desk.run({"connect", "shop"}), 0) << desk.capture.err;
  EXPECT_EQ(desk.bodies().at(0),
            R"({"integration_slug":"shop","credentials":{"subdomain":"acme","pin":"sk_typed"}})");
  EXPECT_NE(desk.capture.err.find("https://shop/help"), std::string::npos);
  EXPECT_LT(desk.capture.err.find("Subdomain [acme]:"), desk.capture.err.find("pin, not shown:"));
  EXPECT_EQ(desk.capture.out, "Connected Shop as work.\n");
}

TEST(ConnectAsks, InWordsThatDoNotReadAsDone) {
  Desk desk{kShop};
  desk.capture.in = "\nsk_typed\n";

  EXPECT_EQ(desk.run({"connect", "shop"}), 0) << desk.capture.err;
  EXPECT_TRUE(desk.capture.err.starts_with(
      "To connect Shop (API_KEY), find what is asked for at https://shop/help:\n"))
      << desk.capture.err;
}

TEST(ConnectAsks, NothingMoreAndPostsNothingOnceASignalCame) {
  Desk desk{kShop};
  desk.capture.in = "globex\nsk_typed\n";
  auto const usual = desk.answer;
  desk.answer = [&](ServiceRequest const& request) {
    desk.stop.request_stop();
    return usual(request);
  };

  EXPECT_EQ(desk.run({"connect", "shop"}), 130);
  EXPECT_TRUE(desk.bodies().empty());
  EXPECT_NE(desk.capture.err.find("\nagenta-tools: interrupted\n"), std::string::npos) << desk.capture.err;
}

constexpr char const* kTwoWays =
    R"({"slug":"linear","name":"Linear","auth_config":[{"mode":"OAUTH2","managed":true,"connection_fields":[)"
    R"({"name":"workspace","required":false}]},)"
    R"({"mode":"API_KEY","connection_fields":[{"name":"generic_api_key","required":true,"secret":true},)"
    R"({"name":"subdomain","required":true}]}]})";

TEST(ConnectAsks, ByTheSchemeThatHasTheFieldsThatWereGiven) {
  Desk desk{kTwoWays};
  desk.variables["K"] = "lin_1";
  desk.capture.in = "acme\n";

  EXPECT_EQ(desk.run({"connect", "linear", "--field", "generic_api_key=env:K"}), 0) << desk.capture.err;
  EXPECT_EQ(desk.bodies().at(0),
            R"({"integration_slug":"linear","credentials":{"generic_api_key":"lin_1","subdomain":"acme"}})");
  EXPECT_TRUE(desk.capture.err.starts_with("To connect Linear (API_KEY):\n")) << desk.capture.err;
}

TEST(ConnectAsks, NobodyInAPipeAndSaysAllThatWasTypedAgain) {
  Desk desk{kTwoWays};
  desk.shape = Shape{};
  desk.variables["K"] = "lin_1";

  EXPECT_EQ(desk.run({"--project", "p", "connect", "linear", "--as", "w", "--name", "At work", "--auth",
                      "API_KEY", "--field", "generic_api_key=env:K", "--scopes", "read", "--json"}),
            14);
  EXPECT_EQ(protocol::find_pointer(desk.capture.out, "/error/next_step"),
            R"(["agenta-tools","--project","p","connect","linear","--as","w","--name","At work","--auth",)"
            R"("API_KEY","--scopes","read","--field","generic_api_key=env:K","--field","subdomain=@FILE"])");
}

TEST(ConnectAsks, NobodyInAPipeAndKeepsWhatIsRenewed) {
  Desk desk{kTwoWays};
  desk.shape = Shape{};
  desk.state = row("linear", "EXPIRED", R"(,"auth_type":"API_KEY")");
  desk.variables["K"] = "lin_1";

  EXPECT_EQ(desk.run({"connect", "--reconnect", "work", "--field", "subdomain=acme", "--json"}), 14);
  EXPECT_EQ(protocol::find_pointer(desk.capture.out, "/error/next_step"),
            R"(["agenta-tools","connect","linear","--reconnect","work","--field","subdomain=acme",)"
            R"("--field","generic_api_key=@FILE"])");
}

TEST(ConnectAsks, NothingAgainThatTheDaemonSaysIsWrong) {
  Desk desk{kTwoWays};
  desk.shape = Shape{};
  desk.variables["K"] = "lin_1";
  Error refused;
  refused.code = ErrorCode::invalid_credentials;
  refused.next_step = {"agenta-tools", "connect", "linear", "--field", "generic_api_key=@FILE"};
  desk.posts = {fail(refused)};

  EXPECT_EQ(desk.run({"connect", "linear", "--as", "w", "--field", "generic_api_key=env:K", "--field",
                      "subdomain=acme", "--json"}),
            1);
  EXPECT_EQ(protocol::find_pointer(desk.capture.out, "/error/next_step"),
            R"(["agenta-tools","connect","linear","--as","w","--field","subdomain=acme",)"
            R"("--field","generic_api_key=@FILE"])");
}

TEST(ConnectAsks, NothingThatWasGiven) {
  Desk desk{kShop};
  desk.variables["PIN"] = "sk_env";

  EXPECT_EQ(desk.run({"connect", "shop", "--field", "pin=env:PIN", "--field", "subdomain=globex"}), 0);
  EXPECT_EQ(desk.bodies().at(0),
            R"({"integration_slug":"shop","credentials":{"pin":"sk_env","subdomain":"globex"}})");
}

TEST(ConnectAsks, AgainWhereTheServiceRefusesWhatWasTyped) {
  Desk desk{kShop};
  desk.posts = {refuse(ErrorCode::invalid_credentials, "Shop says: wrong pin"), desk.posts.front()};
  desk.capture.in = "globex\nsk_wrong\n\nsk_right\n";

  EXPECT_EQ(desk.run({"connect", "shop"}), 0) << desk.capture.err;
  EXPECT_EQ(desk.bodies().at(1),
            R"({"integration_slug":"shop","credentials":{"subdomain":"globex","pin":"sk_right"}})");
  EXPECT_NE(desk.capture.err.find("Shop says: wrong pin"), std::string::npos);
  EXPECT_NE(desk.capture.err.find("Subdomain [globex]:"), std::string::npos) << "offered again";
  EXPECT_EQ(desk.capture.err.find("sk_wrong"), std::string::npos);
}

TEST(ConnectAsks, ThreeTimesAtMost) {
  Desk desk{kShop};
  desk.posts = {refuse(ErrorCode::invalid_credentials, "wrong pin")};
  desk.capture.in = "\n1\n\n2\n\n3\n\n4\n";

  EXPECT_EQ(desk.run({"connect", "shop"}), 1);
  EXPECT_EQ(desk.bodies().size(), 3U);
}

TEST(ConnectAsks, NobodyAgainAboutWhatAFileSaid) {
  Desk desk{kShop};
  desk.posts = {refuse(ErrorCode::invalid_credentials, "wrong pin")};
  desk.variables["PIN"] = "sk_env";

  EXPECT_EQ(desk.run({"connect", "shop", "--field", "pin=env:PIN", "--field", "subdomain=a"}), 1);
  EXPECT_EQ(desk.bodies().size(), 1U);
}

TEST(ConnectAsks, ForAnAppOfOnesOwnAndSaysWhatToRegister) {
  Desk desk{kZoom};
  desk.posts = {
      refuse(
          ErrorCode::not_configured, "no app",
          R"({"auth_config_fields":[{"name":"client_id","display_name":"Client id","description":"","secret":false,"required":true,"default":null},)"
          R"({"name":"client_secret","secret":true,"required":true},{"name":"scopes","secret":false,"required":false}],)"
          R"("redirect_uri":"https://backend.example/callback"})"),
      desk.posts.front()};
  desk.capture.in = "abc\ns3cret\n";

  EXPECT_EQ(desk.run({"connect", "zoom"}), 0) << desk.capture.err;
  EXPECT_EQ(
      desk.bodies().at(1),
      R"({"integration_slug":"zoom","auth_config_fields":{"client_id":"abc","client_secret":"s3cret"}})");
  EXPECT_NE(desk.capture.err.find("no app of its own for Zoom"), std::string::npos);
  EXPECT_NE(desk.capture.err.find("https://backend.example/callback"), std::string::npos);
}

TEST(ConnectAsks, ForWhatIsMissingOfAnApp) {
  Desk desk{kZoom};
  Error missing;
  missing.code = ErrorCode::invalid_credentials;
  missing.message = "zoom needs client_secret an own app";
  missing.context.text = R"({"fields":["client_secret"]})";
  missing.next_step = {"agenta-tools", "connect", "zoom", "--auth-config-field", "client_secret=@FILE"};
  desk.posts = {fail(missing), desk.posts.front()};
  desk.capture.in = "s3cret\n";

  EXPECT_EQ(desk.run({"connect", "zoom", "--auth-config-field", "client_id=abc"}), 0) << desk.capture.err;
  EXPECT_EQ(
      desk.bodies().at(1),
      R"({"integration_slug":"zoom","auth_config_fields":{"client_id":"abc","client_secret":"s3cret"}})");
  EXPECT_EQ(desk.capture.err.find("no app of its own"), std::string::npos);
}

TEST(ConnectAsks, ForWhatOnlyTheDaemonKnowsIsMissing) {
  Desk desk{kShop};
  desk.posts = {refuse(ErrorCode::invalid_credentials, "shop needs code", R"({"fields":["code"]})"),
                refuse(ErrorCode::invalid_credentials, "wrong code"), desk.posts.front()};
  desk.capture.in = "wrong\nright\n";

  EXPECT_EQ(desk.run({"connect", "shop", "--auth-config", "ac_x", "--field", "user=ada"}), 0)
      << desk.capture.err;
  EXPECT_EQ(
      desk.bodies().at(2),
      R"({"integration_slug":"shop","auth_config_id":"ac_x","credentials":{"user":"ada","code":"right"}})");
}

TEST(ConnectAsks, NobodyAboutAnAppInAPipe) {
  Desk desk{kZoom};
  desk.shape = Shape{};
  desk.posts = {refuse(ErrorCode::not_configured, "no app",
                       R"({"auth_config_fields":[{"name":"client_id","required":true}]})")};

  EXPECT_EQ(desk.run({"connect", "zoom", "--json"}), 4);
  EXPECT_EQ(protocol::find_pointer(desk.capture.out, "/error/code"), "\"NOT_CONFIGURED\"");
  EXPECT_EQ(desk.bodies().size(), 1U);
}

TEST(ConnectFields, OfAnAppTakeALiteralIdAndNeverASecret) {
  Desk desk{kZoom};
  desk.variables["SECRET"] = "s3cret";

  EXPECT_EQ(desk.run({"connect", "zoom", "--auth-config-field", "client_id=abc", "--auth-config-field",
                      "client_secret=env:SECRET"}),
            0);
  EXPECT_EQ(
      desk.bodies().at(0),
      R"({"integration_slug":"zoom","auth_config_fields":{"client_id":"abc","client_secret":"s3cret"}})");
  EXPECT_EQ(desk.run({"connect", "zoom", "--auth-config-field", "client_secret=canary", "--json"}), 2);
  EXPECT_EQ((desk.capture.out + desk.capture.err).find("canary"), std::string::npos);
}

TEST(ConnectFields, RefuseALiteralThatAnyWayToConnectCallsSecret) {
  Desk desk{kShop};

  EXPECT_EQ(desk.run({"connect", "shop", "--field", "code=canary", "--json"}), 2);
  EXPECT_EQ(desk.run({"connect", "shop", "--auth-config", "ac_x", "--field", "pin=canary", "--json"}), 2);
  EXPECT_EQ((desk.capture.out + desk.capture.err).find("canary"), std::string::npos);
  EXPECT_NE(desk.capture.err.find("pin=@FILE"), std::string::npos);
  EXPECT_TRUE(desk.bodies().empty());
}

TEST(ConnectFields, RefuseALiteralOfWhichNothingIsKnown) {
  Desk desk{kShop};

  EXPECT_EQ(desk.run({"connect", "shop", "--field", "subdomian=canary", "--json"}), 2);
  EXPECT_EQ((desk.capture.out + desk.capture.err).find("canary"), std::string::npos);
  EXPECT_NE(desk.capture.err.find("subdomain?"), std::string::npos) << desk.capture.err;
}

TEST(ConnectFields, OfNoSchemeAreRefusedBeforeTheyAreRead) {
  Desk desk{kShop};

  EXPECT_EQ(desk.run({"connect", "shop", "--field", "subdomian=@/nonexistent/file", "--json"}), 2);
  EXPECT_NE(desk.capture.err.find("there is no field subdomian (subdomain?)"), std::string::npos)
      << desk.capture.err;
  EXPECT_TRUE(desk.bodies().empty());
  // What an auth config of one's own takes, the daemon knows.
  desk.variables["X"] = "x";
  EXPECT_EQ(desk.run({"connect", "shop", "--auth-config", "ac_x", "--field", "other=env:X"}), 0);
  EXPECT_EQ(desk.bodies().at(0),
            R"({"integration_slug":"shop","auth_config_id":"ac_x","credentials":{"other":"x"}})");
}

TEST(ConnectFields, ThatAreNoSecretsMayBeInAFileThatOthersRead) {
  test::TemporaryDirectory directory;
  auto const file = directory.path() / "pub";
  std::ofstream{file} << "globex\n";
  ASSERT_EQ(::chmod(file.c_str(), 0644), 0);
  Desk desk{kShop};
  desk.variables["PIN"] = "sk_env";

  EXPECT_EQ(desk.run({"connect", "shop", "--field", "subdomain=@" + file.string(), "--field", "pin=env:PIN"}),
            0)
      << desk.capture.err;
  EXPECT_EQ(desk.bodies().at(0),
            R"({"integration_slug":"shop","credentials":{"subdomain":"globex","pin":"sk_env"}})");
  EXPECT_EQ(desk.run({"connect", "shop", "--field", "pin=@" + file.string()}), 12) << desk.capture.err;
}

TEST(ConnectFields, AreGivenOnce) {
  Desk desk{kShop};

  EXPECT_EQ(desk.run({"connect", "shop", "--field", "region=a", "--field", "region=b"}), 2);
  EXPECT_TRUE(desk.seen.empty());
}

TEST(ConnectLink, IsAHyperlinkOnATerminalAndSaysThatItGoesOn) {
  Desk desk{R"({"slug":"github","name":"GitHub","auth_config":[{"mode":"OAUTH2","managed":true}]})"};
  desk.shape.is_dumb = false;
  desk.variables["TERM"] = "xterm";
  desk.posts = {
      reply_with(R"({"id":")" + std::string{kId} +
                 R"(","slug":"work","status":"PENDING","redirect_url":"https://link/x","message":"m"})")};

  EXPECT_EQ(desk.run({"connect", "github", "--no-browser"}), 0);
  EXPECT_NE(desk.capture.err.find("\x1b]8;;https://link/x\x1b\\https://link/x\x1b]8;;\x1b\\\n"),
            std::string::npos);
  EXPECT_NE(desk.capture.err.find("on any device"), std::string::npos);
  EXPECT_NE(desk.capture.err.find("goes on by itself"), std::string::npos);
}

/// The code's upper edge: a line of light modules.
constexpr char const* kBlocks = "██████";

TEST(ConnectLink, IsDrawnWhereNoBrowserIsAndTheTerminalCan) {
  struct Case {
    char const* what;
    std::vector<std::string> flags;
    std::string url = "https://link/x";
    std::string locale = "C.UTF-8";
    int height = 40;
    bool is_drawn = true;
  };
  for (Case const& each :
       {Case{.what = "auto", .flags = {"--no-browser"}},
        Case{.what = "never", .flags = {"--no-qr"}, .is_drawn = false},
        Case{.what = "not waiting", .flags = {"--no-wait"}, .is_drawn = false},
        Case{.what = "asked for", .flags = {"--no-wait", "--qr"}},
        Case{.what = "quiet", .flags = {"--quiet"}, .is_drawn = false},
        Case{.what = "loopback", .flags = {}, .url = "http://127.0.0.1:9/x", .is_drawn = false},
        Case{.what = "no UTF-8", .flags = {}, .locale = "C", .is_drawn = false},
        Case{.what = "too low", .flags = {}, .height = 15, .is_drawn = false}}) {
    Desk desk{R"({"slug":"github","name":"GitHub","auth_config":[{"mode":"OAUTH2","managed":true}]})"};
    desk.shape.is_dumb = false;
    desk.shape.height = each.height;
    desk.variables["TERM"] = "xterm";
    desk.variables["LC_ALL"] = each.locale;
    desk.posts = {reply_with(R"({"id":")" + std::string{kId} +
                             R"(","slug":"work","status":"PENDING","message":"m","redirect_url":")" +
                             each.url + "\"}")};
    std::vector<std::string> words{"connect", "github"};
    words.insert(words.end(), each.flags.begin(), each.flags.end());

    EXPECT_EQ(desk.run(words), 0) << each.what;
    EXPECT_EQ(desk.capture.err.find(kBlocks) != std::string::npos, each.is_drawn) << each.what;
    EXPECT_NE(desk.capture.err.find(each.url), std::string::npos) << each.what;
  }
}

TEST(ConnectLink, IsMadeAnewWhereItExpiredAndThePersonWantsIt) {
  Desk desk{R"({"slug":"github","name":"GitHub","auth_config":[{"mode":"OAUTH2","managed":true}]})"};
  desk.state = row("github", "FAILED", R"(,"error":{"code":"OAUTH_EXPIRED","message":"the link expired"})");
  std::string const first =
      R"({"id":")" + std::string{kId} +
      R"(","slug":"work","status":"PENDING","message":"m","redirect_url":"https://link/1"})";
  std::string second = first;
  second.replace(second.find("link/1"), 6, "link/2");
  desk.posts = {reply_with(first), reply_with(second)};
  desk.capture.in = "\nn\n";

  EXPECT_EQ(desk.run({"connect", "github", "--as", "work", "--scopes", "repo"}), 9);
  ASSERT_EQ(desk.bodies().size(), 2U);
  EXPECT_EQ(desk.bodies()[0], desk.bodies()[1]);
  EXPECT_NE(desk.capture.err.find("https://link/2"), std::string::npos);
  EXPECT_NE(desk.capture.err.find("[Y/n]"), std::string::npos);
}

TEST(ConnectLink, IsMadeAnewForALoginThatIsResumed) {
  Desk desk{R"({"slug":"github","name":"GitHub","auth_config":[{"mode":"OAUTH2","managed":true}]})"};
  desk.state = row(
      "github", "FAILED",
      R"(,"auth_type":"OAUTH2","composio_auth_config_id":"ac_1","error":{"code":"OAUTH_EXPIRED","message":"over"})");
  desk.capture.in = "y\nn\n";

  EXPECT_EQ(desk.run({"connect", "--resume", kId}), 9);
  ASSERT_EQ(desk.bodies().size(), 1U);
  EXPECT_EQ(desk.bodies()[0],
            R"({"integration_slug":"github","slug":"work","auth_type":"OAUTH2","auth_config_id":"ac_1"})");
}

TEST(Notices, AreSaidOnceOnStderrAndAreInNoDocument) {
  for (bool const is_quiet : {false, true}) {
    Rig rig;
    rig.answer = [](ServiceRequest const&) {
      ServiceReply reply;
      reply.body = R"({"items":[],"total":0,"next_cursor":null})";
      reply.headers = {{"agenta-tools-notice", "done otherwise"},
                       {"agenta-tools-notice", "and that"},
                       {"agenta-tools-notice", "done otherwise"}};
      return Result<ServiceReply>{reply};
    };
    std::vector<std::string> words{"connections", "list", "--json"};
    if (is_quiet) words.emplace_back("--quiet");

    EXPECT_EQ(rig.run(words), 0);
    EXPECT_EQ(rig.capture.err, is_quiet ? "" : "done otherwise\nand that\n");
    EXPECT_EQ(rig.capture.out.find("otherwise"), std::string::npos);
  }
}

}  // namespace
}  // namespace agenta::cli
