#include "daemon/core/sessions.hpp"

#include <set>

#include "shared/base/readable_time.hpp"
#include "shared/base/text.hpp"
#include "tests/unit/daemon/core/executions_support.hpp"

namespace agenta::daemon {
namespace {

constexpr char const* kAllow = "default = \"allow\"\n";

/// A catalogue of github (three tools), slack (one) and hackernews (one, which needs no account), and the
/// connection `work` of github.
struct SessionsTest : ExecutionsTest {
  int followed = 0;
  store::SessionStore session_store{*database};
  Sessions sessions{projects, rows, session_store, catalog, credentials, clock, options()};
  Executions inside{projects, rows, journal, catalog, credentials, provider, clock, with_sessions()};

  SessionsTest() {
    provider.on_list_integrations = [](IntegrationFilter const&) {
      Page<Integration> page;
      for (std::string const slug : {"github", "slack", "hackernews"}) {
        Integration& each = page.items.emplace_back();
        each.slug.text = slug;
        each.name = slug;
        each.no_auth = slug == "hackernews";
        each.version = "1";
        each.tools_count = 1;
      }
      page.total = 3;
      return page;
    };
    provider.on_list_tools = [](ToolFilter const& filter) {
      Page<Tool> page;
      for (std::string const slug : {kWrite, kRead, kRepeatable, "SLACK_SEND_MESSAGE", kOpen}) {
        Tool tool;
        tool.slug.text = slug;
        tool.name = slug;
        tool.integration.text = to_lower(slug.substr(0, slug.find('_')));
        tool.version = "1";
        tool.input_schema.text = R"({"type":"object","properties":{"title":{"type":"string"}}})";
        tool.no_auth = slug == kOpen;
        if (slug == kRead) tool.tags = {"readOnlyHint"};
        bool const is_wanted =
            std::ranges::find(filter.integrations, tool.integration) != filter.integrations.end();
        if (is_wanted) page.items.push_back(std::move(tool));
      }
      page.total = static_cast<std::int64_t>(page.items.size());
      return page;
    };
    provider.on_get_tool = [list = provider.on_list_tools](ToolSlug const& slug,
                                                           std::string const&) -> Result<Tool> {
      ToolFilter all;
      all.integrations = {{"github"}, {"slack"}, {"hackernews"}};
      for (Tool const& each : value_of(list(all)).items) {
        if (each.slug == slug) return each;
      }
      return fail(ErrorCode::tool_not_found, "there is no tool " + slug.text);
    };
  }

