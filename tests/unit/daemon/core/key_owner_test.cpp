#include "daemon/core/key_owner.hpp"

#include "tests/unit/daemon/core/core_test_support.hpp"

namespace agenta::daemon {
namespace {

ProviderProject make_project(std::string id, std::string name, std::string org = "ok_1") {
  return {std::move(id), std::move(name), std::move(org), "acme"};
}

struct KeyOwnerTest : CoreTest {
  ProviderAccess access{};
  KeyOwnerTest() { access.base_url = kEndpoint; }

  Result<store::SavedOwner> find(std::string key, std::string const& wanted = "",
                                 ManyProjects many = ManyProjects::refuse) {
    access.api_key = Secret{std::move(key)};
    return find_owner(account_provider, {access, clock.steady() + std::chrono::minutes{1}}, wanted, many);
  }
  void tell(std::optional<ProviderProject> current, std::vector<ProviderProject> all) {
    account_provider.on_get_owner = [current](auto const&) {
      return Result<KeyOwner>{KeyOwner{current, "me@example.com"}};
    };
    account_provider.on_list_projects = [all](auto const&) { return all; };
  }
};

TEST_F(KeyOwnerTest, AProjectsKeyIsTakenWhateverIsNotTold) {
  EXPECT_EQ(value_of(find("key-1")), store::SavedOwner{});
}

TEST_F(KeyOwnerTest, AProjectsKeyWorksInNoOther) {
  tell(make_project("pr_1", "one"), {});

  EXPECT_EQ(value_of(find("key-1")).project_name, "one");
  EXPECT_EQ(value_of(find("key-1", "ONE")).email, "me@example.com");
  EXPECT_EQ(error_of(find("key-1", "two")).code, ErrorCode::invalid_request);
}

TEST_F(KeyOwnerTest, AUsersOnlyProjectIsTheOne) {
  tell(std::nullopt, {make_project("pr_1", "one")});

  auto const owner = value_of(find("user-1"));

  EXPECT_EQ(owner.project_id, "pr_1");
  EXPECT_EQ(owner.org_id, "ok_1");
}

TEST_F(KeyOwnerTest, OfSeveralOneMustBeNamed) {
  tell(make_project("pr_1", "one"), {make_project("pr_1", "one"), make_project("pr_2", "two")});

  auto const error = error_of(find("user-1"));

  EXPECT_EQ(error.code, ErrorCode::input_needed);
  EXPECT_NE(error.message.find("two (pr_2)"), std::string::npos) << error.message;
  EXPECT_NE(error.context.text.find(R"("id":"pr_2")"), std::string::npos) << error.context.text;
  EXPECT_EQ(value_of(find("user-1", "pr_2")).project_name, "two");
  EXPECT_EQ(value_of(find("user-1", "TWO")).project_id, "pr_2");
  EXPECT_EQ(error_of(find("user-1", "three")).code, ErrorCode::invalid_request);
  EXPECT_EQ(value_of(find("user-1", "", ManyProjects::take_current)).project_id, "pr_1");
}

TEST_F(KeyOwnerTest, ANameThatTwoProjectsHaveDoesNotChoose) {
  tell(std::nullopt,
       {make_project("pr_1", "same"), make_project("pr_2", "same"), make_project("pr_3", "other")});

  auto const error = error_of(find("user-1", "same"));

  EXPECT_EQ(error.code, ErrorCode::input_needed);
  EXPECT_EQ(error.message.find("pr_3"), std::string::npos) << error.message;
}

TEST_F(KeyOwnerTest, WithoutAProjectNothingCanBeExecuted) {
  tell(std::nullopt, {});

  auto const error = error_of(find("user-1"));

  EXPECT_EQ(error.code, ErrorCode::not_configured);
  EXPECT_NE(error.message.find("no project"), std::string::npos);
}

TEST_F(KeyOwnerTest, AProjectWithoutItsOrganisationCannotBeNamedToTheProvider) {
  tell(make_project("pr_1", "one", ""), {});

  EXPECT_EQ(error_of(find("user-1")).code, ErrorCode::not_configured);
}

TEST_F(KeyOwnerTest, EitherAnswerIsEnough) {
  tell(make_project("pr_1", "one"), {});
  account_provider.on_list_projects = [](auto const&) {
    return Result<std::vector<ProviderProject>>{fail(ErrorCode::forbidden, "no")};
  };
  EXPECT_EQ(value_of(find("user-1")).project_id, "pr_1");

  account_provider.on_get_owner = [](auto const&) {
    return Result<KeyOwner>{fail(ErrorCode::forbidden, "why")};
  };
  EXPECT_EQ(error_of(find("user-1")).message, "why");
}

TEST_F(KeyOwnerTest, ARejectedKeyIsRejected) {
  account_provider.on_get_owner = [](auto const&) {
    return Result<KeyOwner>{fail(ErrorCode::api_key_rejected, "no such key")};
  };
  account_provider.on_list_projects = [](auto const&) { return std::vector{make_project("pr_1", "one")}; };

  EXPECT_EQ(error_of(find("user-1")).code, ErrorCode::api_key_rejected);
}

}  // namespace
}  // namespace agenta::daemon
