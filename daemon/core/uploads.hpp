#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/argument_files.hpp"
#include "daemon/core/file_storage.hpp"
#include "daemon/core/spool.hpp"
#include "shared/base/clock.hpp"

namespace agenta::daemon {

/// A file that was, or is being, handed to the daemon to stand in for an argument.
struct Upload {
  std::string id{};
  std::string filename{};
  std::int64_t size = 0;
  std::int64_t received = 0;
  std::string mimetype{};  ///< once it is whole
  std::string md5{};       ///< once it is whole
  bool whole() const { return received == size; }
};

/// Takes files in pieces, keeps them until their tool runs, and hands them to the provider's storage then.
/// They end with the daemon. Any thread.
class Uploads final : public ArgumentFiles {
 public:
  struct Options {
    std::int64_t most_bytes = std::int64_t{100} << 20;  ///< of a file, as Composio takes it
    std::int64_t most_waiting_bytes = std::int64_t{1} << 30;
    std::size_t most = 1024;
    std::chrono::hours time_to_live{24};
  };
  Uploads(Spool const& spool, FileStorage& storage, Clock const& clock, Options options);
  ~Uploads() override;

  /// `INVALID_REQUEST` for a file over the limit; `STORAGE_UNAVAILABLE` where too many wait already.
  Result<Upload> begin(std::string const& project, std::string const& filename, std::int64_t size);
  /// The next piece. One that was written already, and is sent again, changes nothing.
  Result<Upload> write(std::string const& project, std::string const& id, std::int64_t offset,
                       std::string_view bytes);
  /// A file that a person names by its URL.
  Result<Upload> fetch(std::string const& project, std::string const& url, SteadyTime deadline,
                       std::stop_token stop);
  /// Forgets those that are over their time.
  void tidy();

  Result<JsonText> describe(std::string const& project, Tool const& tool, JsonText const& arguments,
                            std::vector<FileArgument> const& files) override;
  Result<JsonText> stage(ProviderCall const& call, Tool const& tool, JsonText const& arguments,
                         std::vector<FileArgument> const& files) override;

 private:
  struct Entry;
  using EntryPtr = std::shared_ptr<Entry>;
  Result<EntryPtr> make(std::string const& project, std::string const& filename, std::int64_t size);
  Result<void> keep(EntryPtr const& entry);
  Result<EntryPtr> get(std::string const& id) const;
  Result<EntryPtr> get(std::string const& project, std::string const& id) const;
  Result<std::string> stage_one(ProviderCall const& call, Tool const& tool, Entry& entry);

  Spool const& spool_;
  FileStorage& storage_;
  Clock const& clock_;
  Options const options_;
  mutable std::mutex mutex_;
  std::map<std::string, EntryPtr> entries_;
};

}  // namespace agenta::daemon
