#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "daemon/core/auth_configs.hpp"
#include "daemon/core/catalog.hpp"
#include "daemon/core/connection_turns.hpp"
#include "daemon/core/connections.hpp"
#include "daemon/core/credentials.hpp"
#include "daemon/store/connection_store.hpp"
#include "daemon/store/credential_file.hpp"
#include "daemon/store/database.hpp"
#include "daemon/store/execution_journal.hpp"
#include "tests/support/fake_accounts.hpp"
#include "tests/support/fake_provider.hpp"
#include "tests/support/temporary_directory.hpp"

namespace agenta::daemon {

inline constexpr char const* kEndpoint = "https://backend.composio.dev";

/// Time stands still until a test moves it. Any thread.
class FakeClock final : public Clock {
 public:
  WallTime wall() const override { return WallTime{std::chrono::milliseconds{1'795'000'000'000}} + passed(); }
  SteadyTime steady() const override { return start_ + passed(); }
  void advance(std::chrono::milliseconds by) { passed_ += by.count(); }

 private:
  std::chrono::milliseconds passed() const { return std::chrono::milliseconds{passed_.load()}; }
  SteadyTime const start_ = std::chrono::steady_clock::now();
  std::atomic<long long> passed_{0};
};

inline std::string scope_of(Secret const& key) { return "scope of " + key.reveal(); }

inline Caller make_caller(Clock const& clock, std::string key = "key-1") {
  Caller caller;
  caller.api_key = Secret{std::move(key)};
  caller.deadline = clock.steady() + std::chrono::minutes{10};
  caller.actor.user = "ada";
  return caller;
}

inline std::string code_of(Error const& error) {
  return std::to_string(static_cast<int>(error.code)) + ": " + error.message;
}

/// The error of a result that must be one.
template <class T>
Error error_of(Result<T> const& result) {
  if (!result) return result.error();
  ADD_FAILURE() << "expected an error, not a value";
  return Error{};
}

/// The value of a result that must have one.
template <class T>
T value_of(Result<T> result) {
  if (result) return std::move(result).value();
  throw std::runtime_error("expected a value, not " + code_of(result.error()));
}

/// A database, a provider and what stands between them and the use cases.
struct CoreTest : testing::Test {
  FakeClock clock;
  test::FakeProvider provider;
  test::TemporaryDirectory directory;
  std::unique_ptr<store::Database> database = value_of(store::Database::open(":memory:"));
  store::ProjectStore projects{*database};
  store::ConnectionStore rows{*database};
  store::AuthConfigStore auth_config_store{*database};
  store::ExecutionJournal journal{*database};
  store::CredentialFile file{directory / "credential.json"};
  test::FakeKeyring keyring;
  KeySafe safe{file, keyring, ""};
  test::FakeAccounts account_provider;
  Credentials credentials{safe, provider, account_provider, options()};
  AuthConfigs auth_configs{auth_config_store, provider, clock, &scope_of};
  ConnectionTurns turns;
  CatalogShelf shelf{shelf_options()};
  std::vector<std::function<void(std::stop_token)>> behind{};  ///< what is to be fetched behind answers
  int refreshes = 0;                                           ///< how often the whole was to be refreshed
  Catalog catalog{provider, clock, shelf, catalog_options()};
  ProjectId const project = value_of(projects.ensure("default", clock.wall())).id;
  Caller caller = make_caller(clock);

  static Credentials::Options options() {
    Credentials::Options options;
    options.base_url = kEndpoint;
    options.fingerprint = &scope_of;
    return options;
  }

  CatalogShelf::Options shelf_options() const {
    CatalogShelf::Options options;
    options.directory = directory / "catalog";
    // Two accounts of one test never share a file; what a hash is made of does not matter here.
    options.digest = [](std::string_view text) {
      auto const hash = std::to_string(std::hash<std::string_view>{}(text));
      return std::string(16 - std::min<std::size_t>(hash.size(), 16), '0') + hash;
    };
    return options;
  }
  Catalog::Options catalog_options() {
    Catalog::Options options;
    options.behind = [this](auto job) { behind.push_back(std::move(job)); };
    options.refresh = [this](ProviderAccess const&) { ++refreshes; };
    return options;
  }
  /// Does what was to be done behind answers.
  void catch_up() {
    auto const jobs = std::exchange(behind, {});
    for (auto const& job : jobs) job({});
  }

  /// An ACTIVE row of the caller's own key, in the store.
  Connection add_connection(std::string slug, std::string integration = "github") {
    Connection row;
    row.id.text = make_uuid_v7();
    row.project = project;
    row.slug = std::move(slug);
    row.name = row.slug;
    row.integration.text = std::move(integration);
    row.integration_name = "GitHub";
    row.account.text = "ca_" + row.slug;
    row.auth_config.text = "ac_1";
    row.key_scope = "scope of key-1";
    row.base_url = kEndpoint;
    row.status = ConnectionStatus::active;
    row.auth_type = "OAUTH2";
    row.created_at = row.updated_at = clock.wall();
    EXPECT_TRUE(rows.insert(row, store::Durability::normal));
    return row;
  }
};

}  // namespace agenta::daemon
