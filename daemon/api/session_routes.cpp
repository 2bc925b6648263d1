#include "daemon/api/catalog_query.hpp"
#include "daemon/api/routes.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/protocol/codec_session.hpp"

namespace agenta::daemon::api {
namespace {

constexpr int kUsualPage = 50;
constexpr int kLongestPage = 1000;
constexpr int kMostTools = 10'000;

class SessionRoutes {
 public:
  explicit SessionRoutes(Sessions& sessions) : sessions_(sessions) {}

  Result<ServiceReply> create(Call const& call) const {
    AGENTA_TRY(auto const request, protocol::decode_session_request(call.request.body));
    AGENTA_TRY(auto const made, sessions_.create(call.caller, request));
    constexpr unsigned kDone = 200;
    constexpr unsigned kCreated = 201;
    return json_reply(protocol::encode_session(made), request.dry_run ? kDone : kCreated);
  }

  Result<ServiceReply> list(Call const& call) const {
    std::optional<SessionState> state;
    if (auto const name = call.query_value("state"); !name.empty()) {
      state = parse_session_state(name);
      if (!state) {
        return fail(ErrorCode::invalid_request,
                    "there is no state " + name + ": it is open, closed or expired");
      }
    }
    AGENTA_TRY(auto const limit, read_number(call, "limit", kUsualPage, 1, kLongestPage));
    AGENTA_TRY(auto const page,
               sessions_.list(call.caller, state, call.query_value("cursor"), static_cast<int>(limit)));
    return json_reply(protocol::encode_sessions(page));
  }

  Result<ServiceReply> get(Call const& call) const {
    AGENTA_TRY(auto const view, sessions_.get(call.caller, name_of(call)));
    return json_reply(protocol::encode_session(view));
  }

  Result<ServiceReply> close(Call const& call) const {
    AGENTA_TRY(auto const view, sessions_.close(call.caller, name_of(call)));
    return json_reply(protocol::encode_session(view));
  }

  Result<ServiceReply> change(Call const& call) const {
    AGENTA_TRY(auto const patch, protocol::decode_session_patch(call.request.body));
    AGENTA_TRY(auto const view, sessions_.change(call.caller, name_of(call), patch));
    return json_reply(protocol::encode_session(view));
  }

  Result<ServiceReply> tools(Call const& call) const {
    Sessions::ToolQuery query;
    query.cursor = call.query_value("cursor");
    query.search = call.query_value("search");
    query.integration = call.query_value("integration");
    AGENTA_TRY(auto const limit, read_number(call, "limit", kLongestPage, 1, kMostTools));
    query.limit = static_cast<std::size_t>(limit);
    AGENTA_TRY(query.format, read_format_options(call));
    AGENTA_TRY(auto version, sessions_.tools_version(call.caller, name_of(call)));
    ServiceReply reply;
    if (version == call.request.if_none_match) {
      reply.status = kNotModified;
    } else {
      AGENTA_TRY(auto const tools, sessions_.tools(call.caller, name_of(call), query));
      reply = json_reply(protocol::encode_session_tools(tools));
    }
    reply.headers.emplace_back("ETag", std::move(version));
    return reply;
  }

  /// Without a cursor it is answered at once: where the record stands. With one the reply can be held until
  /// there is something to say.
  Result<ServiceReply> changes(Call const& call) const {
    std::string const cursor = call.query_value("cursor");
    AGENTA_TRY(auto const page, sessions_.changes(call.caller, name_of(call), cursor));
    auto reply = json_reply(protocol::encode_session_events(page));
    if (!cursor.empty() && page.items.empty())
      reply.headers.emplace_back(kWaitKeyHeader, std::string{kSessionChanges});
    return reply;
  }

 private:
  /// Over a session's own socket the session goes without saying.
  static std::string name_of(Call const& call) {
    auto const name = call.parameters.find("name");
    return name == call.parameters.end() ? call.caller.session : name->second;
  }

  Sessions& sessions_;
};

auto binder_of(Sessions& sessions) {
  return [routes = SessionRoutes{sessions}](auto member) {
    return [routes, member](Call const& call) { return (routes.*member)(call); };
  };
}

}  // namespace

std::vector<Route> session_routes(Sessions& sessions) {
  auto const to = binder_of(sessions);
  using Routes = SessionRoutes;
  constexpr auto kView = Permission::view_tools;
  constexpr auto kEdit = Permission::edit_tools;
  return {
      {"POST", "/api/tools/sessions", kEdit, Work::provider, to(&Routes::create)},
      {"GET", "/api/tools/sessions", kView, Work::local, to(&Routes::list)},
      {"GET", "/api/tools/sessions/{name}", kView, Work::local, to(&Routes::get)},
      {"DELETE", "/api/tools/sessions/{name}", kEdit, Work::local, to(&Routes::close)},
      {"POST", "/api/tools/sessions/{name}/tools", kEdit, Work::provider, to(&Routes::change)},
      {"GET", "/api/tools/sessions/{name}/tools", kView, Work::provider, to(&Routes::tools)},
      {"GET", "/api/tools/sessions/{name}/changes", kView, Work::local, to(&Routes::changes)},
  };
}

std::vector<Route> own_session_routes(Sessions& sessions) {
  auto const to = binder_of(sessions);
  using Routes = SessionRoutes;
  constexpr auto kView = Permission::view_tools;
  return {
      {"GET", "/api/tools/session", kView, Work::local, to(&Routes::get)},
      {"GET", "/api/tools/session/tools", kView, Work::provider, to(&Routes::tools)},
      {"GET", "/api/tools/session/changes", kView, Work::local, to(&Routes::changes)},
  };
}

}  // namespace agenta::daemon::api
