#include "daemon/core/proxy_record.hpp"
#include "shared/base/base64.hpp"
#include "shared/protocol/codec_proxy.hpp"
#include "shared/protocol/json_slice.hpp"
#include "tests/unit/daemon/core/proxy_support.hpp"

namespace agenta::daemon {
namespace {

TEST_F(ProxyTest, AnAnswerIsAnAnswerWhateverItsStatus) {
  answer(404, R"({"message":"Not Found"})");

  auto const made = value_of(proxies.run(caller, call_to("GET")));

  EXPECT_EQ(made.answer.status, 404U);
  EXPECT_EQ(made.answer.connection.slug, "work");
  EXPECT_EQ(made.answer.body->text, R"({"message":"Not Found"})");
  EXPECT_EQ(made.answer.error->code, ErrorCode::tool_failed);
  EXPECT_EQ(made.answer.error->message, "github answered 404: Not Found");
  auto const row = only_row();
  EXPECT_EQ(row.id, made.answer.execution);
  EXPECT_EQ(row.tool.text, "PROXY_GET");
  EXPECT_EQ(row.state, ExecutionState::failed);
  EXPECT_TRUE(row.read_only);
  EXPECT_EQ(protocol::find_member(row.data->text, "status"), "404");
  EXPECT_EQ(value_of(rows.find_by_slug(project, "work"))->status, ConnectionStatus::active);
}

TEST_F(ProxyTest, TheJournalHoldsNoSecrets) {
  auto call = call_to("POST", "/x?token=hunter2hunter2&page=3");
  call.headers = {{"X-Api-Key", "sesame-sesame"}, {"X-Trace", "7"}};
  call.query = {{"password", "swordfish"}};
  call.body = JsonText{R"({"client_secret":"opensesame","title":"t"})"};
  answer(200, R"({"you_sent":"sesame-sesame"})");

  ASSERT_TRUE(proxies.run(caller, call));

  auto const row = only_row();
  std::string const kept = row.arguments.text + row.data->text;
  for (char const* secret : {"hunter2", "sesame", "swordfish"})
    EXPECT_EQ(kept.find(secret), std::string::npos) << secret << " in " << kept;
  EXPECT_EQ(protocol::find_member(row.arguments.text, "url"), "\"/x\"");
  EXPECT_EQ(protocol::find_pointer(row.arguments.text, "/query/page"), "\"3\"");
  EXPECT_EQ(protocol::find_pointer(row.arguments.text, "/headers/X-Trace"), "\"7\"");
}

TEST_F(ProxyTest, AWriteWhoseFateIsNotKnownIsSentOnce) {
  lose(Fate::unknown, ErrorCode::outcome_unknown);

  auto const error = error_of(proxies.run(caller, call_to("POST")));

  EXPECT_EQ(error.code, ErrorCode::outcome_unknown);
  EXPECT_EQ(provider.count("proxy"), 1);
  EXPECT_EQ(only_row().state, ExecutionState::unknown);
  EXPECT_EQ(only_row().id.text, error.execution_id);
  EXPECT_FALSE(error.next_step.empty());
}

TEST_F(ProxyTest, AReadIsSentAgain) {
  provider.on_proxy_outcome = [first = true](auto const&) mutable {
    ProxyOutcome outcome;
    outcome.fate = std::exchange(first, false) ? Fate::unknown : Fate::answered;
    if (outcome.fate == Fate::unknown) outcome.error = fail(ErrorCode::outcome_unknown, "lost").error();
    if (outcome.fate == Fate::answered) outcome.reply = ProxyReply{200, "{}", {}, true, {}};
    return outcome;
  };

  auto const made = value_of(proxies.run(caller, call_to("HEAD")));

  EXPECT_EQ(made.answer.attempts, 2);
  EXPECT_EQ(only_row().attempts, 2);
}

TEST_F(ProxyTest, WhatNeverLeftIsSentAgainAndThenRefused) {
  lose(Fate::nothing_ran, ErrorCode::provider_unavailable);

  EXPECT_EQ(error_of(proxies.run(caller, call_to("POST"))).code, ErrorCode::provider_unavailable);
  EXPECT_EQ(provider.count("proxy"), 3);
  EXPECT_EQ(only_row().state, ExecutionState::refused);
}

TEST_F(ProxyTest, TheRowIsThereBeforeTheRequestLeaves) {
  ExecutionState seen{};
  provider.on_proxy = [&](auto const&) {
    seen = only_row().state;
    return ProxyReply{200, "{}", {}, true, {}};
  };

  ASSERT_TRUE(proxies.run(caller, call_to("DELETE")));
  EXPECT_EQ(seen, ExecutionState::sent);
  EXPECT_EQ(only_row().state, ExecutionState::succeeded);
}

TEST_F(ProxyTest, OnlyProvenWordsMakeAConnectionExpired) {
  answer(401, R"({"message":"this needs a password"})");
  EXPECT_EQ(value_of(proxies.run(caller, call_to("GET"))).answer.error->code, ErrorCode::tool_failed);
  answer(200, R"({"text":"invalid_grant is a word in a message"})");
  EXPECT_FALSE(value_of(proxies.run(caller, call_to("GET"))).answer.error);
  EXPECT_EQ(value_of(rows.find_by_slug(project, "work"))->status, ConnectionStatus::active);

  answer(200, R"({"ok":false,"error":"invalid_grant"})");
  auto const made = value_of(proxies.run(caller, call_to("GET")));

  EXPECT_EQ(made.answer.error->code, ErrorCode::connection_expired);
  EXPECT_EQ(made.answer.error->next_step,
            (std::vector<std::string>{"agenta-tools", "connect", "github", "--reconnect", "work"}));
  EXPECT_EQ(value_of(rows.find_by_slug(project, "work"))->status, ConnectionStatus::expired);
  EXPECT_EQ(error_of(proxies.run(caller, call_to("GET"))).code, ErrorCode::connection_expired);
}

TEST_F(ProxyTest, BytesAreADocumentOfTheirOwnReadAgainWhereTheyBreakOff) {
  std::string bytes;
  for (int i = 0; i < 500; ++i) bytes.push_back(static_cast<char>(i * 7));
  provider.on_proxy = [](auto const&) {
    return ProxyReply{200, "", {}, false, ProxyFile{"https://files.test/1", "image/png", 500}};
  };
  provider.on_read_file = [&, first = true](auto const&, BodySink const& sink) mutable -> Result<void> {
    for (std::size_t at = 0; at < bytes.size(); at += 7) {
      if (!sink(bytes.substr(at, 7))) return fail(ErrorCode::cancelled, "not taken");
      if (at > 200 && std::exchange(first, false)) return fail(ErrorCode::provider_unavailable, "broke off");
    }
    return {};
  };

  auto const made = value_of(proxies.run(caller, call_to("GET")));

  auto const document = document_of(made);
  EXPECT_TRUE(protocol::is_json(document)) << document;
  EXPECT_EQ(base64_decode(*protocol::read_string(*protocol::find_member(document, "body_base64"))), bytes);
  EXPECT_EQ(provider.count("read_file"), 2);
  EXPECT_EQ(provider.count("proxy"), 1);
}

TEST_F(ProxyTest, TooManyBytesAreRefusedAndTheRowSaysThatItWasDone) {
  provider.on_proxy = [](auto const&) {
    return ProxyReply{200, "", {}, false, ProxyFile{"https://files.test/1", "", 0}};
  };
  provider.on_read_file = [](auto const&, BodySink const& sink) -> Result<void> {
    while (sink(std::string(100, 'x'))) {
    }
    return fail(ErrorCode::cancelled, "not taken");
  };

  auto const error = error_of(proxies.run(caller, call_to("POST")));

  EXPECT_EQ(error.code, ErrorCode::unsupported);
  EXPECT_NE(error.message.find("answered 200"), std::string::npos);
  EXPECT_EQ(only_row().state, ExecutionState::succeeded);
}

TEST_F(ProxyTest, WhatNoServiceIsToBeAskedNeverLeaves) {
  auto const code_for = [&](ProxyCall const& call) { return error_of(proxies.run(caller, call)).code; };
  auto with_header = call_to("GET");
  with_header.headers = {{"authorization", "Bearer x"}};
  auto split_header = call_to("GET");
  split_header.headers = {{"X-A", "1\r\nX-B: 2"}};
  auto two_bodies = call_to("POST");
  two_bodies.body = JsonText{"1"};
  two_bodies.binary = BinaryBody{"AA==", ""};

  for (auto const& call :
       {call_to("BREW"), call_to("GET", ""), call_to("GET", "/a b"), call_to("GET", "javascript:x"),
        call_to("GET", "https://me:secret@api.github.com/"), with_header, split_header, two_bodies}) {
    EXPECT_EQ(code_for(call), ErrorCode::invalid_request) << call.method << " " << call.url;
  }
  EXPECT_EQ(provider.count("proxy"), 0);
  EXPECT_TRUE(history().empty());
}

TEST_F(ProxyTest, WhatSomeTakeForAnotherAddressNeverLeaves) {
  for (char const* const url :
       {"//api.github.com/user", "///api.github.com/user", "\\\\user.evil.com\\x", "/\\user.evil.com/x",
        "/user\\..\\x", "@evil.com/x", "https:///user.evil.com/x", "https://:443/user",
        "https://%61pi.github.com/user", "https://api.github.com\xEF\xBC\x8E/x",
        "https://api.github.com:x/user", "https://api.github.com:443:80/user", "https://[::1/user",
        "https://.github.com/user"}) {
    EXPECT_EQ(error_of(proxies.run(caller, call_to("GET", url))).code, ErrorCode::invalid_request) << url;
  }
  EXPECT_EQ(provider.count("proxy"), 0);
  answer(200, "{}");
  for (char const* const url :
       {"https://api.github.com:443/user", "/a@b", "/x?to=a@b", "https://[::1]:8080/x"})
    EXPECT_TRUE(proxies.run(caller, call_to("GET", url))) << url;
}

TEST_F(ProxyTest, RulesSeeAHostInOneSpelling) {
  auto const host_of = [](std::string url) {
    auto const judged = judged_request(call_to("GET", std::move(url)));
    return std::string{protocol::find_member(judged.text, "host").value_or("none")};
  };

  for (char const* const url :
       {"https://api.github.com/user", "https://API.GitHub.com:443/user", "https://api.github.com./",
        "https://api.github.com.:0443", "http://api.github.com:80", "https://api.github.com:/x"})
    EXPECT_EQ(host_of(url), "\"api.github.com\"") << url;
  EXPECT_EQ(host_of("https://api.github.com:8443/"), "\"api.github.com:8443\"");
  EXPECT_EQ(host_of("http://api.github.com:443/"), "\"api.github.com:443\"");
  EXPECT_EQ(host_of("https://[::1]:443/"), "\"[::1]\"");
  EXPECT_EQ(host_of("/user"), "none");
}

TEST_F(ProxyTest, ChoosesTheConnectionAsExecutionsDo) {
  add_connection("home");

  EXPECT_EQ(error_of(proxies.run(caller, call_to("GET"))).code, ErrorCode::connection_ambiguous);
  auto call = call_to("GET");
  call.connection = "home";
  EXPECT_EQ(value_of(proxies.run(caller, call)).answer.connection.slug, "home");
  call.integration.text = "nothing";
  call.connection = "";
  EXPECT_EQ(error_of(proxies.run(caller, call)).code, ErrorCode::integration_not_found);
}

TEST_F(ProxyTest, AnAccountThatIsGoneAtComposioIsSaidToBeExpired) {
  lose(Fate::answered, ErrorCode::connection_not_found);

  EXPECT_EQ(error_of(proxies.run(caller, call_to("GET"))).code, ErrorCode::connection_expired);
  EXPECT_EQ(value_of(rows.find_by_slug(project, "work"))->status, ConnectionStatus::expired);
}

}  // namespace
}  // namespace agenta::daemon
