#include "daemon/app/login_desk.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <cstring>
#include <future>
#include <random>
#include <tuple>

#include "daemon/net/on_pool.hpp"
#include "shared/base/port_holder.hpp"

namespace agenta::daemon {
namespace {

using std::chrono::milliseconds;

/// The first second belongs to the callback: where it comes, nobody need have asked.
constexpr milliseconds kFirstPause{1'000};
/// Composio sends the browser here when the login is as good as settled.
constexpr milliseconds kPauseAfterVisit{200};
constexpr milliseconds kLongestPause{3'000};
constexpr milliseconds kLongestPauseInTrouble{30'000};
/// A browser waits so long for the page that can say how the login ended.
constexpr milliseconds kVisitPatience{1'500};
/// All logins together: 240 questions a minute of the 2,000 that Composio allows, on four threads at most.
constexpr milliseconds kBetweenPolls{250};
constexpr std::size_t kMostPolls = 4;
constexpr std::chrono::seconds kAskTimeout{20};
/// How long past its link's end a login is still asked about, where asking fails.
constexpr std::chrono::minutes kGrace{1};
/// A worker waits this long for the loop to open the door; the loop never blocks, so it is there at once or
/// going away.
constexpr std::chrono::seconds kDoorTimeout{2};

milliseconds jittered(milliseconds pause) {
  static thread_local std::minstd_rand engine{std::random_device{}()};
  return milliseconds{
      std::uniform_int_distribution<milliseconds::rep>{pause.count(), pause.count() * 5 / 4}(engine)};
}

CallbackOutcome outcome_of(Connection const& row) {
  switch (row.status) {
    case ConnectionStatus::active: return CallbackOutcome::connected;
    case ConnectionStatus::pending: return CallbackOutcome::unfinished;
    case ConnectionStatus::failed: {
      ErrorCode const code = row.error ? row.error->code : ErrorCode::oauth_failed;
      if (code == ErrorCode::oauth_denied) return CallbackOutcome::denied;
      return code == ErrorCode::oauth_expired ? CallbackOutcome::expired : CallbackOutcome::failed;
    }
    case ConnectionStatus::expired:
    case ConnectionStatus::inactive: return CallbackOutcome::failed;
  }
  __builtin_unreachable();
}

CallbackVisit visit_of(Result<Connection> const& row) {
  CallbackVisit visit;
  if (row) {
    visit.outcome = outcome_of(*row);
    visit.subject.integration = row->integration_name;
    visit.subject.slug = row->slug;
  } else if (row.error().code == ErrorCode::connection_not_found) {
    visit.outcome = CallbackOutcome::over;
  }
  return visit;
}

/// Whose limits of Composio a question counts against.
std::string account_of(ProviderAccess const& access) { return access.endpoint() + ' ' + access.key_scope; }

}  // namespace

struct LoginDesk::Login {
  explicit Login(PendingLogin what) : pending(std::move(what)) {}
  PendingLogin pending;
  milliseconds pause = kFirstPause;  ///< the shorter, the likelier it is that the user is done
  SteadyTime due{};
  int asking = 0;  ///< visits, and a poll, that ask Composio now
  bool over = false;
};

LoginDesk::LoginDesk(boost::asio::io_context& loop, WorkerPool& workers, WaitList& waits, log::Log& log,
                     Options options)
    : loop_(loop),
      workers_(workers),
      waits_(waits),
      log_(log),
      options_(options),
      door_(loop.get_executor(), options.door, [this](ConnectionId id) { return visited(std::move(id)); }),
      timer_(loop) {}

LoginDesk::~LoginDesk() = default;

std::optional<std::string> LoginDesk::open_callback(ConnectionId const& id) {
  if (!options_.callback) return std::nullopt;
  auto promise = std::make_shared<std::promise<CallbackDoor::Opening>>();
  auto future = promise->get_future();
  boost::asio::post(loop_, [this, id, promise] {
    promise->set_value(stopping_.stop_requested() ? CallbackDoor::Opening{} : door_.open(id));
  });
  if (future.wait_for(kDoorTimeout) != std::future_status::ready) return std::nullopt;
  CallbackDoor::Opening opening = future.get();
  if (!opening.not_free.empty()) report(id, opening);
  return std::move(opening.url);
}

/// Names who holds the ports that were wanted. On the caller's thread: looking that up takes a while.
void LoginDesk::report(ConnectionId const& id, CallbackDoor::Opening const& opening) {
  constexpr std::size_t kMostNamed = 4;
  std::string list;
  for (auto const& [port, number] : opening.not_free) {
    std::string why = std::strerror(number);
    bool const is_named =
        list.empty() || static_cast<std::size_t>(std::ranges::count(list, ',')) + 1 < kMostNamed;
    if (!is_named) break;
    if (auto const holder = number == EADDRINUSE ? find_port_holder(port) : std::nullopt)
      why = "taken by " + holder->text();
    log_.warn("login.port_not_free", {{"port", std::to_string(port)}, {"why", why}});
    list += (list.empty() ? "" : ", ") + std::to_string(port) + ": " + why;
  }
  if (opening.url) return;
  log_.warn("login.no_listener",
            {{"connection", id.text}, {"ports", std::to_string(opening.not_free.size())}});
  std::string note = "no callback port is free (" + list +
                     "): the end of the login is noticed by asking Composio every few seconds";
  troubles_.with([&](auto& troubles) { troubles[id.text] = std::move(note); });
}

std::string LoginDesk::callback_trouble(ConnectionId const& id) const {
  return troubles_.with([&](auto const& troubles) {
    auto const found = troubles.find(id.text);
    return found == troubles.end() ? std::string{} : found->second;
  });
}

void LoginDesk::started(PendingLogin login) {
  boost::asio::post(loop_, [this, login = std::move(login)]() mutable {
    std::string const id = login.connection.text;
    if (stopping_.stop_requested()) return;
    if (auto const known = logins_.find(id); known != logins_.end()) {
      known->second->pending = std::move(login);  // begun anew, or with a newer key: the row is the same
      return;
    }
    auto entry = std::make_shared<Login>(std::move(login));
    entry->due = std::chrono::steady_clock::now() + jittered(entry->pause);
    logins_.emplace(id, std::move(entry));
    log_.info("login.started", {{"connection", id}, {"port", std::to_string(door_.port())}});
    plan();
  });
}

void LoginDesk::settled(ConnectionId const& id) {
  boost::asio::post(loop_, [this, id] { finish(id); });
}

void LoginDesk::finish(ConnectionId const& id) {
  door_.close(id);
  troubles_.with([&](auto& troubles) { troubles.erase(id.text); });
  auto const found = logins_.find(id.text);
  if (found != logins_.end()) {
    found->second->over = true;
    logins_.erase(found);
    log_.info("login.settled", {{"connection", id.text}, {"refused_visits", door_.refused_visits()}});
  }
  waits_.notify(id.text);
}

void LoginDesk::stop() {
  stopping_.request_stop();
  timer_.cancel();
  for (auto& [id, login] : logins_) login->over = true;
  logins_.clear();
  door_.stop();
}

SteadyTime LoginDesk::due_of(Login const& login) const {
  if (rests_.empty()) return login.due;
  auto const rest = rests_.find(account_of(login.pending.access));
  return rest == rests_.end() ? login.due : std::max(login.due, rest->second);
}

/// Sets the timer to the next poll. Whatever changes when that is calls it.
void LoginDesk::plan() {
  if (stopping_.stop_requested() || polling_ >= kMostPolls) return;  // the end of a poll plans again
  auto next = SteadyTime::max();
  for (auto const& [id, login] : logins_) {
    if (login->asking == 0) next = std::min(next, due_of(*login));
  }
  if (next == SteadyTime::max()) return;
  timer_.expires_at(std::max(next, last_poll_ + kBetweenPolls));
  timer_.async_wait([this](boost::system::error_code error) {
    if (!error) poll_next();
  });
}

LoginDesk::LoginPtr LoginDesk::most_urgent(SteadyTime now) {
  LoginPtr found;
  for (auto const& [id, login] : logins_) {
    if (login->asking > 0 || due_of(*login) > now) continue;
    if (!found || std::tie(login->pause, login->due) < std::tie(found->pause, found->due)) found = login;
  }
  return found;
}

void LoginDesk::poll_next() {
  SteadyTime const now = std::chrono::steady_clock::now();
  LoginPtr login = most_urgent(now);
  if (login) {
    last_poll_ = now;
    ++login->asking;
    ++polling_;
    boost::asio::co_spawn(loop_, poll(std::move(login)), boost::asio::detached);
  }
  plan();
}

boost::asio::awaitable<Result<Connection>> LoginDesk::ask(LoginPtr login, AskedBy why) {
  auto job = [flow = flow_, login, why, stop = stopping_.get_token()] {
    SteadyTime const deadline = std::chrono::steady_clock::now() + kAskTimeout;
    return flow->settle(login->pending.access, login->pending.connection, why, deadline, stop);
  };
  auto work = on_pool(workers_, std::move(job));
  co_return co_await std::move(work);
}

/// Composio asked not to be asked: that goes for every login of the same account there.
void LoginDesk::rest(Login const& login, Error const& error) {
  log_.warn("login.poll_failed", {{"connection", login.pending.connection.text}, {"why", error.message}});
  if (!error.retry_after) return;
  SteadyTime const now = std::chrono::steady_clock::now();
  std::erase_if(rests_, [&](auto const& rest) { return rest.second <= now; });
  rests_[account_of(login.pending.access)] = now + *error.retry_after;
}

/// Whether the login ended because its link is long over and nobody can be asked how it went.
boost::asio::awaitable<bool> LoginDesk::give_up(LoginPtr login) {
  auto const& expires_at = login->pending.expires_at;
  if (!expires_at || SystemClock{}.wall() <= *expires_at + kGrace) co_return false;
  auto job = [flow = flow_, id = login->pending.connection] { return flow->give_up(id); };
  auto giving_up = on_pool(workers_, std::move(job));
  Result<void> const ended = co_await std::move(giving_up);
  co_return ended.has_value();
}

boost::asio::awaitable<void> LoginDesk::poll(LoginPtr login) {
  auto asking = ask(login, AskedBy::poll);
  Result<Connection> const row = co_await std::move(asking);
  bool is_over = row && row->status != ConnectionStatus::pending;
  if (!row && !login->over) {
    rest(*login, row.error());
    auto giving_up = give_up(login);
    is_over = co_await std::move(giving_up);
  }
  --polling_;
  --login->asking;
  if (!login->over && is_over) finish(login->pending.connection);
  login->pause = row ? std::min(kLongestPause, login->pause * 3 / 2)
                     : std::min(kLongestPauseInTrouble, login->pause * 2);
  login->due = std::chrono::steady_clock::now() + jittered(login->pause);
  plan();
}

/// While a visit asks, nobody polls. One that came before Composio knew waits a little for those who ask
/// next, so that its page can say how the login ended.
boost::asio::awaitable<CallbackVisit> LoginDesk::visited(ConnectionId id) {
  auto const found = logins_.find(id.text);
  bool const is_watched = found != logins_.end();
  PendingLogin over;  // without access: its row is looked at, and Composio is not asked
  over.connection = id;
  LoginPtr login = is_watched ? found->second : std::make_shared<Login>(std::move(over));
  auto const seen = waits_.generation();
  ++login->asking;
  auto asking = ask(login, AskedBy::visit);
  Result<Connection> row = co_await std::move(asking);
  --login->asking;
  bool const is_pending = row && row->status == ConnectionStatus::pending;
  if (!row && is_watched) rest(*login, row.error());
  if (is_pending && logins_.contains(id.text)) {
    login->pause = kPauseAfterVisit;
    login->due = std::chrono::steady_clock::now() + jittered(login->pause);
    plan();
    auto waiting = waits_.wait(id.text, kVisitPatience, stopping_.get_token(), seen);
    co_await std::move(waiting);
    if (!logins_.contains(id.text)) {
      auto looking = ask(login, AskedBy::visit);
      row = co_await std::move(looking);
    }
  }
  plan();
  co_return visit_of(row);
}

}  // namespace agenta::daemon
