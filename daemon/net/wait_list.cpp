#include "daemon/net/wait_list.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace agenta::daemon {

namespace asio = boost::asio;

asio::awaitable<bool> WaitList::wait(std::string key, std::chrono::milliseconds timeout, std::stop_token stop,
                                     std::uint64_t seen) {
  if (closed_ || may_have_been_notified(key, seen) || stop.stop_requested()) co_return false;
  auto timer = std::make_shared<asio::steady_timer>(executor_, timeout);
  auto const place = waiting_.emplace(std::move(key), timer);
  std::stop_callback const on_stop{stop, [timer] { timer->cancel(); }};
  auto expiry = timer->async_wait(asio::as_tuple(asio::use_awaitable));
  auto const [error] = co_await std::move(expiry);
  waiting_.erase(place);
  co_return !error;
}

/// What looks again for another's notification asks the world again for nothing.
bool WaitList::may_have_been_notified(std::string const& key, std::uint64_t since) const {
  std::uint64_t const missed = generation_ - since;
  if (missed > recent_.size()) return true;
  return std::find(recent_.end() - static_cast<std::ptrdiff_t>(missed), recent_.end(), key) != recent_.end();
}

void WaitList::notify(std::string const& key) {
  constexpr std::size_t kMostRecent = 256;
  ++generation_;
  recent_.push_back(key);
  if (recent_.size() > kMostRecent) recent_.pop_front();
  auto const [first, last] = waiting_.equal_range(key);
  for (auto waiter = first; waiter != last; ++waiter) waiter->second->cancel();
}

void WaitList::close() {
  closed_ = true;
  for (auto& [key, timer] : waiting_) timer->cancel();
}

}  // namespace agenta::daemon
