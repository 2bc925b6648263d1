#include <algorithm>

#include "daemon/api/routes.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/codec.hpp"

namespace agenta::daemon::api {
namespace {

class ConnectionRoutes {
 public:
  explicit ConnectionRoutes(ConnectionServices const& services)
      : flow_(services.flow),
        connections_(services.connections),
        checks_(services.checks),
        sync_(services.sync),
        credentials_(services.credentials),
        watcher_(services.watcher) {}

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
    constexpr int kPage = 30;
    constexpr int kMost = 1000;
    AGENTA_TRY(auto const limit, read_number(call, "limit", kPage, 1, kMost));
    AGENTA_TRY(auto const page,
               connections_.page(call.caller, filter, call.query_value("cursor"), static_cast<int>(limit)));
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
      auto const settled =
          flow_.settle(access, row.id, AskedBy::client, call.caller.deadline, call.caller.stop);
      if (settled)
        row = *settled;
      else if (settled.error().code == ErrorCode::connection_not_found)
        return fail(settled.error());
    }
    auto reply = json_reply(protocol::encode_connection(row, credentials_.scope_of(call.caller)));
    if (row.status == ConnectionStatus::pending) reply.headers.emplace_back(kWaitKeyHeader, row.id.text);
    return reply;
  }

  Result<ServiceReply> remove(Call const& call) const {
    AGENTA_TRY(bool const keep, read_flag(call, "keep_remote"));
    auto const wanted = keep ? Connections::Keep::yes : Connections::Keep::no;
    AGENTA_TRY(auto const gone, connections_.disconnect(call.caller, call.parameter("id"), wanted));
    watcher_.settled(gone.connection.id);
    ServiceReply reply;
    reply.status = 204;
    if (gone.remote == Connections::Remote::gone_before)
      add_notice(reply, "the account was not at Composio any more; it is forgotten here");
    return reply;
  }

  Result<ServiceReply> update(Call const& call) const {
    AGENTA_TRY(auto const patch, protocol::decode_connection_patch(call.request.body));
    AGENTA_TRY(auto const updated, connections_.update(call.caller, call.parameter("id"), patch));
    auto reply = document_of(call, updated.connection);
    add_notice(reply, updated.notice);
    return reply;
  }

  Result<ServiceReply> check(Call const& call) const {
    AGENTA_TRY(auto const check, checks_.check(call.caller, call.parameter("id")));
    return json_reply(protocol::encode_connection_check(check, credentials_.scope_of(call.caller)));
  }

  Result<ServiceReply> refresh(Call const& call) const {
    AGENTA_TRY(auto const row, checks_.refresh(call.caller, call.parameter("id")));
    return document_of(call, row);
  }

  Result<ServiceReply> cancel(Call const& call) const {
    AGENTA_TRY(auto const row, connections_.get(call.caller, call.parameter("id")));
    AGENTA_TRY(auto const cancelled, flow_.cancel(call.caller, row));
    return document_of(call, cancelled);
  }

  Result<ServiceReply> sync(Call const& call) const {
    AGENTA_TRY(auto const report, sync_.sync(call.caller));
    return json_reply(protocol::encode_sync_report(report, credentials_.scope_of(call.caller)));
  }

  Result<ServiceReply> prune(Call const& call) const {
    AGENTA_TRY(bool const dry_run, read_flag(call, "dry_run"));
    AGENTA_TRY(auto const report, sync_.prune(call.caller, dry_run));
    return json_reply(protocol::encode_prune_report(report));
  }

  /// Without a cursor it is answered at once: where the record stands. With one the reply can be held until
  /// there is something to say.
  Result<ServiceReply> changes(Call const& call) const {
    std::string const cursor = call.query_value("cursor");
    AGENTA_TRY(auto const page, connections_.changes(call.caller, cursor));
    auto reply = json_reply(protocol::encode_connection_events(page));
    if (!cursor.empty() && page.items.empty())
      reply.headers.emplace_back(kWaitKeyHeader, std::string{kConnectionChanges});
    return reply;
  }

 private:
  ServiceReply document_of(Call const& call, Connection const& row) const {
    return json_reply(protocol::encode_connection(row, credentials_.scope_of(call.caller)));
  }
  static void add_notice(ServiceReply& reply, std::string notice) {
    // It travels in a header, and a service's words may be in it.
    std::ranges::replace_if(
        notice, [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
    if (!notice.empty()) reply.headers.emplace_back(protocol::kNoticeHeader, std::move(notice));
  }
  static Result<bool> read_flag(Call const& call, std::string const& name) {
    std::string const value = call.query_value(name);
    if (value.empty() || value == "false") return false;
    if (value == "true") return true;
    return fail(ErrorCode::invalid_request, name + " is true or false, not " + value);
  }

  ConnectFlow& flow_;
  Connections& connections_;
  ConnectionChecks& checks_;
  ConnectionSync& sync_;
  Credentials& credentials_;
  LoginWatcher& watcher_;
};

}  // namespace

std::vector<Route> connection_routes(ConnectionServices services) {
  ConnectionRoutes const routes{services};
  auto const to = [routes](auto member) {
    return [routes, member](Call const& call) { return (routes.*member)(call); };
  };
  using Routes = ConnectionRoutes;
  constexpr auto kView = Permission::view_tools;
  constexpr auto kEdit = Permission::edit_tools;
  return {
      {"GET", "/api/tools/connections", kView, Work::local, to(&Routes::list)},
      {"POST", "/api/tools/connections", kEdit, Work::provider, to(&Routes::begin)},
      {"POST", "/api/tools/connections/sync", kEdit, Work::provider, to(&Routes::sync)},
      {"POST", "/api/tools/connections/prune", kEdit, Work::provider, to(&Routes::prune)},
      {"GET", "/api/tools/connections/{id}", kView, Work::provider, to(&Routes::get)},
      {"PATCH", "/api/tools/connections/{id}", kEdit, Work::provider, to(&Routes::update)},
      {"DELETE", "/api/tools/connections/{id}", kEdit, Work::provider, to(&Routes::remove)},
      {"POST", "/api/tools/connections/{id}/check", kEdit, Work::provider, to(&Routes::check)},
      {"POST", "/api/tools/connections/{id}/refresh", kEdit, Work::provider, to(&Routes::refresh)},
      {"POST", "/api/tools/connections/{id}/cancel", kEdit, Work::provider, to(&Routes::cancel)},
      {"GET", "/api/tools/connection-changes", kView, Work::local, to(&Routes::changes)},
  };
}

}  // namespace agenta::daemon::api
