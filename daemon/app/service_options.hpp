#pragma once

#include <string>

#include "daemon/app/catalog_keeper.hpp"
#include "daemon/app/sandbox_door.hpp"
#include "daemon/core/catalog.hpp"
#include "daemon/core/catalog_shelf.hpp"
#include "daemon/core/credentials.hpp"
#include "daemon/core/custom_tools.hpp"
#include "daemon/core/executions.hpp"
#include "daemon/core/proxy_requests.hpp"
#include "daemon/custom/declared_runner.hpp"
#include "daemon/net/http_server.hpp"
#include "daemon/store/keyring.hpp"
#include "shared/config/settings.hpp"
#include "shared/log/log.hpp"

/// What the settings, the paths and the process's environment say to each part of the daemon. `sandbox` is
/// null where the daemon works with Composio.
namespace agenta::daemon {

log::Options log_options(config::Paths const& paths, config::Settings const& settings);
Executions::Options execution_options(config::Settings const& settings, SandboxDoor const* sandbox);
/// What holds of executions holds of requests through connections.
ProxyRequests::Options proxy_options(Executions::Options const& executions, config::Paths const& paths);
/// `salt`: of the database, for the fingerprints of keys.
Credentials::Options credential_options(config::Settings const& settings, SandboxDoor const* sandbox,
                                        std::string salt);
/// How to ask the desktop's keyring: with the program beside this one.
store::KeyringProcess::Options keyring_options(config::Paths const& paths);
ResultFiles::Options result_options(config::Settings const& settings, config::Paths const& paths);
/// Of the environment the daemon was started in.
std::string own_session_bus();
CatalogShelf::Options shelf_options(config::Paths const& paths);
/// `keeper` outlives whoever is given the options.
Catalog::Options catalog_options(config::Settings const& settings, CatalogKeeper& keeper);
CatalogKeeper::Options keeper_options(config::Settings const& settings, config::Paths const& paths);
CustomTools::Options custom_options(config::Settings const& settings, config::Paths const& paths,
                                    log::Log& log);
DeclaredRunner::Options runner_options();
HttpServerOptions server_options(config::Settings const& settings);

}  // namespace agenta::daemon
