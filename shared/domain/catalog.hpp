#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/clock.hpp"
#include "shared/domain/error.hpp"
#include "shared/domain/tool.hpp"

namespace agenta {

/// One find of a search over everything that is known here.
struct SearchHit {
  enum class Kind { integration, tool };
  Kind kind = Kind::tool;
  std::string slug{};
  std::string name{};
  std::string description{};
  IntegrationSlug integration{};  ///< of an integration: itself
  double score = 0;               ///< 1 is as good as it gets; comparable within one search only
  bool is_connected = false;      ///< its integration has an active connection
  ToolHints hints{};              ///< of a tool
  bool operator==(SearchHit const&) const = default;
};

std::string_view name_of(SearchHit::Kind kind);  ///< `integration`, `tool`

/// The best finds, best first.
struct SearchResult {
  std::vector<SearchHit> items{};
  std::int64_t total = 0;  ///< how many there are, beyond the limit too
  bool complete = true;    ///< every tool there is was looked at; false while the catalogue is being fetched
  bool operator==(SearchResult const&) const = default;
};

/// How much of the provider's catalogue is kept here, and what is being done about the rest.
struct CatalogStatus {
  enum class State {
    idle,        ///< nothing to do
    refreshing,  ///< fetching, now
    waiting,     ///< will go on by itself: the provider asked for a pause, or could not be reached
  };
  State state = State::idle;
  bool complete = false;  ///< every integration's tools are here, in the version its list names
  std::int64_t integrations = 0;
  std::int64_t tools = 0;
  std::int64_t refresh_done = 0;         ///< of the run under way: integrations whose tools were fetched
  std::int64_t refresh_total = 0;        ///< of the run under way; 0 where there is none
  std::int64_t refreshes = 0;            ///< runs that ended since the daemon began, well or not
  std::optional<WallTime> fetched_at{};  ///< when the list of integrations was last fetched
  std::optional<Error> error{};          ///< why the last run stopped or waits
  bool operator==(CatalogStatus const&) const = default;
};

std::string_view name_of(CatalogStatus::State state);  ///< `idle`, `refreshing`, `waiting`

/// A tool as a model's API or a protocol wants it described.
struct ToolDefinition {
  ToolSlug tool{};
  IntegrationSlug integration{};
  std::string version{};
  std::string name{};                ///< under which it is offered: the slug, or a shortened one
  bool strict = false;               ///< follows the rules of strict mode
  JsonText definition{};             ///< exactly what goes into a request
  JsonText renamed{};                ///< property names that differ: `{"alias":"original"}`
  std::vector<std::string> notes{};  ///< what was lost or changed on the way, each a sentence
  bool operator==(ToolDefinition const&) const = default;
};

}  // namespace agenta