  Sessions::Options options() {
    Sessions::Options options;
    options.opened_or_ended = [this] { ++followed; };
    options.socket_of = [](std::string_view of, Session const& session) {
      return "/run/" + std::string{of} + "/" + session.name;
    };
    return options;
  }
  Executions::Options with_sessions() {
    auto options = execution_options();
    options.sessions = &sessions;
    return options;
  }
  static protocol::SessionRequest request(std::string name, std::vector<std::string> tools) {
    protocol::SessionRequest made;
    made.name = std::move(name);
    made.tools = std::move(tools);
    made.policy = kAllow;
    return made;
  }
  Session create(std::string name, std::vector<std::string> tools) {
    return value_of(sessions.create(caller, request(std::move(name), std::move(tools)))).session;
  }
  std::vector<std::string> slugs(std::string const& name) {
    std::vector<std::string> all;
    for (auto const& each : value_of(sessions.tools(caller, name, {})).page.items)
      all.push_back(each.tool.slug.text);
    return all;
  }
  std::vector<std::string> events(std::string const& name) {
    std::vector<std::string> all;
    for (auto const& each : value_of(sessions.changes(caller, name, "0")).items)
      all.emplace_back(name_of(each.change));
    return all;
  }
  Caller visitor(Session const& session) const {
    Caller by = caller;
    by.session = session.id.text;
    return by;
  }
  ToolCall in(std::string session, std::string tool, std::string connection = "") const {
    auto call = call_of(std::move(tool));
    call.session = std::move(session);
    call.connection = std::move(connection);
    return call;
  }
  void set_status(std::string const& slug, ConnectionStatus status) {
    auto row = value_of(rows.find_by_slug(project, slug)).value();
    row.status = status;
    ASSERT_TRUE(rows.update(row, store::Durability::normal));
  }
};

TEST_F(SessionsTest, HasWhatItsSelectorsNameInTheOrderOfNames) {
  create("all", {"github", kOpen});
  create("some", {"GITHUB_*_ISSUES", "github_create_an_issue"});

  EXPECT_EQ(slugs("all"), (std::vector<std::string>{kWrite, kRead, kRepeatable, kOpen}));
  EXPECT_EQ(slugs("some"), (std::vector<std::string>{kWrite, kRead}));
}

TEST_F(SessionsTest, IsBoundToTheOnlyConnectionOrTheNamedOne) {
  EXPECT_EQ(create("one", {"github"}).bindings.front().slug, "work");
  add_connection("personal");

  auto const unnamed = sessions.create(caller, request("two", {"github"}));
  auto named = request("three", {"github"});
  named.connections = {{"GitHub", "personal"}};

  EXPECT_EQ(error_of(unnamed).code, ErrorCode::connection_ambiguous);
  EXPECT_EQ(value_of(sessions.create(caller, named)).session.bindings.front().slug, "personal");
  named.name = "four";
  named.connections = {{"slack", "personal"}};
  EXPECT_EQ(error_of(sessions.create(caller, named)).code, ErrorCode::invalid_request);
}

TEST_F(SessionsTest, AnEphemeralOneIsMadeWithoutSayingWhichAccountAndSaysWhatThereIs) {
  create("before", {kRead});
  add_connection("personal");
  auto wanted = request("mcp-1", {"github"});
  wanted.ephemeral = true;

  auto const made = value_of(sessions.create(caller, wanted));

  EXPECT_TRUE(made.session.bindings.front().is_unbound());
  auto const missing = value_of(sessions.tools(caller, "mcp-1", {})).unavailable;
  ASSERT_EQ(missing.size(), 1U);
  EXPECT_NE(missing.front().reason.find("(personal, work)"), std::string::npos) << missing.front().reason;
  auto const open = value_of(sessions.open_session(caller, "mcp-1"));
  auto const refused = error_of(open->connection_for(made.session.bindings.front().integration, ""));
  EXPECT_EQ(refused.code, ErrorCode::connection_ambiguous);
  EXPECT_NE(refused.message.find("--connection github=personal"), std::string::npos) << refused.message;
  // Whoever came by the session's socket is not told what else there is.
  auto const visited = value_of(sessions.open_session(visitor(made.session), ""));
  auto const told = error_of(visited->connection_for(made.session.bindings.front().integration, "")).message;
  EXPECT_EQ(told.find("personal"), std::string::npos) << told;
  auto const seen = value_of(sessions.tools(visitor(made.session), "", {})).unavailable;
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen.front().reason.find("personal"), std::string::npos) << seen.front().reason;
  // A word from a person, and it goes on.
  value_of(sessions.change(caller, "mcp-1", {.connections = {{"github", "work"}}}));
  EXPECT_EQ(slugs("mcp-1").size(), 3U);
}

TEST_F(SessionsTest, SlipsOfThePenAreToldWhenItIsMade) {
  auto const code = [&](std::vector<std::string> tools) {
    return error_of(sessions.create(caller, request("s", std::move(tools)))).code;
  };

  EXPECT_EQ(code({}), ErrorCode::invalid_request);
  EXPECT_EQ(code({""}), ErrorCode::invalid_request);
  EXPECT_EQ(code({"gihub"}), ErrorCode::integration_not_found);
  EXPECT_EQ(code({"GITHUB_NOTHING"}), ErrorCode::tool_not_found);
  EXPECT_EQ(code({"GITHUB_NOTHING_*"}), ErrorCode::tool_not_found);
  EXPECT_EQ(code({"no tool"}), ErrorCode::integration_not_found);
  EXPECT_EQ(code({"no_tool!"}), ErrorCode::invalid_request);
  auto bad = request("s", {"github"});
  bad.policy = "default = \"perhaps\"";
  EXPECT_EQ(error_of(sessions.create(caller, bad)).code, ErrorCode::invalid_request);
  bad = request("S p a c e", {"github"});
  EXPECT_EQ(error_of(sessions.create(caller, bad)).code, ErrorCode::invalid_request);
  bad = request("s", {"github"});
  bad.read_only = true;
  EXPECT_EQ(error_of(sessions.create(caller, bad)).code, ErrorCode::invalid_request);
  EXPECT_EQ(followed, 0);
}

TEST_F(SessionsTest, EndsByItselfAndIsToldSo) {
  auto wanted = request("short", {"github"});
  wanted.ttl = std::chrono::minutes{5};
  value_of(sessions.create(caller, wanted));
  clock.advance(std::chrono::minutes{5});

  auto const run = inside.run(caller, in("short", kRead));

  EXPECT_EQ(error_of(run).code, ErrorCode::forbidden);
  EXPECT_NE(error_of(run).message.find("expired"), std::string::npos);
  EXPECT_EQ(events("short"), (std::vector<std::string>{"expired"}));
  EXPECT_EQ(followed, 2);
  EXPECT_EQ(value_of(sessions.create(caller, wanted)).session.state, SessionState::open);
}

TEST_F(SessionsTest, OneThatIsOverSaysWhatMakesItAgain) {
  using Step = std::vector<std::string>;
  auto wanted = request("s", {"github", "HACKERNEWS_*"});
  wanted.policy_source = "allow.toml";
  wanted.ttl = std::chrono::hours{8};
  wanted.socket_uids = {12346};
  Session const of_file = value_of(sessions.create(caller, wanted)).session;
  value_of(sessions.close(caller, "s"));

  Error const owners = error_of(inside.run(caller, in("s", kRead)));

  EXPECT_EQ(owners.next_step,
            (Step{"agenta-tools", "session", "create", "s", "--tools", "github,HACKERNEWS_*", "--connection",
                  "github=work", "--policy", "allow.toml", "--ttl", "8h", "--allow-uid", "12346"}));
  EXPECT_TRUE(owners.message.ends_with(" (" + readable_time(clock.wall()) + " UTC): make a new one"))
      << owners.message;
  Error const visitors = error_of(inside.run(visitor(of_file), call_of(kRead)));
  EXPECT_EQ(visitors.code, ErrorCode::forbidden);
  EXPECT_TRUE(visitors.next_step.empty()) << "what its policy is called is not told";

  wanted = request("s", {kRead});
  wanted.policy.clear();
  wanted.read_only = true;
  value_of(sessions.create(caller, wanted));
  value_of(sessions.close(caller, "s"));
  EXPECT_EQ(error_of(inside.run(caller, in("s", kRead))).next_step.back(), "--read-only");
}

TEST_F(SessionsTest, AnEphemeralOneLivesADayAtMost) {
  auto wanted = request("", {"github"});
  wanted.ephemeral = true;
  wanted.ttl = std::chrono::hours{100};

  auto const made = value_of(sessions.create(caller, wanted)).session;

  EXPECT_EQ(*made.expires_at - made.created_at, std::chrono::hours{24});
  EXPECT_EQ(made.name.substr(0, 4), "mcp-");
}

TEST_F(SessionsTest, ToolsLeaveWithTheirConnectionAndComeBackWithIt) {
  create("tied", {"github", kOpen});

  set_status("work", ConnectionStatus::expired);
  ASSERT_TRUE(sessions.follow_connections());
  auto const lost = value_of(sessions.tools(caller, "tied", {}));
  set_status("work", ConnectionStatus::active);
  ASSERT_TRUE(sessions.follow_connections());

  ASSERT_EQ(lost.page.items.size(), 1U);
  EXPECT_EQ(lost.page.items.front().tool.slug.text, kOpen);
  ASSERT_EQ(lost.unavailable.size(), 1U);
  EXPECT_EQ(lost.unavailable.front().integration.text, "github");
  EXPECT_EQ(lost.unavailable.front().next_step,
            (std::vector<std::string>{"agenta-tools", "connect", "github", "--reconnect", "work"}));
  EXPECT_EQ(slugs("tied").size(), 4U);
  EXPECT_EQ(events("tied"), (std::vector<std::string>{"connection_lost", "connection_restored"}));
}

TEST_F(SessionsTest, NeverMovesToAnotherAccountByItself) {
  create("tied", {"github"});
  add_connection("personal");
  ASSERT_TRUE(rows.erase(work, store::Durability::normal));
  sessions.note_connections_changed();

  auto const run = inside.run(caller, in("tied", kRead));
  auto const again = add_connection("work");

  EXPECT_EQ(error_of(run).code, ErrorCode::not_connected);
  EXPECT_EQ(value_of(inside.run(caller, in("tied", kRead))).connection->id, again.id);
  EXPECT_EQ(events("tied"), (std::vector<std::string>{"connection_lost", "connection_restored"}));
}

TEST_F(SessionsTest, AnIntegrationWithoutConnectionIsBoundWhenThereIsOneAndNoChoice) {
  auto const made = create("later", {"slack"});
  EXPECT_TRUE(made.bindings.front().is_unbound());
  EXPECT_EQ(error_of(inside.run(caller, in("later", "SLACK_SEND_MESSAGE"))).code, ErrorCode::not_connected);
  EXPECT_EQ(slugs("later"), std::vector<std::string>{});

  add_connection("chat", "slack");

  EXPECT_EQ(value_of(inside.run(caller, in("later", "SLACK_SEND_MESSAGE"))).connection->slug, "chat");
  EXPECT_EQ(slugs("later"), std::vector<std::string>{"SLACK_SEND_MESSAGE"});
}

TEST_F(SessionsTest, RunsWhatIsInItOnItsConnectionAndNothingElse) {
  create("few", {kRead, kOpen});
  auto const personal = add_connection("personal");
  auto row = personal;
  row.is_default = true;
  ASSERT_TRUE(rows.set_default(row));

  EXPECT_EQ(value_of(inside.run(caller, in("few", kRead))).connection->slug, "work");
  EXPECT_EQ(value_of(inside.run(caller, in("FEW", kRead, "work"))).session, "few");
  EXPECT_FALSE(value_of(inside.run(caller, in("few", kOpen))).connection);
  EXPECT_EQ(error_of(inside.run(caller, in("few", kRead, "personal"))).code, ErrorCode::policy_denied);
  EXPECT_EQ(error_of(inside.run(caller, in("few", kRead, "no-such"))).code, ErrorCode::policy_denied);
  EXPECT_EQ(error_of(inside.run(caller, in("few", kWrite))).code, ErrorCode::policy_denied);
  EXPECT_EQ(error_of(inside.run(caller, in("nothing", kRead))).code, ErrorCode::session_not_found);
  EXPECT_EQ(provider.count("execute"), 3);
}

TEST_F(SessionsTest, AVisitorIsInTheSessionWhateverItSays) {
  auto const mine = create("mine", {kRead});
  create("other", {"github"});
  auto const by = visitor(mine);

  EXPECT_EQ(value_of(inside.run(by, in("", kRead))).session, "mine");
  EXPECT_EQ(value_of(inside.run(by, in("Mine", kRead))).session, "mine");
  EXPECT_EQ(error_of(inside.run(by, in("other", kRead))).code, ErrorCode::forbidden);
  EXPECT_EQ(error_of(inside.run(by, in("", kWrite))).code, ErrorCode::policy_denied);
  EXPECT_EQ(error_of(inside.run(by, in("", "GITHUB_NOTHING"))).code, ErrorCode::policy_denied);
  auto batch = in("", kRead);
  batch.batch = BatchItem{{make_uuid_v7()}, 1};
  EXPECT_EQ(error_of(inside.run(by, batch)).code, ErrorCode::forbidden);
  auto files = in("", kRead);
  files.files = {{"/title", "upload"}};
  EXPECT_EQ(error_of(inside.run(by, files)).code, ErrorCode::forbidden);
  EXPECT_EQ(value_of(sessions.get(by, "other")).session.id, mine.id);
}

TEST_F(SessionsTest, AVisitorSeesWhatRanInItsSessionAlone) {
  auto const mine = create("mine", {"github"});
  auto const by = visitor(mine);
  auto const owners = value_of(inside.run(caller, call_of(kRead)));
  auto const own = value_of(inside.run(by, call_of(kRead)));

  EXPECT_EQ(error_of(inside.get(by, owners.id)).code, ErrorCode::execution_not_found);
  EXPECT_EQ(error_of(inside.cancel(by, owners.id)).code, ErrorCode::execution_not_found);
  EXPECT_EQ(value_of(inside.get(by, own.id)).id, own.id);
  store::ExecutionFilter all;
  all.session = "other";
  auto const page = value_of(inside.list(by, all));
  ASSERT_EQ(page.items.size(), 1U);
  EXPECT_EQ(page.items.front().id, own.id);
}

TEST_F(SessionsTest, WhatRanUnderTheSameNameBeforeIsNotItsOwn) {
  create("name", {"github"});
  auto keyed_call = keyed("once");
  keyed_call.session = "name";
  auto const before = value_of(inside.run(caller, keyed_call));
  value_of(sessions.close(caller, "name"));
  auto const by = visitor(create("name", {"github"}));

  auto const after = value_of(inside.run(by, keyed("once")));

  EXPECT_EQ(error_of(inside.get(by, before.id)).code, ErrorCode::execution_not_found);
  EXPECT_FALSE(after.replayed);
  EXPECT_NE(after.id, before.id);
}

TEST_F(SessionsTest, KeysAreTheSessionsOwn) {
  auto const by = visitor(create("mine", {"github"}));
  auto const owners = value_of(inside.run(caller, keyed("once")));

  auto const first = value_of(inside.run(by, keyed("once")));
  auto const again = value_of(inside.run(by, keyed("once")));
  auto const clash = inside.run(by, keyed("once", R"({"title":"other"})"));

  EXPECT_NE(first.id, owners.id);
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.id, first.id);
  EXPECT_EQ(first.idempotency_key, "once");
  EXPECT_EQ(again.idempotency_key, "once");
  EXPECT_EQ(error_of(clash).message.find(by.session), std::string::npos);
}

