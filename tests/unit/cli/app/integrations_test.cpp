#include <gtest/gtest.h>

#include "tests/unit/cli/app/catalog_support.hpp"

namespace agenta::cli {
namespace {

constexpr char const* kList =
    R"({"items":[{"slug":"github","name":"GitHub","description":"Code","auth_schemes":["OAUTH2"],"tools_count":25,
"connection_status":"ACTIVE","new_member":{"x":1}},{"slug":"gmail","name":"Gmail","description":"Mail","tools_count":13,
"connection_status":"EXPIRED"},{"slug":"slack","name":"Slack","description":"Chat","tools_count":8,
"connection_status":"SOMETHING_NEW"}],"total":857,"categories":[],"next_cursor":"3"})";

TEST(IntegrationsList, SaysTheStateOfConnectionsInWords) {
  Rig rig;
  put_on_terminal(rig);
  rig.answers(kList);

  EXPECT_EQ(rig.run({"integrations"}), 0);
  EXPECT_EQ(rig.capture.out,
            "SLUG    NAME    STATE      TOOLS  AUTH    DESCRIPTION\n"
            "github  GitHub  connected  25     OAUTH2  Code\n"
            "gmail   Gmail   expired    13             Mail\n"
            "slack   Slack   -          8              Chat\n");
  EXPECT_EQ(rig.capture.err, "3 of 857; more with --all\n");
}

TEST(IntegrationsList, ColoursTheStateToo) {
  Rig rig;
  rig.shape.out_is_tty = true;
  rig.answers(kList);

  EXPECT_EQ(rig.run({"integrations", "list"}), 0);
  EXPECT_NE(rig.capture.out.find("\x1b[32mconnected\x1b[0m"), std::string::npos);
  EXPECT_NE(rig.capture.out.find("\x1b[31mexpired\x1b[0m"), std::string::npos);
}

TEST(IntegrationsList, AsksForWhatTheFlagsName) {
  Rig rig;
  rig.answers(kList);

  EXPECT_EQ(rig.run({"toolkits", "list", "--search", "a b", "--category", "crm", "--auth", "OAUTH2",
                     "--connected", "--limit", "5", "--cursor", "c", "--offline"}),
            0);
  EXPECT_EQ(rig.seen.at(0).target,
            "/api/tools/integrations?search=a%20b&category=crm&auth=OAUTH2&connected=true&cursor=c&limit=5&"
            "offline=true");
}

TEST(IntegrationsList, AsksForLargePagesWhereAllAreWanted) {
  Rig rig;
  rig.answers(R"({"items":[],"total":0,"next_cursor":null})");

  EXPECT_EQ(rig.run({"integrations", "list", "--all"}), 0);
  EXPECT_EQ(rig.seen.at(0).target, "/api/tools/integrations?limit=1000");
}

TEST(Lists, EndWithAnErrorWhereAPageComesTwice) {
  Rig rig;
  int page = 0;
  rig.answer = [&](ServiceRequest const&) {
    return reply_with(R"({"items":[],"total":9,"next_cursor":")" + std::string{++page % 2 == 0 ? "a" : "b"} +
                      "\"}");
  };

  EXPECT_EQ(rig.run({"integrations", "list", "--all", "--json"}), 1);
  EXPECT_EQ(rig.seen.size(), 3U);
}

TEST(IntegrationsShow, TellsHowItIsConnectedAndWhatIsNext) {
  Rig rig;
  put_on_terminal(rig, 60);
  rig.answers(R"({"slug":"stripe","name":"Stripe","description":"Payments.","tools_count":8,
"categories":[{"slug":"payments","name":"payments"}],"connection_status":"EXPIRED",
"auth_config":[{"mode":"API_KEY","connection_fields":[{"name":"api_key","required":true,"secret":true,
"description":"Your key\u001b[2J"}]},
{"mode":"OAUTH2","managed":true,"auth_config_fields":[{"name":"client_id","required":true}],"scopes":["a","b"]}],
"connections":[{"id":"i1","slug":"live","integration_slug":"stripe","status":"EXPIRED","auth_type":"API_KEY",
"is_default":true,"last_checked_at":"2026-11-23T10:00:00Z","error":{"code":"CONNECTION_EXPIRED","message":"was revoked"}}]})");

  EXPECT_EQ(rig.run({"integrations", "show", "Stripe"}), 0);
  EXPECT_EQ(rig.capture.out,
            "Stripe (stripe)\n"
            "  state       expired\n"
            "  tools       8\n"
            "  categories  payments\n"
            "\n"
            "  Payments.\n"
            "\n"
            "Connections\n"
            "  live  expired  API_KEY  default  checked 2026-11-23 10:00\n"
            "    CONNECTION_EXPIRED: was revoked\n"
            "\n"
            "Ways to connect\n"
            "  API_KEY\n"
            "    to connect:\n"
            "      api_key  required, secret\n"
            "        Your key\\x1b[2J\n"
            "  OAUTH2  (Composio's own app: nothing to set up)\n"
            "    to connect: access is granted in the browser\n"
            "    for an auth config of your own:\n"
            "      client_id  required\n"
            "    scopes: a, b\n"
            "\n"
            "Next\n"
            "  agenta-tools connect stripe --reconnect live\n"
            "  agenta-tools tools list stripe\n");
}

