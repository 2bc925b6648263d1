#include "shared/domain/catalog.hpp"

namespace agenta {

std::string_view name_of(SearchHit::Kind kind) {
  switch (kind) {
    case SearchHit::Kind::integration: return "integration";
    case SearchHit::Kind::tool: return "tool";
  }
  __builtin_unreachable();
}

std::string_view name_of(CatalogStatus::State state) {
  switch (state) {
    case CatalogStatus::State::idle: return "idle";
    case CatalogStatus::State::refreshing: return "refreshing";
    case CatalogStatus::State::waiting: return "waiting";
  }
  __builtin_unreachable();
}

}  // namespace agenta
