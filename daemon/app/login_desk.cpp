#include "daemon/app/login_desk.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <future>
#include <random>
#include <utility>

#include "daemon/net/on_pool.hpp"

namespace agenta::daemon {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstPause{1'000};
constexpr milliseconds kLongestPause{3'000};
constexpr std::chrono::seconds kAskTimeout{20};
/// How long past its link's end a login is still asked about, where asking fails.
constexpr std::chrono::minutes kGrace{1};
/// A worker waits this long for the loop to open the door; the loop never blocks, so it is there at once or
/// going away.
constexpr std::chrono::seconds kDoorTimeout{2};

milliseconds jittered(milliseconds pause) {
  static thread_local std::minstd_rand engine{std::random_device{}()};
  return milliseconds{
      std::uniform_int_distribution<milliseconds::rep>{pause.count() * 3 / 4, pause.count()}(engine)};
}

CallbackOutcome outcome_of(Result<Connection> const& row) {
  if (!row) return CallbackOutcome::unfinished;
  switch (row->status) {
    case ConnectionStatus::active: return CallbackOutcome::connected;
    case ConnectionStatus::pending: return CallbackOutcome::unfinished;
    case ConnectionStatus::failed:
      return row->error && row->error->code == ErrorCode::oauth_denied ? CallbackOutcome::denied
                                                                       : CallbackOutcome::failed;
    case ConnectionStatus::expired:
    case ConnectionStatus::inactive: return CallbackOutcome::failed;
  }
  __builtin_unreachable();
}

}  // namespace

struct LoginDesk::Login {
  Login(boost::asio::io_context& loop, PendingLogin what) : pending(std::move(what)), timer(loop) {}
  PendingLogin pending;
  boost::asio::steady_timer timer;
  bool over = false;
};

LoginDesk::LoginDesk(boost::asio::io_context& loop, WorkerPool& workers, WaitList& waits, log::Log& log,
                     Options options)
    : loop_(loop),
      workers_(workers),
      waits_(waits),
      log_(log),
      options_(options),
      door_(loop.get_executor(), [this](ConnectionId id) { return visited(std::move(id)); }) {}

LoginDesk::~LoginDesk() = default;

std::optional<std::string> LoginDesk::open_callback(ConnectionId const& id) {
  if (!options_.callback) return std::nullopt;
  auto promise = std::make_shared<std::promise<std::optional<std::string>>>();
  auto future = promise->get_future();
  boost::asio::post(loop_, [this, id, promise] { promise->set_value(door_.open(id)); });
  if (future.wait_for(kDoorTimeout) != std::future_status::ready) return std::nullopt;
  auto url = future.get();
  if (!url) log_.warn("login.no_listener", {{"connection", id.text}});
  return url;
}

void LoginDesk::started(PendingLogin login) {
  boost::asio::post(loop_, [this, login = std::move(login)]() mutable {
    std::string const id = login.connection.text;
    if (stopping_.stop_requested() || logins_.contains(id)) return;
    auto entry = std::make_shared<Login>(loop_, std::move(login));
    logins_.emplace(id, entry);
    log_.info("login.started", {{"connection", id}, {"port", std::to_string(door_.port())}});
    boost::asio::co_spawn(loop_, poll(std::move(entry)), boost::asio::detached);
  });
}

void LoginDesk::settled(ConnectionId const& id) {
  boost::asio::post(loop_, [this, id] { finish(id); });
}

void LoginDesk::finish(ConnectionId const& id) {
  door_.close(id);
  auto const found = logins_.find(id.text);
  if (found != logins_.end()) {
    found->second->over = true;
    found->second->timer.cancel();
    logins_.erase(found);
    log_.info("login.settled", {{"connection", id.text}});
  }
  waits_.notify(id.text);
}

void LoginDesk::stop() {
  stopping_.request_stop();
  for (auto& [id, login] : logins_) {
    login->over = true;
    login->timer.cancel();
  }
  logins_.clear();
}

boost::asio::awaitable<Result<Connection>> LoginDesk::ask(std::shared_ptr<Login> login, AskedBy why) {
  auto job = [flow = flow_, login, why, stop = stopping_.get_token()] {
    SteadyTime const deadline = std::chrono::steady_clock::now() + kAskTimeout;
    return flow->settle(login->pending.access, login->pending.connection, why, deadline, stop);
  };
  auto work = on_pool(workers_, std::move(job));
  co_return co_await std::move(work);
}

boost::asio::awaitable<void> LoginDesk::poll(std::shared_ptr<Login> login) {
  milliseconds pause = kFirstPause;
  while (!login->over) {
    login->timer.expires_after(jittered(pause));
    auto sleep = login->timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    co_await std::move(sleep);
    if (login->over) co_return;
    auto asking = ask(login, AskedBy::poll);
    Result<Connection> const row = co_await std::move(asking);
    if (login->over) co_return;
    if (row && row->status != ConnectionStatus::pending) {
      finish(login->pending.connection);
      co_return;
    }
    pause = std::min(kLongestPause, pause * 3 / 2);
    auto const& expires_at = login->pending.expires_at;
    if (!row && expires_at && SystemClock{}.wall() > *expires_at + kGrace) {
      auto job = [flow = flow_, id = login->pending.connection] { return flow->give_up(id); };
      auto giving_up = on_pool(workers_, std::move(job));
      Result<void> const ended = co_await std::move(giving_up);
      if (ended) finish(login->pending.connection);
      if (ended) co_return;
    }
    if (!row) {
      log_.warn("login.poll_failed",
                {{"connection", login->pending.connection.text}, {"why", row.error().message}});
      if (row.error().retry_after) pause = std::max(pause, milliseconds{*row.error().retry_after});
    }
  }
}

boost::asio::awaitable<CallbackOutcome> LoginDesk::visited(ConnectionId id) {
  auto const found = logins_.find(id.text);
  if (found == logins_.end()) co_return CallbackOutcome::unfinished;
  auto asking = ask(found->second, AskedBy::visit);
  Result<Connection> const row = co_await std::move(asking);
  co_return outcome_of(row);
}

}  // namespace agenta::daemon
