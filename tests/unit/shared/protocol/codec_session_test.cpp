#include "shared/protocol/codec_session.hpp"

#include <gtest/gtest.h>

#include "shared/protocol/json_slice.hpp"

namespace agenta::protocol {
namespace {

WallTime at(int seconds) { return WallTime{std::chrono::seconds{1'795'000'000 + seconds}}; }

SessionView sample() {
  SessionView view;
  Session& session = view.session;
  session.id.text = "0192f3a4-0000-7000-8000-000000000001";
  session.name = "triage";
  session.selectors = {"github", "SLACK_*"};
  session.bindings = {
      {{"github"}, {"c-1"}, "work", true}, {{"gmail"}, {}, "mail", false}, {{"slack"}, {}, "", false}};
  session.policy = "default = \"deny\"\n";
  session.policy_source = "rules.toml";
  session.socket_uids = {1001};
  session.created_at = at(0);
  session.expires_at = at(60);
  session.created_by = {1000, "ada", "loom", "agenta-tools 0.1.0"};
  view.tools_count = 7;
  view.denied_count = 3;
  view.socket = "/home/ada/run/sessions/triage.sock";
  return view;
}

TEST(SessionCodec, ASessionComesBackAsItWas) {
  EXPECT_EQ(decode_session(encode_session(sample())).value(), sample());

  SessionView bare = sample();
  bare.tools_count.reset();
  bare.denied_count.reset();
  bare.socket.clear();
  bare.session.policy.clear();
  bare.session.expires_at.reset();
  EXPECT_EQ(decode_session(encode_session(bare)).value(), bare);
}

TEST(SessionCodec, WhatWasNeverBoundIsToldApart) {
  auto const document = encode_session(sample());

  EXPECT_EQ(find_member(document, "unbound"), R"(["slack"])");
  EXPECT_EQ(elements_of(find_member(document, "connections").value())->size(), 2U);
}

TEST(SessionCodec, RequestsComeBackAsTheyWere) {
  SessionRequest request;
  request.name = "triage";
  request.tools = {"github"};
  request.connections = {{"github", "work"}};
  request.policy = "default = \"deny\"";
  request.policy_source = "rules.toml";
  request.ttl = std::chrono::hours{8};
  request.socket_uids = {0, 1001};
  request.ephemeral = true;
  request.dry_run = true;
  SessionPatch patch;
  patch.add = {"slack"};
  patch.remove = {"github"};
  patch.connections = {{"slack", "chat"}};

  EXPECT_EQ(decode_session_request(encode_session_request(request)).value(), request);
  EXPECT_EQ(decode_session_patch(encode_session_patch(patch)).value(), patch);
}

TEST(SessionCodec, WhatIsNoUserIsRefused) {
  for (std::string_view const uids :
       {R"(["1"])", "[-1]", "[1.5]", "[4294967295]", "[99999999999999]", "{}"}) {
    auto const decoded =
        decode_session_request(R"({"tools":["github"],"socket_uids":)" + std::string{uids} + "}");

    EXPECT_FALSE(decoded) << uids;
  }
  EXPECT_FALSE(decode_session_request(R"({"tools":["github"],"connections":{"github":1}})"));
  EXPECT_FALSE(decode_session_request(R"({"tools":["github"],"connections":[]})"));
}

TEST(SessionCodec, ToolsComeWithTheirSchemasOrTheirDefinition) {
  SessionTools tools;
  SessionTool& plain = tools.page.items.emplace_back();
  plain.tool.slug.text = "GITHUB_CREATE_AN_ISSUE";
  plain.tool.integration.text = "github";
  plain.tool.input_schema.text = R"({"type":"object"})";
  plain.tool.output_schema.text = "{}";
  plain.connection = "work";
  plain.verdict = Verdict::deny;
  SessionTool& defined = tools.page.items.emplace_back();
  defined.tool.slug.text = "HACKERNEWS_GET_FRONTPAGE";
  defined.tool.no_auth = true;
  defined.verdict = Verdict::allow;
  defined.definition = JsonText{R"({"name":"HACKERNEWS_GET_FRONTPAGE"})"};
  tools.page.total = 2;
  tools.page.next_cursor = "HACKERNEWS_GET_FRONTPAGE";
  tools.unavailable = {{{"slack"}, "slack is not connected", {"agenta-tools", "connect", "slack"}}};

  EXPECT_EQ(decode_session_tools(encode_session_tools(tools)).value(), tools);
}

TEST(SessionCodec, EventsComeBackAsTheyWere) {
  Page<SessionEvent> page;
  SessionEvent& event = page.items.emplace_back();
  event.sequence = 7;
  event.at = at(1);
  event.change = SessionChange::connection_lost;
  event.detail.text = R"({"integration_slug":"github"})";
  page.total = 1;
  page.next_cursor = "7";

  EXPECT_EQ(decode_session_events(encode_session_events(page)).value(), page);
}

TEST(SessionCodec, NamesCannotEscapeTheirPlace) {
  EXPECT_EQ(get_session("a/../b").target, "/api/tools/sessions/a%2F..%2Fb");
  EXPECT_EQ(list_session_changes("s", "3", std::chrono::seconds{30}).target,
            "/api/tools/sessions/s/changes?cursor=3&wait=30");
}

}  // namespace
}  // namespace agenta::protocol