TEST_F(SessionsTest, AVisitorsEarlyCancelIsOfItsOwnCallsOnly) {
  auto const by = visitor(create("mine", {"github"}));
  auto call = call_of(kRead);
  call.id.text = make_uuid_v7();
  (void)inside.cancel(by, call.id);

  EXPECT_EQ(value_of(inside.run(caller, call)).state, ExecutionState::succeeded);
  call.id.text = make_uuid_v7();
  (void)inside.cancel(by, call.id);
  EXPECT_EQ(error_of(inside.run(by, call)).code, ErrorCode::cancelled);
}

TEST_F(SessionsTest, AVisitorSeesBoundConnectionsWithoutWhatIsTheOwners) {
  auto const by = visitor(create("mine", {"github"}));
  add_connection("personal");
  Connections connections{projects, rows, turns, credentials, provider, clock, &sessions};

  auto const page = value_of(connections.page(by, {}, "", 10));

  ASSERT_EQ(page.items.size(), 1U);
  EXPECT_EQ(page.items.front().slug, "work");
  EXPECT_TRUE(page.items.front().account.empty());
  EXPECT_TRUE(page.items.front().project.empty());
  EXPECT_EQ(error_of(connections.get(by, "personal")).code, ErrorCode::connection_not_found);
  EXPECT_EQ(value_of(connections.page(caller, {}, "", 10)).total, 2);
}

