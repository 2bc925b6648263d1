#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "shared/domain/error.hpp"

namespace agenta::config {

/// The environment as a value, so that tests can state one: a variable's value, or nothing.
using Environment = std::function<std::optional<std::string>(std::string const& name)>;
Environment process_environment();

enum class Sandboxed : bool { no, yes };

/// Where one user's files live (contract §1). Never keyed on TMPDIR or XDG_RUNTIME_DIR: every environment of
/// one user must find the same daemon.
struct Paths {
  std::filesystem::path home{};  ///< `sandbox/` inside it where sandboxed: the two never mix
  std::filesystem::path config_file{};

  std::filesystem::path run_dir() const { return home / "run"; }
  std::filesystem::path database() const { return home / "tools.db"; }
  std::filesystem::path socket() const { return run_dir() / "daemon.sock"; }
  /// The sockets of open sessions.
  std::filesystem::path sessions_dir() const { return run_dir() / "sessions"; }
  std::filesystem::path daemon_lock() const { return run_dir() / "daemon.lock"; }
  std::filesystem::path start_lock() const { return run_dir() / "start.lock"; }
  /// What a shell completes names from: `tools`, `integrations` and `categories`, a name a line in the order
  /// of their bytes. The daemon writes them, whole files at once.
  std::filesystem::path names_dir() const { return run_dir() / "names"; }
  std::filesystem::path log_dir() const { return home / "log"; }
  std::filesystem::path log_file() const { return log_dir() / "daemon.log"; }
  std::filesystem::path credentials() const { return home / "credentials.json"; }
  /// A cache, a file for each account: see `CatalogShelf`.
  std::filesystem::path catalog_dir() const { return home / "catalog"; }
  /// Results that are too large for the database, a file each: see `ResultFiles`.
  std::filesystem::path results_dir() const { return home / "results"; }
  /// Files on their way to and from tools.
  std::filesystem::path spool_dir() const { return home / "spool"; }
  std::filesystem::path sandbox_state() const { return home / "sandbox-state.json"; }
  std::filesystem::path sandbox_port() const { return home / "sandbox-port"; }
};

/// From AGENTA_TOOLS_HOME, XDG_DATA_HOME, AGENTA_TOOLS_CONFIG, XDG_CONFIG_HOME and HOME (else the password
/// database). Relative XDG paths are ignored, as the XDG specification asks; a relative AGENTA_TOOLS_HOME is
/// made absolute.
Result<Paths> find_paths(Environment const& environment, Sandboxed sandboxed);

}  // namespace agenta::config
