#include "daemon/sandbox/world.hpp"

#include <nlohmann/json.hpp>

namespace agenta::daemon::sandbox {

World::World(Options given, Clock const& time, Catalog content)
    : options(std::move(given)),
      clock(time),
      catalog(std::move(content)),
      tool_state(std::make_unique<nlohmann::json>(nlohmann::json::object())) {}

World::~World() = default;

void World::reset() {
  advanced = std::chrono::milliseconds{0};
  book.clear();
  *tool_state = nlohmann::json::object();
  faults.clear();
  rate_limit = {};
  storage.objects.clear();
  auto_approval = {};
  tool_sessions.clear();
  answers.clear();
  cli_sessions.clear();
  forget_requests();
  restore_catalog();
  unsaved = {.accounts = true, .tools = true};
}

void World::restore_catalog() {
  if (!original) return;
  catalog = *original;
  original.reset();
  arguments.forget();
}

void World::forget_requests() {
  requests = 0;
  route_counts.clear();
  tool_counts.clear();
  recent.clear();
  revoked.clear();
}

}  // namespace agenta::daemon::sandbox
