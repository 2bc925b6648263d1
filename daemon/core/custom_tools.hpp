#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/catalog.hpp"
#include "daemon/core/custom_runner.hpp"
#include "daemon/core/tool_provider.hpp"
#include "shared/base/synchronized.hpp"
#include "shared/custom/declaration.hpp"

namespace agenta::daemon {

/// The tools that were declared in one version of the file.
struct CustomToolSet {
  struct Entry {
    std::shared_ptr<CatalogTool const> tool{};
    custom::Declaration declaration{};
  };
  Integration integration{};     ///< `custom`, whose version is the file's
  std::vector<Entry> entries{};  ///< by slug

  bool empty() const { return entries.empty(); }
  Entry const* find(ToolSlug const& slug) const;  ///< in any case; null where there is none
  std::vector<Tool> tools() const;
};

/// The integration that a person's own tools belong to.
bool is_custom(IntegrationSlug const& slug);

/// Tools that a person declares in a file (`custom.file`), beside the provider's: read when they are first
/// asked for, and again when the file has changed. A file that cannot be taken leaves those that there were
/// in force. Any thread.
class CustomTools {
 public:
  struct Options {
    std::filesystem::path file{};
    std::function<std::string(std::string_view)> digest{};  ///< SHA-256, as hex
    /// Told once of each version of the file that was taken (nothing), or not (why).
    std::function<void(std::optional<Error> const& problem)> on_read{};
  };
  CustomTools(CustomRunner& runner, Options options) : runner_(runner), options_(std::move(options)) {}

  /// Looks at the file: a system call where it has not changed.
  std::shared_ptr<CustomToolSet const> current();
  /// What is wrong with the file as it is now.
  std::optional<Error> problem();
  /// Looks as if the file had changed.
  void reload();
  std::filesystem::path const& file() const { return options_.file; }

  /// `TOOL_NOT_FOUND`, with what the file has instead, or what is wrong with it.
  Result<std::shared_ptr<CatalogTool const>> tool(ToolSlug const& slug, std::string const& version);
  /// Without their schemas. `INTEGRATION_NOT_FOUND` where none are declared.
  Result<Page<Tool>> list(store::ToolListFilter const& filter);
  Result<std::shared_ptr<IntegrationDetail const>> integration();

  ExecuteOutcome execute(ProviderCall const& call, ExecuteRequest const& request);

 private:
  /// What tells one version of a file from another without reading it.
  struct Stamp {
    std::int64_t seconds = 0;
    std::int64_t nanoseconds = 0;
    std::int64_t size = -1;  ///< no file
    std::uint64_t inode = 0;
    std::uint32_t mode = 0;
    bool operator==(Stamp const&) const = default;
  };
  struct State {
    std::optional<Stamp> stamp{};  ///< of what was read last; none: look again
    std::shared_ptr<CustomToolSet const> set = std::make_shared<CustomToolSet const>();
    std::optional<Error> problem{};
  };
  static Stamp stamp_of(std::filesystem::path const& file);
  void read(State& state);
  Result<std::shared_ptr<CustomToolSet const>> load() const;
  Error none_declared(ErrorCode code, std::string message);

  CustomRunner& runner_;
  Options const options_;
  Synchronized<State> state_{};
};

}  // namespace agenta::daemon
