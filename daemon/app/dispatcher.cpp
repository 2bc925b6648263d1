#include "daemon/app/dispatcher.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <exception>
#include <utility>

#include "daemon/api/routes.hpp"
#include "daemon/app/door_rules.hpp"
#include "daemon/core/next_step.hpp"
#include "daemon/net/on_pool.hpp"
#include "shared/base/private_dir.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/base/version.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/codec.hpp"
#include "shared/protocol/error_table.hpp"
#include "shared/protocol/owners_step.hpp"

namespace agenta::daemon {
namespace {

using std::chrono::milliseconds;

/// A reply without an envelope cannot carry `successful:false` under 200: there the tool's failure is a 422.
constexpr unsigned kToolFailedStatus = 422;

/// How often a caller whose deadline has passed is looked at again, until it may be answered.
constexpr milliseconds kLeaveAgain{50};
/// What still pauses when nobody may wait any more looks again so soon.
constexpr milliseconds kPauseWhenClosed{20};

std::optional<long long> parse_count(std::string_view text) {
  long long value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

void add_common_headers(HttpResponse& response, std::string const& request_id) {
  response.headers.emplace_back(protocol::kVersionHeader, product_version());
  response.headers.emplace_back(protocol::kProtocolHeader, std::to_string(protocol_range().newest));
  response.headers.emplace_back(protocol::kBuildHeader, build_id());
  if (!request_id.empty()) response.headers.emplace_back(protocol::kRequestIdHeader, request_id);
  bool const names_its_type = find_header(response.headers, "Content-Type").has_value();
  if ((!response.body.empty() || response.file) && !names_its_type)
    response.headers.emplace_back("Content-Type", "application/json");
}

Error internal_error(std::exception_ptr const& failure) {
  std::string what = "of an unknown kind";
  try {
    std::rethrow_exception(failure);
  } catch (std::exception const& exception) {
    what = exception.what();
  } catch (...) {
  }
  return fail(ErrorCode::internal, "a bug in agenta-toolsd: an exception " + what).error();
}

/// What goes wrong on this machine is its owner's to know: the words name files, and whoever came by a
/// session's socket can mend nothing.
void withhold(Error& error) {
  bool const is_of_the_host = error.code == ErrorCode::storage_unavailable ||
                              error.code == ErrorCode::blocked || error.code == ErrorCode::internal;
  if (!is_of_the_host) return;
  error.message = "the daemon cannot do that now; its log says why";
  error.next_step.clear();
  error.context = {};
}

/// What takes more than a session's socket has is told in words, as its owner's to do.
Error tell_inside(Error error) {
  bool const leads_nowhere = error.code == ErrorCode::forbidden && error.next_step.empty();
  if (leads_nowhere) error.message += "; for more, ask whoever runs the session";
  return protocol::told_inside(std::move(error));
}

}  // namespace

/// A request that may go on: what it asks, who asks, and the route it found.
struct Dispatcher::Admitted {
  ServiceRequest request{};
  Caller caller{};
  api::Router::Match match{};
  milliseconds wait{0};
};

Dispatcher::Dispatcher(api::Router const& router, WorkerPool& local, WorkerPool& provider, WaitList& waits,
                       log::Log& log, Options options)
    : router_(router),
      local_(local),
      provider_(provider),
      waits_(waits),
      turns_(waits.executor()),
      log_(log),
      options_(std::move(options)) {}

Actor Dispatcher::actor_of(HttpRequest const& request, Peer const& peer) const {
  Actor actor;
  actor.uid = peer.uid;
  actor.user = options_.user;
  actor.host = options_.host;
  if (peer.pid > 0) {
    if (auto const name = read_file("/proc/" + std::to_string(peer.pid) + "/comm", 256))
      actor.program = trim(*name);
  }
  if (auto const version = find_header(request.headers, protocol::kVersionHeader)) {
    actor.program += (actor.program.empty() ? "" : " ") + std::string{version->substr(0, 64)};
  }
  return actor;
}

/// A session's socket has what is in its table, in the session's project and with the owner's saved key;
/// whatever else a request says of itself is not heard.
Result<void> Dispatcher::confine(HttpRequest const& request, SessionEntrance const& by, Admitted& admitted) {
  for (std::string_view const name :
       {protocol::kApiKeyHeader, protocol::kBaseUrlHeader, protocol::kSessionBusHeader}) {
    if (find_header(request.headers, name)) {
      return fail(ErrorCode::forbidden, "the header " + std::string{name} +
                                            " is refused: this is the socket of the session " + by.name +
                                            ", which works with its owner's key");
    }
  }
  auto match = by.router->find(request.method, request.target);
  if (!match && match.error().code == ErrorCode::invalid_request) return fail(std::move(match).error());
  if (!match) {
    return fail(ErrorCode::forbidden,
                "this is the socket of the session " + by.name +
                    ", which has only what that session may do: its tools and their executions");
  }
  admitted.match = std::move(*match);
  admitted.caller.project = by.project;
  admitted.caller.session = by.session;
  return {};
}

Result<Dispatcher::Admitted> Dispatcher::admit(HttpRequest request, HttpPeer const& peer,
                                               SessionEntrance const* by) const {
  AGENTA_CHECK(check_origin(request));
  AGENTA_CHECK(check_versions(request, by == nullptr ? Door::owners : Door::sessions));
  Admitted admitted;
  Caller& caller = admitted.caller;
  if (by != nullptr) {
    AGENTA_CHECK(confine(request, *by, admitted));
  } else {
    AGENTA_TRY(admitted.match, router_.find(request.method, request.target));
    if (auto const project = find_header(request.headers, protocol::kProjectHeader))
      caller.project = to_lower(*project);
  }
  if (!is_valid_slug(caller.project)) {
    return fail(ErrorCode::invalid_request, "a project's name is 1 to 64 of a-z, 0-9, - and _");
  }
  if (auto const key = find_header(request.headers, protocol::kApiKeyHeader); key && !key->empty()) {
    caller.api_key = Secret{std::string{*key}};
  }
  if (auto const url = find_header(request.headers, protocol::kBaseUrlHeader)) caller.base_url = *url;
  if (auto const bus = find_header(request.headers, protocol::kSessionBusHeader)) caller.session_bus = *bus;
  if (request.method != "GET") caller.actor = actor_of(request, peer.process);
  caller.client = std::to_string(peer.process.pid);
  caller.stop = peer.hangup;

  milliseconds timeout = options_.default_timeout;
  if (auto const text = find_header(request.headers, protocol::kTimeoutHeader)) {
    auto const count = parse_count(*text);
    if (!count) return fail(ErrorCode::invalid_request, "a time-out is a number of milliseconds");
    timeout = std::min(milliseconds{*count}, milliseconds{std::chrono::hours{24}});
  }
  for (QueryParameter const& parameter : admitted.match.query) {
    if (parameter.name != "wait") continue;
    auto const seconds = parse_count(parameter.value);
    if (!seconds) return fail(ErrorCode::invalid_request, "wait is a number of seconds");
    admitted.wait =
        std::min(milliseconds{std::chrono::seconds{std::min(*seconds, 86'400LL)}}, options_.longest_wait);
  }
  caller.deadline = std::chrono::steady_clock::now() + timeout;
  if (auto const known = find_header(request.headers, "If-None-Match"))
    admitted.request.if_none_match = *known;
  admitted.request.method = std::move(request.method);
  admitted.request.target = std::move(request.target);
  admitted.request.body = std::move(request.body);
  return admitted;
}

boost::asio::awaitable<Result<ServiceReply>> Dispatcher::run_once(Admitted const& admitted) {
  auto job = [this, &admitted] { return router_.run(admitted.match, admitted.request, admitted.caller); };
  if (admitted.match.route->work == api::Work::control) co_return job();
  // What may not ask Composio does not wait behind what does.
  bool const asks = admitted.match.route->work == api::Work::provider &&
                    !std::ranges::any_of(admitted.match.query, [](QueryParameter const& each) {
                      return each.name == "offline" && each.value == "true";
                    });
  auto work = on_pool(asks ? provider_ : local_, std::move(job));
  co_return co_await std::move(work);
}

/// Runs the route; while its answer is not settled and the client asked to wait, runs it again at each
/// notification.
boost::asio::awaitable<Result<ServiceReply>> Dispatcher::answer(Shared shared) {
  Admitted const& admitted = *shared;
  if (admitted.match.route->stage) {
    auto steps = answer_in_steps(shared);
    co_return co_await std::move(steps);
  }
  SteadyTime const end = std::chrono::steady_clock::now() + admitted.wait;
  for (;;) {
    auto const seen = waits_.generation();
    auto running = run_once(admitted);
    Result<ServiceReply> result = co_await std::move(running);
    if (!result) co_return result;
    auto const key =
        std::ranges::find(result->headers, api::kWaitKeyHeader, &std::pair<std::string, std::string>::first);
    if (key == result->headers.end()) co_return result;
    auto const left = std::chrono::duration_cast<milliseconds>(end - std::chrono::steady_clock::now());
    bool const over = waits_.is_closed() || left.count() <= 0;
    if (over || admitted.caller.stop.stop_requested()) co_return result;
    auto waiting = waits_.wait(key->second, left, admitted.caller.stop, seen);
    co_await std::move(waiting);
  }
}

/// One step of staged work on a pool, which may outlast the wait for it.
struct Dispatcher::Hop {
  Shared admitted{};
  std::unique_ptr<api::StagedWork> work{};
  bool rested = false;
  std::optional<api::StagedWork::Step> step{};  ///< what it came to; none: still at work, or the caller left
  std::optional<Error> leave{};                 ///< what to tell a caller who need not wait for it
  std::exception_ptr error{};
  bool is_done = false;  ///< loop thread only
};

/// Goes on with the work, one step after the other, and waits between them without a thread.
boost::asio::awaitable<Result<ServiceReply>> Dispatcher::answer_in_steps(Shared admitted) {
  auto hop = std::make_shared<Hop>();
  hop->admitted = admitted;
  hop->work = router_.begin(admitted->match, admitted->request, admitted->caller);
  auto timer = std::make_shared<boost::asio::steady_timer>(turns_.executor());
  for (;;) {
    auto const seen = turns_.generation();
    auto stepping = take_step(hop, timer);
    co_await std::move(stepping);
    if (hop->error) std::rethrow_exception(hop->error);
    if (hop->leave) co_return fail(*std::move(hop->leave));
    if (auto* const reply = std::get_if<Result<ServiceReply>>(&*hop->step)) co_return std::move(*reply);
    auto const pause = std::get<api::StagedWork::Pause>(*hop->step);
    // A hang-up is news once.
    auto const stop = admitted->caller.stop;
    if (turns_.is_closed()) {
      timer->expires_after(std::min(pause.at_most, kPauseWhenClosed));
      auto resting = timer->async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
      co_await std::move(resting);
      hop->rested = pause.at_most <= kPauseWhenClosed;
      continue;
    }
    auto waiting =
        turns_.wait(pause.key, pause.at_most, stop.stop_requested() ? std::stop_token{} : stop, seen);
    hop->rested = co_await std::move(waiting);
  }
}

/// Returns when the step is done; or, once the caller's deadline has passed, when it may be left to itself.
boost::asio::awaitable<void> Dispatcher::take_step(std::shared_ptr<Hop> hop, Timer timer) {
  hop->step.reset();
  hop->is_done = false;
  auto executor = turns_.executor();
  provider_.post([hop, timer, executor, guard = boost::asio::make_work_guard(executor)] {
    try {
      hop->step.emplace(hop->work->next(hop->rested));
    } catch (...) {
      hop->error = std::current_exception();
    }
    boost::asio::post(executor, [hop, timer] {
      hop->is_done = true;
      timer->cancel();
    });
  });
  timer->expires_at(hop->admitted->caller.deadline);
  for (;;) {
    auto expiry = timer->async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    co_await std::move(expiry);
    if (hop->is_done) co_return;
    hop->leave = hop->work->leave();
    if (hop->leave) co_return;
    timer->expires_after(kLeaveAgain);
  }
}

HttpResponse Dispatcher::to_response(Result<ServiceReply> result, std::string const& request_id,
                                     std::string const& project, SessionEntrance const* by) const {
  HttpResponse response;
  if (result) {
    response.status = result->status;
    response.body = std::move(result->body);
    response.file = std::move(result->file);
    for (auto& header : result->headers) {
      if (header.first != api::kWaitKeyHeader) response.headers.push_back(std::move(header));
    }
  } else {
    Error error = std::move(result).error();
    if (error.request_id.empty()) error.request_id = request_id;
    complete_next_step(error.next_step, options_.sandbox_flag, project);
    if (by != nullptr) error = tell_inside(std::move(error));
    response.status =
        error.code == ErrorCode::tool_failed ? kToolFailedStatus : protocol::row_of(error.code).http_status;
    if (error.retry_after)
      response.headers.emplace_back("Retry-After", std::to_string(error.retry_after->count()));
    response.body = protocol::encode_error(error);
  }
  add_common_headers(response, request_id);
  return response;
}

boost::asio::awaitable<HttpResponse> Dispatcher::handle(HttpRequest request, HttpPeer peer,
                                                        std::shared_ptr<SessionEntrance const> by) {
  std::string const request_id = "req_" + random_hex(8);
  auto const began = std::chrono::steady_clock::now();
  last_activity_ = began;
  ++active_;
  std::string const method = request.method.substr(0, 16);
  std::string const path{request.path().substr(0, 120)};
  std::string project = "default";
  Result<ServiceReply> result = fail(ErrorCode::internal, "not answered");
  try {
    auto admitted = admit(std::move(request), peer, by.get());
    if (admitted) {
      auto const shared = std::make_shared<Admitted const>(std::move(*admitted));
      project = shared->caller.project;
      auto answering = answer(shared);
      result = co_await std::move(answering);
      if (!result && result.error().code == ErrorCode::api_key_rejected && shared->caller.api_key) {
        // Logging in would not help: the caller's variable goes before what login saves.
        result.error().message += "; the key came from COMPOSIO_API_KEY in the environment";
        result.error().next_step.clear();
      }
    } else {
      result = fail(std::move(admitted).error());
    }
  } catch (...) {
    result = fail(internal_error(std::current_exception()));
  }
  if (!result && result.error().code == ErrorCode::internal) {
    log_.error("request.bug", {{"request_id", request_id}, {"path", path}, {"what", result.error().message}});
  }
  if (!result && by) {
    std::string const what = result.error().message;
    withhold(result.error());
    if (what != result.error().message)
      log_.warn("session.failed", {{"request_id", request_id}, {"session", by->name}, {"what", what}});
  }
  HttpResponse response = to_response(std::move(result), request_id, project, by.get());
  last_activity_ = std::chrono::steady_clock::now();
  --active_;
  if (log_.is_enabled(log::Level::debug)) {
    auto const took = std::chrono::duration_cast<std::chrono::microseconds>(last_activity_ - began);
    log_.debug("request", {{"request_id", request_id},
                           {"method", method},
                           {"path", path},
                           {"status", std::to_string(response.status)},
                           {"us", std::to_string(took.count())}});
  }
  co_return response;
}

HttpResponse malformed_reply(Malformed kind) {
  HttpResponse response;
  std::string what;
  auto code = ErrorCode::invalid_request;
  switch (kind) {
    case Malformed::bad_request: what = "this is not an HTTP/1.1 request"; break;
    case Malformed::header_too_large: what = "the request's header is too large"; break;
    case Malformed::body_too_large: what = "the request's body is too large"; break;
    case Malformed::too_slow: what = "the request did not arrive in time"; break;
    case Malformed::too_much_at_once:
      code = ErrorCode::rate_limited;
      what =
          "the bodies of requests under way are too much at once: nothing ran; send it when others are done";
      break;
  }
  response.body = protocol::encode_error(fail(code, std::move(what)).error());
  add_common_headers(response, {});
  return response;
}

}  // namespace agenta::daemon
