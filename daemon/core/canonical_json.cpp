#include "daemon/core/canonical_json.hpp"

#include <nlohmann/json.hpp>

namespace agenta::daemon {

std::string canonical_json(JsonText const& document) {
  auto const json = nlohmann::json::parse(document.text, nullptr, false);
  if (json.is_discarded()) return document.text;
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace agenta::daemon
