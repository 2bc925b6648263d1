#include "daemon/api/routes.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/codec.hpp"

namespace agenta::daemon::api {
namespace {

class ConnectionRoutes {
 public:
  ConnectionRoutes(ConnectFlow& flow, Connections& connections, Credentials& credentials)
      : flow_(flow), connections_(connections), credentials_(credentials) {}

  Result<ServiceReply> list(Call const& call) const {
    store::ConnectionFilter filter;
    if (auto const slug = call.query_value("integration"); !slug.empty())
      filter.integration = IntegrationSlug{to_lower(slug)};
    if (auto const name = call.query_value("status"); !name.empty()) {
      filter.status = parse_connection_status(name);
      if (!filter.status) {
        return fail(ErrorCode::invalid_request,
                    "there is no status " + name + ": it is PENDING, ACTIVE, EXPIRED, FAILED or INACTIVE");
      }
    }
    Page<Connection> page;
    AGENTA_TRY(page.items, connections_.list(call.caller, filter));
    page.total = static_cast<std::int64_t>(page.items.size());
    return json_reply(protocol::encode_connections(page, credentials_.scope_of(call.caller)));
  }

  Result<ServiceReply> begin(Call const& call) const {
    AGENTA_TRY(auto const request, protocol::decode_connect_request(call.request.body));
    AGENTA_TRY(auto const reply, flow_.begin(call.caller, request));
    return json_reply(protocol::encode_connect_reply(reply), 201);
  }

  /// Asks Composio about a pending row, and has it watched again: after a restart nobody else may have its
  /// key.
  Result<ServiceReply> get(Call const& call) const {
    AGENTA_TRY(Connection row, connections_.get(call.caller, call.parameter("id")));
    if (row.status == ConnectionStatus::pending) {
      AGENTA_TRY(ProviderAccess const access, credentials_.access_for(call.caller));
      AGENTA_CHECK(flow_.resume(call.caller, row));
      // Where Composio cannot be asked right now the row is shown as it stands: the watcher goes on asking.
      auto const settled = flow_.settle(access, row.id, call.caller.deadline, call.caller.stop);
      if (settled)
        row = *settled;
      else if (settled.error().code == ErrorCode::connection_not_found)
        return fail(settled.error());
    }
    auto reply = json_reply(protocol::encode_connection(row, credentials_.scope_of(call.caller)));
    if (row.status == ConnectionStatus::pending) reply.headers.emplace_back(kWaitKeyHeader, row.id.text);
    return reply;
  }

  Result<ServiceReply> remove(Call const& call, LoginWatcher& watcher) const {
    std::string const keep = call.query_value("keep_remote");
    if (!keep.empty() && keep != "true" && keep != "false") {
      return fail(ErrorCode::invalid_request, "keep_remote is true or false, not " + keep);
    }
    auto const remote = keep == "true" ? Connections::Remote::keep : Connections::Remote::revoke;
    AGENTA_TRY(Connection const gone, connections_.disconnect(call.caller, call.parameter("id"), remote));
    watcher.settled(gone.id);
    ServiceReply reply;
    reply.status = 204;
    return reply;
  }

 private:
  ConnectFlow& flow_;
  Connections& connections_;
  Credentials& credentials_;
};

}  // namespace

std::vector<Route> connection_routes(ConnectFlow& flow, Connections& connections, Credentials& credentials,
                                     LoginWatcher& watcher) {
  ConnectionRoutes const routes{flow, connections, credentials};
  auto const to = [routes](auto member) {
    return [routes, member](Call const& call) { return (routes.*member)(call); };
  };
  auto const remove = [routes, &watcher](Call const& call) { return routes.remove(call, watcher); };
  return {
      {"GET", "/api/tools/connections", Permission::view_tools, Work::local, to(&ConnectionRoutes::list)},
      {"POST", "/api/tools/connections", Permission::edit_tools, Work::provider,
       to(&ConnectionRoutes::begin)},
      {"GET", "/api/tools/connections/{id}", Permission::view_tools, Work::provider,
       to(&ConnectionRoutes::get)},
      {"DELETE", "/api/tools/connections/{id}", Permission::edit_tools, Work::provider, remove},
  };
}

}  // namespace agenta::daemon::api