TEST(IntegrationsShow, NamesTheNextStepByTheState) {
  struct Case {
    char const* members;
    char const* next;
  };
  for (Case const& each : {
           Case{R"("x":1)", "  agenta-tools --sandbox connect x\n  agenta-tools --sandbox tools list x\n"},
           Case{R"("no_auth":true)", "Next\n  agenta-tools --sandbox tools list x\n"},
           Case{R"("connections":[{"id":"i","status":"ACTIVE"}])",
                "Next\n  agenta-tools --sandbox tools list x\n"},
           Case{R"("connections":[{"id":"i","status":"PENDING"}])",
                "Next\n  agenta-tools --sandbox connect --resume i\n"},
       }) {
    Rig rig;
    put_on_terminal(rig);
    rig.answers(R"({"slug":"x","name":"X",)" + std::string{each.members} + "}");

    EXPECT_EQ(rig.run({"--sandbox", "integrations", "show", "x"}), 0);
    EXPECT_NE(rig.capture.out.find(each.next), std::string::npos) << rig.capture.out;
  }
}

TEST(IntegrationsCategories, AreATableOrTheDocument) {
  std::string const document = R"({"items":[{"slug":"crm","name":"CRM"}],"total":1,"next_cursor":null})";
  Rig rig;
  rig.answers(document);

  EXPECT_EQ(rig.run({"integrations", "categories", "--offline"}), 0);
  EXPECT_EQ(rig.seen.at(0).target, "/api/tools/categories?offline=true");
  EXPECT_EQ(rig.capture.out, document + "\n");
  rig.capture.out.clear();
  put_on_terminal(rig);
  EXPECT_EQ(rig.run({"integrations", "categories"}), 0);
  EXPECT_EQ(rig.capture.out, "CATEGORY  NAME\ncrm       CRM\n");
}

TEST(Staleness, IsSaidOnceByEveryCommandThatTellsOfTheCatalogue) {
  std::vector<std::pair<std::vector<std::string>, std::string>> const commands{
      {{"integrations", "list", "--all"}, R"({"items":[],"total":0,"next_cursor":null})"},
      {{"integrations", "show", "x"}, R"({"slug":"x"})"},
      {{"integrations", "categories"}, R"({"items":[]})"},
      {{"integrations", "search", "x"}, R"({"items":[],"total":0})"},
      {{"tools", "list"}, R"({"items":[],"total":0})"},
      {{"tools", "show", "X_Y"}, R"({"slug":"X_Y"})"},
      {{"tools", "versions", "X_Y"}, R"({"slug":"X_Y"})"},
      {{"tools", "search", "x"}, R"({"items":[],"total":0})"},
      {{"tools", "schema", "X_Y"}, R"({"items":[{"slug":"X_Y","definition":{}}]})"},
  };
  for (auto const& [words, body] : commands) {
    for (bool const is_terminal : {false, true}) {
      Rig rig;
      if (is_terminal) put_on_terminal(rig);
      rig.answer = [&](ServiceRequest const&) {
        return stale_reply(body, std::chrono::minutes{200}, "unreachable");
      };

      EXPECT_EQ(rig.run(words), 0) << words[1] << rig.capture.err;
      EXPECT_EQ(rig.capture.err, "this is 3 h old: Composio cannot be reached\n") << words[1];
    }
  }
}

}  // namespace
}  // namespace agenta::cli
