#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "daemon/core/tool_provider.hpp"

namespace agenta::daemon {

/// The tool-router sessions that searches were made in: one for each endpoint, key and user, kept so that a
/// search is one request and not two. Keys are not kept. Any thread.
class SearchSessions {
 public:
  std::optional<std::string> find(ProviderAccess const& access, std::string const& user_id) const;
  /// The later of two that were made at once stays.
  void remember(ProviderAccess const& access, std::string const& user_id, std::string session);
  /// Forgets `session`, and no other that was remembered meanwhile.
  void forget(ProviderAccess const& access, std::string const& user_id, std::string const& session);

 private:
  mutable std::mutex mutex_{};
  std::map<std::string, std::string> ids_{};  ///< by a digest of endpoint, key and user
};

}  // namespace agenta::daemon
