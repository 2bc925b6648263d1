#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/core/single_flight.hpp"
#include "daemon/core/tool_provider.hpp"
#include "shared/base/synchronized.hpp"
#include "shared/domain/page.hpp"
#include "shared/schema/validate.hpp"

namespace agenta::daemon {

/// A tool with its input schema read once. `schema` is empty where it cannot be read: the service judges
/// then.
struct CatalogTool {
  Tool tool{};
  std::optional<schema::Schema> schema{};
};

/// Integrations and tools, kept in memory for an hour by endpoint and key, so that a request path asks
/// Composio only the first time. Out of date, an answer is fetched again; where that fails because the
/// provider is away, the old one serves. Two threads that ask for the same thing make one request. Any
/// thread.
class Catalog {
 public:
  Catalog(ToolProvider& provider, Clock const& clock) : provider_(provider), clock_(clock) {}

  using Integrations = std::shared_ptr<std::vector<Integration> const>;
  using Tools = std::shared_ptr<std::vector<Tool> const>;

  /// Every integration, in the provider's order.
  Result<Integrations> integrations(ProviderCall const& call);
  /// `INTEGRATION_NOT_FOUND` with the nearest right spelling that is known.
  Result<std::shared_ptr<IntegrationDetail const>> integration(ProviderCall const& call,
                                                               IntegrationSlug const& slug);
  /// Every tool of one integration, without their schemas.
  Result<Tools> tools(ProviderCall const& call, IntegrationSlug const& slug);
  /// `version` empty: the latest. `TOOL_NOT_FOUND` with the nearest right spelling that is known.
  Result<std::shared_ptr<CatalogTool const>> tool(ProviderCall const& call, ToolSlug const& slug,
                                                  std::string const& version);

 private:
  template <class T>
  struct Entry {
    std::shared_ptr<T const> value{};
    SteadyTime fetched_at{};
  };
  template <class T>
  using Cache = Synchronized<std::map<std::string, Entry<T>>>;

  template <class T, class Fetch>
  Result<std::shared_ptr<T const>> cached(Cache<T>& cache, ProviderCall const& call, std::string const& name,
                                          Fetch&& fetch);
  Error with_suggestion(Error error, ProviderCall const& call, std::string const& wanted);

  ToolProvider& provider_;
  Clock const& clock_;
  SingleFlight flights_;
  Cache<std::vector<Integration>> integrations_;
  Cache<IntegrationDetail> details_;
  Cache<std::vector<Tool>> tool_lists_;
  Cache<CatalogTool> tools_;
};

}  // namespace agenta::daemon
