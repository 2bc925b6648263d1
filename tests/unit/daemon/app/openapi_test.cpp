#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "daemon/api/routes.hpp"
#include "daemon/app/control_routes.hpp"
#include "daemon/app/openapi_document.hpp"
#include "shared/base/text.hpp"
#include "tests/unit/daemon/core/connect_flow_support.hpp"
#include "tests/unit/daemon/core/executions_support.hpp"

namespace agenta::daemon {
namespace {

struct NoRefresher final : api::CatalogRefresher {
  CatalogStatus status(ProviderAccess const&) override { return {}; }
  void refresh_everything(ProviderAccess const&) override {}
  void warm_up(ProviderAccess const&) override {}
};

struct NoBrowserWatcher final : BrowserLoginWatcher {
  void started(std::string const&) override {}
  void settled(std::string const&) override {}
};

class NoStorage final : public FileStorage {
  Result<std::string> put(ProviderCall const&, Tool const&, StoredFile const&) override {
    return std::string{};
  }
  Result<FetchedFile> fetch(FetchRequest const&) override { return FetchedFile{}; }
};

/// Every route the daemon has, as `GET /path`.
struct OpenApi : CoreTest {
  FakeWatcher watcher;
  ConnectFlow flow{projects, rows, turns, auth_configs, catalog, credentials, provider, watcher, clock};
  Connections connections{projects, rows, turns, credentials, provider, clock};
  Executions executions{projects,    rows,     journal, catalog,
                        credentials, provider, clock,   ExecutionsTest::execution_options()};
  History history{*database, journal, clock, {}};
  store::SessionStore session_store{*database};
  store::ApprovalStore approval_store{*database};
  Approvals approvals{projects, approval_store, clock, {}};
  Sessions sessions{projects, rows, session_store, catalog, credentials, clock, {}};
  Policies policies{catalog, credentials, sessions, connections};
  store::BatchStore batch_store{*database};
  Batches batches{projects, batch_store, clock};
  ProxyRequests proxies{projects, rows, catalog, credentials, provider, executions, clock, {}};
  ToolInputs inputs{catalog, credentials, provider, clock};
  ConnectionChecks checks{rows, connections, catalog, credentials, provider, executions, clock, {}};
  ConnectionSync sync{projects, rows, turns, catalog, credentials, provider, checks, clock};
  ToolSearch search{catalog, provider};
  NoRefresher refresher;
  NoBrowserWatcher browser_watcher;
  BrowserLogins logins{credentials, account_provider, browser_watcher, clock};
  NoStorage storage;
  Spool spool{std::filesystem::temp_directory_path()};
  Uploads uploads{spool, storage, clock, {}};
  RecentFiles recent{clock};
  Downloads downloads{{projects, executions, credentials, spool, storage, recent}};
  nlohmann::json const document = nlohmann::json::parse(openapi_document());

  std::set<std::string> routes() {
    std::set<std::string> names;
    auto const add = [&](std::vector<api::Route> const& table) {
      for (api::Route const& route : table) {
        EXPECT_TRUE(names.insert(std::string{route.method} + " " + std::string{route.path}).second)
            << route.path << " is there twice";
      }
    };
    add(api::catalog_routes({.catalog = catalog,
                             .search = search,
                             .connections = connections,
                             .credentials = credentials,
                             .refresher = refresher}));
    add(api::connection_routes({.flow = flow,
                                .connections = connections,
                                .checks = checks,
                                .sync = sync,
                                .credentials = credentials,
                                .watcher = watcher}));
    add(api::execution_routes(executions));
    add(api::history_routes(history, executions));
    add(api::batch_routes(batches));
    add(api::session_routes(sessions));
    add(api::own_session_routes(sessions));
    add(api::policy_routes(policies));
    add(api::approval_routes(approvals, sessions));
    add(api::proxy_routes(proxies));
    add(api::input_routes(inputs));
    add(api::file_routes(uploads, downloads));
    add(api::account_routes(credentials, logins, refresher));
    add(control_routes({}));
    return names;
  }
  std::set<std::string> described() const {
    static std::set<std::string> const kMethods{"get", "post", "put", "patch", "delete"};
    std::set<std::string> names;
    for (auto const& [path, item] : document.at("paths").items()) {
      for (auto const& [method, operation] : item.items()) {
        if (kMethods.contains(method)) names.insert(to_upper(method) + " " + path);
      }
    }
    return names;
  }
};

TEST_F(OpenApi, DescribesEveryRouteAndNothingElse) {
  auto const there = routes();
  auto const told = described();
  std::vector<std::string> untold;
  std::vector<std::string> missing;

  std::ranges::set_difference(there, told, std::back_inserter(untold));
  std::ranges::set_difference(told, there, std::back_inserter(missing));

  EXPECT_TRUE(untold.empty()) << "not described: " << join(untold, ", ");
  EXPECT_TRUE(missing.empty()) << "described, and not there: " << join(missing, ", ");
  EXPECT_FALSE(there.empty());
}

TEST_F(OpenApi, IsTheDocumentOfTheSource) {
  std::ifstream source{AGENTA_TEST_DATA "/../shared/protocol/openapi.json"};
  std::string const text{std::istreambuf_iterator<char>{source}, {}};

  EXPECT_EQ(nlohmann::json::parse(text), document);
}

TEST_F(OpenApi, EveryPathParameterIsDescribed) {
  for (auto const& [path, item] : document.at("paths").items()) {
    for (std::string const& segment : split(path, '/')) {
      if (!segment.starts_with('{')) continue;
      auto const name = segment.substr(1, segment.size() - 2);
      auto const text = item.dump();
      bool const by_name = text.find("\"in\":\"path\",\"name\":\"" + name + "\"") != std::string::npos;
      bool const by_reference = text.find("#/components/parameters/") != std::string::npos;
      EXPECT_TRUE(by_name || by_reference) << path << " " << name;
    }
  }
}

}  // namespace
}  // namespace agenta::daemon
