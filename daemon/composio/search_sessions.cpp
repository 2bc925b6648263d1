#include "daemon/composio/search_sessions.hpp"

#include <utility>

#include "daemon/composio/key_fingerprint.hpp"

namespace agenta::daemon {
namespace {

constexpr std::size_t kMostSessions = 256;  // bounds memory, not use: a forgotten one is made anew

std::string place_of(ProviderAccess const& access, std::string const& user_id) {
  return sha256_hex(access.base_url + '\n' + access.api_key.reveal() + '\n' + access.project_id + '\n' +
                    user_id);
}

}  // namespace

std::optional<std::string> SearchSessions::find(ProviderAccess const& access,
                                                std::string const& user_id) const {
  auto const place = place_of(access, user_id);
  std::lock_guard const lock{mutex_};
  auto const found = ids_.find(place);
  if (found == ids_.end()) return std::nullopt;
  return found->second;
}

void SearchSessions::remember(ProviderAccess const& access, std::string const& user_id, std::string session) {
  auto place = place_of(access, user_id);
  std::lock_guard const lock{mutex_};
  if (ids_.size() >= kMostSessions) ids_.clear();
  ids_.insert_or_assign(std::move(place), std::move(session));
}

void SearchSessions::forget(ProviderAccess const& access, std::string const& user_id,
                            std::string const& session) {
  auto const place = place_of(access, user_id);
  std::lock_guard const lock{mutex_};
  auto const found = ids_.find(place);
  if (found != ids_.end() && found->second == session) ids_.erase(found);
}

}  // namespace agenta::daemon
