#include "daemon/core/credentials.hpp"

#include <sys/stat.h>

#include <fstream>

#include "tests/unit/daemon/core/core_test_support.hpp"

namespace agenta::daemon {
namespace {

struct CredentialsTest : CoreTest {
  Caller anyone = without_key();
  Caller without_key() const {
    Caller nobody = caller;
    nobody.api_key.reset();
    return nobody;
  }
  void log_in() { ASSERT_TRUE(credentials.login(anyone, Secret{"saved"})); }
  Credentials::Options with_systemd_file(std::string const& content) const {
    auto changed = options();
    changed.systemd_file = directory / "composio_api_key";
    std::ofstream{*changed.systemd_file} << content;
    return changed;
  }
};

TEST_F(CredentialsTest, SaysBothWaysOnWhereThereIsNoKey) {
  auto const error = error_of(credentials.identify(anyone));

  EXPECT_EQ(error.code, ErrorCode::not_configured);
  EXPECT_NE(error.message.find("COMPOSIO_API_KEY"), std::string::npos);
  EXPECT_EQ(error.next_step, (std::vector<std::string>{"agenta-tools", "login"}));
}

TEST_F(CredentialsTest, AKeyWithALineBreakInItIsNeitherTriedNorSaved) {
  for (char const* key : {"ak_1\r\nX-Evil: 1", "ak_1\nX-Evil: 1", "ak 1"}) {
    EXPECT_EQ(error_of(credentials.login(anyone, Secret{key}, {})).code, ErrorCode::invalid_request);
  }
  EXPECT_EQ(provider.count("verify_key"), 0);
}

TEST_F(CredentialsTest, TheCallersKeyGoesAheadOfTheSavedOne) {
  log_in();

  auto const own = value_of(credentials.identify(caller));
  auto const saved = value_of(credentials.identify(anyone));

  EXPECT_EQ(own.source, KeySource::environment);
  EXPECT_EQ(own.access.api_key.reveal(), "key-1");
  EXPECT_EQ(own.access.key_scope, "scope of key-1");
  EXPECT_EQ(saved.source, KeySource::login);
  EXPECT_EQ(saved.access.api_key.reveal(), "saved");
}

TEST_F(CredentialsTest, TheSavedKeyGoesAheadOfSystemds) {
  Credentials both{safe, provider, account_provider, with_systemd_file("from-systemd\n")};

  auto const first = value_of(both.identify(anyone));
  EXPECT_EQ(first.source, KeySource::systemd);
  EXPECT_EQ(first.access.api_key.reveal(), "from-systemd");

  ASSERT_TRUE(both.login(anyone, Secret{"saved"}));
  EXPECT_EQ(value_of(both.identify(anyone)).source, KeySource::login);
}

TEST_F(CredentialsTest, AnEmptyOrMissingSystemdFileIsNoKey) {
  Credentials empty{safe, provider, account_provider, with_systemd_file(" \n")};
  auto gone = options();
  gone.systemd_file = directory / "not-there";
  Credentials missing{safe, provider, account_provider, gone};

  EXPECT_EQ(error_of(empty.identify(anyone)).code, ErrorCode::not_configured);
  EXPECT_EQ(error_of(missing.identify(anyone)).code, ErrorCode::not_configured);
}

TEST_F(CredentialsTest, TheSavedKeyIsNeverUsedAtAnotherEndpoint) {
  log_in();
  anyone.base_url = "http://127.0.0.1:4000";

  auto const error = error_of(credentials.identify(anyone));

  EXPECT_EQ(error.code, ErrorCode::not_configured);
  EXPECT_EQ(error.message.find("saved,"), std::string::npos) << "the key itself is not told";
}

TEST_F(CredentialsTest, SystemdsKeyIsNeverUsedAtAnotherEndpoint) {
  Credentials systemd{safe, provider, account_provider, with_systemd_file("from-systemd")};
  anyone.base_url = "http://127.0.0.1:4000";

  EXPECT_EQ(error_of(systemd.identify(anyone)).code, ErrorCode::not_configured);
}

TEST_F(CredentialsTest, ACallersKeyGoesToTheEndpointTheCallerNames) {
  caller.base_url = "http://127.0.0.1:4000/";

  EXPECT_EQ(value_of(credentials.access_for(caller)).base_url, "http://127.0.0.1:4000");
}

TEST_F(CredentialsTest, TheSameEndpointWithASlashIsTheSameEndpoint) {
  log_in();
  anyone.base_url = std::string{kEndpoint} + "/";

  EXPECT_TRUE(credentials.identify(anyone));
}

TEST_F(CredentialsTest, TheSandboxTakesNeitherACallersKeyNorItsEndpoint) {
  log_in();
  auto changed = options();
  changed.base_url = "http://127.0.0.1:9";
  changed.sandbox_key = Secret{"sandbox"};
  Credentials sandbox{safe, provider, account_provider, changed};
  caller.base_url = "https://elsewhere.example";

  auto const identity = value_of(sandbox.identify(caller));

  EXPECT_EQ(identity.source, KeySource::sandbox);
  EXPECT_EQ(identity.access.api_key.reveal(), "sandbox");
  EXPECT_EQ(identity.access.base_url, "http://127.0.0.1:9");
  EXPECT_EQ(identity.access.endpoint(), "sandbox") << "rows outlive the port";
  EXPECT_EQ(error_of(sandbox.login(caller, Secret{"key"})).code, ErrorCode::invalid_request);
  EXPECT_EQ(provider.count("verify_key"), 1) << "the sandbox's login asked nobody";
}

TEST_F(CredentialsTest, SavesAKeyOnlyOnceItIsVerified) {
  provider.on_verify_key = [](auto const&) {
    return Result<void>{fail(ErrorCode::api_key_rejected, "no such key")};
  };

  EXPECT_EQ(error_of(credentials.login(anyone, Secret{"wrong"})).code, ErrorCode::api_key_rejected);
  EXPECT_FALSE(std::filesystem::exists(file.path()));
  EXPECT_EQ(error_of(credentials.identify(anyone)).code, ErrorCode::not_configured);
}

TEST_F(CredentialsTest, VerifiesTheKeyWithoutTheSpaceAroundIt) {
  std::string seen;
  provider.on_verify_key = [&](ProviderCall const& call) {
    seen = call.access.api_key.reveal();
    return Result<void>{};
  };

  ASSERT_TRUE(credentials.login(anyone, Secret{"  key\n"}));

  EXPECT_EQ(seen, "key");
  EXPECT_EQ(value_of(credentials.access_for(anyone)).api_key.reveal(), "key");
}

TEST_F(CredentialsTest, RefusesAnEmptyKeyWithoutAskingAnybody) {
  EXPECT_EQ(error_of(credentials.login(anyone, Secret{" \n"})).code, ErrorCode::invalid_request);
  EXPECT_TRUE(provider.calls().empty());
}

TEST_F(CredentialsTest, LoggingOutForgetsTheKey) {
  log_in();

  EXPECT_TRUE(value_of(credentials.logout(anyone)).was_there);
  EXPECT_FALSE(value_of(credentials.logout(anyone)).was_there);
  EXPECT_EQ(error_of(credentials.identify(anyone)).code, ErrorCode::not_configured);
}

TEST_F(CredentialsTest, ADamagedFileSaysToLogInAgain) {
  log_in();
  std::ofstream{file.path()} << "{\"base_url\":3}";

  auto const error = error_of(credentials.identify(anyone));

  EXPECT_EQ(error.code, ErrorCode::not_configured);
  EXPECT_EQ(error.next_step, (std::vector<std::string>{"agenta-tools", "login"}));
}

TEST_F(CredentialsTest, AFileThatOthersCanReadIsRefused) {
  log_in();
  ASSERT_EQ(::chmod(file.path().c_str(), 0644), 0);

  auto const error = error_of(credentials.identify(anyone));

  EXPECT_NE(error.message.find("chmod"), std::string::npos) << error.message;
  EXPECT_EQ(error.message.find("saved\""), std::string::npos);
  EXPECT_EQ(credentials.scope_of(anyone), "");
}

}  // namespace
}  // namespace agenta::daemon
