#include "shared/protocol/api.hpp"

#include "shared/base/text.hpp"
#include "shared/protocol/codec.hpp"
#include "shared/protocol/codec_proxy.hpp"
#include "shared/protocol/codec_tool_input.hpp"
#include "shared/protocol/json_slice.hpp"

namespace agenta::protocol {
namespace {

/// Once the wait is over the daemon may still be asking Composio.
constexpr std::chrono::seconds kLastQuestion{30};

/// A target under the API's root: segments and query parameters, encoded as they are added.
class Target {
 public:
  explicit Target(std::string_view resource) : text_(std::string{kRoot}.append(resource)) {}

  Target& segment(std::string_view value) {
    text_.append("/").append(percent_encode(value));
    return *this;
  }
  /// Literal text of a path, such as `/tools`.
  Target& path(std::string_view literal) {
    text_.append(literal);
    return *this;
  }
  /// Left out where empty: missing and empty mean the same.
  Target& query(std::string_view name, std::string_view value) {
    if (value.empty()) return *this;
    text_.append(has_query_ ? "&" : "?").append(name).append("=").append(percent_encode(value));
    has_query_ = true;
    return *this;
  }
  Target& query(std::string_view name, std::optional<int> value) {
    return value ? query(name, std::string_view{std::to_string(*value)}) : *this;
  }
  Target& choice(std::string_view name, std::optional<bool> value) {
    return value ? query(name, std::string_view{*value ? "true" : "false"}) : *this;
  }
  /// Left out where it is false.
  Target& flag(std::string_view name, bool value) {
    return value ? query(name, std::string_view{"true"}) : *this;
  }
  Target& network(Network network) { return flag("offline", network == Network::no); }

  ServiceRequest request(std::string method, std::string body = {}) const {
    ServiceRequest request;
    request.method = std::move(method);
    request.target = text_;
    request.body = std::move(body);
    return request;
  }
  ServiceRequest get() const { return request("GET"); }
  /// Holds the reply until what is asked for settles, at most `wait`.
  ServiceRequest get_after(std::chrono::seconds wait) {
    if (wait.count() <= 0) return get();
    ServiceRequest request = query("wait", std::string_view{std::to_string(wait.count())}).get();
    request.timeout = wait + kLastQuestion;
    return request;
  }

