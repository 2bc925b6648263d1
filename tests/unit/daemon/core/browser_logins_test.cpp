#include "daemon/core/browser_logins.hpp"

#include "tests/unit/daemon/core/core_test_support.hpp"

namespace agenta::daemon {
namespace {

using State = BrowserLogin::State;
using Answer = DeviceAnswer::State;

struct Watcher final : BrowserLoginWatcher {
  std::vector<std::string> begun{};
  std::vector<std::string> over{};
  void started(std::string const& id) override { begun.push_back(id); }
  void settled(std::string const& id) override { over.push_back(id); }
};

struct BrowserLoginsTest : CoreTest {
  Watcher watcher;
  BrowserLogins logins{credentials, account_provider, watcher, clock};
  Caller anyone = without_key();

  Caller without_key() const {
    Caller nobody = caller;
    nobody.api_key.reset();
    return nobody;
  }
  BrowserLogin begin(BrowserLoginRequest request = {}) {
    return value_of(logins.begin(anyone, std::move(request)));
  }
  void provider_says(Answer state, std::string key = "") {
    account_provider.on_get_device_session = [state, key](Secret const&) {
      DeviceAnswer answer;
      answer.state = state;
      answer.key = Secret{key};
      return Result<DeviceAnswer>{std::move(answer)};
    };
  }
  BrowserLogins::Next ask(std::string const& id) {
    return logins.ask(id, clock.steady() + std::chrono::minutes{1}, {});
  }
  void two_projects() {
    account_provider.on_list_projects = [](auto const&) {
      return std::vector<ProviderProject>{{"pr_1", "one", "ok_1", ""}, {"pr_2", "two", "ok_1", ""}};
    };
  }
};

TEST_F(BrowserLoginsTest, ItsLinkHoldsTheProvidersIdAndItsNameDoesNot) {
  auto const login = begin();

  EXPECT_EQ(login.login_url.reveal(), "https://dashboard.composio.dev/?cliKey=device-1");
  EXPECT_EQ(login.id.find("device-1"), std::string::npos);
  EXPECT_EQ(watcher.begun, std::vector{login.id});
  EXPECT_TRUE(login.expires_at);
}

TEST_F(BrowserLoginsTest, TheDashboardIsTheEndpointsOrTheOneThatIsNamed) {
  anyone.base_url = "http://127.0.0.1:4000/";
  EXPECT_EQ(begin().login_url.reveal(), "http://127.0.0.1:4000/dashboard/?cliKey=device-1");
  EXPECT_EQ(begin({.dashboard_url = "https://d.example/"}).login_url.reveal(),
            "https://d.example/?cliKey=device-1");
}

TEST_F(BrowserLoginsTest, HasTheCodeThatThePageShowsWhileItIsOpen) {
  account_provider.on_create_device_session = [](auto const&) {
    DeviceSession session;
    session.id = Secret{"device-1"};
    session.code = "b20a5e";
    return session;
  };
  auto const login = begin();
  EXPECT_EQ(login.code, "b20a5e");
  provider_says(Answer::linked, "fresh");

  ask(login.id);

  EXPECT_EQ(value_of(logins.get(login.id)).code, "");
}

TEST_F(BrowserLoginsTest, IsNotBegunWhereTheKeyringThatIsToHaveTheKeyTakesNone) {
  int sessions = 0;
  account_provider.on_create_device_session = [&](auto const&) {
    ++sessions;
    return DeviceSession{.id = Secret{"device-1"}};
  };
  keyring.trouble = {store::KeyringTrouble::Kind::absent, "there is none"};
  BrowserLoginRequest wanted;
  wanted.choice.store = KeyStore::keyring;

  EXPECT_EQ(error_of(logins.begin(anyone, wanted)).code, ErrorCode::not_configured);
  EXPECT_EQ(sessions, 0);

  keyring.trouble.reset();
  anyone.session_bus = keyring.bus;
  EXPECT_TRUE(logins.begin(anyone, wanted));
  EXPECT_EQ(sessions, 1);
}

TEST_F(BrowserLoginsTest, EndTogether) {
  auto const first = begin();
  auto const second = begin();
  provider_says(Answer::linked, "fresh");

  logins.cancel_all();

  for (auto const& each : {first, second}) {
    EXPECT_TRUE(ask(each.id).is_settled);
    EXPECT_EQ(value_of(logins.get(each.id)).error->code, ErrorCode::oauth_denied);
  }
  EXPECT_EQ(watcher.over.size(), 2U);
  EXPECT_FALSE(std::filesystem::exists(file.path()));
}

TEST_F(BrowserLoginsTest, GoesOnUntilItsUserHasAgreedAndThenSavesTheKey) {
  auto const login = begin();
  EXPECT_FALSE(ask(login.id).is_settled);
  provider_says(Answer::linked, "fresh");

  EXPECT_TRUE(ask(login.id).is_settled);

  auto const done = value_of(logins.get(login.id));
  EXPECT_EQ(done.state, State::done);
  EXPECT_TRUE(done.login_url.empty());
  EXPECT_EQ(value_of(credentials.access_for(anyone)).api_key.reveal(), "fresh");
  EXPECT_EQ(provider.count("verify_key"), 1);
}

TEST_F(BrowserLoginsTest, DenialAndTheEndOfItsTimeAreTwoThings) {
  auto const denied = begin();
  provider_says(Answer::denied);
  EXPECT_TRUE(ask(denied.id).is_settled);
  EXPECT_EQ(value_of(logins.get(denied.id)).error->code, ErrorCode::oauth_denied);

  auto const forgotten = begin();
  provider_says(Answer::gone);
  EXPECT_TRUE(ask(forgotten.id).is_settled);
  EXPECT_EQ(value_of(logins.get(forgotten.id)).error->code, ErrorCode::oauth_expired);

  auto const late = begin();
  provider_says(Answer::pending);
  clock.advance(std::chrono::minutes{11});
  EXPECT_TRUE(ask(late.id).is_settled);
  EXPECT_EQ(value_of(logins.get(late.id)).error->code, ErrorCode::oauth_expired);
  EXPECT_FALSE(std::filesystem::exists(file.path()));
}

TEST_F(BrowserLoginsTest, AProviderThatIsAwayIsAskedAgainWhenItSays) {
  auto const login = begin();
  account_provider.on_get_device_session = [](auto const&) {
    Error error = fail(ErrorCode::rate_limited, "slowly").error();
    error.retry_after = std::chrono::seconds{40};
    return Result<DeviceAnswer>{fail(std::move(error))};
  };

  auto const next = ask(login.id);

  EXPECT_FALSE(next.is_settled);
  EXPECT_EQ(next.rest, std::chrono::seconds{40});
  clock.advance(std::chrono::minutes{12});
  EXPECT_TRUE(ask(login.id).is_settled) << "not for ever";
}

TEST_F(BrowserLoginsTest, AKeyThatIsFetchedIsNotFetchedAgainWhileItCannotBeVerified) {
  auto const login = begin();
  provider_says(Answer::linked, "fresh");
  provider.on_verify_key = [](auto const&) {
    return Result<void>{fail(ErrorCode::provider_unavailable, "away")};
  };
  EXPECT_FALSE(ask(login.id).is_settled);
  account_provider.on_get_device_session = [](auto const&) {
    ADD_FAILURE() << "asked again";
    return Result<DeviceAnswer>{DeviceAnswer{}};
  };
  provider.on_verify_key = [](auto const&) { return Result<void>{}; };

  EXPECT_TRUE(ask(login.id).is_settled);

  EXPECT_EQ(value_of(logins.get(login.id)).state, State::done);
}

TEST_F(BrowserLoginsTest, ARejectedKeyIsTheEnd) {
  auto const login = begin();
  provider_says(Answer::linked, "fresh");
  provider.on_verify_key = [](auto const&) { return Result<void>{fail(ErrorCode::api_key_rejected, "no")}; };

  EXPECT_TRUE(ask(login.id).is_settled);

  EXPECT_EQ(value_of(logins.get(login.id)).error->code, ErrorCode::api_key_rejected);
}

TEST_F(BrowserLoginsTest, AUsersKeyWaitsForTheChoiceOfAProject) {
  two_projects();
  auto const login = begin();
  provider_says(Answer::linked, "user-1");

  auto const next = ask(login.id);

  EXPECT_TRUE(next.has_news);
  EXPECT_FALSE(next.is_settled);
  auto const question = value_of(logins.get(login.id));
  EXPECT_EQ(question.state, State::choosing);
  EXPECT_EQ(question.error->code, ErrorCode::input_needed);
  EXPECT_EQ(error_of(logins.choose(anyone, login.id, "three")).code, ErrorCode::invalid_request);
  EXPECT_EQ(value_of(logins.choose(anyone, login.id, "two")).state, State::done);
  EXPECT_EQ(value_of(credentials.access_for(anyone)).project_id, "pr_2");
  EXPECT_EQ(watcher.over, std::vector{login.id});
}

TEST_F(BrowserLoginsTest, AChoiceThatNobodyMakesEndsWithItsTime) {
  two_projects();
  auto const login = begin();
  provider_says(Answer::linked, "user-1");
  ask(login.id);
  clock.advance(std::chrono::minutes{11});

  EXPECT_TRUE(ask(login.id).is_settled);

  EXPECT_EQ(value_of(logins.get(login.id)).error->code, ErrorCode::oauth_expired);
}

TEST_F(BrowserLoginsTest, OneThatIsGivenUpIsNotAskedAbout) {
  auto const login = begin();
  ASSERT_TRUE(logins.cancel(login.id));
  provider_says(Answer::linked, "fresh");

  EXPECT_TRUE(ask(login.id).is_settled);

  EXPECT_FALSE(std::filesystem::exists(file.path()));
  EXPECT_EQ(error_of(logins.get("no-such-login")).code, ErrorCode::oauth_expired);
}

TEST_F(BrowserLoginsTest, TheNextLoginOfAProjectKeepsItsScope) {
  account_provider.on_get_owner = [](auto const&) {
    return Result<KeyOwner>{KeyOwner{ProviderProject{"pr_1", "one", "ok_1", ""}, ""}};
  };
  auto const log_in = [&](std::string key) {
    return value_of(credentials.login(anyone, Secret{std::move(key)})).identity.access.key_scope;
  };

  auto const first = log_in("ak-1");
  EXPECT_EQ(log_in("ak-2"), first);
  EXPECT_EQ(value_of(credentials.identify(anyone)).access.key_scope, first);
  EXPECT_EQ(value_of(credentials.identify(anyone)).fingerprint, "scope of ak-2");
  account_provider.on_get_owner = [](auto const&) {
    return Result<KeyOwner>{KeyOwner{ProviderProject{"pr_2", "two", "ok_1", ""}, ""}};
  };
  EXPECT_NE(log_in("ak-3"), first) << "another project's";
}

}  // namespace
}  // namespace agenta::daemon
