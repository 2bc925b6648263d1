#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/domain/page.hpp"
#include "shared/domain/policy.hpp"
#include "shared/domain/session.hpp"
#include "shared/domain/tool_service.hpp"

/// Sessions: their requests, and their documents as `codec.hpp` has those of the other resources.
namespace agenta::protocol {

/// `POST /api/tools/sessions`.
struct SessionRequest {
  std::string name{};  ///< empty: made up
  std::vector<std::string> tools{};
  std::vector<std::pair<std::string, std::string>> connections{};  ///< integration, and slug or id
  std::string policy{};                                            ///< TOML; empty: the default for agents
  std::string policy_source{};                                     ///< the policy file's name, for people
  bool read_only = false;                                          ///< instead of a policy
  std::optional<std::chrono::milliseconds> ttl{};
  std::vector<unsigned> socket_uids{};
  bool ephemeral = false;  ///< its maker closes it; it ends by itself in a day at most
  bool dry_run = false;    ///< whether it could be made, and nothing is
  bool operator==(SessionRequest const&) const = default;
};

/// `POST /api/tools/sessions/{name}/tools`.
struct SessionPatch {
  std::vector<std::string> add{};
  std::vector<std::string> remove{};
  std::vector<std::pair<std::string, std::string>> connections{};
  bool operator==(SessionPatch const&) const = default;
};

/// `GET /api/tools/sessions/{name}/tools`.
struct SessionToolQuery {
  std::string cursor{};
  std::optional<int> limit{};
  std::string format{};       ///< as of `SchemaQuery`; empty: the schemas as they are
  std::string integration{};  ///< only this one's; empty: all
};

ServiceRequest create_session(SessionRequest const& request);
ServiceRequest list_sessions(std::string_view state, std::string_view cursor, std::optional<int> limit);
ServiceRequest get_session(std::string_view name);
ServiceRequest close_session(std::string_view name);
ServiceRequest change_session(std::string_view name, SessionPatch const& patch);
ServiceRequest list_session_tools(std::string_view name, SessionToolQuery const& query);
/// The changes after `cursor`, oldest first; none given: from now on. Holds the reply until there is one, at
/// most `wait`.
ServiceRequest list_session_changes(std::string_view name, std::string_view cursor,
                                    std::chrono::seconds wait);
/// The session that a session's socket is of; what is asked over that socket.
ServiceRequest get_own_session();
ServiceRequest list_own_session_tools(SessionToolQuery const& query);

std::string encode_session_request(SessionRequest const& request);
Result<SessionRequest> decode_session_request(std::string_view body);
std::string encode_session_patch(SessionPatch const& patch);
Result<SessionPatch> decode_session_patch(std::string_view body);

/// A session as it is shown.
struct SessionView {
  Session session{};
  std::optional<std::int64_t> tools_count{};   ///< that can be run now; none: it could not be found out
  std::optional<std::int64_t> denied_count{};  ///< that could be, were the policy not to deny every call
  std::string socket{};                        ///< path; empty: it is not open
  bool operator==(SessionView const&) const = default;
};
std::string encode_session(SessionView const& view);
std::string encode_sessions(Page<SessionView> const& page);
Result<SessionView> decode_session(std::string_view body);
Result<Page<SessionView>> decode_sessions(std::string_view body);

/// A tool of a session.
struct SessionTool {
  Tool tool{};
  std::string connection{};              ///< slug; empty: it needs none
  Verdict verdict = Verdict::ask;        ///< of every call; `ask` where arguments decide
  std::vector<Verdict> verdicts{};       ///< all that calls can meet, by their arguments; the best first
  std::optional<JsonText> definition{};  ///< in the format asked for, in place of the schemas
  bool operator==(SessionTool const&) const = default;
};
/// Why the tools of an integration are not in the session now.
struct MissingTools {
  IntegrationSlug integration{};
  std::string reason{};
  std::vector<std::string> next_step{};
  bool operator==(MissingTools const&) const = default;
};
struct SessionTools {
  Page<SessionTool> page{};
  std::vector<MissingTools> unavailable{};
  bool operator==(SessionTools const&) const = default;
};
std::string encode_session_tools(SessionTools const& tools);
Result<SessionTools> decode_session_tools(std::string_view body);

std::string encode_session_events(Page<SessionEvent> const& page);
Result<Page<SessionEvent>> decode_session_events(std::string_view body);

}  // namespace agenta::protocol