 private:
  std::string text_;
  bool has_query_ = false;
};

/// Members of an object, before the first of which `before` is written.
std::string members_of(LoginOptions const& options, std::string_view before) {
  std::string out;
  auto const add = [&](std::string_view name, std::string const& value) {
    if (value.empty()) return;
    out.append(out.empty() ? before : ",").append(write_string(name)).append(":").append(write_string(value));
  };
  add("store", options.store);
  add("composio_project", options.composio_project);
  return out;
}

}  // namespace

ServiceRequest list_integrations(IntegrationQuery const& query) {
  Target target{"/integrations"};
  target.query("search", query.search).query("category", query.category).query("auth", query.auth);
  target.choice("connected", query.connected).query("cursor", query.cursor).query("limit", query.limit);
  return target.network(query.network).get();
}

ServiceRequest get_integration(std::string_view slug, Network network) {
  return Target{"/integrations"}.segment(slug).network(network).get();
}

ServiceRequest list_categories(Network network) { return Target{"/categories"}.network(network).get(); }

ServiceRequest list_tools(ToolQuery const& query) {
  Target target{query.integration.empty() ? "" : "/integrations"};
  if (!query.integration.empty()) target.segment(query.integration);
  target.path("/tools").query("search", query.search).query("category", query.category);
  target.query("auth", query.auth).choice("connected", query.connected).flag("read_only", query.read_only);
  return target.query("cursor", query.cursor).query("limit", query.limit).network(query.network).get();
}

ServiceRequest get_tool(std::string_view tool, std::string_view integration, std::string_view version,
                        Network network) {
  Target target{integration.empty() ? "" : "/integrations"};
  if (!integration.empty()) target.segment(integration);
  return target.path("/tools").segment(tool).query("version", version).network(network).get();
}

ServiceRequest search(SearchQuery const& query) {
  Target target{"/search"};
  target.query("q", query.words).query("integration", query.integration);
  if (query.kind) target.query("kind", name_of(*query.kind));
  target.flag("read_only", query.read_only).choice("connected", query.connected).flag("remote", query.remote);
  return target.query("limit", query.limit).network(query.network).get();
}

ServiceRequest get_schemas(SchemaQuery const& query) {
  Target target{"/schemas"};
  target.query("tools", join(query.tools, ",")).query("integration", query.integration);
  target.query("format", query.format).flag("strict", query.strict).query("compat", query.compat);
  return target.query("version", query.version).network(query.network).get();
}

ServiceRequest get_catalog() { return Target{"/catalog"}.get(); }

ServiceRequest refresh_catalog(RefreshRequest const& request) {
  return Target{"/catalog/refresh"}.request("POST", encode_refresh_request(request));
}

ServiceRequest list_connections(ConnectionQuery const& query) {
  Target target{"/connections"};
  target.query("integration", query.integration).query("status", query.status);
  return target.query("cursor", query.cursor).query("limit", query.limit).get();
}

ServiceRequest get_connection(std::string_view slug_or_id, std::chrono::seconds wait) {
  Target target{"/connections"};
  target.segment(slug_or_id);
  return target.get_after(wait);
}

ServiceRequest connect(ConnectRequest const& request) {
  return Target{"/connections"}.request("POST", encode_connect_request(request));
}

ServiceRequest disconnect(std::string_view slug_or_id, KeepRemote keep_remote) {
  Target target{"/connections"};
  target.segment(slug_or_id);
  if (keep_remote == KeepRemote::yes) target.query("keep_remote", "true");
  return target.request("DELETE");
}

ServiceRequest update_connection(std::string_view slug_or_id, ConnectionPatch const& patch) {
  return Target{"/connections"}.segment(slug_or_id).request("PATCH", encode_connection_patch(patch));
}

ServiceRequest check_connection(std::string_view slug_or_id) {
  return Target{"/connections"}.segment(slug_or_id).path("/check").request("POST");
}

ServiceRequest refresh_connection(std::string_view slug_or_id) {
  return Target{"/connections"}.segment(slug_or_id).path("/refresh").request("POST");
}

ServiceRequest cancel_login(std::string_view slug_or_id) {
  return Target{"/connections"}.segment(slug_or_id).path("/cancel").request("POST");
}

ServiceRequest sync_connections() { return Target{"/connections/sync"}.request("POST"); }

ServiceRequest prune_connections(DryRun dry_run) {
  return Target{"/connections/prune"}.flag("dry_run", dry_run == DryRun::yes).request("POST");
}

ServiceRequest list_connection_changes(std::string_view cursor, std::chrono::seconds wait) {
  Target target{"/connection-changes"};
  target.query("cursor", cursor);
  return target.get_after(wait);
}

ServiceRequest execute(ToolCall const& call, ExecuteOutput output) {
  Target target{"/executions"};
  if (output == ExecuteOutput::data) target.query("output", "data");
  return target.request("POST", encode_tool_call(call));
}

ServiceRequest cancel_execution(std::string_view id) {
  return Target{"/executions"}.segment(id).path("/cancel").request("POST");
}

namespace {

Target& filtered(Target& target, ExecutionQuery const& query) {
  target.query("tool", query.tool).query("connection", query.connection).query("state", query.state);
  target.query("since", query.since).query("until", query.until).query("batch", query.batch);
  target.query("session", query.session).query("trace", query.trace);
  return target.query("cursor", query.cursor).query("limit", query.limit);
}

}  // namespace

ServiceRequest list_executions(ExecutionQuery const& query) {
  Target target{"/executions"};
  return filtered(target, query).get();
}

ServiceRequest export_history(ExecutionQuery const& query, WithResults results) {
  Target target{"/history"};
  return filtered(target, query).flag("results", results == WithResults::yes).get();
}

ServiceRequest export_chain(std::string_view cursor) {
  return Target{"/history/chain"}.query("cursor", cursor).get();
}

ServiceRequest verify_history(std::string_view head) {
  return Target{"/history/verify"}.query("head", head).request("POST");
}

ServiceRequest clean_history(std::optional<std::chrono::milliseconds> older_than, DryRun dry_run) {
  Target target{"/history/gc"};
  if (older_than) target.query("older_than_ms", std::string_view{std::to_string(older_than->count())});
  return target.flag("dry_run", dry_run == DryRun::yes).request("POST");
}

ServiceRequest get_execution(std::string_view id) { return Target{"/executions"}.segment(id).get(); }

ServiceRequest get_execution_result(std::string_view id, std::string_view select) {
  return Target{"/executions"}.segment(id).path("/result").query("select", select).get();
}

ServiceRequest proxy(ProxyCall const& call) {
  return Target{"/proxy"}.request("POST", encode_proxy_call(call));
}

ServiceRequest write_tool_input(std::string_view tool, std::string_view text, std::string_view version) {
  ToolInputRequest request;
  request.text = text;
  request.version = version;
  return Target{"/tools"}.segment(tool).path("/input").request("POST", encode_tool_input_request(request));
}

ServiceRequest begin_upload(std::string_view filename, std::int64_t size) {
  return Target{"/uploads"}.request(
      "POST", "{\"filename\":" + write_string(filename) + ",\"size\":" + std::to_string(size) + "}");
}

ServiceRequest fetch_upload(std::string_view url) {
  return Target{"/uploads"}.request("POST", "{\"url\":" + write_string(url) + "}");
}

ServiceRequest write_upload(std::string_view id, std::int64_t offset, std::string bytes) {
  Target target{"/uploads"};
  target.segment(id).query("offset", std::string_view{std::to_string(offset)});
  return target.request("PUT", std::move(bytes));
}

ServiceRequest download(std::string_view execution_id, std::string_view pointer) {
  return Target{"/downloads"}.request("POST", "{\"execution_id\":" + write_string(execution_id) +
                                                  ",\"pointer\":" + write_string(pointer) + "}");
}

ServiceRequest get_daemon_status() { return Target{"/daemon"}.get(); }

ServiceRequest shut_daemon_down(std::chrono::milliseconds drain) {
  return Target{"/daemon/shutdown"}.request("POST", "{\"drain_ms\":" + std::to_string(drain.count()) + "}");
}

ServiceRequest reload_daemon() { return Target{"/daemon/reload"}.request("POST"); }

ServiceRequest login(Secret const& api_key, LoginOptions const& options) {
  return Target{"/login"}.request(
      "POST", "{\"api_key\":" + write_string(api_key.reveal()) + members_of(options, ",") + "}");
}

ServiceRequest begin_browser_login(LoginOptions const& options, std::string_view dashboard_url) {
  std::string body = members_of(options, "");
  if (!dashboard_url.empty())
    body.append(body.empty() ? "" : ",").append("\"dashboard_url\":").append(write_string(dashboard_url));
  return Target{"/logins"}.request("POST", "{" + body + "}");
}

ServiceRequest get_browser_login(std::string_view id, std::chrono::seconds wait) {
  Target target{"/logins"};
  target.segment(id);
  return target.get_after(wait);
}

ServiceRequest choose_login_project(std::string_view id, std::string_view project) {
  return Target{"/logins"}.segment(id).request("POST",
                                               "{\"composio_project\":" + write_string(project) + "}");
}

ServiceRequest logout() { return Target{"/logout"}.request("POST"); }

ServiceRequest whoami() { return Target{"/whoami"}.get(); }

ServiceRequest sandbox_control(std::string method, std::string_view what, std::string body) {
  return Target{"/sandbox"}.segment(what).request(std::move(method), std::move(body));
}

}  // namespace agenta::protocol
