#include "daemon/app/service_options.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <utility>

#include "daemon/app/dispatcher.hpp"
#include "daemon/composio/dead_credential.hpp"
#include "daemon/composio/key_fingerprint.hpp"
#include "shared/config/session_bus.hpp"

namespace agenta::daemon {
namespace {

log::Level log_level(config::Settings const& settings) {
  std::string const& name = settings.text("daemon.log_level");
  for (log::Level const level :
       {log::Level::debug, log::Level::info, log::Level::warn, log::Level::error, log::Level::off}) {
    if (name == log::name_of(level)) return level;
  }
  return log::Level::info;
}

}  // namespace

log::Options log_options(config::Paths const& paths, config::Settings const& settings) {
  log::Options options;
  options.file = paths.log_file();
  options.level = log_level(settings);
  options.to_journal = log::is_journal_stderr(config::process_environment()("JOURNAL_STREAM").value_or(""));
  return options;
}

Executions::Options execution_options(config::Settings const& settings, SandboxDoor const* sandbox) {
  Executions::Options options;
  if (sandbox != nullptr) options.sandbox_flag = "--sandbox";
  options.most_kept_result_bytes = static_cast<std::size_t>(settings.integer("history.keep_results"));
  options.redaction = schema::RedactionRules{settings.text("history.redact")};
  options.coalesce_reads = settings.boolean("execute.coalesce_reads");
  options.most_in_flight = static_cast<std::size_t>(settings.integer("limits.in_flight"));
  options.digest = [](std::string_view text) { return sha256_hex(text); };
  options.proves_dead_credential = [](std::string_view words) { return proves_dead_credential(words); };
  return options;
}

ResultFiles::Options result_options(config::Settings const& settings, config::Paths const& paths) {
  ResultFiles::Options options;
  options.directory = paths.results_dir();
  options.quota = settings.integer("history.results_quota");
  options.most_bytes = settings.integer("execute.max_result");
  return options;
}

ProxyRequests::Options proxy_options(Executions::Options const& executions, config::Paths const& paths) {
  ProxyRequests::Options options;
  options.most_kept_bytes = executions.most_kept_result_bytes;
  options.sandbox_flag = executions.sandbox_flag;
  options.proves_dead_credential = executions.proves_dead_credential;
  options.spool = paths.home;
  options.digest = executions.digest;
  return options;
}

Credentials::Options credential_options(config::Settings const& settings, SandboxDoor const* sandbox,
                                        std::string salt) {
  Credentials::Options options;
  options.base_url = settings.text("composio.base_url");
  if (sandbox != nullptr) {
    options.base_url = sandbox->base_url();
    options.sandbox_key = Secret{sandbox::Options{}.api_key};
  }
  if (auto const directory = config::process_environment()("CREDENTIALS_DIRECTORY")) {
    options.systemd_file = std::filesystem::path{*directory} / "composio_api_key";
  }
  options.fingerprint = [salt = std::move(salt)](Secret const& key) { return key_fingerprint(key, salt); };
  return options;
}

store::KeyringProcess::Options keyring_options(config::Paths const& paths) {
  store::KeyringProcess::Options options;
  std::error_code ignored;
  auto const own = std::filesystem::read_symlink("/proc/self/exe", ignored);
  options.program = own.parent_path() / "agenta-tools-keyring";
  options.home = paths.home;
  // No display: what asks the keyring in the background opens no window.
  auto const environment = config::process_environment();
  for (char const* name : {"HOME", "PATH", "LANG", "XDG_RUNTIME_DIR", "ASAN_OPTIONS", "TSAN_OPTIONS"}) {
    if (auto const value = environment(name)) options.environment.push_back(std::string{name} + "=" + *value);
  }
  return options;
}

std::string own_session_bus() { return config::find_session_bus(config::process_environment()); }

CatalogShelf::Options shelf_options(config::Paths const& paths) {
  CatalogShelf::Options options;
  options.directory = paths.catalog_dir();
  options.digest = [](std::string_view text) { return sha256_hex(text); };
  return options;
}

Catalog::Options catalog_options(config::Settings const& settings, CatalogKeeper& keeper) {
  Catalog::Options options;
  options.time_to_live = settings.duration("catalog.ttl");
  options.behind = [&keeper](auto job) { keeper.behind(std::move(job)); };
  options.refresh = [&keeper](ProviderAccess const& access) { keeper.refresh(access); };
  options.names_changed = [&keeper](auto const& account) { keeper.names_changed(account); };
  return options;
}

CatalogKeeper::Options keeper_options(config::Settings const& settings, config::Paths const& paths) {
  CatalogKeeper::Options options;
  options.warm = settings.boolean("catalog.warm");
  options.names = paths.names_dir();
  return options;
}

CustomTools::Options custom_options(config::Settings const& settings, config::Paths const& paths,
                                    log::Log& log) {
  CustomTools::Options options;
  options.file = config::custom_tools_file(settings, paths);
  options.digest = [](std::string_view text) { return sha256_hex(text); };
  options.on_read = [&log, file = options.file.string()](std::optional<Error> const& problem) {
    if (problem) {
      log.error("custom_tools.kept", {{"file", file}, {"why", problem->message}});
    } else {
      log.info("custom_tools.read", {{"file", file}});
    }
  };
  return options;
}

DeclaredRunner::Options runner_options(config::Settings const& settings) {
  DeclaredRunner::Options options;
  options.most_at_once = static_cast<int>(settings.integer("custom.in_flight"));
  options.variables = config::process_environment();
  return options;
}

namespace {

/// As many clients as there is room for beside what an execution of each needs: a connection to Composio, and
/// one more to ask how far it is.
std::size_t most_connections() {
  constexpr std::size_t kFewest = 256;
  constexpr std::size_t kMost = 8192;
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return kFewest;
  return std::clamp(static_cast<std::size_t>(files.rlim_cur) / 4, kFewest, kMost);
}

}  // namespace

HttpServerOptions server_options(config::Settings const& settings) {
  HttpServerOptions options;
  options.most_connections = most_connections();
  options.most_body_bytes = static_cast<std::uint64_t>(settings.integer("daemon.max_body"));
  options.header_timeout = settings.duration("daemon.header_timeout");
  options.idle_timeout = settings.duration("daemon.idle_timeout");
  options.malformed = &malformed_reply;
  return options;
}

}  // namespace agenta::daemon
