#pragma once

#include "daemon/composio/http_pool.hpp"
#include "daemon/core/file_storage.hpp"

namespace agenta::daemon {

/// Composio's storage: it signs a URL for each file, and the file goes there without any credential. Any
/// thread.
class ComposioFiles final : public FileStorage {
 public:
  explicit ComposioFiles(HttpPool& pool) : pool_(pool) {}

  Result<std::string> put(ProviderCall const& call, Tool const& tool, StoredFile const& file) override;
  Result<FetchedFile> fetch(FetchRequest const& request) override;

 private:
  HttpPool& pool_;
};

/// Whether URLs in the answers of an endpoint may lead anywhere but to the public internet: where it is on
/// this machine itself. Empty: a person wrote them, and they may not.
bool may_be_private(std::string_view endpoint);

/// Waits before another attempt; false where the call is over before.
bool wait_to_try_again(int attempt, SteadyTime deadline, std::stop_token const& stop);

}  // namespace agenta::daemon
