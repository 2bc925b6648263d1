#include "daemon/net/wait_list.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace agenta::daemon {

namespace asio = boost::asio;

asio::awaitable<void> WaitList::wait(std::string key, std::chrono::milliseconds timeout, std::stop_token stop,
                                     std::uint64_t seen) {
  if (seen != generation_ || stop.stop_requested()) co_return;
  auto timer = std::make_shared<asio::steady_timer>(executor_, timeout);
  auto const place = waiting_.emplace(std::move(key), timer);
  std::stop_callback const on_stop{stop, [timer] { timer->cancel(); }};
  auto expiry = timer->async_wait(asio::as_tuple(asio::use_awaitable));
  co_await std::move(expiry);
  waiting_.erase(place);
}

void WaitList::notify(std::string const& key) {
  ++generation_;
  auto const [first, last] = waiting_.equal_range(key);
  for (auto waiter = first; waiter != last; ++waiter) waiter->second->cancel();
}

void WaitList::notify_all() {
  ++generation_;
  for (auto& [key, timer] : waiting_) timer->cancel();
}

}  // namespace agenta::daemon