TEST_F(SessionsTest, ToolsAreAddedAndTakenOutAsTheyWereNamed) {
  create("s", {kRead});

  auto const added = value_of(sessions.change(caller, "s", {.add = {"slack", kRead}}));
  auto const unknown = sessions.change(caller, "s", {.remove = {kWrite}});
  auto const last = sessions.change(caller, "s", {.remove = {kRead, "SLACK"}});
  auto const removed = value_of(sessions.change(caller, "s", {.remove = {to_lower(kRead)}}));

  EXPECT_EQ(added.session.selectors, (std::vector<std::string>{kRead, "slack"}));
  EXPECT_EQ(error_of(unknown).code, ErrorCode::invalid_request);
  EXPECT_EQ(error_of(last).code, ErrorCode::invalid_request);
  EXPECT_EQ(removed.session.selectors, std::vector<std::string>{"slack"});
  EXPECT_EQ(events("s"), (std::vector<std::string>{"tools_added", "tools_removed"}));
}

TEST_F(SessionsTest, ItIsBoundAnewWhereItsOwnerSaysSo) {
  create("s", {"github"});
  add_connection("personal");

  auto const bound = value_of(sessions.change(caller, "s", {.connections = {{"github", "personal"}}}));

  EXPECT_EQ(bound.session.bindings.front().slug, "personal");
  EXPECT_EQ(value_of(inside.run(caller, in("s", kRead))).connection->slug, "personal");
}

