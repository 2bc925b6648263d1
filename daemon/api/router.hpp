#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "daemon/core/caller.hpp"
#include "shared/base/text.hpp"
#include "shared/domain/error.hpp"
#include "shared/domain/tool_service.hpp"

namespace agenta::daemon::api {

/// What a route lets a caller do. The owner's socket has all three; a session's has what its policy grants,
/// and never `edit_tools`.
enum class Permission { view_tools, run_tools, edit_tools };

/// Where a route's work runs: `local` answers from memory and the database; `provider` may wait for Composio;
/// `control` is the daemon's own and answers on the loop.
enum class Work { local, provider, control };

/// One request, read: its path parameters, its query, and who asks.
struct Call {
  ServiceRequest const& request;
  Caller const& caller;
  std::map<std::string, std::string> parameters{};  ///< of the path: `slug`, `id`, …
  std::vector<QueryParameter> query{};

  std::string const& parameter(std::string const& name) const { return parameters.at(name); }
  /// The last value of a query parameter, or an empty text.
  std::string query_value(std::string_view name) const;
};

using Handler = std::function<Result<ServiceReply>(Call const&)>;

/// Work that waits between its steps, without a thread: each step is a plain function that blocks. The
/// request and the caller of its call outlive it.
class StagedWork {
 public:
  virtual ~StagedWork() = default;
  /// Until the key is woken, and at most so long.
  struct Pause {
    std::string key{};
    std::chrono::milliseconds at_most{};
  };
  using Step = std::variant<Pause, Result<ServiceReply>>;
  /// The reply, or a pause after which it is called again; `rested`: the last pause lasted its whole time. By
  /// one thread at a time.
  virtual Step next(bool rested) = 0;
  /// While `next` is at work beyond the caller's deadline: the answer for a caller who need not wait for it.
  /// The work goes on. Any thread; must not block.
  virtual std::optional<Error> leave() = 0;
};
/// Begins it; decodes nothing, so that it may be called anywhere.
using Stage = std::function<std::unique_ptr<StagedWork>(Call const&)>;

struct Route {
  std::string_view method;
  std::string_view path;  ///< `/api/tools/connections/{id}`
  Permission permission;
  Work work;
  Handler handler;
  Stage stage{};  ///< the same in steps, where the work may have to wait; empty: it does not
};

/// The table of what the daemon answers: method, path, permission, kind of work, function. Any thread; the
/// table does not change once built.
class Router {
 public:
  explicit Router(std::vector<Route> routes) : routes_(std::move(routes)) {}

  struct Match {
    Route const* route = nullptr;
    std::map<std::string, std::string> parameters{};
    std::vector<QueryParameter> query{};
  };
  /// `UNSUPPORTED` where no route has the path, or none with that method; `INVALID_REQUEST` for a malformed
  /// query.
  Result<Match> find(std::string_view method, std::string_view target) const;
  /// Runs the matched route's function.
  Result<ServiceReply> run(Match const& match, ServiceRequest const& request, Caller const& caller) const;
  /// The same in steps, for a route that has them.
  std::unique_ptr<StagedWork> begin(Match const& match, ServiceRequest const& request,
                                    Caller const& caller) const;
  std::span<Route const> routes() const { return routes_; }

 private:
  std::vector<Route> routes_;
};

/// A JSON document as a reply.
ServiceReply json_reply(std::string body, unsigned status = 200);

}  // namespace agenta::daemon::api
