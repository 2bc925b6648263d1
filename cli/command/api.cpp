#include "shared/protocol/api.hpp"
#include "cli/command/commands.hpp"
#include "cli/terminal/json_print.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::cli {
namespace {

struct ApiOptions {
  std::string method{};
  std::string path{};
  std::string data{};
};

/// `connections` and `/connections` are short for `/api/tools/connections`.
std::string target_of(std::string const& path) {
  if (path.starts_with("/api/") || path == "/api") return path;
  std::string const slash = path.starts_with('/') ? "" : "/";
  return std::string{protocol::kRoot} + slash + path;
}

Result<void> run_api(Context& context, ApiOptions const& options) {
  ServiceRequest request;
  request.method = to_upper(options.method);
  request.target = target_of(options.path);
  if (!options.data.empty()) {
    AGENTA_TRY(request.body, read_data(context, options.data));
    if (!protocol::is_json(request.body)) return fail(ErrorCode::usage, "-d is no JSON document");
  }
  AGENTA_TRY(auto const reply, context.call(request));
  if (protocol::is_json(reply.body)) {
    print_json(context.terminal, reply.body);
  } else if (reply.body.empty()) {
    // A reply without a body still is one document.
    if (context.wants_json())
      print_json(context.terminal, "{\"status\":" + std::to_string(reply.status) + "}");
  } else {
    context.terminal.out(reply.body);
  }
  return {};
}

}  // namespace

RunFn add_api(Syntax& syntax) {
  auto options = std::make_shared<ApiOptions>();
  syntax.argument("METHOD", options->method, "GET, POST, DELETE, …")
      .argument("PATH", options->path, "Path and query; without /api/ in front, below /api/tools")
      .option("-d,--data", "JSON", options->data, "The request's body: JSON, @FILE or - for stdin")
      .note("Makes one request of the daemon's socket API and prints its answer.")
      .example("agenta-tools api GET /api/tools/connections");
  return [options](Context& context) { return run_api(context, *options); };
}

}  // namespace agenta::cli