TEST_F(SessionsTest, TheVersionOfItsToolsStaysWhileNothingChanges) {
  create("s", {"github", kOpen});
  create("other", {"github", kOpen});
  auto const version = [&](std::string const& name = "s") {
    return value_of(sessions.tools_version(caller, name));
  };
  auto const first = version();

  EXPECT_EQ(version(), first);
  EXPECT_NE(version("other"), first);
}

TEST_F(SessionsTest, TheVersionOfItsToolsGoesWithWhatTheyAreMadeOf) {
  create("s", {"github", kOpen});
  std::set<std::string> versions;
  auto const note = [&] { versions.insert(value_of(sessions.tools_version(caller, "s"))); };
  note();

  set_status("work", ConnectionStatus::expired);
  ASSERT_TRUE(sessions.follow_connections());
  note();
  sessions.note_connections_changed();
  note();
  protocol::SessionPatch less;
  less.remove = {kWrite};
  ASSERT_TRUE(sessions.change(caller, "s", less));
  note();
  auto& store = *value_of(catalog.account(value_of(credentials.access_for(caller))))->store;
  ASSERT_TRUE(store.put_tools({}, {{"github"}}, clock.wall()));
  note();

  EXPECT_EQ(versions.size(), 5U);
  EXPECT_TRUE(value_of(sessions.tools(caller, "s", {})).page.items.size() == 1);
}

