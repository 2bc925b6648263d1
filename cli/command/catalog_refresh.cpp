#include <chrono>

#include "cli/command/catalog_wait.hpp"
#include "cli/command/commands.hpp"
#include "cli/terminal/sanitize.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/codec.hpp"

namespace agenta::cli {
namespace {

/// The whole catalogue is hundreds of requests, under a rate limit.
constexpr std::chrono::minutes kPatience{30};

std::string counted(std::int64_t count, std::string const& one, std::string const& many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

std::string summary(protocol::RefreshRequest const& request, CatalogStatus const& status) {
  if (!request.integrations.empty()) return "Fetched anew: " + join(request.integrations, ", ") + ".";
  std::string const integrations = counted(status.integrations, "integration", "integrations");
  if (!request.all) return "Fetched the list of integrations anew: " + integrations + ".";
  std::string const rest = status.complete ? "." : ", but not of every integration; try again for the rest.";
  return "Fetched the catalogue: " + integrations + ", " + counted(status.tools, "tool", "tools") + rest;
}

Result<ToldCatalog> refresh(Context& context, protocol::RefreshRequest const& request) {
  auto const start = std::chrono::steady_clock::now();
  AGENTA_TRY(auto reply, [&] {
    Spinner spinner{context.terminal, context.verbosity(), context.quietness()};
    spinner.say(request.all ? "asking the daemon to fetch the catalogue" : "fetching");
    return context.call(protocol::refresh_catalog(request));
  }());
  AGENTA_TRY(auto status, protocol::decode_catalog_status(reply.body));
  if (!request.all) return ToldCatalog{.document = std::move(reply.body), .status = std::move(status)};
  return wait_until_refreshed(context, status, start, context.timeout.value_or(kPatience));
}

Result<void> run_refresh(Context& context, protocol::RefreshRequest const& request) {
  if (request.all && !request.integrations.empty()) {
    return fail(ErrorCode::usage, "--all is everything: name integrations, or give --all");
  }
  AGENTA_TRY(auto const told, refresh(context, request));
  return present(context, told.document, [&]() -> Result<void> {
    context.terminal.out(visible(summary(request, told.status)) + "\n");
    return {};
  });
}

}  // namespace

RunFn add_integrations_refresh(Syntax& syntax) {
  auto request = std::make_shared<protocol::RefreshRequest>();
  syntax
      .arguments("INTEGRATION", request->integrations,
                 "Fetch what is told of these, and their tools; without any: the list of integrations")
      .completes(Completes::integration)
      .flag("--all", request->all, "Fetch everything, and wait until it is there")
      .note(
          "What is kept here is fetched anew by itself when it is an hour old. With --all this waits for "
          "half an "
          "hour, or as long as --timeout says. Ctrl-C ends the waiting; the daemon goes on.")
      .example("agenta-tools integrations refresh github")
      .example("agenta-tools integrations refresh --all");
  return [request](Context& context) { return run_refresh(context, *request); };
}

}  // namespace agenta::cli
