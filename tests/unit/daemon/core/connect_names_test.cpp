#include "tests/unit/daemon/core/connect_flow_support.hpp"

namespace agenta::daemon {
namespace {

/// The slugs that connections get, and carry to Composio.
using ConnectNames = ConnectFlowTest;

TEST_F(ConnectNames, JoinsTheLoginThatADefaultNameWouldMakeAgain) {
  add_connection("github");
  finish_as(AccountStatus::initiated);
  auto const first = value_of(flow.begin(caller, to("github")));
  auto const second = value_of(flow.begin(caller, to("github")));

  EXPECT_EQ(first.slug, "github-2");
  EXPECT_TRUE(second.joined);
  EXPECT_EQ(second.id, first.id);
}

TEST_F(ConnectNames, CarriesTheSlugToComposioAsTheAlias) {
  auto request = to("github");
  request.slug = "Work";
  ASSERT_TRUE(flow.begin(caller, request));

  EXPECT_EQ(last_link.alias, "work");
}

TEST_F(ConnectNames, AnAliasThatIsTakenAtComposioIsAFailureOnlyWhereItWasAskedFor) {
  auto const works = provider.on_create_link;
  provider.on_create_link = [works](LinkRequest const& request) -> Result<Link> {
    if (!request.alias.empty()) return fail(ErrorCode::connection_already_exists, "taken");
    return works(request);
  };
  auto named = to("github");
  named.slug = "work";

  auto const error = error_of(flow.begin(caller, named));

  EXPECT_EQ(error.code, ErrorCode::connection_already_exists);
  EXPECT_EQ(error.next_step, (std::vector<std::string>{"agenta-tools", "connections", "sync"}));
  EXPECT_TRUE(all_rows().empty());
  EXPECT_TRUE(flow.begin(caller, to("github")));
}

TEST_F(ConnectNames, ALoginThatACrashCutOffGivesItsNameUpAtComposio) {
  Account cut_off;
  cut_off.id.text = "ca_cut_off";
  cut_off.user_id = user_id_of(project);
  cut_off.integration.text = "github";
  cut_off.alias = "work";
  cut_off.status = AccountStatus::initializing;
  auto const works = provider.on_create_link;
  provider.on_create_link = [&, works](LinkRequest const& request) -> Result<Link> {
    if (!cut_off.id.empty()) return fail(ErrorCode::connection_already_exists, "taken");
    return works(request);
  };
  provider.on_list_accounts = [&] { return std::vector{cut_off}; };
  provider.on_delete_account = [&](auto const& id) {
    if (id == cut_off.id) cut_off.id = {};
    return Result<void>{};
  };
  auto named = to("github");
  named.slug = "work";

  auto const reply = value_of(flow.begin(caller, named));

  EXPECT_EQ(last_link.alias, "work");
  EXPECT_EQ(reply.slug, "work");
  EXPECT_EQ(provider.count("delete_account"), 1);
}

TEST_F(ConnectNames, ALoginThatIsARowsKeepsItsNameAtComposio) {
  auto const first = value_of(flow.begin(caller, to("github")));
  Account pending;
  pending.id.text = "ca_1";
  pending.user_id = user_id_of(project);
  pending.integration.text = "github";
  pending.alias = "work";
  pending.status = AccountStatus::initializing;
  provider.on_list_accounts = [&] { return std::vector{pending}; };
  provider.on_create_link = [](auto const&) {
    return Result<Link>{fail(ErrorCode::connection_already_exists, "taken")};
  };
  auto named = to("github");
  named.slug = "work";

  EXPECT_EQ(error_of(flow.begin(caller, named)).code, ErrorCode::connection_already_exists);
  EXPECT_EQ(provider.count("delete_account"), 0);
  EXPECT_EQ(row_of(first).status, ConnectionStatus::pending);
}

TEST_F(ConnectNames, RefusesATakenSlugBeforeAnythingIsMade) {
  add_connection("work", "gmail");
  auto request = to("github");
  request.slug = "Work";

  auto const error = error_of(flow.begin(caller, request));

  EXPECT_EQ(error.code, ErrorCode::connection_already_exists);
  EXPECT_EQ(provider.calls(), (std::vector<std::string>{"get_integration github"}));
  EXPECT_TRUE(watcher.events().empty());
}

TEST_F(ConnectNames, RefusesASlugThatCannotBeOne) {
  auto request = to("github");
  request.slug = "no spaces";

  EXPECT_EQ(error_of(flow.begin(caller, request)).code, ErrorCode::invalid_request);
  EXPECT_TRUE(provider.calls().empty());
}

TEST_F(ConnectNames, ALoginThatFailedGivesItsSlugUp) {
  auto failed = add_connection("github");
  failed.status = ConnectionStatus::failed;
  ASSERT_TRUE(rows.update(failed, store::Durability::normal));

  auto const reply = value_of(flow.begin(caller, to("github")));

  EXPECT_EQ(reply.slug, "github");
  EXPECT_FALSE(value_of(rows.find(failed.id)));
}

TEST_F(ConnectNames, AFailedLoginThatIsActiveAtComposioKeepsItsSlug) {
  auto failed = add_connection("github");
  failed.status = ConnectionStatus::failed;
  ASSERT_TRUE(rows.update(failed, store::Durability::normal));
  finish_as(AccountStatus::active);

  EXPECT_EQ(value_of(flow.begin(caller, to("github"))).slug, "github-2");
  EXPECT_EQ(provider.count("delete_account"), 0);
}

}  // namespace
}  // namespace agenta::daemon