TEST_F(SessionsTest, PagesOfToolsGoOnBehindTheLastName) {
  create("s", {"github", kOpen});
  Sessions::ToolQuery query;
  query.limit = 2;

  auto const first = value_of(sessions.tools(caller, "s", query));
  query.cursor = *first.page.next_cursor;
  auto const second = value_of(sessions.tools(caller, "s", query));

  EXPECT_EQ(first.page.total, 4);
  EXPECT_EQ(first.page.items.size(), 2U);
  EXPECT_EQ(second.page.items.front().tool.slug.text, kRepeatable);
  EXPECT_FALSE(second.page.next_cursor);
  EXPECT_EQ(first.page.items.front().verdict, Verdict::allow);
  EXPECT_EQ(first.page.items.front().connection, "work");
  EXPECT_NE(first.page.items.front().tool.input_schema.text.find("title"), std::string::npos);
}

TEST_F(SessionsTest, AVisitorIsToldOfItsToolsAlone) {
  auto const by = visitor(create("mine", {kRead}));

  EXPECT_TRUE(sessions.check_member(by, by.session, kRead));
  EXPECT_EQ(error_of(sessions.check_member(by, by.session, kWrite)).code, ErrorCode::forbidden);
  EXPECT_EQ(error_of(sessions.check_member(by, by.session, "GITHUB_NOTHING")).code, ErrorCode::forbidden);
  EXPECT_EQ(error_of(sessions.check_member(by, by.session, "CUSTOM_SECRET")).code, ErrorCode::forbidden);
  EXPECT_EQ(value_of(sessions.integrations(by, by.session)), std::vector<std::string>{"github"});
}

TEST_F(SessionsTest, ARefusalIsJournaledWithItsSession) {
  create("few", {kRead});

  (void)inside.run(caller, in("few", kWrite));

  EXPECT_EQ(only_row().session, "few");
  EXPECT_EQ(only_row().state, ExecutionState::refused);
}

}  // namespace
}  // namespace agenta::daemon
