#include "daemon/app/browser_login_desk.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "daemon/net/on_pool.hpp"

namespace agenta::daemon {
namespace {

using std::chrono::milliseconds;

/// Nobody has found the button before that.
constexpr milliseconds kFirstPause{1'500};
/// What Composio asks for.
constexpr milliseconds kPause{5'000};
constexpr std::chrono::seconds kAskTimeout{30};

}  // namespace

void BrowserLoginDesk::started(std::string const& id) {
  boost::asio::post(loop_, [this, id] {
    if (stopping_.stop_requested() || timers_.contains(id)) return;
    auto timer = std::make_shared<boost::asio::steady_timer>(loop_);
    timers_.emplace(id, timer);
    log_.info("browser_login.started", {{"login", id}});
    boost::asio::co_spawn(loop_, poll(id, std::move(timer)), boost::asio::detached);
  });
}

void BrowserLoginDesk::settled(std::string const& id) {
  boost::asio::post(loop_, [this, id] { finish(id); });
}

void BrowserLoginDesk::finish(std::string const& id) {
  if (auto const found = timers_.find(id); found != timers_.end()) {
    found->second->cancel();
    timers_.erase(found);
    log_.info("browser_login.settled", {{"login", id}});
  }
  waits_.notify(id);
}

void BrowserLoginDesk::stop() {
  stopping_.request_stop();
  for (auto& [id, timer] : timers_) timer->cancel();
  timers_.clear();
}

boost::asio::awaitable<void> BrowserLoginDesk::poll(std::string id, Timer timer) {
  milliseconds pause = kFirstPause;
  for (;;) {
    timer->expires_after(pause);
    auto sleep = timer->async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    co_await std::move(sleep);
    if (!timers_.contains(id)) co_return;
    auto job = [logins = logins_, id, stop = stopping_.get_token()] {
      return logins->ask(id, std::chrono::steady_clock::now() + kAskTimeout, stop);
    };
    auto asking = on_pool(workers_, std::move(job));
    BrowserLogins::Next const next = co_await std::move(asking);
    if (!timers_.contains(id)) co_return;
    if (next.is_settled) {
      finish(id);
      co_return;
    }
    if (next.has_news) waits_.notify(id);
    pause = std::max(kPause, next.rest);
  }
}

}  // namespace agenta::daemon
